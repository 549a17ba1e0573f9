//! What can go wrong inside the store, and how it is said outside: the one place that reads SQLite's error codes.

use camino::Utf8Path;
use rusqlite::ffi::ErrorCode;

use crate::edge::StateError;

/// What went wrong, before it is known what was attempted on which file.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite said so.
    Sql(rusqlite::Error),
    /// The record contradicts what was to be written.
    Rule(String),
    /// Not ours, of another version, or damaged.
    Foreign(String),
    /// It can't be done as things stand; the sentence says what to do.
    Stuck(String),
    /// The system said so.
    Io(std::io::Error),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl Fault {
    /// A rule that was to be broken.
    pub(super) fn rule(what: impl Into<String>) -> Self {
        Self::Rule(what.into())
    }

    /// Says what was attempted (`record what was done`) on which state.
    pub(super) fn while_trying(self, to: &str, path: &Utf8Path) -> StateError {
        match self {
            Self::Rule(what) => StateError::Conflict { what },
            Self::Foreign(what) => StateError::Foreign { what },
            Self::Stuck(what) => StateError::Io { what, source: None },
            Self::Io(source) => StateError::Io { what: cannot(to, path), source: Some(Box::new(source)) },
            Self::Sql(error) => sql(error, to, path),
        }
    }
}

fn cannot(to: &str, path: &Utf8Path) -> String {
    format!("the state `{path}`: can't {to}")
}

fn sql(error: rusqlite::Error, to: &str, path: &Utf8Path) -> StateError {
    let what = match (error.sqlite_error_code(), &error) {
        (Some(ErrorCode::NotADatabase), _) => return foreign(not_ours(path)),
        (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => {
            return StateError::Locked { holder: format!("another program that has the state `{path}` open") };
        }
        (Some(ErrorCode::ConstraintViolation), _) | (None, rusqlite::Error::StatementChangedRows(_)) => {
            return StateError::Conflict { what: format!("{}: {error}", cannot(to, path)) };
        }
        (Some(ErrorCode::DiskFull), _) => format!(
            "{}: the disk is full; nothing of this step was recorded: make room, then run the same command again",
            cannot(to, path)
        ),
        (Some(ErrorCode::SystemIoFailure), _) => format!(
            "{}: the disk would not take or give it (is it full, or over a quota, or damaged?); nothing of this step \
             was recorded: mend that, then run the same command again",
            cannot(to, path)
        ),
        (Some(ErrorCode::ReadOnly), _) => read_only(path),
        (Some(ErrorCode::CannotOpen), _) => {
            format!("{}: see that you may read it, and write to its folder", cannot(to, path))
        }
        // A page, a table, a column or a value that is not what it was when it was written. (`Unknown` is what SQLite
        // says of a statement that does not fit the tables.)
        (Some(ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) | None, _) => {
            return foreign(format!("{} ({error})", damaged(path)));
        }
        (Some(_), _) => cannot(to, path),
    };
    StateError::Io { what, source: Some(Box::new(error)) }
}

fn foreign(what: String) -> StateError {
    StateError::Foreign { what }
}

/// The sentence for a file that firstbell did not make.
pub(super) fn not_ours(path: &Utf8Path) -> String {
    format!("`{path}` is not a state that firstbell made: restore it from a backup, or move it away if it is not yours")
}

/// The sentence for a state whose content can't be right.
pub(super) fn damaged(path: &Utf8Path) -> String {
    format!(
        "the state `{path}` is damaged: restore it from a backup; `rollout.lock` shows which run it must have reached"
    )
}

/// The sentence for a state that may not be written.
pub(super) fn read_only(path: &Utf8Path) -> String {
    format!("the state `{path}` is read-only: give yourself the right to write to it and its folder")
}
