//! `manifest.csv`: the version, and which files are there, whole or in part.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;

use super::super::headings::{Heading, needed};
use super::super::notices::Kind;
use super::super::reading::{Extent, Reading};
use super::super::set::FileSet;
use super::super::table::each;

const HEADINGS: &[Heading] = &[needed("propertyName"), needed("value")];
/// The files that are read, without their ending.
const READ: &[&str] = &["orgs", "classes", "enrollments", "roles", "users"];

const NO_VALUE: Kind = Kind {
    code: "roster::manifest-value",
    what: "a row of the manifest has no value, and does not count",
    unit: "row",
    help: "the value is `absent`, `bulk` or `delta`",
};

/// What the manifest says.
#[derive(Default)]
pub(super) struct Manifest {
    is_there: bool,
    properties: HashMap<String, String>,
}

/// Reads it; a set without one is read all the same.
pub(super) fn read(reading: &mut Reading<'_>, files: &mut FileSet<'_>) -> Manifest {
    let mut manifest = Manifest { is_there: files.find("manifest.csv").is_some(), ..Manifest::default() };
    if !manifest.is_there {
        let problem = Diagnostic::warning(
            "roster::no-manifest",
            "there is no manifest.csv in it, so nothing says that it is whole",
        );
        reading.problems.whole(problem.with_help("export again; a OneRoster export has a manifest"));
    }
    each(reading, files, ("manifest.csv", false), HEADINGS, |row, reading| {
        reading.rows = reading.rows.saturating_sub(1);
        if row.get(1).is_empty() {
            return reading.note(&NO_VALUE, row.place());
        }
        manifest.properties.insert(row.get(0).to_lowercase(), row.get(1).to_lowercase());
    });
    manifest.compare(reading, files);
    manifest
}

impl Manifest {
    fn mode(&self, file: &str) -> &str {
        self.properties.get(&format!("file.{}", file.to_lowercase())).map_or("", String::as_str)
    }

    /// `1.1`, `1.2`, or blank.
    pub(super) fn version(&self) -> &str {
        self.properties.get("oneroster.version").map_or("", String::as_str)
    }

    /// Whether the users are changes only.
    pub(super) fn is_delta(&self) -> bool {
        self.mode("users") == "delta"
    }

    /// The manifest and the files must agree.
    fn compare(&self, reading: &mut Reading<'_>, files: &FileSet<'_>) {
        if !self.is_there {
            return;
        }
        reading.problems.leave();
        for file in READ {
            let (mode, name) = (self.mode(file), format!("{file}.csv"));
            let is_there = files.find(&name).is_some();
            if !is_there && matches!(mode, "bulk" | "delta") {
                let message = format!("the manifest says that `{name}` is there ({mode}), and it is not");
                reading
                    .problems
                    .whole(Diagnostic::error("roster::missing-file", message).with_help("export all of it again"));
            } else if is_there && mode == "absent" {
                let message = format!("the manifest says that `{name}` is absent, and it is there; it is read");
                reading.problems.whole(
                    Diagnostic::warning("roster::manifest-differs", message)
                        .with_help("export again into an empty folder"),
                );
            }
        }
    }

    /// What the set says of itself. `has_roles_file` tells 1.2 from 1.1 by what is there.
    pub(super) fn extent(&self, is_1_2: bool) -> Extent {
        let fits = match self.version() {
            "1.2" => is_1_2,
            "1.0" | "1.1" => !is_1_2,
            _ => true,
        };
        if !self.is_there {
            return Extent::NotSaid;
        }
        if !fits {
            let found = if is_1_2 { "1.2" } else { "1.1" };
            return Extent::Incomplete(format!(
                "the manifest is of OneRoster {}, and the files are of {found}: two exports may be mixed up",
                self.version()
            ));
        }
        let relevant = if is_1_2 { &["users", "roles"][..] } else { &["users"][..] };
        let modes: Vec<&str> = relevant.iter().map(|file| self.mode(file)).collect();
        if modes.contains(&"delta") {
            Extent::Part
        } else if modes.iter().all(|mode| *mode == "bulk") {
            Extent::Full
        } else {
            Extent::Incomplete("the manifest does not say that the users are all there (`bulk`)".to_owned())
        }
    }
}
