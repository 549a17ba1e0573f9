//! The two effects for the caregivers of a wave: the LMS sets the passwords, the transport takes the letters. Each is
//! announced by a durable commit, and its outcome is noted at once.

use crate::edge::{Effect, Envelope, How, NewAccount, Step, Wanted};
use crate::model::entry::{Entry, LetterSubject, Subject};
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId};
use crate::model::outcome::{Outcome, Reach, Refusal};
use crate::plan::Change;

use super::desk::{Fresh, ReadyLetter};
use super::wave::{Job, Wish};
use super::{Failure, Halt, Worker};

/// Longer texts of a mail server are cut, once nothing secret is in them any more.
const LONGEST: usize = 240;

impl Worker<'_> {
    /// The first effect, for all of a wave who are to get a password. After the announcing commit it is the only one of its
    /// activation.
    pub(crate) fn set_passwords(&mut self, jobs: &mut [Job<'_>]) -> Result<(), Halt> {
        let due = self.announce_passwords(jobs);
        if !due.is_empty() {
            self.ledger.flush()?;
            self.set_announced(due);
        }
        Ok(())
    }

    /// Notes who is about to get a password; to be made durable before it is set.
    pub(crate) fn announce_passwords<'j, 'c>(&mut self, jobs: &'j mut [Job<'c>]) -> Vec<Due<'j, 'c>> {
        let due: Vec<Due<'j, 'c>> = jobs.iter_mut().filter_map(Due::of).collect();
        for one in &due {
            self.ledger.note(Entry::Setting(one.wish.fresh.subject.clone()));
        }
        due
    }

    /// Sets what was announced.
    pub(crate) fn set_announced(&mut self, due: Vec<Due<'_, '_>>) {
        for one in &due {
            self.watch.step(intent(Effect::SetPassword, &one.wish.fresh.subject));
        }
        let wanted: Vec<Wanted<'_>> = due.iter().map(Due::wanted).collect();
        let mut outcomes = self.lms.activate_all(&wanted);
        // An answer that was left out is a lost one.
        outcomes.resize_with(due.len(), || Outcome::Unknown("the driver gave no answer".to_owned()));
        for (one, outcome) in due.into_iter().zip(outcomes) {
            let Due { job, wish, .. } = one;
            let result = self.password_outcome(job.change, &wish, outcome);
            let fresh = wish.fresh;
            self.watch.step(settled(Effect::SetPassword, &fresh.subject, &result));
            match result {
                Ok(()) => job.is_set(*fresh),
                Err(failure) => job.failure = Some(failure),
            }
        }
    }

    fn password_outcome(&mut self, change: &Change, wish: &Wish, outcome: Outcome) -> Result<(), Failure> {
        let Wish { fresh, is_create, may_stand } = wish;
        let is_create = *is_create;
        let subject = &fresh.subject;
        let attempt = if is_create { "creating the account" } else { "setting the password" };
        match outcome {
            Outcome::Done(()) => {
                self.password_is_set(subject, "answered", is_create);
                Ok(())
            }
            // The first attempt may have been carried out all the same: only this password may be set again.
            Outcome::Refused(refusal) if *may_stand => {
                let reason = format!("{attempt} again was refused");
                self.ledger.note_effect(Entry::EffectFailed { caregiver: subject.caregiver.clone(), reason });
                Err(Failure::still_unknown(attempt, &refusal))
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
        // A driver that knows of calls that go on has looked by itself.
        self.lms.capabilities().has_marker
            && !self.lms.capabilities().works_on
            && self
                .lms
                .observe_one(known_as)
                .is_ok_and(|accounts| accounts.iter().any(|account| account.marker == Some(key)))
    }

    /// The second effect, for all of a wave who have a letter to get; at most as many are announced at once as the transport
    /// hands over at once. The same letter handed over again is the same bytes.
    pub(crate) fn send_letters(&mut self, jobs: &mut [Job<'_>]) -> Result<(), Halt> {
        let sessions = self.mail.capabilities().sessions.max(1);
        let mut due: Vec<&mut Job<'_>> = jobs.iter_mut().filter(|job| job.letter.is_some()).collect();
        for some in due.chunks_mut(sessions) {
            self.send_some(some)?;
        }
        Ok(())
    }

    fn send_some(&mut self, jobs: &mut [&mut Job<'_>]) -> Result<(), Halt> {
        let letters: Vec<(Subject, ReadyLetter)> = jobs.iter_mut().filter_map(|job| job.letter.take()).collect();
        for (subject, letter) in &letters {
            self.ledger.note(Entry::Sending(which(subject, letter)));
        }
        self.ledger.flush()?;
        for (subject, _) in &letters {
            self.watch.step(intent(Effect::SendLetter, subject));
        }
        let sender = &self.order.rollout.mail.from.email;
        let envelopes: Vec<Envelope<'_>> = letters.iter().map(|(_, letter)| envelope(sender, letter)).collect();
        let mut outcomes = self.mail.send_all(&envelopes);
        outcomes.resize_with(letters.len(), || Outcome::Unknown("the transport gave no answer".to_owned()));
        self.pacer.took(self.ledger.now(), &outcomes);
        for ((job, (subject, letter)), outcome) in jobs.iter_mut().zip(&letters).zip(outcomes) {
            let result = self.letter_outcome(job.change, which(subject, letter), outcome);
            self.watch.step(settled(Effect::SendLetter, subject, &result));
            job.failure = result.err();
        }
        Ok(())
    }

    /// The mail server takes letters: what it refused before was about those addresses.
    pub(super) fn reject_refused(&mut self) {
        for (letter, reason) in self.refused.drain(..) {
            self.ledger.note_effect(Entry::LetterRejected { letter, reason });
        }
    }

    /// Whether a server that says "later", or that it is not allowed, means this address: it has said so for a day and more, or says so
    /// again while it takes the letters of others.
    fn is_about_address(&self, change: &Change, refusal: &Refusal) -> bool {
        let is_alone = refusal.reach == Reach::Everybody && change.is_put_off() && self.tally.sent > 0;
        refusal.about_address && (change.is_put_off_for_long() || is_alone)
    }

    /// What a mail server says of a letter may hold what stands in it: the password, and names.
    fn discreet(&mut self, change: &Change, letter: &LetterSubject, outcome: Outcome) -> Outcome {
        let told = match outcome {
            Outcome::Done(()) => return Outcome::Done(()),
            Outcome::Refused(Refusal { ref reason, .. }) => reason,
            Outcome::Unknown(ref detail) => detail,
        };
        let sealed = self.ledger.sealed(&change.caregiver, letter.activation).ok().flatten();
        let password = sealed.and_then(|sealed| self.open_password(&sealed).ok());
        let told = change.person.masked_in(told);
        let told = password.map_or(told.clone(), |password| password.masked_in(&told));
        let told: String = told.chars().take(LONGEST).collect();
        match outcome {
            Outcome::Refused(refusal) => Outcome::Refused(Refusal { reason: told, ..refusal }),
            _ => Outcome::Unknown(told),
        }
    }

    /// Notes what became of a letter. One that the server refused counts as put off until the next one is taken: where none is,
    /// the refusal was not about its address.
    pub(super) fn letter_outcome(
        &mut self,
        change: &Change,
        letter: LetterSubject,
        outcome: Outcome,
    ) -> Result<(), Failure> {
        const ATTEMPT: &str = "the password is set, but sending the letter";
        match self.discreet(change, &letter, outcome) {
            Outcome::Done(()) => {
                self.reject_refused();
                self.tally.sent += 1;
                self.tally.renewed += u64::from(letter.activation > ActivationNumber::FIRST);
                let is_kept = self.order.rollout.mail.retain_for_bounce > 0 && !self.mail.capabilities().is_idempotent;
                self.ledger.note_effect(if is_kept { Entry::SentAndKept(letter) } else { Entry::Sent(letter) });
                Ok(())
            }
            Outcome::Refused(mut refusal) => {
                let was_slow = self.is_about_address(change, &refusal);
                if was_slow {
                    refusal.reach = Reach::Caregiver;
                }
                let reason = refusal.reason.clone();
                // This time it was not taken, and not for its address: the time before it may have been.
                if change.was_perhaps_sent() && refusal.reach != Reach::Caregiver {
                    self.ledger.note_effect(Entry::LetterUnknown { letter, detail: reason });
                    return Err(Failure::still_unknown(ATTEMPT, &refusal));
                }
                self.ledger.note_effect(match refusal.reach {
                    // A server that puts everybody off shows by the others.
                    Reach::Caregiver if change.is_put_off() && !was_slow => Entry::LetterRejected { letter, reason },
                    Reach::Caregiver => {
                        self.refused.push((letter.clone(), reason.clone()));
                        Entry::LetterDeferred { letter, reason }
                    }
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

/// Somebody who is to get a password now.
pub(crate) struct Due<'j, 'a> {
    job: &'j mut Job<'a>,
    wish: Wish,
    account: NewAccount,
}

impl<'j, 'a> Due<'j, 'a> {
    fn of(job: &'j mut Job<'a>) -> Option<Self> {
        let wish = job.wanted.take()?;
        let account = new_account(job.change, &wish.fresh);
        Some(Self { job, wish, account })
    }

    fn wanted(&self) -> Wanted<'_> {
        let Wish { fresh, is_create, .. } = &self.wish;
        let how = if *is_create {
            How::Create(&self.account)
        } else {
            How::Reset { caregiver: &self.job.change.known_as, username: &fresh.username }
        };
        Wanted { how, password: &fresh.password, marker: fresh.key }
    }
}

pub(super) fn intent(effect: Effect, subject: &Subject) -> Step<'_> {
    Step::Intent { effect, caregiver: &subject.caregiver, activation: subject.activation }
}

pub(super) fn settled<'s>(effect: Effect, subject: &'s Subject, result: &Result<(), Failure>) -> Step<'s> {
    let outcome = match result {
        Ok(()) => "done",
        Err(failure) if failure.is_unknown => "unknown",
        Err(_) => "refused",
    };
    Step::Settled { effect, caregiver: &subject.caregiver, activation: subject.activation, outcome }
}

pub(super) fn which(subject: &Subject, letter: &ReadyLetter) -> LetterSubject {
    LetterSubject { caregiver: subject.caregiver.clone(), activation: subject.activation, letter: letter.number }
}

fn envelope<'l>(sender: &'l str, letter: &'l ReadyLetter) -> Envelope<'l> {
    Envelope { sender, recipient: &letter.recipient, message_id: &letter.message_id, bytes: &letter.bytes }
}

/// The account to be, as the SMS writes its person.
fn new_account(change: &Change, fresh: &Fresh) -> NewAccount {
    NewAccount {
        caregiver: change.caregiver.clone(),
        username: fresh.username.clone(),
        first_name: change.person.first_name.clone(),
        last_name: change.person.last_name.clone(),
        email: fresh.letter.recipient.clone(),
        language: change.person.language.clone(),
    }
}
