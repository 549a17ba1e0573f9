//! Holds the state against `rollout.lock`, and writes that file for a run.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::edge::{MarkCounts, RunMark, StateStore};
use crate::model::activation::ActivationStage;
use crate::model::recorded::{Position, Recorded};
use crate::state::record::Store;
use crate::state::rollout_lock::{self, Comparison, LockStatus, RolloutLock};

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

/// Refuses a state that is older than the lock, or another one; or, without a lock, one that was found by the school's name alone.
pub(super) fn compare(session: &mut Session<'_>, state: Option<(&Recorded, &mut Store)>) -> Result<(), Trouble> {
    // Without an effect yet, it does no harm to believe that it is this rollout's.
    if state.as_ref().is_some_and(|(recorded, store)| store.is_shared() && has_effects(recorded)) {
        let path = rollout_lock_path(session);
        if rollout_lock::read(&path)?.is_none() {
            return Err(Trouble::new(Exit::Stale, anybodys(&path)));
        }
    }
    compare_named(session, state)
}

/// The same for a state that somebody has named: whose it is, is not asked.
pub(super) fn compare_named(session: &mut Session<'_>, state: Option<(&Recorded, &mut Store)>) -> Result<(), Trouble> {
    let path = rollout_lock_path(session);
    let lock = rollout_lock::read(&path)?;
    let (position, mut store) = match state {
        Some((recorded, store)) => (recorded.position.as_ref(), Some(store)),
        None => (None, None),
    };
    let has_event = |hash: &str| store.as_mut().map_or(Ok(false), |store| store.has_event(hash));
    let compared = rollout_lock::compare(lock.as_ref(), position, has_event);
    match compared {
        Ok(Comparison::LockMissing) => session.screen.say(&format!(
            "warning: `{path}` is missing, so a state restored from a backup could not be told; the next apply writes it anew"
        )),
        Ok(_) => {}
        Err(mismatch) => {
            let what = format!(
                "{mismatch}\n  Where the newer state is lost for good, `firstbell state repair` records what LMS and outbox show."
            );
            return Err(Trouble::new(Exit::Stale, what));
        }
    }
    Ok(())
}

fn has_effects(recorded: &Recorded) -> bool {
    !recorded.rosters.is_empty()
        || recorded.histories.values().any(|history| history.stage != ActivationStage::Prepared)
}

fn anybodys(path: &Utf8Path) -> String {
    format!(
        "the database has a state for a school of this name, and no `{path}` says that it is this rollout's: put back the one that \
         is committed with it. If this is another school of that name, give it another `school:`.\n  Where the lock is lost for good, \
         `firstbell state repair` writes it anew."
    )
}

/// The counts as the state has them: those in the lock miss what a run did that was cut short.
pub(super) fn counts(recorded: &Recorded, store: &mut Store) -> Result<MarkCounts, Trouble> {
    let active = recorded.histories.values().filter(|history| history.is_active()).count() as u64;
    Ok(MarkCounts { active, letters: store.letters_sent()? })
}

/// Where `rollout.lock` stands.
pub(super) fn rollout_lock_path(session: &Session<'_>) -> Utf8PathBuf {
    session.lock.clone().unwrap_or_else(|| session.path("rollout.lock"))
}

/// Writes `rollout.lock`.
pub(super) struct LockFile {
    pub(super) path: Utf8PathBuf,
}

impl LockFile {
    /// Never back: who slept while another took over and went on would put the mark of an older state in place of a newer one's.
    fn write(&self, position: &Position, counts: MarkCounts, status: LockStatus) -> io::Result<()> {
        let there = rollout_lock::read(&self.path).ok().flatten();
        let is_newer = |there: &RolloutLock| {
            there.lineage == position.lineage && (there.run, there.serial) > (position.run, position.serial)
        };
        if there.as_ref().is_some_and(is_newer) {
            return Ok(());
        }
        let lock = RolloutLock {
            lineage: position.lineage.clone(),
            run: position.run,
            status,
            serial: position.serial,
            head: position.head.clone(),
            active: counts.active,
            letters_sent: counts.letters,
        };
        rollout_lock::write(&self.path, &lock)
    }
}

impl RunMark for LockFile {
    fn open(&mut self, position: &Position, counts: MarkCounts) -> io::Result<()> {
        self.write(position, counts, LockStatus::Open)
    }

    fn close(&mut self, position: &Position, counts: MarkCounts) -> io::Result<()> {
        self.write(position, counts, LockStatus::Closed)
    }
}
