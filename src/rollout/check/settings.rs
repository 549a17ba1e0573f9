//! Rules about settings that depend on each other.

use crate::diagnostic::Diagnostics;

use super::super::form::{Clock, Form};
use super::super::node::Node;
use super::{Page, repeated};

/// `by: language` without a language chooses nothing.
pub(super) fn language_has_its_column(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(by) = page.root.at(&["mail", "language", "by"]).filter(|by| by.text() == Some("language")) else { return };
    let has_columns = page.rosters().iter().any(super::formats::has_columns);
    if has_columns && page.columns().is_none() {
        return;
    }
    if !page.has_column("language") {
        let (message, help) = if has_columns {
            (
                "the letter is chosen by language, but `roster.columns` names no `language` column",
                "all letters are in the default language; add `language:` and its heading to `columns`",
            )
        } else {
            (
                "the letter is chosen by language, but a roster of this format does not say it",
                "all letters are in the default language; take `by: language` out",
            )
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
