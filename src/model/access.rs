//! Whether an adult may be given access for one child: three-valued, because an SMS can say nothing.

use serde::{Deserialize, Serialize};

/// What the roster says about one caregiver-student link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// May see this child.
    Allowed,
    /// Must not see this child (no portal access, court order, no contact).
    Blocked,
    /// The column is there and says nothing that can be understood; `unknown-access` decides.
    Unknown,
}

impl Access {
    /// Of two answers the stricter: a no stands against every other answer, and an unknown against a yes.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Blocked, _) | (_, Self::Blocked) => Self::Blocked,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Allowed, Self::Allowed) => Self::Allowed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Access::{Allowed, Blocked, Unknown};

    #[test]
    fn the_strictest_answer_counts() {
        assert_eq!(Allowed.stricter(Blocked), Blocked);
        assert_eq!(Unknown.stricter(Allowed), Unknown);
        assert_eq!(Unknown.stricter(Blocked), Blocked);
        assert_eq!(Allowed.stricter(Allowed), Allowed);
    }
}
