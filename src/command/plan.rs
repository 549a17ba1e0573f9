//! `firstbell plan`: shows what would be done. Writes nothing, and is handed only what cannot write.

use crate::plan::Plan;
use crate::report;

use super::exit::Exit;
use super::project;
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Leave out the line for each caregiver
    #[arg(long)]
    summary: bool,
    /// Exit with 2 when there is something to do
    #[arg(long)]
    detailed_exitcode: bool,
    /// How the plan is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs, as schemas/plan.schema.json describes it
    Json,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let loaded = project::load(session)?;
    let state = project::read_state(session, &loaded.rollout)?;
    let mut lms = project::lms_reader(session.clock, &loaded.rollout);
    let plan = project::make_plan(session, &loaded, &state.recorded, &state.fingerprinter, &mut lms)?;
    show(session, &plan, args.format, args.summary);
    Ok(exit(&plan, args.detailed_exitcode))
}

/// Prints a plan.
pub(super) fn show(session: &mut Session<'_>, plan: &Plan, format: Format, summary: bool) {
    let view = session.screen.view(summary);
    match format {
        Format::Text => session.screen.answer(&report::text(plan, &view)),
        Format::Json => {
            let json = report::json(plan, &view, &[]);
            session.screen.answer(&format!("{json:#}\n"));
        }
    }
}

fn exit(plan: &Plan, is_detailed: bool) -> Exit {
    let blocked = plan.is_blocked().then_some(Exit::Blocked);
    let unknown = plan.has_unknown().then_some(Exit::Unknown);
    let changes = (is_detailed && plan.has_changes()).then_some(Exit::Changes);
    Exit::worst([blocked, unknown, changes].into_iter().flatten())
}
