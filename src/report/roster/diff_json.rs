//! What differs between two exports as JSON, and the schema of that JSON, both from the same types.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::json::access;
use crate::model::ids::CaregiverId;
use crate::report::json::{schema_of, value_of};
use crate::report::view::Personal;
use crate::roster::{Caregiver, Changed, Changes, Roster};

/// What differs between two exports.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "firstbell roster diff", deny_unknown_fields)]
struct Document {
    /// The version of this form.
    format_version: &'static str,
    /// The export from before.
    old: Side,
    /// The one that comes after it.
    new: Side,
    /// The SMS's ids of those whom only the new one has.
    arrivals: Vec<String>,
    /// The SMS's ids of those whom only the old one has.
    gone: Vec<String>,
    /// Those of both who differ.
    changed: Vec<Each>,
}

/// One of the two exports.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Side {
    /// Where it is.
    path: String,
    /// Its bytes, 64 hexadecimal digits.
    sha256: String,
    /// How many rows it has.
    rows: u64,
    /// How many caregivers.
    caregivers: usize,
}

/// A caregiver who differs.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Each {
    /// The SMS's id.
    caregiver: String,
    /// The addresses, where they differ; without personal data the domain alone.
    email: Option<Pair>,
    /// The names, where they differ; two nulls where personal data is not shown.
    name: Option<Pair>,
    /// The cohorts, where they differ; null for none.
    cohort: Option<Pair>,
    /// The SMS's ids of children whom only the new one has.
    new_children: Vec<String>,
    /// The SMS's ids of children whom only the old one has.
    gone_children: Vec<String>,
    /// Children whom the caregiver may see in the one and not in the other; none where personal data is not shown.
    access: Vec<SeenChild>,
}

/// What it was, and what it is.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Pair {
    /// In the old one.
    old: Option<String>,
    /// In the new one.
    new: Option<String>,
}

/// A child, and whether the caregiver may see it: `allowed`, `blocked`, `unknown`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SeenChild {
    /// The SMS's id.
    student: String,
    /// In the old one.
    #[schemars(extend("enum" = ["allowed", "blocked", "unknown"]))]
    old: &'static str,
    /// In the new one.
    #[schemars(extend("enum" = ["allowed", "blocked", "unknown"]))]
    new: &'static str,
}

/// The differences for programs.
pub fn diff_json(old: &Roster, new: &Roster, changes: &Changes<'_>, personal: Personal) -> Value {
    let ids = |people: &[Caregiver<'_>]| people.iter().map(|one| id(one.id(), personal)).collect();
    value_of(Document {
        format_version: "1.0",
        old: side(old),
        new: side(new),
        arrivals: ids(&changes.new),
        gone: ids(&changes.gone),
        changed: changes.changed.iter().map(|one| each(one, personal)).collect(),
    })
}

/// The schema of [`diff_json`], as published in `schemas/roster-diff.schema.json`.
pub fn diff_schema() -> Value {
    schema_of::<Document>()
}

fn id(id: &str, personal: Personal) -> String {
    personal.id(&CaregiverId::new(id))
}

fn side(roster: &Roster) -> Side {
    let facts = roster.facts();
    Side { path: facts.path.clone(), sha256: facts.sha256.clone(), rows: facts.rows, caregivers: roster.len() }
}

fn each(changed: &Changed<'_>, personal: Personal) -> Each {
    let name = |name: &str| (personal != Personal::None).then(|| personal.names([name, ""]));
    let strings = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
    Each {
        caregiver: id(changed.id, personal),
        email: changed
            .email
            .map(|(old, new)| Pair { old: Some(personal.address(old)), new: Some(personal.address(new)) }),
        name: changed.name.as_ref().map(|(old, new)| Pair { old: name(old), new: name(new) }),
        cohort: changed.cohort.clone().map(|(old, new)| Pair { old, new }),
        new_children: strings(&changed.new_children),
        gone_children: strings(&changed.gone_children),
        access: changed
            .access
            .iter()
            .map(|&(student, old, new)| SeenChild { student: student.to_owned(), old: access(old), new: access(new) })
            .collect(),
    }
}
