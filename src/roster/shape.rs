//! The shape of a CSV export, found from its first line: line ends, delimiter; and the files that are no CSV at all. Says
//! nothing about the headings: `columns` does.

use std::io;

use crate::diagnostic::Diagnostic;

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Between two fields.
    pub(super) delimiter: u8,
    /// Whether the heading line ends with CR alone, as `FileMaker` writes it.
    pub(super) has_lone_cr: bool,
}

impl Shape {
    /// Finds the shape, or says that there is nothing.
    pub(super) fn find(head: &[u8]) -> Result<Self, Box<Diagnostic>> {
        let text = head.trim_ascii_start();
        if text.is_empty() {
            return Err(Box::new(empty()));
        }
        let line = &text[..heading_end(text)];
        let has_lone_cr = text[line.len()..].starts_with(b"\r") && text.get(line.len() + 1) != Some(&b'\n');
        Ok(Self { delimiter: delimiter(line), has_lone_cr })
    }

    /// What stands between two fields.
    pub(super) fn delimiter_in_words(self) -> &'static str {
        match self.delimiter {
            b';' => "semicolon",
            b'\t' => "tab",
            _ => "comma",
        }
    }

    /// The shape in words, with what the bytes were and whether some lines end otherwise than the heading line.
    pub(super) fn in_words(self, encoding: &str, has_other_ends: bool) -> String {
        let delimiter = self.delimiter_in_words();
        let line_ends = match (self.has_lone_cr, has_other_ends) {
            (true, _) => ", CR line ends",
            (false, true) => ", mixed line ends",
            (false, false) => "",
        };
        format!("{encoding}, {delimiter}{line_ends}")
    }
}

/// The problem with a file that can't be read on.
pub(super) fn unreadable(error: &io::Error) -> Diagnostic {
    Diagnostic::error("roster::unreadable", format!("the roster can't be read: {error}"))
}

/// The problem with an export that holds nothing.
pub(super) fn empty() -> Diagnostic {
    Diagnostic::error("roster::empty", "the roster is empty")
        .with_help("export it from the SMS again; the export may have been cut short")
}

/// Refuses files of other kinds that are often handed over for a CSV, by their first bytes.
pub(super) fn not_csv(head: &[u8]) -> Result<(), Box<Diagnostic>> {
    const HELP: &str = "open it in Excel and save it as \"CSV UTF-8 (Comma delimited)\", with the id columns formatted as Text; \
                        or, better, export CSV from the SMS";
    let kinds: [(&[u8], &str); 2] =
        [(b"PK\x03\x04", "an Excel workbook or a ZIP file"), (b"\xD0\xCF\x11\xE0", "an old Excel workbook")];
    match kinds.into_iter().find(|(magic, _)| head.starts_with(magic)) {
        Some((_, kind)) => {
            let problem = Diagnostic::error("roster::not-csv", format!("this is {kind}, not CSV"));
            Err(Box::new(problem.with_help(HELP)))
        }
        None => Ok(()),
    }
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
        Shape::find(head).unwrap().in_words("UTF-8", false)
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
    fn lone_line_ends_are_told() {
        assert_eq!(shape(b"id,\"e\rf\"\r1,2\r"), "UTF-8, comma, CR line ends");
        assert_eq!(shape(b"\r\n\r\nid,email\r\n1,2"), "UTF-8, comma");
    }

    #[test]
    fn what_is_no_csv_is_called_by_its_name() {
        for (head, kind) in [
            (&b"PK\x03\x04rest"[..], "an Excel workbook or a ZIP file"),
            (b"\xD0\xCF\x11\xE0", "an old Excel workbook"),
        ] {
            let problem = not_csv(head).unwrap_err();
            assert_eq!(problem.code, "roster::not-csv");
            assert!(problem.message.contains(kind), "{}", problem.message);
        }
    }

    #[test]
    fn nothing_but_blanks_is_empty() {
        for head in [&b""[..], b"\r\n\r\n  "] {
            assert_eq!(Shape::find(head).unwrap_err().code, "roster::empty");
        }
    }
}
