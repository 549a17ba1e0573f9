//! The form of letters, of which only the rest is sealed (docs/decisions/0010-lean-commits.md).

use sha2::{Digest, Sha256};

/// What the letters of one template have in common: a letter for nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterForm {
    /// The first 64 bits of its SHA-256.
    pub id: u64,
    /// A whole message.
    pub bytes: Vec<u8>,
}

impl LetterForm {
    /// The form that is made of this message.
    pub fn of(bytes: Vec<u8>) -> Self {
        let digest = Sha256::digest(&bytes);
        let id = digest.iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte));
        Self { id, bytes }
    }
}
