//! Limits that stop a plan that does too much. All are evaluated, always; which of them block is for the reader to see
//! after the plan itself.

use crate::model::ids::{ActivationNumber, CaregiverId};
use crate::plan::{Act, Change, GuardResult, Inputs, Totals};
use crate::rollout::{GuardName, Limit, Override, Reissue};

use super::ground::Ground;

/// Of fewer people than this nobody can say that the file is another one.
const SO_MANY: u64 = 10;

/// A second reset that a plan holds: whose, and which activation.
pub(super) type SecondReset<'p> = (&'p str, ActivationNumber);

/// All guards, in the order of the documents. `strangers` are the ids that stand for somebody else than they did.
pub(super) fn all(
    ground: &Ground<'_>,
    inputs: &Inputs,
    totals: &Totals,
    second: &[SecondReset<'_>],
    strangers: u64,
) -> Vec<GuardResult> {
    let (summary, effects, guards) = (totals.summary, totals.effects, &ground.rollout.guards);
    let (caregivers, active) = (inputs.roster.caregivers, inputs.state.active);
    let resets = effects.passwords_set - effects.accounts_created.min(effects.passwords_set);
    vec![
        limited(ground, GuardName::Resets, resets, guards.resets, caregivers),
        limited(ground, GuardName::Emails, effects.emails, guards.emails, caregivers),
        limited(ground, GuardName::Creates, effects.accounts_created, guards.creates, caregivers),
        limited(ground, GuardName::Withdrawals, summary.withdraw, guards.withdrawals, active),
        roster_change(
            ground,
            guards.roster_change,
            Some(strangers).filter(|many| *many >= SO_MANY && many * 2 > active),
        ),
        second_resets(&ground.rollout.reissue, second),
        fixed(GuardName::SignedInReset, totals.undeclared, 0, "0"),
    ]
}

/// The second resets among these changes.
pub(super) fn second_resets_of(changes: &[Change]) -> Vec<SecondReset<'_>> {
    let acts = changes.iter().flat_map(|change| change.acts.iter().map(move |act| (change.caregiver.as_str(), act)));
    let resets = acts.filter_map(|(caregiver, act)| match act {
        Act::Reset { activation, .. } | Act::Create { activation, .. } => Some((caregiver, *activation)),
        _ => None,
    });
    resets.filter(|(_, activation)| *activation > ActivationNumber::FIRST).collect()
}

/// Each second reset has the line that names this caregiver and this activation: a line that is used already, or somebody
/// else's, allows none.
fn second_resets(lines: &[Reissue], planned: &[SecondReset<'_>]) -> GuardResult {
    let is_declared = |(caregiver, activation): &SecondReset<'_>| {
        lines.iter().any(|line| line.caregiver.as_str() == *caregiver && line.activation == *activation)
    };
    let undeclared = planned.iter().filter(|reset| !is_declared(reset));
    let caregivers: Vec<CaregiverId> = undeclared.map(|(caregiver, _)| CaregiverId::new(*caregiver)).collect();
    let declared = (planned.len() - caregivers.len()) as u64;
    let written = "exactly the lines under `reissue:`";
    GuardResult { caregivers, ..fixed(GuardName::SecondResets, planned.len() as u64, declared, written) }
}

fn limited(ground: &Ground<'_>, name: GuardName, actual: u64, limit: Limit, whole: u64) -> GuardResult {
    let overriding = in_force(ground, name);
    let limit_now = overriding.map_or(limit, |line| line.value);
    let allowed = absolute(limit_now, whole);
    let blocks = actual > allowed;
    GuardResult {
        name: name.as_str(),
        actual,
        limit: allowed,
        written: written(limit_now),
        overridden: overriding.map(|line| format!("{}, until {}", line.because, line.expires)),
        blocks,
        fix: if blocks { fix(name, actual) } else { String::new() },
        caregivers: Vec::new(),
    }
}

/// The line that raises this guard's limit, while it has not expired.
fn in_force<'a>(ground: &Ground<'a>, name: GuardName) -> Option<&'a Override> {
    ground.rollout.overrides.iter().find(|line| line.guard == name && ground.today < line.expires)
}

/// Rows more or fewer; and where more than half of the people are gone, or are others now, they: a file of as many rows may be
/// another school's.
fn roster_change(ground: &Ground<'_>, limit: Limit, strangers: Option<u64>) -> GuardResult {
    let rows = ground.roster.facts().rows;
    let previous = ground.recorded.last_roster().map_or(rows, |last| last.rows);
    let people = ground.recorded.last_roster().map_or(0, |last| last.caregivers);
    let gone = Some(ground.absences.gone)
        .filter(|gone| ground.roster.facts().is_full && *gone >= SO_MANY && gone * 2 > people);
    // Of an export of an earlier day no row counts: whoever is barred since would get their letter by it.
    let older = super::notes::older_roster(ground);
    let changed = if older.is_some() { rows.abs_diff(previous).max(previous) } else { rows.abs_diff(previous) };
    let (gone, strangers) = (gone.unwrap_or(0), strangers.unwrap_or(0));
    let mut result = limited(ground, GuardName::RosterChange, changed.max(gone).max(strangers), limit, previous);
    // A share of the rows says nothing where a few are active so far.
    result.blocks |= (strangers > 0 || older.is_some()) && in_force(ground, GuardName::RosterChange).is_none();
    if result.blocks {
        let what = if let Some(older) = older {
            older
        } else if strangers > changed.max(gone) {
            format!(
                "{strangers} of those who are active have another name, address and children than before: see whether this is another \
                 school's export, or whether a column slipped"
            )
        } else if gone > changed {
            format!(
                "{gone} of the {people} caregivers accepted last are gone: see whether this is another school's export, or whether \
                 something was done to the ids"
            )
        } else {
            let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
            format!("{rows} here, {previous} in the roster accepted last: export it again in full")
        };
        result.fix = format!(
            "{what}; if it is right, add `override: [{{guard: roster-change, value: {}, because: …, expires: …}}]`",
            result.actual
        );
    }
    result
}

fn fixed(name: GuardName, actual: u64, limit: u64, written: &str) -> GuardResult {
    let blocks = actual > limit;
    GuardResult {
        name: name.as_str(),
        actual,
        limit,
        written: written.to_owned(),
        overridden: None,
        blocks,
        fix: if blocks { "Each needs a line of its own under `reissue:`".to_owned() } else { String::new() },
        caregivers: Vec::new(),
    }
}

fn fix(name: GuardName, actual: u64) -> String {
    let otherwise = match name {
        GuardName::Withdrawals => "see whether the export was cut short or filtered",
        _ => "make the cohort smaller",
    };
    format!(
        "If that is meant, add `override: [{{guard: {}, value: {actual}, because: …, expires: …}}]`; else \
         {otherwise}",
        name.as_str()
    )
}

fn written(limit: Limit) -> String {
    match limit {
        Limit::Number(number) => number.to_string(),
        Limit::Percent(percent) => format!("{percent}%"),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a share of a count of people, rounded down, is far below 2^52"
)]
fn absolute(limit: Limit, whole: u64) -> u64 {
    match limit {
        Limit::Number(number) => number,
        Limit::Percent(percent) => (whole as f64 * percent / 100.0).floor() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_rounded_down() {
        assert_eq!(absolute(Limit::Percent(10.0), 2209), 220);
        assert_eq!(absolute(Limit::Number(3), 1), 3);
    }

    #[test]
    fn a_second_reset_needs_the_line_that_names_it() {
        let line = |caregiver: &str, activation: u32| Reissue {
            caregiver: caregiver.into(),
            activation: ActivationNumber(activation),
            because: "T-1".into(),
            place: crate::diagnostic::Place { file: "rollout.yaml".into(), span: None },
        };
        let (lines, second) = ([line("C1", 2), line("C2", 3)], ActivationNumber(2));
        for undeclared in [("C3", second), ("C2", second), ("C1", ActivationNumber(3))] {
            let result = second_resets(&lines, &[undeclared]);
            assert!(result.blocks && (result.actual, result.limit) == (1, 0), "{undeclared:?}: {result:?}");
            assert_eq!(result.caregivers, [CaregiverId::from(undeclared.0)]);
        }
        let declared = second_resets(&lines, &[("C1", second), ("C2", ActivationNumber(3))]);
        assert!(!declared.blocks && (declared.actual, declared.limit) == (2, 2), "{declared:?}");
        assert_eq!(second_resets(&lines, &[]).limit, 0, "a line that nothing uses allows nothing");
    }
}
