//! This machine's clock, held against the record and against the server that keeps it: what opens a cohort, lets letters go and
//! ends a wait is the time, and with several machines one clock that is wrong is enough.

use jiff::{SignedDuration, Timestamp};

use crate::edge::StateStore;
use crate::model::ids::RunNumber;
use crate::model::moment;
use crate::state::record::Store;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

/// So far apart they may be.
const TOLERATED: SignedDuration = SignedDuration::from_mins(10);

/// Refuses to write by a wrong clock.
pub(super) fn check(session: &Session<'_>, store: &mut Store) -> Result<(), Trouble> {
    match wrong(session, store)? {
        Some(what) => Err(Trouble::new(Exit::Error, format!("{what}; nothing was done"))),
        None => Ok(()),
    }
}

/// Says that somebody looks by a wrong clock.
pub(super) fn warn(session: &mut Session<'_>, store: &mut Store) -> Result<(), Trouble> {
    if let Some(what) = wrong(session, store)? {
        session.screen.say(&format!("warning: {what}"));
    }
    Ok(())
}

/// What is wrong with it. A time that somebody named is not asked about.
fn wrong(session: &Session<'_>, store: &mut Store) -> Result<Option<String>, Trouble> {
    if session.is_clock_fixed {
        return Ok(None);
    }
    let now = session.clock.now();
    let behind = store.last_run()?.and_then(|(run, at, _)| behind(now, run, at));
    Ok(match behind {
        None => store.server_time()?.and_then(|theirs| apart(now, theirs)),
        behind => behind,
    })
}

/// Before the last run: new events would stand before old ones, and what is to wait would wait for hours that are over.
fn behind(now: Timestamp, run: RunNumber, at: Timestamp) -> Option<String> {
    (at.duration_since(now) > TOLERATED).then(|| {
        format!(
            "the clock of this machine has jumped back: it says {}, but run {run} began at {}; set the clock right",
            moment::utc(now),
            moment::utc(at),
        )
    })
}

/// Another time than the server's: a cohort could open days before its day.
fn apart(now: Timestamp, theirs: Timestamp) -> Option<String> {
    (theirs.duration_since(now).abs() > TOLERATED).then(|| {
        format!(
            "this machine and the state's server don't agree what time it is: {} here, {} there; set the clock right \
             that is wrong",
            moment::utc(now),
            moment::utc(theirs),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2027-02-01T{time}Z").parse().unwrap()
    }

    #[test]
    fn ten_minutes_are_tolerated_and_no_more() {
        let (now, run) = (at("09:00:00"), RunNumber(3));
        assert_eq!(behind(now, run, at("09:10:00")), None);
        assert_eq!(behind(now, run, at("03:00:00")), None, "a run of this morning");
        assert!(
            behind(now, run, at("09:10:01"))
                .unwrap()
                .contains("has jumped back: it says 1 Feb 2027 09:00 UTC, but run 3")
        );
        for theirs in ["08:50:00", "09:10:00"] {
            assert_eq!(apart(now, at(theirs)), None, "{theirs}");
        }
        for theirs in ["08:49:59", "09:10:01"] {
            assert!(apart(now, at(theirs)).unwrap().contains("09:00 UTC here"), "{theirs}");
        }
    }
}
