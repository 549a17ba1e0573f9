//! Drift as JSON. The doc comments become the schema's descriptions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::plan::{Drift, Finding};
use crate::report::view::Personal;

use super::document::Tool;
use super::{FORMAT_VERSION, value_of};

/// What the LMS shows that neither the last run nor the record would let one expect. Names and addresses only as
/// `--personal` says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "firstbell drift", deny_unknown_fields)]
pub(super) struct Document {
    /// The version of this form.
    format_version: &'static str,
    /// What wrote it.
    tool: Tool,
    /// Driver and place.
    lms: String,
    /// When the LMS was read (RFC 3339).
    read_at: String,
    /// When a run saw it last (RFC 3339); null where no run has kept that.
    since: Option<String>,
    /// How many of each kind.
    summary: BTreeMap<&'static str, u64>,
    /// Ordered by kind, id, account.
    findings: Vec<Found>,
}

/// One thing that drifted.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Found {
    /// What, as a code.
    kind: &'static str,
    /// The SMS id on the account; null where it carries none.
    caregiver: Option<String>,
    /// The account's username; only with `--personal full`, it is often a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// What changed.
    fields: Vec<Altered>,
    /// What to do.
    fix: &'static str,
}

/// A changed field.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Altered {
    /// Which; `other` where its name would say something about a family and personal data is not shown.
    field: &'static str,
    /// What the last run saw, as far as it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<String>,
    /// What the LMS shows now, as far as it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<String>,
}

/// The drift as programs read it.
pub fn drift_json(drift: &Drift, lms: &str, personal: Personal) -> Value {
    let mut summary = BTreeMap::new();
    for finding in &drift.findings {
        *summary.entry(finding.kind.as_str()).or_default() += 1;
    }
    value_of(Document {
        format_version: FORMAT_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        lms: lms.to_owned(),
        read_at: drift.read_at.to_string(),
        since: drift.since.map(|since| since.to_string()),
        summary,
        findings: drift.findings.iter().map(|finding| found(finding, personal)).collect(),
    })
}

pub(super) fn found(finding: &Finding, personal: Personal) -> Found {
    let field = |change: &crate::plan::DriftField| {
        let shown = |value: &str| match (personal, change.field) {
            (Personal::Full, _) => Some(value.to_owned()),
            (_, "email") => Some(personal.address(value)),
            _ => None,
        };
        // That somebody has come to work at the school is nobody's business who reads a log.
        let name = if change.field == "role" && personal == Personal::None { "other" } else { change.field };
        Altered { field: name, old: shown(&change.old), new: shown(&change.new) }
    };
    Found {
        kind: finding.kind.as_str(),
        caregiver: finding.caregiver.as_ref().map(|id| personal.id(id)),
        account: finding.username.as_ref().map(ToString::to_string).filter(|_| personal == Personal::Full),
        fields: finding.fields.iter().map(field).collect(),
        fix: finding.kind.fix(),
    }
}
