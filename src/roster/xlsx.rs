//! Reads format `xlsx`: the first sheet of an Excel workbook that is not hidden, with the columns of format `csv`. The only file that names
//! crate `calamine`.
//!
//! In a workbook an id may be a number, of which the leading zeros are gone, and a class a date. Such a cell is an error
//! that names it; it is never guessed what stood there before.

use std::io::{Cursor, Read};

use calamine::{Data, Range, Reader, SheetType, SheetVisible, Xlsx};
use csv::StringRecord;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::source::{RosterSource, Upload};

use super::age;
use super::batch::Parsed;
use super::columns::Columns;
use super::facts::RosterFacts;
use super::first_line;
use super::fold::Fold;
use super::interned::short;
use super::problems::Problems;
use super::shape;
use super::store::Roster;
use super::take::take;
use super::utf8::digits;

/// A larger workbook is no roster; a sheet is read whole.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Reads an export.
pub(super) fn read(
    source: &RosterSource,
    input: impl Read,
    exported_at: Timestamp,
    now: Timestamp,
) -> Result<(Roster, Diagnostics), Diagnostics> {
    let mut problems = Problems::new(&source.written_path);
    if let Some(problem) = age::too_old(source, exported_at, now) {
        problems.whole(problem);
    }
    match sheet(input) {
        Ok(sheet) => rows(source, &sheet, exported_at, problems),
        Err(problem) => {
            problems.whole(*problem);
            Err(problems.finish())
        }
    }
}

/// The first sheet of a workbook.
struct Sheet {
    name: String,
    cells: Range<Data>,
    sha256: String,
}

fn sheet(input: impl Read) -> Result<Sheet, Box<Diagnostic>> {
    let mut bytes = Vec::new();
    input.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| Box::new(shape::unreadable(&error)))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Box::new(unusable("this is larger than 64 MiB".to_owned())));
    }
    if let Some(kind) = other_kind(&bytes) {
        return Err(Box::new(unusable(format!("this is {kind}, not an Excel workbook (.xlsx)"))));
    }
    let sha256 = digits(&Sha256::digest(&bytes));
    let failed =
        |error: calamine::XlsxError| Box::new(unusable(format!("this is no workbook that can be read: {error}")));
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(failed)?;
    let seen = seen(workbook.sheets_metadata());
    let name = seen.first().cloned().unwrap_or_default();
    let cells = workbook.worksheet_range(&name).map_err(failed)?;
    match seen.get(1) {
        _ if !cells.is_empty() => Ok(Sheet { name, cells, sha256 }),
        Some(next) => {
            let message = format!("the first sheet, `{}`, is empty", super::clean::clean(&name));
            let help = format!(
                "move the sheet with the caregivers to the front, or delete this one; `{}` is next",
                super::clean::clean(next)
            );
            Err(Box::new(Diagnostic::error("roster::empty", message).with_help(help)))
        }
        None => Err(Box::new(shape::empty())),
    }
}

/// The sheets of cells as somebody who opens the workbook sees them. Where all are hidden, all of them.
fn seen(sheets: &[calamine::Sheet]) -> Vec<String> {
    let cells = || sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let visible: Vec<_> = cells().filter(|sheet| sheet.visible == SheetVisible::Visible).collect();
    let seen = if visible.is_empty() { cells().collect() } else { visible };
    seen.into_iter().map(|sheet| sheet.name.clone()).collect()
}

/// What is often handed over for a workbook, by its first bytes. A workbook is a ZIP file.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(64)];
    // A letter may be cut in two at the end.
    let is_utf8 = || std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    let text = || is_utf8() && !head.contains(&0);
    match bytes {
        [] => Some("an empty file"),
        [b'P', b'K', ..] => None,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some("a workbook of an old Excel (.xls)"),
        [b'<', ..] => Some("a web page, though an SMS may call it .xls"),
        _ if text() => Some("text, perhaps CSV (then write `format: csv`)"),
        _ => None,
    }
}

fn unusable(message: String) -> Diagnostic {
    Diagnostic::error("roster::bad-workbook", message)
        .with_help("save it as an Excel workbook (.xlsx) again; or, better, export CSV from the SMS")
}

fn rows(
    source: &RosterSource,
    sheet: &Sheet,
    exported_at: Timestamp,
    mut problems: Problems,
) -> Result<(Roster, Diagnostics), Diagnostics> {
    let (top, left) = sheet.cells.start().unwrap_or_default();
    let mut lines =
        (top + 1..).zip(sheet.cells.rows()).filter(|(_, row)| row.iter().any(|cell| !text(cell).trim().is_empty()));
    let Some((line, headings)) = lines.next() else {
        problems.whole(shape::empty());
        return Err(problems.finish());
    };
    let headings: StringRecord = headings.iter().map(text).collect();
    if first_line::is_other(source, &headings) {
        let below = lines.map(|(line, row)| (line, row.iter().map(text).collect()));
        first_line::report(source, (line, &headings), below, None, &mut problems);
        return Err(problems.finish());
    }
    let columns = Columns::find(source, line, &headings, &mut problems);
    let (ids, read) = (columns.ids(), columns.read());
    let mut fold = Fold::of_columns(source, &columns);
    let mut count = 0;
    for (line, row) in lines {
        count += 1;
        let bad = row.iter().enumerate().find_map(|(at, cell)| {
            let name = || format!("{}{line}", column_name(left + short(at)));
            judge(cell, ids.contains(&at), read.contains(&at)).map(|problem| problem.in_words(&name()))
        });
        let record: StringRecord = row.iter().map(text).collect();
        take(&mut Parsed { record, line, problem: bad }, &columns, &mut fold, &mut problems);
    }
    fold.finish(facts(source, sheet, count, exported_at), problems)
}

fn facts(source: &RosterSource, sheet: &Sheet, rows: u64, exported_at: Timestamp) -> RosterFacts {
    RosterFacts {
        rows,
        links: 0,
        sha256: sheet.sha256.clone(),
        exported_at,
        shape: format!("sheet {}", super::clean::clean(&sheet.name)),
        is_full: source.upload == Upload::Full,
        path: source.written_path.clone(),
        format: source.format.as_str(),
        files: Vec::new(),
        parts: Vec::new(),
    }
}

/// What is wrong with a cell.
enum Bad {
    Number,
    Date,
}

fn judge(cell: &Data, is_id: bool, is_read: bool) -> Option<Bad> {
    match cell {
        Data::Int(_) | Data::Float(_) if is_id => Some(Bad::Number),
        Data::DateTime(_) | Data::DateTimeIso(_) | Data::DurationIso(_) if is_read => Some(Bad::Date),
        _ => None,
    }
}

impl Bad {
    fn in_words(&self, cell: &str) -> Diagnostic {
        match self {
            Self::Number => Diagnostic::error(
                "roster::number-for-id",
                format!("cell {cell} is a number, and ids are text"),
            )
            .with_help(
                "Excel drops leading zeros and cuts long numbers: format the column as Text before the ids come in",
            ),
            Self::Date => Diagnostic::error("roster::date-cell", format!("cell {cell} is a date, and should be text"))
                .with_help("Excel takes `7-8` for a date: format the column as Text before the values come in"),
        }
    }
}

/// A cell as text: whole numbers without a fraction, so that year 7 is `7`.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        other => other.to_string(),
    }
}

/// `A`, `B`, … `Z`, `AA`: the column's name, from its number.
fn column_name(mut number: u32) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(number % 26).unwrap_or_default()));
        match (number / 26).checked_sub(1) {
            Some(more) => number = more,
            None => return letters.iter().rev().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, NOW};
    use super::*;
    use crate::model::source::Column;

    fn data(text: &str) -> Data {
        Data::String(text.to_owned())
    }

    fn read_cells(rows: &[&[Data]]) -> Result<(Roster, Diagnostics), Diagnostics> {
        let mut cells = Range::new((0, 0), (short(rows.len()) - 1, short(rows[0].len()) - 1));
        for (line, row) in rows.iter().enumerate() {
            for (at, cell) in row.iter().enumerate() {
                cells.set_value((short(line), short(at)), cell.clone());
            }
        }
        let sheet = Sheet { name: "Export".into(), cells, sha256: String::new() };
        let columns = [Column::CaregiverId, Column::Email, Column::StudentId, Column::Year];
        rows_of(&testing::source_of(&columns), &sheet)
    }

    fn rows_of(source: &RosterSource, sheet: &Sheet) -> Result<(Roster, Diagnostics), Diagnostics> {
        rows(source, sheet, NOW, Problems::new("r.xlsx"))
    }

    /// Made by hand: two caregivers of one student.
    const WORKBOOK: &[u8] = include_bytes!("../../tests/files/caregivers.xlsx");

    #[test]
    fn a_workbook_is_read_and_half_of_one_refused() {
        let columns = [Column::CaregiverId, Column::Email, Column::StudentId, Column::Year];
        let source = testing::source_of(&columns);
        let (roster, problems) = read(&source, WORKBOOK, NOW, NOW).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let ids: Vec<_> = roster.caregivers().map(|caregiver| (caregiver.id(), caregiver.line())).collect();
        assert_eq!(ids, [("00123", 2), ("00124", 3)]);
        assert_eq!((roster.facts().rows, roster.facts().shape.as_str()), (2, "sheet Caregivers"));
        for end in (0..WORKBOOK.len()).step_by(37) {
            let problems = read(&source, &WORKBOOK[..end], NOW, NOW).unwrap_err();
            assert_eq!(problems.sorted()[0].code, "roster::bad-workbook", "{end}");
        }
    }

    #[test]
    fn text_cells_are_rows_like_any_other() {
        let headings = ["CaregiverID", "Email", "StudentID", "Year"].map(data);
        let row = [data("00123"), data("a@example.nz"), data("S1"), Data::Float(7.0)];
        let (roster, problems) = read_cells(&[&headings, &row]).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        let caregiver = roster.caregiver("00123").unwrap();
        assert_eq!((caregiver.children().next().unwrap().year(), caregiver.line()), ("7", 2));
        assert_eq!(roster.facts().shape, "sheet Export");
    }

    #[test]
    fn a_title_above_the_headings_is_one_error_that_says_where_they_are() {
        let title = ["Caregivers of Kōwhai College", "", "", ""].map(data);
        let headings = ["CaregiverID", "Email", "StudentID", "Year"].map(data);
        let row = ["C1", "a@example.nz", "S1", "7"].map(data);
        let problems = read_cells(&[&title, &headings, &row]).unwrap_err();
        let told: Vec<_> = problems.sorted().iter().map(|problem| (problem.code, problem.help.as_deref())).collect();
        let help = Some("line 2 looks like the headings: remove what stands above it");
        assert_eq!(told, [("roster::no-headings", help)]);
    }

    #[test]
    fn a_number_for_an_id_is_an_error_that_names_the_cell() {
        let headings = ["CaregiverID", "Email", "StudentID", "Year"].map(data);
        let row = [data("C1"), data("a@example.nz"), Data::Float(123.0), data("7")];
        let problems = read_cells(&[&headings, &row]).unwrap_err();
        let first = problems.sorted()[0].clone();
        assert_eq!(
            (first.code, first.message.as_str()),
            ("roster::number-for-id", "cell C2 is a number, and ids are text")
        );
    }

    #[test]
    fn what_is_handed_over_for_a_workbook_is_named() {
        for (bytes, kind) in [
            (&b"\xD0\xCF\x11\xE0\xA1\xB1"[..], "old Excel"),
            (b"id,email\n", "perhaps CSV"),
            ("\u{101}".repeat(40).as_bytes(), "perhaps CSV"),
            (&[b"a".as_slice(), "\u{101}".repeat(40).as_bytes()].concat(), "perhaps CSV"),
            (b"<table><tr><td>C1", "a web page"),
            (b"", "an empty file"),
        ] {
            let problems = read(&testing::source(), bytes, NOW, NOW).unwrap_err();
            assert!(problems.sorted()[0].message.contains(kind), "{problems:?}");
        }
    }

    #[test]
    fn a_sheet_that_nobody_sees_is_not_read() {
        let sheet = |name: &str, typ, visible| calamine::Sheet { name: name.to_owned(), typ, visible };
        let sheets = [
            sheet("Old", SheetType::WorkSheet, SheetVisible::Hidden),
            sheet("Chart", SheetType::ChartSheet, SheetVisible::Visible),
            sheet("Parents", SheetType::WorkSheet, SheetVisible::Visible),
            sheet("Notes", SheetType::WorkSheet, SheetVisible::Visible),
        ];
        assert_eq!(seen(&sheets), ["Parents", "Notes"]);
        assert_eq!(seen(&sheets[..2]), ["Old"]);
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        for bytes in [&b""[..], b"PK\x03\x04", b"id,email\n"] {
            let problems = read(&testing::source(), bytes, NOW, NOW).unwrap_err();
            assert_eq!(problems.sorted()[0].code, "roster::bad-workbook");
        }
    }

    #[test]
    fn columns_are_named_as_excel_names_them() {
        assert_eq!([0, 25, 26, 701, 702].map(column_name), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
