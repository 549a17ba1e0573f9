//! The two halves as `edge` knows them.

use crate::edge::{AccountChange, Ask, Clock, Finding, How, Links, LmsError, LmsRead, LmsWrite, NewAccount, Wanted};
use crate::model::account::Account;
use crate::model::capability::{Carrier, LmsCapabilities};
use crate::model::ids::{ActivationKey, CaregiverId, Username};
use crate::model::observed::Observed;
use crate::model::outcome::{Outcome, Reach};
use crate::model::secret::Password;
use crate::rollout::MoodleSettings;

use super::policy;
use super::site::Site;

/// A Moodle, to be read only.
pub struct MoodleReader<'a> {
    site: Site<'a>,
}

impl<'a> MoodleReader<'a> {
    /// Nothing is asked yet.
    pub fn new(settings: MoodleSettings, token: Password, clock: &'a dyn Clock) -> Self {
        Self { site: Site::new(settings, token, clock) }
    }
}

impl LmsRead for MoodleReader<'_> {
    fn capabilities(&self) -> LmsCapabilities {
        let settings = &self.site.settings;
        LmsCapabilities {
            has_marker: settings.marker_field.is_some(),
            can_update: true,
            can_disable: true,
            batch: self.site.batch(),
            can_link: settings.parent_role.is_some(),
            works_on: true,
            needs_email: true,
            carrier: Carrier::Program,
        }
    }

    fn describe(&self) -> String {
        format!("moodle {}", self.site.settings.host)
    }

    fn observe(&mut self, ask: &Ask) -> Result<Observed, LmsError> {
        self.site.observe(ask)
    }

    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        self.site.observe_one(caregiver)
    }

    fn takes(&self, password: &Password) -> Result<(), String> {
        policy::judge(&self.site.settings.policy, password)
    }

    fn check(&mut self, ask: &Ask) -> Result<Vec<Finding>, LmsError> {
        self.site.check(ask)
    }
}

/// A Moodle, to be read and written. One at a time.
pub struct MoodleWriter<'a> {
    reader: MoodleReader<'a>,
    /// Why no further password is set in this run.
    stopped: Option<String>,
}

impl<'a> MoodleWriter<'a> {
    /// Nothing is asked yet.
    pub fn new(settings: MoodleSettings, token: Password, clock: &'a dyn Clock) -> Self {
        Self { reader: MoodleReader::new(settings, token, clock), stopped: None }
    }

    fn site(&self) -> &Site<'a> {
        &self.reader.site
    }

    fn one(&mut self, how: How<'_>, password: &Password, marker: ActivationKey) -> Outcome {
        let outcomes = self.activate_all(&[Wanted { how, password, marker }]);
        outcomes.into_iter().next().unwrap_or_else(|| Outcome::Unknown("there was no outcome".to_owned()))
    }
}

impl LmsRead for MoodleWriter<'_> {
    fn capabilities(&self) -> LmsCapabilities {
        self.reader.capabilities()
    }

    fn describe(&self) -> String {
        self.reader.describe()
    }

    fn observe(&mut self, ask: &Ask) -> Result<Observed, LmsError> {
        self.reader.observe(ask)
    }

    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        self.reader.observe_one(caregiver)
    }

    fn takes(&self, password: &Password) -> Result<(), String> {
        self.reader.takes(password)
    }

    fn check(&mut self, ask: &Ask) -> Result<Vec<Finding>, LmsError> {
        self.reader.check(ask)
    }
}

impl LmsWrite for MoodleWriter<'_> {
    fn create(&mut self, account: &NewAccount, password: &Password, marker: ActivationKey) -> Outcome {
        self.one(How::Create(account), password, marker)
    }

    fn set_password(
        &mut self,
        caregiver: &CaregiverId,
        username: &Username,
        password: &Password,
        marker: ActivationKey,
    ) -> Outcome {
        self.one(How::Reset { caregiver, username }, password, marker)
    }

    fn activate_all(&mut self, wanted: &[Wanted<'_>]) -> Vec<Outcome> {
        if let Some(why) = &self.stopped {
            return wanted.iter().map(|_| Outcome::refused(why.clone(), Reach::Everybody)).collect();
        }
        let (outcomes, trouble) = self.site().activate(wanted);
        self.stopped = trouble;
        outcomes
    }

    fn link_all(&mut self, links: &[Links<'_>]) -> Vec<Outcome> {
        self.site().link(links)
    }

    fn update(&mut self, caregiver: &CaregiverId, username: &Username, change: &AccountChange) -> Outcome {
        self.site().correct(caregiver, username, change)
    }

    fn disable(&mut self, caregiver: &CaregiverId, username: &Username) -> Outcome {
        self.site().change(caregiver, username, &[("suspended", "1")])
    }
}
