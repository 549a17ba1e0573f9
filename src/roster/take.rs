//! Takes a row of an export apart into what the fold takes in: one caregiver of one student each. A row may have several
//! caregivers side by side, and a cell several values of a repeating field.

use csv::StringRecord;

use crate::model::source::Column;

use super::batch::Parsed;
use super::columns::{Columns, Slot};
use super::fold::Fold;
use super::problems::Problems;
use super::store::{Name, Shared, Word};

/// Between the values of a repeating field of `FileMaker`.
const REPEATED: char = '\u{1D}';

/// What a row says of one caregiver and one student, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// Which cell is what.
    pub(super) columns: &'a Columns,
    /// The cells.
    pub(super) record: &'a StringRecord,
    /// Its first line.
    pub(super) line: u32,
    /// Which of the row's caregivers.
    pub(super) slot: usize,
    /// Where that one's columns are.
    places: &'a Slot,
    /// Which value of a repeating field; all of it where it does not repeat.
    value: Option<usize>,
}

impl<'a> Row<'a> {
    /// A row with one caregiver and one student.
    pub(super) fn new(columns: &'a Columns, record: &'a StringRecord, line: u32) -> Self {
        Self { columns, record, line, slot: 0, places: columns.slot(0), value: None }
    }

    /// A cell, trimmed; blank where there is no such column.
    pub(super) fn cell(&self, column: Column) -> &'a str {
        let cell = self.places.cell(column, self.record);
        match self.value {
            Some(value) if is_of_student(column) => repeated(cell, value),
            _ => cell,
        }
    }

    /// A cell as a word that rows share.
    pub(super) fn word(&self, column: Column, shared: &mut Shared) -> Word {
        shared.word(column, self.cell(column))
    }

    /// Two cells as a name.
    pub(super) fn name(&self, first: Column, last: Column, shared: &mut Shared) -> Name {
        Name { first: self.word(first, shared), last: self.word(last, shared) }
    }
}

/// Gives a row to the fold if it can be understood; its form is judged even where the heading line is wrong.
pub(super) fn take(row: &mut Parsed, columns: &Columns, fold: &mut Fold, problems: &mut Problems) {
    if let Some(problem) = row.problem.take() {
        problems.row(row.line, problem);
    } else if columns.is_complete() {
        each_link(Row::new(columns, &row.record, row.line), |row| fold.add(row, problems));
    }
}

/// Calls `add` for each caregiver of a row and each of their students.
fn each_link<'a>(row: Row<'a>, mut add: impl FnMut(&Row<'a>)) {
    let slots = row.columns.slots();
    let mut is_nobody = slots > 1;
    for slot in 0..slots {
        let row = Row { slot, places: row.columns.slot(slot), ..row };
        if slots > 1 && row.places.is_blank(row.record) {
            continue;
        }
        is_nobody = false;
        each_value(row, &mut add);
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

/// One value of a repeating field; the whole of a field that does not repeat.
fn repeated(cell: &str, value: usize) -> &str {
    if cell.contains(REPEATED) { cell.split(REPEATED).nth(value).unwrap_or_default().trim() } else { cell }
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
        | C::Language
        | C::Priority
        | C::Staff
        | C::Because
        | C::Until => false,
    }
}
