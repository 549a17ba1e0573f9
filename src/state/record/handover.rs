//! Hand-overs: begun, placed, settled; and their rows, sealed until then.

use crate::state::sql::{self, Connection, Optional, Row, params};

use super::activation::step;
use super::commit::{Scope, lookup, one};
use super::fault::Fault;
use super::value::At;
use crate::edge::SealedHandOver;
use crate::model::entry::Subject;
use crate::model::handover::HandOverBegun;
use crate::model::handover::{HandOver, HandOverNumber, HandOverOutcome, HandOverRow};
use crate::model::ids::ActivationKey;
use crate::model::secret::Sealed;
use crate::state::transition::ActivationStep;

/// Stores a hand-over with all its rows, before its file is put in place.
pub(super) fn begin(scope: Scope<'_>, begun: &HandOverBegun) -> Result<(), Fault> {
    let HandOverBegun { number, name, cohort, has_letters, fingerprint, note, rows } = begun;
    one(
        scope.conn,
        "INSERT INTO handovers (number, run, begun_at, name, cohort, has_letters, fingerprint, note)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![number, scope.run, scope.at, name, cohort, has_letters, fingerprint, note],
    )?;
    for (place, row) in (1_u32..).zip(rows) {
        let Subject { caregiver, activation } = &row.subject;
        let key: Option<ActivationKey> = lookup(
            scope.conn,
            "SELECT key FROM activations WHERE caregiver = ? AND number = ? AND stage = 'setting'",
            params![caregiver, activation],
        )?;
        let Some(key) = key else {
            return Err(Fault::rule(format!("activation {activation} of {caregiver} can't be handed over as it is")));
        };
        one(
            scope.conn,
            "INSERT INTO handover_rows (handover, place, caregiver, activation, username, is_create, is_open, key, bytes)
             VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)",
            params![number, place, caregiver, activation, row.username, row.is_create, key, row.bytes],
        )?;
    }
    Ok(())
}

/// Its files are in place.
pub(super) fn placed(scope: Scope<'_>, number: HandOverNumber) -> Result<(), Fault> {
    let sql = "UPDATE handovers SET placed_at = ? WHERE number = ? AND settled_at IS NULL";
    one(scope.conn, sql, params![scope.at, number])
}

/// Nobody knows what became of it.
pub(super) fn unsure(scope: Scope<'_>, number: HandOverNumber) -> Result<(), Fault> {
    let sql = "UPDATE handovers SET unsure_at = ? WHERE number = ? AND settled_at IS NULL";
    one(scope.conn, sql, params![scope.at, number])
}

/// Brings one row's activation to where the person's word leads, and wipes the row.
pub(super) fn settle_row(
    scope: Scope<'_>,
    subject: &Subject,
    number: HandOverNumber,
    is_imported: bool,
) -> Result<(), Fault> {
    let Subject { caregiver, activation } = subject;
    let has_password: Option<bool> = lookup(
        scope.conn,
        "SELECT password IS NOT NULL FROM activations WHERE caregiver = ? AND number = ?",
        params![caregiver, activation],
    )?;
    let step_to = match (is_imported, has_password) {
        (true, _) => ActivationStep::Confirm,
        (false, Some(true)) => ActivationStep::HandBack,
        // The LMS was to draw it: there is nothing to keep, and the number is decided afresh.
        (false, _) => ActivationStep::GiveBack,
    };
    one(
        scope.conn,
        "UPDATE handover_rows SET is_open = 0, is_imported = ?, bytes = NULL
         WHERE handover = ? AND caregiver = ? AND activation = ? AND is_open = 1",
        params![is_imported, number, caregiver, activation],
    )?;
    step(scope, subject, step_to)
}

/// A person has said what became of it. No row may be left open.
pub(super) fn settle(scope: Scope<'_>, number: HandOverNumber, outcome: HandOverOutcome) -> Result<(), Fault> {
    let open: Option<i64> =
        lookup(scope.conn, "SELECT count(*) FROM handover_rows WHERE handover = ? AND is_open = 1", [number])?;
    if open != Some(0) {
        return Err(Fault::rule(format!("hand-over {number} has rows that nobody has settled")));
    }
    let sql = "UPDATE handovers SET settled_at = ?, outcome = ? WHERE number = ? AND settled_at IS NULL";
    one(scope.conn, sql, params![scope.at, outcome, number])
}

const COLUMNS: &str = "SELECT number, name, cohort, begun_at, has_letters, fingerprint, note, placed_at, unsure_at,
         settled_at, outcome FROM handovers";

/// All hand-overs, oldest first.
pub(super) fn load(conn: &Connection) -> Result<Vec<HandOver>, Fault> {
    let mut statement = conn.prepare(&format!("{COLUMNS} ORDER BY number"))?;
    let mut handovers: Vec<HandOver> = statement.query_map([], handover)?.collect::<Result<_, _>>()?;
    let mut statement = conn.prepare(
        "SELECT handover, caregiver, activation, username, is_create, is_imported FROM handover_rows
         ORDER BY handover, place",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number: HandOverNumber = row.get(0)?;
        if let Ok(at) = handovers.binary_search_by_key(&number, |handover| handover.number) {
            handovers[at].rows.push(read_row(row)?);
        }
    }
    Ok(handovers)
}

fn handover(row: Row<'_>) -> sql::Result<HandOver> {
    let (At(at), settled_at) = (row.get(3)?, row.get::<_, Option<At>>(9)?);
    let outcome: Option<HandOverOutcome> = row.get(10)?;
    Ok(HandOver {
        number: row.get(0)?,
        name: row.get(1)?,
        cohort: row.get(2)?,
        at,
        has_letters: row.get(4)?,
        fingerprint: row.get(5)?,
        note: row.get(6)?,
        is_placed: row.get::<_, Option<At>>(7)?.is_some(),
        is_unsure: row.get::<_, Option<At>>(8)?.is_some(),
        settled: settled_at.map(|At(at)| at).zip(outcome),
        rows: Vec::new(),
    })
}

fn read_row(row: Row<'_>) -> sql::Result<HandOverRow> {
    Ok(HandOverRow {
        caregiver: row.get(1)?,
        activation: row.get(2)?,
        username: row.get(3)?,
        is_create: row.get(4)?,
        is_imported: row.get(5)?,
    })
}

/// One hand-over with its sealed rows, as long as they are held.
pub(super) fn sealed(conn: &Connection, number: HandOverNumber) -> Result<Option<SealedHandOver>, Fault> {
    let moment = conn.moment()?;
    let found = moment.query_row(&format!("{COLUMNS} WHERE number = ?"), [number], handover).optional()?;
    let Some(mut handover) = found else { return Ok(None) };
    let mut statement = moment.prepare(
        "SELECT handover, caregiver, activation, username, is_create, is_imported, key, bytes FROM handover_rows
         WHERE handover = ? ORDER BY place",
    )?;
    let mut rows = statement.query([number])?;
    let mut bytes = Vec::new();
    while let Some(row) = rows.next()? {
        handover.rows.push(read_row(row)?);
        if let Some(sealed) = row.get::<_, Option<Sealed>>(7)? {
            bytes.push((row.get(6)?, sealed));
        }
    }
    Ok(Some(SealedHandOver { handover, bytes }))
}
