//! The JSON plan as it is written. The doc comments become the schema's descriptions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::drift::Found;
use super::inputs::Inputs;

/// A plan of firstbell: what will be done for whom, who is held back and why. Without names and addresses unless
/// `--personal` asks for them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "firstbell plan", deny_unknown_fields)]
pub(super) struct Document {
    /// The version of this form.
    pub(super) format_version: &'static str,
    /// What wrote it.
    pub(super) tool: Tool,
    /// What the plan was made from.
    pub(super) inputs: Inputs,
    /// Acts by kind, and people.
    pub(super) summary: Summary,
    /// What happens outside: accounts, passwords, letters.
    pub(super) effects: Effects,
    /// All guards, with their figures.
    pub(super) guards: Vec<Guard>,
    /// What is done, ordered by cohort, action, id.
    pub(super) changes: Vec<Change>,
    /// What somebody else did in the LMS, as far as it is why something is done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) drift: Vec<Found>,
    /// Who is held back, ordered by code, cohort, id.
    pub(super) held: Vec<Held>,
    /// Who is in no change and not held, counted by reason: `active`, `access-revoked`, `outside`, `gone`,
    /// `opens 2027-02-01`, `after year-7`.
    pub(super) unchanged: BTreeMap<String, u64>,
    /// Problems met on the way.
    pub(super) diagnostics: Vec<Map<String, Value>>,
    /// Whom the plan is for, where it is not for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partial: Option<String>,
    /// A random name (saved plans only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) plan_id: Option<String>,
    /// When it was made, RFC 3339 (saved plans only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<String>,
    /// From then on it is not begun any more, RFC 3339 (saved plans only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<String>,
    /// SHA-256 over the canonical form (saved plans only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<String>,
    /// The digest's keyed hash under the state's key (saved plans only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mac: Option<String>,
}

/// What wrote it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Tool {
    /// `firstbell`.
    pub(super) name: &'static str,
    /// Its version.
    pub(super) version: &'static str,
}

/// Acts by kind, and people.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Summary {
    /// Accounts to create, with password and letter.
    pub(super) create: u64,
    /// Passwords to set on accounts that exist, with letter.
    pub(super) reset: u64,
    /// Letters alone: the password is set already.
    pub(super) email: u64,
    /// Accounts whose name or address is corrected.
    pub(super) update: u64,
    /// Accounts to disable.
    pub(super) withdraw: u64,
    /// People to record as active.
    pub(super) adopt: u64,
    /// People held back.
    pub(super) held: u64,
    /// People about whom something is unknown.
    pub(super) unknown: u64,
    /// People for whom nothing is done.
    pub(super) unchanged: u64,
}

/// What happens outside.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Effects {
    /// Accounts that come into being.
    pub(super) accounts_created: u64,
    /// Passwords set, on new and on existing accounts.
    pub(super) passwords_set: u64,
    /// Letters sent.
    pub(super) emails: u64,
    /// Letters written that the office prints.
    pub(super) pages: u64,
    /// Passwords for people who had one from firstbell already: only by `reissue`.
    pub(super) second_resets: u64,
    /// Passwords taken from people who have signed in: only by `reissue`.
    pub(super) signed_in_reset: u64,
}

/// A limit that stops a plan that does too much.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Guard {
    /// Which.
    pub(super) name: &'static str,
    /// What the plan does.
    pub(super) actual: u64,
    /// What is allowed.
    pub(super) limit: u64,
    /// The limit as the rollout writes it.
    pub(super) written: String,
    /// Whether an `override` raised the limit.
    pub(super) overridden: bool,
    /// Why it was raised; only with `--personal full`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) because: Option<String>,
    /// Whether the plan is blocked by it.
    pub(super) blocks: bool,
    /// What to do about it; empty unless it blocks.
    pub(super) fix: String,
    /// The caregivers it is about, where it names them.
    pub(super) caregivers: Vec<String>,
}

/// What is done for one caregiver.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Change {
    /// The caregiver's id.
    pub(super) caregiver: String,
    /// The cohort they belong to.
    pub(super) cohort: Option<String>,
    /// In this order.
    #[schemars(inner(regex(pattern = "^(create|reset|email|print|update|withdraw|adopt)$")))]
    pub(super) actions: Vec<&'static str>,
    /// Why: a sentence, or where personal data is not shown a code.
    pub(super) reason: String,
    /// The number of the activation that it is about.
    pub(super) activation: Option<u32>,
    /// The corrected fields of an update.
    pub(super) fields: Vec<Corrected>,
    /// First and last name; masked or absent as `--personal` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// Address; masked or absent as `--personal` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    /// The keyed hash of the caregiver's id (saved plans only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<String>,
    /// The keyed hash of everything it was decided from: roster row, record, account (saved plans only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) precondition: Option<String>,
}

/// A corrected field.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Corrected {
    /// `email`, `first name` or `last name`.
    pub(super) field: &'static str,
    /// What the LMS has, as far as it may be shown; of an address at least the domain.
    pub(super) old: Option<String>,
    /// What the SMS has.
    pub(super) new: Option<String>,
}

/// Somebody for whom nothing is done now.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Held {
    /// The caregiver's id.
    pub(super) caregiver: String,
    /// The cohort they belong to; null also where the code is not shown.
    pub(super) cohort: Option<String>,
    /// Why, as a code; `held` where it would say something about a family and personal data is not shown.
    pub(super) code: &'static str,
    /// What to do.
    pub(super) fix: String,
    /// First and last name; masked or absent as `--personal` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// Address; masked or absent as `--personal` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
}
