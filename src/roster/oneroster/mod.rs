//! Reads format `oneroster`: `OneRoster` 1.1 and 1.2 as CSV, in a folder or a ZIP.
//!
//! Parents are users; `agentSourcedIds` links them to students from either side, and both sides count. The kind of
//! relationship is the adult's role. In 1.1 the role stands in `users.csv`, in 1.2 in `roles.csv`. Real bundles differ from
//! the standard in many ways; what can be meant one way only is read, with a warning. `demographics.csv` is never opened.

mod manifest;
mod roles;
mod schools;
mod users;

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::model::source::RosterSource;

use super::reading::{Answer, Reading};
use super::set::FileSet;

/// Reads an export.
pub(super) fn read(source: &RosterSource, mut files: FileSet<'_>, now: Timestamp) -> Answer {
    let mut reading = Reading::new(source, now);
    if files.is_one_file() {
        let problem = Diagnostic::error("roster::not-a-set", "this is one file, and a OneRoster export has several");
        reading.problems.whole(problem.with_help("name the folder or the ZIP that holds manifest.csv and users.csv"));
        return reading.give_up();
    }
    if files.find("relationships.csv").is_some() && files.find("manifest.csv").is_none() {
        let problem =
            Diagnostic::error("roster::other-format", "this is a set of School Data Sync, and no OneRoster export");
        reading.problems.whole(problem.with_help("write `format: sds`"));
        return reading.give_up();
    }
    let manifest = manifest::read(&mut reading, &mut files);
    let schools = schools::read(&mut reading, &mut files);
    let roles = roles::read(&mut reading, &mut files);
    users::read(reading, files, &manifest, &schools, roles)
}

/// Whether a record is there no more: the standard says `tobedeleted`, older files `inactive`.
fn is_deleted(status: &str) -> bool {
    status.eq_ignore_ascii_case("tobedeleted") || status.eq_ignore_ascii_case("inactive")
}
