//! What the document may say, and this version can't do yet: said plainly, instead of being ignored.

use crate::diagnostic::Diagnostics;

use super::Page;

const CODE: &str = "rollout::not-available";

/// Where, which values, and what to write for now.
const LATER: &[(&[&str], &[&str], &str)] = &[
    (&["lms", "driver"], &["moodle"], "write `driver: sandbox` to rehearse"),
    (&["state", "store"], &["postgres"], "write `store: sqlite`"),
    (&["no-email"], &["paper"], "write `no-email: hold`: they are named for the office"),
    (&["access-revoked"], &["unlink"], "write `access-revoked: report`: the plan names them"),
];

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
