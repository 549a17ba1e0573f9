//! Rows that are left out because they don't say who the caregiver is. They are on nobody's plan, so the office must hear of
//! each of them: `check --fixes` lists them.

use crate::model::source::Column;

use super::clean::clean;
use super::problems::FileNumber;
use super::store::Roster;
use super::take::Row;
use super::tally::Oddity;

/// So many are kept, of a few hundred bytes each; an export whose id column is empty has no need of more.
const KEPT: usize = 10_000;

/// A row that is left out.
pub(super) struct Record {
    place: (FileNumber, u32),
    caregiver: String,
    student: String,
    is_address: bool,
}

/// The rows that are left out.
#[derive(Default)]
pub(super) struct Records {
    kept: Vec<Record>,
    more: u64,
}

impl Records {
    /// Takes a row in, and why it is left out.
    pub(super) fn add(&mut self, row: &Row<'_>, why: Oddity) {
        if self.kept.len() == KEPT {
            self.more += 1;
            return;
        }
        let name = |first, last| clean(&format!("{} {}", row.cell(first), row.cell(last))).trim().to_owned();
        let student = name(Column::StudentFirstName, Column::StudentLastName);
        let student = match clean(row.cell(Column::StudentId)) {
            id if id.is_empty() => student,
            id => format!("{student} ({id})").trim_start().to_owned(),
        };
        self.kept.push(Record {
            place: row.place(),
            caregiver: name(Column::FirstName, Column::LastName),
            student,
            is_address: why == Oddity::NoUsableAddress,
        });
    }

    /// Takes in those of another export, whose files are numbered from `first` on.
    pub(super) fn absorb(&mut self, first: FileNumber, other: Self) {
        let room = KEPT - self.kept.len();
        self.more += other.more + other.kept.len().saturating_sub(room) as u64;
        let theirs = other.kept.into_iter().take(room);
        self.kept.extend(theirs.map(|one| Record { place: (one.place.0 + first, one.place.1), ..one }));
    }
}

/// A row that is left out because it doesn't say who the caregiver is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut<'a> {
    /// The file.
    pub file: &'a str,
    /// Its line.
    pub line: u32,
    /// The caregiver's name; may be blank.
    pub caregiver: &'a str,
    /// The student's name and id; may be blank.
    pub student: &'a str,
    /// Whether it is the address by which they would be told (`identity: email`); else it is the id.
    pub is_address: bool,
}

impl Roster {
    /// The rows that are left out because they don't say who the caregiver is, in the order of the files: the first 10,000.
    pub fn left_out(&self) -> impl ExactSizeIterator<Item = LeftOut<'_>> {
        self.left_out.kept.iter().map(|one| LeftOut {
            file: self.file(one.place.0),
            line: one.place.1,
            caregiver: &one.caregiver,
            student: &one.student,
            is_address: one.is_address,
        })
    }

    /// How many more there are.
    pub fn left_out_beyond(&self) -> u64 {
        self.left_out.more
    }
}
