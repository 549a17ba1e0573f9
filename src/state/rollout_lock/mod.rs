//! `rollout.lock`: the committed note of how far the state has come, so that an old copy of the state, or another
//! school's, is noticed before anybody is reset twice.
//!
//! It holds numbers and hashes, nobody's name. It is written by hand here and read strictly, so that two branches that
//! both applied can't be merged into something that looks right.

mod compare;
mod text;

use std::io;

use camino::Utf8Path;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::files;
use crate::model::ids::{Lineage, RunNumber};

pub use self::compare::{Comparison, LockMismatch, compare};

/// The form that is written; a newer one is refused.
pub const VERSION: u32 = 1;

/// How far the state has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolloutLock {
    /// Which state.
    pub lineage: Lineage,
    /// The last run.
    pub run: RunNumber,
    /// Whether that run came to its end.
    pub status: LockStatus,
    /// Commits so far.
    pub serial: u64,
    /// The hash of the last event (64 hexadecimal digits).
    pub head: String,
    /// How many caregivers are active.
    pub active: u64,
    /// How many letters were sent.
    pub letters_sent: u64,
}

/// Whether a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockStatus {
    /// Effects may be under way.
    Open,
    /// It came to its end.
    Closed,
}

impl LockStatus {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// Reads it; `None` where there is none.
pub fn read(path: &Utf8Path) -> Result<Option<RolloutLock>, Diagnostics> {
    if !files::exists(path) {
        return Ok(None);
    }
    let bytes = files::read(path).map_err(|error| {
        let problem = Diagnostic::error("lock::unreadable", format!("can't read `{path}`: {error}"));
        let help = match error.kind() {
            io::ErrorKind::PermissionDenied => "see that this user may read it",
            _ => text::RESTORE,
        };
        Diagnostics::from(problem.with_place(Place::file(path)).with_help(help))
    })?;
    text::parse(path, &bytes).map(Some)
}

/// Writes it, all or nothing, durable on return. A link stays one: what it leads to is written.
pub fn write(path: &Utf8Path, lock: &RolloutLock) -> io::Result<()> {
    files::replace(&files::resolved(path)?, text::format(lock).as_bytes())
}

/// Whether it could be written, tried before anything else happens: nothing of it is changed.
pub fn check_writable(path: &Utf8Path) -> io::Result<()> {
    const OWNER_WRITES: u32 = 0o200;
    let path = &*files::resolved(path)
        .map_err(|error| io::Error::new(error.kind(), format!("`{path}` is a link that leads nowhere")))?;
    if files::is_dir(path) {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, format!("`{path}` is a folder, not a file")));
    }
    // It is replaced and not rewritten, so the system itself would not mind: but whoever made it read-only did.
    if files::exists(path) && files::mode(path)? & OWNER_WRITES == 0 {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("`{path}` is read-only")));
    }
    let probe = path.with_file_name(format!(".{}.probe", path.file_name().unwrap_or("rollout.lock")));
    files::replace(&probe, b"")?;
    files::remove(&probe)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use camino::Utf8PathBuf;

    use super::*;

    fn place() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("rollout.lock")).unwrap();
        (folder, path)
    }

    fn lock() -> RolloutLock {
        RolloutLock {
            lineage: Lineage::new("0123456789abcdef0123456789abcdef"),
            run: RunNumber(17),
            status: LockStatus::Open,
            serial: 321,
            head: "ab".repeat(32),
            active: 312,
            letters_sent: 310,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let (_folder, path) = place();
        assert_eq!(read(&path).unwrap(), None);
        write(&path, &lock()).unwrap();
        assert_eq!(read(&path).unwrap(), Some(lock()));
        let closed = RolloutLock { status: LockStatus::Closed, ..lock() };
        write(&path, &closed).unwrap();
        assert_eq!(read(&path).unwrap(), Some(closed));
    }

    #[test]
    fn a_folder_of_that_name_is_unreadable_and_unwritable() {
        let (_folder, path) = place();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(read(&path).unwrap_err().sorted()[0].code, "lock::unreadable");
        check_writable(&path).unwrap_err();
    }

    #[test]
    fn trying_whether_it_can_be_written_changes_nothing() {
        let (folder, path) = place();
        check_writable(&path).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        write(&path, &lock()).unwrap();
        check_writable(&path).unwrap();
        assert_eq!(read(&path).unwrap(), Some(lock()));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(check_writable(&path).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_missing_folder_can_not_be_written_to() {
        let (_folder, path) = place();
        check_writable(&path.with_file_name("nowhere").join("rollout.lock")).unwrap_err();
    }

    #[test]
    fn a_link_stays_one_and_what_it_leads_to_is_written() {
        let (_folder, link) = place();
        let kept = link.with_file_name("kept-elsewhere.lock");
        write(&kept, &RolloutLock { run: RunNumber(1), ..lock() }).unwrap();
        std::os::unix::fs::symlink(&kept, &link).unwrap();
        check_writable(&link).unwrap();
        write(&link, &lock()).unwrap();
        assert_eq!(read(&kept).unwrap(), Some(lock()));
        assert_eq!(files::kind(&link).unwrap(), files::Kind::Link);
        files::remove(&kept).unwrap();
        assert!(check_writable(&link).unwrap_err().to_string().contains("leads nowhere"));
    }
}
