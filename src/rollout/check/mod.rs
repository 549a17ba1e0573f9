//! What values mean together: one rule, one function, one row in the table. Each rule reads the tree, not the types, so
//! that it works also in a document with other mistakes, and says nothing where its part has the wrong shape.

mod available;
mod circles;
mod cohorts;
mod paths;
mod people;
mod settings;

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Span};

use super::node::Node;
use super::project::Project;
use super::source::Source;

/// What a rule looks at.
pub(super) struct Page<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) root: &'a Node,
    pub(super) project: &'a Project,
}

impl Page<'_> {
    fn error(&self, code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        self.source.error(code, span, message)
    }

    fn warning(&self, code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        self.source.warning(code, span, message)
    }
}

type Rule = fn(&Page<'_>, &mut Diagnostics);

const RULES: &[Rule] = &[
    available::one_roster,
    available::values,
    settings::identity_has_its_column,
    settings::language_has_its_column,
    settings::hours_go_forward,
    settings::password_keys_fit_its_style,
    settings::override_twice,
    paths::stay_inside,
    paths::letters_stay_inside,
    paths::id_files_have_ids,
    cohorts::named_twice,
    cohorts::unknown,
    cohorts::after_in_a_circle,
    cohorts::select_nothing,
    cohorts::select_without_column,
    cohorts::never_reached,
    cohorts::canary_without_effect,
    cohorts::keeping_without_effect,
    people::held_twice,
    people::moved_to_itself,
    people::moved_twice,
    people::moved_in_a_circle,
    people::distinct_from_nobody,
    people::reissued_twice,
];

/// Applies every rule.
pub(super) fn check(page: &Page<'_>, problems: &mut Diagnostics) {
    for rule in RULES {
        rule(page, problems);
    }
}

/// Calls `report` for every item whose key was there before, with the item and the first one.
fn repeated<'n, K: Ord>(items: impl Iterator<Item = (K, &'n Node)>, mut report: impl FnMut(&K, &'n Node, &'n Node)) {
    let mut seen: BTreeMap<K, &Node> = BTreeMap::new();
    for (key, node) in items {
        if let Some(first) = seen.get(&key) {
            report(&key, node, first);
        } else {
            seen.insert(key, node);
        }
    }
}
