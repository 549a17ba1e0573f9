//! Reads format `csv`: one row per caregiver-student link, columns by heading.
//!
//! Holds the steps together, and says in words why the reading had to stop; what a row means is for `take` and `fold`.

use std::io::Read;

use jiff::Timestamp;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::source::{Column, Encoding, RosterSource, Upload};

use super::age;
use super::batch;
use super::columns::Columns;
use super::decode::{Decoded, Guess};
use super::facts::RosterFacts;
use super::first_line;
use super::fold::Fold;
use super::problems::Problems;
use super::reading::incomplete;
use super::rows::{Next, Rows};
use super::shape;
use super::store::Roster;
use super::tail::Tail;
use super::take::take;

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
    match open(input, source.encoding) {
        Ok(rows) => read_rows(source, rows, exported_at, problems),
        Err(problem) => {
            problems.whole(*problem);
            Err(problems.finish())
        }
    }
}

/// The rows of an input, or why it is no CSV.
pub(super) fn open<R: Read + Send>(input: R, encoding: Encoding) -> Result<Rows<R>, Box<Diagnostic>> {
    let (shape, decoded) = Decoded::open(input, encoding)?;
    Ok(Rows::new(shape, decoded))
}

fn read_rows(
    source: &RosterSource,
    mut rows: Rows<impl Read + Send>,
    exported_at: Timestamp,
    mut problems: Problems,
) -> Result<(Roster, Diagnostics), Diagnostics> {
    let Some(columns) = headings(source, &mut rows, &mut problems) else { return Err(problems.finish()) };
    let mut fold = Fold::of_columns(source, &columns);
    let (mut count, mut tail) = (0, Tail::under(columns.width()));
    let stop = batch::each(&mut rows, columns.width(), |rows| {
        fold.look_ahead(rows.iter().map(|row| columns.slot(0).cell(Column::CaregiverId, &row.record)));
        for row in rows.iter_mut() {
            tail.see(&row.record, row.line);
            take(row, &columns, &mut fold, &mut problems);
        }
        count += rows.len() as u64;
    });
    end(stop, &rows, &mut problems);
    let cut =
        if rows.ends_in_a_line() { tail.cut(source.written_path.rsplit('/').next().unwrap_or_default()) } else { None };
    let mut facts = facts(source, rows, count, exported_at);
    if let Some(cut) = cut {
        facts.is_full = false;
        problems.whole(incomplete(&cut));
    }
    fold.finish(facts, problems)
}

/// Finds the columns in the heading line, if there is one.
pub(super) fn headings(source: &RosterSource, rows: &mut Rows<impl Read>, problems: &mut Problems) -> Option<Columns> {
    match rows.next() {
        Next::Row if first_line::is_other(source, &rows.record) => {
            let (line, delimiter, first) = (rows.line, rows.delimiter(), rows.record.clone());
            let below = std::iter::from_fn(|| match rows.next() {
                Next::Row => Some((rows.line, rows.record.clone())),
                _ => None,
            });
            first_line::report(source, (line, &first), below, Some(delimiter), problems);
            end(Next::End, rows, problems);
            None
        }
        Next::Row => Some(Columns::find(source, rows.line, &rows.record, problems)),
        stop => {
            if matches!(stop, Next::End) {
                problems.whole(shape::empty());
            }
            end(stop, rows, problems);
            None
        }
    }
}

/// Says why the rows ended, if not because the file did, and how its bytes were understood.
pub(super) fn end(stop: Next, rows: &Rows<impl Read>, problems: &mut Problems) {
    stop.report(rows.line, problems);
    if let Some(guess) = rows.guess() {
        problems.at_line(line(guess.line), taken_for_windows_1252(guess));
    }
}

fn taken_for_windows_1252(guess: Guess) -> Diagnostic {
    let Guess { line, offset, byte } = guess;
    let message = format!(
        "the export is no UTF-8 (line {line}: byte {offset} is 0x{byte:02X}) and is read as Windows-1252, Excel's plain \"CSV\""
    );
    Diagnostic::warning("roster::windows-1252", message).with_help(
        "it has no macrons, so names may have lost theirs: export UTF-8 if the SMS can; else write `encoding: windows-1252`",
    )
}

/// The links are counted by the fold.
fn facts(source: &RosterSource, rows: Rows<impl Read>, count: u64, exported_at: Timestamp) -> RosterFacts {
    let (shape, sha256) = rows.finish();
    RosterFacts {
        rows: count,
        links: 0,
        sha256,
        exported_at,
        shape,
        is_full: source.upload == Upload::Full,
        path: source.written_path.clone(),
        format: source.format.as_str(),
        files: Vec::new(),
        parts: Vec::new(),
    }
}

impl Next {
    /// Says why there is not even a heading line.
    pub(super) fn report_nothing(self, at: u32, problems: &mut Problems) {
        if matches!(self, Self::End) {
            problems.whole(shape::empty());
        }
        self.report(at, problems);
    }

    /// Says why the reading ended, if not because the file did.
    pub(super) fn report(self, at: u32, problems: &mut Problems) {
        match self {
            Self::Row | Self::End => {}
            Self::OpenQuote => problems.at_line(at, open_quote()),
            Self::Unreadable(error) => problems.whole(shape::unreadable(&error)),
            Self::Fault(fault) => problems.at_line(line(fault.line()), fault.diagnostic()),
        }
    }
}

fn line(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn open_quote() -> Diagnostic {
    Diagnostic::error("roster::open-quote", "a quotation mark that opens in this row is never closed")
        .with_help("the export may have been cut short: export it again; or close the quotation mark in this row")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{self, HEADINGS, NOW, error, export, line, problems, read, source, two_families};
    use crate::diagnostic::Severity;
    use crate::model::source::{Column, Encoding, IdentityBy, RosterSource, RowShape};

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
        let mut bytes = export(&FAMILY).replace("Mere", "Māia").into_bytes();
        let at = bytes.windows(4).position(|window| window == b"Tama").unwrap() + 1;
        bytes[at] = 0xE4;
        let problem = error(&source(), &bytes);
        assert_eq!((problem.code, line(&problem)), ("roster::not-utf8", Some(3)));
        assert_eq!(problem.message, format!("this is not UTF-8: byte {at} is 0xE4"));
        assert!(problem.help.unwrap().contains("encoding: windows-1252"));
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
    fn a_row_that_is_too_short_is_not_told_of_quotation_marks() {
        let text = export(&[FAMILY[0], "C2,Tama", FAMILY[1]]);
        let help = error(&source(), &text).help.unwrap();
        assert!(help.starts_with("cells are missing"), "{help}");
        let whole = export(&[FAMILY[0], "C2,Tama"]);
        assert!(error(&source(), &whole).help.unwrap().starts_with("cells are missing"));
        let help = error(&source(), whole.trim_end()).help.unwrap();
        assert_eq!(help, "the file ends in the middle of this row, so it was cut off: export it again");
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

    /// Sources that make use of everything a CSV export can be.
    fn any_source() -> impl Strategy<Value = RosterSource> {
        let encodings = [Encoding::Auto, Encoding::Utf8, Encoding::Utf16, Encoding::Windows1252];
        let settings = (prop::sample::select(encodings.to_vec()), any::<[bool; 4]>());
        settings.prop_map(|(encoding, [is_continued, has_two, by_email, is_chosen])| {
            let mut source = source();
            source.encoding = encoding;
            source.is_unknown_access_chosen = is_chosen;
            source.traced = Some("C1".into());
            source.columns.insert(Column::Email, vec!["Email".into(), "Class".into()]);
            source.columns.insert(Column::CourtOrder, vec!["Staff".into()]);
            source.columns.remove(&Column::Staff);
            if has_two {
                let second = [(Column::CaregiverId, "First"), (Column::Email, "Last")];
                let first = [Column::CaregiverId, Column::Email];
                let first = first.map(|column| (column, source.columns.remove(&column).unwrap_or_default()));
                let second = second.map(|(column, heading)| (column, vec![heading.to_owned()]));
                source.caregivers = vec![first.into_iter().collect(), second.into_iter().collect()];
            } else if is_continued {
                source.rows = RowShape::Continued;
            }
            if by_email {
                source.identity = IdentityBy::Email;
            }
            source
        })
    }

    /// What is read can be looked at from every side.
    fn look_at(roster: &super::super::Roster) {
        for caregiver in roster.caregivers() {
            assert!(!caregiver.id().is_empty() && caregiver.line() > 1, "{caregiver:?}");
            let _ = (caregiver.address(), caregiver.suggestion(), caregiver.children().count(), caregiver.file());
        }
        let _ = (roster.duplicates().len(), roster.traced().count(), super::super::changes(roster, roster, |_| None));
    }

    proptest! {
        #[test]
        fn whatever_the_settings_no_bytes_are_a_panic(
            source in any_source(),
            text in "([CS1,;\t\"\r\n@. éE+āY\u{b}\u{1d}\u{202e}-]{0,200}|(C[12],[CD]1?,[ab]@x\\.nz,a@b\\.nz,S1(\u{1d}S2)?,,,7,,,,,(Y|N)?,1,N?[\r\n]{1,2}){0,9})",
            bytes in prop::collection::vec(any::<u8>(), 0..60),
            encode in 0..4,
        ) {
            let text = format!("{HEADINGS}\n{text}");
            let encoded: Vec<u8> = match encode {
                0 => text.into_bytes(),
                1 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
                2 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
                _ => text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect(),
            };
            if let Ok((roster, _)) = read(&source, [&encoded[..], &bytes[..]].concat()) {
                look_at(&roster);
            }
        }

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
