//! `firstbell drift`: what the LMS shows that neither the last run nor the record would let one expect. Reports; changes and
//! repairs nothing, and writes nothing down.

use crate::edge::StateStore;
use crate::reconcile::{self, Desired};
use crate::report;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;
use super::{doors, project};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Exit with 2 when there is something to look at
    #[arg(long)]
    detailed_exitcode: bool,
    /// How it is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
}

/// How drift is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs, as schemas/drift.schema.json describes it
    Json,
    /// For a comment or an issue
    Markdown,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let (loaded, mut state) = project::load_with_state(session, false)?;
    let mut lms = doors::lms_reader(session, &loaded.rollout)?;
    let before = state.store.as_mut().map(StateStore::remembered).transpose()?.flatten();
    let now = lms.observe(&project::ask(&loaded, &state.recorded))?;
    let desired = Desired { rollout: &loaded.rollout, roster: &loaded.roster };
    let drift = reconcile::drift(desired, &state.recorded, before.as_ref(), &now);
    let json = report::drift_json(&drift, &lms.describe(), session.screen.personal);
    let text = match args.format {
        Format::Text => report::drift_text(&json, &loaded.rollout.timezone),
        Format::Json => format!("{json:#}\n"),
        Format::Markdown => report::drift_markdown(&json),
    };
    session.screen.answer(&text);
    let foreign = drift.has_foreign_marker().then_some(Exit::Stale);
    let found = (args.detailed_exitcode && !drift.findings.is_empty()).then_some(Exit::Changes);
    Ok(Exit::worst([foreign, found].into_iter().flatten()))
}
