//! `firstbell state`: looks into the recorded state, and the few things that a person may do to it: repair it after a restored
//! backup, give somebody's record to their new id, forget somebody.

mod carry;
mod forget;
mod migrate;
mod moving;
mod rebuild;
mod rekey;
mod repair;
mod secrets;

use std::fmt::Write as _;

use crate::model::moment;
use crate::report;
use crate::rollout::Rollout;
use crate::state::record::{Access, Held, Store};

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;
use super::{key, mark, place, project};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to look at.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// List every activation, one a line
    #[command(after_help = "Example:\n  firstbell state list")]
    List,
    /// Say which state this is, how far it has come, and who ran it last
    #[command(after_help = "Example:\n  firstbell state show")]
    Show,
    /// Prove the log's hash chain, and that no password was set twice under one number
    #[command(after_help = "Example:\n  firstbell state verify")]
    Verify,
    /// List what is sealed and since when, and which delivery files still hold a password
    #[command(after_help = "Example:\n  firstbell state secrets")]
    Secrets,
    /// After a restored backup: record who has access by LMS and outbox, hold whoever is in doubt
    #[command(
        after_help = "Example:\n  firstbell state repair\n  firstbell state repair --because \"T-140: disk failed, backup of Monday\""
    )]
    Repair(repair::Args),
    /// Give all that is recorded of somebody to the id that they have now
    #[command(after_help = "Example:\n  firstbell state move C1001 C9001 --because \"merged in the SMS\"")]
    Move(moving::Args),
    /// Erase who somebody was; that they had access stays, under a keyed hash
    #[command(after_help = "Example:\n  firstbell state forget C1001 --because T-150")]
    Forget(forget::Args),
    /// Seal everything under another key; with `--lost`, go on without the old one
    #[command(
        after_help = "Example:\n  firstbell state rekey --because \"T-160: a laptop was stolen\"\n  firstbell state rekey --lost --because \"T-161: the key went with the disk\""
    )]
    Rekey(rekey::Args),
    /// Write all that is recorded into a file, for another machine or a safe
    #[command(after_help = "Example:\n  firstbell state export kowhai-state.jsonl")]
    Export(carry::Args),
    /// Make the state of an exported file; only where there is none
    #[command(after_help = "Example:\n  firstbell state import kowhai-state.jsonl")]
    Import(carry::Args),
    /// Move the state into the other store, a file or a database, and prove that it arrived whole
    #[command(after_help = "Example:\n  firstbell state migrate --to postgres\n  firstbell state migrate --to sqlite")]
    Migrate(migrate::Args),
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    match &args.what {
        What::Repair(args) => return repair::run(args, session),
        What::Move(args) => return moving::run(args, session),
        What::Forget(args) => return forget::run(args, session),
        What::Rekey(args) => return rekey::run(args, session),
        What::Export(args) => return carry::export(args, session),
        What::Import(args) => return carry::import(args, session),
        What::Migrate(args) => return migrate::run(args, session),
        What::List | What::Show | What::Verify | What::Secrets => {}
    }
    let rollout = project::load_rollout(session)?;
    if matches!(args.what, What::Secrets) {
        return secrets::run(session, &rollout);
    }
    let place = place::of(session, &rollout)?;
    let mut held = place.look()?;
    if !held.exists() {
        mark::compare(session, None)?;
        let path = place::shown(session, &place);
        session.screen.answer(&format!("Nothing is recorded yet: `{path}` comes with the first apply.\n"));
        return Ok(Exit::Done);
    }
    match args.what {
        What::List => list(session, &rollout, &mut held),
        What::Show => show(session, &rollout),
        _ => verify(session, &rollout, &mut held),
    }
}

fn list(session: &mut Session<'_>, rollout: &Rollout, held: &mut Held) -> Result<Exit, Trouble> {
    let listed = held.open(Access::Read)?.list()?;
    let view = session.screen.view(false);
    let mut text = String::new();
    for one in &listed {
        text.push_str(&report::listed(one, &rollout.timezone, &view));
    }
    let _ = writeln!(text, "{}", report::count(listed.len() as u64, "activation", "activations"));
    session.screen.answer(&text);
    Ok(Exit::Done)
}

fn show(session: &mut Session<'_>, rollout: &Rollout) -> Result<Exit, Trouble> {
    let view = project::read_state(session, rollout)?;
    let mut text = report::state(&view.recorded, &rollout.timezone);
    if let Some((run, at, actor)) = view.store.map(|mut store| last_run(&mut store)).transpose()?.flatten() {
        let at = moment::local(at, &rollout.timezone);
        let _ = writeln!(text, "Last run       {run}, by {}@{}, {at}", actor.user, actor.host);
    }
    session.screen.answer(&text);
    Ok(Exit::Done)
}

type LastRun = Option<(crate::model::ids::RunNumber, jiff::Timestamp, crate::model::entry::Actor)>;

fn last_run(store: &mut Store) -> Result<LastRun, Trouble> {
    use crate::edge::StateStore;
    Ok(store.last_run()?)
}

fn verify(session: &mut Session<'_>, rollout: &Rollout, held: &mut Held) -> Result<Exit, Trouble> {
    let mut store = held.open(Access::Read)?;
    let verified = store.verify()?;
    // Said before it is compared: where `rollout.lock` is in conflict, this tells which side belongs to this state.
    let run = last_run(&mut store)?
        .map_or_else(String::new, |(run, ..)| format!("The last run is {run}, the head {}.\n", verified.head));
    session.screen.answer(&(report::verified(&verified) + &run));
    if key::find(session)?.is_some() {
        drop(store);
        project::read_state(session, rollout)?;
    }
    Ok(if verified.is_sound() { Exit::Done } else { Exit::Stale })
}
