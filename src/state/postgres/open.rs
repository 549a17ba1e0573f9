//! Making a state in the database: its schema, its tables, its line in the registry, in one transaction.

use super::registry::{self, FIRST, MADE, MAKE, Registered};
use super::session::Session;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::Lineage;
use crate::state::chain;
use crate::state::record::{At, Fault};
use crate::state::sqlite::SCHEMA;

/// The first is what a state begins with, and has the number `FIRST`. One that has been released is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("../schema/postgres/0006_begin.sql"),
    include_str!("../schema/postgres/0007_told.sql"),
    include_str!("../schema/postgres/0008_letter_forms.sql"),
];
const _: () =
    assert!(SCHEMA as usize == FIRST as usize + MIGRATIONS.len() - 1, "a file's migration has its counterpart");

/// Two schools that begin at once must not both make the registry.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(3544385890265608545)";

/// Makes a new state; also where the connection is lost before or in the midst of it, for a first run may have waited long for a yes.
pub(in crate::state) fn create(session: &Session, lineage: &Lineage, check: Fingerprint, now: At) -> Result<(), Fault> {
    match try_to_create(session, lineage, check, now) {
        Err(fault) if fault.is_lost() => {
            if session.has_made(lineage)? {
                Ok(())
            } else {
                try_to_create(session, lineage, check, now)
            }
        }
        other => other,
    }
}

fn try_to_create(session: &Session, lineage: &Lineage, check: Fingerprint, now: At) -> Result<(), Fault> {
    let made = begin_import(session, lineage).and_then(|()| {
        let sql =
            "INSERT INTO meta (one, lineage, key_check, created_at, serial, events, head) VALUES (1, ?, ?, ?, 0, 0, ?)";
        session.execute(sql, &[lineage, &check, &now, &chain::genesis(lineage)])?;
        place_import(session, lineage)
    });
    if made.is_err() {
        // Where it can't be undone the connection is gone, and the server has undone it.
        let _ = session.batch("ROLLBACK");
    }
    made
}

/// Begins a transaction in which empty tables stand.
pub(in crate::state) fn begin_import(session: &Session, lineage: &Lineage) -> Result<(), Fault> {
    session.batch("BEGIN")?;
    session.batch(ONE_AT_A_TIME)?;
    session.batch(MAKE)?;
    session.batch(&format!("CREATE SCHEMA {}", registry::schema(lineage)))?;
    session.look_into(lineage)?;
    MIGRATIONS.iter().try_for_each(|migration| session.batch(migration))
}

/// Enters the state in the registry and ends the transaction. Durable on return.
pub(in crate::state) fn place_import(session: &Session, lineage: &Lineage) -> Result<(), Fault> {
    let name = session.address().name.clone();
    let sql = "INSERT INTO firstbell.rollouts (name, lineage, schema_version, fence) VALUES (?, ?, ?, ?)";
    session.execute(sql, &[&name, lineage, &SCHEMA, &MADE])?;
    session.batch("COMMIT")?;
    session.stay_within(false);
    session.adopt(Registered { name, lineage: lineage.clone(), version: i64::from(SCHEMA), fence: MADE });
    Ok(())
}

/// Brings tables of an older version up, in one transaction. The lock is held, and its session looks into them.
pub(super) fn bring_up(session: &Session, registered: &Registered) -> Result<(), Fault> {
    let done = usize::try_from(registered.version - i64::from(FIRST)).unwrap_or_default() + 1;
    let brought = session.batch("BEGIN").and_then(|()| {
        MIGRATIONS.iter().skip(done).try_for_each(|migration| session.batch(migration))?;
        let sql = "UPDATE firstbell.rollouts SET schema_version = ? WHERE lineage = ?";
        session.execute(sql, &[&SCHEMA, &registered.lineage])?;
        session.batch("COMMIT")
    });
    if brought.is_err() {
        // Where it can't be undone the connection is gone, and the server has undone it.
        let _ = session.batch("ROLLBACK");
    }
    brought
}
