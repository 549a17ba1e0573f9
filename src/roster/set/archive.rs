//! A ZIP of exported files. Everything about it is judged before the first byte is unpacked: names that lead elsewhere, names
//! that come twice, passwords, ZIPs inside, and sizes that no export has. While a file is read, it gets no more bytes than it
//! declared.

use std::io::{self, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::diagnostic::Diagnostic;

use super::{Seekable, Stop, named_twice, stop, twofold};

/// All files together, unpacked.
const LARGEST: u64 = 4 << 30;
/// A file that shrinks more than this is no table of people; texts that repeat themselves shrink to a fiftieth.
const RATIO: u64 = 250;
/// Below this size a ratio says nothing.
const SMALL: u64 = 1 << 20;
/// More files than any export has.
const MOST_FILES: usize = 1000;

/// A ZIP and the files in it that count.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Box<dyn Seekable + 'a>>,
    files: Vec<(String, usize, u64)>,
}

impl<'a> Archive<'a> {
    /// Opens it and judges all that is in it.
    pub(super) fn open(written: &str, file: Box<dyn Seekable + 'a>) -> Result<Self, Stop> {
        let mut zip = ZipArchive::new(file).map_err(|error| damaged(written, &error))?;
        if zip.len() > MOST_FILES {
            return Err(bomb(written, &format!("there are {} files in it", zip.len())));
        }
        if zip.has_duplicate_names() {
            return Err(twofold(written, "of one name"));
        }
        let (mut files, mut total) = (Vec::new(), 0_u64);
        for number in 0..zip.len() {
            let entry = zip.by_index_raw(number).map_err(|error| damaged(written, &error))?;
            let name = entry.name().map_err(|error| damaged(written, &error))?.replace('\\', "/");
            if entry.is_dir() || is_litter(&name) {
                continue;
            }
            judge_name(written, &name, entry.is_symlink())?;
            if entry.encrypted() {
                return Err(encrypted(written, &name));
            }
            let (size, packed) = (entry.size(), entry.compressed_size());
            total = total.saturating_add(size);
            if total > LARGEST || (size > SMALL && size / packed.max(1) > RATIO) {
                return Err(bomb(written, &format!("`{name}` unpacks from {packed} to {size} bytes")));
            }
            files.push((name, number, size));
        }
        without_common_folder(&mut files);
        let names: Vec<&str> = files.iter().map(|(name, ..)| name.as_str()).collect();
        if let Some(twice) = named_twice(&names) {
            return Err(twofold(written, twice));
        }
        if let Some((name, ..)) = files.iter().find(|(name, ..)| name.to_ascii_lowercase().ends_with(".zip")) {
            return Err(nested(written, name));
        }
        Ok(Self { zip, files })
    }

    /// The names of the files.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(name, ..)| name.as_str())
    }

    /// The bytes of a file.
    pub(super) fn read(&mut self, place: &str, wanted: &str) -> Result<Box<dyn Read + Send + '_>, Stop> {
        let found = self.files.iter().find(|(name, ..)| name == wanted);
        let Some(&(_, number, size)) = found else { return Err(damaged(place, &ZipError::FileNotFound)) };
        match self.zip.by_index(number) {
            Ok(file) => Ok(Box::new(Declared { file, left: size })),
            Err(error) => Err(damaged(place, &error)),
        }
    }
}

/// A file that may not be longer than it said.
struct Declared<R> {
    file: R,
    left: u64,
}

impl<R: Read> Read for Declared<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "it unpacks to more bytes than the ZIP says; pack it again")
        })?;
        Ok(count)
    }
}

/// What systems put into a ZIP by themselves.
fn is_litter(name: &str) -> bool {
    name.starts_with("__MACOSX/")
        || name.rsplit('/').next().is_some_and(|last| last.starts_with('.')) && !name.contains("..")
}

fn judge_name(written: &str, name: &str, is_link: bool) -> Result<(), Stop> {
    let has_drive = name.as_bytes().get(1) == Some(&b':');
    let is_bad = name.starts_with('/') || has_drive || name.contains('\0') || name.split('/').any(|part| part == "..");
    if !is_bad && !is_link {
        return Ok(());
    }
    let shown = super::super::clean::clean(name);
    let message = format!("the ZIP holds `{shown}`, which leads to a place outside it");
    let help = "no export has such a name: ask whoever made the ZIP, and don't unpack it";
    Err(stop(written, Diagnostic::error("roster::zip-name", message).with_help(help)))
}

/// A folder that was packed as a whole, or a folder in that: its files count as the ZIP's.
fn without_common_folder(files: &mut [(String, usize, u64)]) {
    while let Some(folder) = files.first().and_then(|(name, ..)| name.find('/').map(|at| name[..=at].to_owned())) {
        if !files.iter().all(|(name, ..)| name.starts_with(&folder)) {
            return;
        }
        for (name, ..) in files.iter_mut() {
            *name = name.split_off(folder.len());
        }
    }
}

fn damaged(written: &str, error: &ZipError) -> Stop {
    let message = format!("the ZIP can't be read: {error}");
    let help = "it may have been cut short: export or copy it again";
    stop(written, Diagnostic::error("roster::zip-damaged", message).with_help(help))
}

fn encrypted(written: &str, name: &str) -> Stop {
    let message = format!("`{name}` in the ZIP is locked with a password");
    let help = "unpack it, and name the folder in `path:`; or export without a password";
    stop(written, Diagnostic::error("roster::zip-encrypted", message).with_help(help))
}

fn bomb(written: &str, what: &str) -> Stop {
    let message = format!("this ZIP is no export: {what}");
    let help = "nothing of it has been unpacked; export again from the SMS";
    stop(written, Diagnostic::error("roster::zip-bomb", message).with_help(help))
}

fn nested(written: &str, name: &str) -> Stop {
    let message = format!("there is another ZIP in the ZIP: `{name}`");
    stop(
        written,
        Diagnostic::error("roster::zip-in-zip", message).with_help("unpack the outer one, and name the inner one"),
    )
}
