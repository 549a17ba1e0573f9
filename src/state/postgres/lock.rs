//! The lock against a second run: one of the session, which the server frees when the connection ends, however it ends. The name that
//! the session goes by says who holds it.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::session::Session;
use crate::both;
use crate::state::record::Fault;

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::state) enum Mode {
    /// Looking on; nothing is locked.
    Look,
    /// Reading while nobody writes: many may.
    Shared,
    /// Writing, alone.
    Exclusive,
}

/// A process that was killed holds its lock until the server has noticed: so long it is asked for again.
const ATTEMPTS: u32 = 34;
const PAUSE: Duration = Duration::from_millis(30);

/// Takes the lock, or says who holds it: after a second at most.
pub(super) fn take(session: &Session, mode: Mode, name: &str) -> Result<(), Fault> {
    let sql = match mode {
        Mode::Look => return Ok(()),
        Mode::Shared => "SELECT pg_try_advisory_lock_shared(?)",
        Mode::Exclusive => "SELECT pg_try_advisory_lock(?)",
    };
    let key = key(name);
    for attempt in 1..=ATTEMPTS {
        if session.query(sql, &[&key])?.first().is_some_and(|row| row.get(0)) {
            return Ok(());
        }
        if attempt < ATTEMPTS {
            both::pause(PAUSE);
        }
    }
    Err(Fault::Locked(holder(session, key)?))
}

/// A rollout's lock: its name, hashed to the number that the server asks for.
fn key(name: &str) -> i64 {
    let digest = Sha256::new().chain_update(b"firstbell rollout\0").chain_update(name.as_bytes()).finalize();
    i64::from_be_bytes(std::array::from_fn(|at| digest[at]))
}

/// Who holds it: a writer by name; readers leave none.
fn holder(session: &Session, key: i64) -> Result<String, Fault> {
    let rows = session.query(
        "SELECT coalesce(a.application_name, ''), l.mode = 'ExclusiveLock' FROM pg_locks l
         LEFT JOIN pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND (l.classid::int8 << 32 | l.objid::int8) = ?
         ORDER BY 2 DESC LIMIT 1",
        &[&key],
    )?;
    Ok(match rows.first().map(|row| (row.get::<_, String>(0), row.get::<_, bool>(1))) {
        Some((_, false)) => {
            "a command that is reading it (`plan`, for example); try again when that is done".to_owned()
        }
        Some((name, true)) if !name.is_empty() => name.chars().filter(|letter| !letter.is_control()).collect(),
        _ => "another run of firstbell".to_owned(),
    })
}
