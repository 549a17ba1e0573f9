//! The formats of several files, read from `tests/rosters` as schools would hand them over, and with things wrong.

#![expect(clippy::disallowed_methods, reason = "tests look at fixtures by themselves")]

mod edge;
mod faults;
mod ide;
mod kamar;
mod never_panics;
mod oneroster;
mod sds;
mod zips;

use std::fs;
use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;
use jiff::Timestamp;

use super::{Caregiver, Child, Roster};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::source::{IdentityBy, RosterFormat, RosterSource, Upload};

/// Shortly after the fixtures were exported.
const NOW: Timestamp = Timestamp::constant(1_798_700_000, 0);

fn source(format: RosterFormat) -> RosterSource {
    RosterSource {
        format,
        columns: std::collections::BTreeMap::default(),
        staff_domains: Vec::new(),
        max_age: None,
        written_path: "roster/export".into(),
        ..super::testing::source()
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rosters").join(name)
}

/// A copy of a fixture that can be damaged.
struct Copy {
    folder: tempfile::TempDir,
    source: RosterSource,
}

impl Copy {
    fn of(format: RosterFormat, name: &str) -> Self {
        let copy = Self::empty(format);
        for entry in fs::read_dir(fixture(name)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, copy.folder.path().join(path.file_name().unwrap())).unwrap();
        }
        copy
    }

    fn empty(format: RosterFormat) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().into()).unwrap();
        Self { source: RosterSource { path, ..source(format) }, folder }
    }

    fn by_email(mut self) -> Self {
        self.source.identity = IdentityBy::Email;
        self
    }

    fn upload(mut self, upload: Upload) -> Self {
        self.source.upload = upload;
        self
    }

    fn without(self, file: &str) -> Self {
        fs::remove_file(self.folder.path().join(file)).unwrap();
        self
    }

    fn with(self, file: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.folder.path().join(file), bytes).unwrap();
        self
    }

    fn replaced(self, file: &str, old: &str, new: &str) -> Self {
        let text = fs::read_to_string(self.folder.path().join(file)).unwrap();
        assert!(text.contains(old), "{file} has no {old}");
        self.with(file, text.replace(old, new))
    }

    fn read(&self) -> Result<(Roster, Diagnostics), Diagnostics> {
        super::read_one(&self.source, NOW)
    }

    fn roster(&self) -> Roster {
        self.read().unwrap_or_else(|problems| panic!("{problems:#?}")).0
    }

    fn problems(&self) -> Vec<Diagnostic> {
        let found = self.read().map_or_else(|problems| problems, |(_, problems)| problems);
        found.sorted().into_iter().cloned().collect()
    }

    /// Each problem's place and code.
    fn told(&self) -> Vec<String> {
        self.problems().iter().map(told).collect()
    }
}

fn told(problem: &Diagnostic) -> String {
    let place = problem.place.as_ref().map(|place| (place.file.clone(), place.span.map(|span| span.line)));
    match place {
        Some((file, Some(line))) => format!("{file}:{line} {}", problem.code),
        Some((file, None)) => format!("{file} {}", problem.code),
        None => problem.code.to_owned(),
    }
}

/// `C1 Mere Ngata <mere@example.nz> staff: S1/7/7B/1234/parent allowed, …`
fn shown(roster: &Roster) -> Vec<String> {
    let child = |child: Child<'_>| {
        let words = [child.id(), child.year(), child.class(), child.school(), child.relationship()].join("/");
        format!("{words} {:?}", child.access()).to_lowercase()
    };
    let one = |caregiver: Caregiver<'_>| {
        let children: Vec<String> = caregiver.children().map(child).collect();
        let staff = if caregiver.is_staff() { " staff" } else { "" };
        let (id, first, last) = (caregiver.id(), caregiver.first_name(), caregiver.last_name());
        format!("{id} {first} {last} <{}>{staff}: {}", caregiver.email_as_written(), children.join(", "))
    };
    roster.caregivers().map(one).collect()
}
