//! One CSV file of a set, its columns found by headings that the format fixes.
//!
//! Which column is which is for `headings`; this walks over the rows, fills up those that are too short, and says which are not
//! as they should be.

use std::io::Read;

use crate::diagnostic::Severity;
use crate::model::source::RosterFormat;

use super::clean::clean;
use super::csv;
use super::headings::{self, Heading};
use super::notices::Kind;
use super::problems::FileNumber;
use super::reading::Reading;
use super::rows::{Next, Rows};
use super::set::FileSet;
use super::tail::Tail;

const SHORT: Kind = Kind {
    code: "roster::short-row",
    what: "shorter than the heading line; what is missing counts as blank",
    unit: "row",
    help: "see in the SMS whether the export was changed by hand",
};

const OTHER_CASE: Kind = Kind {
    code: "roster::file-case",
    what: "the file's name is spelt with other capitals than the format's",
    unit: "file",
    help: "it is read all the same; other programs may not find it",
};

/// A row of a table, for whoever does not care where the bytes come from.
pub(super) trait Cells {
    /// A cell, trimmed; blank where there is none.
    fn get(&self, column: usize) -> &str;
    /// Whether the file has a column.
    fn has(&self, column: usize) -> bool;
    /// The file and the line.
    fn place(&self) -> (FileNumber, u32);
}

impl<R: Read> Cells for Table<R> {
    fn get(&self, column: usize) -> &str {
        Self::get(self, column)
    }

    fn has(&self, column: usize) -> bool {
        Self::has(self, column)
    }

    fn place(&self) -> (FileNumber, u32) {
        Self::place(self)
    }
}

/// Reads a file of a set row by row; what the file looks like. One that is not needed may be missing; short rows are
/// filled up.
pub(super) fn each(
    reading: &mut Reading<'_>,
    files: &mut FileSet<'_>,
    (wanted, is_needed): (&str, bool),
    headings: &[Heading],
    mut take: impl FnMut(&dyn Cells, &mut Reading<'_>),
) -> String {
    let Some(name) = files.find(wanted) else {
        if is_needed {
            let problem = files.missing(wanted);
            reading.stopped(problem);
        }
        return String::new();
    };
    let place = files.place_of(&name);
    let Some(input) = reading.open(files, &name) else { return String::new() };
    let Some(table) = open(reading, (&place, is_needed), input, headings) else { return String::new() };
    // School Data Sync's own pages write its names with capitals and without.
    if name != wanted && reading.source.format == RosterFormat::OneRoster {
        reading.note(&OTHER_CASE, (table.file, 1));
    }
    let mut table = table.allow_short_rows();
    while table.next(reading) {
        take(&table, reading);
    }
    table.finish(reading)
}

/// A file of a set.
pub(super) struct Table<R> {
    rows: Rows<R>,
    name: String,
    file: FileNumber,
    at: Vec<Option<usize>>,
    headings: Vec<String>,
    /// Whether short rows are filled up with blanks.
    allows_short: bool,
    tail: Tail,
}

impl<R: Read> Table<R> {
    /// A cell of the row, trimmed; blank where there is none.
    pub(super) fn get(&self, column: usize) -> &str {
        let at = self.at.get(column).copied().flatten();
        at.and_then(|at| self.rows.record.get(at)).unwrap_or_default().trim()
    }

    /// What the file calls a column.
    pub(super) fn heading(&self, column: usize) -> &str {
        let at = self.at.get(column).copied().flatten();
        at.and_then(|at| self.headings.get(at)).map_or("", String::as_str)
    }

    /// Whether the file has a column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.at.get(column).is_some_and(Option::is_some)
    }

    /// All cells of the row.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.rows.record.iter().map(str::trim)
    }

    /// The file and the line of the row.
    pub(super) fn place(&self) -> (FileNumber, u32) {
        (self.file, self.rows.line)
    }

    /// The next row that fits the heading line.
    pub(super) fn next(&mut self, reading: &mut Reading<'_>) -> bool {
        while self.advance(reading) {
            if self.fits(reading) {
                reading.rows += 1;
                return true;
            }
        }
        false
    }

    /// The next row, whatever it looks like; `false` at the end.
    pub(super) fn advance(&mut self, reading: &mut Reading<'_>) -> bool {
        match self.rows.next() {
            Next::Row => {
                self.tail.see(&self.rows.record, self.rows.line);
                true
            }
            end => {
                end.report(self.rows.line, &mut reading.problems);
                self.judge_end(reading);
                false
            }
        }
    }

    /// Whether the file may have been cut in the middle of a row.
    fn judge_end(&self, reading: &mut Reading<'_>) {
        if self.rows.ends_in_a_line() {
            reading.ends_in_a_line(&self.name, self.file, &self.tail);
        }
    }

    /// Whether the row has the width of the heading line; if not, that is a problem.
    pub(super) fn fits(&self, reading: &mut Reading<'_>) -> bool {
        let (found, wanted) = (self.rows.record.len(), self.headings.len());
        if found < wanted && self.allows_short {
            reading.note(&SHORT, self.place());
            return true;
        }
        let is_blank_beyond = found > wanted && self.cells().skip(wanted).all(str::is_empty);
        let width = if is_blank_beyond { found } else { wanted };
        match self.rows.problem(width) {
            Some(problem) => {
                reading.problems.row(self.rows.line, problem);
                false
            }
            None => true,
        }
    }

    /// The file has been read: its hash counts.
    pub(super) fn finish(self, reading: &mut Reading<'_>) -> String {
        let (shape, sha256) = self.rows.finish();
        reading.has_read(&self.name, &sha256);
        shape.clone()
    }
}

/// Opens a file of a set, which messages call `place`. An empty one that is not needed is a warning.
pub(super) fn open<R: Read + Send>(
    reading: &mut Reading<'_>,
    (place, is_needed): (&str, bool),
    input: R,
    headings: &[Heading],
) -> Option<Table<impl Read + use<R>>> {
    let file = reading.problems.enter(place);
    let mut rows = match csv::open(input, reading.source.encoding) {
        Ok(rows) => rows,
        Err(mut problem) => {
            if !is_needed {
                problem.severity = Severity::Warning;
            }
            reading.problems.whole(*problem);
            return None;
        }
    };
    match rows.next() {
        Next::Row => {}
        stop => {
            stop.report_nothing(rows.line, &mut reading.problems);
            return None;
        }
    }
    let name = place.rsplit('/').next().unwrap_or(place).to_owned();
    let found: Vec<String> = rows.record.iter().map(|cell| clean(cell).into_owned()).collect();
    let tail = Tail::under(found.len());
    let mut table = Table { rows, name, file, at: Vec::new(), headings: found, allows_short: false, tail };
    table.find_all(headings, reading).then_some(table)
}

impl<R: Read> Table<R> {
    /// Rows that are too short are filled up with blanks.
    pub(super) fn allow_short_rows(mut self) -> Self {
        self.allows_short = true;
        self
    }

    fn find_all(&mut self, wanted: &[Heading], reading: &mut Reading<'_>) -> bool {
        let line = self.rows.line;
        if headings::look_like_data(&self.headings) {
            reading.problems.at_line(line, headings::none());
            return false;
        }
        let text = self.headings.join(",");
        let mut is_complete = true;
        for (at, problem) in headings::find(&self.headings, wanted) {
            self.at.push(at);
            if let Some(problem) = problem {
                is_complete &= problem.severity != Severity::Error;
                reading.problems.heading(line, &text, problem);
            }
        }
        is_complete
    }
}
