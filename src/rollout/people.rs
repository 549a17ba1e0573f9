//! The rollout's lines about single caregivers, as they are meant.

use jiff::civil::Date;

use crate::diagnostic::Place;
use crate::model::ids::{ActivationNumber, CaregiverId};

/// Somebody to leave alone for now.
#[derive(Clone, Debug)]
pub struct HoldRule {
    /// Whom.
    pub caregiver: CaregiverId,
    /// Why.
    pub because: String,
    /// Until (that day they are free again).
    pub until: Option<Date>,
    /// Where it stands.
    pub place: Place,
}

/// Somebody whose SMS id changed.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The id they had.
    pub from: CaregiverId,
    /// The id they have.
    pub to: CaregiverId,
    /// Why.
    pub because: String,
    /// Where it stands.
    pub place: Place,
}

/// People who look like one and are not.
#[derive(Clone, Debug)]
pub struct Distinct {
    /// At least two.
    pub caregivers: Vec<CaregiverId>,
    /// Why.
    pub because: String,
    /// Where it stands.
    pub place: Place,
}

impl Distinct {
    /// Whether it says that these two are not one.
    pub fn parts(&self, one: &str, other: &str) -> bool {
        let names = |id: &str| self.caregivers.iter().any(|caregiver| caregiver.as_str() == id);
        one != other && names(one) && names(other)
    }
}

/// Somebody who gets another password.
#[derive(Clone, Debug)]
pub struct Reissue {
    /// Whom.
    pub caregiver: CaregiverId,
    /// The number of the activation that it makes.
    pub activation: ActivationNumber,
    /// Why.
    pub because: String,
    /// Where it stands.
    pub place: Place,
}
