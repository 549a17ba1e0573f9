//! `firstbell status`: how far each cohort has come.

use crate::report;

use super::doors;
use super::exit::Exit;
use super::project::{self, Scope};
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub fn run(_: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let (loaded, state) = project::load_with_state(session, false)?;
    let mut lms = doors::lms_reader(session, &loaded.rollout)?;
    let plan =
        project::make_plan(session, &loaded, &state.recorded, &state.fingerprinter, &mut *lms, &Scope::default())?;
    let text = report::status(&plan, &session.screen.view(false));
    session.screen.answer(&text);
    Ok(if plan.has_unknown() { Exit::Unknown } else { Exit::Done })
}
