//! Reads format `csv`: one row per caregiver-student link, columns by heading.
//!
//! Holds the steps together, and says in words why the reading had to stop; what a row means is for `fold`.

use std::io::{self, Cursor, Read};

use jiff::Timestamp;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::source::{Column, RosterSource, Upload};

use super::age;
use super::batch::{self, Parsed};
use super::columns::Columns;
use super::decode::{Decoded, Fault};
use super::facts::RosterFacts;
use super::fold::{Fold, Row};
use super::problems::Problems;
use super::rows::{Next, Rows};
use super::shape::{self, Shape};
use super::store::Roster;

/// Reads an export.
pub(super) fn read(
    source: &RosterSource,
    input: impl Read + Send,
    exported_at: Timestamp,
    now: Timestamp,
) -> Result<(Roster, Diagnostics), Diagnostics> {
    let mut problems = Problems::new(&source.written_path);
    if let Some(problem) = age::too_old(source, exported_at, now) {
        problems.whole(problem);
    }
    match open(input) {
        Ok(rows) => read_rows(source, rows, exported_at, problems),
        Err(problem) => {
            problems.whole(*problem);
            Err(problems.finish())
        }
    }
}

/// The rows of an input, or why it is no CSV.
pub(super) fn open<R: Read + Send>(mut input: R) -> Result<Rows<impl Read + Send>, Box<Diagnostic>> {
    let head = shape::head(&mut input).map_err(|error| Box::new(unreadable(&error)))?;
    let shape = Shape::find(&head)?;
    let decoded = Decoded::new(shape, Cursor::new(head).chain(input)).map_err(|error| Box::new(unreadable(&error)))?;
    Ok(Rows::new(shape, decoded))
}

fn read_rows(
    source: &RosterSource,
    mut rows: Rows<impl Read + Send>,
    exported_at: Timestamp,
    mut problems: Problems,
) -> Result<(Roster, Diagnostics), Diagnostics> {
    let columns = match rows.next() {
        Next::Row => Columns::find(source, rows.line, &rows.record, &mut problems),
        stop => {
            if matches!(stop, Next::End) {
                problems.whole(shape::empty());
            }
            stop.report(rows.line, &mut problems);
            return Err(problems.finish());
        }
    };
    let mut fold = Fold::new(source, columns.has(Column::PortalAccess));
    let mut count = 0;
    let stop = batch::each(&mut rows, columns.width(), |row| {
        take(row, &columns, &mut fold, &mut problems);
        count += 1;
    });
    stop.report(rows.line, &mut problems);
    fold.finish(facts(source, rows, count, exported_at), problems)
}

/// Gives a row to the fold if it can be understood; its form is judged even where the heading line is wrong.
fn take(row: &mut Parsed, columns: &Columns, fold: &mut Fold, problems: &mut Problems) {
    if let Some(problem) = row.problem.take() {
        problems.row(row.line, problem);
    } else if columns.is_complete() {
        fold.add(&Row::of_record(columns, &row.record, row.line), problems);
    }
}

/// The links are counted by the fold.
fn facts(source: &RosterSource, rows: Rows<impl Read>, count: u64, exported_at: Timestamp) -> RosterFacts {
    let (shape, sha256) = rows.finish();
    RosterFacts {
        rows: count,
        links: 0,
        sha256,
        exported_at,
        shape: shape.to_string(),
        is_full: source.upload == Upload::Full,
        path: source.written_path.clone(),
        format: source.format.as_str(),
        files: Vec::new(),
    }
}

impl Next {
    /// Says why the reading ended, if not because the file did.
    pub(super) fn report(self, line: u32, problems: &mut Problems) {
        match self {
            Self::Row | Self::End => {}
            Self::OpenQuote => problems.at_line(line, open_quote()),
            Self::Unreadable(error) => problems.whole(unreadable(&error)),
            Self::Fault(fault) => report_fault(fault, problems),
        }
    }
}

fn report_fault(fault: Fault, problems: &mut Problems) {
    let (code, line, help) = match fault {
        Fault::NotUtf8 { line, .. } => (
            "roster::not-utf8",
            Some(line),
            "Excel's plain \"CSV\" is Windows-1252: save it as \"CSV UTF-8 (Comma delimited)\", or choose UTF-8 in the SMS",
        ),
        Fault::Nul { line, .. } => ("roster::nul-byte", Some(line), "the file is damaged or no text; export it again"),
        Fault::LongLine { line } => (
            "roster::long-line",
            Some(line),
            "this is no CSV export of caregivers, or its line ends are lost; export it again",
        ),
        Fault::TooLarge => ("roster::too-large", None, "export fewer columns, or one school at a time"),
    };
    let problem = Diagnostic::error(code, fault.to_string()).with_help(help);
    match line {
        Some(line) => problems.at_line(u32::try_from(line).unwrap_or(u32::MAX), problem),
        None => problems.whole(problem),
    }
}

fn open_quote() -> Diagnostic {
    Diagnostic::error("roster::open-quote", "a quotation mark that opens in this row is never closed")
        .with_help("the export may have been cut short: export it again; or close the quotation mark in this row")
}

fn unreadable(error: &io::Error) -> Diagnostic {
    Diagnostic::error("roster::unreadable", format!("the roster can't be read: {error}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{self, HEADINGS, NOW, error, export, line, problems, read, source, two_families};
    use crate::diagnostic::Severity;
    use crate::model::source::RosterSource;

    const FAMILY: [&str; 2] = ["C1,Mere,,mere@example.nz,S1,,,,,,,,,,", "C2,Tama,,tama@example.nz,S1,,,,,,,,,,"];

    #[test]
    fn a_tidy_export_has_its_facts_and_no_problems() {
        let (roster, problems) = read(&source(), two_families()).unwrap();
        assert!(problems.is_empty(), "{problems:#?}");
        let facts = roster.facts();
        assert_eq!((facts.rows, facts.links, roster.len()), (4, 4, 3));
        assert_eq!((facts.shape.as_str(), facts.path.as_str()), ("UTF-8, comma", "roster/caregivers.csv"));
        assert_eq!((facts.exported_at, facts.is_full, facts.format), (NOW, true, "csv"));
        assert_eq!(facts.sha256.len(), 64);
    }

    #[test]
    fn every_shape_gives_the_same_caregivers_at_the_same_lines() {
        let seen = |bytes: &[u8]| {
            let (roster, problems) = read(&source(), bytes).unwrap();
            assert!(problems.is_empty(), "{problems:#?}");
            let people: Vec<_> =
                roster.caregivers().map(|c| (c.id().to_owned(), c.address().unwrap().to_owned(), c.line())).collect();
            (people, roster.facts().shape.clone())
        };
        let text = two_families();
        let (people, _) = seen(text.as_bytes());
        for (delimiter, word) in [(',', "comma"), (';', "semicolon"), ('\t', "tab")] {
            for (bom, mark) in [("", ""), ("\u{FEFF}", " with BOM")] {
                for (line_end, told) in [("\n", ""), ("\r\n", ""), ("\r", ", CR line ends")] {
                    let text = text.replace(',', &delimiter.to_string()).replace('\n', line_end);
                    for text in [text.trim_end(), &text] {
                        let (same, shape) = seen(format!("{bom}{text}").as_bytes());
                        assert_eq!(same, people, "{word} {line_end:?}");
                        assert_eq!(shape, format!("UTF-8{mark}, {word}{told}"));
                    }
                }
            }
        }
    }

    #[test]
    fn lines_are_right_behind_blank_lines_and_line_ends_in_quotes() {
        for line_end in ["\n", "\r\n"] {
            let text = format!("\n{HEADINGS}\n\n\nC1,\"Me\nre\",,,S1,,,,,,,,,,\n,,,,\nC2,,,,S2,,,,,,,,,,\n\n\n");
            let (roster, _) = read(&source(), text.replace('\n', line_end)).unwrap();
            let lines: Vec<_> = roster.caregivers().map(super::super::view::Caregiver::line).collect();
            assert_eq!((lines, roster.facts().rows), (vec![5, 8], 2), "{line_end:?}");
            assert_eq!(roster.caregiver("C1").unwrap().first_name(), "Me re");
        }
    }

    #[test]
    fn quoted_cells_hold_delimiters_and_quotation_marks() {
        let rows = ["\"C1\",\"Ngata, Jr\",\"O\"\"Brien <script>\",\"mere@example.nz\",S1,,,,,,,,,,\"\""];
        let roster = testing::roster(&rows);
        let caregiver = roster.caregiver("C1").unwrap();
        assert_eq!((caregiver.first_name(), caregiver.last_name()), ("Ngata, Jr", "O\"Brien <script>"));
    }

    #[test]
    fn a_name_of_300_characters_is_kept() {
        let name = "ā".repeat(300);
        assert_eq!(testing::roster(&[&FAMILY[0].replace("Mere", &name)]).caregiver("C1").unwrap().first_name(), name);
    }

    #[test]
    fn a_ragged_row_is_told_with_its_line_and_both_widths() {
        let found = problems(&source(), export(&[FAMILY[0], "C2,Tama", "C3,a,b,c,S2,,,,,,,,,,,", FAMILY[1]]));
        let told: Vec<_> = found.iter().map(|problem| (line(problem), problem.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (Some(3), "the heading line has 15 columns, and this row has 2"),
                (Some(4), "the heading line has 15 columns, and this row has 16"),
            ]
        );
        assert!(found.iter().all(|problem| problem.code == "roster::ragged-row" && problem.source.is_none()));
    }

    #[test]
    fn a_row_that_a_quotation_mark_has_swallowed_says_how_far_it_runs() {
        let text = export(&["C1,\"Mere,,mere@example.nz,S1,,,,,,,,,,", FAMILY[1], "C3,Ana,\"Lee\",,S3,,,,,,,,,,"]);
        let problem = error(&source(), text);
        assert_eq!((problem.code, line(&problem)), ("roster::ragged-row", Some(2)));
        assert!(problem.help.as_ref().unwrap().contains("runs on to line 4"), "{problem:?}");
    }

    #[test]
    fn rows_that_a_quotation_mark_has_swallowed_in_the_right_width_are_missed() {
        for last in ["C2,\"Ana\",,,S3,,,,,,,,,,", "C2,\"\",,,S3,,,,,,,,,,\nC3,\"Ana\",,,S3,,,,,,,,,,"] {
            let text = export(&["C1,\"Mere,,mere@example.nz,S1,,,,,,,,,,", last]);
            let problem = error(&source(), text);
            assert_eq!((problem.code, line(&problem)), ("roster::swallowed-rows", Some(2)), "{last}");
        }
        let note = testing::roster(&["C1,\"Mere \"\"M\"\"\n(a, b)\",,,S1,,,,,,,,,,"]);
        assert_eq!(note.caregiver("C1").unwrap().first_name(), "Mere \"M\" (a, b)");
    }

    #[test]
    fn half_a_quoted_field_at_the_end_is_told_where_it_begins() {
        for end in ["", "\n", "\r\n", "\"\""] {
            let text = format!("{}C3,Sione,\"Fono{end}", export(&FAMILY));
            let problem = error(&source(), text);
            assert_eq!((problem.code, line(&problem)), ("roster::open-quote", Some(4)), "{end:?}");
        }
    }

    #[test]
    fn another_encoding_is_told_by_byte_and_line() {
        let mut bytes = export(&FAMILY).into_bytes();
        let at = bytes.windows(4).position(|window| window == b"Tama").unwrap() + 1;
        bytes[at] = 0xE4;
        let problem = error(&source(), &bytes);
        assert_eq!((problem.code, line(&problem)), ("roster::not-utf8", Some(3)));
        assert_eq!(problem.message, format!("this is not UTF-8: byte {at} is 0xE4"));
        assert!(problem.help.unwrap().contains("Windows-1252"));
    }

    #[test]
    fn an_endless_line_and_a_nul_byte_are_refused() {
        let text = format!("{}{}", export(&FAMILY), "x".repeat(10_000_000));
        assert_eq!((error(&source(), &text).code, line(&error(&source(), &text))), ("roster::long-line", Some(4)));
        let text = format!("{}C3\0,", export(&FAMILY));
        assert_eq!((error(&source(), &text).code, line(&error(&source(), &text))), ("roster::nul-byte", Some(4)));
    }

    #[test]
    fn nothing_to_read_is_an_error_with_a_name() {
        for (text, code) in [
            (String::new(), "roster::empty"),
            ("\u{FEFF}\r\n".to_owned(), "roster::empty"),
            (",,\n".to_owned(), "roster::empty"),
            (HEADINGS.to_owned(), "roster::no-rows"),
            (format!("{HEADINGS}\r\n\r\n,,,\r\n"), "roster::no-rows"),
            (export(&[",Mere,,mere@example.nz,S1,,,,,,,,,,"]), "roster::no-caregivers"),
        ] {
            let errors = problems(&source(), &text);
            let first = errors.iter().find(|problem| problem.severity == Severity::Error).unwrap();
            assert_eq!(first.code, code, "{text:?}");
        }
    }

    #[test]
    fn all_mistakes_are_told_in_one_go() {
        let text = export(&["1.23457E+09,,,,S1,,,,,,,,,,", "C2,x", "C3,\"", ""]).replace("Email", "Mail");
        let source = RosterSource { max_age: Some(std::time::Duration::ZERO), ..source() };
        let found = super::super::read_bytes(&source, text.as_bytes(), NOW - std::time::Duration::from_mins(1), NOW);
        let codes: Vec<_> = found.unwrap_err().sorted().iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["roster::too-old", "roster::missing-heading", "roster::ragged-row", "roster::open-quote"]);
    }

    #[test]
    fn faulty_rows_are_shown_up_to_a_limit() {
        let rows: Vec<String> = (0..70).map(|at| format!("{at}.5E+10,,,,S{at},,,,,,,,,,")).collect();
        let found = problems(&source(), export(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(found.len(), 21);
        assert_eq!(found.iter().filter(|problem| problem.code == "roster::excel-number").count(), 20);
        let last = found.last().unwrap();
        assert_eq!((last.code, line(last)), ("roster::more", Some(22)));
    }

    #[test]
    fn no_problem_holds_a_name_or_an_address() {
        let text =
            export(&["C1,Mere,Ngata,mere@example.nz,1.2E+10,Ana,,,,,,,court order,x,y", "C1,Aroha,secret@example.nz"]);
        let told = format!("{:?}", problems(&source(), text));
        for private in ["Mere", "Aroha", "Ngata", "Ana", "example.nz", "court order"] {
            assert!(!told.contains(private), "{private}: {told}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), with_headings: bool) {
            let head = if with_headings { format!("{HEADINGS}\n") } else { String::new() };
            let _ = read(&source(), [head.as_bytes(), &bytes].concat());
        }

        #[test]
        fn bytes_that_matter_never_panic(rows in "[CS1,;\t\"\r\n@. éE+\u{202e}\u{0}-]{0,300}", delimiter in "[,;\t]") {
            let headings = HEADINGS.replace(',', &delimiter);
            if let Ok((roster, _)) = read(&source(), format!("{headings}\n{rows}")) {
                for caregiver in roster.caregivers() {
                    prop_assert!(!caregiver.id().is_empty() && caregiver.line() > 1);
                    prop_assert!(!caregiver.email_as_written().contains(['\r', '\n']));
                    prop_assert!(roster.caregiver(caregiver.id()).is_some());
                    let _ = (caregiver.address(), caregiver.suggestion(), caregiver.children().count());
                }
            }
        }
    }
}
