//! What `apply --wait` waits for, and the waiting itself. Nothing is held meanwhile: other commands may look, and record.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::apply::{Applied, End};
use crate::plan::{Idle, Plan};
use crate::report::names::moment;

use super::session::Session;

/// Nobody waits longer than this for Ctrl-C to be heard.
const SLICE: Duration = Duration::from_secs(1);
/// A mail server that said "later" is asked again after this.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// A letter that perhaps went out is due again after this.
const UNKNOWN: SignedDuration = SignedDuration::from_mins(15);
/// When the first letters of a canary have gone, a new plan says until when the others wait.
const LOOK: SignedDuration = SignedDuration::from_mins(1);

/// When it is worth going on after a run; `None` where nothing is left that ends by itself.
pub(super) fn goes_on(applied: &Applied, plan: &Plan, now: Timestamp) -> Option<Timestamp> {
    let tally = &applied.tally;
    let paused = match &applied.end {
        End::Done => None,
        End::Paused { until, .. } => *until,
        End::Interrupted | End::Stopped(_) => return None,
    };
    let passing = tally.has_passing().then(|| now + AGAIN);
    let unknown = tally.has_unknown().then(|| now + UNKNOWN);
    let is_canary = |idle: &Idle| matches!(idle, Idle::Canary(..));
    let canary = (tally.sent > 0 && plan.unchanged.keys().any(is_canary)).then(|| now + LOOK);
    [paused, passing, unknown, canary, plan.due_again].into_iter().flatten().min()
}

/// Waits; tells whether the time has come. Where somebody asked to stop, or the clock stands still, it has not.
pub(super) fn until(session: &mut Session<'_>, at: Timestamp, zone: &TimeZone) -> bool {
    let local = |at: Timestamp| at.to_zoned_datetime(zone.clone());
    let now = session.clock.now();
    if at > now {
        let when = moment(local(at).datetime(), local(now).date());
        session.screen.say(&format!("Waiting until {when}; Ctrl-C ends it, and nothing is lost."));
    }
    loop {
        if session.watch.is_interrupted() {
            return false;
        }
        let now = session.clock.now();
        let rest = at.duration_since(now);
        if rest <= SignedDuration::ZERO {
            return true;
        }
        session.clock.sleep(SLICE.min(rest.unsigned_abs()));
        if session.clock.now() <= now {
            session.screen.say("The clock was fixed with `--now`, so nobody can wait.");
            return false;
        }
    }
}
