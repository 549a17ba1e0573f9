//! What SQLite promises of a commit on this disk: asked of the connection itself, not taken from what it was told.

use rusqlite::Connection;

use crate::state::record::Fault;

/// How a commit gets to the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Durability {
    /// The journal mode: `wal` for a state that is written.
    pub journal: String,
    /// `off`, `normal`, `full` or `extra`.
    pub synchronous: &'static str,
}

impl Durability {
    /// Whether a commit is on the disk when it returns.
    pub fn is_durable(&self) -> bool {
        self.journal == "wal" && ["full", "extra"].contains(&self.synchronous)
    }
}

pub(in crate::state) fn ask(conn: &Connection) -> Result<Durability, Fault> {
    let journal = conn.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let level: u8 = conn.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    let synchronous = match level {
        0 => "off",
        1 => "normal",
        2 => "full",
        _ => "extra",
    };
    Ok(Durability { journal, synchronous })
}
