//! The press: prepares changes a group at a time. Everything that could fail about a letter fails here, before any password is
//! touched, and nothing is announced, so that it may go on while other letters leave.

use crate::edge::{LmsWrite, Random};
use crate::model::activation::ActivationKind;
use crate::model::entry::{Entry, Prepared, Subject};
use crate::model::ids::{ActivationKey, LetterNumber};
use crate::model::secret::Password;
use crate::plan::{Act, Change};

use super::desk::{Desk, Fresh, LetterOrder, Ready, cannot_seal};
use super::ledger::Ledger;
use super::seal::SealPurpose;
use super::{Failure, Halt, Worker, password};

/// So many passwords are drawn before it is said that none will do.
const MOST_DRAWN: usize = 100;

/// What preparing takes: all but the way that mail leaves, so that it goes on while letters do.
pub(crate) struct Press<'w, 'a> {
    pub(crate) desk: &'w Desk<'a>,
    pub(crate) ledger: &'w mut Ledger<'a>,
    pub(crate) random: &'w mut dyn Random,
    pub(crate) lms: &'w mut dyn LmsWrite,
}

impl Press<'_, '_> {
    /// Prepares a group: everything that could fail about a letter fails here, before any password is touched.
    pub(crate) fn prepare(&mut self, changes: &[&Change]) -> Result<Vec<Option<Ready>>, Halt> {
        let mut group = Vec::with_capacity(changes.len());
        for change in changes {
            group.push(self.prepare_one(change));
        }
        self.ledger.flush()?;
        Ok(group)
    }

    pub(crate) fn prepare_one(&mut self, change: &Change) -> Option<Ready> {
        let (kind, activation, username, recipient, fingerprint) =
            match change.acts.iter().find(|act| matches!(act, Act::Create { .. } | Act::Reset { .. }))? {
                Act::Create { activation, username, recipient, letter } => {
                    (ActivationKind::Create, *activation, username, recipient, *letter)
                }
                Act::Reset { activation, username, recipient, letter, .. } => {
                    (ActivationKind::Reset, *activation, username, recipient, *letter)
                }
                _ => return None,
            };
        let subject = Subject { caregiver: change.caregiver.clone(), activation };
        let key = ActivationKey(self.random.id());
        let password = match self.draw() {
            Ok(password) => password,
            Err(failure) => return Some(Ready::Failed(failure)),
        };
        let wanted = LetterOrder {
            key,
            number: LetterNumber::FIRST,
            recipient,
            fingerprint,
            caregiver: &change.caregiver,
            person: &change.person,
            username,
            password: &password,
        };
        let (letter, recorded) = match self.desk.write(&wanted, self.ledger.now(), self.random) {
            Ok(written) => written,
            Err(failure) => return Some(Ready::Failed(failure)),
        };
        let context = self.desk.context(key, SealPurpose::Password);
        let sealed = match self.desk.seal().seal(password.reveal().as_bytes(), &context, self.random) {
            Ok(sealed) => sealed,
            Err(error) => return Some(Ready::Failed(cannot_seal(error))),
        };
        // A cohort is only missing for a reissue to somebody who is in none any more.
        let cohort = change.cohort.clone().unwrap_or_else(|| crate::model::ids::CohortName::new(""));
        self.ledger.note(Entry::Prepared(Prepared {
            subject: subject.clone(),
            key,
            kind,
            cohort,
            username: username.clone(),
            password: Some(sealed),
            identity: change.identity.clone(),
            letter: Some(recorded),
        }));
        Some(Ready::Fresh(Box::new(Fresh { subject, key, username: username.clone(), password, letter })))
    }

    /// A password that the LMS takes. Nothing is announced yet, so as many may be drawn as it needs.
    fn draw(&mut self) -> Result<Password, Failure> {
        let mut why = String::new();
        for _ in 0..MOST_DRAWN {
            let password = password::draw(self.desk.password_style(), self.random);
            match self.lms.takes(&password) {
                Ok(()) => return Ok(password),
                Err(reason) => why = reason,
            }
        }
        Err(Failure::here(format!("none of {MOST_DRAWN} drawn passwords keeps to the LMS's policy: {why}")))
    }
}

impl<'a> Worker<'a> {
    pub(crate) fn press(&mut self) -> Press<'_, 'a> {
        Press { desk: &self.desk, ledger: &mut self.ledger, random: &mut *self.random, lms: &mut *self.lms }
    }

    /// Gives up what was prepared and not begun.
    pub(crate) fn void(&mut self, left: Vec<Ready>) {
        for ready in left {
            if let Ready::Fresh(fresh) = ready {
                self.ledger.note(Entry::Voided(fresh.subject));
            }
        }
    }
}
