//! Reading for people: one caregiver's events and letters, what is still sealed, the list of all activations.

use crate::state::sql::{self, Connection, Optional, Row, params};
use jiff::Timestamp;

use super::fault::Fault;
use super::value::{At, Count};
use crate::edge::{LetterLog, LogEvent, PersonRecord, SealedActivation, SealedLetter};
use crate::model::activation::{ActivationKind, ActivationStage, LetterStage};
use crate::model::entry::Actor;
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId, CohortName, RunNumber, Username};
use crate::model::secret::Sealed;

/// One activation, for `state list`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedActivation {
    /// Whose.
    pub caregiver: CaregiverId,
    /// Which.
    pub number: ActivationNumber,
    /// How it gives access.
    pub kind: ActivationKind,
    /// How far it has come.
    pub stage: ActivationStage,
    /// When that stage was reached.
    pub stage_at: Timestamp,
    /// The cohort it was done for.
    pub cohort: Option<CohortName>,
    /// How far its latest letter has come.
    pub letter: Option<LetterStage>,
}

/// Letters that went out, those that came back included.
pub(super) fn letters_sent(conn: &Connection) -> Result<u64, Fault> {
    let stages = params![LetterStage::Sent, LetterStage::Bounced];
    let Count(sent) = conn.query_row("SELECT count(*) FROM letters WHERE stage IN (?, ?)", stages, |row| row.get(0))?;
    Ok(sent)
}

/// All activations, by caregiver and number.
pub(super) fn list(conn: &Connection) -> Result<Vec<ListedActivation>, Fault> {
    let mut statement = conn.prepare(
        "SELECT caregiver, number, kind, stage, stage_at, cohort,
             (SELECT l.stage FROM letters l WHERE l.caregiver = a.caregiver AND l.activation = a.number
              ORDER BY l.number DESC LIMIT 1)
         FROM activations a ORDER BY caregiver, number",
    )?;
    let rows = statement.query_map([], |row| {
        let At(stage_at) = row.get(4)?;
        Ok(ListedActivation {
            caregiver: row.get(0)?,
            number: row.get(1)?,
            kind: row.get(2)?,
            stage: row.get(3)?,
            stage_at,
            cohort: row.get(5)?,
            letter: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is still sealed of one activation; `None` where there is no such activation, or it never had a password of
/// ours (adopted).
pub(super) fn sealed(
    conn: &Connection,
    caregiver: &CaregiverId,
    number: ActivationNumber,
) -> Result<Option<SealedActivation>, Fault> {
    let found: Option<(Option<Username>, Option<Sealed>, ActivationKey)> = conn
        .prepare_cached("SELECT username, password, key FROM activations WHERE caregiver = ? AND number = ?")?
        .query_row(params![caregiver, number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((Some(username), password, key)) = found else { return Ok(None) };
    let letter = sealed_letter(conn, caregiver, number)?;
    Ok(Some(SealedActivation { key, username, password, letter }))
}

fn sealed_letter(
    conn: &Connection,
    caregiver: &CaregiverId,
    number: ActivationNumber,
) -> Result<Option<SealedLetter>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT l.number, l.message_id, l.recipient, l.bytes, f.bytes
         FROM letters l LEFT JOIN letter_forms f ON f.id = l.form
         WHERE l.caregiver = ? AND l.activation = ? AND l.bytes IS NOT NULL ORDER BY l.number DESC LIMIT 1",
    )?;
    let letter = statement.query_row(params![caregiver, number], |row| {
        Ok(SealedLetter {
            number: row.get(0)?,
            message_id: row.get(1)?,
            recipient: row.get(2)?,
            bytes: row.get(3)?,
            form: row.get(4)?,
        })
    });
    letter.optional()
}

/// Everything held on one caregiver, except secrets.
pub(super) fn person(conn: &Connection, caregiver: &CaregiverId) -> Result<PersonRecord, Fault> {
    let moment = conn.moment()?;
    Ok(PersonRecord { events: events(&moment, caregiver)?, letters: letters(&moment, caregiver)? })
}

fn events(conn: &Connection, caregiver: &CaregiverId) -> Result<Vec<LogEvent>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT e.seq, e.at, e.run, e.kind, e.detail, t.text, e.activation
         FROM subjects s JOIN told ON told.subject = s.number JOIN events e ON e.seq = told.seq LEFT JOIN event_texts t ON t.seq = e.seq
         WHERE s.caregiver = ? ORDER BY e.seq",
    )?;
    let rows = statement.query_map([caregiver], event)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn event(row: Row<'_>) -> sql::Result<LogEvent> {
    let (Count(seq), At(at)) = (row.get(0)?, row.get(1)?);
    let (detail, text) = (row.get::<_, String>(4)?, row.get::<_, Option<String>>(5)?);
    let said: Vec<String> = [Some(detail), text].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    Ok(LogEvent { seq, at, run: row.get(2)?, kind: row.get(3)?, detail: said.join("; "), activation: row.get(6)? })
}

fn letters(conn: &Connection, caregiver: &CaregiverId) -> Result<Vec<LetterLog>, Fault> {
    let mut statement = conn.prepare_cached(
        "SELECT activation, number, stage, stage_at, message_id, recipient FROM letters
         WHERE caregiver = ? ORDER BY activation, number",
    )?;
    let rows = statement.query_map([caregiver], |row| {
        let At(stage_at) = row.get(3)?;
        Ok(LetterLog {
            activation: row.get(0)?,
            letter: row.get(1)?,
            stage: row.get(2)?,
            stage_at,
            message_id: row.get(4)?,
            recipient: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Who began the last run, and when.
pub(super) fn last_run(conn: &Connection) -> Result<Option<(RunNumber, Timestamp, Actor)>, Fault> {
    let mut statement =
        conn.prepare_cached("SELECT number, begun_at, \"user\", host, pid FROM runs ORDER BY number DESC LIMIT 1")?;
    let run = statement.query_row([], |row| {
        let At(begun_at) = row.get(1)?;
        Ok((row.get(0)?, begun_at, Actor { user: row.get(2)?, host: row.get(3)?, pid: row.get(4)? }))
    });
    run.optional()
}
