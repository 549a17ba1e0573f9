//! The rows of a CSV export, one at a time in one buffer, each with its line. The only file that drives crate `csv`.
//!
//! Lines end with LF for the crate: a CR before it is white space at the end of the last cell, and `decode` has turned lone
//! CRs into LFs. Blank lines, and lines of delimiters alone, are no rows.

use std::io::{self, Read};

use csv::{ReaderBuilder, StringRecord, Terminator};

use crate::diagnostic::Diagnostic;

use super::clean::trim;
use super::decode::{Decoded, END, Fault, Guess};
use super::interned::short;
use super::shape::Shape;

const BUFFER: usize = 64 * 1024;

/// The rows of an export, one at a time in one buffer.
pub(super) struct Rows<R> {
    reader: csv::Reader<Decoded<R>>,
    shape: Shape,
    /// The cells of the row.
    pub(super) record: StringRecord,
    /// The first line of the row.
    pub(super) line: u32,
    /// The line ends inside the row, between quotation marks.
    line_ends: u32,
}

/// What comes next.
pub(super) enum Next {
    /// A row, now in [`Rows::record`].
    Row,
    /// The end of the file, as it should be.
    End,
    /// The end of the file, in the middle of a quoted cell.
    OpenQuote,
    /// A fault in the bytes.
    Fault(Fault),
    /// The file can't be read on.
    Unreadable(io::Error),
}

impl<R: Read> Rows<R> {
    /// Stands before the first row.
    pub(super) fn new(shape: Shape, input: Decoded<R>) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(shape.delimiter)
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER)
            .from_reader(input);
        Self { reader, shape, record: StringRecord::new(), line: 1, line_ends: 0 }
    }

    /// The next row that is not blank.
    pub(super) fn next(&mut self) -> Next {
        loop {
            match self.reader.read_record(&mut self.record) {
                Ok(true) if self.is_blank() => {}
                Ok(true) => return self.placed(),
                // The end record always comes first.
                Ok(false) => return Next::End,
                Err(error) => return stopped(error),
            }
        }
    }

    fn is_blank(&self) -> bool {
        self.record.iter().all(|cell| trim(cell).is_empty())
    }

    /// Finds the row's first line: the crate knows the line behind a row.
    fn placed(&mut self) -> Next {
        let behind = short(usize::try_from(self.reader.position().line()).unwrap_or(usize::MAX));
        let cells = self.record.as_slice();
        let inside = short(cells.matches('\n').count());
        let is_last = cells.ends_with(END);
        self.line = behind.saturating_sub(inside + u32::from(!is_last));
        self.line_ends = inside;
        match is_last {
            false => Next::Row,
            true if self.record.len() == 1 && &self.record[0] == END => Next::End,
            true => Next::OpenQuote,
        }
    }

    /// What forbids to read the row, of which `width` cells are wanted.
    pub(super) fn problem(&self, width: usize) -> Option<Diagnostic> {
        if self.record.len() != width {
            Some(self.ragged(width))
        } else if self.line_ends > 0 && self.has_swallowed_rows() {
            Some(self.swallowed())
        } else {
            None
        }
    }

    fn ragged(&self, wanted: usize) -> Diagnostic {
        let found = self.record.len();
        let message = format!("the heading line has {wanted} columns, and this row has {found}");
        let help = match self.line_ends {
            0 if found < wanted => {
                "cells are missing: perhaps a line end stands in a cell without quotation marks around it".to_owned()
            }
            0 => "a value with a delimiter in it needs quotation marks around it".to_owned(),
            more => format!("the row runs on to line {}: see whether a quotation mark is not closed", self.line + more),
        };
        Diagnostic::error("roster::ragged-row", message).with_help(help)
    }

    /// A quotation mark that is not closed ends at the next one, perhaps in the same column of a later row. The width is
    /// then right, and the rows between have become part of one cell, delimiters, quotation mark and all.
    fn has_swallowed_rows(&self) -> bool {
        let delimiters = |cell: &str| cell.bytes().filter(|&byte| byte == self.shape.delimiter).count();
        let mut cells = self.record.iter().filter(|cell| cell.contains('\n') && cell.contains('"'));
        cells.any(|cell| delimiters(cell) >= self.record.len() - 1)
    }

    fn swallowed(&self) -> Diagnostic {
        let message = format!("a cell of this row runs on to line {} and holds other rows", self.line + self.line_ends);
        Diagnostic::error("roster::swallowed-rows", message).with_help(
            "a quotation mark in this row is not closed, or one too many: correct it in the SMS, and export again",
        )
    }

    /// What stands between two cells, in words.
    pub(super) fn delimiter(&self) -> &'static str {
        self.shape.delimiter_in_words()
    }

    /// Where the export turned out to be Windows-1252, as far as it has been read.
    pub(super) fn guess(&self) -> Option<Guess> {
        self.reader.get_ref().guess()
    }

    /// Whether the file ended in the middle of a line.
    pub(super) fn ends_in_a_line(&self) -> bool {
        self.reader.get_ref().ends_in_a_line()
    }

    /// The shape of the export in words, and the SHA-256 of its bytes, when all have been read.
    pub(super) fn finish(self) -> (String, String) {
        let input = self.reader.into_inner();
        let shape = self.shape.in_words(input.found().as_str(), input.lone_crs() > 0);
        (shape, input.sha256())
    }
}

fn stopped(error: csv::Error) -> Next {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()) {
            Some(&fault) => Next::Fault(fault),
            None => Next::Unreadable(error),
        },
        // Neither width nor UTF-8 is the crate's to judge here; should it do so, its words are the best there are.
        kind => Next::Unreadable(io::Error::other(format!("{kind:?}"))),
    }
}
