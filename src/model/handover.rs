//! A hand-over: a file written for a person to import into the LMS, until that person says what became of it.

use std::fmt;

use jiff::Timestamp;

use super::entry::Subject;
use super::ids::{ActivationNumber, CaregiverId, CohortName, Username};
use super::secret::Sealed;

/// The number of a hand-over, from 1; written with four digits, as in the names of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HandOverNumber(pub u32);

impl HandOverNumber {
    /// The first.
    pub const FIRST: Self = Self(1);

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Reads a number as people write it: `0007`, `7`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| digits && *number > 0).map(Self)
    }
}

impl fmt::Display for HandOverNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}", self.0))
    }
}

/// What a person said became of a hand-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOverOutcome {
    /// All of it was imported.
    Imported,
    /// It was imported, but not for everybody.
    InPart,
    /// Nothing of it was imported.
    NotImported,
}

impl HandOverOutcome {
    /// The word that the state and the reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::InPart => "imported in part",
            Self::NotImported => "not imported",
        }
    }

    /// Reads the word that the state uses.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Imported, Self::InPart, Self::NotImported].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// One hand-over, without what is sealed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// Its number.
    pub number: HandOverNumber,
    /// What its files are called, without their endings: `0001-year-7`.
    pub name: String,
    /// The cohort it was written for; `None` for people who are in none any more.
    pub cohort: Option<CohortName>,
    /// When it was committed.
    pub at: Timestamp,
    /// Whether its passwords are ours, told by our letters; else the LMS draws and mails them.
    pub has_letters: bool,
    /// The file's keyed hash (64 hexadecimal digits).
    pub fingerprint: String,
    /// The instructions that lie beside the file.
    pub note: String,
    /// Whether its files were put in place.
    pub is_placed: bool,
    /// Whether a person said that nobody knows.
    pub is_unsure: bool,
    /// When and how it was settled.
    pub settled: Option<(Timestamp, HandOverOutcome)>,
    /// Its rows, in the order of the file.
    pub rows: Vec<HandOverRow>,
}

impl HandOver {
    /// Whether nobody has said yet what became of it.
    pub fn is_open(&self) -> bool {
        self.settled.is_none()
    }
}

/// One row of a hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOverRow {
    /// Whose.
    pub caregiver: CaregiverId,
    /// Which activation.
    pub activation: ActivationNumber,
    /// The name the account signs in with.
    pub username: Username,
    /// Whether it makes the account.
    pub is_create: bool,
    /// Whether it was imported, once somebody has said so.
    pub is_imported: Option<bool>,
}

/// A hand-over is about to be put in place.
#[derive(Clone, Debug)]
pub struct HandOverBegun {
    /// Its number.
    pub number: HandOverNumber,
    /// What its files are called, without their endings.
    pub name: String,
    /// The cohort it is for.
    pub cohort: Option<CohortName>,
    /// Whether our letters tell its passwords.
    pub has_letters: bool,
    /// The file's keyed hash (64 hexadecimal digits).
    pub fingerprint: String,
    /// The instructions that lie beside it.
    pub note: String,
    /// Its rows, in the order of the file.
    pub rows: Vec<BegunRow>,
}

/// One row of a hand-over that is about to be put in place.
#[derive(Clone, Debug)]
pub struct BegunRow {
    /// Whose, which.
    pub subject: Subject,
    /// The name the account signs in with.
    pub username: Username,
    /// Whether it makes the account.
    pub is_create: bool,
    /// The exact bytes of the row, sealed.
    pub bytes: Sealed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_with_and_without_its_zeros() {
        for text in ["7", "0007", "00007"] {
            assert_eq!(HandOverNumber::parse(text), Some(HandOverNumber(7)), "{text}");
        }
        for text in ["", "0", "+7", "-7", "seven", "7.0", "99999999999"] {
            assert_eq!(HandOverNumber::parse(text), None, "{text}");
        }
        assert_eq!(HandOverNumber(7).to_string(), "0007");
    }
}
