//! Loading: everything that a plan needs, read in one go and from one moment.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, Row};

use super::commit::position;
use super::fault::Fault;
use super::value::{At, Count, Students};
use crate::model::activation::ActivationStage;
use crate::model::ids::{ActivationNumber, CaregiverId, CohortName};
use crate::model::recorded::{AcceptedRoster, History, Identity, LetterRecord, Opening, Presence, Recorded};

/// Everything recorded.
pub(super) fn load(conn: &Connection) -> Result<Recorded, Fault> {
    // One transaction: a writer that commits in between is not seen by halves.
    let moment = conn.unchecked_transaction()?;
    let mut recorded = Recorded {
        position: position(&moment)?,
        histories: histories(&moment)?,
        presence: HashMap::new(),
        rosters: rosters(&moment)?,
        openings: openings(&moment)?,
    };
    add_letters(&moment, &mut recorded.histories)?;
    add_people(&moment, &mut recorded)?;
    Ok(recorded)
}

fn rosters(conn: &Connection) -> Result<Vec<AcceptedRoster>, Fault> {
    let mut statement = conn.prepare(
        "SELECT number, accepted_at, exported_at, sha256, rows, caregivers, is_full FROM rosters ORDER BY number",
    )?;
    let rows = statement.query_map([], |row| {
        let (At(accepted_at), At(exported_at)) = (row.get(1)?, row.get(2)?);
        let (Count(data_rows), Count(caregivers)) = (row.get(4)?, row.get(5)?);
        Ok(AcceptedRoster {
            number: row.get(0)?,
            accepted_at,
            exported_at,
            sha256: row.get(3)?,
            rows: data_rows,
            caregivers,
            is_full: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn openings(conn: &Connection) -> Result<std::collections::BTreeMap<CohortName, Opening>, Fault> {
    let mut statement = conn.prepare("SELECT cohort, at, roster FROM openings")?;
    let rows = statement.query_map([], |row| {
        let At(at) = row.get(1)?;
        Ok((row.get(0)?, Opening { at, roster: row.get(2)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The latest activation of each caregiver that was not given up, with the keys of those before it.
fn histories(conn: &Connection) -> Result<HashMap<CaregiverId, History>, Fault> {
    let mut histories = HashMap::with_capacity(size(conn, "SELECT count(*) FROM activations")?);
    let mut statement = conn.prepare(
        "SELECT caregiver, number, key, kind, stage, stage_at, cohort, password IS NOT NULL
         FROM activations ORDER BY caregiver, number",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, ActivationStage>(4)? == ActivationStage::Voided {
            continue;
        }
        let latest = history(row)?;
        match histories.entry(row.get(0)?) {
            Entry::Vacant(place) => {
                place.insert(latest);
            }
            Entry::Occupied(mut place) => {
                let mut before = place.insert(latest);
                before.earlier.push(before.key);
                place.get_mut().earlier = before.earlier;
            }
        }
    }
    Ok(histories)
}

fn history(row: &Row<'_>) -> Result<History, Fault> {
    let At(stage_at) = row.get(5)?;
    Ok(History {
        number: row.get(1)?,
        key: row.get(2)?,
        kind: row.get(3)?,
        stage: row.get(4)?,
        stage_at,
        cohort: row.get(6)?,
        earlier: Vec::new(),
        has_secret: row.get(7)?,
        letter: None,
        identity: Identity::default(),
        is_withdrawn: false,
    })
}

fn add_letters(conn: &Connection, histories: &mut HashMap<CaregiverId, History>) -> Result<(), Fault> {
    let mut statement = conn.prepare(
        "SELECT caregiver, activation, number, stage, stage_at, attempts, fingerprint, message_id
         FROM letters ORDER BY caregiver, activation, number",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let caregiver = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let Some(history) = histories.get_mut(caregiver) else { continue };
        if history.number == row.get::<_, ActivationNumber>(1)? {
            // In order, so the last one stays.
            history.letter = Some(letter(row)?);
        }
    }
    Ok(())
}

fn letter(row: &Row<'_>) -> Result<LetterRecord, Fault> {
    let At(stage_at) = row.get(4)?;
    Ok(LetterRecord {
        number: row.get(2)?,
        stage: row.get(3)?,
        stage_at,
        attempts: row.get(5)?,
        fingerprint: row.get(6)?,
        message_id: row.get(7)?,
    })
}

fn add_people(conn: &Connection, recorded: &mut Recorded) -> Result<(), Fault> {
    recorded.presence.reserve(size(conn, "SELECT count(*) FROM caregivers")?);
    let mut statement = conn.prepare(
        "SELECT caregiver, first_roster, absent_since, is_withdrawn, address, name, students FROM caregivers",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let caregiver = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if let Some(history) = recorded.histories.get_mut(caregiver) {
            history.is_withdrawn = row.get(3)?;
            let Students(students) = row.get(6)?;
            history.identity = Identity { address: row.get(4)?, name: row.get(5)?, students };
        }
        if let Some(first) = row.get(1)? {
            recorded.presence.insert(caregiver.into(), Presence { first, absent_since: row.get(2)? });
        }
    }
    Ok(())
}

fn size(conn: &Connection, sql: &str) -> Result<usize, Fault> {
    let Count(count) = conn.query_row(sql, [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}
