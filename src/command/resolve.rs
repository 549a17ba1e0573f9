//! `firstbell resolve`: a person says what the program could not find out about a password.

use crate::edge::{RunMark, StateStore};
use crate::model::activation::ActivationStage;
use crate::model::entry::{Commit, Entry, RunBegun, Subject};
use crate::model::handover::HandOver;
use crate::model::ids::{CaregiverId, RunNumber};

use super::exit::Exit;
use super::mark::{self, LockFile};
use super::project;
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The caregiver's id in the SMS
    id: String,
    /// Whether the LMS has the password
    #[arg(long, value_enum, value_name = "VERDICT")]
    reset: Verdict,
    /// What was seen; kept in the record
    #[arg(long, value_name = "TEXT")]
    evidence: String,
}

/// Whether a password was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Verdict {
    /// It was set, and the next apply sends the letter that tells it
    Done,
    /// It was not set, and the next apply draws another
    NotDone,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    if args.evidence.trim().is_empty() {
        return Err(Trouble::new(Exit::Usage, "`--evidence` must say what was seen"));
    }
    let rollout = project::load_rollout(session)?;
    let mut state = Writing::open(session, &rollout)?;
    let caregiver = CaregiverId::new(args.id.as_str());
    let history = state
        .recorded
        .histories
        .get(&caregiver)
        .ok_or_else(|| Trouble::new(Exit::Usage, format!("nothing is recorded about a caregiver `{caregiver}`")))?;
    let in_handover = |handover: &&HandOver| handover.rows.iter().any(|row| row.caregiver == caregiver);
    if let Some(handover) = state.recorded.open_handovers().find(in_handover) {
        let number = handover.number;
        let what = format!("{caregiver} stands in hand-over {number}, which `firstbell confirm {number}` settles");
        return Err(Trouble::new(Exit::Usage, what));
    }
    if !matches!(history.stage, ActivationStage::Setting | ActivationStage::ResetUnknown) {
        let what = format!(
            "nothing is open about the password of {caregiver}: activation {} is `{}`",
            history.number, history.stage
        );
        return Err(Trouble::new(Exit::Usage, what));
    }
    let subject = Subject { caregiver, activation: history.number };
    let was_set = args.reset == Verdict::Done;
    let entry = Entry::Resolved { subject, was_set, evidence: args.evidence.clone() };
    record(session, &rollout, &mut state, "resolve", vec![entry])?;
    let said = if was_set { "the password was set" } else { "the password was not set" };
    session.screen.answer(&format!("Recorded for {}: {said}. `firstbell plan` shows what is due now.\n", args.id));
    Ok(Exit::Done)
}

/// Records entries that have no effect outside, as a run of their own.
pub(super) fn record(
    session: &mut Session<'_>,
    rollout: &crate::rollout::Rollout,
    state: &mut Writing,
    command: &str,
    entries: Vec<Entry>,
) -> Result<(), Trouble> {
    let run = state.recorded.position.as_ref().map_or(RunNumber::FIRST, |position| position.run.next());
    let begun = RunBegun { command: command.to_owned(), actor: session.actor.clone(), plan: String::new() };
    let adopted = entries.iter().filter(|entry| matches!(entry, Entry::Adopted(_))).count() as u64;
    let ended = Entry::RunEnded { outcome: "done".to_owned() };
    let entries = std::iter::once(Entry::RunBegun(begun)).chain(entries).chain(std::iter::once(ended)).collect();
    let mut counts = state.counts;
    counts.active += adopted;
    let (store, _) = state.store(session, rollout)?;
    let position = store.commit(&Commit { at: session.clock.now(), run, entries })?;
    store.wipe()?;
    let path = mark::rollout_lock_path(session);
    LockFile { path: path.clone() }
        .close(&position, counts)
        .map_err(|error| Trouble::file(format!("recorded, but `{path}` could not be written"), error))
}
