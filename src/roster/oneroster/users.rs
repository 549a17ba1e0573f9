//! `users.csv`: the people, and the links between them.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::model::access::Access;
use crate::model::email;
use crate::model::source::Column;

use super::super::fold::{Fold, Row};
use super::super::grades;
use super::super::headings::{Heading, needed, optional};
use super::super::join::{Adult, Joiner};
use super::super::notices::Kind;
use super::super::reading::{Answer, Reading};
use super::super::set::FileSet;
use super::super::table::{Cells, each};
use super::super::words::{self, Answer as Word};
use super::is_deleted;
use super::manifest::Manifest;
use super::roles::{self, Roles};
use super::schools::{SEVERAL_CLASSES, Schools, Seat};

const HEADINGS: &[Heading] = &[
    needed("sourcedId"),
    optional("status"),
    optional("dateLastModified"),
    optional("enabledUser"),
    needed("givenName"),
    needed("familyName"),
    needed("email"),
    Heading { name: "agentSourcedIds", others: &["agents", "agentSourceIds"], is_needed: true },
    optional("grades"),
    optional("role"),
    optional("orgSourcedIds"),
    optional("primaryOrgSourcedId"),
];
const ID: usize = 0;
const STATUS: usize = 1;
const CHANGED: usize = 2;
const ENABLED: usize = 3;
const FIRST: usize = 4;
const LAST: usize = 5;
const EMAIL: usize = 6;
const AGENTS: usize = 7;
const GRADES: usize = 8;
const ROLE: usize = 9;
const ORGS: usize = 10;
const PRIMARY_ORG: usize = 11;

const STATUS_IN_BULK: Kind = Kind {
    code: "roster::status-in-bulk",
    what: "status or dateLastModified is filled, though a bulk file leaves them blank; a deleted user is left out",
    unit: "row",
    help: "the receiver's strictness differs; here it does no harm",
};
const NO_STATUS: Kind = Kind {
    code: "roster::no-status",
    what: "a delta file, and a row without status; it counts as active",
    unit: "row",
    help: "export again; a delta says of each record whether it is active",
};
const STRANGE_STATUS: Kind = Kind {
    code: "roster::strange-status",
    what: "the status is none of active, tobedeleted and inactive; it counts as active",
    unit: "row",
    help: "export again from the SMS",
};
const STRANGE_DATE: Kind = Kind {
    code: "roster::strange-date",
    what: "dateLastModified is not written like 2027-02-01T06:00:00.000Z",
    unit: "row",
    help: "a spreadsheet writes dates in its own way: export again and don't open the file in Excel",
};
const STRANGE_ENABLED: Kind = Kind {
    code: "roster::strange-enabled",
    what: "enabledUser is neither true nor false, so that the caregiver's access counts as unknown",
    unit: "row",
    help: "export again from the SMS",
};
const CAPITALS: Kind = Kind {
    code: "roster::capitals",
    what: "enabledUser is written in capitals (`TRUE`); it is understood",
    unit: "row",
    help: "a spreadsheet does that: see that it did not change ids too",
};
const SEVERAL_GRADES: Kind = Kind {
    code: "roster::several-grades",
    what: "students with several grades, of which the first counts",
    unit: "student",
    help: "give them one grade in the SMS",
};
const NO_ROLE: Kind = Kind {
    code: "roster::no-role",
    what: "users without any role, and left out",
    unit: "user",
    help: "see whether roles.csv is of the same export",
};
const TWICE: Kind = Kind {
    code: "roster::id-twice",
    what: "the sourcedId stands in the file before, with other words",
    unit: "row",
    help: "see in the SMS whether two people share one id",
};

/// Reads the file, and joins everything to a roster.
pub(super) fn read(
    mut reading: Reading<'_>,
    mut files: FileSet<'_>,
    manifest: &Manifest,
    schools: &Schools,
    roles: Option<HashMap<String, Roles>>,
) -> Answer {
    let written_at = files.modified();
    let mut users = Users {
        fold: Fold::new(reading.source, false),
        joiner: Joiner::default(),
        seen: HashMap::new(),
        staff: HashSet::new(),
        changed: None,
        is_delta: manifest.is_delta(),
        has_role: false,
        roles,
        schools,
    };
    let shape = each(&mut reading, &mut files, ("users.csv", true), HEADINGS, |row, reading| users.take(row, reading));
    let is_1_2 = users.roles.is_some() || !(users.has_role || users.seen.is_empty());
    if is_1_2 && users.roles.is_none() && !reading.problems.has_errors() {
        reading.stopped(files.missing("roles.csv"));
    }
    let Users { mut fold, joiner, mut staff, changed, is_delta, .. } = users;
    joiner.join(&mut fold, &mut reading);
    staff.remove("");
    fold.mark_staff(&staff);
    // A bulk file's dates say when records changed, perhaps long ago; those of a delta, when it was made.
    let exported_at = changed.filter(|at| is_delta && *at < written_at).unwrap_or(written_at);
    let version = if is_1_2 { "1.2" } else { "1.1" };
    let mode = if is_delta { "delta" } else { "bulk" };
    reading.finish(fold, exported_at, format!("OneRoster {version} {mode}, {shape}"), &manifest.extent(is_1_2))
}

/// The users as far as they have been read.
struct Users<'a> {
    fold: Fold,
    joiner: Joiner,
    /// Each id with its names and address.
    seen: HashMap<String, [String; 3]>,
    staff: HashSet<String>,
    changed: Option<Timestamp>,
    is_delta: bool,
    has_role: bool,
    roles: Option<HashMap<String, Roles>>,
    schools: &'a Schools,
}

impl Users<'_> {
    fn take(&mut self, row: &dyn Cells, reading: &mut Reading<'_>) {
        self.has_role |= row.has(ROLE);
        self.judge_status(row, reading);
        if is_deleted(row.get(STATUS)) {
            return;
        }
        let id = row.get(ID);
        let words = [row.get(FIRST), row.get(LAST), row.get(EMAIL)].map(str::to_owned);
        let is_twice = self.seen.get(id).is_some_and(|known| *known != words);
        if is_twice {
            reading.note(&TWICE, row.place());
        }
        self.seen.entry(id.to_owned()).or_insert(words);
        let roles = self.roles_of(row, reading);
        if !roles.is_student && !roles.is_staff && roles.family.is_none() && row.get(ROLE).is_empty() {
            reading.note(&NO_ROLE, row.place());
        }
        self.joiner.other(id);
        if roles.is_staff {
            self.staff.insert(email::fold(row.get(EMAIL)));
        }
        if roles.is_student {
            self.student(row, &roles, reading);
        }
        if let Some(family) = roles.family {
            self.adult(row, &roles, family, reading);
        }
        for other in grades::entries(row.get(AGENTS)) {
            self.joiner.either(id, other, row.place());
        }
    }

    /// A `role` in `users.csv` counts beside `roles.csv`: bundles mix the versions.
    fn roles_of(&self, row: &dyn Cells, reading: &mut Reading<'_>) -> Roles {
        let listed = self.roles.as_ref().and_then(|roles| roles.get(row.get(ID)));
        let mut roles = listed.cloned().unwrap_or_default();
        for role in grades::entries(row.get(ROLE)) {
            if !roles.add(role) {
                roles::unknown(reading, row.place());
            }
        }
        roles
    }

    fn student(&mut self, row: &dyn Cells, roles: &Roles, reading: &mut Reading<'_>) {
        let mut years = grades::entries(row.get(GRADES)).map(grades::year);
        let year = years.next().unwrap_or_default();
        if years.any(|other| other != year) {
            reading.note(&SEVERAL_GRADES, row.place());
        }
        let own: Vec<&str> = grades::entries(row.get(ORGS)).chain(grades::entries(row.get(PRIMARY_ORG))).collect();
        let orgs = if roles.orgs.is_empty() { own } else { roles.orgs.iter().map(String::as_str).collect() };
        let class = match self.schools.seats.get(row.get(ID)) {
            Some(Seat::One(name, _)) => name.as_str(),
            Some(Seat::Several) => {
                reading.note(&SEVERAL_CLASSES, row.place());
                ""
            }
            None => "",
        };
        let cells = [
            (Column::StudentId, "sourcedId", row.get(ID)),
            (Column::StudentFirstName, "", row.get(FIRST)),
            (Column::StudentLastName, "", row.get(LAST)),
            (Column::Year, "", year),
            (Column::Class, "", class),
            (Column::School, "", self.schools.school(&orgs)),
        ];
        if let Some(number) = self.fold.student(&Row::of_cells(&cells, row.place()), &mut reading.problems) {
            self.joiner.student(row.get(ID), number);
        }
    }

    fn adult(&mut self, row: &dyn Cells, roles: &Roles, family: &'static str, reading: &mut Reading<'_>) {
        let cells = [
            (Column::CaregiverId, "sourcedId", row.get(ID)),
            (Column::FirstName, "", row.get(FIRST)),
            (Column::LastName, "", row.get(LAST)),
            (Column::Email, "email", row.get(EMAIL)),
            (Column::Staff, "", if roles.is_staff { "yes" } else { "" }),
        ];
        let Some(person) = self.fold.person(&Row::of_cells(&cells, row.place()), &mut reading.problems) else { return };
        let enabled = row.get(ENABLED);
        let access = match words::answer(enabled) {
            Word::Yes => Access::Allowed,
            // Without the column, the export says nothing against anybody.
            Word::Blank if !row.has(ENABLED) => Access::Allowed,
            Word::No => Access::Blocked,
            Word::Blank | Word::Strange => {
                reading.note(&STRANGE_ENABLED, row.place());
                Access::Unknown
            }
        };
        if access != Access::Unknown && enabled.contains(char::is_uppercase) {
            reading.note(&CAPITALS, row.place());
        }
        self.joiner.adult(row.get(ID), Adult { person, relationship: family, access });
    }

    fn judge_status(&mut self, row: &dyn Cells, reading: &mut Reading<'_>) {
        let (status, changed) = (row.get(STATUS), row.get(CHANGED));
        let is_known = status.is_empty() || is_deleted(status) || status.eq_ignore_ascii_case("active");
        if !is_known {
            reading.note(&STRANGE_STATUS, row.place());
        }
        match self.is_delta {
            false if !status.is_empty() || !changed.is_empty() => reading.note(&STATUS_IN_BULK, row.place()),
            true if status.is_empty() => reading.note(&NO_STATUS, row.place()),
            _ => {}
        }
        if changed.is_empty() {
            return;
        }
        if let Ok(at) = changed.parse::<Timestamp>() {
            self.changed = self.changed.max(Some(at));
            return;
        }
        reading.note(&STRANGE_DATE, row.place());
        let civil = changed.parse::<DateTime>().or_else(|_| changed.parse::<Date>().map(DateTime::from));
        let at = civil.ok().and_then(|at| reading.moment(at));
        self.changed = self.changed.max(at);
    }
}
