//! A list that a school keeps by hand, as CSV: read with the same care as an export (byte order mark, delimiter, encoding,
//! quotation marks, width of rows), without folding anything. What its columns mean is for whoever asked.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::source::Encoding;

use super::csv::open;
use super::decode::Fault;
use super::ids;
use super::problems::Problems;
use super::rows::{Next, Rows};
use super::utf8::Bad;

/// A list, read whole.
#[derive(Debug)]
pub struct List {
    /// The headings.
    pub headings: Vec<String>,
    /// The rows, each as wide as the heading line.
    pub rows: Vec<ListRow>,
}

/// One row of a list.
#[derive(Debug)]
pub struct ListRow {
    /// Its first line.
    pub line: u32,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
}

/// Reads a list; `file` is what messages call it.
pub fn read_list(file: &str, bytes: &[u8]) -> Result<List, Diagnostics> {
    let mut problems = Problems::new(file);
    if bytes.trim_ascii().is_empty() {
        problems.whole(empty());
        return Err(problems.finish());
    }
    match open(bytes, Encoding::Auto) {
        Ok(rows) => read_rows(rows, problems),
        Err(problem) => {
            problems.whole(*problem);
            Err(problems.finish())
        }
    }
}

fn read_rows(mut rows: Rows<impl std::io::Read>, mut problems: Problems) -> Result<List, Diagnostics> {
    let mut list = List { headings: Vec::new(), rows: Vec::new() };
    let stop = loop {
        match rows.next() {
            Next::Row if list.headings.is_empty() => list.headings = cells(&rows),
            Next::Row => match rows.problem(list.headings.len()).or_else(|| runs_on(&rows)) {
                Some(problem) => problems.row(rows.line, problem),
                None => list.rows.push(ListRow { line: rows.line, cells: cells(&rows) }),
            },
            stop => break stop,
        }
    };
    stop.report(rows.line, &mut problems);
    if let Some(guess) = rows.guess() {
        // Nobody sees a warning about a list; a guess at what it says would be acted on.
        let bad = Bad::NotUtf8 { offset: guess.offset, byte: guess.byte };
        Next::Fault(Fault::Bad { bad, line: guess.line }).report(rows.line, &mut problems);
    }
    if !problems.has_errors() && list.rows.is_empty() {
        problems.whole(empty());
    }
    if problems.has_errors() { Err(problems.finish()) } else { Ok(list) }
}

/// Nobody writes two lines into a cell of such a list: a quotation mark is open, and the next person is inside.
fn runs_on(rows: &Rows<impl std::io::Read>) -> Option<Diagnostic> {
    let problem = || Diagnostic::error("list::two-lines", "a cell of this row runs on to the next line");
    let has_two = rows.record.iter().any(|cell| cell.trim().contains(['\n', '\r']));
    has_two.then(|| problem().with_help("see whether a quotation mark is not closed, or one too many"))
}

fn cells(rows: &Rows<impl std::io::Read>) -> Vec<String> {
    rows.record.iter().map(|cell| cell.trim().to_owned()).collect()
}

fn empty() -> Diagnostic {
    Diagnostic::error("list::empty", "there is no row in it")
        .with_help("a heading line comes first, then a row for each person")
}

/// Why a text can't be an id of a caregiver; `heading` is the column that it stands in.
pub fn judge_id(id: &str, heading: &str) -> Result<(), String> {
    ids::judge(id).map_err(|problem| problem.message(id, heading))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> List {
        read_list("done.csv", text.as_bytes()).unwrap()
    }

    fn codes(bytes: &[u8]) -> Vec<&'static str> {
        read_list("done.csv", bytes).unwrap_err().sorted().iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn commas_semicolons_and_tabs_are_the_same() {
        for delimiter in [",", ";", "\t"] {
            let list = read(&"\u{feff}id,email\r\n C1 ,\r\n\r\nC2,b@example.nz\r\n".replace(',', delimiter));
            assert_eq!(list.headings, ["id", "email"]);
            let rows: Vec<_> = list.rows.iter().map(|row| (row.line, row.cells.join("|"))).collect();
            assert_eq!(rows, [(2, "C1|".to_owned()), (4, "C2|b@example.nz".to_owned())]);
        }
    }

    #[test]
    fn excels_unicode_text_is_read() {
        let bytes: Vec<u8> = "\u{feff}id\temail\nC1\t\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let list = read_list("done.txt", &bytes).unwrap();
        assert_eq!((list.headings.len(), list.rows[0].cells[0].as_str()), (2, "C1"));
    }

    #[test]
    fn a_quotation_mark_never_swallows_people() {
        assert_eq!(codes(b"id,email\nC1,\"a\nC2,b\n"), ["roster::open-quote"]);
        assert_eq!(codes(b"id,email\nC1,\"a\nC2,b\"\n"), ["list::two-lines"]);
    }

    #[test]
    fn what_is_no_list_is_refused() {
        assert_eq!(codes(b""), ["list::empty"]);
        assert_eq!(codes(b"\n \n"), ["list::empty"]);
        assert_eq!(codes(b"id,email\n"), ["list::empty"]);
        assert_eq!(codes(b"id,email\nC1\n"), ["roster::ragged-row"]);
        assert_eq!(codes(b"id,email\nC\xE41,\n"), ["roster::not-utf8"]);
        assert_eq!(codes(b"PK\x03\x04"), ["roster::not-csv"]);
        assert_eq!(codes(b"id\nC\0\n"), ["roster::nul-byte"]);
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_panic(bytes: Vec<u8>, text in "[a-z,;\"\t\r\n]{0,80}") {
            let _ = read_list("done.csv", &bytes);
            let _ = read_list("done.csv", text.as_bytes());
        }
    }
}
