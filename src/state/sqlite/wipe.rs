//! What a finished run leaves behind on the disk is wiped, and what it told is put in order.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::state::record::Fault;

/// Enters in order what was told since this was done last: until then it is looked for at the log's end.
pub(super) fn enter(conn: &Connection) -> Result<(), Fault> {
    let step = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    step.execute_batch(
        "INSERT INTO told_before SELECT subject, seq FROM events
             WHERE seq > (SELECT seq FROM told_upto) AND subject IS NOT NULL ORDER BY subject, seq;
         UPDATE told_upto SET seq = (SELECT coalesce(max(seq), 0) FROM events);",
    )?;
    Ok(step.commit()?)
}

/// Brings the write-ahead log into the file and cuts it off, so that nothing overwritten in the file stands on in it.
pub(in crate::state) fn wipe(conn: &Connection) -> Result<(), Fault> {
    enter(conn)?;
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
