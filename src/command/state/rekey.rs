//! `firstbell state rekey`: another sealing key. What is sealed is sealed again, and the fingerprints stay what they were, under a
//! key of their own that only the new one opens. `--lost`: the old key is nowhere any more, so what was sealed under it is wiped.
//!
//! The new key is on the disk before anything is sealed under it: wherever this is cut short, the state opens with the one or the
//! other, and both are tried.

use camino::{Utf8Path, Utf8PathBuf};
use secrecy::zeroize::Zeroizing;

use crate::apply::seal::{Seal, SealContext, SealPurpose};
use crate::edge::Random;
use crate::files;
use crate::model::entry::Entry;
use crate::model::ids::{ActivationKey, Lineage};
use crate::model::rekey::{Rekeyed, Resealed, SealedPlace};
use crate::model::secret::{Sealed, SealingKey};
use crate::report;
use crate::rollout::Rollout;
use crate::state::record::Store;

use super::super::exit::Exit;
use super::super::record::{next_run, reason, record};
use super::super::session::Session;
use super::super::trouble::Trouble;
use super::super::writing::Writing;
use super::super::{doors, key, place, project};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Why; kept in the record
    #[arg(long, value_name = "TEXT")]
    because: String,
    /// Write the new key into this new file, for the environment variable, instead of the settings folder
    #[arg(long, value_name = "FILE")]
    new_key: Option<Utf8PathBuf>,
    /// The old key is lost: wipe what was sealed under it
    #[arg(long)]
    lost: bool,
    /// With `--lost`: nobody who was forgotten will be in the roster again
    #[arg(long, requires = "lost")]
    forgotten_are_gone: bool,
}

/// Runs it.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let because = reason(&args.because)?;
    let rollout = project::load_rollout(session)?;
    if !place::of(session, &rollout)?.look()?.exists() {
        return Err(Trouble::new(Exit::Error, "nothing is recorded yet, so nothing is sealed under any key"));
    }
    if session.key.is_some() && args.new_key.is_none() {
        let what = "the key is in FIRSTBELL_KEY: say with `--new-key FILE` where the new one is to be written";
        return Err(Trouble::new(Exit::Usage, what));
    }
    if args.lost { lost(args, session, &rollout, because) } else { change(args, session, &rollout, because) }
}

fn change(args: &Args, session: &mut Session<'_>, rollout: &Rollout, because: String) -> Result<Exit, Trouble> {
    let mut state = Writing::open(session, rollout)?;
    let (run, old) = (next_run(&state), state.key.clone());
    let mut random = (session.random)();
    let new = drawn(&mut *random);
    let (store, lineage) = state.store(session)?;
    let again = Again { lineage: &lineage, old: Seal::new(&old), new: Seal::new(&SealingKey::new(*new)) };
    let fingerprint_key = again.fingerprint_key(store, &old, &mut *random)?;
    let all = store.sealed_places()?;
    let resealed =
        all.iter().map(|(one, key)| again.seal(one, *key, &mut *random)).collect::<Result<Vec<_>, Trouble>>()?;
    let said = match resealed.len() as u64 {
        0 => "There is a new key; nothing was sealed under the old one.".to_owned(),
        many => format!("{} under a new key now.", report::count(many, "sealed thing is", "sealed things are")),
    };
    let place = Place::prepare(args, session, &lineage, &old)?;
    place.write(&new)?;
    let rekeyed = Entry::Rekeyed(Rekeyed { fingerprint_key, resealed, because });
    record(session, &mut state, (run, "state rekey"), vec![rekeyed])?;
    place.settle()?;
    session.screen.answer(&format!("{said}\n{}{BACKUPS}", place.said()));
    Ok(Exit::Done)
}

const BACKUPS: &str = "Copies of the state from before need the old key. Fingerprints stay under the old key's bytes, sealed under the new \
                       key: whoever has the old key and the state can still try names and addresses against them.\n";

fn lost(args: &Args, session: &mut Session<'_>, rollout: &Rollout, because: String) -> Result<Exit, Trouble> {
    let new = drawn(&mut *(session.random)());
    let mut state = Writing::open_without_key(session, rollout, SealingKey::new(*new))?;
    let has_marker = doors::lms_unasked(session, rollout)?.capabilities().has_marker;
    let forgotten = state.recorded.forgotten.len() as u64;
    if forgotten > 0 && !has_marker && !args.forgotten_are_gone {
        let people = report::count(forgotten, "person was forgotten, and is", "people were forgotten, and are");
        let what = format!(
            "{people} known by a hash under the lost key alone, and the LMS has no marker to tell them by: if one of them were in \
             the roster again, they would be reset a second time. Where that can't be, say so with `--forgotten-are-gone`; \
             nothing was changed"
        );
        return Err(Trouble::new(Exit::Error, what));
    }
    let run = next_run(&state);
    let (_, lineage) = state.store(session)?;
    let place = Place::prepare(args, session, &lineage, &SealingKey::new([0; 32]))?;
    place.write(&new)?;
    let key_check = Store::check_value(&state.fingerprinter, &lineage);
    record(session, &mut state, (run, "state rekey --lost"), vec![Entry::KeyLost { key_check, because }])?;
    place.settle()?;
    session.screen.answer(&format!(
        "What was sealed under the lost key is wiped, and so are its fingerprints.\n{}Whose letter had not gone out is held as \
         `secret-lost`, with the `reissue:` line that gives them another password: see `firstbell plan`.\n",
        place.said()
    ));
    Ok(Exit::Done)
}

/// A key beside what it seals seals nothing, and one in the project is easily committed.
fn outside(session: &Session<'_>, path: &Utf8Path) -> Result<(), Trouble> {
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let (Ok(folder), Ok(project)) = (files::canonical(folder), files::canonical(&session.dir)) else { return Ok(()) };
    if !folder.starts_with(&project) {
        return Ok(());
    }
    let what =
        format!("`{path}` lies in the project, beside what the key seals: name a file outside it; nothing was changed");
    Err(Trouble::new(Exit::Usage, what))
}

fn drawn(random: &mut dyn Random) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    random.fill(&mut *bytes);
    bytes
}

/// Opens under the old key and seals under the new one.
struct Again<'a> {
    lineage: &'a Lineage,
    old: Seal,
    new: Seal,
}

impl Again<'_> {
    fn seal(&self, one: &Resealed, key: ActivationKey, random: &mut dyn Random) -> Result<Resealed, Trouble> {
        let purpose = match one.place {
            SealedPlace::Password(_) => SealPurpose::Password,
            SealedPlace::Letter(..) => SealPurpose::Letter,
            SealedPlace::HandOver(..) => SealPurpose::HandOver,
        };
        let context = SealContext { lineage: self.lineage, key, purpose };
        let failed = |error: crate::apply::seal::SealError| {
            Trouble::new(Exit::Stale, format!("{error}; nothing was changed: see `firstbell state verify`"))
        };
        let plain = self.old.open(&one.sealed, &context).map_err(failed)?;
        let sealed = self.new.seal(&plain, &context, random).map_err(failed)?;
        Ok(Resealed { place: one.place.clone(), sealed })
    }

    /// The key of the fingerprints: the first sealing key that the state had.
    fn fingerprint_key(&self, store: &Store, old: &SealingKey, random: &mut dyn Random) -> Result<Sealed, Trouble> {
        let context = key::fingerprint_context(self.lineage);
        let failed = |error: crate::apply::seal::SealError| Trouble::new(Exit::Stale, error.to_string());
        let plain = match store.fingerprint_key()? {
            Some(sealed) => self.old.open(&sealed, &context).map_err(failed)?,
            None => Zeroizing::new(old.reveal().to_vec()),
        };
        self.new.seal(&plain, &context, random).map_err(failed)
    }
}

/// Where the new key goes.
enum Place {
    /// A file that somebody named: they bring it to `FIRSTBELL_KEY`.
    Named(Utf8PathBuf),
    /// The settings folder: beside the one that counts until the state is sealed under it, then in its place.
    Own { own: Utf8PathBuf, next: Utf8PathBuf },
}

impl Place {
    /// `old` is the key that the state opens with now.
    fn prepare(args: &Args, session: &Session<'_>, lineage: &Lineage, old: &SealingKey) -> Result<Self, Trouble> {
        if let Some(path) = &args.new_key {
            outside(session, path)?;
            return Ok(Self::Named(path.clone()));
        }
        let (own, next) = key::own_paths(session, lineage)?;
        let failed = |error| Trouble::file(format!("making room for the new key `{next}`"), error);
        files::make_private_dir(next.parent().unwrap_or(Utf8Path::new("."))).map_err(failed)?;
        // A run that was cut short left the key that counts under this name: it must not be written over.
        if key::read(&next)?.is_some_and(|key| key.reveal() == old.reveal()) {
            Self::replace(&next, &own).map_err(failed)?;
        }
        Ok(Self::Own { own, next })
    }

    /// Puts the key on the disk. Durable on return.
    fn write(&self, key: &[u8; 32]) -> Result<(), Trouble> {
        let text = key::written(key);
        let failed =
            |path: &Utf8Path, error| Trouble::file(format!("writing the new key `{path}`; nothing was changed"), error);
        match self {
            Self::Own { next, .. } => {
                files::replace_private(next, text.as_bytes()).map_err(|error| failed(next, error))
            }
            Self::Named(path) => match files::create_private_once(path, text.as_bytes()) {
                Ok(true) => Ok(()),
                Ok(false) => Err(Trouble::new(
                    Exit::Usage,
                    format!("`{path}` is there already: name a new file; nothing was changed"),
                )),
                Err(error) => Err(failed(path, error)),
            },
        }
    }

    /// The state is sealed under it.
    fn settle(&self) -> Result<(), Trouble> {
        let Self::Own { own, next } = self else { return Ok(()) };
        Self::replace(next, own).map_err(|error| {
            Trouble::file(
                format!("the state is sealed under the new key, which stays in `{next}` and is found there"),
                error,
            )
        })
    }

    /// Puts the next key in the place of the one before, which is kept: copies of the state from before need it.
    fn replace(next: &Utf8Path, own: &Utf8Path) -> std::io::Result<()> {
        if files::exists(own) {
            let mut number = 1;
            while files::exists(&Utf8PathBuf::from(format!("{own}.before-{number}"))) {
                number += 1;
            }
            files::rename(own, &Utf8PathBuf::from(format!("{own}.before-{number}")))?;
        }
        files::rename(next, own)
    }

    fn said(&self) -> String {
        match self {
            Self::Named(path) => format!(
                "It is in `{path}`: put it into FIRSTBELL_KEY wherever this state is used, then delete the file. Until then nothing \
                 can be planned.\n"
            ),
            Self::Own { own, .. } => {
                format!(
                    "It is in `{own}`, for this state alone: bring it to every machine that uses this state. A key that was there before \
                     is kept beside it, as `.before-1` and so on.\n"
                )
            }
        }
    }
}
