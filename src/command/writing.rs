//! The state held for writing: the lock taken, the key found, the record compared with `rollout.lock`, all before anything is
//! done.

use crate::edge::{MarkCounts, StateStore};
use crate::model::fingerprint::Fingerprinter;
use crate::model::ids::Lineage;
use crate::model::observed::Observed;
use crate::model::recorded::Recorded;
use crate::model::secret::SealingKey;
use crate::plan::pace::Timetable;
use crate::rollout::Rollout;
use crate::state::record::{Access, Held, Place, Store};
use crate::state::rollout_lock;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;
use super::{clock, doors, key, lineage, mark, place};

/// The state, held for writing by this process alone.
pub(super) struct Writing {
    pub(super) recorded: Recorded,
    pub(super) fingerprinter: Fingerprinter,
    pub(super) key: SealingKey,
    pub(super) counts: MarkCounts,
    store: Option<Store>,
    place: Place,
    held: Held,
}

impl Writing {
    /// Takes the lock, then reads what is recorded. A state that does not exist yet is not made here.
    pub(super) fn open(session: &mut Session<'_>, rollout: &Rollout) -> Result<Self, Trouble> {
        match Self::open_to_repair(session, rollout)? {
            (state, None) => Ok(state),
            (_, Some(mismatch)) => Err(mismatch),
        }
    }

    /// The same for a repair, which is the only one to go on with a state that does not belong to `rollout.lock`: why not,
    /// comes with it.
    pub(super) fn open_to_repair(
        session: &mut Session<'_>,
        rollout: &Rollout,
    ) -> Result<(Self, Option<Trouble>), Trouble> {
        let (place, mut held) = hold(session, rollout)?;
        check_lock_file(session)?;
        let mut store = if held.exists() { Some(open_store(session, &mut held)?) } else { None };
        let (key, fingerprinter) = match &mut store {
            Some(store) => key::unlock(session, store).map(|unlocked| (unlocked.key, unlocked.fingerprinter))?,
            None => key::find_or_make(session).map(|key| (key.clone(), Fingerprinter::new(&key)))?,
        };
        let (mut recorded, mut counts) = (Recorded::default(), MarkCounts::default());
        if let Some(store) = &mut store {
            recorded = store.load()?;
            counts = mark::counts(&recorded, store)?;
            clock::check(session, store)?;
        }
        let state = store.as_mut().map(|store| (&recorded, store));
        let mismatch = match mark::compare(session, state) {
            Ok(()) => None,
            Err(mismatch) if mismatch.exit() == Exit::Stale && matches!(mismatch, Trouble::Other { .. }) => {
                Some(mismatch)
            }
            Err(other) => return Err(other),
        };
        Ok((Self { recorded, fingerprinter, key, counts, store, place, held }, mismatch))
    }

    /// The same for a state whose key is lost, to go on under another. Refused where a key of this machine opens it.
    pub(super) fn open_without_key(
        session: &mut Session<'_>,
        rollout: &Rollout,
        key: SealingKey,
    ) -> Result<Self, Trouble> {
        let (place, mut held) = hold(session, rollout)?;
        check_lock_file(session)?;
        let mut store = open_store(session, &mut held)?;
        if key::unlock(session, &mut store).is_ok() {
            let what = "the key of this state is on this machine: leave out `--lost`, and nothing is lost; nothing was changed";
            return Err(Trouble::new(Exit::Usage, what));
        }
        let recorded = store.load()?;
        clock::check(session, &mut store)?;
        mark::compare(session, Some((&recorded, &mut store)))?;
        let counts = mark::counts(&recorded, &mut store)?;
        let fingerprinter = Fingerprinter::new(&key);
        Ok(Self { recorded, fingerprinter, key, counts, store: Some(store), place, held })
    }

    /// Which state this is; of one that does not exist yet, the name that a saved plan gave it.
    pub(super) fn lineage(&mut self, session: &Session<'_>) -> Result<Option<Lineage>, Trouble> {
        match &mut self.store {
            Some(store) => Ok(Some(store.lineage()?)),
            None => Ok(lineage::pending(&place::lineage_path(session, &self.place))),
        }
    }

    /// The Message-IDs of all letters that the record names.
    pub(super) fn message_ids(&mut self) -> Result<std::collections::HashSet<String>, Trouble> {
        Ok(self.store.as_mut().map_or_else(|| Ok(std::collections::HashSet::new()), Store::message_ids)?)
    }

    /// Whether the state is in a database, which has the states of others too.
    pub(super) fn is_shared(&self) -> bool {
        self.store.as_ref().is_some_and(Store::is_shared)
    }

    /// Whether a run was begun under the saved plan with this digest.
    pub(super) fn has_run_of(&mut self, digest: &str) -> Result<bool, Trouble> {
        Ok(self.store.as_mut().map_or(Ok(false), |store| store.has_run_of(digest))?)
    }

    /// When letters may leave, given what is recorded.
    pub(super) fn timetable(&mut self, rollout: &Rollout, now: jiff::Timestamp) -> Result<Option<Timetable>, Trouble> {
        doors::timetable(self.store.as_mut().map(|store| store as &mut dyn StateStore), rollout, now)
    }

    /// What a run saw in the LMS last.
    pub(super) fn remembered(&mut self) -> Result<Option<Observed>, Trouble> {
        Ok(self.store.as_mut().map(StateStore::remembered).transpose()?.flatten())
    }

    /// Keeps what the LMS shows, where there is a state to keep it.
    pub(super) fn remember(&mut self, observed: &Observed) -> Result<(), Trouble> {
        Ok(self.store.as_mut().map_or(Ok(()), |store| store.remember(observed))?)
    }

    /// The store, made where there is none yet.
    pub(super) fn store(&mut self, session: &Session<'_>) -> Result<(&mut Store, Lineage), Trouble> {
        let lineage = self.lineage(session)?.unwrap_or_else(|| lineage::draw(session));
        let store = match self.store.take() {
            Some(store) => store,
            None => self.make_store(session, &lineage)?,
        };
        Ok((self.store.insert(store), lineage))
    }

    fn make_store(&mut self, session: &Session<'_>, lineage: &Lineage) -> Result<Store, Trouble> {
        let (random, now) = ((session.random)(), session.clock.now());
        let mut store = self.held.create(lineage, &self.fingerprinter, now, random)?;
        lineage::use_up(&place::lineage_path(session, &self.place));
        clock::check(session, &mut store)?;
        Ok(store)
    }
}

/// Takes the lock.
fn hold(session: &Session<'_>, rollout: &Rollout) -> Result<(Place, Held), Trouble> {
    let place = place::of(session, rollout)?;
    let since = session.clock.now().to_zoned_datetime(rollout.timezone.clone());
    let held = place.lock(&session.actor, &since)?;
    Ok((place, held))
}

/// `rollout.lock` can be read, and could be written: asked before anything is made.
fn check_lock_file(session: &Session<'_>) -> Result<(), Trouble> {
    let path = mark::rollout_lock_path(session);
    rollout_lock::read(&path)?;
    rollout_lock::check_writable(&path).map_err(|error| {
        let what = format!(
            "`{path}` can't be written, so nothing was done: give yourself the right to, or keep it elsewhere with `--lock FILE`"
        );
        Trouble::file(what, error)
    })
}

fn open_store(session: &Session<'_>, held: &mut Held) -> Result<Store, Trouble> {
    Ok(held.open(Access::Write((session.random)()))?)
}
