//! What the document may say, and this version can't do yet: said plainly, instead of being ignored.

use crate::diagnostic::Diagnostics;

use super::super::node::Node;
use super::Page;

const CODE: &str = "rollout::not-available";

/// Where, which values, and what to write for now.
const LATER: &[(&[&str], &[&str], &str)] = &[(&["state", "store"], &["postgres"], "write `store: sqlite`")];

/// Values of a setting.
pub(super) fn values(page: &Page<'_>, problems: &mut Diagnostics) {
    for (route, values, instead) in LATER {
        let node = page.root.at(route);
        let Some(node) = node else { continue };
        let Some(text) = node.text().filter(|text| values.contains(text)) else { continue };
        let problem = page.error(CODE, node.span, format!("`{text}` is not available in this version of firstbell"));
        problems.push(problem.with_help(*instead));
    }
}

/// Paper needs a printer in the program.
pub(super) fn paper(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(node) = page.root.get("no-email").filter(|node| node.text() == Some("paper")) else { return };
    if !cfg!(feature = "pdf") {
        let problem = page.error(CODE, node.span, "this firstbell was built without printing");
        problems.push(problem.with_help("build it with `--features pdf`, or write `no-email: hold`"));
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
