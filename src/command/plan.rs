//! `firstbell plan`: shows what would be done. Writes nothing, and is handed only what cannot write.

use camino::{Utf8Path, Utf8PathBuf};
use jiff::SignedDuration;
use serde_json::Value;

use crate::edge::{LmsRead, StateStore};
use crate::model::fingerprint::Fingerprinter;
use crate::model::moment;
use crate::plan::{Outline, Plan};
use crate::report::{self, Personal, View};
use crate::rollout::{Rollout, length_of_time};

use super::exit::Exit;
use super::offline::Remembered;
use super::project::{self, Scope};
use super::session::Session;
use super::trouble::Trouble;
use super::{doors, events, git, key, lineage, narrow, place, saved};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Leave out the line for each caregiver, and how many changed in the SMS
    #[arg(long)]
    summary: bool,
    /// Exit with 2 when there is something to do
    #[arg(long)]
    detailed_exitcode: bool,
    /// How the plan is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
    /// Save the plan to this file, for review and `apply FILE`; it names nobody
    #[arg(short, long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
    /// How long the saved plan may be begun: `90m`, `24h`, `7d`
    #[arg(long, value_name = "TIME", default_value = "24h", requires = "output", value_parser = length_of_time)]
    expires_in: SignedDuration,
    /// Plan without the LMS, from what the last run saw there
    #[arg(long)]
    offline: bool,
    /// Write what happens as JSON lines to this file too, as schemas/events.schema.json describes them
    #[arg(long, value_name = "FILE")]
    json_into: Option<Utf8PathBuf>,
    #[command(flatten)]
    narrow: narrow::Args,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs, as schemas/plan.schema.json describes it
    Json,
    /// For a comment on a pull request; names nobody
    Markdown,
    /// One page for a browser, without scripts; names nobody
    Html,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    if args.expires_in <= SignedDuration::ZERO {
        return Err(Trouble::new(Exit::Usage, "`--expires-in` must be a time to come, such as 24h"));
    }
    events::begin(session, args.json_into.as_deref())?;
    let (loaded, mut state) = project::load_with_state(session, args.offline)?;
    if args.output.is_some() && state.store.is_none() {
        // The saved plan is bound to the state to be: to its key, and to its name.
        state.fingerprinter = Fingerprinter::new(&key::find_or_make(session)?);
    }
    let is_recorded = |id: &str| state.recorded.histories.contains_key(id);
    let narrowing = args.narrow.narrowing(&loaded.rollout, &loaded.roster, is_recorded, session.screen.personal)?;
    let is_for_machines = args.output.is_some() || args.format != Format::Text || args.json_into.is_some();
    let git = if is_for_machines { git::look(&session.dir) } else { None };
    let timetable = doors::timetable(
        state.store.as_mut().map(|store| store as &mut dyn StateStore),
        &loaded.rollout,
        session.clock.now(),
    )?;
    // For the figures alone nobody asks why.
    let is_whole = !args.summary || is_for_machines;
    let store = state.store.as_mut().filter(|_| is_whole && !args.offline);
    let before = store.map(StateStore::remembered).transpose()?.flatten();
    let scope = Scope { narrowing, git, timetable, retry_unknown: false, before };
    let mut lms: Box<dyn LmsRead + '_> = if args.offline {
        let unasked = doors::lms_unasked(session, &loaded.rollout)?;
        Box::new(Remembered::of(state.remembered.take(), &*unasked, &loaded.rollout.timezone)?)
    } else {
        doors::lms_reader(session, &loaded.rollout)?
    };
    if args.summary && !is_for_machines {
        let outline =
            project::make_outline(session, &loaded, &state.recorded, &state.fingerprinter, &mut *lms, &scope)?;
        let view = session.screen.view(true);
        session.screen.answer(&report::outline(&outline, &view));
        return Ok(exit(&outline, args.detailed_exitcode));
    }
    let mut plan = project::make_plan(session, &loaded, &state.recorded, &state.fingerprinter, &mut *lms, &scope)?;
    if let Some(path) = &args.output {
        if let Some(store) = &mut state.store {
            plan.inputs.state.lineage = Some(store.lineage()?);
        }
        save(session, &loaded.rollout, &mut plan, &state.fingerprinter, path, args.expires_in)?;
    }
    show(session, &plan, args.format, args.summary);
    Ok(exit(&plan.outline(), args.detailed_exitcode))
}

fn save(
    session: &mut Session<'_>,
    rollout: &Rollout,
    plan: &mut Plan,
    fingerprinter: &Fingerprinter,
    path: &Utf8Path,
    lives: SignedDuration,
) -> Result<(), Trouble> {
    if plan.inputs.state.lineage.is_none() {
        let waiting = place::lineage_path(session, &place::of(session, rollout)?);
        plan.inputs.state.lineage = Some(lineage::pending_or_draw(session, &waiting)?);
    }
    // Where the project lies on this machine is nobody's business who reviews the plan.
    plan.inputs.rollout.path = project::shown(session, plan.inputs.rollout.path.as_str().into()).into_string();
    let saved = saved::write(session, plan, fingerprinter, path, lives)?;
    if plan.outline().is_blocked() {
        session.screen.say(&format!("Saved as `{path}`, to be looked at: a guard blocks it, so `apply` refuses it."));
        session.screen.say(&format!("Digest: {}", saved.digest));
        return Ok(());
    }
    let until = moment::local(saved.expires_at, &rollout.timezone);
    session
        .screen
        .say(&format!("Saved as `{path}`; `firstbell apply {}` carries it out until {until}.", report::quoted(path)));
    session.screen.say(&format!("Digest: {}", saved.digest));
    Ok(())
}

/// Prints a plan.
pub(super) fn show(session: &mut Session<'_>, plan: &Plan, format: Format, summary: bool) {
    let view = session.screen.view(summary);
    if let Some(events) = &mut session.screen.events {
        events.planned(plan, &view);
    }
    match format {
        Format::Text => session.screen.answer(&report::text(plan, &view)),
        Format::Json => {
            let json = report::json(plan, &view, &[]);
            session.screen.answer(&format!("{json:#}\n"));
        }
        Format::Markdown => {
            let page = report::markdown(&naming_nobody(session, plan));
            session.screen.answer(&page);
        }
        Format::Html => {
            let page = report::html(&naming_nobody(session, plan));
            session.screen.answer(&page);
        }
    }
}

/// The plan's JSON form for those who may see nobody's name, nor where the project lies on this machine.
fn naming_nobody(session: &Session<'_>, plan: &Plan) -> Value {
    let view = View { personal: Personal::None, ..session.screen.view(false) };
    let mut json = report::json(plan, &view, &[]);
    if let Some(path) = json.pointer_mut("/inputs/rollout/path") {
        *path = project::shown(session, plan.inputs.rollout.path.as_str().into()).into_string().into();
    }
    json
}

fn exit(plan: &Outline, is_detailed: bool) -> Exit {
    let blocked = plan.is_blocked().then_some(Exit::Blocked);
    let unknown = plan.has_unknown().then_some(Exit::Unknown);
    let changes = (is_detailed && plan.has_changes()).then_some(Exit::Changes);
    Exit::worst([blocked, unknown, changes].into_iter().flatten())
}
