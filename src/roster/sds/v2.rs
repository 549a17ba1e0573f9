//! School Data Sync 2.1.

use std::collections::{HashMap, HashSet};

use crate::model::access::Access;
use crate::model::email;
use crate::model::source::Column;

use super::super::fold::{Fold, Row};
use super::super::grades;
use super::super::headings::{Heading, needed, optional};
use super::super::join::{Adult, Joiner, OWN_GUARDIAN};
use super::super::notices::Kind;
use super::super::reading::{Answer, Extent, Reading};
use super::super::set::FileSet;
use super::super::table::each;
use super::super::words::{self, Answer as Word};
use super::{NOT_FAMILY, access_of};

const USERS: &[Heading] =
    &[needed("sourcedId"), needed("givenName"), needed("familyName"), needed("email"), optional("username")];
const ROLES: &[Heading] = &[
    needed("userSourcedId"),
    needed("orgSourcedId"),
    needed("role"),
    optional("grade"),
    optional("isPrimary"),
    optional("roleEndDate"),
];
const ORGS: &[Heading] = &[needed("sourcedId"), needed("name")];
const RELATIONSHIPS: &[Heading] =
    &[needed("userSourcedId"), needed("relationshipUserSourcedId"), needed("relationshipRole")];

/// What `roles.csv` says of a user.
#[derive(Default)]
struct Roles {
    is_student: bool,
    is_staff: bool,
    /// Where the student is, and in which year; the primary one first, else the smallest, so that the order of rows never shows.
    seat: Option<Seat>,
}

/// Whether it is another than the primary one; the school's name, the year.
type Seat = (bool, String, String);

const SEVERAL_SEATS: Kind = Kind {
    code: "roster::several-classes",
    what: "students at several schools or in several years, of which none or several are primary; one of them counts",
    unit: "role",
    help: "see in the SMS which is the primary one",
};

/// Reads an export.
pub(super) fn read(mut reading: Reading<'_>, mut files: FileSet<'_>) -> Answer {
    let exported_at = files.modified();
    let orgs = orgs(&mut reading, &mut files);
    let mut roles: HashMap<String, Roles> = HashMap::new();
    each(&mut reading, &mut files, ("roles.csv", true), ROLES, |row, reading| {
        if reading.is_over(row.get(5), row.place()) {
            return;
        }
        let kept = roles.entry(row.get(0).to_owned()).or_default();
        let role = row.get(2);
        if role.eq_ignore_ascii_case("student") {
            kept.is_student = true;
            let school = orgs.get(row.get(1)).cloned().unwrap_or_else(|| row.get(1).to_owned());
            let seat = (words::answer(row.get(4)) != Word::Yes, school, row.get(3).to_owned());
            if kept.seat.as_ref().is_some_and(|known| known.0 == seat.0 && *known != seat) {
                reading.note(&SEVERAL_SEATS, row.place());
            }
            kept.seat = kept.seat.take().map_or(Some(seat.clone()), |known| Some(known.min(seat)));
        } else if !["parent", "guardian", "relative", "other"].iter().any(|word| word.eq_ignore_ascii_case(role)) {
            kept.is_staff = true;
        }
    });
    let (mut joiner, mut adults) = (Joiner::default(), HashSet::new());
    each(&mut reading, &mut files, ("relationships.csv", true), RELATIONSHIPS, |row, reading| {
        let Some((access, odd)) = access_of(row.get(2)) else { return reading.doubt(&NOT_FAMILY, row.place()) };
        if row.get(0) == row.get(1) {
            return reading.note(&OWN_GUARDIAN, row.place());
        }
        if let Some(odd) = odd {
            let note = if row.get(2).is_empty() { Reading::doubt } else { Reading::note };
            note(reading, odd, row.place());
        }
        adults.insert(row.get(1).to_owned());
        let relationship = row.get(2).to_lowercase();
        joiner.pair((row.get(0), row.get(1)), Some(&relationship), access, row.place());
    });
    let mut fold = Fold::new(reading.source, false);
    let mut staff = HashSet::new();
    let shape = each(&mut reading, &mut files, ("users.csv", true), USERS, |row, reading| {
        let id = row.get(0);
        let known = roles.get(id);
        joiner.other(id);
        if known.is_some_and(|roles| roles.is_staff) {
            staff.insert(email::fold(row.get(3)));
        }
        if let Some(roles) = known.filter(|roles| roles.is_student) {
            let (school, grade) = roles.seat.as_ref().map_or(("", ""), |(_, school, grade)| (school, grade));
            let cells = [
                (Column::StudentId, "sourcedId", id),
                (Column::StudentFirstName, "", row.get(1)),
                (Column::StudentLastName, "", row.get(2)),
                (Column::Year, "", grades::year(grade)),
                (Column::School, "", school),
            ];
            if let Some(number) = fold.student(&Row::of_cells(&cells, row.place()), &mut reading.problems) {
                joiner.student(id, number);
            }
        }
        if adults.contains(id) {
            let is_staff = if known.is_some_and(|roles| roles.is_staff) { "yes" } else { "" };
            let cells = [
                (Column::CaregiverId, "sourcedId", id),
                (Column::FirstName, "", row.get(1)),
                (Column::LastName, "", row.get(2)),
                (Column::Email, "email", row.get(3)),
                (Column::Staff, "", is_staff),
            ];
            if let Some(person) = fold.person(&Row::of_cells(&cells, row.place()), &mut reading.problems) {
                joiner.adult(id, Adult { person, relationship: "", access: Access::Allowed });
            }
        }
    });
    joiner.join(&mut fold, &mut reading);
    staff.remove("");
    fold.mark_staff(&staff);
    reading.finish(fold, exported_at, format!("SDS 2.1, {shape}"), &Extent::NotSaid)
}

fn orgs(reading: &mut Reading<'_>, files: &mut FileSet<'_>) -> HashMap<String, String> {
    let mut orgs = HashMap::new();
    each(reading, files, ("orgs.csv", false), ORGS, |row, _| {
        orgs.insert(row.get(0).to_owned(), row.get(1).to_owned());
    });
    orgs
}
