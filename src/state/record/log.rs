//! The log: appending to the chain, and searching it.

use crate::state::sql::{self, Connection, Optional, params};
use jiff::Timestamp;

use super::commit::{Scope, one};
use super::fault::Fault;
use super::person;
use super::value::{At, Count};
use crate::edge::Random;
use crate::model::ids::RunNumber;
use crate::model::recorded::Position;
use crate::state::chain::{self, Event, Hash};
use crate::state::event::Telling;

/// The end of the chain while a commit appends to it.
pub(super) struct Log {
    events: u64,
    head: Hash,
}

/// An event's commitment, and where its salt comes from.
struct Bound {
    subject: Option<i64>,
    /// Only where there is no subject that has one.
    salt: Option<Vec<u8>>,
    commitment: Option<Hash>,
}

impl Log {
    /// Where the chain ends now, and the last run that was begun.
    pub(super) fn at_head(conn: &Connection) -> Result<(Self, Option<RunNumber>), Fault> {
        conn.prepare_cached("SELECT events, head, (SELECT max(number) FROM runs) FROM meta")?.query_row([], |row| {
            let Count(events) = row.get(0)?;
            Ok((Self { events, head: row.get(1)? }, row.get(2)?))
        })
    }

    /// Adds one event.
    pub(super) fn append(
        &mut self,
        scope: Scope<'_>,
        random: &mut dyn Random,
        told: &Telling<'_>,
    ) -> Result<(), Fault> {
        let bound = bind(scope, random, told)?;
        let event = Event {
            seq: self.events + 1,
            at: scope.at.micros(),
            run: scope.run.0,
            kind: told.kind,
            subject: bound.subject.map(i64::cast_unsigned),
            activation: told.activation.map(|number| number.0),
            letter: told.letter.map(|number| number.0),
            commitment: bound.commitment,
            has_text: told.text.is_some(),
            detail: &told.detail,
        };
        self.head = chain::hash(&self.head, &event);
        self.events = event.seq;
        insert(scope, &event, &self.head)?;
        if let Some(text) = &told.text {
            insert_text(scope, event.seq, bound.salt.as_deref(), text)?;
        }
        Ok(())
    }

    /// Notes the new end, counts the commit, and says where the state stands then: under this run, which is the last.
    pub(super) fn close(&self, conn: &Connection, run: RunNumber) -> Result<Position, Fault> {
        let sql = "UPDATE meta SET serial = serial + 1, events = ?, head = ? RETURNING lineage, serial";
        conn.prepare_cached(sql)?.query_row(params![Count(self.events), self.head], |row| {
            let Count(serial) = row.get(1)?;
            Ok(Position { lineage: row.get(0)?, run, serial, head: self.head.to_string() })
        })
    }
}

fn bind(scope: Scope<'_>, random: &mut dyn Random, told: &Telling<'_>) -> Result<Bound, Fault> {
    let text = told.text.as_deref().unwrap_or_default();
    if let Some(caregiver) = told.caregiver {
        let subject = person::subject(scope, random, caregiver)?;
        let commitment = chain::commitment(&subject.salt, Some(subject.bound.as_str()), text);
        return Ok(Bound { subject: Some(subject.number), salt: None, commitment: Some(commitment) });
    }
    let salt = told.text.is_some().then(|| random.id().to_le_bytes().to_vec());
    let commitment = salt.as_ref().map(|salt| chain::commitment(salt, None, text));
    Ok(Bound { subject: None, salt, commitment })
}

fn insert(scope: Scope<'_>, event: &Event<'_>, hash: &Hash) -> Result<(), Fault> {
    one(
        scope.conn,
        "INSERT INTO events (seq, at, run, kind, subject, activation, letter, commitment, has_text, detail, hash)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            Count(event.seq),
            event.at,
            event.run,
            event.kind,
            event.subject.map(u64::cast_signed),
            event.activation,
            event.letter,
            event.commitment,
            event.has_text,
            event.detail,
            hash
        ],
    )
}

fn insert_text(scope: Scope<'_>, seq: u64, salt: Option<&[u8]>, text: &str) -> Result<(), Fault> {
    one(scope.conn, "INSERT INTO event_texts (seq, salt, text) VALUES (?, ?, ?)", params![Count(seq), salt, text])
}

/// When letters went out since then, or perhaps did. The log is read from its end, so that a long one costs nothing.
pub(super) fn sent_since(conn: &Connection, since: Timestamp) -> Result<Vec<Timestamp>, Fault> {
    let mut statement = conn.prepare(
        "SELECT kind, at FROM events
         WHERE seq > coalesce((SELECT seq FROM events WHERE at < ? ORDER BY seq DESC LIMIT 1), 0) ORDER BY seq DESC",
    )?;
    let mut rows = statement.query([At(since)])?;
    let mut sent = Vec::new();
    while let Some(row) = rows.next()? {
        let At(at) = row.get(1)?;
        if at < since {
            break;
        }
        if ["sent", "letter-unknown"].contains(&row.get_ref(0)?.as_str().map_err(sql::Error::from)?) {
            sent.push(at);
        }
    }
    Ok(sent)
}

/// Whether an event has this hash. It is looked for from the end, where the one that is asked for usually stands.
pub(super) fn has_event(conn: &Connection, hash: &str) -> Result<bool, Fault> {
    let Some(hash) = Hash::parse(hash) else { return Ok(false) };
    let mut statement = conn.prepare("SELECT 1 FROM events WHERE hash = ? ORDER BY seq DESC LIMIT 1")?;
    Ok(statement.query_row([hash], |_| Ok(())).optional()?.is_some())
}
