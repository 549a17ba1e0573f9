//! Finishes what an earlier run began: a password that was being set, a letter that was still to go. Always with the
//! password that was sealed then; another one is never drawn here.

use jiff::Timestamp;

use crate::edge::{SealedActivation, SealedLetter};
use crate::model::account::{Account, SignIn};
use crate::model::entry::{Entry, Subject};
use crate::model::ids::{ActivationKey, ActivationNumber, LetterNumber};
use crate::model::secret::Password;
use crate::plan::{Act, Change, LetterSource, Proof, Recipient};

use super::desk::{Fresh, LetterOrder, ReadyLetter};
use super::seal::SealPurpose;
use super::wave::Wish;
use super::{Failure, Halt, Worker, form};

/// What looking again came to.
pub(crate) enum Settling {
    /// The password stands: the letter may go.
    Stands(Box<Fresh>),
    /// It does not stand, or nobody can say: the same one is set.
    ToSet(Wish),
}

impl Worker<'_> {
    /// A run stopped while the password was being set: look again whether it stands.
    pub(crate) fn look_again(&mut self, change: &Change, act: &Act) -> Result<Result<Settling, Failure>, Halt> {
        let Act::Settle { activation, key, since, proof, is_create, source, .. } = act else {
            return Ok(Err(Failure::here("there is nothing to settle")));
        };
        let fresh = match self.unseal(change, *activation, *source)? {
            Ok(fresh) => Box::new(fresh),
            Err(failure) => return Ok(Err(failure)),
        };
        let accounts = match self.lms.observe_one(&change.known_as) {
            Ok(accounts) => accounts,
            Err(error) => return Ok(Err(Failure::unknown("looking at the account again", &error.to_string()))),
        };
        if shows(&accounts, *key) {
            // Set by the run that stopped, so it counts for that one.
            self.ledger.note_effect(Entry::Set { subject: fresh.subject.clone(), evidence: "marker".to_owned() });
            return Ok(Ok(Settling::Stands(fresh)));
        }
        if *proof == Proof::Unknown && has_signed_in(&accounts, *since) {
            return Ok(Err(Failure::here("somebody has signed in since: settle it with `firstbell resolve`")));
        }
        let (is_create, may_stand) = (*is_create && accounts.is_empty(), *proof == Proof::Unknown);
        Ok(Ok(Settling::ToSet(Wish { fresh, is_create, may_stand })))
    }

    /// Opens what was sealed; where recipient or children have changed, writes the next letter with the same password.
    pub(crate) fn unseal(
        &mut self,
        change: &Change,
        activation: ActivationNumber,
        source: LetterSource,
    ) -> Result<Result<Fresh, Failure>, Halt> {
        let subject = Subject { caregiver: change.caregiver.clone(), activation };
        let Some(sealed) = self.ledger.sealed(&change.caregiver, activation)? else {
            return Ok(Err(Failure::here("nothing is sealed for it any more")));
        };
        let opened = self.open_password(&sealed).and_then(|password| {
            let letter = match source {
                LetterSource::Sealed(number) => self.open_letter(&sealed, number),
                LetterSource::Rendered(number) => self.rewrite(change, &subject, &sealed, &password, number),
            }?;
            Ok((password, letter))
        });
        Ok(opened.map(|(password, letter)| Fresh {
            subject,
            key: sealed.key,
            username: sealed.username,
            password,
            letter,
        }))
    }

    pub(super) fn open_password(&self, sealed: &SealedActivation) -> Result<Password, Failure> {
        let bytes = sealed.password.as_ref().ok_or_else(|| Failure::here("the sealed password has been wiped"))?;
        let context = self.desk.context(sealed.key, SealPurpose::Password);
        let opened = self.desk.seal().open(bytes, &context).map_err(|_| cannot_open())?;
        String::from_utf8(opened.to_vec()).map(Password::new).map_err(|_| cannot_open())
    }

    fn open_letter(&self, sealed: &SealedActivation, wanted: LetterNumber) -> Result<ReadyLetter, Failure> {
        let letter = sealed
            .letter
            .as_ref()
            .filter(|letter| letter.number == wanted)
            .ok_or_else(|| Failure::here("the sealed letter is not the one that was planned"))?;
        let context = self.desk.context(sealed.key, SealPurpose::Letter);
        let opened = self.desk.seal().open(&letter.bytes, &context).map_err(|_| cannot_open())?;
        let bytes = match &letter.form {
            Some(form) => form::unpack(&opened, form).ok_or_else(form_changed)?,
            None => opened.to_vec(),
        };
        let SealedLetter { number, message_id, recipient, .. } = letter;
        Ok(ReadyLetter { number: *number, message_id: message_id.clone(), recipient: recipient.clone(), bytes })
    }

    fn rewrite(
        &mut self,
        change: &Change,
        subject: &Subject,
        sealed: &SealedActivation,
        password: &Password,
        number: LetterNumber,
    ) -> Result<ReadyLetter, Failure> {
        let Some((recipient, fingerprint)) = recipient(change) else {
            return Err(Failure::here("the plan names no recipient"));
        };
        let wanted = LetterOrder {
            key: sealed.key,
            number,
            recipient,
            fingerprint,
            caregiver: &change.caregiver,
            person: &change.person,
            username: &sealed.username,
            password,
        };
        let (letter, recorded) = self.desk.write(&wanted, self.ledger.now(), self.random)?;
        self.ledger.note(Entry::LetterPrepared { subject: subject.clone(), letter: recorded });
        Ok(letter)
    }
}

fn recipient(change: &Change) -> Option<(&Recipient, crate::model::fingerprint::Fingerprint)> {
    change.acts.iter().find_map(|act| match act {
        Act::Settle { recipient, letter, .. } | Act::Email { recipient, letter, .. } => Some((recipient, *letter)),
        _ => None,
    })
}

fn cannot_open() -> Failure {
    Failure::here("what is sealed can't be opened with this key: a `reissue:` line gives them another password")
}

fn form_changed() -> Failure {
    Failure::here(
        "somebody has changed the form of the letters in the state, so this one is not sent (`firstbell state verify`): a \
         `reissue:` line gives them another password",
    )
}

fn shows(accounts: &[Account], key: ActivationKey) -> bool {
    accounts.iter().any(|account| account.marker == Some(key))
}

fn has_signed_in(accounts: &[Account], since: Timestamp) -> bool {
    accounts.iter().any(|account| matches!(account.sign_in, SignIn::At(at) if at > since))
}
