//! Lines of the rollout held against the record, and markers of the LMS held against it.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::fingerprint::Fingerprinter;
use crate::model::handover::HandOverOutcome;
use crate::model::ids::CaregiverId;
use crate::model::moment;
use crate::model::observed::{Observed, Seen};
use crate::model::recorded::{History, Recorded};
use crate::rollout::{Moved, Override, Reissue, Rollout};
use crate::roster::Roster;

use super::identity::is_another;
use super::{Context, Desired, Refusal};

/// Lines that can't stand as they are: an override that has expired, a `reissue` whose number doesn't fit the record (only
/// the next one can be asked for), a `moved` to somebody whom neither the roster nor the record has.
pub fn check(
    rollout: &Rollout,
    roster: &Roster,
    recorded: &Recorded,
    fingerprinter: &Fingerprinter,
    today: Date,
) -> Diagnostics {
    let mut diagnostics = expired_overrides(rollout, today);
    for line in &rollout.moved {
        if roster.caregiver(line.to.as_str()).is_none() && !recorded.histories.contains_key(&line.to) {
            diagnostics.push(moved_to_nobody(line));
        }
        let is_begun = |id: &CaregiverId| recorded.histories.get(id).is_some_and(History::is_begun);
        if is_begun(&line.from) && is_begun(&line.to) {
            diagnostics.push(moved_to_another(line));
        }
    }
    // What was done goes with whom it was done to, and a line that was used does nothing more.
    let is_used = |line: &&Reissue| {
        let moved = rollout.moved.iter().find(|moved| moved.from == line.caregiver);
        let history = moved.and_then(|moved| recorded.histories.get(&moved.to));
        history.is_some_and(|history| line.activation.0 <= history.last_done())
    };
    for line in rollout.reissue.iter().filter(|line| !is_used(line)) {
        let last = last_of(rollout, recorded, line);
        let is_begun = history_of(rollout, recorded, line).is_some_and(|history| history.number == line.activation);
        let forgotten = recorded.forgotten.get(&fingerprinter.of_forgotten(line.caregiver.as_str()));
        if let Some(forgotten) = forgotten.filter(|_| last == 0 && !is_begun) {
            // A line that was used does nothing more.
            if line.activation > forgotten.number {
                diagnostics.push(of_forgotten(line));
            }
            continue;
        }
        if line.activation.0 > last + 1 || (last == 0 && !is_begun) {
            diagnostics.push(misnamed(rollout, roster, line, last).unwrap_or_else(|| wrong_number(line, last)));
        }
    }
    diagnostics
}

/// They count as active, and nobody knows any more what was done for them.
fn of_forgotten(line: &Reissue) -> Diagnostic {
    let caregiver = &line.caregiver;
    let message = format!("{caregiver} was forgotten after they had access, so there is nothing to issue again");
    Diagnostic::error("rollout::reissue-forgotten", message)
        .with_place(line.place.clone())
        .with_help(format!("record them anew first, `firstbell adopt {caregiver} --because …`; or remove the line"))
}

/// Nothing can go there; and the one who is meant would be taken for somebody new.
fn moved_to_another(line: &Moved) -> Diagnostic {
    let (from, to) = (&line.from, &line.to);
    let message = format!("`{from}` can't have moved to `{to}`: both have an activation of their own");
    Diagnostic::error("rollout::moved-to-another", message)
        .with_place(line.place.clone())
        .with_help("see whether `to` is mistyped; if not, take the line out: both keep what was done for them")
}

fn moved_to_nobody(line: &Moved) -> Diagnostic {
    let message = format!("neither the roster nor the record has the `{}` that `{}` moved to", line.to, line.from);
    Diagnostic::error("rollout::moved-to-nobody", message)
        .with_place(line.place.clone())
        .with_help("write the id as the roster's caregiver column has it")
}

/// A `moved` line with a mistyped id gives everything that is recorded to somebody else, and the right person is reset again: nobody of
/// whom everything is other than it was, and whose account does not show that activation.
pub(super) fn moves(
    desired: Desired<'_>,
    recorded: &Recorded,
    observed: &Observed,
    fingerprinter: &Fingerprinter,
) -> Result<(), Refusal> {
    for line in &desired.rollout.moved {
        let is_open = !recorded.histories.get(&line.to).is_some_and(History::is_begun);
        let known = recorded.histories.get(&line.from).filter(|_| is_open);
        let (Some(known), Some(to)) = (known, desired.roster.caregiver(line.to.as_str())) else { continue };
        let is_marked = observed.of_caregiver(line.to.as_str()).any(|account| account.view().marker == Some(known.key));
        if !is_marked && is_another(to, &known.identity, fingerprinter) {
            let (from, to) = (line.from.clone(), line.to.clone());
            let place = line.place.span.map_or(0, |span| span.line);
            return Err(Refusal::MovedToStranger { from, to, line: place });
        }
    }
    Ok(())
}

/// Overrides whose day is over.
pub fn expired_overrides(rollout: &Rollout, today: Date) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for line in rollout.overrides.iter().filter(|line| today >= line.expires) {
        diagnostics.push(expired(line));
    }
    diagnostics
}

/// Holds whose day is over: they hold nobody any more, which may be meant, or a year mistyped.
pub fn past_holds(rollout: &Rollout, today: Date) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for line in &rollout.hold {
        let Some(until) = line.until.filter(|until| *until <= today) else { continue };
        let message = format!("the hold of `{}` ended on {until}, and holds nobody any more", line.caregiver);
        let problem = Diagnostic::warning("rollout::hold-over", message).with_place(line.place.clone());
        diagnostics.push(problem.with_help("take the line out, or correct its day"));
    }
    diagnostics
}

/// An exception that nobody needs any more must not wait for the next accident.
fn expired(line: &Override) -> Diagnostic {
    let message = format!("the override of `{}` expired on {}", line.guard.as_str(), line.expires);
    Diagnostic::error("rollout::override-expired", message)
        .with_place(line.place.clone())
        .with_help("remove the line, or give it a new day and a reason that still holds")
}

fn history_of<'a>(rollout: &Rollout, recorded: &'a Recorded, line: &Reissue) -> Option<&'a History> {
    let own = recorded.histories.get(&line.caregiver);
    let former = || {
        let moved = rollout.moved.iter().find(|moved| moved.to == line.caregiver)?;
        recorded.histories.get(&moved.from)
    };
    own.filter(|history| history.is_begun()).or_else(former).or(own)
}

pub(super) fn last_of(rollout: &Rollout, recorded: &Recorded, line: &Reissue) -> u32 {
    history_of(rollout, recorded, line).map_or(0, History::last_done)
}

/// A `reissue` for an id that is nobody's, or nobody's any more.
fn misnamed(rollout: &Rollout, roster: &Roster, line: &Reissue, last: u32) -> Option<Diagnostic> {
    let caregiver = &line.caregiver;
    let (message, help) = match rollout.moved.iter().find(|moved| moved.from == *caregiver) {
        _ if last > 0 => return None,
        Some(moved) => (format!("{caregiver} is {} by now", moved.to), format!("write `caregiver: {}`", moved.to)),
        None if roster.caregiver(caregiver.as_str()).is_some() => return None,
        None => (
            format!("neither the roster nor the record has {caregiver}, so there is nothing to issue again"),
            "write the id as the roster's caregiver column has it".to_owned(),
        ),
    };
    Some(Diagnostic::error("rollout::reissue-nobody", message).with_place(line.place.clone()).with_help(help))
}

fn wrong_number(line: &Reissue, last: u32) -> Diagnostic {
    let Reissue { caregiver, activation, .. } = line;
    let (message, help) = if last == 0 {
        (
            format!("{caregiver} has never been activated, so there is nothing to issue again"),
            "remove the line: the cohort gives them activation 1".to_owned(),
        )
    } else {
        (
            format!("{caregiver} had activation {last} last, so activation {activation} can't be next"),
            format!("write `activation: {}`", last + 1),
        )
    };
    Diagnostic::error("rollout::reissue-number", message).with_place(line.place.clone()).with_help(help)
}

/// Whose accounts show the activation of somebody else, and of whom. A marker that the record does not know means that the record
/// is older than the LMS, or another one.
pub(super) fn markers<'a>(
    recorded: &'a Recorded,
    observed: &'a Observed,
) -> Result<HashMap<&'a str, &'a str>, Refusal> {
    let accounts = observed.accounts().filter(|account| account.has_marker()).map(Seen::view);
    let (mut unknown, mut foreign): (Vec<CaregiverId>, _) = (Vec::new(), HashMap::new());
    let mut owners = None;
    for account in accounts {
        let (Some(marker), Some(id)) = (account.marker, account.caregiver) else { continue };
        let history = recorded.histories.get(id).filter(|history| history.is_announced());
        if history.is_some_and(|history| history.key == marker) || recorded.earlier_keys(id).contains(&marker) {
            continue;
        }
        // A person may have moved to another id since: only then all keys are gathered.
        match owners.get_or_insert_with(|| recorded.owners()).get(&marker) {
            None => unknown.push(CaregiverId::new(id)),
            Some(Some(owner)) => _ = foreign.insert(id, *owner),
            Some(None) => {}
        }
    }
    unknown.sort_unstable();
    if unknown.is_empty() { Ok(foreign) } else { Err(Refusal::MarkerNewer { caregivers: unknown }) }
}

/// Where a person carries what we write, an export from before the last confirmation does not show what it confirmed.
pub(super) fn export_is_newer(
    rollout: &Rollout,
    recorded: &Recorded,
    observed: &Observed,
    context: &Context<'_>,
) -> Result<(), Refusal> {
    if !context.lms.carrier.is_person() {
        return Ok(());
    }
    let imported = recorded.handovers.iter().filter_map(|handover| {
        let (at, outcome) = handover.settled?;
        (outcome != HandOverOutcome::NotImported).then_some((at, handover.number))
    });
    let when = |at: Timestamp| moment::local(at, &rollout.timezone);
    match imported.max() {
        Some((at, number)) if observed.read_at < at => {
            Err(Refusal::ExportOlder { exported: when(observed.read_at), number, confirmed: when(at) })
        }
        _ => Ok(()),
    }
}
