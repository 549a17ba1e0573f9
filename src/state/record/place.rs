//! Where a state lives, and holding it: locked against a second run, opened, made.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::{Timestamp, ZonedDateTime};

use super::store::{Access, Store};
use crate::edge::{Random, StateError};
use crate::files;
use crate::model::entry::Actor;
use crate::model::fingerprint::Fingerprinter;
use crate::model::ids::Lineage;
use crate::state::run_lock::{self, RunLock};
use crate::state::sqlite;

/// Where a state lives.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a file on this machine.
    File(Utf8PathBuf),
    /// On a server.
    #[cfg(feature = "postgres")]
    Database(std::sync::Arc<crate::state::postgres::Address>),
}

/// A place that is held, with the lock that was asked for.
pub struct Held(Hold);

enum Hold {
    /// The lock is freed when this is dropped.
    File { path: Utf8PathBuf, _lock: Option<RunLock> },
    /// The session goes over to the store, and the lock with it.
    #[cfg(feature = "postgres")]
    Database(Box<crate::state::postgres::Session>, String),
    #[cfg(feature = "postgres")]
    GivenOver,
}

impl Place {
    /// Locks it for writing.
    pub fn lock(&self, actor: &Actor, since: &ZonedDateTime) -> Result<Held, StateError> {
        match self {
            Self::File(path) => Ok(Held::of_file(path, Some(run_lock::acquire(path, actor, since)?))),
            #[cfg(feature = "postgres")]
            Self::Database(address) => {
                let who = run_lock::named(actor, since);
                database(address, crate::state::postgres::Mode::Exclusive, &who)
            }
        }
    }

    /// Locks it for reading: many may, but not while somebody writes.
    pub fn lock_shared(&self) -> Result<Held, StateError> {
        match self {
            Self::File(path) => Ok(Held::of_file(path, Some(run_lock::acquire_shared(path)?))),
            #[cfg(feature = "postgres")]
            Self::Database(address) => database(address, crate::state::postgres::Mode::Shared, "firstbell"),
        }
    }

    /// Looks on, also while somebody writes.
    pub fn look(&self) -> Result<Held, StateError> {
        match self {
            Self::File(path) => Ok(Held::of_file(path, None)),
            #[cfg(feature = "postgres")]
            Self::Database(address) => database(address, crate::state::postgres::Mode::Look, "firstbell"),
        }
    }

    /// Looks on while somebody writes; `None` where that can't be done just now: without a log beside it, a file is changed
    /// under the reader's eyes.
    pub fn look_on(&self) -> Result<Option<Held>, StateError> {
        if self.file().is_some_and(|path| !sqlite::has_log(path)) { Ok(None) } else { self.look().map(Some) }
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Utf8Path> {
        match self {
            Self::File(path) => Some(path),
            #[cfg(feature = "postgres")]
            Self::Database(_) => None,
        }
    }
}

#[cfg(feature = "postgres")]
fn database(
    address: &std::sync::Arc<crate::state::postgres::Address>,
    mode: crate::state::postgres::Mode,
    who: &str,
) -> Result<Held, StateError> {
    let session = crate::state::postgres::Session::begin(address, mode, who)
        .map_err(|fault| fault.while_trying("open it", address))?;
    Ok(Held(Hold::Database(Box::new(session), address.to_string())))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            #[cfg(feature = "postgres")]
            Self::Database(address) => address.fmt(f),
        }
    }
}

impl Held {
    fn of_file(path: &Utf8Path, lock: Option<RunLock>) -> Self {
        Self(Hold::File { path: path.to_owned(), _lock: lock })
    }

    /// Whether there is a state, whatever its condition.
    pub fn exists(&self) -> bool {
        match &self.0 {
            Hold::File { path, .. } => files::exists(path),
            #[cfg(feature = "postgres")]
            Hold::Database(session, _) => session.registered().is_some(),
            #[cfg(feature = "postgres")]
            Hold::GivenOver => true,
        }
    }

    /// Opens the state that is there. The lock stays as long as both this and the store do.
    pub fn open(&mut self, access: Access) -> Result<Store, StateError> {
        match &self.0 {
            Hold::File { path, .. } => Store::open(path, access),
            #[cfg(feature = "postgres")]
            _ => self.give_over().map(|(session, place)| Store::of_session(session, place, access)),
        }
    }

    /// Makes a new state and opens it to write.
    pub fn create(
        &mut self,
        lineage: &Lineage,
        fingerprinter: &Fingerprinter,
        now: Timestamp,
        random: Box<dyn Random>,
    ) -> Result<Store, StateError> {
        match &self.0 {
            Hold::File { path, .. } => Store::create(path, lineage, fingerprinter, now, random),
            #[cfg(feature = "postgres")]
            _ => {
                let (session, place) = self.give_over()?;
                let check = Store::check_value(fingerprinter, lineage);
                crate::state::postgres::create(&session, lineage, check, super::At(now))
                    .map_err(|fault| fault.while_trying("make it", &place))?;
                Ok(Store::of_session(session, place, Access::Write(random)))
            }
        }
    }

    #[cfg(feature = "postgres")]
    pub(super) fn give_over(&mut self) -> Result<(Box<crate::state::postgres::Session>, String), StateError> {
        match std::mem::replace(&mut self.0, Hold::GivenOver) {
            Hold::Database(session, place) => Ok((session, place)),
            other => {
                self.0 = other;
                Err(StateError::Io { what: "the state is open already".to_owned(), source: None })
            }
        }
    }

    /// The file, where it is one.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unnecessary_wraps, reason = "there is a second kind with the feature")
    )]
    pub(super) fn file(&self) -> Option<&Utf8Path> {
        match &self.0 {
            Hold::File { path, .. } => Some(path),
            #[cfg(feature = "postgres")]
            _ => None,
        }
    }
}
