//! What concerns families as a whole: whom they ask, what passwords look like, and what is done in awkward cases.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::form::{Address, Line, Spelled};

/// Whom parents ask.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Help {
    /// The address that the letter names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) email: Option<Spelled<Address>>,
    /// The telephone number that the letter names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = "09 555 0100")]
    pub(in crate::rollout) phone: Option<Spelled<Line>>,
}

/// What passwords look like.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Password {
    /// Words that are easy to type, or single characters.
    #[serde(default)]
    pub(in crate::rollout) style: PasswordStyle,
    /// How many words, for the style `words`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 4, max = 10), extend("default" = 4))]
    pub(in crate::rollout) words: Option<u32>,
    /// How many letters and digits, for the style `characters`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10, max = 64), extend("default" = 12))]
    pub(in crate::rollout) length: Option<u32>,
}

/// What a password is made of.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum PasswordStyle {
    /// Words from a list, with digits between them.
    #[default]
    Words,
    /// Letters and digits, without those that look alike.
    Characters,
}

/// Two caregivers, one address.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum SharedEmail {
    /// Both are held, and named for the office.
    #[default]
    Hold,
    /// The first by priority, then by id, gets the letter; the others are held.
    First,
}

/// No address to write to.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum NoEmail {
    /// They are held, and named for the office.
    #[default]
    Hold,
    /// They get a letter on paper, which `firstbell letters` prints.
    Paper,
}

/// A letter that came back.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Bounced {
    /// They are held until the address changes.
    #[default]
    Hold,
    /// The same password goes to a corrected address, while it is still sealed.
    Resend,
}

/// Somebody gone from the roster.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Leavers {
    /// Their account stays as it is.
    #[default]
    Keep,
    /// Their account is disabled, once two full rosters in a row, at least 20 hours apart, do not have them.
    Disable,
}

/// An active caregiver without a child that they may see.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum AccessRevoked {
    /// The plan says so; a person decides.
    #[default]
    Report,
    /// The link to the child is taken away, not the account. For `driver: moodle` with a `parent-role`.
    Unlink,
}

/// Somebody who joins an open cohort.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum NewArrivals {
    /// They get access like the others.
    #[default]
    Activate,
    /// They are held.
    Hold,
    /// The LMS mails them by itself (its gateway's email notification is on): firstbell only records them.
    Gateway,
}
