//! Hold codes that say something about a family, where nothing personal may be shown: a caregiver is then only `held`,
//! and the codes appear as counts by cohort, small ones without their figure.

use crate::model::ids::CohortName;
use crate::plan::{CohortSummary, HeldCounts, HoldCode};

use super::names::number;
use super::view::Personal;

/// What stands in place of a code that is not shown.
pub(super) const CODE: &str = "held";

/// What stands in place of its fix.
pub(super) const FIX: &str =
    "Make the plan where personal data may be shown (`firstbell plan --personal full`), and see there.";

/// Fewer than so many are not counted out.
const SMALL: u64 = 5;

/// Whether this code must not stand beside a caregiver.
pub(super) fn is_hidden(code: HoldCode, personal: Personal) -> bool {
    personal == Personal::None && code.is_sensitive()
}

/// Whether a count under this code, of the plan or of the office's list, is left out: it would say of whom it is.
pub fn is_too_few(code: &str, many: u64, personal: Personal) -> bool {
    let is_sensitive = HoldCode::parse(code).is_some_and(HoldCode::is_sensitive);
    personal == Personal::None && is_sensitive && many < SMALL
}

/// A count that says something of the families, where nothing personal may be shown: small ones without their figure.
pub fn roughly(many: u64, personal: Personal) -> String {
    if personal == Personal::None { rough(many) } else { number(many) }
}

/// The counts by cohort, in the order of the rollout: `12 no-access, fewer than 5 staff-email`.
pub(super) fn counts(cohorts: &[CohortSummary], held: &HeldCounts) -> Vec<(Option<CohortName>, String)> {
    let mut names: Vec<Option<CohortName>> = cohorts.iter().map(|cohort| Some(cohort.name.clone())).collect();
    names.push(None);
    let lines = names.into_iter().map(|name| {
        let words = in_cohort(held, name.as_ref());
        (name, words)
    });
    lines.filter(|(_, words)| !words.is_empty()).collect()
}

/// The counts of one cohort. Where all of it have the same code, a count would say it of everybody whose id stands beside.
pub(super) fn in_cohort(held: &HeldCounts, cohort: Option<&CohortName>) -> String {
    let counts = held.iter().filter(|((code, name), _)| code.is_sensitive() && name.as_ref() == cohort);
    let counts: Vec<(HoldCode, u64)> = counts.map(|((code, _), many)| (*code, *many)).collect();
    if counts.len() < 2 {
        return String::new();
    }
    let mut small = counts.iter().filter(|(_, many)| *many < SMALL);
    // With the sum at hand, the only one that is not counted out could be worked out: it goes with the next smallest.
    let alone = small.next().filter(|_| small.next().is_none());
    let beside = alone.and_then(|alone| counts.iter().filter(|one| *one != alone).min_by_key(|(_, many)| *many));
    let together = alone.zip(beside);
    let is_together = |one: &(HoldCode, u64)| together.is_some_and(|(alone, beside)| one == alone || one == beside);
    let words = counts.iter().filter(|one| !is_together(one)).map(|(code, many)| format!("{} {code}", rough(*many)));
    let merged = together.map(|(alone, beside)| {
        let (first, second) = (alone.0.min(beside.0), alone.0.max(beside.0));
        format!("{} {first} or {second}", number(alone.1 + beside.1))
    });
    words.chain(merged).collect::<Vec<_>>().join(", ")
}

fn rough(many: u64) -> String {
    if many < SMALL { format!("fewer than {SMALL}") } else { number(many) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_counted_roughly_and_only_beside_another() {
        let cohort = CohortName::new("year-7");
        let mut held = HeldCounts::new();
        held.insert((HoldCode::NoEmail, Some(cohort.clone())), 12);
        held.insert((HoldCode::NoAccess, Some(cohort.clone())), 1);
        assert_eq!(in_cohort(&held, Some(&cohort)), "", "it would be everybody's who is hidden");
        held.insert((HoldCode::AskedToWait, None), 7);
        assert_eq!(in_cohort(&held, Some(&cohort)), "", "of that cohort, still");
        assert_eq!(in_cohort(&held, None), "");
        held.insert((HoldCode::StaffAccount, Some(cohort.clone())), 17);
        held.insert((HoldCode::AskedToWait, Some(cohort.clone())), 19);
        assert_eq!(in_cohort(&held, Some(&cohort)), "19 asked-to-wait, 18 no-access or staff-account");
        held.insert((HoldCode::StaffEmail, Some(cohort.clone())), 2);
        let several = "fewer than 5 no-access, 19 asked-to-wait, 17 staff-account, fewer than 5 staff-email";
        assert_eq!(in_cohort(&held, Some(&cohort)), several, "their sum says nothing of each");
    }
}
