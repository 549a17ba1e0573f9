//! What the document may say, and this version can't do yet: said plainly, instead of being ignored.

use crate::diagnostic::Diagnostics;

use super::super::node::Node;
use super::Page;

const CODE: &str = "rollout::not-available";

/// A database needs the part of the program that speaks with it.
pub(super) fn database(page: &Page<'_>, problems: &mut Diagnostics) {
    let store = page.root.at(&["state", "store"]);
    let Some(node) = store.filter(|node| node.text() == Some("postgres")) else { return };
    if !cfg!(feature = "postgres") {
        let problem = page.error(CODE, node.span, "this firstbell was built without PostgreSQL");
        problems.push(problem.with_help("build it with `--features postgres`, or write `store: sqlite`"));
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
