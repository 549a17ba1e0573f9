//! Begins and ends a run: the run is in the state, then in `rollout.lock`, then comes the first effect.

use jiff::SignedDuration;

use crate::edge::{MarkCounts, Step};
use crate::model::entry::{Entry, RunBegun};
use crate::model::ids::RunNumber;
use crate::plan::Plan;

use super::{End, Halt, Worker};

/// So often `rollout.lock` is written while a run goes on.
const MARK_AGAIN: SignedDuration = SignedDuration::from_secs(1);

/// The number of the run that carries out this plan.
pub(super) fn number(plan: &Plan) -> RunNumber {
    plan.inputs.state.run.next()
}

impl Worker<'_> {
    /// Records the run, the roster and the openings, then opens `rollout.lock`.
    pub(super) fn open(&mut self) -> Result<(), Halt> {
        let plan = self.order.plan;
        self.ledger.note(Entry::RunBegun(RunBegun {
            command: "apply".to_owned(),
            actor: self.order.actor.clone(),
            plan: self.order.digest.to_owned(),
        }));
        self.note_records(plan);
        if let Some(position) = self.ledger.flush()? {
            self.mark.open(&position, self.order.counts).map_err(Halt::Mark)?;
            self.marked_at = Some(self.ledger.now());
        }
        Ok(())
    }

    /// Brings `rollout.lock` up to what is recorded, so that a copy of the state from earlier in a run that was cut short is told
    /// by it too. Where it can't be written any more, what stands in it stays true, and the end of the run says so.
    pub(super) fn mark_again(&mut self) {
        let now = self.ledger.now();
        let is_due = self.marked_at.is_some_and(|at| now.duration_since(at) >= MARK_AGAIN);
        if let Some(position) = self.ledger.position().filter(|_| is_due) {
            let counts = self.counts();
            if self.mark.open(position, counts).is_ok() {
                self.marked_at = Some(now);
            }
        }
    }

    fn counts(&self) -> MarkCounts {
        let before = self.order.counts;
        MarkCounts { active: before.active + self.tally.newly_active(), letters: before.letters + self.tally.sent }
    }

    fn note_records(&mut self, plan: &Plan) {
        if let Some(acceptance) = &plan.acceptance {
            self.ledger.note(Entry::RosterAccepted {
                roster: acceptance.roster.clone(),
                arrivals: acceptance.arrivals.clone(),
                absent: acceptance.absent.clone(),
                returned: acceptance.returned.clone(),
            });
        }
        for subject in &plan.wipes {
            self.ledger.note(Entry::Wiped(subject.clone()));
        }
        for (from, to, because) in &plan.moves {
            self.ledger.note(Entry::Moved { from: from.clone(), to: to.clone(), because: because.clone() });
        }
        let roster = plan.roster_number();
        for cohort in &plan.openings {
            self.ledger.note(Entry::CohortOpened { cohort: cohort.clone(), roster });
        }
        for (caregiver, identity) in &plan.identities {
            self.ledger.note(Entry::Identified {
                caregiver: caregiver.clone(),
                because: None,
                identity: identity.clone(),
            });
        }
    }

    /// Records how the run ended, closes `rollout.lock`, wipes what is left of secrets.
    pub(super) fn close(&mut self, end: &End) -> Result<(), Halt> {
        let outcome = match end {
            End::Done => "done",
            End::Interrupted => "interrupted",
            End::Paused { .. } => "paused",
            End::Stopped(_) => "stopped",
        };
        if matches!(end, End::Stopped(_)) {
            self.tally.are_put_off(self.refused.iter().map(|(letter, _)| &letter.caregiver));
        } else {
            self.reject_refused();
        }
        self.ledger.note(Entry::RunEnded { outcome: outcome.to_owned() });
        let position = self.ledger.flush()?;
        let counts = self.counts();
        if let Some(Err(error)) = position.map(|position| self.mark.close(&position, counts)) {
            // The file then says "open" under this run: the next run compares, finds the same run, and goes on.
            self.watch.step(Step::Note(&format!("`rollout.lock` was not closed: {error}")));
        }
        // Last: whoever keeps the file from being tidied must not keep `rollout.lock` behind the state.
        if let Err(error) = self.ledger.wipe() {
            self.watch.step(Step::Note(&error.to_string()));
        }
        Ok(())
    }
}
