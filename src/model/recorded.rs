//! The recorded state: what was done to whom, as far as a plan needs it.
//!
//! No names, addresses or passwords: fingerprints say "the same person" and "the same address" without saying who.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::activation::{ActivationKind, ActivationStage, Channel, LetterStage};
use super::by_id::ById;
use super::fingerprint::Fingerprint;
use super::handover::{HandOver, HandOverNumber};
use super::ids::{
    ActivationKey, ActivationNumber, CohortName, LetterNumber, Lineage, MessageId, RosterNumber, RunNumber,
};

/// Everything recorded. [`Recorded::default`] is a state in which nothing has happened.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Which state this is and how far it has come; `None` before the first run.
    pub position: Option<Position>,
    /// What was done to whom. Only caregivers with an activation, of any stage but voided.
    pub histories: ById<History>,
    /// The keys of their earlier activations, oldest first, where there are any: markers that may still stand in the LMS.
    pub earlier_keys: ById<Box<[ActivationKey]>>,
    /// The caregivers of the accepted rosters.
    pub presence: ById<Presence>,
    /// Accepted rosters by number, oldest first.
    pub rosters: Vec<AcceptedRoster>,
    /// When each cohort was opened.
    pub openings: BTreeMap<CohortName, Opening>,
    /// Whether the sealing key was lost once: who those were whom the roster does not have may then be unknown for good.
    pub is_key_lost: bool,
    /// Who had access and was forgotten, by the keyed hash of their id.
    pub forgotten: BTreeMap<Fingerprint, Forgotten>,
    /// All hand-overs by number, oldest first.
    pub handovers: Vec<HandOver>,
}

impl Recorded {
    /// The roster accepted last.
    pub fn last_roster(&self) -> Option<&AcceptedRoster> {
        self.rosters.last()
    }

    /// The keys of a caregiver's earlier activations, oldest first.
    pub fn earlier_keys(&self, id: &str) -> &[ActivationKey] {
        self.earlier_keys.get(id).map_or(&[], |keys| keys)
    }

    /// The keys of all activations that the LMS may show, and whose they are; of those who were forgotten nobody can say. One that
    /// was only prepared is not among them: where the LMS shows it, the record is an old copy.
    pub fn owners(&self) -> HashMap<ActivationKey, Option<&str>> {
        let latest = self.histories.iter().filter(|(_, history)| history.is_announced());
        let latest = latest.map(|(id, history)| (history.key, Some(id)));
        let earlier = self.earlier_keys.iter().flat_map(|(id, keys)| keys.iter().map(move |key| (*key, Some(id))));
        let forgotten = self.forgotten.values().flat_map(|forgotten| forgotten.keys.iter().map(|key| (*key, None)));
        forgotten.chain(earlier).chain(latest).collect()
    }

    /// The hand-overs that nobody has settled yet.
    pub fn open_handovers(&self) -> impl Iterator<Item = &HandOver> {
        self.handovers.iter().filter(|handover| handover.is_open())
    }

    /// The number that the next hand-over gets.
    pub fn next_handover(&self) -> HandOverNumber {
        self.handovers.last().map_or(HandOverNumber::FIRST, |last| last.number.next())
    }
}

/// What is left of somebody who had access and was forgotten: enough to leave them alone when their id turns up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// The last activation that gave access.
    pub number: ActivationNumber,
    /// The keys of their activations, oldest first: markers that may still stand in the LMS.
    pub keys: Vec<ActivationKey>,
}

/// Where a state stands: compared with `rollout.lock` at every start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which state.
    pub lineage: Lineage,
    /// The last run begun.
    pub run: RunNumber,
    /// Counts commits.
    pub serial: u64,
    /// The hash of the last event (64 hexadecimal digits).
    pub head: String,
}

/// The latest activation of one caregiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Its number.
    pub number: ActivationNumber,
    /// Its random id.
    pub key: ActivationKey,
    /// How it gives access.
    pub kind: ActivationKind,
    /// How far it has come.
    pub stage: ActivationStage,
    /// When that stage was reached.
    pub stage_at: Timestamp,
    /// The cohort it was done for.
    pub cohort: Option<CohortName>,
    /// Whether the sealed password is still held.
    pub has_secret: bool,
    /// The latest letter of this activation; most of a million were adopted and have none.
    pub letter: Option<Box<LetterRecord>>,
    /// Who they were when it was done.
    pub identity: Identity,
    /// Disabled by us, because they had left.
    pub is_withdrawn: bool,
}

impl History {
    /// The number of the last activation that gave access, or may have: what was only prepared, or certainly refused, gave
    /// nobody anything. 0 where there was none.
    pub fn last_done(&self) -> u32 {
        if self.is_announced() { self.number.0 } else { self.number.0 - 1 }
    }

    /// Whether something was begun in the LMS, now or under an earlier number.
    pub fn is_begun(&self) -> bool {
        self.last_done() > 0
    }

    /// Whether the LMS may show this activation's key as a marker: it was announced, and not certainly refused.
    pub fn is_announced(&self) -> bool {
        !matches!(self.stage, ActivationStage::Prepared | ActivationStage::Refused | ActivationStage::Voided)
    }

    /// The password is set and the letter accepted, or the LMS tells the password by itself, or somebody was adopted: nothing
    /// more is due by itself.
    pub fn is_active(&self) -> bool {
        match self.stage {
            ActivationStage::Adopted => true,
            ActivationStage::Set => self
                .letter
                .as_ref()
                .is_none_or(|letter| letter.stage == LetterStage::Sent || letter.stage == LetterStage::Bounced),
            _ => false,
        }
    }
}

/// The latest letter of an activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRecord {
    /// Its number.
    pub number: LetterNumber,
    /// How far it has come.
    pub stage: LetterStage,
    /// When that stage was reached.
    pub stage_at: Timestamp,
    /// How often it was handed to the transport.
    pub attempts: u32,
    /// Recipient and children it names, as a fingerprint.
    pub fingerprint: Fingerprint,
    /// Its Message-ID.
    pub message_id: MessageId,
    /// The way it goes.
    pub channel: Channel,
}

/// Who a caregiver was, as fingerprints: enough to notice that a new id is probably the same person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The address, folded.
    pub address: Option<Fingerprint>,
    /// First and last name, folded.
    pub name: Option<Fingerprint>,
    /// The students they were linked with, sorted; where the LMS links parents with children, a second fingerprint of each
    /// that they may see.
    pub students: Box<[Fingerprint]>,
}

/// When an id was accepted first, and since when it has been missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The first accepted roster that had it.
    pub first: RosterNumber,
    /// The first accepted full roster in a row that did not have it; `None` while it is there.
    pub absent_since: Option<RosterNumber>,
}

/// A roster that an apply took as the school's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedRoster {
    /// Its number.
    pub number: RosterNumber,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// The export's own date, else the file's.
    pub exported_at: Timestamp,
    /// SHA-256 of its bytes (64 hexadecimal digits); of several exports and corrections those of each, `a,b+c`.
    pub sha256: String,
    /// Data rows.
    pub rows: u64,
    /// Caregivers after folding.
    pub caregivers: u64,
    /// Whether it is the whole truth: only then does absence mean anything.
    pub is_full: bool,
}

/// A cohort's opening: recorded once, never undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// The roster accepted last at that moment: who comes with a later one is a new arrival.
    pub roster: RosterNumber,
}
