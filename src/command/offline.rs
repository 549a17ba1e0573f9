//! The LMS as it was when a run last read it: for plans where the LMS is out of reach, or is not to be troubled. It can only be
//! read, so nothing can be applied from it.

use crate::edge::{Ask, LmsError, LmsRead};
use jiff::tz::TimeZone;

use crate::model::account::Account;
use crate::model::capability::LmsCapabilities;
use crate::model::ids::CaregiverId;
use crate::model::moment;
use crate::model::observed::{Observed, Seen};

use super::exit::Exit;
use super::trouble::Trouble;

/// The LMS as it was.
pub(super) struct Remembered {
    observed: Observed,
    capabilities: LmsCapabilities,
    description: String,
}

impl Remembered {
    /// What the state kept of this LMS, put in its place.
    pub(super) fn of(observed: Option<Observed>, lms: &dyn LmsRead, zone: &TimeZone) -> Result<Self, Trouble> {
        let observed = observed.ok_or_else(|| {
            Trouble::new(
                Exit::Unreachable,
                "there is no earlier look at the LMS to plan from: plan once without `--offline`, and apply",
            )
        })?;
        let description =
            format!("{}, offline, as it was on {}", lms.describe(), moment::local(observed.read_at, zone));
        Ok(Self { observed, capabilities: lms.capabilities(), description })
    }
}

impl LmsRead for Remembered {
    fn capabilities(&self) -> LmsCapabilities {
        self.capabilities
    }

    fn describe(&self) -> String {
        self.description.clone()
    }

    /// Hands over what was kept; a plan looks once.
    fn observe(&mut self, _: &Ask) -> Result<Observed, LmsError> {
        Ok(std::mem::take(&mut self.observed))
    }

    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        Ok(self.observed.of_caregiver(caregiver.as_str()).map(Seen::to_account).collect())
    }
}
