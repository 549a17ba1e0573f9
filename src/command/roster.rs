//! `firstbell roster`: what was read of the export, and what differs between two. Looks at no state and no LMS.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Diagnostics;
use crate::reconcile;
use crate::report::{self, Personal};
use crate::rollout::Rollout;
use crate::roster::{self, Roster, changes};

use super::exit::Exit;
use super::project;
use super::session::Session;
use super::trouble::Trouble;
use super::who;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to look at.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Show the caregivers and their children as they were understood
    #[command(after_help = "Example:\n  firstbell roster show --why C1001")]
    Show(Show),
    /// Say what differs between two exports: who is new, who is gone, addresses, cohorts, access
    #[command(after_help = "Example:\n  firstbell roster diff roster/caregivers.csv roster/caregivers.csv")]
    Diff(Diff),
}

/// How the caregivers are shown.
#[derive(Debug, clap::Args)]
pub struct Show {
    /// How they are printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
    /// Name the files and lines that made this caregiver
    #[arg(long, value_name = "ID", conflicts_with = "format")]
    why: Option<String>,
}

/// Two exports.
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// The older export
    old: Utf8PathBuf,
    /// The newer export
    new: Utf8PathBuf,
    /// How the differences are printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = DiffFormat::Text)]
    format: DiffFormat,
    /// Which of several rosters of the rollout the two are exports of, from 1
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    source: usize,
}

/// How caregivers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs, as schemas/roster.schema.json describes it
    Json,
    /// For spreadsheets, one row for each child
    Csv,
}

/// How differences are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DiffFormat {
    /// For people
    Text,
    /// For programs, as schemas/roster-diff.schema.json describes it
    Json,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let rollout = project::load_rollout(session)?;
    match &args.what {
        What::Show(args) => show(args, rollout, session),
        What::Diff(args) => diff(args, &rollout, session),
    }
}

fn show(args: &Show, mut rollout: Rollout, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    for source in &mut rollout.roster {
        source.traced.clone_from(&args.why);
    }
    let (roster, problems) = roster::read(&rollout.roster, session.clock.now())?;
    session.screen.problems(&problems);
    let personal = session.screen.personal;
    let text = match (&args.why, args.format) {
        (Some(id), _) if roster.caregiver(id).is_none() => return Err(who::no_such(id)),
        (Some(id), _) => report::why_text(&roster, &personal.id(&id.as_str().into())),
        (None, Format::Text) => report::roster_text(&roster, &session.screen.view(false)),
        (None, Format::Json) => format!("{:#}\n", report::roster_json(&roster, personal)),
        (None, Format::Csv) => report::roster_csv(&roster, personal),
    };
    session.screen.answer(&text);
    if args.why.is_none() && args.format != Format::Text && personal == Personal::None {
        session
            .screen
            .say("Names and addresses are left out where there is no terminal: `--personal full` writes them.");
    }
    Ok(Exit::Done)
}

fn diff(args: &Diff, rollout: &Rollout, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let mut problems = Diagnostics::new();
    let mut read = |path: &Utf8Path| one(args, path, rollout, session, &mut problems);
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let (Some(old), Some(new)) = (old, new) else { return Err(problems.into()) };
    session.screen.problems(&problems);
    let cohort = |caregiver| reconcile::cohort_of(rollout, caregiver).map(|name| name.to_string());
    let changes = changes(&old, &new, cohort);
    let changes = if session.screen.personal == Personal::None { changes.without_access() } else { changes };
    let text = match args.format {
        DiffFormat::Text => report::diff_text(&old, &new, &changes, &session.screen.view(false)),
        DiffFormat::Json => format!("{:#}\n", report::diff_json(&old, &new, &changes, session.screen.personal)),
    };
    session.screen.answer(&text);
    Ok(Exit::Done)
}

/// Reads one of the two. An old export may be as old as it is.
fn one(
    args: &Diff,
    path: &Utf8Path,
    rollout: &Rollout,
    session: &Session<'_>,
    problems: &mut Diagnostics,
) -> Result<Option<Roster>, Trouble> {
    let Some(source) = args.source.checked_sub(1).and_then(|index| rollout.roster.get(index)) else {
        let what = format!("the rollout has {} rosters: `--source` is a number from 1", rollout.roster.len());
        return Err(Trouble::new(Exit::Usage, what));
    };
    let mut source = source.clone();
    source.path = path.to_owned();
    source.written_path = path.to_string();
    source.max_age = None;
    Ok(match roster::read_one(&source, session.clock.now()) {
        Ok((roster, found)) => {
            problems.append(found);
            Some(roster)
        }
        Err(found) => {
            problems.append(found);
            None
        }
    })
}
