//! What can go wrong inside a store, and how it is said outside. It reads SQLite's error codes; those of a server are read in `postgres`.

use crate::edge::StateError;
use crate::state::sql::{self, ErrorCode};

/// What went wrong, before it is known what was attempted on which file.
#[derive(Debug)]
pub(in crate::state) enum Fault {
    /// SQLite said so.
    Sql(sql::Error),
    /// The record contradicts what was to be written.
    Rule(String),
    /// Not ours, of another version, or damaged.
    Foreign(String),
    /// It can't be done as things stand; the sentence says what to do.
    Stuck(String),
    /// The system said so.
    Io(std::io::Error),
    /// Somebody else has the lock.
    #[cfg(feature = "postgres")]
    Locked(String),
    /// Somebody else has had the lock meanwhile.
    #[cfg(feature = "postgres")]
    Overtaken(String),
    /// The server said so, or the way to it.
    #[cfg(feature = "postgres")]
    Postgres(crate::state::postgres::Error),
}

impl From<sql::Error> for Fault {
    fn from(error: sql::Error) -> Self {
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
    pub(in crate::state) fn rule(what: impl Into<String>) -> Self {
        Self::Rule(what.into())
    }

    /// Says what was attempted (`record what was done`) on which state.
    pub(in crate::state) fn while_trying(self, to: &str, path: impl std::fmt::Display + Copy) -> StateError {
        match self {
            Self::Rule(what) => StateError::Conflict { what },
            Self::Foreign(what) => StateError::Foreign { what },
            Self::Stuck(what) => StateError::Io { what, source: None },
            Self::Io(source) => StateError::Io { what: cannot(to, path), source: Some(Box::new(source)) },
            #[cfg(feature = "postgres")]
            Self::Locked(holder) | Self::Overtaken(holder) => StateError::Locked { holder },
            Self::Sql(error) => sql(error, to, path),
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => crate::state::postgres::said(error, &cannot(to, path)),
        }
    }

    /// Whether the connection is gone.
    #[cfg_attr(not(feature = "postgres"), expect(clippy::unused_self, reason = "a file is not lost"))]
    pub(in crate::state) fn is_lost(&self) -> bool {
        #[cfg(feature = "postgres")]
        if let Self::Postgres(error) = self {
            return crate::state::postgres::is_lost(error);
        }
        false
    }

    /// Whether the values of a row were refused, which no other attempt will change.
    pub(in crate::state) fn is_of_values(&self) -> bool {
        match self {
            Self::Sql(error) => matches!(
                error.sqlite_error_code(),
                None | Some(
                    ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig | ErrorCode::Unknown
                )
            ),
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => crate::state::postgres::is_of_values(error),
            _ => false,
        }
    }

    /// In words, where it is known already what was attempted.
    pub(in crate::state) fn said(self) -> String {
        match self {
            Self::Rule(what) | Self::Foreign(what) | Self::Stuck(what) => what,
            #[cfg(feature = "postgres")]
            Self::Locked(what) | Self::Overtaken(what) => what,
            Self::Io(error) => error.to_string(),
            Self::Sql(error) => error.to_string(),
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => crate::state::postgres::in_short(&error),
        }
    }
}

fn cannot(to: &str, path: impl std::fmt::Display + Copy) -> String {
    format!("the state `{path}`: can't {to}")
}

fn sql(error: sql::Error, to: &str, path: impl std::fmt::Display + Copy) -> StateError {
    let what = match (error.sqlite_error_code(), &error) {
        (Some(ErrorCode::NotADatabase), _) => return foreign(not_ours(path)),
        (Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked), _) => {
            return StateError::Locked { holder: format!("another program that has the state `{path}` open") };
        }
        (Some(ErrorCode::ConstraintViolation), _) | (None, sql::Error::StatementChangedRows(_)) => {
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
pub(in crate::state) fn not_ours(path: impl std::fmt::Display + Copy) -> String {
    format!("`{path}` is not a state that firstbell made: restore it from a backup, or move it away if it is not yours")
}

/// The sentence for a state whose content can't be right.
pub(in crate::state) fn damaged(path: impl std::fmt::Display + Copy) -> String {
    format!(
        "the state `{path}` is damaged: move it away together with the `-wal` and `-shm` files beside it (a backup copied beside \
         those of another is damaged too), and restore it from a backup; `rollout.lock` shows which run it must have reached"
    )
}

/// The sentence for a state that may not be written.
pub(in crate::state) fn read_only(path: impl std::fmt::Display + Copy) -> String {
    format!("the state `{path}` is read-only: give yourself the right to write to it and its folder")
}
