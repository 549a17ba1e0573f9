//! School Data Sync 1: students in one file, adults in another, told by their address.

use std::collections::HashMap;

use crate::model::access::Access;
use crate::model::email;
use crate::model::source::{Column, IdentityBy};

use super::super::fold::{Fold, Row};
use super::super::grades;
use super::super::headings::{Heading, needed, optional};
use super::super::join::{Adult, Joiner};
use super::super::notices::Kind;
use super::super::reading::{Answer, Extent, Reading};
use super::super::set::FileSet;
use super::super::table::each;
use super::{NOT_FAMILY, access_of};

const USERS: &[Heading] = &[needed("Email"), needed("First Name"), needed("Last Name"), optional("SIS ID")];
const STUDENTS: &[Heading] =
    &[needed("SIS ID"), optional("School SIS ID"), optional("First Name"), optional("Last Name"), optional("Grade")];
const SCHOOLS: &[Heading] = &[needed("SIS ID"), needed("Name")];
const RELATIONSHIPS: &[Heading] = &[needed("SIS ID"), needed("Email"), needed("Role")];

const NO_ID: Kind = Kind {
    code: "roster::no-caregiver-id",
    what: "without a SIS ID, and left out",
    unit: "caregiver",
    help: "fill the SIS ID of the adults; or write `identity: email`, which tells caregivers by their address: whoever \
           changes it is then a new person and would be given a second account",
};

/// Reads an export.
pub(super) fn read(mut reading: Reading<'_>, mut files: FileSet<'_>) -> Answer {
    let exported_at = files.modified();
    let (mut schools, mut joiner) = (HashMap::new(), Joiner::default());
    each(&mut reading, &mut files, ("school.csv", false), SCHOOLS, |row, _| {
        schools.insert(row.get(0).to_owned(), row.get(1).to_owned());
    });
    let mut fold = Fold::new(reading.source, false);
    each(&mut reading, &mut files, ("student.csv", true), STUDENTS, |row, reading| {
        let school = schools.get(row.get(1)).map_or_else(|| row.get(1), String::as_str);
        let cells = [
            (Column::StudentId, "SIS ID", row.get(0)),
            (Column::StudentFirstName, "", row.get(2)),
            (Column::StudentLastName, "", row.get(3)),
            (Column::Year, "", grades::year(row.get(4))),
            (Column::School, "", school),
        ];
        if let Some(number) = fold.student(&Row::of_cells(&cells, row.place()), &mut reading.problems) {
            joiner.student(row.get(0), number);
        }
    });
    let by_id = reading.source.identity == IdentityBy::CaregiverId;
    let shape = each(&mut reading, &mut files, ("user.csv", true), USERS, |row, reading| {
        if by_id && row.get(3).is_empty() {
            return reading.note(&NO_ID, row.place());
        }
        let cells = [
            (Column::CaregiverId, "SIS ID", row.get(3)),
            (Column::FirstName, "", row.get(1)),
            (Column::LastName, "", row.get(2)),
            (Column::Email, "Email", row.get(0)),
        ];
        if let Some(person) = fold.person(&Row::of_cells(&cells, row.place()), &mut reading.problems) {
            joiner.adult(&email::fold(row.get(0)), Adult { person, relationship: "", access: Access::Allowed });
        }
    });
    each(&mut reading, &mut files, ("guardianrelationship.csv", true), RELATIONSHIPS, |row, reading| {
        let Some((access, odd)) = access_of(row.get(2)) else { return reading.doubt(&NOT_FAMILY, row.place()) };
        if let Some(odd) = odd {
            let note = if row.get(2).is_empty() { Reading::doubt } else { Reading::note };
            note(reading, odd, row.place());
        }
        let relationship = row.get(2).to_lowercase();
        joiner.pair((row.get(0), &email::fold(row.get(1))), Some(&relationship), access, row.place());
    });
    joiner.join(&mut fold, &mut reading);
    reading.finish(fold, exported_at, format!("SDS 1, {shape}"), &Extent::NotSaid)
}
