//! The caregivers of a roster as JSON, and the schema of that JSON, both from the same types.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::model::access::Access;
use crate::model::ids::CaregiverId;
use crate::report::json::{schema_of, value_of};
use crate::report::view::Personal;
use crate::roster::{Caregiver, Child, Roster};

/// The caregivers of a roster, as understood, ordered by id.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(title = "firstbell roster")]
struct Document(Vec<Shown>);

/// A caregiver.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Shown {
    /// The SMS's id.
    pub(super) caregiver: String,
    /// The given name; null where personal data is not shown.
    pub(super) first_name: Option<String>,
    /// The family name; null where personal data is not shown.
    pub(super) last_name: Option<String>,
    /// The address as the SMS wrote it; null where personal data is not shown.
    pub(super) email: Option<String>,
    /// The language; empty if the roster says none.
    pub(super) language: String,
    /// Whether the roster says that they work at the school; null where personal data is not shown.
    pub(super) staff: Option<bool>,
    /// Their children, by id.
    pub(super) children: Vec<ShownChild>,
}

/// A child of a caregiver.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ShownChild {
    /// The SMS's id.
    pub(super) student: String,
    /// First and last name; null where personal data is not shown.
    pub(super) name: Option<String>,
    /// The year level.
    pub(super) year: String,
    /// The class.
    pub(super) class: String,
    /// The school.
    pub(super) school: String,
    /// What the caregiver is to the child.
    pub(super) relationship: String,
    /// Whether the caregiver may see the child: `allowed`, `blocked`, `unknown`; null where personal data is not shown.
    #[schemars(extend("enum" = ["allowed", "blocked", "unknown", null]))]
    pub(super) access: Option<&'static str>,
}

/// The caregivers as programs read them.
pub fn roster_json(roster: &Roster, personal: Personal) -> Value {
    value_of(Document(roster.caregivers().map(|caregiver| shown(caregiver, personal)).collect()))
}

/// The schema of [`roster_json`]'s answer: `schemas/roster.schema.json`.
pub fn roster_schema() -> Value {
    schema_of::<Document>()
}

/// A caregiver, as far as they may be shown.
pub(super) fn shown(caregiver: Caregiver<'_>, personal: Personal) -> Shown {
    Shown {
        caregiver: personal.id(&CaregiverId::new(caregiver.id())),
        first_name: name(personal, caregiver.first_name(), ""),
        last_name: name(personal, caregiver.last_name(), ""),
        email: match personal {
            Personal::None => None,
            _ => Some(personal.address(caregiver.email_as_written())),
        },
        language: caregiver.language().to_owned(),
        staff: (personal != Personal::None).then(|| caregiver.is_staff()),
        children: caregiver.children().map(|child| shown_child(child, personal)).collect(),
    }
}

fn shown_child(child: Child<'_>, personal: Personal) -> ShownChild {
    ShownChild {
        student: child.id().to_owned(),
        name: name(personal, child.first_name(), child.last_name()),
        year: child.year().to_owned(),
        class: child.class().to_owned(),
        school: child.school().to_owned(),
        relationship: child.relationship().to_owned(),
        access: (personal != Personal::None).then(|| access(child.access())),
    }
}

fn name(personal: Personal, first: &str, last: &str) -> Option<String> {
    (personal != Personal::None).then(|| personal.names([first, last]))
}

/// The word for an access.
pub(super) fn access(access: Access) -> &'static str {
    match access {
        Access::Allowed => "allowed",
        Access::Blocked => "blocked",
        Access::Unknown => "unknown",
    }
}
