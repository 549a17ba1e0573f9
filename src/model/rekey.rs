//! Everything that is sealed, when the sealing key becomes another.

use super::entry::Subject;
use super::handover::HandOverNumber;
use super::ids::LetterNumber;
use super::secret::Sealed;

/// The sealing key became another.
#[derive(Clone, Debug)]
pub struct Rekeyed {
    /// The key of the fingerprints, which stays, sealed under the new key.
    pub fingerprint_key: Sealed,
    /// Everything that was sealed.
    pub resealed: Vec<Resealed>,
    /// Why.
    pub because: String,
}

/// Something sealed, and where it stands.
#[derive(Clone, Debug)]
pub struct Resealed {
    /// Where.
    pub place: SealedPlace,
    /// The sealed bytes.
    pub sealed: Sealed,
}

/// Where something sealed stands.
#[derive(Clone, Debug)]
pub enum SealedPlace {
    /// The password of an activation.
    Password(Subject),
    /// One of its letters.
    Letter(Subject, LetterNumber),
    /// A row of a hand-over, by its place in the file.
    HandOver(HandOverNumber, u32),
}
