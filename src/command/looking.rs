//! Looking on while an apply is at work. The LMS is looked at first and the state read after that: so the state knows of everything that
//! the LMS shows, and what is being done just now is never taken for the work of another state.

use crate::edge::{Ask, LmsError, LmsRead, StateStore};
use crate::model::account::Account;
use crate::model::capability::LmsCapabilities;
use crate::model::ids::CaregiverId;
use crate::model::observed::Observed;

use super::project::{self, Loaded, StateView};
use super::trouble::Trouble;

/// An LMS that was looked at already, once.
struct Seen<'s> {
    lms: Box<dyn LmsRead + 's>,
    observed: Option<Observed>,
}

/// The LMS to plan from, and in `state` what is recorded by then. Where nobody writes, both stay as they are.
pub(super) fn in_order<'s>(
    loaded: &Loaded,
    state: &mut StateView,
    mut lms: Box<dyn LmsRead + 's>,
) -> Result<Box<dyn LmsRead + 's>, Trouble> {
    let Some(store) = state.store.as_mut().filter(|_| state.is_written) else { return Ok(lms) };
    let observed = Some(lms.observe(&project::ask(loaded, &state.recorded))?);
    state.recorded = store.load()?;
    Ok(Box::new(Seen { lms, observed }))
}

impl LmsRead for Seen<'_> {
    fn capabilities(&self) -> LmsCapabilities {
        self.lms.capabilities()
    }

    fn describe(&self) -> String {
        self.lms.describe()
    }

    fn observe(&mut self, ask: &Ask) -> Result<Observed, LmsError> {
        self.observed.take().map_or_else(|| self.lms.observe(ask), Ok)
    }

    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        self.lms.observe_one(caregiver)
    }
}
