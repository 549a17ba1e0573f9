//! `firstbell show`: what a saved plan says, and whether it is stale. Looks at the file alone, and at the rollout beside it
//! where there is one.

use camino::Utf8PathBuf;

use crate::plan::saved::SavedPlan;
use crate::report;

use super::exit::Exit;
use super::saved;
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The saved plan
    file: Utf8PathBuf,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How a saved plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// As it is in the file
    Json,
    /// For a pull request
    Markdown,
    /// One page for a browser, without scripts
    Html,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let plan = saved::read(&args.file)?;
    for reason in stale(session, &plan) {
        session.screen.say(&format!("stale: {reason}"));
    }
    let text = match args.format {
        Format::Text => report::saved_text(&plan.document),
        Format::Markdown => report::markdown(&plan.document),
        Format::Html => report::html(&plan.document),
        Format::Json => format!("{:#}\n", plan.document),
    };
    session.screen.answer(&text);
    if args.format == Format::Text {
        session
            .screen
            .say("Roster, letters, record and LMS were not looked at: `apply` does, and refuses what no longer holds.");
    }
    Ok(Exit::Done)
}

/// Why it could not be applied, as far as the files tell.
fn stale(session: &Session<'_>, plan: &SavedPlan) -> Vec<String> {
    let mut reasons = Vec::new();
    if session.clock.now() >= plan.expires_at {
        reasons.push(format!("it expired at {}", report::saved_moment(&plan.document, "/expires_at")));
    }
    let rollout = session.path("rollout.yaml");
    if let Ok((rollout, _)) = crate::rollout::read(&rollout)
        && rollout.sha256 != plan.inputs.rollout.sha256
    {
        reasons.push("rollout.yaml has changed since".to_owned());
    }
    reasons
}
