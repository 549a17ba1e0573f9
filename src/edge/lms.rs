//! The two halves of an LMS driver: reading, which planning is given, and writing, which only `apply` is given.

use super::handover::HandOverWrite;
use crate::model::account::Account;
use crate::model::capability::LmsCapabilities;
use crate::model::ids::{ActivationKey, CaregiverId, StudentId, Username};
use crate::model::observed::Observed;
use crate::model::outcome::Outcome;
use crate::model::secret::Password;

/// The LMS can't be read, or isn't what it should be. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum LmsError {
    /// Out of reach: exit code 69.
    #[error("{what}")]
    Unreachable {
        /// What was attempted, on what, and what to do.
        what: String,
        /// What the system said.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Reached, but its data can't be understood, and a person must mend it: exit code 65.
    #[error("{what}")]
    Garbled {
        /// What, where (file, line, column) and what to do.
        what: String,
    },
}

/// Whom a plan is about. An LMS that lists nobody without being asked is asked for these; others may ignore it.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The caregivers of the roster and of the record, each once.
    pub people: Vec<Asked>,
    /// The children of the roster, each once.
    pub students: Vec<StudentId>,
}

/// One caregiver to ask for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The SMS id.
    pub caregiver: CaregiverId,
    /// Their address: an account that has it may be theirs without carrying the id.
    pub email: Option<String>,
    /// What the name of an account of theirs would begin with: whether it is free decides the name.
    pub username: Option<String>,
}

/// One thing that an LMS must allow, and whether it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was asked, in a few words.
    pub what: String,
    /// What came of it.
    pub answer: Answer,
}

/// Whether an LMS allows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It does; perhaps with a few words more.
    Good(String),
    /// It can't be found out from here; what to look at.
    Open(String),
    /// It does not; what an administrator must do.
    Missing(String),
}

/// The reading half.
pub trait LmsRead {
    /// What the driver can do.
    fn capabilities(&self) -> LmsCapabilities;

    /// One short phrase for the plan's header: `sandbox state/lms.json`.
    fn describe(&self) -> String;

    /// All accounts that matter for those who are asked for, in one go.
    fn observe(&mut self, ask: &Ask) -> Result<Observed, LmsError>;

    /// The accounts of one caregiver as they are at this moment: asked again before an unknown reset is settled.
    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError>;

    /// Whether the LMS would take this password; in words why not, without the password.
    fn takes(&self, password: &Password) -> Result<(), String> {
        let _ = password;
        Ok(())
    }

    /// Tries everything that a rollout needs, without changing anything.
    fn check(&mut self, ask: &Ask) -> Result<Vec<Finding>, LmsError> {
        let accounts = self.observe(ask)?.len();
        let answer = Answer::Good(format!("{accounts} accounts"));
        Ok(vec![Finding { what: "the accounts can be read".to_owned(), answer }])
    }
}

/// A caregiver's children, to be linked in the LMS: the parent sees them there.
#[derive(Clone, Debug)]
pub struct Links<'a> {
    /// The SMS id that the account carries.
    pub caregiver: &'a CaregiverId,
    /// The name it signs in with.
    pub username: &'a Username,
    /// Children that they may see.
    pub link: Vec<&'a StudentId>,
    /// Children that they may not see any more.
    pub unlink: Vec<&'a StudentId>,
}

/// An account to create, with its first password.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The SMS id that it is matched by from now on.
    pub caregiver: CaregiverId,
    /// The name it signs in with.
    pub username: Username,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Address.
    pub email: String,
    /// Language code, lower-case; empty where the SMS has none.
    pub language: String,
}

/// Values to correct on an account; `None` leaves one alone. Never a password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Address.
    pub email: Option<String>,
    /// Enable an account that we disabled.
    pub enable: bool,
    /// Children to be linked.
    pub link: Vec<StudentId>,
    /// Children whose link goes.
    pub unlink: Vec<StudentId>,
}

/// A password to set, on an account to be or on one that stands.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Whose, and how.
    pub how: How<'a>,
    /// The password.
    pub password: &'a Password,
    /// The activation's id, written with it.
    pub marker: ActivationKey,
}

/// How a password comes to an account.
#[derive(Clone, Copy, Debug)]
pub enum How<'a> {
    /// With the account.
    Create(&'a NewAccount),
    /// In place of the one before.
    Reset {
        /// The SMS id that the account carries.
        caregiver: &'a CaregiverId,
        /// The name it signs in with.
        username: &'a Username,
    },
}

/// The writing half. Each call is one effect: it happened, it certainly did not, or nobody knows.
pub trait LmsWrite: LmsRead {
    /// Creates an account with this password, and writes the marker with it. Where the account exists already with
    /// this marker, nothing is done and the answer is `Done`.
    fn create(&mut self, account: &NewAccount, password: &Password, marker: ActivationKey) -> Outcome;

    /// Sets the password of the account with this name, and writes the marker with it.
    fn set_password(
        &mut self,
        caregiver: &CaregiverId,
        username: &Username,
        password: &Password,
        marker: ActivationKey,
    ) -> Outcome;

    /// Sets several passwords, at most as many as [`LmsCapabilities::batch`] or the mail's sessions, and says of each what
    /// became of it, in the same order. One that is refused costs the others nothing.
    fn activate_all(&mut self, wanted: &[Wanted<'_>]) -> Vec<Outcome> {
        let activate = |wanted: &Wanted<'_>| match wanted.how {
            How::Create(account) => self.create(account, wanted.password, wanted.marker),
            How::Reset { caregiver, username } => {
                self.set_password(caregiver, username, wanted.password, wanted.marker)
            }
        };
        wanted.iter().map(activate).collect()
    }

    /// Links several caregivers with their children and says of each what became of it, in the same order. Doing it again
    /// changes nothing. An LMS that knows its families by itself has nothing to do.
    fn link_all(&mut self, links: &[Links<'_>]) -> Vec<Outcome> {
        links.iter().map(|_| Outcome::Done(())).collect()
    }

    /// Corrects name, address, links or enabled; never a password.
    fn update(&mut self, caregiver: &CaregiverId, username: &Username, change: &AccountChange) -> Outcome;

    /// Disables an account; never deletes.
    fn disable(&mut self, caregiver: &CaregiverId, username: &Username) -> Outcome;

    /// The files that a person carries, where the driver's [`carrier`](LmsCapabilities::carrier) is one.
    fn by_hand(&mut self) -> Option<&mut dyn HandOverWrite> {
        None
    }
}
