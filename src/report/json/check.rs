//! What `check` found, as JSON. The doc comments become the schema's descriptions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::report::sensitive::is_too_few;
use crate::report::view::Personal;

use super::document::Tool;
use super::{FORMAT_VERSION, value_of};

/// What `firstbell check` found: every mistake with its place, and what is for the office to mend.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "firstbell check", deny_unknown_fields)]
pub(super) struct Document {
    /// The version of this form.
    format_version: &'static str,
    /// What wrote it.
    tool: Tool,
    /// Whether a plan can be made from it.
    usable: bool,
    /// Problems by place.
    diagnostics: Vec<Problem>,
    /// Addresses for the office to mend, counted by code.
    to_mend: BTreeMap<&'static str, u64>,
}

/// One problem.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Problem {
    /// How bad: only an `error` stops the work.
    #[schemars(regex(pattern = "^(error|warning|note)$"))]
    severity: &'static str,
    /// A stable code, such as `rollout::unknown-cohort`.
    code: &'static str,
    /// What is wrong.
    message: String,
    /// The file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// First line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// First column, from 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    /// Last line.
    #[serde(rename = "endLine", skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    /// The column behind the last character.
    #[serde(rename = "endColumn", skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// What `check` found, as programs read it.
pub fn check_json(diagnostics: &Diagnostics, to_mend: &BTreeMap<&'static str, u64>, personal: Personal) -> Value {
    value_of(Document {
        format_version: FORMAT_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        usable: !diagnostics.has_errors(),
        diagnostics: diagnostics.sorted().into_iter().map(|one| problem(one, personal)).collect(),
        to_mend: to_mend
            .iter()
            .filter(|(code, many)| !is_too_few(code, **many, personal))
            .map(|(code, many)| (*code, *many))
            .collect(),
    })
}

/// One problem, with its addresses treated like any other.
pub(super) fn problem(diagnostic: &Diagnostic, personal: Personal) -> Problem {
    let diagnostic = &if personal == Personal::Full { diagnostic.clone() } else { diagnostic.discreet() };
    let span = diagnostic.place.as_ref().and_then(|place| place.span);
    Problem {
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        code: diagnostic.code,
        message: personal.addresses_in(&diagnostic.message),
        file: diagnostic.place.as_ref().map(|place| place.file.to_string()),
        line: span.map(|span| span.line),
        column: span.map(|span| span.column),
        end_line: span.map(|span| span.end_line),
        end_column: span.map(|span| span.end_column),
        help: diagnostic.help.as_deref().map(|help| personal.addresses_in(help)),
    }
}
