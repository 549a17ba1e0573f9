//! What the document may say, and this version can't do yet: said plainly, instead of being ignored.

use crate::diagnostic::Diagnostics;

use super::super::node::{Node, Value};
use super::Page;

const CODE: &str = "rollout::not-available";

/// Where, which values, and what to write for now.
const LATER: &[(&[&str], &[&str], &str)] = &[
    (&["roster", "format"], &["ide", "edge", "kamar", "oneroster", "sds"], "export a CSV and write `format: csv`"),
    (&["roster", "encoding"], &["utf-16", "windows-1252"], "save the export as UTF-8 and write `encoding: auto`"),
    (&["roster", "upload"], &["by-manifest"], "write `upload: full` or `upload: partial`"),
    (&["lms", "driver"], &["ultranet"], "write `driver: sandbox` to rehearse"),
    (&["state", "store"], &["postgres"], "write `store: sqlite`"),
    (&["mail", "transport"], &["smtp"], "write `transport: outbox`: each letter becomes a file"),
    (&["no-email"], &["paper"], "write `no-email: hold`: they are named for the office"),
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

/// Links are taken away only where they are made.
pub(super) fn unlinking(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(node) = page.root.get("access-revoked").filter(|node| node.text() == Some("unlink")) else { return };
    let links = page.root.at(&["lms", "driver"]).and_then(Node::text) == Some("moodle")
        && page.root.at(&["lms", "parent-role"]).is_some();
    if !links {
        let message = "`unlink` needs an LMS in which firstbell links parents with children";
        let problem = page.error(CODE, node.span, message);
        problems.push(problem.with_help(
            "write `access-revoked: report`: the plan names them. Links are made by `driver: moodle` with a `parent-role`",
        ));
    }
}

/// Several rosters that correct each other.
pub(super) fn one_roster(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(Node { span, value: Value::List(_) }) = page.root.get("roster") else { return };
    let problem = page.error(CODE, *span, "several rosters are not available in this version of firstbell");
    problems.push(problem.with_help("name one export: `roster:` and its keys below, without `-`"));
}
