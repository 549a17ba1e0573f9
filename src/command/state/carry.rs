//! `firstbell state export` and `firstbell state import`: the state as a text file, for another machine, another store, or a
//! safe. A state that has gone on elsewhere is a second record of the same people: the import says so.

use std::io::BufReader;

use camino::{Utf8Path, Utf8PathBuf};

use crate::edge::{RunMark, StateStore};
use crate::files;
use crate::model::fingerprint::Fingerprinter;
use crate::report;
use crate::rollout::Rollout;
use crate::state::dump::{DumpError, Header};
use crate::state::record::Store;

use super::super::exit::Exit;
use super::super::mark::{self, LockFile};
use super::super::session::Session;
use super::super::trouble::{Trouble, exit_of};
use super::super::{key, place, project};
use super::migrate::check_sound;

/// The arguments of both.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file
    file: Utf8PathBuf,
}

/// Writes the state down.
pub(super) fn export(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let rollout = project::load_rollout(session)?;
    let path = &args.file;
    let view = project::read_state(session, &rollout)?;
    let Some(mut store) = view.store else {
        return Err(Trouble::new(Exit::Error, "nothing is recorded yet, so there is nothing to export"));
    };
    let events = check_sound(&mut store)?;
    files::create_private(path, |file| store.export(file, &view.fingerprinter))
        .map_err(|error| said(&error, path, "nothing was exported"))?;
    let people = report::count(view.recorded.histories.len() as u64, "activated caregiver", "activated caregivers");
    session.screen.answer(&format!(
        "Exported as `{path}`: {people}, {}.\n\
         It holds ids and addresses in clear, and what is sealed stays sealed: keep it like the state, and the key apart from it.\n",
        report::count(events, "event of the log", "events of the log"),
    ));
    Ok(Exit::Done)
}

/// Makes the state of what was written down.
pub(super) fn import(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let rollout = project::load_rollout(session)?;
    let place = place::of(session, &rollout)?;
    let (path, shown) = (&args.file, place::shown(session, &place));
    let now = session.clock.now().to_zoned_datetime(rollout.timezone.clone());
    let mut held = place.lock(&session.actor, &now)?;
    if held.exists() {
        let what =
            format!("there is a state already: move `{shown}` away first, if that is meant; nothing was imported");
        return Err(Trouble::new(Exit::Error, what));
    }
    let file = open(path)?;
    let unlock = |header: &Header| -> Option<Fingerprinter> {
        let all = key::fingerprints_of(session, header).ok()?;
        all.into_iter().find(|one| Store::fits(one, header))
    };
    let mut imported =
        held.import(BufReader::new(file), unlock).map_err(|error| said(&error, path, "nothing was imported"))?;
    let (recorded, counts) = imported.look(|store| {
        let recorded = store.load()?;
        mark::compare_named(session, Some((&recorded, store)))?;
        let counts = mark::counts(&recorded, store)?;
        Ok::<_, Trouble>((recorded, counts))
    })?;
    imported.place()?;
    close_lock(session, &recorded, counts)?;
    session.screen.answer(&format!("{}{ELSEWHERE}", told(&recorded, &rollout, &shown)));
    Ok(Exit::Done)
}

const ELSEWHERE: &str = "Where the state that it was exported from is still there, put that away: two records of the same people \
                         know nothing of each other.\n";

fn told(recorded: &crate::model::recorded::Recorded, rollout: &Rollout, shown: &str) -> String {
    let people = report::count(recorded.histories.len() as u64, "activated caregiver", "activated caregivers");
    format!("Imported into `{shown}`: {people}.\n{}", report::state(recorded, &rollout.timezone))
}

/// Where there was no `rollout.lock`, or an older one, it now says how far this state has come.
fn close_lock(
    session: &Session<'_>,
    recorded: &crate::model::recorded::Recorded,
    counts: crate::edge::MarkCounts,
) -> Result<(), Trouble> {
    let Some(position) = &recorded.position else { return Ok(()) };
    let path = mark::rollout_lock_path(session);
    LockFile { path: path.clone() }
        .close(position, counts)
        .map_err(|error| Trouble::file(format!("imported, but `{path}` could not be written"), error))
}

fn open(path: &Utf8Path) -> Result<files::File, Trouble> {
    let refused = |what: &str| Trouble::new(Exit::BadInput, format!("`{path}` {what}; nothing was imported"));
    let kind =
        files::kind(path).map_err(|error| Trouble::new(Exit::BadInput, format!("{error}; nothing was imported")))?;
    match kind {
        files::Kind::Link => return Err(refused("is a link: name the file itself")),
        files::Kind::Other => return Err(refused("is no file")),
        files::Kind::File(_) => {}
    }
    files::open(path).map_err(|error| Trouble::new(Exit::BadInput, format!("{error}; nothing was imported")))
}

fn said(error: &DumpError, path: &Utf8Path, nothing: &str) -> Trouble {
    let exit = match error {
        DumpError::State(of) => return Trouble::new(exit_of(of), format!("{error}; {nothing}")),
        DumpError::Io(_) => Exit::Error,
        DumpError::NotOurs | DumpError::Newer(_) => Exit::BadInput,
        DumpError::OtherKey | DumpError::Cut | DumpError::Edited | DumpError::Misfit { .. } => Exit::Stale,
    };
    Trouble::new(exit, format!("`{path}` can't be used: {error}; {nothing}"))
}
