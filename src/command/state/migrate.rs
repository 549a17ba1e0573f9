//! `firstbell state migrate`: the same state in the other store. What is written down there is proved to be what was here, to the
//! byte, before it takes its place; the state that it came from is left as it was. Should somebody go on with that one, then
//! `rollout.lock` tells the two apart.

use std::io::{self, BufReader, Write};

use sha2::{Digest, Sha256};

use crate::both::both;
use crate::model::fingerprint::Fingerprinter;
use crate::report;
use crate::rollout::{DEFAULT_STATE, Project, Rollout, StateSettings};
use crate::state::dump::DumpError;
use crate::state::record::{Held, Imported, Store};

use super::super::exit::Exit;
use super::super::session::Session;
use super::super::trouble::{Trouble, exit_of};
use super::super::writing::Writing;
use super::super::{place, project};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The store that the state is to be in
    #[arg(long, value_name = "STORE", value_enum)]
    to: To,
    /// For `postgres`: the environment variable that holds the database's address
    #[arg(long, value_name = "NAME", default_value = "FIRSTBELL_STATE_URL")]
    url_env: String,
    /// For `sqlite`: the database file, inside the project
    #[arg(long, value_name = "FILE", default_value = DEFAULT_STATE)]
    path: String,
}

/// The stores.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum To {
    /// A file on this machine
    Sqlite,
    /// A database that several people share
    Postgres,
}

/// Runs it.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let rollout = project::load_rollout(session)?;
    let (settings, line) = target(args, &rollout)?;
    if settings == rollout.state {
        return Err(Trouble::new(Exit::Usage, "the state is there already: rollout.yaml names that store"));
    }
    let mut state = Writing::open(session, &rollout)?;
    if state.recorded.position.is_none() {
        let what = format!("nothing is recorded yet, so nothing is to be moved: write `{line}` into rollout.yaml");
        return Err(Trouble::new(Exit::Error, what));
    }
    let target = place::named(session, &rollout, &settings)?;
    let shown = place::shown(session, &target);
    let since = session.clock.now().to_zoned_datetime(rollout.timezone.clone());
    let mut held = target.lock(&session.actor, &since)?;
    if held.exists() {
        let what = format!(
            "there is a state already in `{shown}`: name another place, or put that one away first; nothing was moved"
        );
        return Err(Trouble::new(Exit::Error, what));
    }
    let fingerprinter = state.fingerprinter.clone();
    let (store, _) = state.store(session)?;
    check_sound(store)?;
    let (mut imported, digest) = carry(store, &mut held, &fingerprinter)?;
    let arrived = imported.look(|store| digest_of(store, &fingerprinter))?;
    if arrived != digest {
        let what =
            format!("what arrived in `{shown}` is not what was sent there: nothing was moved; please report this");
        return Err(Trouble::new(Exit::Error, what));
    }
    imported.place()?;
    let people = state.recorded.histories.len() as u64;
    session.screen.answer(&format!(
        "Moved into `{shown}`: {}, compared with what was here to the byte.\n\
         Now write this into rollout.yaml, and see that `firstbell plan` says what it said before:\n\n    {line}\n\n\
         The state that it came from is as it was. Once the new one is in use, put it away: `rollout.lock` refuses it from the \
         next run on.\n",
        report::count(people, "activated caregiver", "activated caregivers"),
    ));
    Ok(Exit::Done)
}

/// Where it is to go, and the line of the rollout that says so.
fn target(args: &Args, rollout: &Rollout) -> Result<(StateSettings, String), Trouble> {
    let usage = |what: String| Trouble::new(Exit::Usage, what);
    match args.to {
        To::Sqlite => {
            let path = Project::of_file(&rollout.file)
                .resolve(&args.path)
                .map_err(|why| usage(format!("`{}` {}", args.path, why.why())))?;
            let line = match args.path.as_str() {
                DEFAULT_STATE => "state: {store: sqlite}".to_owned(),
                path => format!("state: {{store: sqlite, path: {path}}}"),
            };
            Ok((StateSettings::File(path), line))
        }
        To::Postgres if !args.url_env.starts_with("FIRSTBELL_") => {
            Err(usage(format!("`{}` does not begin with FIRSTBELL_: only such variables are looked up", args.url_env)))
        }
        To::Postgres => {
            let line = format!("state: {{store: postgres, url: {{env: {}}}}}", args.url_env);
            Ok((StateSettings::Database { variable: args.url_env.clone() }, line))
        }
    }
}

/// Nothing is carried further that can't be trusted here.
pub(super) fn check_sound(store: &mut Store) -> Result<u64, Trouble> {
    let verified = store.verify()?;
    match verified.findings.first() {
        None => Ok(verified.events),
        Some(finding) => {
            let what =
                format!("the state is not sound ({finding}), and stays where it is: see `firstbell state verify`");
            Err(Trouble::new(Exit::Stale, what))
        }
    }
}

/// Writes the state down on one side of a pipe and takes it in on the other: no copy of it is made on a disk.
fn carry(store: &mut Store, held: &mut Held, fingerprinter: &Fingerprinter) -> Result<(Imported, [u8; 32]), Trouble> {
    let (reader, writer) = io::pipe().map_err(|error| Trouble::file("making a pipe", error))?;
    let unlock = |_: &_| Some(fingerprinter.clone());
    let send = move || {
        let mut digest = Digesting { inner: writer, digest: Sha256::new() };
        store.export(&mut digest, fingerprinter).map(|()| digest.digest.finalize().into())
    };
    let (taken, written) = both(|| held.import(BufReader::new(reader), unlock), send);
    // Where both failed the second failed of the first: the pipe was broken off.
    match (taken, written) {
        (Ok(imported), Ok(digest)) => Ok((imported, digest)),
        (Err(error @ (DumpError::State(_) | DumpError::Misfit { .. })), _) | (_, Err(error)) | (Err(error), Ok(_)) => {
            Err(said(&error))
        }
    }
}

fn said(error: &DumpError) -> Trouble {
    let exit = match error {
        DumpError::State(of) => exit_of(of),
        _ => Exit::Error,
    };
    Trouble::new(exit, format!("the state can't be moved: {error}; nothing was changed"))
}

fn digest_of(store: &mut Store, fingerprinter: &Fingerprinter) -> Result<[u8; 32], Trouble> {
    let mut digest = Digesting { inner: io::sink(), digest: Sha256::new() };
    store.export(&mut digest, fingerprinter).map_err(|error| said(&error))?;
    Ok(digest.digest.finalize().into())
}

/// Passes on what is written, and hashes it.
struct Digesting<W> {
    inner: W,
    digest: Sha256,
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
