//! The numbered migrations, and how a file is known as ours: SQLite's `application_id` is our mark, `user_version` the
//! number of the last migration that it went through.

use camino::Utf8Path;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::state::record::{Fault, not_ours};

/// `1bel`, in SQLite's header.
const APPLICATION_ID: i64 = 0x3162_656c;

/// In order; number one stands first. A migration that has been released is never edited.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../schema/0001_begin.sql"),
    include_str!("../schema/0003_observed.sql"),
    include_str!("../schema/0004_forgotten.sql"),
    include_str!("../schema/0005_handovers.sql"),
    include_str!("../schema/0006_fingerprint_key.sql"),
    include_str!("../schema/0007_channel.sql"),
    include_str!("../schema/0008_told.sql"),
    include_str!("../schema/0009_letter_forms.sql"),
];

/// The number of the form in which this program stores a state.
#[expect(clippy::cast_possible_truncation, reason = "there will never be four billion migrations")]
pub const SCHEMA: u32 = MIGRATIONS.len() as u32;

/// Refuses what is not ours or of a newer version. Reads only.
pub(super) fn check(conn: &Connection, path: &Utf8Path, known: usize) -> Result<(), Fault> {
    let id: i64 = conn.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version = version(conn)?;
    if id != APPLICATION_ID || version == 0 {
        return Err(Fault::Foreign(not_ours(path)));
    }
    if version > known {
        return Err(Fault::Foreign(format!(
            "the state `{path}` was written by a newer firstbell (schema {version}, this one knows {known}): use that one"
        )));
    }
    Ok(())
}

/// Refuses an older version too: who only reads can't bring it up.
pub(super) fn check_current(conn: &Connection, path: &Utf8Path, known: usize) -> Result<(), Fault> {
    let version = version(conn)?;
    if version < known {
        return Err(Fault::Foreign(format!(
            "the state `{path}` was written by an older firstbell (schema {version}, this one needs {known}): a command \
             that writes, such as `firstbell apply`, brings it up"
        )));
    }
    Ok(())
}

/// Goes through the migrations that this file has not seen, each in a transaction of its own.
pub(super) fn migrate(conn: &Connection, migrations: &[&str]) -> Result<(), Fault> {
    for (number, migration) in (1..).zip(migrations).skip(version(conn)?) {
        let step = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
        step.execute_batch(migration)?;
        step.pragma_update(None, "application_id", APPLICATION_ID)?;
        step.pragma_update(None, "user_version", number)?;
        step.commit()?;
    }
    Ok(())
}

/// Whether the tables are, word for word, those that the migrations make: a damaged byte may have made others of them.
pub(super) fn is_as_made(conn: &Connection, migrations: &[&str]) -> Result<bool, Fault> {
    let made = Connection::open_in_memory()?;
    migrate(&made, migrations)?;
    Ok(tables(conn)? == tables(&made)?)
}

fn tables(conn: &Connection) -> Result<Vec<String>, Fault> {
    let mut statement =
        conn.prepare("SELECT concat_ws(' ', type, name, sql) FROM sqlite_schema ORDER BY type, name")?;
    let tables = statement.query_map([], |row| row.get(0))?;
    Ok(tables.collect::<Result<_, _>>()?)
}

fn version(conn: &Connection) -> Result<usize, Fault> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // A negative number is nobody's: told as "not ours".
    Ok(usize::try_from(version).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: &str = "ALTER TABLE runs ADD COLUMN note TEXT;";

    fn file() -> &'static Utf8Path {
        Utf8Path::new("state/x.db")
    }

    #[test]
    fn a_state_goes_through_each_migration_once() {
        let conn = Connection::open_in_memory().unwrap();
        let two = [MIGRATIONS[0], SECOND];
        migrate(&conn, &two[..1]).unwrap();
        assert!(matches!(check_current(&conn, file(), 2), Err(Fault::Foreign(what)) if what.contains("older")));
        migrate(&conn, &two).unwrap();
        migrate(&conn, &two).unwrap();
        assert_eq!(version(&conn).unwrap(), 2);
        check(&conn, file(), 2).unwrap();
        check_current(&conn, file(), 2).unwrap();
    }

    #[test]
    fn a_migration_that_fails_leaves_the_state_as_it_was() {
        let conn = Connection::open_in_memory().unwrap();
        migrate(&conn, &MIGRATIONS[..1]).unwrap();
        let broken = [MIGRATIONS[0], "CREATE TABLE half (x); CREATE TABLE runs (x);"];
        migrate(&conn, &broken).unwrap_err();
        assert_eq!(version(&conn).unwrap(), 1);
        assert!(conn.prepare("SELECT * FROM half").is_err());
    }

    #[test]
    fn a_newer_state_is_refused() {
        let conn = Connection::open_in_memory().unwrap();
        migrate(&conn, &[MIGRATIONS[0], SECOND]).unwrap();
        assert!(matches!(check(&conn, file(), 1), Err(Fault::Foreign(what)) if what.contains("newer firstbell")));
    }

    #[test]
    fn a_database_without_our_mark_is_not_ours() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE runs (x); PRAGMA user_version = 1;").unwrap();
        assert!(matches!(check(&conn, file(), 1), Err(Fault::Foreign(what)) if what.contains("not a state")));
    }
}
