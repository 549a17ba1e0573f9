//! Where the rollout stands: for every cohort who is active, to do, held and for later, with a bar each.
//!
//! Taken from the same plan that `plan` shows; nothing is counted twice or anew.

use crate::model::ids::CohortName;
use crate::plan::{Act, Change, CohortSummary, Plan};

use super::bar::{SIGNS, bar};
use super::blocks::{state, today};
use super::clean::clean;
use super::names::number;
use super::page::{Page, columns, padded};
use super::paint::Tone;
use super::sensitive;
use super::view::{Personal, View};
use super::{header, idle};

const BAR: usize = 24;

/// The state of every cohort, ending in a line end.
pub fn status(plan: &Plan, view: &View) -> String {
    let mut page = Page::new(view);
    header::header(&mut page, &plan.inputs);
    page.gap();
    let widest = plan.cohorts.iter().map(|cohort| columns(&clean(cohort.name.as_str()))).max().unwrap_or(0);
    for cohort in &plan.cohorts {
        write_cohort(&mut page, plan, cohort, view, widest);
    }
    page.gap();
    legend(&mut page);
    idle::unchanged(&mut page, &plan.unchanged, today(&plan.inputs));
    next(&mut page, plan);
    page.finish()
}

fn write_cohort(page: &mut Page, plan: &Plan, cohort: &CohortSummary, view: &View, widest: usize) {
    let shares = shares(plan, cohort);
    let name = clean(cohort.name.as_str());
    let is_wide = page.width().is_none_or(|width| widest + BAR + 40 <= width);
    let name = page.dress(Tone::Strong, &if is_wide { padded(&name, widest) } else { name });
    let bar = bar(shares, if is_wide { BAR } else { BAR / 2 }, page.paint());
    let head = format!("{name}  {bar}  ");
    page.entry(&head, &format!("{}; {}", counted(shares), state(&cohort.state, today(&plan.inputs))), 4);
    let reasons = held_by_reason(plan, &cohort.name, view.personal);
    if !reasons.is_empty() && !view.summary_only {
        page.line(4, &format!("held: {reasons}"));
    }
}

/// The shares in words.
pub(super) fn counted(shares: [u64; 4]) -> String {
    let counts = shares.iter().zip(SIGNS).filter(|(many, _)| **many > 0);
    let counts: Vec<String> = counts.map(|(many, (_, _, word))| format!("{} {word}", number(*many))).collect();
    if counts.is_empty() { "nobody".to_owned() } else { counts.join(", ") }
}

/// Active, to do, held, later.
pub(super) fn shares(plan: &Plan, cohort: &CohortSummary) -> [u64; 4] {
    let own = |change: &&Change| change.cohort.as_ref() == Some(&cohort.name);
    let todo = plan.changes.iter().filter(own).filter(|change| gives_access(change)).count() as u64;
    let held = plan.held.iter().filter(|held| held.cohort.as_ref() == Some(&cohort.name)).count() as u64;
    let later = cohort.caregivers.saturating_sub(cohort.active.saturating_add(todo).saturating_add(held));
    [cohort.active, todo, held, later]
}

/// Whether somebody becomes active by it: whoever gets a second password is not counted as active meanwhile.
fn gives_access(change: &Change) -> bool {
    change.acts.iter().any(|act| match act {
        Act::Reset { .. } | Act::Create { .. } | Act::Settle { .. } | Act::Email { .. } | Act::Adopt { .. } => true,
        Act::Update { .. } | Act::Withdraw { .. } => false,
    })
}

fn held_by_reason(plan: &Plan, cohort: &CohortName, personal: Personal) -> String {
    let held = plan.held_counts();
    let shown =
        held.iter().filter(|((code, name), _)| name.as_ref() == Some(cohort) && !sensitive::is_hidden(*code, personal));
    let mut parts: Vec<String> = shown.map(|((code, _), many)| format!("{} {code}", number(*many))).collect();
    if personal == Personal::None {
        parts.extend(Some(sensitive::in_cohort(&held, Some(cohort))).filter(|words| !words.is_empty()));
    }
    parts.join(", ")
}

/// What the signs of the bars mean.
pub(super) fn legend(page: &mut Page) {
    let signs: Vec<String> =
        SIGNS.iter().map(|(sign, tone, word)| format!("{} {word}", page.dress(*tone, &sign.to_string()))).collect();
    page.line(0, &signs.join(", "));
}

fn next(page: &mut Page, plan: &Plan) {
    let sum = |of: fn(&CohortSummary) -> u64| plan.cohorts.iter().map(of).sum::<u64>();
    let active =
        format!("{} of {} active.", number(sum(|cohort| cohort.active)), number(sum(|cohort| cohort.caregivers)));
    let advice = match (plan.has_changes(), plan.held.is_empty()) {
        _ if plan.outline().is_blocked() => "A guard blocks the plan: `firstbell plan` shows which, and what to do.",
        _ if plan.has_unknown() => "Something is unknown: `firstbell plan` shows what, and how to settle it.",
        (true, _) => "`firstbell plan` shows what is to do.",
        (false, false) => "Nothing to do; `firstbell plan` shows who is held, and the fixes.",
        (false, true) => "Nothing to do.",
    };
    page.gap();
    page.line(0, &format!("{active} {advice}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{self, PERSONAL, idle_plan, narrow, plan};

    #[test]
    fn every_cohort_has_a_bar_and_its_counts() {
        insta::assert_snapshot!(status(&plan(), &fixture::view(Personal::Full)), @"
        Roster   roster/caregivers.csv: csv, UTF-8, comma; 2,214 rows, 1,402 caregivers; exported 6 h ago; 12 rows more than last time, 3 new, 1 gone
        Rollout  rollout.yaml: Kōwhai College, 4 cohorts
        State    state/firstbell.db: run 17, 2 active
        LMS      sandbox state/lms.json: 1,390 accounts

        pilot          [#########++++++++++!!!!!]  2 active, 2 to do, 1 held; open since 1 Feb
            held: 1 reset-unknown
        year-7         [++++++++!!!!!!!!!!!!!...]  4 to do, 6 held, 1 later; opens with this plan
            held: 1 asked-to-wait, 2 no-email, 1 malformed-email, 2 shared-email
        year-8         [........................]  176 later; after year-7
        everyone-else  [........................]  1,020 later; opens 1 Mar

        # active, + to do, ! held, . later

        Unchanged: 1,201
              1 active
          1,020 in everyone-else, opens 1 Mar
            176 in year-8, after year-7
              4 outside every cohort

        2 of 1,211 active. Something is unknown: `firstbell plan` shows what, and how to settle it.
        ");
    }

    #[test]
    fn a_narrow_terminal_gets_short_lines() {
        insta::assert_snapshot!(status(&plan(), &narrow(40)), @"
        Roster   roster/caregivers.csv: csv,
                 UTF-8, comma; 2,214 rows, 1,402
                 caregivers; exported 6 h ago;
                 12 rows more than last time, 3
                 new, 1 gone
        Rollout  rollout.yaml: Kōwhai College, 4
                 cohorts
        State    state/firstbell.db: run 17, 2
                 active
        LMS      sandbox state/lms.json: 1,390
                 accounts

        pilot  [####+++++!!!]  2 active, 2 to
            do, 1 held; open since 1 Feb
            held: 1 reset-unknown
        year-7  [++++!!!!!!..]  4 to do, 6 held,
            1 later; opens with this plan
            held: 1 asked-to-wait, 2 no-email, 1
              malformed-email, 2 shared-email
        year-8  [............]  176 later; after
            year-7
        everyone-else  [............]  1,020
            later; opens 1 Mar

        # active, + to do, ! held, . later

        Unchanged: 1,201
              1 active
          1,020 in everyone-else, opens 1 Mar
            176 in year-8, after year-7
              4 outside every cohort

        2 of 1,211 active. Something is unknown:
          `firstbell plan` shows what, and how
          to settle it.
        ");
    }

    #[test]
    fn nothing_personal_and_no_sensitive_count_is_shown_where_it_may_not_be() {
        let text = status(&plan(), &fixture::view(Personal::None));
        assert!(!text.contains("asked-to-wait"), "{text}");
        assert!(PERSONAL.iter().all(|secret| !text.contains(secret)), "{text}");
    }

    #[test]
    fn a_finished_rollout_says_so() {
        let text = status(&idle_plan(), &fixture::view(Personal::Full));
        assert!(text.ends_with("2 of 1,211 active. Nothing to do.\n"), "{text}");
    }
}
