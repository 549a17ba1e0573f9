//! The recorded state as people read it: its counts, its activations, the proof of its log. Ids and stages only.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::model::moment;
use crate::model::recorded::Recorded;
use crate::state::record::{ListedActivation, Verified};

use super::names::{count, number};
use super::view::View;

/// Which state this is, and what it counts.
pub fn state(recorded: &Recorded, zone: &TimeZone) -> String {
    let mut text = String::new();
    if let Some(position) = &recorded.position {
        let _ = writeln!(text, "Lineage        {}", position.lineage);
        let _ = writeln!(text, "Run            {}", position.run);
        let _ = writeln!(text, "Commits        {}", number(position.serial));
        let _ = writeln!(text, "Chain head     {}", position.head);
    }
    if let Some(roster) = recorded.last_roster() {
        let when = moment::local(roster.accepted_at, zone);
        let _ = writeln!(text, "Last roster    {}, accepted {when}", count(roster.rows, "row", "rows"));
    }
    let mut stages: BTreeMap<&str, u64> = BTreeMap::new();
    for history in recorded.histories.values() {
        let stage = if history.is_active() { "active" } else { history.stage.as_str() };
        *stages.entry(stage).or_default() += 1;
    }
    for (stage, many) in stages {
        let _ = writeln!(text, "{stage:<14} {}", count(many, "caregiver", "caregivers"));
    }
    for (cohort, opening) in &recorded.openings {
        let _ = writeln!(text, "Opened         {cohort}, {}", moment::local(opening.at, zone));
    }
    text
}

/// One activation, a line.
pub fn listed(one: &ListedActivation, zone: &TimeZone, view: &View) -> String {
    let cohort = one.cohort.as_ref().map_or("-", |cohort| cohort.as_str());
    let letter = one.letter.map_or_else(|| "-".to_owned(), |stage| stage.to_string());
    format!(
        "{:<12} {:>2}  {:<6} {:<13} {:<14} {}  {cohort}\n",
        view.personal.id(&one.caregiver),
        one.number,
        one.kind.as_str(),
        one.stage,
        letter,
        moment::local(one.stage_at, zone),
    )
}

/// What the proof of the log came to.
pub fn verified(verified: &Verified) -> String {
    let mut text = format!("{} in the chain.\n", count(verified.events, "event", "events"));
    if verified.is_sound() {
        text.push_str("The chain is whole, and no password was set twice under one number.\n");
    }
    for finding in &verified.findings {
        let _ = writeln!(text, "! {finding}");
    }
    text
}
