//! What came of an apply, in a few lines, and what to do next.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;

use crate::apply::{Applied, End, Tally};
use crate::model::activation::Channel;
use crate::model::ids::CohortName;
use crate::plan::{CohortState, Idle, Plan};

use super::names::{count, list, moment, number, quoted};
use super::page::folded;
use super::view::View;

/// So many failures are listed; the rest is counted.
const LISTED: usize = 20;

/// The closing lines of an apply that came to its end.
pub fn applied(applied: &Applied, plan: &Plan, outbox: Option<&str>, view: &View) -> String {
    let done = done(&applied.tally, outbox, !plan.changes.is_empty());
    let mut text = match &applied.end {
        End::Done if applied.tally.failures.is_empty() => format!("Done: {done}.\n"),
        End::Done => format!("Gone through: {done}.\n"),
        End::Interrupted if applied.tally.has_unknown() => format!("Interrupted: {done}.\n"),
        End::Interrupted => format!("Interrupted: {done}. Nobody is in doubt.\n"),
        End::Paused { left, until } => paused(applied.tally.sent, *left, *until, plan) + &format!("Done: {done}.\n"),
        End::Stopped(why) => format!("Stopped: {done}.\nWhy: {why}.\n"),
    };
    failures(&applied.tally, view, &mut text);
    next(applied, plan, outbox, &mut text);
    folded(&text, view, 2)
}

/// `1,500 of 3,000 sent; the rest from tomorrow 08:00.`
fn paused(sent: u64, left: u64, until: Option<Timestamp>, plan: &Plan) -> String {
    let local = |at: Timestamp| at.to_zoned_datetime(plan.inputs.timezone.clone());
    let when = until.map_or_else(
        || "has no time to go at".to_owned(),
        |at| format!("from {}", moment(local(at).datetime(), local(plan.inputs.now).date())),
    );
    format!("{} of {} sent; the rest {when}.\n", number(sent), number(sent + left))
}

/// The closing lines of an apply that could not go on.
pub fn halted(tally: &Tally, outbox: Option<&str>) -> String {
    if tally.has_effects() { format!("Stopped after: {}.\n", done(tally, outbox, true)) } else { String::new() }
}

/// What was done, in words. A letter in a folder is on its way to nobody yet.
fn done(tally: &Tally, outbox: Option<&str>, was_due: bool) -> String {
    let (letter, letters) =
        if outbox.is_some() { ("letter written", "letters written") } else { ("letter sent", "letters sent") };
    let parts = [
        (tally.created, "account created", "accounts created"),
        (tally.reset, "password reset", "passwords reset"),
        (tally.handed_over, "row handed over", "rows handed over"),
        (tally.sent, letter, letters),
        (tally.written, "letter to print", "letters to print"),
        (tally.updated, "account corrected", "accounts corrected"),
        (tally.withdrawn, "account disabled", "accounts disabled"),
        (tally.adopted, "caregiver adopted", "caregivers adopted"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(many, ..)| *many > 0).map(|(many, one, several)| count(*many, one, several)).collect();
    match (parts.is_empty(), was_due) {
        (false, _) => parts.join(", "),
        (true, false) => "nothing was due, and the record is up to date".to_owned(),
        (true, true) if tally.has_unknown() => "nothing is certain of those below".to_owned(),
        (true, true) => "no password was set, no letter went out".to_owned(),
    }
}

fn failures(tally: &Tally, view: &View, text: &mut String) {
    if tally.failures.is_empty() {
        return;
    }
    let _ = writeln!(text, "Not finished: {}.", count(tally.failures.len() as u64, "caregiver", "caregivers"));
    for (caregiver, failure) in tally.failures.iter().take(LISTED) {
        let mark = if failure.is_unknown { '?' } else { '!' };
        let _ = writeln!(text, "  {mark} {}  {failure}", view.personal.id(caregiver));
    }
    if let Some(more) = tally.failures.len().checked_sub(LISTED).filter(|more| *more > 0) {
        let _ = writeln!(text, "  and {} more", number(more as u64));
    }
}

/// The cohorts in which pages were written now.
fn to_print<'p>(applied: &Applied, plan: &'p Plan) -> BTreeSet<&'p str> {
    if applied.tally.written == 0 {
        return BTreeSet::new();
    }
    let on_paper = plan.changes.iter().filter(|change| change.channel() == Channel::Paper);
    on_paper.filter_map(|change| change.cohort.as_ref()).map(CohortName::as_str).collect()
}

fn next(applied: &Applied, plan: &Plan, outbox: Option<&str>, text: &mut String) {
    let tally = &applied.tally;
    if let Some(outbox) = outbox.filter(|_| tally.sent > 0) {
        let _ =
            writeln!(text, "The letters are in `{outbox}`. They hold passwords in clear: send them, then delete them.");
    }
    for (name, number) in &tally.handovers {
        let _ = writeln!(
            text,
            "Hand-over {number}: import `handover/{name}.csv` as `handover/{name}.md` says, then `firstbell confirm {number} \
             --imported`."
        );
    }
    for cohort in to_print(applied, plan) {
        let _ = writeln!(
            text,
            "On paper: `firstbell letters --cohort {}` makes a file of the pages to print.",
            quoted(cohort)
        );
    }
    let is_cut_short = applied.end != End::Done || tally.has_passing();
    let waits = plan.cohorts.iter().any(|cohort| matches!(cohort.state, CohortState::After(_)));
    if matches!(applied.end, End::Paused { until: None, .. }) {
        text.push_str("Next: the rollout's `hours` name no day on which letters may leave; change them.\n");
    } else if matches!(applied.end, End::Paused { .. }) {
        text.push_str("Next: `firstbell apply` again then, or `firstbell apply --wait`, which waits by itself.\n");
    } else if is_cut_short {
        text.push_str("Next: `firstbell apply` again; it goes on where this one stopped, and repeats nothing.\n");
    } else if tally.has_unknown() {
        text.push_str("Next: `firstbell plan` says of each of these whether `firstbell apply` tries it again now or later, or what a person has to find out.\n");
    } else if tally.written > 0 && tally.failures.is_empty() {
        text.push_str(
            "Next: what stands above; their passwords are set, and nobody has them before the pages are out.\n",
        );
    } else if !tally.handovers.is_empty() {
        text.push_str("Next: what stands above; nothing else happens for these people until you confirm.\n");
    } else if !tally.failures.is_empty() {
        text.push_str("Next: mend what is said above, then `firstbell plan`.\n");
    } else if plan.held.iter().any(|held| held.code.is_unknown()) {
        text.push_str("Next: settle what is unknown, as the plan above says.\n");
    } else if plan.held.iter().any(|held| held.code.needs_person()) {
        text.push_str(
            "Next: see to those above whose password is set and who have no letter: each fix stands there.\n",
        );
    } else if let canaries = canaries(plan)
        && !canaries.is_empty()
    {
        let _ = writeln!(
            text,
            "Next: read what came back with `firstbell bounces`; the rest of {} waits for its canary, and `firstbell plan` says until \
             when.",
            list(&canaries)
        );
    } else if waits && plan.has_changes() {
        text.push_str("Next: `firstbell plan`; a cohort that waited for this one may open now.\n");
    } else {
        text.push_str("Next: `firstbell status` shows how far each cohort has come.\n");
    }
}

/// The cohorts of which only the first letters have gone.
fn canaries(plan: &Plan) -> Vec<&str> {
    let names: BTreeSet<&str> = plan
        .unchanged
        .keys()
        .filter_map(|idle| match idle {
            Idle::Canary(name, _) | Idle::CanaryStopped(name, ..) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    names.into_iter().collect()
}
