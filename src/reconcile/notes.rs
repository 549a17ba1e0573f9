//! What deserves a note below the plan, without being a change or a hold.

use crate::model::ids::CaregiverId;
use crate::model::recorded::History;
use crate::plan::CohortState;
use crate::rollout::Moved;
use crate::roster::Caregiver;

use super::canary::Gate;
use super::check::last_of;
use super::cohort::Openness;
use super::ground::Ground;
use super::hand_over;
use super::identity::was_told_of;
use super::links;

/// So many people a note names; the rest is counted.
const NAMED: usize = 10;

/// All notes of a plan that writes to these likely typing errors.
pub(super) fn all(
    ground: &Ground<'_>,
    openness: &[Openness],
    typed: &[(&str, String)],
    gates: &[Gate<'_>],
) -> Vec<String> {
    let of_rollout = lines(ground).into_iter().chain(older_roster(ground));
    of_rollout
        .chain(without_zeros(ground))
        .chain(access_revoked(ground))
        .chain(links_revoked(ground))
        .chain(told_of(ground))
        .chain(typing_errors(typed))
        .chain(canaries(ground, gates))
        .chain(open_already(ground, openness))
        .chain(nobody_before(ground, openness))
        .chain(hand_over::notes(ground, openness))
        .collect()
}

/// Cohorts of which too many first letters came back.
fn canaries<'n>(ground: &'n Ground<'_>, gates: &'n [Gate<'_>]) -> impl Iterator<Item = String> + 'n {
    ground.rollout.cohorts.iter().zip(gates).filter_map(|(cohort, gate)| {
        let Gate::Stopped { bounced, sent } = gate else { return None };
        let below = cohort.canary?.bounces_below;
        Some(format!(
            "{}: {bounced} of {sent} letters came back, and `canary` lets the rest go only below {below}%: correct those \
             addresses in the SMS and export again, or change `canary:`",
            cohort.name
        ))
    })
}

/// Cohorts that were opened, and whose day was put off only then: an opening is not undone.
fn open_already<'n>(ground: &'n Ground<'_>, openness: &'n [Openness]) -> impl Iterator<Item = String> + 'n {
    ground.rollout.cohorts.iter().zip(openness).filter_map(|(cohort, openness)| {
        let (CohortState::Open(since), Some(opens)) = (&openness.state, cohort.opens) else { return None };
        (ground.today < opens).then(|| {
            format!(
                "{} opened on {since} and stays open: `opens: {opens}` comes too late. Whoever is to wait until then belongs in \
                 a cohort of another name, or under `hold:`",
                cohort.name
            )
        })
    })
}

/// Cohorts that wait for one that has nobody in it, or nobody but people who are held.
fn nobody_before<'n>(ground: &'n Ground<'_>, openness: &'n [Openness]) -> impl Iterator<Item = String> + 'n {
    let cohorts = &ground.rollout.cohorts;
    let is_waited_for = |index: usize| cohorts.iter().any(|cohort| cohort.after.contains(&index));
    cohorts.iter().enumerate().filter(move |(index, _)| is_waited_for(*index)).filter_map(|(index, cohort)| {
        let (what, see) = match &openness[index] {
            Openness { has_nobody: true, .. } => ("has nobody in it", "its `select:`"),
            Openness { is_held_whole: true, state: CohortState::Open(_) | CohortState::Opens, .. } => {
                ("has only people of whom the SMS does not say whether they may see a child", "`unknown-access:`")
            }
            _ => return None,
        };
        let name = &cohort.name;
        Some(format!("{name} {what}, so the cohorts after it wait: see {see}, or take {name} out of their `after:`"))
    })
}

/// Lines that are done and may go.
fn lines(ground: &Ground<'_>) -> Vec<String> {
    let rollout = ground.rollout;
    let done = rollout.reissue.iter().filter(|line| line.activation.0 <= last_of(rollout, ground.recorded, line));
    let done = done.map(|line| {
        format!("`reissue` of {} (activation {}) is done; the line may go", line.caregiver, line.activation)
    });
    let moved = rollout.moved.iter().filter_map(|line| moved(ground, line));
    done.chain(moved).chain(distinct_strangers(ground)).collect()
}

/// One of two people is often gone from the roster; whom the record does not know either was mistyped.
fn distinct_strangers(ground: &Ground<'_>) -> Option<String> {
    let is_known = |id: &str| ground.roster.caregiver(id).is_some() || ground.recorded.histories.contains_key(id);
    let ids = ground.rollout.distinct.iter().flat_map(|line| &line.caregivers).map(CaregiverId::as_str);
    let ids = list(ids.filter(|id| !is_known(id)).map(str::to_owned).collect())?;
    Some(format!(
        "under `distinct`, and neither in the roster nor in the record: {ids}. Is it typed as the SMS has it?"
    ))
}

/// What becomes of a `moved` line. While an account carries the id before, the line is how it is found.
fn moved(ground: &Ground<'_>, line: &Moved) -> Option<String> {
    let (from, to) = (&line.from, &line.to);
    let knows = |id: &str| ground.recorded.histories.get(id).is_some_and(History::is_begun);
    let is_forgotten =
        || ground.recorded.forgotten.contains_key(&ground.context.fingerprinter.of_forgotten(from.as_str()));
    match (knows(from.as_str()), knows(to.as_str())) {
        (true, false) => return Some(format!("what is recorded of {from} goes to {to} (`moved`: {})", line.because)),
        // Refused before anything is planned.
        (true, true) => return None,
        (false, true) if is_forgotten() => {
            return Some(format!(
                "{from} was forgotten after they had access: while `moved` says so, {to} counts as active"
            ));
        }
        (false, false) if ground.roster.caregiver(from.as_str()).is_none() => {
            return Some(format!(
                "`moved` from {from} to {to}: nothing is recorded of {from}. Is it typed as the SMS had it?"
            ));
        }
        (false, _) => {}
    }
    let is_done = knows(to.as_str()) && ground.known_as(to.as_str()) == to.as_str();
    is_done.then(|| {
        format!("`moved` from {from} to {to} is done (nothing is recorded of {from} any more); the line may go")
    })
}

/// The export of an earlier day put in place of a newer one.
pub(super) fn older_roster(ground: &Ground<'_>) -> Option<String> {
    let facts = ground.roster.facts();
    let content = facts.content();
    let last = ground.recorded.last_roster().filter(|last| last.sha256 != content)?;
    let earlier = ground.recorded.rosters.iter().find(|roster| roster.sha256 == content);
    if let Some(earlier) = earlier {
        let day = earlier.accepted_at.to_zoned_datetime(ground.rollout.timezone.clone()).date();
        return Some(format!(
            "this very export was accepted on {day} already, and a newer one after it: is it the right file?"
        ));
    }
    (facts.exported_at < last.exported_at)
        .then(|| "this export is older than the one accepted last: is it the right file?".to_owned())
}

/// An export that went through a spreadsheet.
fn without_zeros(ground: &Ground<'_>) -> Option<String> {
    let many = ground.renames.without_zeros(ground);
    (many > 0).then(|| {
        format!(
            "{many} of the ids are those of people who are gone, without the zeros in front: a spreadsheet takes them away. Take the \
             export as the SMS writes it"
        )
    })
}

/// `access-revoked: report`: nothing is taken from them, but somebody should know.
fn access_revoked(ground: &Ground<'_>) -> Option<String> {
    let is_active = |caregiver: Caregiver<'_>| ground.history(caregiver).is_some_and(History::is_active);
    let revoked = |caregiver: &Caregiver<'_>| is_active(*caregiver) && !ground.has_permitted_child(*caregiver);
    let ids = ground.roster.caregivers().filter(revoked).map(|caregiver| caregiver.id().to_owned());
    let ids = list(ids.collect())?;
    Some(format!("active, without a child they may see any more: {ids}. Their accounts stay as they are"))
}

/// Links with a child that is not theirs to see any more: always said, whatever is done about it.
fn links_revoked(ground: &Ground<'_>) -> Option<String> {
    use crate::rollout::AccessRevoked;
    let ids = list(links::revoked(ground))?;
    let done = match ground.rollout.access_revoked {
        AccessRevoked::Report => "Take them away in the LMS, or set `access-revoked: unlink`",
        AccessRevoked::Unlink => "They are taken away",
    };
    Some(format!("linked in the LMS with a child they may not see any more: {ids}. {done}"))
}

/// Where the LMS has the links from elsewhere: their letter named a child whom the SMS keeps from them since.
fn told_of(ground: &Ground<'_>) -> Option<String> {
    if ground.rollout.links_children() && ground.context.lms.can_link {
        return None;
    }
    // Few are kept from a child, and the record of a million people is long.
    let is_kept = |caregiver: &Caregiver<'_>| caregiver.children().any(|child| !ground.is_permitted(&child));
    let told = |caregiver: Caregiver<'_>| {
        let history = ground.history(caregiver).filter(|history| history.is_active())?;
        let letter = history.letter.as_ref().filter(|_| ground.has_permitted_child(caregiver))?;
        let child = was_told_of(caregiver, letter.fingerprint, ground.rollout, ground.context.fingerprinter)?;
        Some(format!("{} ({child})", caregiver.id()))
    };
    let ids = list(ground.roster.caregivers().filter(is_kept).filter_map(told).collect())?;
    Some(format!(
        "their letter named a child whom the SMS keeps from them now: {ids}. See that the LMS shows them the others only"
    ))
}

/// A password that goes to a domain which somebody registered for just such slips.
fn typing_errors(found: &[(&str, String)]) -> Option<String> {
    let ids = list(found.iter().map(|(id, suggestion)| format!("{id} (`{suggestion}`?)")).collect())?;
    Some(format!("addresses that look like typing errors, and would get a letter: {ids}"))
}

fn list(mut ids: Vec<String>) -> Option<String> {
    let more = ids.len().saturating_sub(NAMED);
    ids.truncate(NAMED);
    if more > 0 {
        ids.push(format!("and {more} more"));
    }
    (!ids.is_empty()).then(|| ids.join(", "))
}
