//! Guards and their overrides, as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::Limit;
use super::super::form::{Day, Reason, Share, Spelled};

/// Limits: a number, or a share of the caregivers it is about.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::rollout) struct Guards {
    /// Passwords reset on accounts that exist.
    pub(in crate::rollout) resets: Spelled<Share>,
    /// Letters sent.
    pub(in crate::rollout) emails: Spelled<Share>,
    /// Accounts created.
    pub(in crate::rollout) creates: Spelled<Share>,
    /// Accounts disabled.
    pub(in crate::rollout) withdrawals: Spelled<Share>,
    /// Rows more or fewer than in the roster that was accepted last; or, where more than half of its people are gone, they.
    pub(in crate::rollout) roster_change: Spelled<Share>,
}

impl Default for Guards {
    fn default() -> Self {
        let number = |number: u64| Spelled { text: number.to_string(), meaning: Limit::Number(number) };
        Self {
            resets: number(300),
            emails: number(300),
            creates: number(300),
            withdrawals: number(10),
            roster_change: Spelled { text: "10%".into(), meaning: Limit::Percent(10.0) },
        }
    }
}

/// A guard overridden for a while.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Override {
    /// Which guard.
    pub(in crate::rollout) guard: GuardName,
    /// The limit instead.
    pub(in crate::rollout) value: Spelled<Share>,
    /// Why.
    #[schemars(example = "whole of year 9")]
    pub(in crate::rollout) because: Spelled<Reason>,
    /// From this day on it is an error, until the line is taken out.
    pub(in crate::rollout) expires: Spelled<Day>,
}

/// Which guard.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum GuardName {
    /// Passwords reset on accounts that exist.
    Resets,
    /// Letters sent.
    Emails,
    /// Accounts created.
    Creates,
    /// Accounts disabled.
    Withdrawals,
    /// Rows more or fewer than in the roster that was accepted last; or, where more than half of its people are gone, they.
    RosterChange,
}
