//! Caregivers, and the random numbers under which the log speaks of them.

use std::sync::Arc;

use crate::state::sql::{Optional, params};

use super::commit::{Scope, lookup, one, one_if};
use super::fault::Fault;
use super::value::Students;
use crate::edge::Random;
use crate::model::ids::CaregiverId;
use crate::model::recorded::Identity;

/// Who somebody is now.
pub(super) fn identify(scope: Scope<'_>, caregiver: &CaregiverId, identity: &Identity) -> Result<(), Fault> {
    one(
        scope.conn,
        "INSERT INTO caregivers (caregiver, address, name, students) VALUES (?, ?, ?, ?)
         ON CONFLICT (caregiver) DO UPDATE SET address = excluded.address, name = excluded.name, students = excluded.students",
        params![caregiver, identity.address, identity.name, Students(identity.students.clone())],
    )?;
    scope.seen.note_row(caregiver);
    Ok(())
}

/// All that is recorded of a person goes with them to the id that they have now. What was only attempted under that id gives way,
/// and the log says of it no more than that somebody was meant.
pub(super) fn move_to(scope: Scope<'_>, from: &CaregiverId, to: &CaregiverId) -> Result<(), Fault> {
    let begun =
        "SELECT count(*) FROM activations WHERE caregiver = ? AND stage NOT IN ('prepared', 'refused', 'voided')";
    if lookup::<i64>(scope.conn, begun, [to])? != Some(0) {
        return Err(Fault::rule(format!("{from} can't become {to}: something was done for {to} already")));
    }
    scope.conn.defer_foreign_keys()?;
    scope.conn.execute(
        "DELETE FROM event_texts WHERE seq IN (SELECT t.seq FROM told t JOIN subjects s ON s.number = t.subject
             WHERE s.caregiver = ?)",
        [to],
    )?;
    for table in ["subjects", "activations"] {
        scope.conn.execute(&format!("DELETE FROM {table} WHERE caregiver = ?"), [to])?;
    }
    one(
        scope.conn,
        "INSERT INTO caregivers (caregiver, is_withdrawn, address, name, students)
             SELECT ?2, is_withdrawn, address, name, students FROM caregivers WHERE caregiver = ?1
         ON CONFLICT (caregiver) DO UPDATE SET is_withdrawn = excluded.is_withdrawn, address = excluded.address,
             name = excluded.name, students = excluded.students",
        params![from, to],
    )?;
    scope.seen.forget();
    for table in ["activations", "letters", "subjects", "handover_rows"] {
        let sql = format!("UPDATE {table} SET caregiver = ?2 WHERE caregiver = ?1");
        scope.conn.prepare_cached(&sql)?.execute(params![from, to])?;
    }
    Ok(())
}

/// Whether we have disabled somebody's account.
pub(super) fn withdraw(scope: Scope<'_>, caregiver: &CaregiverId, is_withdrawn: bool) -> Result<(), Fault> {
    one(
        scope.conn,
        "INSERT INTO caregivers (caregiver, is_withdrawn) VALUES (?, ?)
         ON CONFLICT (caregiver) DO UPDATE SET is_withdrawn = excluded.is_withdrawn",
        params![caregiver, is_withdrawn],
    )
}

/// Somebody as the log knows them.
pub(super) struct LogSubject {
    /// The number under which events speak of them.
    pub(super) number: i64,
    /// The id that their commitments are made with: the first that the log knew them by.
    pub(super) bound: CaregiverId,
    /// What their commitments are salted with.
    pub(super) salt: Vec<u8>,
}

/// The number and salt of somebody, drawn when the log first speaks of them.
pub(super) fn subject(
    scope: Scope<'_>,
    random: &mut dyn Random,
    caregiver: &CaregiverId,
) -> Result<Arc<LogSubject>, Fault> {
    if let Some(known) = scope.seen.known(caregiver) {
        return Ok(known);
    }
    let recorded = scope
        .conn
        .prepare_cached("SELECT number, bound, salt FROM subjects WHERE caregiver = ?")?
        .query_row([caregiver], |row| Ok(LogSubject { number: row.get(0)?, bound: row.get(1)?, salt: row.get(2)? }))
        .optional()?;
    let subject = Arc::new(match recorded {
        Some(subject) => subject,
        None => new_subject(scope, random, caregiver)?,
    });
    scope.seen.keep(caregiver, &subject);
    Ok(subject)
}

fn new_subject(scope: Scope<'_>, random: &mut dyn Random, caregiver: &CaregiverId) -> Result<LogSubject, Fault> {
    if !scope.seen.has_row(caregiver) {
        let sql = "INSERT INTO caregivers (caregiver) VALUES (?) ON CONFLICT DO NOTHING";
        scope.conn.prepare_cached(sql)?.execute([caregiver])?;
    }
    for _ in 0..8 {
        let number = number(random);
        let subject = LogSubject { number, bound: caregiver.clone(), salt: random.id().to_le_bytes().to_vec() };
        let is_free = one_if(
            scope.conn,
            "INSERT INTO subjects (number, caregiver, bound, salt) VALUES (?, ?, ?, ?) ON CONFLICT (number) DO NOTHING",
            params![subject.number, caregiver, subject.bound, subject.salt],
        )?;
        if is_free {
            return Ok(subject);
        }
    }
    Err(Fault::rule("the source of chance gives the same number again and again"))
}

/// 63 bits: that somebody who was forgotten had the same number does not happen.
fn number(random: &mut dyn Random) -> i64 {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    i64::from_le_bytes(bytes) & i64::MAX
}
