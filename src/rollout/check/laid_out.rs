//! Values that `firstbell init` wrote to be changed, and that nobody has changed: parents would read them.

use crate::diagnostic::Diagnostics;

use super::super::node::{Node, Value};
use super::Page;

/// Stands in each of them; no school is called so, and no host can be.
const MARKS: [&str; 2] = ["Example College", "school.example.nz"];

/// Told once for all of them. A rehearsal may go on with them, but no letter leaves with them.
pub(super) fn still_as_laid_out(page: &Page<'_>, problems: &mut Diagnostics) {
    let mut found = Vec::new();
    walk(page.root, "", &mut found);
    let Some((_, first)) = found.first() else { return };
    let mut named: Vec<String> = found.iter().map(|(key, node)| format!("`{key}` (line {})", node.span.line)).collect();
    named.dedup();
    let message = format!("this is still as `firstbell init` wrote it: {}", named.join(", "));
    let is_sent = page.root.at(&["mail", "transport"]).and_then(Node::text) == Some("smtp");
    let problem = if is_sent {
        page.error("rollout::as-laid-out", first.span, message)
    } else {
        page.warning("rollout::as-laid-out", first.span, message)
    };
    problems.push(problem.with_help("write what is true of your school: parents read it in their letters"));
}

/// The scalars with a mark, each with the key that it stands under.
fn walk<'n>(node: &'n Node, key: &'n str, found: &mut Vec<(&'n str, &'n Node)>) {
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|entry| walk(&entry.value, &entry.key, found)),
        Value::List(items) => items.iter().for_each(|item| walk(item, key, found)),
        Value::Scalar(scalar) if MARKS.iter().any(|mark| scalar.text.contains(mark)) => found.push((key, node)),
        Value::Scalar(_) | Value::Broken => {}
    }
}
