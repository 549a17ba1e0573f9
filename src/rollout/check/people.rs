//! Rules about lines for single caregivers.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostics;

use super::super::node::Node;
use super::circles::{Edges, circles};
use super::{Page, repeated};

/// One hold a caregiver.
pub(super) fn held_twice(page: &Page<'_>, problems: &mut Diagnostics) {
    let held = page.root.items("hold").iter().filter_map(|item| item.get("caregiver"));
    repeated(held.filter_map(|node| Some((node.text()?.trim(), node))), |id, node, first: &Node| {
        let problem = page.error("rollout::hold-twice", node.span, format!("`{id}` is held a second time"));
        problems.push(problem.with_help(format!("line {} holds them already: keep one", first.span.line)));
    });
}

/// An id that did not change.
pub(super) fn moved_to_itself(page: &Page<'_>, problems: &mut Diagnostics) {
    for item in page.root.items("moved") {
        let (Some(from), Some(to)) = (id(item, "from"), item.get("to")) else { continue };
        if to.text().map(str::trim) == Some(from) {
            let problem = page.error("rollout::moved-to-itself", to.span, format!("`{from}` moved to itself"));
            problems.push(problem.with_help("`from` is the id that they had, `to` the id that they have now"));
        }
    }
}

/// Nobody becomes two people, and no two people become one: which record would count?
pub(super) fn moved_twice(page: &Page<'_>, problems: &mut Diagnostics) {
    for key in ["from", "to"] {
        let ids = page.root.items("moved").iter().filter_map(|item| item.get(key));
        repeated(ids.filter_map(|node| Some((node.text()?.trim(), node))), |id, node, first: &Node| {
            let message = format!("somebody moved {key} `{id}` a second time");
            let problem = page.error("rollout::moved-twice", node.span, message);
            let help = format!("line {} says so already: one line for one person", first.span.line);
            problems.push(problem.with_help(help));
        });
    }
}

/// Ids that follow each other for ever; an id that moved to itself has a rule of its own.
pub(super) fn moved_in_a_circle(page: &Page<'_>, problems: &mut Diagnostics) {
    let mut steps = Edges::new();
    for item in page.root.items("moved") {
        let (Some(from), Some(to), Some(node)) = (id(item, "from"), id(item, "to"), item.get("to")) else { continue };
        steps.entry(from).or_default().push((to, node.span));
    }
    for circle in circles(&steps).iter().filter(|circle| circle.names.len() > 2) {
        let message = format!("ids moved in a circle: `{}`", circle.names.join("` -> `"));
        let problem = page.error("rollout::moved-circle", circle.closed_at, message);
        problems.push(problem.with_help("keep the lines that lead to the id that the SMS has now"));
    }
}

/// One id alone is told apart from nobody.
pub(super) fn distinct_from_nobody(page: &Page<'_>, problems: &mut Diagnostics) {
    for line in page.root.items("distinct") {
        let ids: BTreeSet<&str> = line.items("caregivers").iter().filter_map(Node::text).map(str::trim).collect();
        if ids.len() < 2 {
            let span = line.get("caregivers").map_or(line.span, |node| node.span);
            let problem =
                page.error("rollout::distinct-from-nobody", span, "it takes two different ids to be two people");
            problems.push(problem.with_help("`caregivers: [C1, C2]`: the id that is gone and the id that is new"));
        }
    }
}

/// One line for one further password.
pub(super) fn reissued_twice(page: &Page<'_>, problems: &mut Diagnostics) {
    let lines = page.root.items("reissue").iter();
    let keyed = lines.filter_map(|item| Some(((id(item, "caregiver")?, id(item, "activation")?), item)));
    repeated(keyed, |(caregiver, number), item, first: &Node| {
        let message = format!("activation {number} of `{caregiver}` is reissued a second time");
        let span = item.get("activation").map_or(item.span, |node| node.span);
        let problem = page.error("rollout::reissue-twice", span, message);
        problems.push(problem.with_help(format!("line {} says so already: keep one", first.span.line)));
    });
}

fn id<'n>(item: &'n Node, key: &str) -> Option<&'n str> {
    item.text_of(key).map(str::trim)
}
