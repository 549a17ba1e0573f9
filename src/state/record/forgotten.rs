//! Forgetting somebody: what names them goes, a keyed hash stays where they had access, so that nobody is reset again
//! because we have forgotten that it was done.

use std::collections::BTreeMap;

use crate::state::sql::{Connection, params};

use super::commit::{Scope, lookup};
use super::fault::Fault;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId};
use crate::model::recorded::Forgotten;

/// Erases somebody: their row and all that hangs on it, the texts of their events, their accounts as the LMS showed them.
pub(super) fn forget(
    scope: Scope<'_>,
    caregiver: &CaregiverId,
    hashes: &[Fingerprint],
    number: Option<ActivationNumber>,
) -> Result<(), Fault> {
    let conn = scope.conn;
    scope.seen.forget();
    if let Some(number) = number {
        let keys = keys(conn, caregiver)?;
        for hash in hashes {
            conn.prepare_cached(
                "INSERT INTO forgotten (hash, number, keys) VALUES (?, ?, ?)
                 ON CONFLICT (hash) DO UPDATE SET number = excluded.number, keys = excluded.keys",
            )?
            .execute(params![hash, number, keys])?;
        }
    }
    if let Some(subject) = lookup::<i64>(conn, "SELECT number FROM subjects WHERE caregiver = ?", [caregiver])? {
        conn.execute("DELETE FROM event_texts WHERE seq IN (SELECT seq FROM told WHERE subject = ?)", [subject])?;
        // The id that they had before theirs was changed.
        conn.execute(
            "DELETE FROM caregivers WHERE caregiver = (SELECT bound FROM subjects WHERE number = ?1)
                 AND NOT EXISTS (SELECT 1 FROM subjects s WHERE s.caregiver = caregivers.caregiver AND s.number <> ?1)",
            [subject],
        )?;
    }
    conn.execute("DELETE FROM observed_accounts WHERE caregiver = ?", [caregiver])?;
    conn.execute("DELETE FROM caregivers WHERE caregiver = ?", [caregiver])?;
    Ok(())
}

/// The ids that somebody had before theirs was changed, oldest first: the one that the log was begun with, and what each move
/// says.
pub(super) fn former_ids(conn: &Connection, caregiver: &CaregiverId) -> Result<Vec<CaregiverId>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT bound FROM subjects WHERE caregiver = ?1
         UNION SELECT substr(t.text, 6, instr(t.text, ': ') - 6) FROM event_texts t
             JOIN told ON told.seq = t.seq JOIN events e ON e.seq = t.seq JOIN subjects s ON s.number = told.subject
             WHERE s.caregiver = ?1 AND e.kind = 'moved' AND t.text LIKE 'from %: %'",
    )?;
    let ids = statement.query_map([caregiver], |row| row.get(0))?;
    let ids = ids.collect::<Result<Vec<CaregiverId>, _>>()?;
    Ok(ids.into_iter().filter(|id| id != caregiver).collect())
}

fn keys(conn: &Connection, caregiver: &CaregiverId) -> Result<Vec<u8>, Fault> {
    let mut statement = conn.prepare_cached("SELECT key FROM activations WHERE caregiver = ? ORDER BY number")?;
    let keys = statement.query_map([caregiver], |row| row.get::<_, ActivationKey>(0))?;
    let mut bytes = Vec::new();
    for key in keys {
        bytes.extend_from_slice(&key?.0.to_be_bytes());
    }
    Ok(bytes)
}

/// Everybody who was forgotten.
pub(super) fn load(conn: &Connection) -> Result<BTreeMap<Fingerprint, Forgotten>, Fault> {
    let mut statement = conn.prepare("SELECT hash, number, keys FROM forgotten")?;
    let rows = statement.query_map([], |row| {
        let bytes: Vec<u8> = row.get(2)?;
        let keys = bytes.as_chunks::<16>().0.iter().map(|key| ActivationKey(u128::from_be_bytes(*key))).collect();
        Ok((row.get(0)?, Forgotten { number: row.get(1)?, keys }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
