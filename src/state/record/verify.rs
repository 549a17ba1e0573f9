//! Verifying: the chain is recomputed, the commitments that can still be opened are opened, and the tables must agree
//! with the log on what was set. It reports; it mends nothing.

use std::collections::HashMap;

use crate::state::sql::{self, Connection, Row};

use super::fault::Fault;
use super::value::Count;
use crate::model::activation::ActivationStage;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{ActivationNumber, CaregiverId, Lineage};
use crate::model::letter_form::LetterForm;
use crate::state::chain::{self, Event, Hash};
use crate::state::event::SET_KINDS;
use crate::state::sqlite;

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many events the log has.
    pub events: u64,
    /// How many of them are bound to a person and a text that are still there, and agree with them.
    pub opened: u64,
    /// How many of them speak of somebody, or hold a text, that was erased.
    pub erased: u64,
    /// The hash of the last event.
    pub head: String,
    /// What is wrong; empty where all is well.
    pub findings: Vec<Finding>,
}

impl Verified {
    /// Whether all is well.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// The file is not as it was written.
    #[error("the file is damaged: {0}; restore it from a backup")]
    Damage(String),
    /// The numbers of the events have a gap.
    #[error("event {expected} is missing: event {found} comes next")]
    Gap {
        /// The number that should come.
        expected: u64,
        /// The number that comes.
        found: u64,
    },
    /// An event's content is not what was hashed.
    #[error("the chain breaks at event {seq}: it is not what was recorded")]
    Broken {
        /// Which.
        seq: u64,
    },
    /// The last event is not the one that the state says it ends with.
    #[error("the log ends at event {found}, but was recorded up to event {recorded}")]
    End {
        /// The last event that is there.
        found: u64,
        /// The last event that was recorded.
        recorded: u64,
    },
    /// The person or the text of an event is not the one it was bound to.
    #[error("event {seq} belongs to another caregiver or text than the one that now stands there")]
    Unbound {
        /// Which.
        seq: u64,
    },
    /// The log says that one activation was set more than once.
    #[error("the log says {times} times that the password of one activation was set (event {seq})")]
    SetAgain {
        /// The later event.
        seq: u64,
        /// How often by then.
        times: u32,
    },
    /// What letters have in common is not what was recorded.
    #[error("the form {id:016x} that letters were written with was changed: those that still wait can't be opened")]
    Form {
        /// Which.
        id: u64,
    },
    /// The tables and the log disagree on whether an activation was set.
    #[error("activation {activation} of {caregiver}: tables and log disagree on whether its password was set")]
    Disagree {
        /// Whose.
        caregiver: CaregiverId,
        /// Which.
        activation: ActivationNumber,
    },
}

/// Checks everything that can be checked.
pub(in crate::state) fn verify(conn: &Connection) -> Result<Verified, Fault> {
    let damage = conn.sqlite().map(sqlite::inspect).transpose()?.flatten();
    let moment = conn.moment()?;
    let (lineage, recorded, recorded_head) = moment.query_row("SELECT lineage, events, head FROM meta", [], |row| {
        let Count(events) = row.get(1)?;
        Ok((row.get::<_, Lineage>(0)?, events, row.get::<_, Hash>(2)?))
    })?;
    let mut walk = Walk::from(chain::genesis(&lineage));
    walk.findings.extend(damage.map(Finding::Damage));
    walk.events(&moment)?;
    if (walk.last, walk.head) != (recorded, recorded_head) {
        walk.findings.push(Finding::End { found: walk.last, recorded });
    }
    walk.compare_tables(&moment)?;
    walk.forms(&moment)?;
    let Walk { events, opened, erased, head, findings, .. } = walk;
    Ok(Verified { events, opened, erased, head: head.to_string(), findings })
}

/// A walk along the log, and what it has seen.
struct Walk {
    last: u64,
    head: Hash,
    events: u64,
    opened: u64,
    erased: u64,
    findings: Vec<Finding>,
    /// How often each (subject, activation) was set.
    set: HashMap<(u64, u32), u32>,
}

impl Walk {
    fn from(genesis: Hash) -> Self {
        let set = HashMap::new();
        Self { last: 0, head: genesis, events: 0, opened: 0, erased: 0, findings: Vec::new(), set }
    }

    fn events(&mut self, conn: &Connection) -> Result<(), Fault> {
        let mut statement = conn.prepare_long(
            "SELECT e.seq, e.at, e.run, e.kind, e.subject, e.activation, e.letter, e.commitment, e.has_text, e.detail,
                 e.hash, s.bound, coalesce(t.salt, s.salt), t.text
             FROM events e LEFT JOIN subjects s ON s.number = e.subject LEFT JOIN event_texts t ON t.seq = e.seq
             ORDER BY e.seq",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let event = event(row)?;
            self.link(&event, row.get(10)?);
            self.open(&event, row)?;
            self.count(&event);
            self.events += 1;
        }
        Ok(())
    }

    fn link(&mut self, event: &Event<'_>, stored: Hash) {
        let expected = self.last + 1;
        if event.seq != expected {
            self.findings.push(Finding::Gap { expected, found: event.seq });
        }
        if chain::hash(&self.head, event) != stored {
            self.findings.push(Finding::Broken { seq: event.seq });
        }
        // Going on from what is stored shows each edited event by itself.
        (self.last, self.head) = (event.seq, stored);
    }

    fn open(&mut self, event: &Event<'_>, row: Row<'_>) -> Result<(), Fault> {
        let Some(commitment) = event.commitment else { return Ok(()) };
        let caregiver: Option<CaregiverId> = row.get(11)?;
        let salt: Option<Vec<u8>> = row.get(12)?;
        let text: Option<String> = row.get(13)?;
        let is_complete = caregiver.is_some() == event.subject.is_some() && text.is_some() == event.has_text;
        match salt {
            Some(salt) if is_complete => {
                let text = text.unwrap_or_default();
                if chain::commitment(&salt, caregiver.as_ref().map(CaregiverId::as_str), &text) == commitment {
                    self.opened += 1;
                } else {
                    self.findings.push(Finding::Unbound { seq: event.seq });
                }
            }
            _ => self.erased += 1,
        }
        Ok(())
    }

    fn count(&mut self, event: &Event<'_>) {
        let (Some(subject), Some(activation)) = (event.subject, event.activation) else { return };
        if !SET_KINDS.contains(&event.kind) {
            return;
        }
        let times = self.set.entry((subject, activation)).or_default();
        *times += 1;
        if *times > 1 {
            self.findings.push(Finding::SetAgain { seq: event.seq, times: *times });
        }
    }

    /// An activation is `set` in the tables exactly when the log says so; who was forgotten has no rows to compare.
    fn compare_tables(&mut self, conn: &Connection) -> Result<(), Fault> {
        let mut statement = conn.prepare(
            "SELECT a.caregiver, a.number, a.stage, s.number
             FROM activations a LEFT JOIN subjects s ON s.caregiver = a.caregiver ORDER BY a.caregiver, a.number",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (caregiver, activation): (CaregiverId, ActivationNumber) = (row.get(0)?, row.get(1)?);
            let subject: Option<i64> = row.get(3)?;
            let in_log = subject.and_then(|subject| self.set.remove(&(subject.cast_unsigned(), activation.0)));
            let is_set = row.get::<_, ActivationStage>(2)? == ActivationStage::Set;
            if subject.is_none() || in_log.is_some() != is_set {
                self.findings.push(Finding::Disagree { caregiver, activation });
            }
        }
        self.rows_lost(conn)?;
        self.renamed_in_silence(conn)
    }

    fn forms(&mut self, conn: &Connection) -> Result<(), Fault> {
        let mut statement = conn.prepare("SELECT id, bytes FROM letter_forms ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (Fingerprint(id), bytes) = (row.get(0)?, row.get::<_, Vec<u8>>(1)?);
            if LetterForm::of(bytes).id != id {
                self.findings.push(Finding::Form { id });
            }
        }
        Ok(())
    }

    /// Somebody whose id is another than the one they were bound to, though the log tells of no move.
    fn renamed_in_silence(&mut self, conn: &Connection) -> Result<(), Fault> {
        let mut statement = conn.prepare(
            "SELECT (SELECT min(t.seq) FROM told t WHERE t.subject = s.number) FROM subjects s
             WHERE s.caregiver <> s.bound
                 AND NOT EXISTS (SELECT 1 FROM told t JOIN events m ON m.seq = t.seq
                     WHERE t.subject = s.number AND m.kind = 'moved')",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let seq = row.get::<_, Option<Count>>(0)?.map_or(0, |Count(seq)| seq);
            self.findings.push(Finding::Unbound { seq });
        }
        Ok(())
    }

    /// What the log says was set, of somebody who is not forgotten, but no table has.
    fn rows_lost(&mut self, conn: &Connection) -> Result<(), Fault> {
        let mut lost = Vec::new();
        let mut statement = conn.prepare("SELECT caregiver FROM subjects WHERE number = ?")?;
        for (subject, activation) in self.set.keys() {
            let mut rows = statement.query([subject.cast_signed()])?;
            if let Some(row) = rows.next()? {
                lost.push((row.get::<_, CaregiverId>(0)?, ActivationNumber(*activation)));
            }
        }
        lost.sort();
        let disagree = |(caregiver, activation)| Finding::Disagree { caregiver, activation };
        self.findings.extend(lost.into_iter().map(disagree));
        Ok(())
    }
}

fn event(row: Row<'_>) -> Result<Event<'_>, Fault> {
    let Count(seq) = row.get(0)?;
    Ok(Event {
        seq,
        at: row.get(1)?,
        run: row.get(2)?,
        kind: row.get_ref(3)?.as_str().map_err(sql::Error::from)?,
        subject: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
        activation: row.get(5)?,
        letter: row.get(6)?,
        commitment: row.get(7)?,
        has_text: row.get(8)?,
        detail: row.get_ref(9)?.as_str().map_err(sql::Error::from)?,
    })
}
