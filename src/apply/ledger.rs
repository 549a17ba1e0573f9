//! Writes to the state in the right order: intents durable before their effects, what was done together with the next
//! intent, so that two commits a parent are enough.

use crate::edge::{Clock, StateError, StateStore};
use crate::model::entry::{Commit, Entry};
use crate::model::handover::HandOverNumber;
use crate::model::ids::{ActivationNumber, CaregiverId, RunNumber};
use crate::model::recorded::Position;

use super::{ApplyError, Halt};

/// The state, as an apply writes it.
pub(crate) struct Ledger<'a> {
    store: &'a mut dyn StateStore,
    clock: &'a dyn Clock,
    run: RunNumber,
    /// Entries that will become durable with the next commit.
    pending: Vec<Entry>,
    /// Whether one of them tells of an effect: losing it would lose the record of that effect.
    holds_effect: bool,
    /// Where the state stands.
    position: Option<Position>,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(store: &'a mut dyn StateStore, clock: &'a dyn Clock, run: RunNumber) -> Self {
        Self { store, clock, run, pending: Vec::new(), holds_effect: false, position: None }
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    pub(crate) fn sleep(&self, duration: std::time::Duration) {
        self.clock.sleep(duration);
    }

    /// Notes something that may wait for the next commit and tells of no effect.
    pub(crate) fn note(&mut self, entry: Entry) {
        self.pending.push(entry);
    }

    /// Notes what became of an effect: durable with the next commit, before the next effect.
    pub(crate) fn note_effect(&mut self, entry: Entry) {
        self.holds_effect = true;
        self.pending.push(entry);
    }

    /// Makes all that was noted durable; only then may an effect that one of the entries announces happen.
    pub(crate) fn flush(&mut self) -> Result<Option<Position>, StateError> {
        if self.pending.is_empty() {
            return Ok(None);
        }
        let commit = Commit { at: self.clock.now(), run: self.run, entries: std::mem::take(&mut self.pending) };
        let position = self.store.commit(&commit)?;
        self.holds_effect = false;
        self.position = Some(position.clone());
        Ok(Some(position))
    }

    /// Where the state stands since the last commit of this run.
    pub(crate) fn position(&self) -> Option<&Position> {
        self.position.as_ref()
    }

    /// What is still sealed of one activation.
    pub(crate) fn sealed(
        &mut self,
        caregiver: &CaregiverId,
        activation: ActivationNumber,
    ) -> Result<Option<crate::edge::SealedActivation>, StateError> {
        self.store.sealed(caregiver, activation)
    }

    /// One hand-over, with what is still sealed of it.
    pub(crate) fn hand_over(
        &mut self,
        number: HandOverNumber,
    ) -> Result<Option<crate::edge::SealedHandOver>, StateError> {
        self.store.hand_over(number)
    }

    /// Wipes what a finished run leaves behind.
    pub(crate) fn wipe(&mut self) -> Result<(), StateError> {
        self.store.wipe()
    }

    /// Why the run could not go on, and whether an effect is without record.
    pub(crate) fn explain(&self, halt: Halt) -> ApplyError {
        match halt {
            Halt::Mark(error) => ApplyError::Mark(error),
            Halt::State(error) if self.holds_effect => ApplyError::RecordLost(error),
            Halt::State(error) => ApplyError::State(error),
        }
    }
}
