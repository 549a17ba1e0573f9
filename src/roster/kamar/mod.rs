//! Reads format `kamar`: a push of KAMAR's Directory Services, as JSON, saved to a file.
//!
//! Each student carries their caregivers, up to four, with one name string and no id: a KAMAR caregiver is known by the
//! address, and the rollout must say so (`identity: email`). A `full` push is the whole truth if it holds as many students as
//! it counts; a `part` never is.

mod people;
mod push;
mod student;

use jiff::Timestamp;
use jiff::civil::DateTime;

use crate::diagnostic::Diagnostic;
use crate::model::source::RosterSource;

use super::fold::Fold;
use super::notices::Kind;
use super::reading::{Answer, Extent, Reading, hexadecimal};
use super::set::FileSet;

use people::People;
use push::Push;

const NO_TIME: Kind = Kind {
    code: "roster::strange-date",
    what: "`datetime` is missing, or not written like 20270201060000, and the date of the file counts",
    unit: "push",
    help: "save the push as it came",
};

/// A push larger than this is no school's.
const LARGEST: u64 = 256 << 20;

/// Reads an export.
pub(super) fn read(source: &RosterSource, mut files: FileSet<'_>, now: Timestamp) -> Answer {
    let mut reading = Reading::new(source, now);
    let written_at = files.modified();
    let name = match files.only("full.json", ".json") {
        Ok(name) => name,
        Err(problem) => {
            reading.stopped(problem);
            return reading.give_up();
        }
    };
    let place = files.place_of(&name);
    let file = reading.problems.enter(&place);
    let Some(bytes) = bytes(&mut reading, &mut files, &name) else { return reading.give_up() };
    let push = match Push::read(&bytes) {
        Ok(push) => push,
        Err((line, problem)) => {
            reading.problems.at_line(line, *problem);
            return reading.give_up();
        }
    };
    if let Some(problem) = no_roster(&push) {
        reading.problems.whole(problem);
        return reading.give_up();
    }
    let says = extent(&push);
    let said = push.datetime.as_deref().and_then(|text| time(text, &reading));
    if said.is_none() {
        reading.note(&NO_TIME, (file, 1));
    }
    let exported_at = said.unwrap_or(written_at);
    let shape = format!("KAMAR {}, UTF-8", push.sync);
    let mut fold = Fold::new(source, false);
    People { fold: &mut fold, file, schools: &push.schools }.take(&push, &mut reading);
    reading.finish(fold, exported_at, shape, &says)
}

fn bytes(reading: &mut Reading<'_>, files: &mut FileSet<'_>, name: &str) -> Option<Vec<u8>> {
    use std::io::Read;
    let input = reading.open(files, name)?;
    let mut bytes = Vec::new();
    if let Err(error) = input.take(LARGEST + 1).read_to_end(&mut bytes) {
        let problem = Diagnostic::error("roster::unreadable", format!("the roster can't be read: {error}"));
        reading.problems.whole(problem);
        return None;
    }
    if bytes.len() as u64 > LARGEST {
        let problem = Diagnostic::error("roster::too-large", "this is larger than 256 MiB");
        reading.problems.whole(problem.with_help("choose fewer fields in KAMAR's Directory Services"));
        return None;
    }
    reading.has_read(name, &hexadecimal(<sha2::Sha256 as sha2::Digest>::digest(&bytes).as_ref()));
    Some(bytes)
}

/// Pushes of other kinds, and pushes without what is needed.
fn no_roster(push: &Push) -> Option<Diagnostic> {
    let sync = push.sync.as_str();
    if !matches!(sync, "full" | "part") {
        let message = format!("this push is of the kind `{sync}`, which holds no families");
        return Some(Diagnostic::error("roster::other-push", message).with_help(
            "save a push whose `sync` is `full` (or `part`); a `check` only asks whether the service is there",
        ));
    }
    if push.students.is_empty() {
        let problem = Diagnostic::error("roster::no-rows", "the push holds no students");
        return Some(problem.with_help("let KAMAR push everything again"));
    }
    if push.students.iter().all(|student| student.caregivers.is_empty()) {
        let message = "no student of the push has a caregiver";
        let help = "ask KAMAR for `caregivers`, with caregiver.name, caregiver.relationship and caregiver.email";
        return Some(Diagnostic::error("roster::no-caregivers", message).with_help(help));
    }
    None
}

fn extent(push: &Push) -> Extent {
    if push.sync == "part" {
        return Extent::Part;
    }
    let found = push.students.len() as u64;
    match push.count {
        Some(count) if count == found => Extent::Full,
        Some(count) => Extent::Incomplete(format!("the push counts {count} students and holds {found}")),
        None => Extent::Incomplete("the push does not count its students".to_owned()),
    }
}

/// `20270201060000`, in the school's zone.
fn time(text: &str, reading: &Reading<'_>) -> Option<Timestamp> {
    DateTime::strptime("%Y%m%d%H%M%S", text).ok().and_then(|at| reading.moment(at))
}
