//! Rules about rosters: which columns they need, and what several of them mean together.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostics;

use super::super::node::{Node, Value};
use super::formats::has_columns;
use super::{Page, has, repeated};

const CORRECTIONS: &str = "corrections";

fn is_corrections(roster: &Node) -> bool {
    roster.text_of("part") == Some(CORRECTIONS)
}

/// Corrections have something to correct.
pub(super) fn first_is_no_correction(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(part) = page.rosters().first().filter(|first| is_corrections(first)).and_then(|first| first.get("part"))
    else {
        return;
    };
    let problem = page.error("rollout::corrections-first", part.span, "there is no roster above that these correct");
    problems.push(problem.with_help("put the export of the SMS first: `roster:` is then a list of two"));
}

/// The same file twice would hide a slip in a path.
pub(super) fn path_twice(page: &Page<'_>, problems: &mut Diagnostics) {
    let paths = page.rosters().iter().filter_map(|roster| roster.get("path"));
    repeated(paths.filter_map(|path| Some((path.text()?.trim(), path))), |path, node, first: &Node| {
        let problem = page.error("rollout::roster-twice", node.span, format!("`{path}` is named a second time"));
        problems.push(problem.with_help(format!("line {} names it already", first.span.line)));
    });
}

/// Without an id of the SMS, only `identity: email` tells caregivers apart, and that must be said.
pub(super) fn identity_has_its_column(page: &Page<'_>, problems: &mut Diagnostics) {
    for roster in page.rosters().iter().filter(|roster| has_columns(roster)) {
        let Some(columns) = roster.entry("columns").filter(|columns| matches!(columns.value.value, Value::Map(_)))
        else {
            continue;
        };
        let identity = roster.text_of("identity").unwrap_or("caregiver-id");
        if !matches!(identity, "caregiver-id" | "email") || is_everywhere(&columns.value, identity) {
            continue;
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
}

/// Whether the one caregiver of a row, or each of several, has this column.
fn is_everywhere(columns: &Node, column: &str) -> bool {
    let caregivers = columns.items("caregivers");
    columns.get(column).is_some()
        || (!caregivers.is_empty() && caregivers.iter().all(|columns| columns.get(column).is_some()))
}

/// With several caregivers in a row, an id or an address belongs to one of them.
pub(super) fn caregivers_in_one_place(page: &Page<'_>, problems: &mut Diagnostics) {
    for columns in page.rosters().iter().filter_map(|roster| roster.get("columns")) {
        if columns.items("caregivers").is_empty() {
            continue;
        }
        for key in ["caregiver-id", "email", "first-name"] {
            let Some(entry) = columns.entry(key) else { continue };
            let message = format!("`{key}` stands beside `caregivers`: whose it is can't be told");
            let problem = page.error("rollout::caregivers-twice", entry.key_span, message);
            problems.push(problem.with_help("move it into the item of that caregiver"));
        }
    }
}

/// A row that goes on with the one above goes on with one person.
pub(super) fn continued_with_one_caregiver(page: &Page<'_>, problems: &mut Diagnostics) {
    for roster in page.rosters().iter().filter(|roster| roster.text_of("rows") == Some("continued")) {
        let Some(caregivers) = roster.get("columns").and_then(|columns| columns.entry("caregivers")) else { continue };
        let message = "with `rows: continued` a row has one caregiver, not several";
        let problem = page.error("rollout::continued-caregivers", caregivers.key_span, message);
        problems.push(problem.with_help("take `rows: continued` out; a row with several caregivers stands for itself"));
    }
}

/// A correction has a reason and a last day; a roster has neither.
pub(super) fn corrections_have_reasons(page: &Page<'_>, problems: &mut Diagnostics) {
    for roster in page.rosters() {
        let Some(columns) = roster.entry("columns") else { continue };
        for key in ["because", "until"] {
            match columns.value.entry(key) {
                None if is_corrections(roster) => {
                    let message = format!("corrections need the column `{key}`");
                    let problem = page.error("rollout::no-reason", columns.key_span, message);
                    problems.push(problem.with_help(format!("add `{key}:` and the heading of that column")));
                }
                Some(entry) if !is_corrections(roster) => {
                    let message = format!("`{key}` is a column of corrections only");
                    let problem = page.error("rollout::no-corrections", entry.key_span, message);
                    problems.push(problem.with_help("write `part: corrections` in this item, or take the column out"));
                }
                _ => {}
            }
        }
    }
}

/// What is required can be read.
pub(super) fn required_has_its_column(page: &Page<'_>, problems: &mut Diagnostics) {
    for roster in page.rosters() {
        let Some(columns) = roster.get("columns") else { continue };
        for node in ["require", "blank-is-no"].into_iter().flat_map(|key| roster.items(key)) {
            let Some(column) = node.text().filter(|column| !has(columns, column)) else { continue };
            let message = format!("`columns` does not name the `{column}` column");
            let problem = page.error("rollout::no-column", node.span, message);
            problems.push(problem.with_help(format!("add `{column}:` and its heading to `columns`, or take this out")));
        }
    }
}

/// A column that is read and decides nothing: somebody may rely on it.
pub(super) fn asked_without_effect(page: &Page<'_>, problems: &mut Diagnostics) {
    for roster in page.rosters().iter().filter(|roster| !is_corrections(roster)) {
        let required: Vec<&str> = roster.items("require").iter().filter_map(Node::text).collect();
        let Some(columns) = roster.get("columns") else { continue };
        for column in ["legal-guardian", "lives-with"] {
            let mut each = std::iter::once(columns).chain(columns.items("caregivers"));
            let Some(entry) = each.find_map(|columns| columns.entry(column)) else { continue };
            if required.contains(&column) {
                continue;
            }
            let message = format!("`{column}` is read and keeps nobody from a child");
            let problem = page.warning("rollout::no-effect", entry.key_span, message);
            problems
                .push(problem.with_help(format!("add `require: [{column}]` to this roster, or take the column out")));
        }
    }
}

/// What an unknown means, means the same for every child.
pub(super) fn one_answer_for_unknown(page: &Page<'_>, problems: &mut Diagnostics) {
    let answers = page.rosters().iter().filter_map(|roster| roster.get("unknown-access"));
    let mut seen: BTreeMap<&str, &Node> = BTreeMap::new();
    for (text, node) in answers.filter_map(|node| Some((node.text()?, node))) {
        seen.entry(text).or_insert(node);
    }
    if seen.len() > 1
        && let Some(last) = seen.values().max_by_key(|node| node.span.line)
    {
        let message = "another roster says something else about an unknown access";
        let problem = page.error("rollout::unknown-access", last.span, message);
        problems.push(problem.with_help("write the same in each, or in one alone: it holds for all of them"));
    }
}
