//! The two effects for one caregiver: the LMS sets the password, the transport takes the letter. Each is announced by a
//! durable commit, and its outcome is noted at once.

use crate::edge::{Envelope, NewAccount};
use crate::model::entry::{Entry, LetterSubject, Subject};
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId};
use crate::model::outcome::Outcome;
use crate::plan::{Act, Change};

use super::desk::{Fresh, ReadyLetter};
use super::{Failure, Halt, Worker};

impl Worker<'_> {
    /// Create or reset: announce, set the password, then the letter.
    pub(crate) fn activate(&mut self, change: &Change, act: &Act, fresh: &Fresh) -> Result<Result<(), Failure>, Halt> {
        let is_create = matches!(act, Act::Create { .. });
        match self.set_password(change, fresh, is_create)? {
            Ok(()) => self.send(&fresh.subject, &fresh.letter),
            Err(failure) => Ok(Err(failure)),
        }
    }

    /// The first effect. After the announcing commit this password is the only one of this activation.
    pub(crate) fn set_password(
        &mut self,
        change: &Change,
        fresh: &Fresh,
        is_create: bool,
    ) -> Result<Result<(), Failure>, Halt> {
        self.ledger.announce(Entry::Setting(fresh.subject.clone()))?;
        let outcome = if is_create {
            self.lms.create(&new_account(change, fresh), &fresh.password, fresh.key)
        } else {
            self.lms.set_password(&change.known_as, &fresh.username, &fresh.password, fresh.key)
        };
        Ok(self.password_outcome(change, fresh, outcome, is_create))
    }

    fn password_outcome(
        &mut self,
        change: &Change,
        fresh: &Fresh,
        outcome: Outcome,
        is_create: bool,
    ) -> Result<(), Failure> {
        let subject = &fresh.subject;
        let attempt = if is_create { "creating the account" } else { "setting the password" };
        match outcome {
            Outcome::Done(()) => {
                self.password_is_set(subject, "answered", is_create);
                Ok(())
            }
            Outcome::Refused(refusal) => {
                let reason = refusal.reason.clone();
                self.ledger.note_effect(Entry::ResetRefused { subject: subject.clone(), reason });
                Err(Failure::refused(attempt, &refusal))
            }
            Outcome::Unknown(_) if self.has_marker(&change.known_as, fresh.key) => {
                self.password_is_set(subject, "marker", is_create);
                Ok(())
            }
            Outcome::Unknown(detail) => {
                // The stage stays `setting`: the next run reads the marker, or asks a person.
                let reason = format!("{attempt}: answer lost");
                self.ledger.note_effect(Entry::EffectFailed { caregiver: subject.caregiver.clone(), reason });
                Err(Failure::unknown(attempt, &detail))
            }
        }
    }

    fn password_is_set(&mut self, subject: &Subject, evidence: &str, is_create: bool) {
        self.ledger.note_effect(Entry::Set { subject: subject.clone(), evidence: evidence.to_owned() });
        if is_create {
            self.tally.created += 1;
        } else {
            self.tally.reset += 1;
        }
    }

    /// Whether the LMS shows this activation's marker now. A marker that does not stand proves nothing yet: the LMS may
    /// still be working on the lost call.
    fn has_marker(&mut self, known_as: &CaregiverId, key: ActivationKey) -> bool {
        self.lms.capabilities().has_marker
            && self
                .lms
                .observe_one(known_as)
                .is_ok_and(|accounts| accounts.iter().any(|account| account.marker == Some(key)))
    }

    /// The second effect. The same letter handed over again is the same bytes.
    pub(crate) fn send(&mut self, subject: &Subject, letter: &ReadyLetter) -> Result<Result<(), Failure>, Halt> {
        let which = LetterSubject {
            caregiver: subject.caregiver.clone(),
            activation: subject.activation,
            letter: letter.number,
        };
        self.ledger.announce(Entry::Sending(which.clone()))?;
        let outcome = self.mail.send(&Envelope {
            sender: &self.order.rollout.mail.from.email,
            recipient: &letter.recipient,
            message_id: &letter.message_id,
            bytes: &letter.bytes,
        });
        Ok(self.letter_outcome(which, outcome))
    }

    fn letter_outcome(&mut self, letter: LetterSubject, outcome: Outcome) -> Result<(), Failure> {
        use crate::model::outcome::Reach;
        const ATTEMPT: &str = "the password is set, but sending the letter";
        match outcome {
            Outcome::Done(()) => {
                self.tally.sent += 1;
                self.tally.renewed += u64::from(letter.activation > ActivationNumber::FIRST);
                self.ledger.note_effect(Entry::Sent(letter));
                Ok(())
            }
            Outcome::Refused(refusal) => {
                let reason = refusal.reason.clone();
                self.ledger.note_effect(match refusal.reach {
                    Reach::Caregiver => Entry::LetterRejected { letter, reason },
                    Reach::Passing | Reach::Everybody => Entry::LetterDeferred { letter, reason },
                });
                Err(Failure::refused(ATTEMPT, &refusal))
            }
            Outcome::Unknown(detail) => {
                self.ledger.note_effect(Entry::LetterUnknown { letter, detail: detail.clone() });
                Err(Failure::unknown(ATTEMPT, &detail))
            }
        }
    }
}

/// The account to be, as the SMS writes its person.
fn new_account(change: &Change, fresh: &Fresh) -> NewAccount {
    NewAccount {
        caregiver: change.caregiver.clone(),
        username: fresh.username.clone(),
        first_name: change.person.first_name.clone(),
        last_name: change.person.last_name.clone(),
        email: fresh.letter.recipient.clone(),
    }
}
