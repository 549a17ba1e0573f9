//! The canary: of a cohort that has one, a first few letters go, and the rest waits to see whether they arrive.
//!
//! What was begun is finished whatever the canary says; it binds only those who have nothing yet.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::model::activation::{ActivationStage, Channel, LetterStage};
use crate::model::recorded::History;
use crate::rollout::Canary;

use super::cohort::{Member, Openness};
use super::decide::{Case, Cases, Decision};
use super::due::Due;
use super::ground::Ground;
use super::paper;

/// A letter that has not gone out for so long says nothing of the others any more.
const STUCK_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Whether letters of a cohort may go.
pub(super) enum Gate<'a> {
    /// They may.
    Open,
    /// These may, as the first few.
    First(HashSet<&'a str>),
    /// The first few have gone, or are going: until then, where it is known.
    Waits(Option<Timestamp>),
    /// Too many of them came back.
    Stopped { bounced: u64, sent: u64 },
}

impl Gate<'_> {
    /// When it opens by itself.
    pub(super) fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Waits(until) => *until,
            _ => None,
        }
    }
}

/// Whether something that is due would be somebody's first letter by mail: what is printed never comes back.
pub(super) fn is_bound(ground: &Ground<'_>, member: &Member<'_>, due: &Due<'_>) -> bool {
    let is_letter = due.waits_for_opening() && due.kind().sends_letter();
    is_letter && paper::channel(ground.rollout, member.caregiver) != Some(Channel::Paper)
}

/// The gates of all cohorts, in their order.
pub(super) fn gates<'a>(ground: &Ground<'a>, cases: &Cases<'a>, openness: &[Openness]) -> Vec<Gate<'a>> {
    let cohorts = ground.rollout.cohorts.iter().zip(openness).enumerate();
    let gate = |(index, (cohort, openness)): (usize, (&crate::rollout::Cohort, &Openness))| match cohort.canary {
        Some(canary) if openness.is_open() => of_cohort(ground, cases, index, canary),
        _ => Gate::Open,
    };
    cohorts.map(gate).collect()
}

fn of_cohort<'a>(ground: &Ground<'a>, cases: &Cases<'a>, index: usize, canary: Canary) -> Gate<'a> {
    let members = || cases.iter().filter(|case| case.member.cohort() == Some(index));
    // Who was mailed in another cohort says nothing of this one's addresses.
    let name = &ground.rollout.cohorts[index].name;
    let histories = members().filter_map(|case| ground.history(case.member.caregiver));
    let wait = SignedDuration::from_secs(i64::try_from(canary.wait).unwrap_or(i64::MAX));
    let long_ago = ground.context.now.checked_sub(wait.max(STUCK_FOR)).unwrap_or(Timestamp::MIN);
    let seen = Seen::of(histories.filter(|history| history.cohort.as_ref() == Some(name)), long_ago);
    let first = canary.first as usize;
    if seen.begun < first {
        return Gate::First(next(ground, members(), first - seen.begun));
    }
    let (sent, bounced) = (seen.sent.len() as u64 + seen.bounced, seen.bounced);
    if sent > 0 && to_f64(bounced) * 100.0 >= canary.bounces_below * to_f64(sent) && bounced > 0 {
        return Gate::Stopped { bounced, sent };
    }
    let mut arrived: Vec<Timestamp> = seen.sent;
    arrived.sort_unstable();
    // Those that came back have been waited for already; and one that does not go out for so long must not stop a cohort for good.
    let answered = usize::try_from(bounced).unwrap_or(usize::MAX).saturating_add(seen.stuck);
    let needed = first.saturating_sub(answered).max(1);
    let Some(last_of_first) = arrived.get(needed - 1) else { return Gate::Waits(None) };
    let until = last_of_first.checked_add(wait).unwrap_or(Timestamp::MAX);
    if ground.context.now < until { Gate::Waits(Some(until)) } else { Gate::Open }
}

/// What is recorded of a cohort's letters.
struct Seen {
    /// Activations that were begun, whether their letter has gone or not.
    begun: usize,
    sent: Vec<Timestamp>,
    /// Came back, or was refused for its address.
    bounced: u64,
    /// Begun so long ago, and still on no way.
    stuck: usize,
}

impl Seen {
    fn of<'h>(histories: impl Iterator<Item = &'h History>, long_ago: Timestamp) -> Self {
        let mut seen = Self { begun: 0, sent: Vec::new(), bounced: 0, stuck: 0 };
        let is_on_paper = |history: &History| history.letter.as_ref().is_some_and(|one| one.channel == Channel::Paper);
        for history in histories.filter(|history| !is_on_paper(history)) {
            let is_begun = matches!(
                history.stage,
                ActivationStage::Setting
                    | ActivationStage::Set
                    | ActivationStage::ResetUnknown
                    | ActivationStage::HandedOver
            );
            seen.begun += usize::from(is_begun);
            match history.letter.as_ref().filter(|_| history.stage == ActivationStage::Set) {
                Some(letter) if letter.stage == LetterStage::Sent => seen.sent.push(letter.stage_at),
                Some(letter) if matches!(letter.stage, LetterStage::Bounced | LetterStage::Rejected) => {
                    seen.bounced += 1;
                }
                Some(_) => seen.stuck += usize::from(history.stage_at <= long_ago),
                None => {}
            }
        }
        seen
    }
}

/// So many in the plan's order: accounts to create come before passwords to reset.
fn next<'a: 'c, 'c>(ground: &Ground<'a>, members: impl Iterator<Item = Case<'c, 'a>>, many: usize) -> HashSet<&'a str> {
    let mut due: Vec<(usize, &'a str)> = members
        .filter_map(|case| match case.decision {
            Decision::Act(due) if is_bound(ground, &case.member, due) => {
                let rank = "?@+*~-=".find(due.kind().symbol()).unwrap_or(usize::MAX);
                Some((rank, case.member.caregiver.id()))
            }
            _ => None,
        })
        .collect();
    due.sort_unstable();
    due.into_iter().take(many).map(|(_, id)| id).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a share of a cohort")]
fn to_f64(many: u64) -> f64 {
    many as f64
}
