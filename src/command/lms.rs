//! `firstbell lms`: looks at the LMS itself, before anybody's account does: whether it can be reached, and whether everything
//! is granted that the rollout needs. Changes nothing.

use crate::edge::{Answer, Finding};
use crate::model::recorded::Recorded;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;
use super::{doors, project};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to look at.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Try connection, functions and rights, and say what is missing: exit code 8 then
    #[command(after_help = "Example:\n  firstbell lms check")]
    Check,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let What::Check = args.what;
    let loaded = project::load(session)?;
    let mut lms = doors::lms_reader(session, &loaded.rollout)?;
    let findings = lms.check(&project::ask(&loaded, &Recorded::default()))?;
    let mut text = format!("{}\n", lms.describe());
    text.extend(findings.iter().map(line));
    let missing = findings.iter().filter(|finding| matches!(finding.answer, Answer::Missing(_))).count();
    let verdict = match missing {
        0 => "Nothing is missing. `firstbell plan` shows what would be done.".to_owned(),
        1 => "1 thing is missing: no password is set until it is granted.".to_owned(),
        more => format!("{more} things are missing: no password is set until they are granted."),
    };
    text.extend(["\n", &verdict, "\n"]);
    session.screen.answer(&text);
    Ok(if missing == 0 { Exit::Done } else { Exit::PersonNeeded })
}

/// One finding: a mark, what was asked, and below it what to do.
fn line(finding: &Finding) -> String {
    let (mark, words) = match &finding.answer {
        Answer::Good(words) => ("ok     ", words),
        Answer::Open(words) => ("?      ", words),
        Answer::Missing(words) => ("missing", words),
    };
    let what = &finding.what;
    match &finding.answer {
        _ if words.is_empty() => format!("  {mark}  {what}\n"),
        Answer::Good(_) => format!("  {mark}  {what} ({words})\n"),
        _ => format!("  {mark}  {what}\n           {words}\n"),
    }
}
