//! Seals passwords and letters while they wait: XChaCha20-Poly1305 under a key derived from the sealing key, bound to
//! the state, the activation and the purpose, so that sealed bytes moved to another row don't open there.
//!
//! The only file that names `chacha20poly1305`. Where sealed bytes are kept, and when they are wiped, is not decided here.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;

use crate::edge::Random;
use crate::model::ids::{ActivationKey, Lineage};
use crate::model::secret::{Sealed, SealingKey};

/// The first byte of what is sealed, so that another recipe can be told from this one later.
const RECIPE: u8 = 1;
/// So many bytes are drawn for each seal.
pub(super) const NONCE: usize = 24;
const LABEL: &[u8] = b"firstbell/1/seal";

/// Seals and opens under one key.
#[derive(Clone)]
pub struct Seal(XChaCha20Poly1305);

/// What sealed bytes are bound to: they open only where all of it is the same.
#[derive(Clone, Copy, Debug)]
pub struct SealContext<'a> {
    /// Which state.
    pub lineage: &'a Lineage,
    /// Which activation.
    pub key: ActivationKey,
    /// What was sealed.
    pub purpose: SealPurpose,
}

/// What was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealPurpose {
    /// A password.
    Password,
    /// The bytes of a letter.
    Letter,
    /// The row of a hand-over.
    HandOver,
    /// The key of the fingerprints.
    FingerprintKey,
}

/// Why sealed bytes don't open, or bytes can't be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// They are too short, or of a recipe that this version does not know.
    #[error("what is stored was not sealed by this version of firstbell")]
    Foreign,
    /// The key is another, the bytes were changed, or they belong to another activation.
    #[error("opening what is sealed failed: the sealing key is another one, or the stored bytes were changed")]
    Broken,
    /// The cipher refused (more than 256 GB).
    #[error("sealing failed: there is too much of it")]
    TooLong,
}

impl Seal {
    /// Derives the key for sealing from the sealing key.
    pub fn new(key: &SealingKey) -> Self {
        Self(XChaCha20Poly1305::new((&*derived(key)).into()))
    }

    /// Seals under a nonce drawn for these bytes alone.
    pub fn seal(&self, plain: &[u8], context: &SealContext<'_>, random: &mut dyn Random) -> Result<Sealed, SealError> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: &context.bytes() };
        let cipher_text = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::TooLong)?;
        Ok(Sealed::new([&[RECIPE], nonce.as_slice(), cipher_text.as_slice()].concat()))
    }

    /// Opens what was sealed in the same context; wiped from memory when dropped.
    pub fn open(&self, sealed: &Sealed, context: &SealContext<'_>) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (recipe, rest) = sealed.as_bytes().split_first().ok_or(SealError::Foreign)?;
        let (nonce, cipher_text) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Foreign)?;
        if *recipe != RECIPE {
            return Err(SealError::Foreign);
        }
        let payload = Payload { msg: cipher_text, aad: &context.bytes() };
        self.0.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| SealError::Broken)
    }
}

/// A key of its own for sealing, so that it shares nothing with the fingerprints.
fn derived(key: &SealingKey) -> Zeroizing<[u8; 32]> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut derivation = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key.reveal()).expect("any length");
    derivation.update(LABEL);
    Zeroizing::new(derivation.finalize().into_bytes().into())
}

impl SealContext<'_> {
    /// The parts in one unmistakable row: fixed lengths first, the lineage last.
    fn bytes(&self) -> Vec<u8> {
        let purpose = match self.purpose {
            SealPurpose::Password => 1,
            SealPurpose::Letter => 2,
            SealPurpose::HandOver => 3,
            SealPurpose::FingerprintKey => 4,
        };
        [&[RECIPE, purpose], self.key.0.to_be_bytes().as_slice(), self.lineage.as_str().as_bytes()].concat()
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts upwards, so that no two draws are the same.
    struct Counting(u8);

    impl Random for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0;
                self.0 = self.0.wrapping_add(1);
            }
        }
    }

    const PLAIN: &[u8] = b"Harbour4-kettle7-mossy2-lantern";

    /// Sealed by version 0.1.0; states in the field hold such bytes.
    const STORED_V1: &str = "01000102030405060708090a0b0c0d0e0f1011121314151617\
        d9c70f6eaaf8e1b16e215335d1ee48a6ccfd05237c3db6335ac8a39b55cb5cb10d88cde86268e78d4eb1f06cb31008";

    fn lineage() -> Lineage {
        Lineage::new("0123456789abcdef0123456789abcdef")
    }

    fn context(lineage: &Lineage) -> SealContext<'_> {
        SealContext { lineage, key: ActivationKey(42), purpose: SealPurpose::Password }
    }

    fn seal_of(byte: u8) -> Seal {
        Seal::new(&SealingKey::new([byte; 32]))
    }

    fn sealed(lineage: &Lineage) -> Sealed {
        seal_of(1).seal(PLAIN, &context(lineage), &mut Counting(0)).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_to_the_same_bytes() {
        let lineage = lineage();
        let sealed = sealed(&lineage);
        assert_eq!(seal_of(1).open(&sealed, &context(&lineage)).unwrap().as_slice(), PLAIN);
        assert!(!sealed.as_bytes().windows(6).any(|window| PLAIN.windows(6).any(|plain| plain == window)));
    }

    #[test]
    fn nothing_at_all_can_be_sealed_too() {
        let lineage = lineage();
        let sealed = seal_of(1).seal(b"", &context(&lineage), &mut Counting(0)).unwrap();
        assert!(seal_of(1).open(&sealed, &context(&lineage)).unwrap().is_empty());
    }

    #[test]
    fn another_key_does_not_open_it() {
        let lineage = lineage();
        assert_eq!(seal_of(2).open(&sealed(&lineage), &context(&lineage)), Err(SealError::Broken));
    }

    #[test]
    fn another_activation_purpose_or_state_does_not_open_it() {
        let (mine, other) = (lineage(), Lineage::new("ffffffffffffffffffffffffffffffff"));
        let sealed = sealed(&mine);
        let same = context(&mine);
        for wrong in [
            SealContext { key: ActivationKey(43), ..same },
            SealContext { purpose: SealPurpose::Letter, ..same },
            SealContext { lineage: &other, ..same },
        ] {
            assert_eq!(seal_of(1).open(&sealed, &wrong), Err(SealError::Broken), "{wrong:?}");
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_is_noticed() {
        let lineage = lineage();
        let good = sealed(&lineage);
        for position in 0..good.as_bytes().len() {
            let mut bytes = good.as_bytes().to_vec();
            bytes[position] ^= 1;
            assert!(seal_of(1).open(&Sealed::new(bytes), &context(&lineage)).is_err(), "byte {position}");
        }
    }

    #[test]
    fn bytes_cut_short_are_refused_without_panic() {
        let lineage = lineage();
        let good = sealed(&lineage);
        for length in 0..good.as_bytes().len() {
            let cut = Sealed::new(good.as_bytes()[..length].to_vec());
            assert!(seal_of(1).open(&cut, &context(&lineage)).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn the_same_password_sealed_twice_looks_different() {
        let (lineage, mut random) = (lineage(), Counting(0));
        let mut once = || seal_of(1).seal(PLAIN, &context(&lineage), &mut random).unwrap();
        let (first, second) = (once(), once());
        assert_ne!(first.as_bytes()[1..=NONCE], second.as_bytes()[1..=NONCE], "nonce");
        assert_ne!(first.as_bytes()[NONCE + 1..], second.as_bytes()[NONCE + 1..], "cipher text");
    }

    #[test]
    fn the_stored_form_of_version_1_still_opens() {
        let lineage = lineage();
        let stored = Sealed::new(hex(STORED_V1));
        assert_eq!(seal_of(1).open(&stored, &context(&lineage)).unwrap().as_slice(), PLAIN);
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }
}
