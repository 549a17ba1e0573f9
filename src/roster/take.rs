//! Takes a row of an export apart into what the fold takes in: one caregiver of one student each. A row may have several
//! caregivers side by side, and a cell several values of a repeating field.

use std::borrow::Cow;

use csv::StringRecord;

use crate::model::source::Column;

use super::batch::Parsed;
use super::columns::{Columns, Slot};
use super::damage::is_damaged;
use super::fold::Fold;
use super::problems::{FileNumber, Problems};
use super::store::{Name, Shared, Word};
use super::tally::{Oddity, Tallies};

/// Between the values of a repeating field of `FileMaker`.
const REPEATED: char = '\u{1D}';

/// What a row says of one caregiver and one student, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    cells: Cells<'a>,
    file: FileNumber,
    /// Its first line.
    pub(super) line: u32,
    /// Which of the row's caregivers.
    pub(super) slot: usize,
    /// Which value of a repeating field; all of it where it does not repeat.
    value: Option<usize>,
}

#[derive(Clone, Copy)]
enum Cells<'a> {
    /// The columns of a record, found by their headings; those of one caregiver.
    Record(&'a Columns, &'a Slot, &'a StringRecord),
    /// Few cells, each with what it holds and the name by which the export knows it.
    Own(&'a [(Column, &'a str, &'a str)]),
}

impl<'a> Row<'a> {
    /// A row of an export with headings: its first caregiver, and all their students.
    pub(super) fn of_record(columns: &'a Columns, record: &'a StringRecord, line: u32) -> Self {
        Self { cells: Cells::Record(columns, columns.slot(0), record), file: 0, line, slot: 0, value: None }
    }

    /// Cells of another format: what each holds, the heading or key that it came from, and its text.
    pub(super) fn of_cells(cells: &'a [(Column, &'a str, &'a str)], (file, line): (FileNumber, u32)) -> Self {
        Self { cells: Cells::Own(cells), file, line, slot: 0, value: None }
    }

    /// A cell, trimmed; blank where there is no such column.
    pub(super) fn cell(&self, column: Column) -> &'a str {
        let cell = match self.cells {
            Cells::Record(_, places, record) => places.cell(column, record),
            Cells::Own(cells) => {
                return cells.iter().find(|(known, ..)| *known == column).map_or("", |(_, _, text)| text.trim());
            }
        };
        match self.value {
            Some(value) if is_of_student(column) => repeated(cell, value),
            _ => cell,
        }
    }

    /// How the values of a repeating field fit the children of the row. A field that is blank as a whole says the same of each.
    pub(super) fn fit(&self, column: Column) -> Fit<'a> {
        let (Cells::Record(_, places, record), Some(value)) = (self.cells, self.value) else { return Fit::Each };
        let (cell, children) = (places.cell(column, record), places.cell(Column::StudentId, record));
        let count = |text: &str| text.matches(REPEATED).count() + 1;
        if cell.is_empty() {
            Fit::Each
        } else if count(cell) > count(children) {
            Fit::TooMany(cell)
        } else if value >= count(cell) {
            Fit::Missing
        } else {
            Fit::Each
        }
    }

    /// The postal address, its lines separated by commas, whether they stand in cells of their own or in one; blank where
    /// there is none.
    pub(super) fn postal(&self) -> Cow<'a, str> {
        let first = self.cell(Column::PostalAddress);
        let further = match self.cells {
            Cells::Record(_, places, record) => places.further_postal(record).collect::<Vec<_>>(),
            Cells::Own(_) => Vec::new(),
        };
        if further.is_empty() && !first.contains(['\r', '\n']) {
            return Cow::Borrowed(first);
        }
        let lines = std::iter::once(first).chain(further).flat_map(|cell| cell.split(['\r', '\n']));
        let lines = lines.map(|line| line.trim().trim_end_matches(',')).filter(|line| !line.is_empty());
        Cow::Owned(lines.collect::<Vec<_>>().join(", "))
    }

    /// What the export calls a column.
    pub(super) fn heading(&self, column: Column) -> &'a str {
        match self.cells {
            Cells::Record(columns, ..) => columns.heading(self.slot, column),
            Cells::Own(cells) => {
                cells.iter().find(|(known, ..)| *known == column).map_or(column.as_str(), |(_, heading, _)| heading)
            }
        }
    }

    /// The file and the line.
    pub(super) fn place(&self) -> (FileNumber, u32) {
        (self.file, self.line)
    }

    /// A cell as a word that rows share.
    pub(super) fn word(&self, column: Column, shared: &mut Shared) -> Word {
        shared.word(column, self.cell(column))
    }

    /// Two cells as a name. One that was not met before is looked at: letters of it may be lost.
    pub(super) fn name(&self, first: Column, last: Column, shared: &mut Shared, tallies: &mut Tallies) -> Name {
        let known = shared.len();
        let name = Name { first: self.word(first, shared), last: self.word(last, shared) };
        if shared.len() > known && [name.first, name.last].into_iter().any(|word| is_damaged(shared.get(word))) {
            tallies.add(Oddity::DamagedName, self.place());
        }
        name
    }
}

/// Gives a row to the fold if it can be understood; its form is judged even where the heading line is wrong.
pub(super) fn take(row: &mut Parsed, columns: &Columns, fold: &mut Fold, problems: &mut Problems) {
    if let Some(problem) = row.problem.take() {
        problems.row(row.line, problem);
    } else if columns.is_complete() {
        each_link(Row::of_record(columns, &row.record, row.line), |row| fold.add(row, problems));
    }
}

/// Whether a repeating field has a value for a child.
pub(super) enum Fit<'a> {
    /// It has.
    Each,
    /// It has values for children before this one only: blanks at its end are not exported, and a field that has one value may speak
    /// of them all.
    Missing,
    /// It has more values than there are children, so whose they are is open: all of them.
    TooMany(&'a str),
}

impl<'a> Fit<'a> {
    /// The values of a field.
    pub(super) fn values(cell: &'a str) -> impl Iterator<Item = &'a str> {
        cell.split(REPEATED).map(str::trim)
    }
}

/// Calls `add` for each caregiver of a row and each of their students.
fn each_link<'a>(row: Row<'a>, mut add: impl FnMut(&Row<'a>)) {
    let Cells::Record(columns, _, record) = row.cells else { return add(&row) };
    if columns.slots() == 1 {
        return each_value(row, &mut add);
    }
    let mut is_nobody = true;
    for slot in 0..columns.slots() {
        let places = columns.slot(slot);
        if !places.is_blank(record) {
            is_nobody = false;
            each_value(Row { slot, cells: Cells::Record(columns, places, record), ..row }, &mut add);
        }
    }
    // A row without any caregiver is told like one with a blank id.
    if is_nobody {
        add(&row);
    }
}

fn each_value<'a>(row: Row<'a>, add: &mut impl FnMut(&Row<'a>)) {
    let students = row.cell(Column::StudentId);
    if !students.as_bytes().contains(&(REPEATED as u8)) {
        return add(&row);
    }
    for (value, id) in students.split(REPEATED).enumerate() {
        if !id.trim().is_empty() {
            add(&Row { value: Some(value), ..row });
        }
    }
}

/// One value of a repeating field. A field with one value has it for the first, and says nothing of the others.
fn repeated(cell: &str, value: usize) -> &str {
    cell.split(REPEATED).nth(value).unwrap_or_default().trim()
}

/// Whether a column says something of the student, or of the caregiver and this student.
fn is_of_student(column: Column) -> bool {
    use Column as C;
    match column {
        C::StudentId
        | C::StudentFirstName
        | C::StudentLastName
        | C::Year
        | C::Class
        | C::School
        | C::Relationship
        | C::PortalAccess
        | C::CourtOrder
        | C::NoContact
        | C::LegalGuardian
        | C::LivesWith => true,
        C::CaregiverId
        | C::FirstName
        | C::LastName
        | C::Email
        | C::PrimaryEmail
        | C::Phone
        | C::PostalAddress
        | C::Language
        | C::Priority
        | C::Staff
        | C::Because
        | C::Until => false,
    }
}
