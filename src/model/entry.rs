//! What the state is told: one [`Entry`] for each thing that happened or is about to, a [`Commit`] for those that
//! become durable together.
//!
//! A store applies an entry to its tables and appends one event to the hash-chained log, in the same transaction.

use std::sync::Arc;

use jiff::Timestamp;

use super::activation::{ActivationKind, Channel};
use super::fingerprint::Fingerprint;
use super::handover::{HandOverBegun, HandOverNumber, HandOverOutcome};
use super::ids::{
    ActivationKey, ActivationNumber, CaregiverId, CohortName, LetterNumber, MessageId, RosterNumber, RunNumber,
    Username,
};
use super::letter_form::LetterForm;
use super::recorded::{AcceptedRoster, Identity};
use super::secret::Sealed;

/// Entries that become durable together, or not at all.
#[derive(Clone, Debug)]
pub struct Commit {
    /// When.
    pub at: Timestamp,
    /// Under which run.
    pub run: RunNumber,
    /// What, in order.
    pub entries: Vec<Entry>,
}

/// One thing to record.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A run begins.
    RunBegun(RunBegun),
    /// A run came to its end.
    RunEnded {
        /// How, in one word: `done`, `interrupted`, `stopped`.
        outcome: String,
    },
    /// A roster was taken as the school's.
    RosterAccepted {
        /// The roster.
        roster: AcceptedRoster,
        /// Ids that no accepted roster had before.
        arrivals: Vec<CaregiverId>,
        /// Ids that are missing for the first time in a row.
        absent: Vec<CaregiverId>,
        /// Ids that were missing and are there again.
        returned: Vec<CaregiverId>,
    },
    /// The rollout says that a person's SMS id has become another: all that is recorded goes with them.
    Moved {
        /// The id they had.
        from: CaregiverId,
        /// The id they have.
        to: CaregiverId,
        /// Why.
        because: String,
    },
    /// A cohort was opened.
    CohortOpened {
        /// Which.
        cohort: CohortName,
        /// The roster accepted last.
        roster: RosterNumber,
    },
    /// Password and letter exist, sealed; nothing is announced. Takes the place of a voided or refused activation of
    /// the same number.
    Prepared(Prepared),
    /// The password is about to be set.
    Setting(Subject),
    /// The LMS has the password.
    Set {
        /// Whose.
        subject: Subject,
        /// How it is known: `answered`, `marker`, `resolved`.
        evidence: String,
    },
    /// The LMS said a certain no.
    ResetRefused {
        /// Whose.
        subject: Subject,
        /// What it said.
        reason: String,
    },
    /// Nobody knows whether the LMS has the password.
    ResetUnknown {
        /// Whose.
        subject: Subject,
        /// What was seen.
        detail: String,
    },
    /// Given up while nothing was announced.
    Voided(Subject),
    /// A further letter with the same password, because recipient or children changed before the last one was sent.
    LetterPrepared {
        /// Whose.
        subject: Subject,
        /// The letter.
        letter: NewLetter,
    },
    /// The letter is about to be handed to the transport.
    Sending(LetterSubject),
    /// The transport has the letter: its sealed parts are wiped with this commit.
    Sent(LetterSubject),
    /// All is done about a letter on paper but printing it.
    PageReady(LetterSubject),
    /// A person says that the page is printed. Everything sealed is wiped.
    Printed(LetterSubject),
    /// The page is not printed, and may be later.
    NotPrinted {
        /// Which letter.
        letter: LetterSubject,
        /// Why.
        reason: String,
    },
    /// The transport has the letter: its sealed parts are kept for a while, in case it comes back.
    SentAndKept(LetterSubject),
    /// The time is over for which sealed parts were kept after sending: they are wiped.
    Wiped(Subject),
    /// The letter came back: nobody is behind the address it went to.
    LetterBounced {
        /// Which letter.
        letter: LetterSubject,
        /// The status that the report gives.
        reason: String,
    },
    /// A person says whether a letter arrived of which that was not known.
    LetterResolved {
        /// Which letter.
        letter: LetterSubject,
        /// Whether it arrived; if not, the same letter goes out again.
        arrived: bool,
        /// What they saw.
        evidence: String,
    },
    /// The transport refused this recipient.
    LetterRejected {
        /// Which letter.
        letter: LetterSubject,
        /// What it said.
        reason: String,
    },
    /// The letter was certainly not taken, for now.
    LetterDeferred {
        /// Which letter.
        letter: LetterSubject,
        /// What was said.
        reason: String,
    },
    /// Perhaps the transport has the letter.
    LetterUnknown {
        /// Which letter.
        letter: LetterSubject,
        /// What was seen.
        detail: String,
    },
    /// Somebody was active already.
    Adopted(Adopted),
    /// Name or address in the LMS were corrected.
    Updated {
        /// Whose.
        caregiver: CaregiverId,
        /// Which fields, by name.
        fields: Vec<String>,
    },
    /// The account was disabled, because its person has left.
    Withdrawn {
        /// Whose.
        caregiver: CaregiverId,
    },
    /// The account was enabled again, because its person is back.
    Restored {
        /// Whose.
        caregiver: CaregiverId,
    },
    /// An effect on an account, other than a password, was refused or is unknown: nothing changes but the log.
    EffectFailed {
        /// Whose.
        caregiver: CaregiverId,
        /// Which effect and what was said.
        reason: String,
    },
    /// A person settled what the program could not.
    Resolved {
        /// Whose.
        subject: Subject,
        /// Whether the password was set.
        was_set: bool,
        /// What they saw.
        evidence: String,
    },
    /// What a repair found out about somebody from outside the record.
    Recovered(Recovered),
    /// A person accepts where this state stands, though `rollout.lock` knew it further on or otherwise. The run that says so
    /// may skip numbers, and the count of commits goes on behind the one given.
    PositionAccepted {
        /// The commits that `rollout.lock` knew of.
        serial: u64,
        /// Why.
        because: String,
    },
    /// Everything that says who somebody was is erased; that they had access stays, under a keyed hash.
    Forgotten {
        /// Who.
        caregiver: CaregiverId,
        /// What is left of their id, and of those that they had before.
        hashes: Vec<Fingerprint>,
        /// The number of the last activation that gave access; `None` where none did.
        number: Option<ActivationNumber>,
        /// Why.
        because: String,
    },
    /// The sealing key became another: everything sealed is sealed under that one now.
    Rekeyed(super::rekey::Rekeyed),
    /// The sealing key is lost: what was sealed under it is wiped, and so are the fingerprints, which nobody can take again.
    KeyLost {
        /// The check value of the key that takes its place.
        key_check: Fingerprint,
        /// Why.
        because: String,
    },
    /// A hand-over is about to be put in place: its rows are sealed with it.
    HandOverBegun(HandOverBegun),
    /// The files of a hand-over are in place.
    HandOverPlaced {
        /// Which.
        number: HandOverNumber,
    },
    /// The password stands in a file that a person imports.
    HandedOver {
        /// Whose.
        subject: Subject,
        /// In which hand-over.
        number: HandOverNumber,
    },
    /// A person says that the row was imported.
    Confirmed {
        /// Whose.
        subject: Subject,
        /// In which hand-over.
        number: HandOverNumber,
    },
    /// A person says that the row was not imported. Password and letter stay: the next hand-over has the same ones.
    HandedBack {
        /// Whose.
        subject: Subject,
        /// In which hand-over.
        number: HandOverNumber,
    },
    /// A person says that nobody knows what became of a hand-over.
    HandOverUnsure {
        /// Which.
        number: HandOverNumber,
    },
    /// A person has said what became of a hand-over: its rows are wiped.
    HandOverSettled {
        /// Which.
        number: HandOverNumber,
        /// What they said.
        outcome: HandOverOutcome,
    },
    /// Who an active caregiver is now (name, address, children changed in the SMS).
    Identified {
        /// Who.
        caregiver: CaregiverId,
        /// Why, where a person says that they are still the same.
        because: Option<String>,
        /// As of this roster.
        identity: Identity,
    },
}

/// A run begins.
#[derive(Clone, Debug)]
pub struct RunBegun {
    /// Which command.
    pub command: String,
    /// Who, where.
    pub actor: Actor,
    /// SHA-256 of the plan that it carries out (64 hexadecimal digits); empty where there is none.
    pub plan: String,
}

/// Who runs firstbell, where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account of the operating system.
    pub user: String,
    /// The machine.
    pub host: String,
    /// The process.
    pub pid: u32,
}

/// One activation of one caregiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Whose.
    pub caregiver: CaregiverId,
    /// Which.
    pub activation: ActivationNumber,
}

/// One letter of one activation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterSubject {
    /// Whose.
    pub caregiver: CaregiverId,
    /// Which activation.
    pub activation: ActivationNumber,
    /// Which letter of it.
    pub letter: LetterNumber,
}

/// Password and letter exist, sealed.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Whose, which.
    pub subject: Subject,
    /// Its random id.
    pub key: ActivationKey,
    /// How it gives access.
    pub kind: ActivationKind,
    /// The cohort it is done for.
    pub cohort: CohortName,
    /// The name the account signs in with.
    pub username: Username,
    /// The password, sealed; `None` where the LMS draws it.
    pub password: Option<Sealed>,
    /// Who they are now.
    pub identity: Identity,
    /// The letter; `None` where the LMS tells the password.
    pub letter: Option<NewLetter>,
}

/// A rendered letter.
#[derive(Clone, Debug)]
pub struct NewLetter {
    /// Its number within the activation.
    pub number: LetterNumber,
    /// Its Message-ID.
    pub message_id: MessageId,
    /// Where it goes (kept in an erasable table, for the help desk).
    pub recipient: String,
    /// The way it goes.
    pub channel: Channel,
    /// Recipient and children, as a fingerprint.
    pub fingerprint: Fingerprint,
    /// The exact bytes, sealed; with a form only what they have besides it.
    pub bytes: Sealed,
    /// What they have in common with other letters.
    pub form: Option<Arc<LetterForm>>,
}

/// Somebody was active already.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// Whose; the activation is number 1.
    pub subject: Subject,
    /// The marker that stands in the LMS, else a fresh random id.
    pub key: ActivationKey,
    /// The cohort they belong to, where they belong to one.
    pub cohort: Option<CohortName>,
    /// When it was done, as far as that is known.
    pub since: Option<Timestamp>,
    /// Why it is believed: `signed-in`, or what the person who adopted wrote.
    pub because: String,
    /// Who they are now.
    pub identity: Identity,
}

/// What a repair found out about somebody.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// Whose, which.
    pub subject: Subject,
    /// The marker that stands in the LMS, else a fresh random id.
    pub key: ActivationKey,
    /// Whether they certainly have access; else nobody knows, and a person decides with `resolve`.
    pub is_active: bool,
    /// What was seen.
    pub because: String,
    /// Who they are now.
    pub identity: Identity,
}
