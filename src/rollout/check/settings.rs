//! Rules about settings that depend on each other.

use crate::diagnostic::Diagnostics;

use super::super::form::{Clock, Form};
use super::super::node::{Node, Value};
use super::{Page, repeated};

/// Without an id of the SMS, only `identity: email` tells caregivers apart, and that must be said.
pub(super) fn identity_has_its_column(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(roster) = page.root.get("roster").filter(|_| super::roster::format(page) == Some("csv")) else { return };
    let Some(columns) = roster.entry("columns").filter(|columns| matches!(columns.value.value, Value::Map(_))) else {
        return;
    };
    let identity = roster.text_of("identity").unwrap_or("caregiver-id");
    let is_missing = matches!(identity, "caregiver-id" | "email") && columns.value.get(identity).is_none();
    if !is_missing {
        return;
    }
    let message = format!("`columns` does not name the `{identity}` column, by which caregivers are told apart");
    let problem = page.error("rollout::no-identity", columns.key_span, message);
    problems.push(match identity {
        "email" => problem.with_help("add `email:` and the heading of that column"),
        _ => problem.with_help(
            "add `caregiver-id:` and the heading of that column; if the SMS has no such id, write `identity: email` \
             in `roster` (somebody with a new address is then somebody new)",
        ),
    });
}

/// `by: language` without a language chooses nothing.
pub(super) fn language_has_its_column(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(by) = page.root.at(&["mail", "language", "by"]).filter(|by| by.text() == Some("language")) else { return };
    let columns = page.root.at(&["roster", "columns"]);
    if columns.is_none() && matches!(super::roster::format(page), None | Some("csv")) {
        return;
    }
    if columns.is_none_or(|columns| columns.get("language").is_none()) {
        let (message, help) = match super::roster::format(page) {
            None | Some("csv") => (
                "the letter is chosen by language, but `roster.columns` names no `language` column",
                "all letters are in the default language; add `language:` and its heading to `columns`",
            ),
            Some(_) => (
                "the letter is chosen by language, but a roster of this format does not say it",
                "all letters are in the default language; take `by: language` out",
            ),
        };
        let problem = page.warning("rollout::no-column", by.span, message);
        problems.push(problem.with_help(help));
    }
}

/// A day's hours begin before they end.
pub(super) fn hours_go_forward(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(hours) = page.root.at(&["mail", "hours"]) else { return };
    let time = |key| hours.text_of(key).and_then(|text| Clock::read(text).ok());
    let (Some(from), Some(to), Some(node)) = (time("from"), time("to"), hours.get("to")) else { return };
    if to <= from {
        let problem = page.error("rollout::bad-hours", node.span, format!("`hours` end before they begin, at {from}"));
        problems.push(problem.with_help("write a `to` that is later on the same day than `from`"));
    }
}

/// A key for the other style would be ignored in silence.
pub(super) fn password_keys_fit_its_style(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(password) = page.root.get("password") else { return };
    let (style, foreign) = match password.text_of("style") {
        None | Some("words") => ("words", "length"),
        Some("characters") => ("characters", "words"),
        Some(_) => return,
    };
    if let Some(entry) = password.entry(foreign) {
        let message = format!("`{foreign}` has no meaning for passwords of the style `{style}`");
        let problem = page.error("rollout::password-style", entry.key_span, message);
        problems.push(problem.with_help("take this key out, or choose the other `style`"));
    }
}

/// One guard, one override.
pub(super) fn override_twice(page: &Page<'_>, problems: &mut Diagnostics) {
    let guards = page.root.items("override").iter().filter_map(|item| item.get("guard"));
    repeated(guards.filter_map(|guard| Some((guard.text()?, guard))), |name, node, first: &Node| {
        let problem = page.error("rollout::override-twice", node.span, format!("`{name}` is overridden a second time"));
        problems.push(problem.with_help(format!("it is overridden on line {} already: keep one", first.span.line)));
    });
}
