//! Accidents on the way to the LMS and to the mail server, for stories: the power fails around one effect, an answer is
//! lost, something is refused. Everything else passes through untouched.

use firstbell::edge::{AccountChange, Envelope, HandOverWrite, LmsError, LmsRead, LmsWrite, MailTransport, NewAccount};
use firstbell::model::account::Account;
use firstbell::model::capability::{LmsCapabilities, MailCapabilities};
use firstbell::model::ids::{ActivationKey, CaregiverId, Username};
use firstbell::model::observed::Observed;
use firstbell::model::outcome::{Outcome, Reach};
use firstbell::model::secret::Password;

use crate::world::Crashed;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Accident {
    None,
    /// The process dies just before this effect.
    PowerFailsBefore(Effect),
    /// The process dies when this effect has happened, and before it hears so.
    PowerFailsAfter(Effect),
    /// The effect happens, but nobody hears so.
    AnswerLost(Effect),
    /// The other side says no to this caregiver or recipient.
    Refused(Effect),
}

/// One effect outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The password of this caregiver is set, or their account created with it.
    Password(String),
    /// The account of this caregiver is corrected or disabled.
    Account(String),
    /// The letter to this address is handed over.
    Letter(String),
}

/// An edge to which this accident happens.
pub(crate) struct Accidental<T> {
    inner: T,
    accident: Accident,
}

impl<T> Accidental<T> {
    pub(crate) fn new(inner: T, accident: &Accident) -> Self {
        Self { inner, accident: accident.clone() }
    }

    fn effect(&mut self, effect: &Effect, work: impl FnOnce(&mut T) -> Outcome) -> Outcome {
        let (own, is_before) = match &self.accident {
            Accident::PowerFailsBefore(own) => (own, true),
            Accident::PowerFailsAfter(own) => (own, false),
            Accident::AnswerLost(own) if own == effect => {
                work(&mut self.inner);
                return Outcome::Unknown("the connection was lost".into());
            }
            Accident::Refused(own) if own == effect => {
                return Outcome::refused("550 no such user here", Reach::Caregiver);
            }
            _ => return work(&mut self.inner),
        };
        if own != effect {
            return work(&mut self.inner);
        }
        if !is_before {
            work(&mut self.inner);
        }
        std::panic::resume_unwind(Box::new(Crashed));
    }
}

impl<T: LmsRead> LmsRead for Accidental<T> {
    fn capabilities(&self) -> LmsCapabilities {
        self.inner.capabilities()
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }

    fn observe(&mut self, ask: &firstbell::edge::Ask) -> Result<Observed, LmsError> {
        self.inner.observe(ask)
    }

    fn takes(&self, password: &Password) -> Result<(), String> {
        self.inner.takes(password)
    }

    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        self.inner.observe_one(caregiver)
    }
}

impl<T: LmsWrite> LmsWrite for Accidental<T> {
    fn create(&mut self, account: &NewAccount, password: &Password, marker: ActivationKey) -> Outcome {
        let effect = Effect::Password(account.caregiver.to_string());
        self.effect(&effect, |inner| inner.create(account, password, marker))
    }

    fn set_password(
        &mut self,
        caregiver: &CaregiverId,
        username: &Username,
        password: &Password,
        marker: ActivationKey,
    ) -> Outcome {
        let effect = Effect::Password(caregiver.to_string());
        self.effect(&effect, |inner| inner.set_password(caregiver, username, password, marker))
    }

    fn activate_all(&mut self, wanted: &[firstbell::edge::Wanted<'_>]) -> Vec<Outcome> {
        if self.inner.capabilities().batch > 1 {
            return self.inner.activate_all(wanted);
        }
        let activate = |wanted: &firstbell::edge::Wanted<'_>| match wanted.how {
            firstbell::edge::How::Create(account) => self.create(account, wanted.password, wanted.marker),
            firstbell::edge::How::Reset { caregiver, username } => {
                self.set_password(caregiver, username, wanted.password, wanted.marker)
            }
        };
        wanted.iter().map(activate).collect()
    }

    fn link_all(&mut self, links: &[firstbell::edge::Links<'_>]) -> Vec<Outcome> {
        self.inner.link_all(links)
    }

    fn update(&mut self, caregiver: &CaregiverId, username: &Username, change: &AccountChange) -> Outcome {
        let effect = Effect::Account(caregiver.to_string());
        self.effect(&effect, |inner| inner.update(caregiver, username, change))
    }

    fn disable(&mut self, caregiver: &CaregiverId, username: &Username) -> Outcome {
        let effect = Effect::Account(caregiver.to_string());
        self.effect(&effect, |inner| inner.disable(caregiver, username))
    }

    fn by_hand(&mut self) -> Option<&mut dyn HandOverWrite> {
        self.inner.by_hand()
    }
}

impl<T: MailTransport> MailTransport for Accidental<T> {
    fn capabilities(&self) -> MailCapabilities {
        self.inner.capabilities()
    }

    fn check(&mut self) -> Result<(), String> {
        self.inner.check()
    }

    fn send(&mut self, envelope: &Envelope<'_>) -> Outcome {
        let effect = Effect::Letter(envelope.recipient.to_owned());
        self.effect(&effect, |inner| inner.send(envelope))
    }
}
