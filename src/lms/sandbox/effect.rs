//! One line of the effects log: what was done to which account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::ids::{ActivationKey, CaregiverId, Username};

use super::password::PasswordHash;
use super::text;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Op {
    /// An account came into being.
    Create,
    /// A password was set, and the marker with it.
    SetPassword,
    /// Name or address were corrected.
    Update,
    /// The account was disabled.
    Disable,
    /// The account was enabled again.
    Enable,
}

/// One effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Effect {
    #[serde(with = "text::time")]
    pub(super) at: Timestamp,
    pub(super) op: Op,
    pub(super) caregiver: CaregiverId,
    pub(super) username: Username,
    /// The marker: which activation it belongs to.
    #[serde(with = "text::marker")]
    pub(super) activation: Option<ActivationKey>,
    /// The same password stood already: a reset taken up again, not a second one.
    pub(super) replay: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<PasswordHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
}

impl Effect {
    /// An effect that needs nothing but the account.
    pub(super) fn new(at: Timestamp, op: Op, caregiver: &CaregiverId, username: &Username) -> Self {
        Self {
            at,
            op,
            caregiver: caregiver.clone(),
            username: username.clone(),
            activation: None,
            replay: false,
            password: None,
            first_name: None,
            last_name: None,
            email: None,
        }
    }

    /// Whether `next` is the other half of this account's creation: the two are one effect, written in one go.
    pub(super) fn is_completed_by(&self, next: &Self) -> bool {
        next.op == Op::SetPassword && next.username == self.username && next.activation == self.activation
    }

    /// Whether it is the first half of a creation with a password.
    pub(super) fn wants_completion(&self) -> bool {
        self.op == Op::Create && self.activation.is_some()
    }
}
