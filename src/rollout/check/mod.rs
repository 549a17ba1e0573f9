//! What values mean together: one rule, one function, one row in the table. Each rule reads the tree, not the types, so
//! that it works also in a document with other mistakes, and says nothing where its part has the wrong shape.

mod available;
mod circles;
mod cohorts;
mod formats;
mod laid_out;
mod lms;
mod mail;
mod paths;
mod people;
mod rosters;
mod settings;
mod state;
mod ultranet;

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Span};

use super::node::{Node, Value};
use super::project::Project;
use super::source::Source;

/// What a rule looks at.
pub(super) struct Page<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) root: &'a Node,
    pub(super) project: &'a Project,
}

impl<'a> Page<'a> {
    /// Each roster: `roster` itself, or the items of its list.
    fn rosters(&self) -> &'a [Node] {
        match self.root.get("roster") {
            Some(Node { value: Value::List(items), .. }) => items,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        }
    }

    /// The headings of the first roster that has some: whom ids are looked for under.
    fn columns(&self) -> Option<&'a Node> {
        self.rosters().iter().find_map(|roster| roster.get("columns"))
    }

    /// Whether any roster reads this column, of one caregiver or of several.
    fn has_column(&self, column: &str) -> bool {
        self.rosters().iter().filter_map(|roster| roster.get("columns")).any(|columns| has(columns, column))
    }

    fn error(&self, code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        self.source.error(code, span, message)
    }

    fn warning(&self, code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        self.source.warning(code, span, message)
    }
}

/// Whether these columns name this one, at the top or for each caregiver of a row.
fn has(columns: &Node, column: &str) -> bool {
    let is_in = |columns: &Node| columns.get(column).is_some();
    is_in(columns) || columns.items("caregivers").iter().any(is_in)
}

type Rule = fn(&Page<'_>, &mut Diagnostics);

const RULES: &[Rule] = &[
    available::database,
    available::unlinking,
    rosters::first_is_no_correction,
    rosters::path_twice,
    rosters::identity_has_its_column,
    rosters::caregivers_in_one_place,
    rosters::continued_with_one_caregiver,
    rosters::corrections_have_reasons,
    rosters::required_has_its_column,
    rosters::asked_without_effect,
    rosters::one_answer_for_unknown,
    formats::columns_fit_the_format,
    formats::year_from_one_place,
    formats::manifest_is_there,
    formats::select_what_the_format_has,
    laid_out::still_as_laid_out,
    settings::language_has_its_column,
    settings::hours_go_forward,
    settings::password_keys_fit_its_style,
    settings::override_twice,
    lms::keys_fit_the_driver,
    lms::moodle_has_an_address,
    lms::passwords_fit_the_policy,
    ultranet::has_its_export,
    ultranet::columns_differ,
    ultranet::gateway_mails_once,
    ultranet::paper_has_an_address,
    available::paper,
    state::keys_fit_the_store,
    state::database_has_an_address,
    state::its_address_goes_nowhere_else,
    paths::stay_inside,
    paths::each_file_is_one_thing,
    paths::outbox_is_apart,
    paths::letters_stay_inside,
    paths::id_files_have_ids,
    cohorts::named_twice,
    cohorts::unknown,
    cohorts::after_in_a_circle,
    cohorts::select_nothing,
    cohorts::select_without_column,
    cohorts::never_reached,
    cohorts::canary_for_ever,
    cohorts::canary_without_effect,
    cohorts::keeping_without_effect,
    cohorts::sending_again_without_effect,
    mail::server_is_named,
    mail::clear_text_stays_here,
    mail::sign_in_is_whole,
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
