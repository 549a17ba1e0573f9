//! Loading: everything that a plan needs, read in one go and from one moment.

use crate::state::sql::{self, Connection, Row, Rows};

use super::commit::position;
use super::fault::Fault;
use super::handover;
use super::value::{At, Count, Students};
use crate::model::activation::ActivationStage;
use crate::model::by_id::ById;
use crate::model::ids::{ActivationKey, ActivationNumber, CohortName};
use crate::model::recorded::{AcceptedRoster, History, Identity, LetterRecord, Opening, Presence, Recorded};

/// Everything recorded.
pub(super) fn load(conn: &Connection) -> Result<Recorded, Fault> {
    // One transaction: a writer that commits in between is not seen by halves.
    let moment = conn.moment()?;
    let People { histories, earlier_keys, presence } = people(&moment)?;
    Ok(Recorded {
        position: position(&moment)?,
        histories,
        earlier_keys,
        presence,
        rosters: rosters(&moment)?,
        openings: openings(&moment)?,
        is_key_lost: moment.query_row("SELECT keys_lost > 0 FROM meta", [], |row| row.get(0))?,
        forgotten: super::forgotten::load(&moment)?,
        handovers: handover::load(&moment)?,
    })
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

/// What is recorded of people, each of the three in the order of their ids.
#[derive(Default)]
struct People {
    histories: ById<History>,
    earlier_keys: ById<Box<[ActivationKey]>>,
    presence: ById<Presence>,
}

/// Histories and presence. Three tables are read side by side, all in the order of caregivers: a million people are
/// then put together without looking any of them up.
fn people(conn: &Connection) -> Result<People, Fault> {
    let mut activations = conn.prepare_long(
        "SELECT caregiver, number, key, kind, stage, stage_at, cohort, password IS NOT NULL
         FROM activations ORDER BY caregiver, number",
    )?;
    let mut letters = conn.prepare_long(
        "SELECT caregiver, activation, number, stage, stage_at, attempts, fingerprint, message_id, channel
         FROM letters ORDER BY caregiver, activation, number",
    )?;
    let mut caregivers = conn.prepare_long(
        "SELECT caregiver, first_roster, absent_since, is_withdrawn, address, name, students
         FROM caregivers ORDER BY caregiver",
    )?;
    let mut activations = Beside::begin(activations.query([])?)?;
    let mut letters = Beside::begin(letters.query([])?)?;
    let mut people = People::default();
    let mut rows = caregivers.query([])?;
    while let Some(row) = rows.next()? {
        let caregiver = text(row)?;
        let mut earlier = Vec::new();
        if let Some(history) = latest(&mut activations, &mut letters, caregiver, &mut earlier)? {
            people.histories.insert(caregiver, with_person(history, row)?);
        }
        if !earlier.is_empty() {
            people.earlier_keys.insert(caregiver, earlier.into());
        }
        if let Some(first) = row.get(1)? {
            people.presence.insert(caregiver, Presence { first, absent_since: row.get(2)? });
        }
    }
    // A row that belongs to nobody would have stopped its table there, and hidden what was done to everybody behind it.
    activations.is_at_end("activations")?;
    letters.is_at_end("letters")?;
    Ok(people)
}

/// The latest activation of one caregiver that was not given up, nor only prepared or refused behind another; the keys of those before it go into `earlier`.
fn latest(
    activations: &mut Beside<'_>,
    letters: &mut Beside<'_>,
    caregiver: &str,
    earlier: &mut Vec<ActivationKey>,
) -> Result<Option<History>, Fault> {
    let mut latest: Option<History> = None;
    while let Some(row) = activations.of(caregiver)? {
        // What was only prepared, or refused, gave nobody anything: the activation before it is still the one that counts.
        let counts = match row.get::<_, ActivationStage>(4)? {
            ActivationStage::Voided => false,
            ActivationStage::Prepared | ActivationStage::Refused => latest.is_none(),
            _ => true,
        };
        if counts {
            earlier.extend(latest.replace(history(row)?).map(|before| before.key));
        }
        activations.advance()?;
    }
    while let Some(row) = letters.of(caregiver)? {
        let activation: ActivationNumber = row.get(1)?;
        if let Some(history) = latest.as_mut().filter(|history| history.number == activation) {
            // In order, so the last one stays.
            history.letter = Some(Box::new(letter(row)?));
        }
        letters.advance()?;
    }
    Ok(latest)
}

fn history(row: Row<'_>) -> Result<History, Fault> {
    let At(stage_at) = row.get(5)?;
    Ok(History {
        number: row.get(1)?,
        key: row.get(2)?,
        kind: row.get(3)?,
        stage: row.get(4)?,
        stage_at,
        cohort: row.get(6)?,
        has_secret: row.get(7)?,
        letter: None,
        identity: Identity::default(),
        is_withdrawn: false,
    })
}

fn letter(row: Row<'_>) -> Result<LetterRecord, Fault> {
    let At(stage_at) = row.get(4)?;
    Ok(LetterRecord {
        number: row.get(2)?,
        stage: row.get(3)?,
        stage_at,
        attempts: row.get(5)?,
        fingerprint: row.get(6)?,
        message_id: row.get(7)?,
        channel: row.get(8)?,
    })
}

fn with_person(history: History, row: Row<'_>) -> Result<History, Fault> {
    let Students(students) = row.get(6)?;
    let identity = Identity { address: row.get(4)?, name: row.get(5)?, students };
    Ok(History { is_withdrawn: row.get(3)?, identity, ..history })
}

/// A table that is read beside another, both in the order of their first column, the caregiver.
struct Beside<'a>(Rows<'a>);

impl<'a> Beside<'a> {
    fn begin(mut rows: Rows<'a>) -> Result<Self, Fault> {
        rows.advance()?;
        Ok(Self(rows))
    }

    /// The row it stands at, if that belongs to this caregiver.
    fn of(&self, caregiver: &str) -> Result<Option<Row<'_>>, Fault> {
        match self.0.get() {
            Some(row) if text(row)? == caregiver => Ok(Some(row)),
            _ => Ok(None),
        }
    }

    fn advance(&mut self) -> Result<(), Fault> {
        self.0.advance()
    }

    fn is_at_end(&self, table: &str) -> Result<(), Fault> {
        match self.0.get() {
            None => Ok(()),
            Some(_) => Err(Fault::Foreign(format!(
                "the state is damaged: a row of {table} belongs to no caregiver; restore the state from a backup"
            ))),
        }
    }
}

fn text(row: Row<'_>) -> Result<&str, Fault> {
    Ok(row.get_ref(0)?.as_str().map_err(sql::Error::from)?)
}
