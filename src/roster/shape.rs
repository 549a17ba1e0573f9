//! The shape of a CSV export, found from its first bytes: byte order mark, line ends, delimiter; and the files that are no
//! CSV at all. Says nothing about the headings: `columns` does.

use std::fmt;
use std::io::{self, Read};

use crate::diagnostic::Diagnostic;

/// How much is looked at: more than any heading line.
const HEAD: u64 = 64 * 1024;
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Between two fields.
    pub(super) delimiter: u8,
    /// Bytes before the first field: the byte order mark's.
    pub(super) bom: usize,
    /// Whether lines end with CR alone, as `FileMaker` writes them.
    pub(super) has_lone_cr: bool,
}

/// The first bytes of an input, to be put before the rest of it.
pub(super) fn head(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

impl Shape {
    /// Finds the shape, or says why this is no CSV.
    pub(super) fn find(head: &[u8]) -> Result<Self, Box<Diagnostic>> {
        if let Some(problem) = not_csv(head) {
            return Err(Box::new(problem));
        }
        let bom = if head.starts_with(BOM) { BOM.len() } else { 0 };
        let text = head[bom..].trim_ascii_start();
        if text.is_empty() {
            return Err(Box::new(empty()));
        }
        let line = &text[..heading_end(text)];
        let has_lone_cr = text[line.len()..].starts_with(b"\r") && text.get(line.len() + 1) != Some(&b'\n');
        Ok(Self { delimiter: delimiter(line), bom, has_lone_cr })
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delimiter = match self.delimiter {
            b';' => "semicolon",
            b'\t' => "tab",
            _ => "comma",
        };
        let bom = if self.bom > 0 { " with BOM" } else { "" };
        let line_ends = if self.has_lone_cr { ", CR line ends" } else { "" };
        write!(f, "UTF-8{bom}, {delimiter}{line_ends}")
    }
}

/// The problem with an export that holds nothing.
pub(super) fn empty() -> Diagnostic {
    Diagnostic::error("roster::empty", "the roster is empty")
        .with_help("export it from the SMS again; the export may have been cut short")
}

/// Files of other kinds that are often handed over for a CSV, by their first bytes.
fn not_csv(head: &[u8]) -> Option<Diagnostic> {
    const EXCEL: &str = "open it in Excel and save it as \"CSV UTF-8 (Comma delimited)\", with the id columns formatted as Text; \
                         or, better, export CSV from the SMS";
    const UNICODE: &str = "save it as \"CSV UTF-8 (Comma delimited)\", or choose UTF-8 in the SMS";
    let kinds: [(&[u8], &str, &str); 4] = [
        (b"PK\x03\x04", "an Excel workbook or a ZIP file", EXCEL),
        (b"\xD0\xCF\x11\xE0", "an old Excel workbook", EXCEL),
        (b"\xFF\xFE", "UTF-16 text (Excel's \"Unicode text\")", UNICODE),
        (b"\xFE\xFF", "UTF-16 text", UNICODE),
    ];
    let (_, kind, help) = kinds.into_iter().find(|(magic, ..)| head.starts_with(magic))?;
    Some(Diagnostic::error("roster::not-csv", format!("this is {kind}, not CSV in UTF-8")).with_help(help))
}

/// Where the heading line ends; a line end inside quotation marks does not count.
fn heading_end(text: &[u8]) -> usize {
    let mut is_quoted = false;
    let end = text.iter().position(|&byte| {
        is_quoted ^= byte == b'"';
        !is_quoted && matches!(byte, b'\r' | b'\n')
    });
    end.unwrap_or(text.len())
}

/// The delimiter that occurs most in the heading line, outside quotation marks; comma where none does.
fn delimiter(line: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let mut is_quoted = false;
        let is_one = |&&byte: &&u8| {
            is_quoted ^= byte == b'"';
            !is_quoted && byte == delimiter
        };
        line.iter().filter(is_one).count()
    };
    // Of equals `max_by_key` takes the last.
    [b'\t', b';', b','].into_iter().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(head: &[u8]) -> String {
        Shape::find(head).unwrap().to_string()
    }

    #[test]
    fn the_delimiter_is_found_in_the_heading_line() {
        assert_eq!(shape(b"id,email\n1;2;3;4"), "UTF-8, comma");
        assert_eq!(shape(b"id;email\r\n"), "UTF-8, semicolon");
        assert_eq!(shape(b"id\temail\n"), "UTF-8, tab");
        assert_eq!(shape(b"\"a,b,c\";\"d,e\"\n"), "UTF-8, semicolon");
        assert_eq!(shape(b"id"), "UTF-8, comma");
    }

    #[test]
    fn a_byte_order_mark_and_lone_line_ends_are_told() {
        assert_eq!(shape(b"\xEF\xBB\xBFid,email\r\n1,2"), "UTF-8 with BOM, comma");
        assert_eq!(shape(b"id,\"e\rf\"\r1,2\r"), "UTF-8, comma, CR line ends");
        assert_eq!(shape(b"\r\n\r\nid,email\r\n1,2"), "UTF-8, comma");
    }

    #[test]
    fn what_is_no_csv_is_called_by_its_name() {
        for (head, kind) in [
            (&b"PK\x03\x04rest"[..], "an Excel workbook or a ZIP file"),
            (b"\xD0\xCF\x11\xE0", "an old Excel workbook"),
            (b"\xFF\xFEi\0d\0", "UTF-16 text (Excel's \"Unicode text\")"),
        ] {
            let problem = Shape::find(head).unwrap_err();
            assert_eq!(problem.code, "roster::not-csv");
            assert!(problem.message.contains(kind), "{}", problem.message);
        }
    }

    #[test]
    fn nothing_but_blanks_is_empty() {
        for head in [&b""[..], b"\xEF\xBB\xBF", b"\r\n\r\n  "] {
            assert_eq!(Shape::find(head).unwrap_err().code, "roster::empty");
        }
    }
}
