//! The first four lines: what the plan was made from.

use std::cmp::Ordering;

use crate::plan::{Inputs, RosterInput, StateInput};

use super::clean::clean;
use super::names::{age, count, number};
use super::page::Page;
use super::paint::Tone;

const LABEL: usize = 9;

/// Writes the header.
pub(super) fn header(page: &mut Page, inputs: &Inputs) {
    let rollout = format!(
        "{}: {}, {}",
        clean(&inputs.rollout.path),
        clean(&inputs.school),
        count(inputs.rollout.cohorts as u64, "cohort", "cohorts")
    );
    let lms = format!("{}: {}", clean(&inputs.lms.description), count(inputs.lms.accounts, "account", "accounts"));
    let lines = [
        ("Roster", roster(&inputs.roster, inputs.now)),
        ("Rollout", rollout),
        ("State", state(&inputs.state)),
        ("LMS", lms),
    ];
    for (label, words) in lines {
        let head = page.dress(Tone::Strong, label) + &" ".repeat(LABEL - label.len());
        page.entry(&head, &words, LABEL);
    }
}

fn roster(roster: &RosterInput, now: jiff::Timestamp) -> String {
    format!(
        "{}: {}, {}; {}, {}; exported {}; {}",
        clean(&roster.path),
        roster.format,
        clean(&roster.shape),
        count(roster.rows, "row", "rows"),
        count(roster.caregivers, "caregiver", "caregivers"),
        age(roster.exported_at, now),
        change_since_last(roster)
    )
}

fn change_since_last(roster: &RosterInput) -> String {
    let Some(previous) = roster.previous_rows else { return "the first roster".to_owned() };
    if roster.is_unchanged {
        return "the same as last time".to_owned();
    }
    let difference = count(roster.rows.abs_diff(previous), "row", "rows");
    let rows = match roster.rows.cmp(&previous) {
        Ordering::Less => format!("{difference} fewer than last time"),
        Ordering::Equal => "as many rows as last time".to_owned(),
        Ordering::Greater => format!("{difference} more than last time"),
    };
    let mut parts = vec![rows];
    let caregivers = [(roster.arrivals, "new"), (roster.gone, "gone")];
    let caregivers = caregivers.iter().filter(|(many, _)| *many > 0);
    parts.extend(caregivers.map(|(many, word)| format!("{} {word}", number(*many))));
    parts.join(", ")
}

fn state(state: &StateInput) -> String {
    let path = clean(&state.path);
    match state.lineage {
        None => format!("{path}: nothing recorded yet"),
        Some(_) => format!("{path}: run {}, {} active", state.run, number(state.active)),
    }
}
