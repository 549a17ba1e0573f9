//! The kind of an act: what its column, the counts and the guards go by. Small, so that a plan of a million people can be
//! counted without being written down.

use super::change::{Act, Proof};

/// The kind of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActKind {
    /// Create an account with a password, send the letter.
    Create {
        /// Whether they had a password from us before: their account is gone, and a `reissue` line says to make another.
        is_second: bool,
    },
    /// Set a new password on an account that exists, send the letter.
    Reset {
        /// Whether they had a password from us before: only by a `reissue` line.
        is_second: bool,
        /// Whether the account's owner has been seen signing in.
        has_signed_in: bool,
    },
    /// Find out whether a password was set, then go on.
    Settle {
        /// What the LMS said when the plan was made.
        proof: Proof,
        /// Whether the account was to be created.
        is_create: bool,
    },
    /// Send the letter of a password that is set.
    Email,
    /// Correct an account.
    Update,
    /// Disable an account.
    Withdraw,
    /// Record that somebody is active without us.
    Adopt,
}

impl Act {
    /// Its kind.
    pub fn kind(&self) -> ActKind {
        match self {
            Self::Create { activation, .. } => ActKind::Create { is_second: activation.0 > 1 },
            Self::Reset { activation, has_signed_in, .. } => {
                ActKind::Reset { is_second: activation.0 > 1, has_signed_in: *has_signed_in }
            }
            Self::Settle { proof, is_create, .. } => ActKind::Settle { proof: *proof, is_create: *is_create },
            Self::Email { .. } => ActKind::Email,
            Self::Update { .. } => ActKind::Update,
            Self::Withdraw { .. } => ActKind::Withdraw,
            Self::Adopt { .. } => ActKind::Adopt,
        }
    }
}

impl ActKind {
    /// The column in front of the line: `+ * @ ~ - =` and `?`.
    pub fn symbol(self) -> char {
        match self {
            Self::Create { .. } | Self::Settle { proof: Proof::NotSet, is_create: true } => '+',
            Self::Reset { .. } | Self::Settle { proof: Proof::NotSet, is_create: false } => '*',
            Self::Settle { proof: Proof::Unknown, .. } => '?',
            Self::Settle { proof: Proof::WasSet, .. } | Self::Email => '@',
            Self::Update => '~',
            Self::Withdraw => '-',
            Self::Adopt => '=',
        }
    }

    /// Whether it makes an account.
    pub fn creates_account(self) -> bool {
        matches!(self, Self::Create { .. } | Self::Settle { is_create: true, .. })
    }

    /// Whether it sets a password in the LMS.
    pub fn sets_password(self) -> bool {
        matches!(
            self,
            Self::Create { .. } | Self::Reset { .. } | Self::Settle { proof: Proof::NotSet | Proof::Unknown, .. }
        )
    }

    /// Whether it sends a letter.
    pub fn sends_letter(self) -> bool {
        matches!(self, Self::Create { .. } | Self::Reset { .. } | Self::Settle { .. } | Self::Email)
    }
}
