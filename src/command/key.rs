//! The sealing key: from `FIRSTBELL_KEY`, else a file in the user's settings folder, made when it is first needed.
//!
//! It never lies in the project's folder: whoever copies the state must not get the passwords with it. A state whose key has
//! become another (`state rekey`) has one of its own, in `keys/` beside the file for all.

use std::io::ErrorKind;

use camino::{Utf8Path, Utf8PathBuf};
use secrecy::zeroize::Zeroizing;

use crate::apply::seal::{Seal, SealContext, SealPurpose};
use crate::edge::StateStore;
use crate::files;
use crate::model::fingerprint::Fingerprinter;
use crate::model::ids::{ActivationKey, Lineage};
use crate::model::secret::{Sealed, SealingKey};
use crate::state::dump::Header;
use crate::state::record::Store;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

const FILE: &str = "key";

/// The key that is there; `None` where there is none yet.
pub(super) fn find(session: &Session<'_>) -> Result<Option<SealingKey>, Trouble> {
    if let Some(text) = &session.key {
        let key = parse(text).ok_or_else(|| {
            Trouble::new(Exit::Error, "FIRSTBELL_KEY is not a key: 64 hexadecimal digits are expected, as in the file `key` that firstbell makes")
        })?;
        return Ok(Some(key));
    }
    read(&path(session)?)
}

/// The key in a file; `None` where there is none.
pub(super) fn read(path: &Utf8Path) -> Result<Option<SealingKey>, Trouble> {
    let bytes = match files::read(path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        // A key that can't be looked for is not a key that is lost.
        Err(error) => return Err(Trouble::file(format!("reading the sealing key `{path}`"), error)),
    };
    let key = std::str::from_utf8(&bytes).ok().and_then(parse);
    key.map(Some).ok_or_else(|| {
        Trouble::new(Exit::Error, format!("`{path}` is not a sealing key: 64 hexadecimal digits are expected"))
    })
}

/// Refuses a malformed `FIRSTBELL_KEY` also where no key is needed yet: the plan is where people look for mistakes.
pub(super) fn check_named(session: &Session<'_>) -> Result<(), Trouble> {
    if session.key.is_some() { find(session).map(drop) } else { Ok(()) }
}

/// A key that opens a state, and the fingerprints that are taken with it.
pub(super) struct Unlocked {
    pub(super) key: SealingKey,
    pub(super) fingerprinter: Fingerprinter,
}

/// Where a key of this machine stands.
struct Candidate {
    path: Option<Utf8PathBuf>,
    key: SealingKey,
}

/// The key of a state that exists: of those on this machine the one that opens it.
pub(super) fn unlock(session: &mut Session<'_>, store: &mut Store) -> Result<Unlocked, Trouble> {
    let lineage = store.lineage()?;
    let sealed = store.fingerprint_key()?;
    let all = candidates(session, &lineage)?;
    if all.is_empty() {
        return Err(missing(session));
    }
    let mut other = None;
    for candidate in all {
        let Some(fingerprinter) = fingerprints(&candidate.key, &lineage, sealed.as_ref()) else { continue };
        match store.check_key(&fingerprinter) {
            Ok(()) => {
                warn_if_open(session, candidate.path.as_deref());
                return Ok(Unlocked { key: candidate.key, fingerprinter });
            }
            Err(error) => other = Some(error),
        }
    }
    // Sealed under another key, no fingerprints can be had to say so.
    let other = other.map_or_else(|| store.check_key(&Fingerprinter::new(&SealingKey::new([0; 32]))), Err);
    other?;
    Err(missing(session))
}

/// The fingerprints of something that was written down elsewhere, if a key of this machine opens it.
pub(super) fn fingerprints_of(session: &Session<'_>, header: &Header) -> Result<Vec<Fingerprinter>, Trouble> {
    let lineage = Lineage::new(header.lineage.as_str());
    let sealed = header.fingerprint_key.clone().map(Sealed::new);
    let all = candidates(session, &lineage)?;
    Ok(all.iter().filter_map(|candidate| fingerprints(&candidate.key, &lineage, sealed.as_ref())).collect())
}

/// The fingerprints under a key: it is theirs, or it opens the seal of the one that is.
fn fingerprints(key: &SealingKey, lineage: &Lineage, sealed: Option<&Sealed>) -> Option<Fingerprinter> {
    let Some(sealed) = sealed else { return Some(Fingerprinter::new(key)) };
    let opened = Seal::new(key).open(sealed, &fingerprint_context(lineage)).ok()?;
    Some(Fingerprinter::new(&SealingKey::new(opened.as_slice().try_into().ok()?)))
}

/// What the sealed key of the fingerprints is bound to: no activation, but the state.
pub(super) fn fingerprint_context(lineage: &Lineage) -> SealContext<'_> {
    SealContext { lineage, key: ActivationKey(0), purpose: SealPurpose::FingerprintKey }
}

/// `FIRSTBELL_KEY` alone, where it is set; else the files: the one that is this state's own first, one that was drawn for it
/// before everything was sealed under it before that, the one for all states of this account last.
fn candidates(session: &Session<'_>, lineage: &Lineage) -> Result<Vec<Candidate>, Trouble> {
    if session.key.is_some() {
        return Ok(find(session)?.map(|key| Candidate { path: None, key }).into_iter().collect());
    }
    let (own, next) = own_paths(session, lineage)?;
    let mut all = Vec::new();
    for path in [next, own, path(session)?] {
        all.extend(read(&path)?.map(|key| Candidate { path: Some(path), key }));
    }
    Ok(all)
}

/// Where a state's own key stands once its key has become another, and where the next one waits meanwhile.
pub(super) fn own_paths(session: &Session<'_>, lineage: &Lineage) -> Result<(Utf8PathBuf, Utf8PathBuf), Trouble> {
    let folder = path(session)?.with_file_name("keys");
    Ok((folder.join(lineage.as_str()), folder.join(format!("{lineage}.next"))))
}

/// A key in the form of the file.
pub(super) fn written(bytes: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")) + "\n")
}

fn missing(session: &Session<'_>) -> Trouble {
    let place = path(session).map_or_else(|_| FILE.to_owned(), |path| path.to_string());
    Trouble::new(
        Exit::Error,
        format!(
            "the sealing key of this state is not on this machine: copy `{place}` from the one that made the state, \
             or set FIRSTBELL_KEY"
        ),
    )
}

/// The key, made where there is none.
pub(super) fn find_or_make(session: &mut Session<'_>) -> Result<SealingKey, Trouble> {
    if let Some(key) = find(session)? {
        warn_if_open(session, path(session).ok().as_deref());
        return Ok(key);
    }
    let path = path(session)?;
    let mut bytes = [0; 32];
    (session.random)().fill(&mut bytes);
    let failed = |error| Trouble::file(format!("making the sealing key `{path}`"), error);
    if let Some(folder) = path.parent() {
        files::make_private_dir(folder).map_err(failed)?;
    }
    // Two first runs may be under way at once, in two projects: a key that one of them has used must stay.
    let is_ours = files::create_private_once(&path, written(&bytes).as_bytes()).map_err(failed)?;
    if is_ours { Ok(SealingKey::new(bytes)) } else { read(&path)?.ok_or_else(|| missing(session)) }
}

/// Whoever can read the key can open the letters that still lie sealed in the state. Said, not refused: a first day of
/// term is no time for it, and others may have read it already.
fn warn_if_open(session: &mut Session<'_>, path: Option<&Utf8Path>) {
    const OTHERS: u32 = 0o077;
    let Some(path) = path.filter(|_| session.key.is_none()) else { return };
    if files::mode(path).is_ok_and(|mode| mode & OTHERS != 0) {
        session.screen.say(&format!(
            "warning: the sealing key `{path}` may be read by others on this machine: `chmod 600 {path}` shuts it"
        ));
    }
}

fn path(session: &Session<'_>) -> Result<Utf8PathBuf, Trouble> {
    session.config_dir.as_ref().map(|folder| folder.join(FILE)).ok_or_else(|| {
        Trouble::new(Exit::Error, "there is no home folder to keep the sealing key in: set HOME, or FIRSTBELL_KEY")
    })
}

/// 64 hexadecimal digits, white space around them.
fn parse(text: &str) -> Option<SealingKey> {
    let digits = text.trim();
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(SealingKey::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert_eq!(parse(&"0f".repeat(32)).unwrap().reveal(), &[15; 32]);
        assert!(parse("0f").is_none());
        assert!(parse(&"zz".repeat(32)).is_none());
        assert!(parse(&"é".repeat(32)).is_none());
    }
}
