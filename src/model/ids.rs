//! Ids as newtypes, so that a student's id can't be handed over where a caregiver's is wanted.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes the id as it is written; surrounding white space has been trimmed by the reader.
            pub fn new(text: impl Into<Box<str>>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id! {
    /// The SMS's id of a caregiver: the identity that outlives a changed name, address, child or row order.
    CaregiverId
}
text_id! {
    /// The SMS's id of a student.
    StudentId
}
text_id! {
    /// The name of a cohort, as the rollout writes it.
    CohortName
}
text_id! {
    /// The name an account signs in with.
    Username
}
text_id! {
    /// The random id of one recorded state (32 hexadecimal digits): two states never share it.
    Lineage
}
text_id! {
    /// A Message-ID without its angle brackets; random, never derived from the person.
    MessageId
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The first number given out.
            pub const FIRST: Self = Self(1);

            /// The number after this one.
            #[must_use]
            pub fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// Which activation of a caregiver: 1 is the first; adopting counts as 1, or as the last of somebody forgotten.
    ActivationNumber
}
number! {
    /// Which letter of one activation.
    LetterNumber
}
number! {
    /// Which apply (or adopt, resolve) of one state.
    RunNumber
}
number! {
    /// Which accepted roster of one state.
    RosterNumber
}

/// The random id of one activation, written into the LMS beside the password where the LMS can hold it: the marker that
/// tells after a crash whether the password was set. Shown as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActivationKey(pub u128);

impl ActivationKey {
    /// Reads the 32 hexadecimal digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for ActivationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for ActivationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActivationKey({self})")
    }
}

/// Whether it may be shown where nothing personal may: a file of ids can be any file, of names too.
pub fn is_like_an_id(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
    is_plain && digits > 0 && text.len() <= 40 && (digits * 2 >= text.len() || text.len() <= 12)
}
