//! The first four lines: what the plan was made from.

use std::cmp::Ordering;

use crate::plan::{Inputs, RosterInput, RosterPart, StateInput};

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
    let parts = inputs.roster.parts.iter().map(|part| ("", roster_part(part, inputs.now)));
    let lines = std::iter::once(("Roster", roster(&inputs.roster, inputs.now))).chain(parts).chain([
        ("Rollout", rollout),
        ("State", state(&inputs.state)),
        ("LMS", lms),
    ]);
    for (label, words) in lines {
        let head = page.dress(Tone::Strong, label) + &" ".repeat(LABEL - label.len());
        page.entry(&head, &words, LABEL);
    }
}

/// One of several files.
fn roster_part(part: &RosterPart, now: jiff::Timestamp) -> String {
    format!(
        "{}{}: {}, {}; {}; {} {}",
        if part.is_corrections { "corrected by " } else { "" },
        clean(&part.path),
        part.format,
        clean(&part.shape),
        count(part.rows, "row", "rows"),
        if part.is_corrections { "written" } else { "exported" },
        age(part.exported_at, now),
    )
}

fn roster(roster: &RosterInput, now: jiff::Timestamp) -> String {
    if !roster.parts.is_empty() {
        let files = roster.parts.iter().filter(|part| !part.is_corrections).count() as u64;
        return format!(
            "{}; {}, {}; the oldest exported {}; {}",
            count(files, "file", "files"),
            count(roster.rows, "row", "rows"),
            count(roster.caregivers, "caregiver", "caregivers"),
            age(roster.exported_at, now),
            change_since_last(roster)
        );
    }
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
    let caregivers = [(roster.arrivals, "new"), (roster.gone, "gone"), (roster.changed.unwrap_or_default(), "changed")];
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
