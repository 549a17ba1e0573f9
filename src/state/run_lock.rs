//! The lock against a second run: held by the operating system, which frees it when the process dies, however it dies.
//!
//! It lies beside the state as `<state>.lock`. What stands in the file only tells people who holds it; the lock itself
//! is not the file's existence, so a file that is left behind locks nothing. Where the state's name is a link, it is the file it
//! leads to that is locked: two names for one state are one state.

use std::fs::TryLockError;
use std::io::{self, Read, Seek, Write};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::ZonedDateTime;
use serde::{Deserialize, Serialize};

use crate::edge::StateError;
use crate::files::{self, File};
use crate::model::entry::Actor;

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct RunLock {
    /// `None` for a reader where there has never been a writer: nothing to hold, and nothing is made.
    file: Option<File>,
    is_exclusive: bool,
}

/// Who holds it, as it stands in the file.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    user: String,
    host: String,
    pid: u32,
    /// With its time zone, so that another process can say the hour as people at the school read it.
    since: String,
}

/// Locks a state for writing, and says in the lock file who did.
pub fn acquire(state: &Utf8Path, actor: &Actor, since: &ZonedDateTime) -> Result<RunLock, StateError> {
    let path = path_of(state)?;
    let failed = |source| cannot_lock(&path, source);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_str().is_empty()) {
        files::make_private_dir(folder).map_err(failed)?;
    }
    let mut file = files::open_lock(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StateError::Locked { holder: holder_of(&mut file) }),
        Err(TryLockError::Error(source)) => return Err(cannot_lock(&path, source)),
    }
    write_holder(&mut file, actor, since).map_err(failed)?;
    Ok(RunLock { file: Some(file), is_exclusive: true })
}

/// Locks a state for reading: many may, but not while somebody writes. Makes no file.
pub fn acquire_shared(state: &Utf8Path) -> Result<RunLock, StateError> {
    let path = path_of(state)?;
    if !files::exists(&path) {
        return Ok(RunLock { file: None, is_exclusive: false });
    }
    let mut file = files::open(&path).map_err(|source| cannot_lock(&path, source))?;
    match file.try_lock_shared() {
        Ok(()) => Ok(RunLock { file: Some(file), is_exclusive: false }),
        Err(TryLockError::WouldBlock) => Err(StateError::Locked { holder: read_holder(&mut file) }),
        Err(TryLockError::Error(source)) => Err(cannot_lock(&path, source)),
    }
}

fn path_of(state: &Utf8Path) -> Result<Utf8PathBuf, StateError> {
    let state = files::resolved(state).map_err(|source| {
        let what = format!("the state `{state}` is a link that leads nowhere: mend it, or remove it");
        StateError::Io { what, source: Some(Box::new(source)) }
    })?;
    Ok(Utf8PathBuf::from(format!("{state}.lock")))
}

fn cannot_lock(path: &Utf8Path, source: io::Error) -> StateError {
    let what = format!("can't lock `{path}`: see that you may write to its folder");
    StateError::Io { what, source: Some(Box::new(source)) }
}

fn write_holder(file: &mut File, actor: &Actor, since: &ZonedDateTime) -> io::Result<()> {
    let Actor { user, host, pid } = actor.clone();
    let note = serde_json::to_vec(&Holder { user, host, pid, since: since.to_string() })?;
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&note)
}

/// Who stands in the way of a writer: the writer that the file names, or readers, who leave no name.
fn holder_of(file: &mut File) -> String {
    match file.try_lock_shared() {
        Ok(()) => "a command that is reading it (`plan`, for example); try again when that is done".to_owned(),
        Err(_) => read_holder(file),
    }
}

fn read_holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(4096).read_to_string(&mut text);
    match read.ok().and_then(|_| serde_json::from_str::<Holder>(&text).ok()) {
        Some(holder) => describe(&holder),
        // Between locking and writing its name, or on a system that hides a locked file's content.
        None => "another run of firstbell".to_owned(),
    }
}

/// Who takes a lock, in a line for those who find it taken.
pub fn named(actor: &Actor, since: &ZonedDateTime) -> String {
    let Actor { user, host, pid } = actor.clone();
    describe(&Holder { user, host, pid, since: since.to_string() })
}

fn describe(holder: &Holder) -> String {
    let since = holder.since.parse::<ZonedDateTime>().map_or_else(|_| String::new(), |since| moment(&since));
    let said = format!("{}@{}, process {}{since}", holder.user, holder.host, holder.pid);
    said.chars().filter(|letter| !letter.is_control()).collect()
}

fn moment(since: &ZonedDateTime) -> String {
    since.strftime(", since %H:%M (%-d %b %Y)").to_string()
}

impl Drop for RunLock {
    /// Takes the name out; closing the file frees the lock.
    fn drop(&mut self) {
        if let Some(file) = self.file.as_ref().filter(|_| self.is_exclusive) {
            // A name that stays misleads nobody: it is only read while somebody holds the lock.
            let _ = file.set_len(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor() -> Actor {
        Actor { user: "mere".into(), host: "office-pc".into(), pid: 4711 }
    }

    fn since() -> ZonedDateTime {
        "2026-11-23T09:12:00+13:00[Pacific/Auckland]".parse().unwrap()
    }

    fn state() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("firstbell.db")).unwrap();
        (folder, path)
    }

    fn refusal(result: Result<RunLock, StateError>) -> String {
        match result {
            Err(error @ StateError::Locked { .. }) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_second_writer_is_told_who_holds_it() {
        let (_folder, state) = state();
        let held = acquire(&state, &actor(), &since()).unwrap();
        let expected = "locked by mere@office-pc, process 4711, since 09:12 (23 Nov 2026): wait until it has ended, then run this again";
        assert_eq!(refusal(acquire(&state, &actor(), &since())), expected);
        assert_eq!(refusal(acquire_shared(&state)), expected);
        drop(held);
        acquire(&state, &actor(), &since()).unwrap();
    }

    #[test]
    fn a_reader_locks_nothing_where_nobody_ever_wrote() {
        let (folder, state) = state();
        let _reader = acquire_shared(&state).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        acquire(&state, &actor(), &since()).unwrap();
    }

    #[test]
    fn readers_share_and_hold_a_writer_off() {
        let (_folder, state) = state();
        drop(acquire(&state, &actor(), &since()).unwrap());
        let one = acquire_shared(&state).unwrap();
        let two = acquire_shared(&state).unwrap();
        assert!(refusal(acquire(&state, &actor(), &since())).contains("reading"));
        drop((one, two));
        acquire(&state, &actor(), &since()).unwrap();
    }

    #[test]
    fn a_file_left_behind_by_a_dead_process_locks_nothing() {
        let (_folder, state) = state();
        files::replace(&path_of(&state).unwrap(), br#"{"user":"x","host":"y","pid":1,"since":"z"}"#).unwrap();
        let _held = acquire(&state, &actor(), &since()).unwrap();
        assert!(refusal(acquire(&state, &actor(), &since())).contains("mere@office-pc"));
    }

    #[test]
    fn a_garbled_name_is_not_shown() {
        let (_folder, state) = state();
        let _held = acquire(&state, &actor(), &since()).unwrap();
        files::open_lock(&path_of(&state).unwrap()).unwrap().write_all(b"\x1b[2J").unwrap();
        assert!(refusal(acquire_shared(&state)).starts_with("locked by another run of firstbell: "));
        let escape = Holder { user: "a\u{1b}[2J".into(), host: "b".into(), pid: 1, since: String::new() };
        assert_eq!(describe(&escape), "a[2J@b, process 1");
    }

    #[test]
    fn the_lock_file_is_private() {
        let (_folder, state) = state();
        let _held = acquire(&state, &actor(), &since()).unwrap();
        assert_eq!(files::mode(&path_of(&state).unwrap()).unwrap(), 0o600);
    }

    #[test]
    fn two_names_for_one_state_are_one_lock() {
        let (_folder, state) = state();
        let link = state.with_file_name("other-name.db");
        files::replace(&state, b"a state").unwrap();
        std::os::unix::fs::symlink(&state, &link).unwrap();
        let _held = acquire(&state, &actor(), &since()).unwrap();
        assert!(matches!(acquire(&link, &actor(), &since()), Err(StateError::Locked { .. })));
        assert!(matches!(acquire_shared(&link), Err(StateError::Locked { .. })));
        files::remove(&state).unwrap();
        let error = acquire(&link, &actor(), &since()).unwrap_err().to_string();
        assert!(error.contains("is a link that leads nowhere"), "{error}");
    }
}
