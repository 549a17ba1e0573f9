//! Files on this machine: the one place that opens, writes and renames them, so that modes, flushing and messages are
//! right everywhere. Knows nothing of what is in them.

use std::io::{self, Read, Write};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt;
use jiff::Timestamp;

pub use fs_err::File;

/// Only the owner may read and write.
const PRIVATE: u32 = 0o600;

/// Opens a file for reading; a folder is refused with a sentence.
pub fn open(path: &Utf8Path) -> io::Result<File> {
    let file = File::open(path).map_err(|error| in_words(path, error))?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, format!("`{path}` is a folder, not a file")));
    }
    Ok(file)
}

/// Opens a file for reading, and nothing else: to open a named pipe would wait for somebody who writes into it.
pub fn open_regular(path: &Utf8Path) -> io::Result<File> {
    let kind = fs::metadata(path).map_err(|error| in_words(path, error))?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        let what = format!("`{path}` is a named pipe or a device, not a file");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    open(path)
}

/// The two failures that people meet, in their words; the system's for all others.
fn in_words(path: &Utf8Path, error: io::Error) -> io::Error {
    let what = match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file `{path}`"),
        io::ErrorKind::PermissionDenied => format!("this account may not read `{path}`"),
        _ => return error,
    };
    io::Error::new(error.kind(), what)
}

/// Reads a whole file.
pub fn read(path: &Utf8Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a whole file, and nothing else: a device may have no end.
pub fn read_regular(path: &Utf8Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether something is there. Where that can't be seen, it may be: whoever opens it then learns why.
pub fn exists(path: &Utf8Path) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    fs::symlink_metadata(path).map_or_else(|error| !matches!(error.kind(), NotFound | NotADirectory), |_| true)
}

/// Whether a folder is there.
pub fn is_dir(path: &Utf8Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// Whether there is a file there, or a link to one: no folder, no device, no pipe.
pub fn is_file(path: &Utf8Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file())
}

/// When a file was last written.
pub fn modified(path: &Utf8Path) -> io::Result<Timestamp> {
    let time = fs::metadata(path)?.modified()?;
    Timestamp::try_from(time).map_err(io::Error::other)
}

/// How long a file is, in bytes.
pub fn size(path: &Utf8Path) -> io::Result<u64> {
    Ok(fs::metadata(path)?.len())
}

/// The permission bits of a file (`0o600`).
pub fn mode(path: &Utf8Path) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o777)
}

/// Makes a folder and those above it.
pub fn make_dir(path: &Utf8Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Makes a folder that only the owner may enter, and those above it.
pub fn make_private_dir(path: &Utf8Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if is_dir(path) {
        return Ok(());
    }
    fs::create_dir_all(path)?;
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

/// Makes a folder that only the owner may enter, where nothing stands yet.
pub fn make_new_private_dir(path: &Utf8Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(path)
}

/// Removes a folder with everything in it; links are removed, not followed.
pub fn remove_tree(path: &Utf8Path) -> io::Result<()> {
    fs::remove_dir_all(path)
}

/// The names in a folder, sorted.
pub fn list(path: &Utf8Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Where a link leads, through all links; any other path as it is. A link that leads nowhere is an error.
pub fn resolved(path: &Utf8Path) -> io::Result<Utf8PathBuf> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
    if is_link { canonical(path) } else { Ok(path.to_owned()) }
}

/// The path without links and `..`; it must exist.
pub fn canonical(path: &Utf8Path) -> io::Result<Utf8PathBuf> {
    let real = fs::canonicalize(path)?;
    Utf8PathBuf::from_path_buf(real).map_err(|path| {
        io::Error::new(io::ErrorKind::InvalidData, format!("`{}` is not a path in UTF-8", path.display()))
    })
}

/// Puts `bytes` in place of a file, all or nothing, readable by others as the system's mask says. Durable on return.
pub fn replace(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, 0o666)
}

/// Puts `bytes` in place of a file, all or nothing, readable by the owner only. Durable on return.
pub fn replace_private(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, PRIVATE)
}

/// Makes a new file that only its owner may read of what `fill` writes, all or nothing; one that is there is never
/// overwritten. Durable on return.
pub fn create_private<E: From<io::Error>>(
    path: &Utf8Path,
    fill: impl FnOnce(&mut io::BufWriter<File>) -> Result<(), E>,
) -> Result<(), E> {
    if exists(path) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("`{path}` is there already")).into());
    }
    let temporary = temporary_beside(path);
    let opened = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE).open(&temporary);
    let mut out = io::BufWriter::new(opened?);
    let filled = fill(&mut out).and_then(|()| {
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        rename(&temporary, path)?;
        Ok(())
    });
    if filled.is_err() {
        // The half-written file helps nobody; what matters is the error that we already have.
        let _ = fs::remove_file(&temporary);
    }
    filled
}

/// Why an all-or-nothing write did not come to its end.
#[derive(Debug)]
pub enum NotPlaced {
    /// The file is as it was before.
    Untouched(io::Error),
    /// The new content is in place, but might not outlive a power cut.
    Undurable(io::Error),
}

/// As [`replace_private`], and tells whether the file was touched when it fails.
pub fn place_private(path: &Utf8Path, bytes: &[u8]) -> Result<(), NotPlaced> {
    place(path, bytes, PRIVATE)
}

fn put(path: &Utf8Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    place(path, bytes, mode).map_err(|not_placed| match not_placed {
        NotPlaced::Untouched(error) | NotPlaced::Undurable(error) => error,
    })
}

fn place(path: &Utf8Path, bytes: &[u8], mode: u32) -> Result<(), NotPlaced> {
    if is_dir(path) {
        let what = format!("`{path}` is a folder, not a file");
        return Err(NotPlaced::Untouched(io::Error::new(io::ErrorKind::IsADirectory, what)));
    }
    let temporary = temporary_beside(path);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&temporary)
        .map_err(NotPlaced::Untouched)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    match written.and_then(|()| fs::rename(&temporary, path)) {
        Ok(()) => sync_folder_of(path).map_err(NotPlaced::Undurable),
        Err(error) => {
            // The half-written copy helps nobody; what matters is the error that we already have.
            let _ = fs::remove_file(&temporary);
            Err(NotPlaced::Untouched(error))
        }
    }
}

fn temporary_beside(path: &Utf8Path) -> Utf8PathBuf {
    let name = path.file_name().unwrap_or("file");
    path.with_file_name(format!(".{name}.part"))
}

/// Makes a rename or a new file in this file's folder durable.
pub fn sync_folder_of(path: &Utf8Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_str().is_empty() => folder,
        _ => Utf8Path::new("."),
    };
    File::open(folder)?.sync_all()
}

/// Opens a file for adding lines at its end, made private where it does not exist.
pub fn open_append(path: &Utf8Path) -> io::Result<File> {
    fs::OpenOptions::new().append(true).create(true).mode(PRIVATE).open(path)
}

/// Opens a file for a lock: made where it does not exist, its content left alone.
pub fn open_lock(path: &Utf8Path) -> io::Result<File> {
    fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(PRIVATE).open(path)
}

/// Makes a new file; one that is there is never overwritten.
pub fn create_new(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a new file that only its owner may read, whole or not at all; tells whether it did, or somebody else's stands
/// there. Of several processes that try at once exactly one succeeds. Durable on return.
pub fn create_private_once(path: &Utf8Path, bytes: &[u8]) -> io::Result<bool> {
    let own = path.with_file_name(format!(".{}.{}.part", path.file_name().unwrap_or("file"), std::process::id()));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE).open(&own)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // A second name for the same file: unlike renaming, this never takes another file's place.
    let linked = fs::hard_link(&own, path);
    fs::remove_file(&own)?;
    match linked {
        Ok(()) => sync_folder_of(path).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// Gives a file another name, in place of a file that has it. Durable on return.
pub fn rename(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder_of(to)
}

/// Removes a file.
pub fn remove(path: &Utf8Path) -> io::Result<()> {
    fs::remove_file(path)
}

/// Removes a file, where it is there.
pub fn remove_if_there(path: &Utf8Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What stands at a path, without following a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file of so many bytes.
    File(u64),
    /// A link, wherever it leads.
    Link,
    /// A folder, a pipe, a device.
    Other,
}

/// Tells what stands at a path, without following a link.
pub fn kind(path: &Utf8Path) -> io::Result<Kind> {
    let meta = fs::symlink_metadata(path).map_err(|error| in_words(path, error))?;
    Ok(if meta.is_symlink() {
        Kind::Link
    } else if meta.is_file() {
        Kind::File(meta.len())
    } else {
        Kind::Other
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn what_can_not_be_looked_at_may_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        // As a folder that this account may not look into, which nobody can make who runs as root.
        std::os::unix::fs::symlink("circle", folder.join("circle")).unwrap();
        replace(&folder.join("file"), b"").unwrap();
        assert!(exists(&folder.join("circle/state.db")));
        assert!(!exists(&folder.join("file/state.db")) && !exists(&folder.join("state.db")));
    }
}
