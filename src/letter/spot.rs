//! Where in a template something stands: bytes turned into lines and columns, with the source lines.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Place, Span};

/// Puts a stretch of `source` (in bytes) under a diagnostic: place and source lines.
pub(super) fn mark(diagnostic: Diagnostic, file: &str, source: &str, bytes: Range<usize>) -> Diagnostic {
    let start = source.floor_char_boundary(bytes.start);
    let end = source.floor_char_boundary(bytes.end.max(start));
    let (line, column) = position(source, start);
    let (end_line, end_column) = position(source, end);
    let lines = source.lines().skip(line as usize - 1).take((end_line - line) as usize + 1);
    let lines = lines.collect::<Vec<_>>().join("\n");
    diagnostic.with_place(Place::at(file, Span { line, column, end_line, end_column })).with_source(lines)
}

/// Line and column, both from 1, columns in characters.
pub(super) fn position(source: &str, byte: usize) -> (u32, u32) {
    let before = &source[..source.floor_char_boundary(byte)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    (number(line), number(column))
}

/// The stretch of a whole line, from 1, without its end.
pub(super) fn whole_line(source: &str, line: u32) -> Range<usize> {
    let mut start = 0;
    for (index, text) in source.split_inclusive('\n').enumerate() {
        if number(index + 1) == line {
            return start..start + text.trim_end_matches(['\r', '\n']).len();
        }
        start += text.len();
    }
    source.len()..source.len()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(position("a\nāā{{ x", "a\nāā".len()), (2, 3));
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("ā", 1), (1, 1), "inside a character");
        assert_eq!(position("abc", 99), (1, 4));
    }

    #[test]
    fn a_whole_line_has_no_end() {
        assert_eq!(whole_line("ab\r\ncde\n", 1), 0..2);
        assert_eq!(whole_line("ab\r\ncde\n", 2), 4..7);
        assert_eq!(whole_line("ab", 9), 2..2);
    }

    #[test]
    fn a_marked_problem_shows_its_lines() {
        let marked = mark(Diagnostic::error("letter::syntax", "x"), "f", "one\ntwo\nthree\nfour", 5..10);
        let span = marked.place.unwrap().span.unwrap();
        assert_eq!((span.line, span.column, span.end_line, span.end_column), (2, 2, 3, 3));
        assert_eq!(marked.source.unwrap(), "two\nthree");
    }
}
