//! Rows taken apart ahead of their use: in a large export a second thread decodes, hashes and splits while the fold takes
//! in the rows before. A small one, and the heading line, are read without it.

use std::io::Read;

use csv::StringRecord;

use crate::both::ahead;
use crate::diagnostic::Diagnostic;

use super::rows::{Next, Rows};

/// So many rows are in one batch; an export of one batch needs no thread.
const ROWS: usize = 1024;
/// So many batches go round between the two threads.
const BATCHES: usize = 4;

/// A row taken apart.
#[derive(Default)]
pub(super) struct Parsed {
    /// The cells.
    pub(super) record: StringRecord,
    /// The first line of the row.
    pub(super) line: u32,
    /// What forbids to read it.
    pub(super) problem: Option<Diagnostic>,
}

/// Rows next to each other, in places that are used again and again.
#[derive(Default)]
struct Batch {
    rows: Vec<Parsed>,
    count: usize,
}

impl Batch {
    /// Fills it, as far as there are rows. Why there is no more; nothing where there is.
    fn fill<R: Read>(&mut self, rows: &mut Rows<R>, width: usize) -> Option<Next> {
        self.count = 0;
        while self.count < ROWS {
            match rows.next() {
                Next::Row => self.put(rows, width),
                stop => {
                    if matches!(stop, Next::End) && rows.ends_in_a_line() {
                        self.last_is_cut_off(width);
                    }
                    return Some(stop);
                }
            }
        }
        None
    }

    /// A last row that is too short, with no line end behind it, has lost its end with the file's.
    fn last_is_cut_off(&mut self, width: usize) {
        let last = self.rows().last_mut().filter(|row| row.record.len() < width);
        if let Some(problem) = last.and_then(|row| row.problem.as_mut()) {
            problem.help =
                Some("the file ends in the middle of this row, so it was cut off: export it again".to_owned());
        }
    }

    fn put<R: Read>(&mut self, rows: &mut Rows<R>, width: usize) {
        if self.count == self.rows.len() {
            self.rows.push(Parsed::default());
        }
        let row = &mut self.rows[self.count];
        row.problem = rows.problem(width);
        row.line = rows.line;
        std::mem::swap(&mut row.record, &mut rows.record);
        self.count += 1;
    }

    fn rows(&mut self) -> &mut [Parsed] {
        &mut self.rows[..self.count]
    }
}

/// Takes all rows that are left, in order, some at a time, and says why there are no more.
pub(super) fn each<R: Read + Send>(rows: &mut Rows<R>, width: usize, mut take: impl FnMut(&mut [Parsed])) -> Next {
    let mut first = Batch::default();
    let stop = first.fill(rows, width);
    take(first.rows());
    if let Some(stop) = stop {
        return stop;
    }
    let mut stop = None;
    let fill = |batch: &mut Batch| {
        stop = batch.fill(rows, width);
        stop.is_none()
    };
    ahead(BATCHES, fill, |batch| take(batch.rows()));
    stop.unwrap_or(Next::End)
}
