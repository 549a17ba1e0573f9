//! The place where the recorded state lives.

use jiff::Timestamp;

use crate::model::entry::{Actor, Commit};
use crate::model::handover::{HandOver, HandOverNumber};
use crate::model::ids::{
    ActivationKey, ActivationNumber, CaregiverId, LetterNumber, Lineage, MessageId, RunNumber, Username,
};
use crate::model::observed::Observed;
use crate::model::recorded::{Position, Recorded};
use crate::model::secret::Sealed;

/// The state can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file or database can't be opened, read or written.
    #[error("{what}")]
    Io {
        /// What was attempted, on what, and what to do.
        what: String,
        /// What the system or the database said.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// It is not a state of ours, or of a newer version, or damaged.
    #[error("{what}")]
    Foreign {
        /// What was found and what to do.
        what: String,
    },
    /// The record contradicts what was to be written: the commit was not made.
    #[error("{what}")]
    Conflict {
        /// Which rule.
        what: String,
    },
    /// Another process holds the lock.
    #[error("locked by {holder}: wait until it has ended, then run this again")]
    Locked {
        /// Who holds it: user, host, process, since when.
        holder: String,
    },
}

/// What is still sealed of one activation.
#[derive(Clone, Debug)]
pub struct SealedActivation {
    /// Its random id, which the seal is bound to.
    pub key: ActivationKey,
    /// The name the account signs in with.
    pub username: Username,
    /// The password; `None` when wiped.
    pub password: Option<Sealed>,
    /// The latest letter and its bytes; `None` where there is none or it is wiped.
    pub letter: Option<SealedLetter>,
}

/// A letter that is still sealed.
#[derive(Clone, Debug)]
pub struct SealedLetter {
    /// Its number within the activation.
    pub number: LetterNumber,
    /// Its Message-ID.
    pub message_id: MessageId,
    /// Where it goes.
    pub recipient: String,
    /// Its bytes; with a form what they have besides it.
    pub bytes: Sealed,
    /// The form, a whole message.
    pub form: Option<Vec<u8>>,
}

/// A hand-over, and what is still sealed of it.
#[derive(Clone, Debug)]
pub struct SealedHandOver {
    /// The hand-over.
    pub handover: HandOver,
    /// Its rows, each with the random id of the activation that its seal is bound to; fewer than rows where they are wiped.
    pub bytes: Vec<(ActivationKey, Sealed)>,
}

impl SealedHandOver {
    /// Whether rows of it are wiped, so that nobody can write its file any more, nor say what stood in it.
    pub fn is_wiped(&self) -> bool {
        self.bytes.len() < self.handover.rows.len()
    }
}

/// One event of the log, for `explain` and `state`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Under which run.
    pub run: RunNumber,
    /// What: `set`, `sent`, `adopted`, …
    pub kind: String,
    /// What more can be said, without personal data that `forget` could not take back.
    pub detail: String,
    /// Which activation, where it is about one.
    pub activation: Option<ActivationNumber>,
}

/// One letter, for `explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterLog {
    /// Which activation.
    pub activation: ActivationNumber,
    /// Which letter of it.
    pub letter: LetterNumber,
    /// How far it has come.
    pub stage: String,
    /// When that stage was reached.
    pub stage_at: Timestamp,
    /// Its Message-ID.
    pub message_id: MessageId,
    /// Where it went.
    pub recipient: String,
}

/// Everything held on one caregiver, except secrets.
#[derive(Clone, Debug, Default)]
pub struct PersonRecord {
    /// The events about them, oldest first.
    pub events: Vec<LogEvent>,
    /// Their letters, oldest first.
    pub letters: Vec<LetterLog>,
}

/// The place where the recorded state lives. One writer at a time, who holds the lock.
pub trait StateStore {
    /// Which state this is; it has its name from the moment it is made, before any run.
    fn lineage(&mut self) -> Result<Lineage, StateError>;

    /// Everything that a plan needs.
    fn load(&mut self) -> Result<Recorded, StateError>;

    /// Makes all entries durable in one transaction, or none. Returns where the state stands then.
    fn commit(&mut self, commit: &Commit) -> Result<Position, StateError>;

    /// What is still sealed of one activation.
    fn sealed(
        &mut self,
        caregiver: &CaregiverId,
        activation: ActivationNumber,
    ) -> Result<Option<SealedActivation>, StateError>;

    /// When letters went out since then, or perhaps did, in any order: what the pace goes by.
    fn sent_since(&mut self, since: Timestamp) -> Result<Vec<Timestamp>, StateError>;

    /// One hand-over, with what is still sealed of it.
    fn hand_over(&mut self, number: HandOverNumber) -> Result<Option<SealedHandOver>, StateError>;

    /// Everything held on one caregiver.
    fn person(&mut self, caregiver: &CaregiverId) -> Result<PersonRecord, StateError>;

    /// Who began the last run, when; for messages.
    fn last_run(&mut self) -> Result<Option<(RunNumber, Timestamp, Actor)>, StateError>;

    /// Keeps what the LMS showed, for plans without it. Not part of the record.
    fn remember(&mut self, observed: &Observed) -> Result<(), StateError>;

    /// What the LMS showed when it was last kept.
    fn remembered(&mut self) -> Result<Option<Observed>, StateError>;

    /// Whether a run was begun under the saved plan with this digest.
    fn has_run_of(&mut self, plan: &str) -> Result<bool, StateError>;

    /// Whether the chain holds an event with this hash.
    fn has_event(&mut self, hash: &str) -> Result<bool, StateError>;

    /// Wipes what a finished run leaves behind (freed pages, write-ahead log).
    fn wipe(&mut self) -> Result<(), StateError>;
}
