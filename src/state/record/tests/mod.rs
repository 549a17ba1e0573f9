//! The store against its contract: what a commit does and what it refuses. In a file, or with `FIRSTBELL_TEST_STATE=postgres` on the
//! server that `.ci/with-postgres` starts.

#[cfg(feature = "postgres")]
#[path = "../../../../tests/it/database.rs"]
#[expect(
    dead_code,
    clippy::disallowed_methods,
    reason = "shared with tests/it, which ask more of it and are told by the environment where the server is"
)]
mod database;
mod exactly_once;
mod forgetting;
mod laws;
mod loading;
mod moving;
mod secrets;

use std::fmt::Debug;

use camino::Utf8PathBuf;
use jiff::Timestamp;

use crate::edge::{Random, StateError, StateStore};
use crate::model::activation::{ActivationKind, Channel};
use crate::model::entry::{Actor, Adopted, Commit, Entry, LetterSubject, NewLetter, Prepared, RunBegun, Subject};
use crate::model::fingerprint::{Fingerprint, Fingerprinter};
use crate::model::handover::{BegunRow, HandOverBegun, HandOverNumber};
use crate::model::ids::{ActivationKey, ActivationNumber, LetterNumber, Lineage, MessageId, RosterNumber, RunNumber};
use crate::model::recorded::{AcceptedRoster, Identity, Position};
use crate::model::secret::{Sealed, SealingKey};
use crate::state::record::{Access, Held, Store};

/// Numbers that look drawn and are the same every time.
pub(in crate::state) struct Counted(pub(in crate::state) u64);

impl Random for Counted {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = self.0.to_le_bytes()[7];
        }
    }
}

/// A state in a folder of its own, or in a database of its own.
pub(in crate::state) struct Place {
    /// Removed with everything in it when the test is over.
    _folder: tempfile::TempDir,
    pub(in crate::state) path: Utf8PathBuf,
    #[cfg(feature = "postgres")]
    database: Option<database::Database>,
}

impl Place {
    fn place(&self) -> crate::state::record::Place {
        #[cfg(feature = "postgres")]
        if let Some(database) = &self.database {
            let address = crate::state::postgres::Address::parse(&database.url(), "Kōwhai College", None).unwrap();
            return crate::state::record::Place::Database(std::sync::Arc::new(address));
        }
        crate::state::record::Place::File(self.path.clone())
    }

    fn held(&self) -> Result<Held, StateError> {
        self.place().lock(&actor(), &at(0).to_zoned_datetime(jiff::tz::TimeZone::UTC))
    }

    /// Opens the state that is there to write.
    pub(in crate::state) fn open(&self) -> Result<Store, StateError> {
        self.held()?.open(Access::Write(Box::new(Counted(8))))
    }

    /// Opens it to read, whoever writes.
    pub(in crate::state) fn read(&self) -> Store {
        self.place().look().unwrap().open(Access::Read).unwrap()
    }
}

pub(in crate::state) fn place() -> Place {
    Place {
        #[cfg(feature = "postgres")]
        database: database::Database::if_asked_for(),
        ..place_in_file()
    }
}

/// A state in a folder, whatever store is asked for.
pub(in crate::state) fn place_in_file() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(folder.path().join("state/firstbell.db")).unwrap();
    Place {
        _folder: folder,
        path,
        #[cfg(feature = "postgres")]
        database: None,
    }
}

pub(in crate::state) fn lineage() -> Lineage {
    Lineage::new("0123456789abcdef0123456789abcdef")
}

pub(in crate::state) fn fingerprinter(byte: u8) -> Fingerprinter {
    Fingerprinter::new(&SealingKey::new([byte; 32]))
}

pub(in crate::state) fn create(place: &Place) -> Store {
    place.held().unwrap().create(&lineage(), &fingerprinter(1), at(0), Box::new(Counted(7))).unwrap()
}

/// A store whose first run has begun.
pub(in crate::state) fn begun(place: &Place) -> Store {
    let mut store = create(place);
    commit(&mut store, 1, vec![begin()]).unwrap();
    store
}

pub(in crate::state) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub(in crate::state) fn commit(store: &mut Store, run: u32, entries: Vec<Entry>) -> Result<Position, StateError> {
    store.commit(&Commit { at: at(i64::from(run) * 100), run: RunNumber(run), entries })
}

/// Commits one after the other under run 1; says which was refused.
pub(in crate::state) fn all(store: &mut Store, entries: impl IntoIterator<Item = Entry>) {
    for entry in entries {
        let told = format!("{entry:?}");
        commit(store, 1, vec![entry]).unwrap_or_else(|error| panic!("{told}: {error}"));
    }
}

pub(in crate::state) fn refused<T: Debug>(result: Result<T, StateError>) -> String {
    match result {
        Err(StateError::Conflict { what }) => what,
        other => panic!("not refused: {other:?}"),
    }
}

pub(in crate::state) fn foreign<T>(result: Result<T, StateError>) -> String {
    match result {
        Err(StateError::Foreign { what }) => what,
        Err(other) => panic!("not foreign: {other:?}"),
        Ok(_) => panic!("not foreign"),
    }
}

pub(in crate::state) fn actor() -> Actor {
    Actor { user: "mere".into(), host: "office-pc".into(), pid: 4711 }
}

pub(in crate::state) fn begin() -> Entry {
    Entry::RunBegun(RunBegun { command: "apply".into(), actor: actor(), plan: "ab".repeat(32) })
}

pub(in crate::state) fn subject(caregiver: &str, activation: u32) -> Subject {
    Subject { caregiver: caregiver.into(), activation: ActivationNumber(activation) }
}

pub(in crate::state) fn letter_of(caregiver: &str, activation: u32, letter: u32) -> LetterSubject {
    let Subject { caregiver, activation } = subject(caregiver, activation);
    LetterSubject { caregiver, activation, letter: LetterNumber(letter) }
}

/// A name for everything that is made for one letter, so that a test can look for it.
pub(in crate::state) fn tag(what: &str, caregiver: &str, activation: u32, letter: u32) -> String {
    format!("{what}-of-{caregiver}-{activation}-{letter}")
}

pub(in crate::state) fn identity(of: u64) -> Identity {
    Identity {
        address: Some(Fingerprint(of)),
        name: Some(Fingerprint(u64::MAX - of)),
        students: Box::new([Fingerprint(of), Fingerprint(of + 1)]),
    }
}

pub(in crate::state) fn new_letter(caregiver: &str, activation: u32, letter: u32) -> NewLetter {
    NewLetter {
        channel: Channel::Mail,
        number: LetterNumber(letter),
        message_id: MessageId::new(tag("id", caregiver, activation, letter)),
        recipient: format!("{caregiver}@example.nz"),
        fingerprint: Fingerprint(u64::MAX),
        bytes: Sealed::new(tag("SEALED-LETTER", caregiver, activation, letter).repeat(400).into_bytes()),
        form: None,
    }
}

pub(in crate::state) fn prepared_with(caregiver: &str, activation: u32, key: u128) -> Entry {
    Entry::Prepared(Prepared {
        subject: subject(caregiver, activation),
        key: ActivationKey(key),
        kind: ActivationKind::Reset,
        cohort: "pilot".into(),
        username: "mere.k".into(),
        password: Some(Sealed::new(tag("SEALED-PASSWORD", caregiver, activation, 0).into_bytes())),
        identity: identity(1),
        letter: Some(new_letter(caregiver, activation, 1)),
    })
}

pub(in crate::state) fn prepared(caregiver: &str, activation: u32) -> Entry {
    prepared_with(caregiver, activation, u128::from(activation))
}

pub(in crate::state) fn setting(caregiver: &str, activation: u32) -> Entry {
    Entry::Setting(subject(caregiver, activation))
}

pub(in crate::state) fn set(caregiver: &str, activation: u32) -> Entry {
    Entry::Set { subject: subject(caregiver, activation), evidence: "answered".into() }
}

pub(in crate::state) fn reset_refused(caregiver: &str, activation: u32) -> Entry {
    Entry::ResetRefused { subject: subject(caregiver, activation), reason: "password too short".into() }
}

pub(in crate::state) fn reset_unknown(caregiver: &str, activation: u32) -> Entry {
    Entry::ResetUnknown { subject: subject(caregiver, activation), detail: "no answer".into() }
}

pub(in crate::state) fn voided(caregiver: &str, activation: u32) -> Entry {
    Entry::Voided(subject(caregiver, activation))
}

pub(in crate::state) fn resolved(caregiver: &str, activation: u32, was_set: bool) -> Entry {
    Entry::Resolved { subject: subject(caregiver, activation), was_set, evidence: "they signed in".into() }
}

pub(in crate::state) fn adopted(caregiver: &str) -> Entry {
    Entry::Adopted(Adopted {
        subject: subject(caregiver, 1),
        key: ActivationKey(99),
        cohort: Some("pilot".into()),
        since: None,
        because: "the office's list".into(),
        identity: identity(2),
    })
}

pub(in crate::state) fn sending(caregiver: &str, activation: u32, letter: u32) -> Entry {
    Entry::Sending(letter_of(caregiver, activation, letter))
}

pub(in crate::state) fn sent(caregiver: &str, activation: u32, letter: u32) -> Entry {
    Entry::Sent(letter_of(caregiver, activation, letter))
}

pub(in crate::state) fn rejected(caregiver: &str, activation: u32, letter: u32) -> Entry {
    Entry::LetterRejected { letter: letter_of(caregiver, activation, letter), reason: "550".into() }
}

pub(in crate::state) fn deferred(caregiver: &str, activation: u32, letter: u32) -> Entry {
    Entry::LetterDeferred { letter: letter_of(caregiver, activation, letter), reason: "421".into() }
}

pub(in crate::state) fn letter_unknown(caregiver: &str, activation: u32, letter: u32) -> Entry {
    Entry::LetterUnknown { letter: letter_of(caregiver, activation, letter), detail: "cut off".into() }
}

pub(in crate::state) fn another_letter(caregiver: &str, activation: u32, letter: u32) -> Entry {
    Entry::LetterPrepared { subject: subject(caregiver, activation), letter: new_letter(caregiver, activation, letter) }
}

pub(in crate::state) fn handover_begun(caregiver: &str, activation: u32) -> Entry {
    Entry::HandOverBegun(HandOverBegun {
        number: HandOverNumber(activation),
        name: "0001-pilot".into(),
        cohort: Some("pilot".into()),
        has_letters: true,
        fingerprint: "ef".repeat(32),
        note: "Import it.".into(),
        rows: vec![BegunRow {
            subject: subject(caregiver, activation),
            username: "mere.k".into(),
            is_create: false,
            bytes: Sealed::new(tag("SEALED-ROW", caregiver, activation, 0).into_bytes()),
        }],
    })
}

pub(in crate::state) fn handed_over(caregiver: &str, activation: u32) -> Entry {
    Entry::HandedOver { subject: subject(caregiver, activation), number: HandOverNumber(activation) }
}

pub(in crate::state) fn confirmed(caregiver: &str, activation: u32) -> Entry {
    Entry::Confirmed { subject: subject(caregiver, activation), number: HandOverNumber(activation) }
}

pub(in crate::state) fn handed_back(caregiver: &str, activation: u32) -> Entry {
    Entry::HandedBack { subject: subject(caregiver, activation), number: HandOverNumber(activation) }
}

/// The whole way of one activation.
pub(in crate::state) fn activation(caregiver: &str, number: u32) -> Vec<Entry> {
    vec![
        prepared(caregiver, number),
        setting(caregiver, number),
        set(caregiver, number),
        sending(caregiver, number, 1),
        sent(caregiver, number, 1),
    ]
}

pub(in crate::state) fn roster(number: u32) -> AcceptedRoster {
    AcceptedRoster {
        number: RosterNumber(number),
        accepted_at: at(i64::from(number)),
        exported_at: at(-3600),
        sha256: "cd".repeat(32),
        rows: 1400,
        caregivers: 1200,
        is_full: true,
    }
}
