//! The chain of the log: each event's hash covers its content and the hash before it, so that an edited, removed or
//! inserted event is found.
//!
//! Nothing hashed here names a person: an event carries a random subject number and a salted commitment. Erase the
//! salt, and the commitment says nothing any more while the chain still verifies.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::model::ids::Lineage;

/// Names the form that is hashed; a changed form gets another number.
const EVENT_FORM: &[u8] = b"firstbell/event/1";
const GENESIS_FORM: &[u8] = b"firstbell/genesis/1";
const COMMITMENT_FORM: &[u8] = b"firstbell/commitment/1";

/// 32 bytes of SHA-256; shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Reads the 64 hexadecimal digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// One event as it is hashed.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Its place, from 1.
    pub seq: u64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Under which run.
    pub run: u32,
    /// What happened, in one word.
    pub kind: &'a str,
    /// Whom it is about, as a random number.
    pub subject: Option<u64>,
    /// Which activation.
    pub activation: Option<u32>,
    /// Which letter of it.
    pub letter: Option<u32>,
    /// Binds the person and the erasable text, without showing either.
    pub commitment: Option<Hash>,
    /// Whether an erasable text was written with it.
    pub has_text: bool,
    /// What may stay when a person is forgotten.
    pub detail: &'a str,
}

/// What stands before the first event: bound to the lineage, so that a log can't be moved to another state.
pub fn genesis(lineage: &Lineage) -> Hash {
    let mut form = Form::new(GENESIS_FORM);
    form.field(lineage.as_str().as_bytes());
    form.finish()
}

/// The hash of an event that follows `before`.
pub fn hash(before: &Hash, event: &Event<'_>) -> Hash {
    let mut form = Form::new(EVENT_FORM);
    form.field(&event.seq.to_le_bytes());
    form.field(&event.at.to_le_bytes());
    form.field(&event.run.to_le_bytes());
    form.field(event.kind.as_bytes());
    form.optional(event.subject.map(u64::to_le_bytes));
    form.optional(event.activation.map(u32::to_le_bytes));
    form.optional(event.letter.map(u32::to_le_bytes));
    form.optional(event.commitment.map(|hash| hash.0));
    form.field(&[u8::from(event.has_text)]);
    form.field(event.detail.as_bytes());
    form.field(&before.0);
    form.finish()
}

/// Binds a caregiver's id and a text under a salt that can be erased.
pub fn commitment(salt: &[u8], caregiver: Option<&str>, text: &str) -> Hash {
    let mut form = Form::new(COMMITMENT_FORM);
    form.field(salt);
    form.optional(caregiver);
    form.field(text.as_bytes());
    form.finish()
}

/// Fields told from each other by their lengths, so that no two events share a form.
struct Form(Sha256);

impl Form {
    fn new(name: &[u8]) -> Self {
        let mut form = Self(Sha256::new());
        form.field(name);
        form
    }

    fn field(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn optional(&mut self, bytes: Option<impl AsRef<[u8]>>) {
        self.0.update([u8::from(bytes.is_some())]);
        if let Some(bytes) = bytes {
            self.field(bytes.as_ref());
        }
    }

    fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event<'static> {
        Event {
            seq: 7,
            at: 1_800_000_000_000_000,
            run: 3,
            kind: "set",
            subject: Some(42),
            activation: Some(1),
            letter: None,
            commitment: Some(Hash([9; 32])),
            has_text: true,
            detail: "cohort pilot",
        }
    }

    #[test]
    fn every_field_changes_the_hash() {
        let before = genesis(&Lineage::new("a"));
        let changed = [
            Event { seq: 8, ..event() },
            Event { at: 0, ..event() },
            Event { run: 4, ..event() },
            Event { kind: "sent", ..event() },
            Event { subject: None, ..event() },
            Event { activation: Some(2), ..event() },
            Event { letter: Some(1), ..event() },
            Event { commitment: None, ..event() },
            Event { has_text: false, ..event() },
            Event { detail: "", ..event() },
        ];
        for other in &changed {
            assert_ne!(hash(&before, other), hash(&before, &event()), "{other:?}");
        }
        assert_ne!(hash(&genesis(&Lineage::new("b")), &event()), hash(&before, &event()));
    }

    #[test]
    fn a_number_does_not_slip_from_one_field_to_the_next() {
        let before = Hash([0; 32]);
        let activation = Event { activation: Some(1), letter: None, ..event() };
        let letter = Event { activation: None, letter: Some(1), ..event() };
        assert_ne!(hash(&before, &activation), hash(&before, &letter));
    }

    /// The stored form is for ever: if this fails, old states no longer verify.
    #[test]
    fn the_form_is_the_one_that_old_states_have() {
        let hashed = hash(&genesis(&Lineage::new("a")), &event());
        assert_eq!(hashed.to_string(), "a00cd14bc4e6b712ed418ce59d717e64c93a8e4d470fd41e998b5dc88985b38f");
    }

    #[test]
    fn a_commitment_binds_salt_person_and_text() {
        let one = commitment(&[1; 16], Some("C1"), "because");
        assert_eq!(one, commitment(&[1; 16], Some("C1"), "because"));
        assert_ne!(one, commitment(&[2; 16], Some("C1"), "because"));
        assert_ne!(one, commitment(&[1; 16], Some("C2"), "because"));
        assert_ne!(one, commitment(&[1; 16], Some("C1"), "becaus"));
        assert_ne!(one, commitment(&[1; 16], None, "because"));
    }

    #[test]
    fn a_hash_reads_what_it_shows() {
        let hashed = genesis(&Lineage::new("a"));
        assert_eq!(Hash::parse(&hashed.to_string()), Some(hashed));
        assert_eq!(Hash::parse("abc"), None);
        assert_eq!(Hash::parse(&"+1".repeat(32)), None);
        assert_eq!(Hash::parse(&"é".repeat(32)), None);
    }
}
