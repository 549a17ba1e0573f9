//! Reads format `sds`: Microsoft School Data Sync, as CSV, in a folder or a ZIP.
//!
//! Version 2.1 has `users.csv`, `roles.csv` and `relationships.csv`, whose links go from the student to the adult. Version 1 has
//! `student.csv`, and `user.csv` with `guardianrelationship.csv` for the adults, who are told by their address there. A
//! doctor or an aide is no family; somebody whose role is `other` or blank may be anybody, so their access is unknown.

mod v1;
mod v2;

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::model::access::Access;
use crate::model::source::RosterSource;

use super::notices::Kind;
use super::reading::{Answer, Reading};
use super::set::{FileSet, Stop};

const NOT_FAMILY: Kind = Kind {
    code: "roster::not-family",
    what: "relationships whose role is no parent, guardian or relative, and which are left out",
    unit: "link",
    help: "doctors, aides and administrators get no parent's account",
};
const OTHER: Kind = Kind {
    code: "roster::other-role",
    what: "relationships whose role is `other` or blank, so that nobody knows whether they may see the child: their access \
           counts as unknown",
    unit: "link",
    help: "give them a role in the SMS; or, if all of them are family, write `unknown-access: allow`",
};

/// Reads an export.
pub(super) fn read(source: &RosterSource, files: FileSet<'_>, now: Timestamp) -> Answer {
    let mut reading = Reading::new(source, now);
    let (wanted, read): (&[&str], fn(_, _) -> _) = if files.find("users.csv").is_some() {
        (&["relationships.csv", "roles.csv"], v2::read)
    } else if files.find("user.csv").is_some() || files.find("student.csv").is_some() {
        (&["user.csv", "guardianrelationship.csv"], v1::read)
    } else {
        reading.stopped(no_set(source, &files));
        return reading.give_up();
    };
    match wanted.iter().find(|name| files.find(name).is_none()) {
        None => read(reading, files),
        Some(name) => {
            reading.stopped(without_parents(&files, name));
            reading.give_up()
        }
    }
}

/// A set of students and teachers only, or one of version 2.0, which had no parents.
fn without_parents(files: &FileSet<'_>, name: &str) -> Stop {
    let mut problem = files.missing(name);
    if files.find("manifest.csv").is_some() {
        problem.help =
            Some("there is a manifest.csv, so this is a OneRoster export: write `format: oneroster`".to_owned());
        return problem;
    }
    problem.help = Some(format!(
        "parents are in School Data Sync 2.1 with relationships.csv and roles.csv, or in 1 with user.csv and \
         guardianrelationship.csv: choose them in the SMS, and export again; the files are: {}",
        files.names().join(", ")
    ));
    problem
}

fn no_set(source: &RosterSource, files: &FileSet<'_>) -> Stop {
    if files.is_one_file() {
        let problem = Diagnostic::error("roster::not-a-set", "this is one file, and School Data Sync has several");
        super::set::stop(&source.written_path, problem.with_help("name the folder or the ZIP with all of them"))
    } else {
        files.missing("users.csv")
    }
}

/// What a relationship's role means; `None` where it is no family's.
fn access_of(role: &str) -> Option<(Access, Option<&'static Kind>)> {
    const FAMILY: [&str; 3] = ["parent", "guardian", "relative"];
    if FAMILY.iter().any(|word| word.eq_ignore_ascii_case(role)) {
        Some((Access::Allowed, None))
    } else if role.is_empty() || role.eq_ignore_ascii_case("other") {
        Some((Access::Unknown, Some(&OTHER)))
    } else {
        None
    }
}
