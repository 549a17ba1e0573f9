//! What is sealed, wherever it stands, when the sealing key becomes another or is lost. It opens and seals nothing.

use crate::state::sql::{Connection, Optional, params};

use super::commit::{Scope, one};
use super::fault::Fault;
use crate::model::entry::Subject;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::ActivationKey;
use crate::model::rekey::{Rekeyed, Resealed, SealedPlace};
use crate::model::secret::Sealed;

/// The key of the fingerprints, where it is not the sealing key.
pub(super) fn fingerprint_key(conn: &Connection) -> Result<Option<Sealed>, Fault> {
    conn.query_row("SELECT bytes FROM fingerprint_key", [], |row| row.get(0)).optional()
}

/// Everything that is sealed, with the random id of the activation that each seal is bound to.
pub(super) fn sealed(conn: &Connection) -> Result<Vec<(Resealed, ActivationKey)>, Fault> {
    let mut all = passwords(conn)?;
    let mut statement = conn.prepare(
        "SELECT l.caregiver, l.activation, l.number, l.bytes, a.key FROM letters l
         JOIN activations a ON a.caregiver = l.caregiver AND a.number = l.activation WHERE l.bytes IS NOT NULL",
    )?;
    let letters = statement.query_map([], |row| {
        let place = SealedPlace::Letter(Subject { caregiver: row.get(0)?, activation: row.get(1)? }, row.get(2)?);
        Ok((Resealed { place, sealed: row.get(3)? }, row.get(4)?))
    })?;
    all.extend(letters.collect::<Result<Vec<_>, _>>()?);
    let mut statement =
        conn.prepare("SELECT handover, place, bytes, key FROM handover_rows WHERE bytes IS NOT NULL")?;
    let rows = statement.query_map([], |row| {
        Ok((Resealed { place: SealedPlace::HandOver(row.get(0)?, row.get(1)?), sealed: row.get(2)? }, row.get(3)?))
    })?;
    all.extend(rows.collect::<Result<Vec<_>, _>>()?);
    Ok(all)
}

fn passwords(conn: &Connection) -> Result<Vec<(Resealed, ActivationKey)>, Fault> {
    let mut statement =
        conn.prepare("SELECT caregiver, number, password, key FROM activations WHERE password IS NOT NULL")?;
    let rows = statement.query_map([], |row| {
        let place = SealedPlace::Password(Subject { caregiver: row.get(0)?, activation: row.get(1)? });
        Ok((Resealed { place, sealed: row.get(2)? }, row.get(3)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts everything that was sealed again in its place: all of it, or nothing.
pub(super) fn rekey(scope: Scope<'_>, rekeyed: &Rekeyed) -> Result<(), Fault> {
    let conn = scope.conn;
    if sealed(conn)?.len() != rekeyed.resealed.len() {
        return Err(Fault::rule("something else was sealed since the key was to become another; nothing was changed"));
    }
    conn.execute(
        "INSERT INTO fingerprint_key (one, bytes) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET bytes = excluded.bytes",
        [&rekeyed.fingerprint_key],
    )?;
    for Resealed { place, sealed } in &rekeyed.resealed {
        match place {
            SealedPlace::Password(Subject { caregiver, activation }) => one(
                conn,
                "UPDATE activations SET password = ? WHERE caregiver = ? AND number = ? AND password IS NOT NULL",
                params![sealed, caregiver, activation],
            )?,
            SealedPlace::Letter(Subject { caregiver, activation }, letter) => one(
                conn,
                "UPDATE letters SET bytes = ? WHERE caregiver = ? AND activation = ? AND number = ? AND bytes IS NOT NULL",
                params![sealed, caregiver, activation, letter],
            )?,
            SealedPlace::HandOver(handover, place) => one(
                conn,
                "UPDATE handover_rows SET bytes = ? WHERE handover = ? AND place = ? AND bytes IS NOT NULL",
                params![sealed, handover, place],
            )?,
        }
    }
    Ok(())
}

/// Wipes what nobody can open any more, and the fingerprints, which nobody can take again to compare.
pub(super) fn lose(scope: Scope<'_>, key_check: Fingerprint) -> Result<(), Fault> {
    scope.conn.execute_batch(
        "UPDATE activations SET password = NULL;
         UPDATE letters SET bytes = NULL;
         UPDATE handover_rows SET bytes = NULL;
         DELETE FROM fingerprint_key;",
    )?;
    let none = [Vec::<u8>::new()];
    scope.conn.execute("UPDATE caregivers SET address = NULL, name = NULL, students = ?", none)?;
    one(scope.conn, "UPDATE meta SET key_check = ?, keys_lost = keys_lost + 1", [key_check])
}
