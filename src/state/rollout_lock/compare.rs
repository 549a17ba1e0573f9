//! Whether `rollout.lock` and the state belong together: pure rules, asked at every start.

use super::RolloutLock;
use crate::edge::StateError;
use crate::model::ids::{Lineage, RunNumber};
use crate::model::recorded::Position;

/// Lock and state belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// They stand at the same event, or neither has begun.
    Same,
    /// The state has gone on since the lock was written (a run was cut short, or the lock was not pulled): it holds
    /// everything that the lock knows of.
    StateNewer,
    /// There is a state with runs but no lock: a warning, for nothing guards against an older copy of that state.
    LockMissing,
}

/// Lock and state don't belong together: applying could reset somebody a second time.
#[derive(Debug, thiserror::Error)]
pub enum LockMismatch {
    /// There is a lock, and no state.
    #[error(
        "`rollout.lock` says that run {run} was made, but there is no state here: put the state back from where that \
         run was made, or from its backup; starting anew would reset parents who were done"
    )]
    StateMissing {
        /// The lock's run.
        run: RunNumber,
    },
    /// The lock is of another state.
    #[error(
        "`rollout.lock` belongs to the state {lock}, the state here is {state}: use the state that this rollout was \
         applied with, or the `rollout.lock` of this one"
    )]
    OtherLineage {
        /// The lock's lineage.
        lock: Lineage,
        /// The state's.
        state: Lineage,
    },
    /// The state is an old copy.
    #[error(
        "the state is older than `rollout.lock`: it ends with run {state} (commit {state_serial}), the lock knows run \
         {lock} (commit {lock_serial}): put back the newer state"
    )]
    StateOlder {
        /// The state's last run.
        state: RunNumber,
        /// The state's commits.
        state_serial: u64,
        /// The lock's run.
        lock: RunNumber,
        /// The lock's commits.
        lock_serial: u64,
    },
    /// The state has gone another way than the lock.
    #[error(
        "the state does not contain what `rollout.lock` was written for (run {run}): somebody applied with a copy of \
         the state, and the two have gone apart; use the state that wrote the lock"
    )]
    Parted {
        /// The lock's run.
        run: RunNumber,
    },
    /// The state could not be asked.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Compares them; `has_event` asks the state's log for a hash.
pub fn compare(
    lock: Option<&RolloutLock>,
    position: Option<&Position>,
    mut has_event: impl FnMut(&str) -> Result<bool, StateError>,
) -> Result<Comparison, LockMismatch> {
    let (lock, position) = match (lock, position) {
        (None, None) => return Ok(Comparison::Same),
        (None, Some(_)) => return Ok(Comparison::LockMissing),
        (Some(lock), None) => return Err(LockMismatch::StateMissing { run: lock.run }),
        (Some(lock), Some(position)) => (lock, position),
    };
    if lock.lineage != position.lineage {
        return Err(LockMismatch::OtherLineage { lock: lock.lineage.clone(), state: position.lineage.clone() });
    }
    if (position.run, position.serial) < (lock.run, lock.serial) {
        return Err(LockMismatch::StateOlder {
            state: position.run,
            state_serial: position.serial,
            lock: lock.run,
            lock_serial: lock.serial,
        });
    }
    if lock.head == position.head {
        return Ok(Comparison::Same);
    }
    if has_event(&lock.head)? { Ok(Comparison::StateNewer) } else { Err(LockMismatch::Parted { run: lock.run }) }
}

#[cfg(test)]
mod tests {
    use super::super::LockStatus;
    use super::*;

    fn lock(lineage: &str, run: u32, serial: u64, head: &str) -> RolloutLock {
        RolloutLock {
            lineage: Lineage::new(lineage),
            run: RunNumber(run),
            status: LockStatus::Closed,
            serial,
            head: head.to_owned(),
            active: 0,
            letters_sent: 0,
        }
    }

    fn state(lineage: &str, run: u32, serial: u64, head: &str) -> Position {
        Position { lineage: Lineage::new(lineage), run: RunNumber(run), serial, head: head.to_owned() }
    }

    /// The state's log holds `h1` to `h5`.
    fn judged(lock: Option<&RolloutLock>, state: Option<&Position>) -> &'static str {
        match compare(lock, state, |hash| Ok(("h1"..="h5").contains(&hash))) {
            Ok(Comparison::Same) => "same",
            Ok(Comparison::StateNewer) => "state newer",
            Ok(Comparison::LockMissing) => "lock missing",
            Err(LockMismatch::StateMissing { .. }) => "state missing",
            Err(LockMismatch::OtherLineage { .. }) => "other lineage",
            Err(LockMismatch::StateOlder { .. }) => "state older",
            Err(LockMismatch::Parted { .. }) => "parted",
            Err(LockMismatch::State(_)) => "state failed",
        }
    }

    #[test]
    fn the_rules_follow_the_table() {
        let at_5 = || Some(state("a", 3, 5, "h5"));
        let cases = [
            (None, None, "same"),
            (None, at_5(), "lock missing"),
            (Some(lock("a", 3, 5, "h5")), None, "state missing"),
            (Some(lock("a", 3, 5, "h5")), at_5(), "same"),
            (Some(lock("a", 3, 4, "h4")), at_5(), "state newer"),
            (Some(lock("a", 2, 3, "h3")), at_5(), "state newer"),
            (Some(lock("b", 3, 5, "h5")), at_5(), "other lineage"),
            (Some(lock("a", 4, 6, "h6")), at_5(), "state older"),
            (Some(lock("a", 3, 6, "h6")), at_5(), "state older"),
            (Some(lock("a", 3, 5, "x5")), at_5(), "parted"),
            (Some(lock("a", 2, 3, "x3")), at_5(), "parted"),
        ];
        for (lock, state, expected) in cases {
            assert_eq!(judged(lock.as_ref(), state.as_ref()), expected, "{lock:?} {state:?}");
        }
    }

    #[test]
    fn a_state_that_can_not_be_asked_is_no_match() {
        let failing = |_: &str| Err(StateError::Foreign { what: "damaged".into() });
        let result = compare(Some(&lock("a", 1, 1, "h1")), Some(&state("a", 2, 2, "h2")), failing);
        assert!(matches!(result, Err(LockMismatch::State(_))));
    }
}
