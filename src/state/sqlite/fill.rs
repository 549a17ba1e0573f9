//! A new file made of what was written down.

use std::io::BufRead;

use camino::Utf8Path;
use rusqlite::{Connection, OpenFlags};

use super::schema::{self, MIGRATIONS};
use super::{open, wipe};
use crate::state::dump::Reader;
use crate::state::record::{Fault, Refused, misfit, prove, take};
use crate::state::sql;

/// Fills a new, empty file with what was written down, and proves it: the MAC, the tables' own rules, the chain.
pub(in crate::state) fn fill(path: &Utf8Path, reader: &mut Reader<impl BufRead>) -> Result<(), Refused> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    open::settle(&conn)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    let known = MIGRATIONS.iter().take(reader.header.schema as usize).copied().collect::<Vec<_>>();
    schema::migrate(&conn, &known)?;
    // Rows come table by table, not each behind what it refers to: that is looked at when all are there.
    conn.pragma_update(None, "foreign_keys", false)?;
    let conn = sql::Connection::Sqlite(conn);
    take(&conn, reader)?;
    let dangling = "SELECT count(*) FROM pragma_foreign_key_check";
    let dangling: i64 = conn.query_row(dangling, [], |row| row.get(0))?;
    if dangling > 0 {
        return Err(misfit(reader.line, format!("{dangling} rows refer to rows that are not there")));
    }
    if let Some(conn) = conn.sqlite() {
        schema::migrate(conn, MIGRATIONS)?;
        wipe::enter(conn)?;
    }
    prove(&conn, reader)?;
    if let Some(conn) = conn.into_sqlite() {
        conn.close().map_err(|(_, error)| Fault::from(error))?;
    }
    Ok(())
}
