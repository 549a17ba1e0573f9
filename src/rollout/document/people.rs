//! Lines about single caregivers, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::form::{Activation, Day, Id, Reason, Spelled};

/// Somebody to leave alone for now.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Hold {
    /// Whom, by the SMS's id.
    pub(in crate::rollout) caregiver: Spelled<Id>,
    /// Why: a ticket number, not a family's story.
    #[schemars(example = "T-118")]
    pub(in crate::rollout) because: Spelled<Reason>,
    /// On this day they are free again.
    #[serde(default)]
    pub(in crate::rollout) until: Option<Spelled<Day>>,
}

/// Somebody whose id in the SMS changed.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Moved {
    /// The id that they had.
    #[schemars(example = &"C0981")]
    pub(in crate::rollout) from: Spelled<Id>,
    /// The id that they have now.
    #[schemars(example = &"C1377")]
    pub(in crate::rollout) to: Spelled<Id>,
    /// Why: a ticket number, not a family's story.
    #[schemars(example = "merged in the SMS")]
    pub(in crate::rollout) because: Spelled<Reason>,
}

/// People who look like one and are not.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Distinct {
    /// Whom, by the SMS's ids: the one that is gone and the one that is new.
    #[schemars(length(min = 2))]
    pub(in crate::rollout) caregivers: Vec<Spelled<Id>>,
    /// Why: a ticket number, not a family's story.
    #[schemars(example = "T-140")]
    pub(in crate::rollout) because: Spelled<Reason>,
}

/// Somebody who gets another password.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Reissue {
    /// Whom, by the SMS's id.
    pub(in crate::rollout) caregiver: Spelled<Id>,
    /// The number of the activation that this makes: 2 for the first reissue.
    pub(in crate::rollout) activation: Spelled<Activation>,
    /// Why: a ticket number, not a family's story.
    #[schemars(example = "T-131")]
    pub(in crate::rollout) because: Spelled<Reason>,
}
