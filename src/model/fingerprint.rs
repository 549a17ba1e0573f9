//! Keyed fingerprints: what the state keeps instead of names and addresses, so that it can say "the same" and not who.
//!
//! HMAC-SHA-256 under a key derived from the [`SealingKey`], one derivation a purpose, cut to 64 bits.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::secret::SealingKey;

type HmacSha256 = Hmac<Sha256>;

/// 64 bits of a keyed hash. Two equal texts under one key and purpose have the same; without the key it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u64);

/// What a fingerprint is taken of; each purpose has a key of its own, so that they can't be compared across.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A caregiver's address, folded.
    Address,
    /// A caregiver's name, folded.
    Name,
    /// A student's id.
    Student,
    /// A letter's recipient together with the children it names.
    Letter,
    /// The id of somebody who was forgotten.
    Forgotten,
    /// The check value by which a wrong key is found at the start.
    KeyCheck,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Address => b"firstbell/1/address",
            Self::Name => b"firstbell/1/name",
            Self::Student => b"firstbell/1/student",
            Self::Letter => b"firstbell/1/letter",
            Self::Forgotten => b"firstbell/1/forgotten",
            Self::KeyCheck => b"firstbell/1/key-check",
        }
    }
}

/// Takes fingerprints under one key; pure.
#[derive(Clone)]
pub struct Fingerprinter {
    address: HmacSha256,
    name: HmacSha256,
    student: HmacSha256,
    letter: HmacSha256,
    forgotten: HmacSha256,
    check: HmacSha256,
    plan: HmacSha256,
    handover: HmacSha256,
    export: HmacSha256,
}

/// A keyed hash of a text that comes in pieces.
pub struct Authenticator(HmacSha256);

impl Authenticator {
    /// Of no text and under no key: stands where one was that is finished.
    pub fn none() -> Self {
        Self(keyed(&[]))
    }

    /// Takes in the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all of them (64 hexadecimal digits).
    pub fn finish(self) -> String {
        hex(&self.0.finalize().into_bytes())
    }
}

impl Fingerprinter {
    /// Derives the keys of all purposes.
    pub fn new(key: &SealingKey) -> Self {
        let derive_label = |label: &[u8]| {
            let mut root = keyed(key.reveal());
            root.update(label);
            keyed(&root.finalize().into_bytes())
        };
        let derive = |purpose: Purpose| derive_label(purpose.label());
        Self {
            address: derive(Purpose::Address),
            name: derive(Purpose::Name),
            student: derive(Purpose::Student),
            letter: derive(Purpose::Letter),
            forgotten: derive(Purpose::Forgotten),
            check: derive(Purpose::KeyCheck),
            plan: derive_label(b"firstbell/1/plan"),
            handover: derive_label(b"firstbell/1/handover"),
            export: derive_label(b"firstbell/1/export"),
        }
    }

    /// The whole keyed hash of a text of a saved plan (64 hexadecimal digits): who has not the key can't make one.
    pub fn authenticate(&self, text: &str) -> String {
        whole(&self.plan, text.as_bytes())
    }

    /// Begins the keyed hash of an exported state: who has not the key can't make one.
    pub fn export(&self) -> Authenticator {
        Authenticator(self.export.clone())
    }

    /// The whole keyed hash of a hand-over's file (64 hexadecimal digits): it holds passwords, so that a bare hash could be
    /// guessed at.
    pub fn hand_over(&self, bytes: &[u8]) -> String {
        whole(&self.handover, bytes)
    }

    /// What is left of an id once its person was forgotten.
    pub fn of_forgotten(&self, id: &str) -> Fingerprint {
        self.of(Purpose::Forgotten, [id])
    }

    /// The fingerprint of `parts`, each told from the next by its length.
    pub fn of<'a>(&self, purpose: Purpose, parts: impl IntoIterator<Item = &'a str>) -> Fingerprint {
        let mut mac = match purpose {
            Purpose::Address => &self.address,
            Purpose::Name => &self.name,
            Purpose::Student => &self.student,
            Purpose::Letter => &self.letter,
            Purpose::Forgotten => &self.forgotten,
            Purpose::KeyCheck => &self.check,
        }
        .clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        let bytes = mac.finalize().into_bytes();
        let mut head = [0; 8];
        head.copy_from_slice(&bytes[..8]);
        Fingerprint(u64::from_le_bytes(head))
    }
}

fn whole(key: &HmacSha256, bytes: &[u8]) -> String {
    let mut mac = key.clone();
    mac.update(bytes);
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string can't fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn keyed(key: &[u8]) -> HmacSha256 {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    HmacSha256::new_from_slice(key).expect("HMAC takes a key of any length")
}

impl std::fmt::Debug for Fingerprinter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fingerprinter(…)")
    }
}
