//! Hold codes that say something about a family, where nothing personal may be shown: a caregiver is then only `held`,
//! and the codes appear as counts by cohort, small ones without their figure.

use std::collections::BTreeMap;

use crate::model::ids::CohortName;
use crate::plan::{Held, HoldCode, Plan};

use super::names::number;
use super::view::Personal;

/// What stands in place of a code that is not shown.
pub(super) const CODE: &str = "held";

/// What stands in place of its fix.
pub(super) const FIX: &str = "Look at this plan where personal data may be shown (`--personal full`).";

/// Fewer than so many are not counted out.
const SMALL: u64 = 5;

/// Whether the code of this hold must not stand beside its caregiver.
pub(super) fn is_hidden(held: &Held, personal: Personal) -> bool {
    personal == Personal::None && held.code.is_sensitive()
}

/// The counts by cohort, in the order of the rollout: `12 no-access, fewer than 5 staff-email`.
pub(super) fn counts(plan: &Plan) -> Vec<(Option<CohortName>, String)> {
    let mut cohorts: Vec<Option<CohortName>> = plan.cohorts.iter().map(|cohort| Some(cohort.name.clone())).collect();
    cohorts.push(None);
    let lines = cohorts.into_iter().map(|cohort| {
        let words = in_cohort(plan, cohort.as_ref());
        (cohort, words)
    });
    lines.filter(|(_, words)| !words.is_empty()).collect()
}

/// The counts of one cohort.
pub(super) fn in_cohort(plan: &Plan, cohort: Option<&CohortName>) -> String {
    let mut counts: BTreeMap<HoldCode, u64> = BTreeMap::new();
    for held in plan.held.iter().filter(|held| held.code.is_sensitive() && held.cohort.as_ref() == cohort) {
        *counts.entry(held.code).or_default() += 1;
    }
    counts.iter().map(|(code, many)| format!("{} {code}", rough(*many))).collect::<Vec<_>>().join(", ")
}

fn rough(many: u64) -> String {
    if many < SMALL { format!("fewer than {SMALL}") } else { number(many) }
}
