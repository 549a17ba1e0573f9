//! What a user is: a student, a parent, staff; from `roles.csv` (1.2) or the `role` of `users.csv` (1.1).

use std::collections::HashMap;

use super::super::headings::{Heading, needed, optional};
use super::super::notices::Kind;
use super::super::reading::Reading;
use super::super::set::FileSet;
use super::super::table::each;
use super::is_deleted;

const HEADINGS: &[Heading] = &[
    optional("sourcedId"),
    optional("status"),
    needed("userSourcedId"),
    needed("role"),
    optional("orgSourcedId"),
    optional("roleType"),
    optional("endDate"),
];

const UNKNOWN: Kind = Kind {
    code: "roster::unknown-role",
    what: "a role that OneRoster does not have, and that counts for nothing",
    unit: "row",
    help: "the roles that matter here are student, parent, guardian and relative",
};

const STAFF: &[&str] = &[
    "administrator",
    "aide",
    "counselor",
    "districtadministrator",
    "principal",
    "proctor",
    "siteadministrator",
    "systemadministrator",
    "teacher",
];
const FAMILY: &[&str] = &["guardian", "parent", "relative"];

/// The roles of one user.
#[derive(Clone, Default)]
pub(super) struct Roles {
    pub(super) is_student: bool,
    pub(super) is_staff: bool,
    /// What the user is to children.
    pub(super) family: Option<&'static str>,
    /// The schools of the student's roles.
    pub(super) orgs: Vec<String>,
}

impl Roles {
    /// Adds a role; `false` where there is no such.
    pub(super) fn add(&mut self, role: &str) -> bool {
        let role = role.to_lowercase();
        if let Some(family) = FAMILY.iter().find(|word| **word == role) {
            // Of two the smaller, so that the order of rows never shows.
            self.family = Some(self.family.map_or(*family, |known| known.min(family)));
        } else if role == "student" {
            self.is_student = true;
        } else if STAFF.contains(&role.as_str()) {
            self.is_staff = true;
        } else {
            return role.is_empty();
        }
        true
    }
}

/// Counts a role that is none.
pub(super) fn unknown(reading: &mut Reading<'_>, place: (super::super::problems::FileNumber, u32)) {
    reading.note(&UNKNOWN, place);
}

/// Reads `roles.csv`; `None` where there is none.
pub(super) fn read(reading: &mut Reading<'_>, files: &mut FileSet<'_>) -> Option<HashMap<String, Roles>> {
    files.find("roles.csv")?;
    let mut all: HashMap<String, Roles> = HashMap::new();
    each(reading, files, ("roles.csv", true), HEADINGS, |row, reading| {
        if is_deleted(row.get(1)) || reading.is_over(row.get(6), row.place()) {
            return;
        }
        let roles = all.entry(row.get(2).to_owned()).or_default();
        if !roles.add(row.get(3)) {
            unknown(reading, row.place());
        }
        let is_student = row.get(3).eq_ignore_ascii_case("student");
        let is_primary = row.get(5).eq_ignore_ascii_case("primary");
        if is_student && !row.get(4).is_empty() {
            let at = if is_primary { 0 } else { roles.orgs.len() };
            roles.orgs.insert(at, row.get(4).to_owned());
        }
    });
    Some(all)
}
