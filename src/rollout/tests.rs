//! The rollout as a whole: every kind of bad document with the code and the place that it gets, and what a good one
//! means. Rules and forms have finer tests in their own files.

mod bad;
mod good;
mod rosters;
mod shown;

use camino::Utf8Path;

use crate::diagnostic::{Diagnostic, Diagnostics};

use super::{Project, Rollout, read_bytes};

/// The least that a rollout can say.
const LEAST: &str = "\
version: 1
school: Kōwhai College
roster:
  path: roster/caregivers.csv
  columns: {caregiver-id: CaregiverID, email: Email, student-id: StudentID, year: Year}
sign-in-url: https://portal.kowhai.example.nz
mail:
  from: Kōwhai College <office@kowhai.example.nz>
cohorts:
  - {name: year-7, select: {years: [7]}, opens: 2027-02-01}
";

/// The rollout of design, part 3, with every key.
const FULL: &str = include_str!("tests/full.yaml");

fn read_text(text: &str) -> Result<(Rollout, Diagnostics), Diagnostics> {
    read_in(text, &Project::new("/nowhere/kowhai"))
}

fn read_in(text: &str, project: &Project) -> Result<(Rollout, Diagnostics), Diagnostics> {
    read_bytes(Utf8Path::new("rollout.yaml"), text.as_bytes(), project)
}

/// The problems of a document, errors or not.
fn problems(result: Result<(Rollout, Diagnostics), Diagnostics>) -> Diagnostics {
    result.map_or_else(|errors| errors, |(_, warnings)| warnings)
}

/// `code line:column`.
fn brief(diagnostic: &Diagnostic) -> String {
    let span = diagnostic.place.as_ref().and_then(|place| place.span);
    match span {
        Some(span) => format!("{} {}:{}", diagnostic.code, span.line, span.column),
        None => diagnostic.code.to_owned(),
    }
}

fn briefs(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.sorted().into_iter().map(brief).collect()
}
