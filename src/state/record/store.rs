//! A state that is open, in a file or on a server.

use std::io::Write;

use camino::Utf8Path;
use jiff::Timestamp;

use super::fault::Fault;
use super::read::{self, ListedActivation};
use super::secrets::{self, SealedSecret};
use super::seen::Seen;
use super::value::{At, Count};
use super::verify::{self, Verified};
use super::{commit, dump, forgotten, handover, keys, load, log, observed, run};
use crate::edge::{PersonRecord, Random, SealedActivation, SealedHandOver, StateError, StateStore};
use crate::files;
use crate::model::entry::{Actor, Commit};
use crate::model::fingerprint::{Fingerprint, Fingerprinter};
use crate::model::handover::HandOverNumber;
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId, Lineage, RunNumber};
use crate::model::observed::Observed;
use crate::model::recorded::{Position, Recorded};
use crate::model::rekey::Resealed;
use crate::model::secret::Sealed;
use crate::state::chain::Hash;
use crate::state::dump::{DumpError, Header, Writer};
use crate::state::sql::Connection;
use crate::state::sqlite::{self, Durability, SCHEMA};

/// What a state is opened for.
pub enum Access {
    /// Looking: nothing is written, no file is made.
    Read,
    /// Recording; the numbers and salts that stand for people are drawn here.
    Write(Box<dyn Random>),
}

fn key_check(fingerprinter: &Fingerprinter, lineage: &str) -> String {
    format!("{:016x}", sqlite::key_check(fingerprinter, &Lineage::new(lineage)).0)
}

/// A state that is open.
pub struct Store {
    /// Where, as messages name it.
    place: String,
    pub(super) conn: Connection,
    /// `None` for a reader.
    random: Option<Box<dyn Random>>,
    seen: Seen,
}

impl Store {
    /// Makes a new state in a file and opens it to write. The file is private (0600), and so is its folder where it is made here.
    pub fn create(
        path: &Utf8Path,
        lineage: &Lineage,
        fingerprinter: &Fingerprinter,
        now: Timestamp,
        random: Box<dyn Random>,
    ) -> Result<Self, StateError> {
        sqlite::create(path, lineage, sqlite::key_check(fingerprinter, lineage), now)
            .map_err(|fault| fault.while_trying("make it", path))?;
        Self::open(path, Access::Write(random))
    }

    /// Opens a state that is there in a file.
    pub fn open(path: &Utf8Path, access: Access) -> Result<Self, StateError> {
        let (conn, random) = match access {
            Access::Read => (sqlite::to_read(path), None),
            Access::Write(random) => (sqlite::to_write(path), Some(random)),
        };
        let conn = conn.map_err(|fault| fault.while_trying("open it", path))?;
        Ok(Self { place: path.to_string(), conn: Connection::Sqlite(conn), random, seen: Seen::default() })
    }

    /// The state that a session with a server is about.
    #[cfg(feature = "postgres")]
    pub(super) fn of_session(session: Box<crate::state::postgres::Session>, place: String, access: Access) -> Self {
        let random = match access {
            Access::Read => None,
            Access::Write(random) => Some(random),
        };
        Self { place, conn: Connection::Postgres(session), random, seen: Seen::default() }
    }

    /// Ends the transaction in which this state was made of what was written down.
    #[cfg(feature = "postgres")]
    pub(super) fn place(&self, lineage: &Lineage) -> Result<(), StateError> {
        match &self.conn {
            Connection::Sqlite(_) => Ok(()),
            Connection::Postgres(session) => crate::state::postgres::place_import(session, lineage)
                .map_err(|fault| fault.while_trying("put it in its place", &self.place)),
        }
    }

    /// Whether it is in a database, which has the states of others too.
    pub fn is_shared(&self) -> bool {
        self.conn.sqlite().is_none()
    }

    /// What time it is where the state is kept; `None` of a file, which is kept by this machine's own clock.
    pub fn server_time(&self) -> Result<Option<Timestamp>, StateError> {
        self.with("ask what time it is there", |conn| {
            if conn.sqlite().is_some() {
                return Ok(None);
            }
            let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
            let At(now) = conn.query_row(sql, [], |row| row.get(0))?;
            Ok(Some(now))
        })
    }

    /// Whether there is one, whatever its condition.
    pub fn exists(path: &Utf8Path) -> bool {
        files::exists(path)
    }

    /// The ids that somebody had before theirs was changed.
    pub fn former_ids(&self, caregiver: &CaregiverId) -> Result<Vec<CaregiverId>, StateError> {
        self.with("read the ids that somebody had", |conn| forgotten::former_ids(conn, caregiver))
    }

    /// The key of the fingerprints, sealed, where it is not the sealing key itself.
    pub fn fingerprint_key(&self) -> Result<Option<Sealed>, StateError> {
        self.with("read the key of the fingerprints", keys::fingerprint_key)
    }

    /// Everything that is sealed, with the random id of the activation that each seal is bound to.
    pub fn sealed_places(&self) -> Result<Vec<(Resealed, ActivationKey)>, StateError> {
        self.with("read what is sealed", keys::sealed)
    }

    /// The check value that a key has in the state of this name.
    pub fn check_value(fingerprinter: &Fingerprinter, lineage: &Lineage) -> Fingerprint {
        sqlite::key_check(fingerprinter, lineage)
    }

    /// Refuses a sealing key that is not the one this state was made with.
    pub fn check_key(&self, fingerprinter: &Fingerprinter) -> Result<(), StateError> {
        let (lineage, stored) = self.with("read the key's check value", |conn| {
            let row = conn.query_row("SELECT lineage, key_check FROM meta", [], |row| {
                Ok((row.get::<_, Lineage>(0)?, row.get::<_, Fingerprint>(1)?))
            })?;
            Ok(row)
        })?;
        if sqlite::key_check(fingerprinter, &lineage) == stored {
            return Ok(());
        }
        let whose = if self.fingerprint_key()?.is_some() {
            "is under since it was last changed (`state rekey`)"
        } else {
            "was made with"
        };
        let what = format!(
            "the sealing key is not the one that the state `{}` {whose}: set FIRSTBELL_KEY or put back the key file of the machine \
             that ran firstbell before",
            self.place
        );
        Err(StateError::Foreign { what })
    }

    /// Writes all that is recorded down, if it is sound.
    pub fn export(&mut self, out: impl Write, fingerprinter: &Fingerprinter) -> Result<(), DumpError> {
        let (lineage, run, serial, head) = self.with("read how far it has come", |conn| {
            let last = "SELECT lineage, (SELECT coalesce(max(number), 0) FROM runs), serial, head FROM meta";
            let row = conn.query_row(last, [], |row| {
                let (Count(serial), head) = (row.get(2)?, row.get::<_, Hash>(3)?);
                Ok((row.get::<_, Lineage>(0)?, row.get::<_, u32>(1)?, serial, head.to_string()))
            })?;
            Ok(row)
        })?;
        let mut header =
            Header::new(SCHEMA, lineage.to_string(), key_check(fingerprinter, lineage.as_str()), (run, serial, head));
        header.fingerprint_key = self.fingerprint_key()?.map(|sealed| sealed.as_bytes().to_vec());
        let mut writer = Writer::begin(out, &header, fingerprinter)?;
        // Not begun again on another connection: half of it is written already.
        dump::write(&self.conn, &mut writer).map_err(|fault| fault.while_trying("write it down", &self.place))?;
        Ok(writer.end()?)
    }

    /// Whether what was written down belongs to these fingerprints.
    pub fn fits(fingerprinter: &Fingerprinter, header: &Header) -> bool {
        key_check(fingerprinter, &header.lineage) == header.key_check
    }

    /// How many letters have gone out, ever.
    pub fn letters_sent(&self) -> Result<u64, StateError> {
        self.with("count the letters", read::letters_sent)
    }

    /// What a commit is worth on this disk: asked of a file that is open to write; `None` of a server, which keeps its own.
    pub fn durability(&self) -> Result<Option<Durability>, StateError> {
        self.with("ask how it is kept", |conn| conn.sqlite().map(sqlite::ask).transpose())
    }

    /// All activations, by caregiver and number.
    pub fn list(&mut self) -> Result<Vec<ListedActivation>, StateError> {
        self.with("list the activations", read::list)
    }

    /// What is still sealed, by caregiver and number.
    pub fn secrets(&mut self) -> Result<Vec<SealedSecret>, StateError> {
        self.with("list what is sealed", secrets::list)
    }

    /// The Message-IDs of all letters that the record still names.
    pub fn message_ids(&mut self) -> Result<std::collections::HashSet<String>, StateError> {
        self.with("list the letters", secrets::message_ids)
    }

    /// Recomputes the chain of the log, opens the commitments that can still be opened, and compares the tables with
    /// what the log says was set. A file is looked at first, page by page.
    pub fn verify(&mut self) -> Result<Verified, StateError> {
        self.with("verify it", verify::verify)
    }

    /// Does something with the connection; once more, where it was lost and could be made again.
    fn with<T>(&self, to: &str, mut work: impl FnMut(&Connection) -> Result<T, Fault>) -> Result<T, StateError> {
        let done = match work(&self.conn) {
            Err(fault) if fault.is_lost() => self.conn.regain().and_then(|()| work(&self.conn)),
            other => other,
        };
        done.map_err(|fault| fault.while_trying(to, &self.place))
    }

    /// The file, for tests that damage it.
    #[cfg(test)]
    pub(in crate::state) fn raw(&self) -> &rusqlite::Connection {
        self.conn.sqlite().unwrap()
    }
}

impl StateStore for Store {
    fn lineage(&mut self) -> Result<Lineage, StateError> {
        self.with("read its name", |conn| conn.query_row("SELECT lineage FROM meta", [], |row| row.get(0)))
    }

    fn load(&mut self) -> Result<Recorded, StateError> {
        self.with("read what was recorded", load::load)
    }

    fn commit(&mut self, commit: &Commit) -> Result<Position, StateError> {
        let Some(random) = &mut self.random else {
            return Err(StateError::Io {
                what: format!("the state `{}` was opened to read", self.place),
                source: None,
            });
        };
        commit::write_for_certain(&self.conn, random.as_mut(), &self.seen, commit)
            .map_err(|fault| fault.while_trying("record what was done", &self.place))
    }

    fn sealed(
        &mut self,
        caregiver: &CaregiverId,
        activation: ActivationNumber,
    ) -> Result<Option<SealedActivation>, StateError> {
        self.with("read what is sealed", |conn| read::sealed(conn, caregiver, activation))
    }

    fn sent_since(&mut self, since: Timestamp) -> Result<Vec<Timestamp>, StateError> {
        self.with("read when letters went out", |conn| log::sent_since(conn, since))
    }

    fn hand_over(&mut self, number: HandOverNumber) -> Result<Option<SealedHandOver>, StateError> {
        self.with("read a hand-over", |conn| handover::sealed(conn, number))
    }

    fn person(&mut self, caregiver: &CaregiverId) -> Result<PersonRecord, StateError> {
        self.with("read what is recorded on one caregiver", |conn| read::person(conn, caregiver))
    }

    fn last_run(&mut self) -> Result<Option<(RunNumber, Timestamp, Actor)>, StateError> {
        self.with("read the last run", read::last_run)
    }

    fn remember(&mut self, observed: &Observed) -> Result<(), StateError> {
        self.with("keep what the LMS showed", |conn| observed::remember(conn, observed))
    }

    fn remembered(&mut self) -> Result<Option<Observed>, StateError> {
        self.with("read what the LMS showed last", observed::remembered)
    }

    fn has_run_of(&mut self, plan: &str) -> Result<bool, StateError> {
        self.with("search the runs", |conn| run::has_plan(conn, plan))
    }

    fn has_event(&mut self, hash: &str) -> Result<bool, StateError> {
        self.with("search the log", |conn| log::has_event(conn, hash))
    }

    fn wipe(&mut self) -> Result<(), StateError> {
        self.with("wipe what a finished run leaves behind", |conn| conn.sqlite().map_or(Ok(()), sqlite::wipe))
    }
}
