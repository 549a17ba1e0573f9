//! What is still sealed, and which letters the record knows: for people who look after the secrets, and for a repair.

use std::collections::HashSet;

use crate::state::sql::Connection;
use jiff::Timestamp;

use super::fault::Fault;
use super::value::At;
use crate::model::activation::{ActivationStage, LetterStage};
use crate::model::ids::{ActivationNumber, CaregiverId};

/// An activation of which something is sealed: its password, its letter, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    /// Whose.
    pub caregiver: CaregiverId,
    /// Which.
    pub number: ActivationNumber,
    /// How far it has come.
    pub stage: ActivationStage,
    /// How far its latest letter has come.
    pub letter: Option<LetterStage>,
    /// Since when it has been so.
    pub since: Timestamp,
}

/// What is sealed, by caregiver and number.
pub(super) fn list(conn: &Connection) -> Result<Vec<SealedSecret>, Fault> {
    let mut statement = conn.prepare(
        "SELECT caregiver, number, stage, stage_at,
             (SELECT l.stage FROM letters l WHERE l.caregiver = a.caregiver AND l.activation = a.number
              ORDER BY l.number DESC LIMIT 1)
         FROM activations a
         WHERE password IS NOT NULL OR EXISTS (SELECT 1 FROM letters l
             WHERE l.caregiver = a.caregiver AND l.activation = a.number AND l.bytes IS NOT NULL)
         ORDER BY caregiver, number",
    )?;
    let rows = statement.query_map([], |row| {
        let At(since) = row.get(3)?;
        Ok(SealedSecret { caregiver: row.get(0)?, number: row.get(1)?, stage: row.get(2)?, letter: row.get(4)?, since })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Message-IDs, those of letters whose number was used again included: the log keeps them.
pub(super) fn message_ids(conn: &Connection) -> Result<HashSet<String>, Fault> {
    let mut statement = conn.prepare(
        "SELECT message_id FROM letters
         UNION SELECT substr(text, 12) FROM event_texts WHERE text LIKE 'Message-ID %'",
    )?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
