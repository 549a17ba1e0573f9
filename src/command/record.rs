//! Records what a person does to the state, as a run of its own: one commit, then `rollout.lock`.

use crate::edge::{RunMark, StateStore};
use crate::model::entry::{Commit, Entry, RunBegun};
use crate::model::ids::RunNumber;

use super::exit::Exit;
use super::mark::{self, LockFile};
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;

/// The reason that was given; it is kept, so there must be one.
pub(in crate::command) fn reason(because: &str) -> Result<String, Trouble> {
    match because.trim() {
        "" => Err(Trouble::new(Exit::Usage, "`--because` must say why; a ticket number will do")),
        reason => Ok(reason.to_owned()),
    }
}

/// The number of the run that comes next.
pub(in crate::command) fn next_run(state: &Writing) -> RunNumber {
    state.recorded.position.as_ref().map_or(RunNumber::FIRST, |position| position.run.next())
}

/// Makes the entries durable together, and notes in `rollout.lock` where the state stands then.
pub(in crate::command) fn record(
    session: &mut Session<'_>,
    state: &mut Writing,
    (run, command): (RunNumber, &str),
    entries: Vec<Entry>,
) -> Result<(), Trouble> {
    let begun = RunBegun { command: command.to_owned(), actor: session.actor.clone(), plan: String::new() };
    let ended = Entry::RunEnded { outcome: "done".to_owned() };
    let entries = std::iter::once(Entry::RunBegun(begun)).chain(entries).chain(std::iter::once(ended)).collect();
    let (store, _) = state.store(session)?;
    let position = store.commit(&Commit { at: session.clock.now(), run, entries })?;
    let counts = mark::counts(&store.load()?, store)?;
    let path = mark::rollout_lock_path(session);
    LockFile { path: path.clone() }
        .close(&position, counts)
        .map_err(|error| Trouble::file(format!("recorded, but `{path}` could not be written"), error))?;
    // What is recorded is recorded, whoever keeps the file from being tidied.
    if let Err(error) = store.wipe() {
        session.screen.say(&format!("warning: {error}"));
    }
    Ok(())
}

/// The same as the run that comes next.
pub(in crate::command) fn record_next(
    session: &mut Session<'_>,
    state: &mut Writing,
    command: &str,
    entries: Vec<Entry>,
) -> Result<(), Trouble> {
    let run = next_run(state);
    record(session, state, (run, command), entries)
}
