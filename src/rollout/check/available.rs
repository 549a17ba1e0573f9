//! What the document may say, and this version can't do yet: said plainly, instead of being ignored.

use crate::diagnostic::Diagnostics;

use super::super::node::{Node, Value};
use super::Page;

const CODE: &str = "rollout::not-available";

/// Where, which values, and what to write for now.
const LATER: &[(&[&str], &[&str], &str)] = &[
    (&["roster", "encoding"], &["utf-16", "windows-1252"], "save the export as UTF-8 and write `encoding: auto`"),
    (&["lms", "driver"], &["ultranet", "moodle"], "write `driver: sandbox` to rehearse"),
    (&["state", "store"], &["postgres"], "write `store: sqlite`"),
    (&["mail", "transport"], &["smtp"], "write `transport: outbox`: each letter becomes a file"),
    (&["no-email"], &["paper"], "write `no-email: hold`: they are named for the office"),
    (&["access-revoked"], &["unlink"], "write `access-revoked: report`: the plan names them"),
];

/// Values of a setting.
pub(super) fn values(page: &Page<'_>, problems: &mut Diagnostics) {
    for (route, values, instead) in LATER {
        let Some(node) = page.root.at(route) else { continue };
        let Some(text) = node.text().filter(|text| values.contains(text)) else { continue };
        let problem = page.error(CODE, node.span, format!("`{text}` is not available in this version of firstbell"));
        problems.push(problem.with_help(*instead));
    }
}

/// Several rosters that correct each other.
pub(super) fn one_roster(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(Node { span, value: Value::List(_) }) = page.root.get("roster") else { return };
    let problem = page.error(CODE, *span, "several rosters are not available in this version of firstbell");
    problems.push(problem.with_help("name one export: `roster:` and its keys below, without `-`"));
}
