//! Wiping what a finished run leaves behind on the disk.

use rusqlite::Connection;

use crate::state::record::Fault;

/// Brings the write-ahead log into the file and cuts it off, so that nothing overwritten in the file stands on in it.
pub(in crate::state) fn wipe(conn: &Connection) -> Result<(), Fault> {
    let is_busy: bool = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        return Err(Fault::Stuck(
            "another program is reading the state, so what was wiped still stands in its write-ahead log: it goes with \
             the next run"
                .to_owned(),
        ));
    }
    Ok(())
}
