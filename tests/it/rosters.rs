//! Exports as schools have them, through the real program: encodings and shapes, several caregivers in a row, continuation
//! rows, access for each child, several files, what was read, and what differs.

mod access;
mod exports;
mod looking;
mod several;
mod shapes;
mod short;
mod stories;

use crate::binary::{Project, Said};

/// What stands below `roster:` in every rollout here.
const REST: &str = "lms: {driver: sandbox, path: state/lms.json}
state: {store: sqlite}
sign-in-url: https://portal.kowhai.example.nz
help: {email: office@kowhai.example.nz}
mail: {from: Kōwhai College <office@kowhai.example.nz>, letter: letters/welcome}
cohorts:
  - {name: year-7, select: {years: [7]}}
  - {name: everyone-else, select: all, after: [year-7]}
";

/// A school with this `roster:` block and an LMS without accounts.
fn school(roster: &str) -> Project {
    let project = Project::example("quickstart");
    project.write("rollout.yaml", format!("version: 1\nschool: Kōwhai College\n{roster}{REST}"));
    project.write("state/lms.json", "{\"accounts\": []}");
    project
}

/// A school with one export.
fn with(roster: &str, export: impl AsRef<[u8]>) -> Project {
    let project = school(roster);
    project.write("roster/export.csv", export);
    project
}

/// Runs it with personal data, and must go well.
fn good(project: &Project, args: &[&str]) -> Said {
    let said = project.run(&[&["--personal", "full"], args].concat());
    assert_eq!(said.code, 0, "{args:?} {}", said.all());
    said
}

/// The caregivers as understood, as JSON.
fn shown(project: &Project) -> serde_json::Value {
    serde_json::from_str(&good(project, &["roster", "show", "--format", "json"]).out).unwrap()
}

/// Each caregiver with their address and children: `C1 a@example.nz S1 S2`.
fn brief(project: &Project) -> Vec<String> {
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let one = |caregiver: &serde_json::Value| {
        let children = caregiver["children"].as_array().unwrap().iter().map(|child| word(&child["student"]));
        let parts = [word(&caregiver["caregiver"]), word(&caregiver["email"])].into_iter().chain(children);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    shown(project).as_array().unwrap().iter().map(one).collect()
}

/// All refuse with code 65, and say these.
fn refused(project: &Project, says: &[&str]) {
    let said = project.run(&["plan"]);
    assert_eq!(said.code, 65, "{}", said.all());
    for part in says {
        assert!(said.err.contains(part), "no `{part}` in {}", said.all());
    }
}
