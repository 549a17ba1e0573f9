//! The caregivers of a roster as CSV, one row for each child; somebody without a child has one row.

use crate::report::view::Personal;
use crate::roster::Roster;

use super::json::{Shown, shown};

const HEADINGS: [&str; 13] = [
    "caregiver",
    "first_name",
    "last_name",
    "email",
    "language",
    "staff",
    "student",
    "name",
    "year",
    "class",
    "school",
    "relationship",
    "access",
];

/// The caregivers as spreadsheets read them.
///
/// # Panics
///
/// Never: memory takes every row.
pub fn roster_csv(roster: &Roster, personal: Personal) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut write = |row: [String; 13]| {
        #[expect(clippy::expect_used, reason = "memory takes every row, and all are of one width")]
        csv.write_record(row.map(|cell| harmless(&cell))).expect("a row can be written to memory");
    };
    write(HEADINGS.map(str::to_owned));
    for caregiver in roster.caregivers() {
        rows(shown(caregiver, personal)).into_iter().for_each(&mut write);
    }
    let bytes = csv.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn rows(shown: Shown) -> Vec<[String; 13]> {
    let staff = shown.staff.map_or("", |is_staff| if is_staff { "yes" } else { "no" });
    let [first, last, email] = [shown.first_name, shown.last_name, shown.email].map(Option::unwrap_or_default);
    let own = [shown.caregiver, first, last, email, shown.language, staff.to_owned()];
    let row = |child: [String; 7]| {
        let mut cells = own.iter().cloned().chain(child);
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    };
    if shown.children.is_empty() {
        return vec![row(Default::default())];
    }
    let children = shown.children.into_iter().map(|child| {
        let name = child.name.unwrap_or_default();
        let access = child.access.unwrap_or_default().to_owned();
        [child.student, name, child.year, child.class, child.school, child.relationship, access]
    });
    children.map(row).collect()
}

/// A cell that begins like a formula would be run by Excel.
pub fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_made_harmless() {
        assert_eq!(harmless("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(harmless("mere@example.nz"), "mere@example.nz");
    }
}
