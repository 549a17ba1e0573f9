//! `firstbell handovers`: the files that a person imports, and what became of each. Changes nothing.

use crate::files;
use crate::model::handover::HandOver;
use crate::report;

use super::exit::Exit;
use super::project;
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it. A hand-over that waits for a person is exit code 8, one of which nobody knows is 4.
pub fn run(_: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let rollout = project::load_rollout(session)?;
    let state = project::read_state(session, &rollout)?;
    let folder = rollout.lms.ultranet().map(|ultranet| &ultranet.folder);
    let is_there =
        |one: &HandOver| folder.is_none_or(|folder| files::exists(&folder.join(format!("{}.csv", one.name))));
    session.screen.answer(&report::handovers(&state.recorded, &rollout.timezone, is_there));
    let open = || state.recorded.open_handovers();
    let unsure = open().any(|handover| handover.is_unsure).then_some(Exit::Unknown);
    let waiting = open().next().map(|_| Exit::PersonNeeded);
    Ok(Exit::worst([unsure, waiting].into_iter().flatten()))
}
