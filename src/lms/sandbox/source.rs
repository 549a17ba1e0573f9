//! Where a sandbox lives, and loading it: the accounts file with the log's effects carried out on it.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use crate::edge::LmsError;
use crate::files;

use super::accounts::{Accounts, Holding};
use super::document::{self, Document};
use super::log::{self, Lines};
use super::problem::unreachable;

/// The effects log that belongs to an accounts file: `<path>.effects.jsonl`.
pub fn effects_path(accounts: &Utf8Path) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{accounts}.effects.jsonl"))
}

/// A sandbox as it stands.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// The accounts.
    pub(super) accounts: Accounts,
    /// So many lines the log has.
    pub(super) lines: u64,
    /// So many of its bytes count.
    pub(super) whole: u64,
}

/// What tells one writing of the accounts file from the next: when, and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version(Timestamp, u64);

/// The version of the accounts file; `None` where there is none.
pub(super) fn version(path: &Utf8Path) -> Option<Version> {
    let length = files::open(path).and_then(|file| file.metadata()).ok()?.len();
    Some(Version(files::modified(path).ok()?, length))
}

/// Loads a sandbox. No file at all is an LMS without accounts; a file that can't be understood is refused.
pub(super) fn load(path: &Utf8Path) -> Result<Loaded, LmsError> {
    let (document, bytes) = read_accounts(path)?;
    let folded = document.folded_effects;
    let mut accounts = Accounts::new(document.accounts.into_iter().map(Holding::from))
        .map_err(|(first, second)| document::twice(path, &bytes, first, second))?;
    let log_path = effects_path(path);
    let lines = read_log(&log_path)?;
    carry_out(&mut accounts, path, &log_path, &lines, folded)?;
    Ok(Loaded { accounts, lines: lines.effects.len() as u64, whole: lines.whole })
}

fn read_accounts(path: &Utf8Path) -> Result<(Document, Vec<u8>), LmsError> {
    match read(path)? {
        Some(bytes) => Ok((document::parse(path, &bytes)?, bytes)),
        None => Ok((Document::default(), Vec::new())),
    }
}

fn read_log(path: &Utf8Path) -> Result<Lines, LmsError> {
    read(path)?.map_or_else(|| Ok(Lines::default()), |bytes| log::parse(path, &bytes))
}

fn read(path: &Utf8Path) -> Result<Option<Vec<u8>>, LmsError> {
    match files::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreachable("can't read the sandbox LMS", path, error)),
    }
}

/// Carries the lines out that the accounts file does not hold yet.
fn carry_out(
    accounts: &mut Accounts,
    path: &Utf8Path,
    log_path: &Utf8Path,
    lines: &Lines,
    folded: u64,
) -> Result<(), LmsError> {
    if folded > lines.effects.len() as u64 {
        let what = format!("`{path}` holds the first {folded} effects, and this log has {}", lines.effects.len());
        return Err(log::broken(log_path, lines.effects.len(), &what));
    }
    for (index, effect) in lines.effects.iter().enumerate().skip(usize::try_from(folded).unwrap_or(usize::MAX)) {
        accounts.apply(effect).map_err(|what| {
            let what = format!("this effect {what}: the log belongs to another `{path}`");
            log::broken(log_path, index + 1, &what)
        })?;
    }
    Ok(())
}
