//! Hands over: what a person carries into the LMS, a cohort a file.
//!
//! ```text
//! commit: prepared, setting, the hand-over with its rows sealed -> the files are put in place -> commit: handed over
//! ```
//!
//! After a stop in between, the files are made again from what is sealed, byte for byte. What becomes of a hand-over is no
//! business of an apply: only the word of the person who imports it settles it.

use secrecy::zeroize::Zeroizing;

use crate::edge::{HandOverFacts, HandOverLine, HandOverWrite, NotWritten, RowFor, SealedHandOver, Step};
use crate::model::activation::ActivationKind;
use crate::model::entry::{Entry, Prepared, Subject};
use crate::model::fingerprint::Fingerprinter;
use crate::model::handover::{BegunRow, HandOver, HandOverBegun, HandOverNumber, HandOverRow};
use crate::model::ids::{ActivationKey, ActivationNumber, CohortName, Lineage, Username};
use crate::model::secret::{Password, SealingKey};
use crate::plan::{Act, Change, Person, Recipient};

use super::desk::Ready;
use super::seal::{Seal, SealContext, SealError, SealPurpose};
use super::{End, Failure, Halt, Worker};

/// Between a row and its row of the mapping: neither can hold it.
const BETWEEN: char = '\0';

/// What the rows of a hand-over are sealed under.
#[derive(Clone, Copy)]
pub struct SealedRows<'a> {
    /// Which state.
    pub lineage: &'a Lineage,
    /// The key that seals.
    pub key: &'a SealingKey,
}

/// The rows of a hand-over as they were written; nothing where they are wiped.
pub fn open_rows(sealed: &SealedHandOver, under: SealedRows<'_>) -> Result<Vec<HandOverLine>, SealError> {
    let seal = Seal::new(under.key);
    let open = |(key, bytes): &(ActivationKey, _)| {
        let context = SealContext { lineage: under.lineage, key: *key, purpose: SealPurpose::HandOver };
        let opened = seal.open(bytes, &context)?;
        let text = std::str::from_utf8(&opened).map_err(|_| SealError::Broken)?;
        let (row, children) = text.split_once(BETWEEN).ok_or(SealError::Broken)?;
        Ok(HandOverLine { row: Zeroizing::new(row.to_owned()), children: children.to_owned() })
    };
    sealed.bytes.iter().map(open).collect()
}

/// Somebody who goes into a hand-over.
struct Entrant<'a> {
    change: &'a Change,
    subject: Subject,
    key: ActivationKey,
    username: Username,
    is_create: bool,
    password: Option<Password>,
    email: String,
}

impl<'a> Worker<'a> {
    /// Whether a person carries this change.
    pub(crate) fn is_handed_over(&self, change: &Change) -> bool {
        let sets_password = change.acts.iter().any(|act| act.kind().sets_password());
        sets_password && self.lms.capabilities().carrier.is_person()
    }

    /// Puts in place what an earlier run committed and could not.
    pub(crate) fn place_again(&mut self) -> Result<End, Halt> {
        for number in &self.order.plan.unplaced {
            let Some(sealed) = self.ledger.hand_over(*number)? else { continue };
            if sealed.is_wiped() {
                return Ok(End::Stopped(format!(
                    "hand-over {number} was never put in place, and what was sealed of it is wiped: `firstbell confirm {number} \
                     --not-imported` gives its people back, with other passwords"
                )));
            }
            let under = SealedRows { lineage: self.order.lineage, key: self.order.key };
            let lines = match open_rows(&sealed, under) {
                Ok(lines) => lines,
                Err(error) => return Ok(End::Stopped(format!("hand-over {number} can't be written again: {error}"))),
            };
            if let Err(stopped) = self.place(&sealed.handover, &lines)? {
                return Ok(End::Stopped(stopped));
            }
        }
        Ok(End::Done)
    }

    /// Hands over what the plan has for each cohort.
    pub(crate) fn by_hand(&mut self) -> Result<End, Halt> {
        let mut cohorts: Vec<(Option<&'a CohortName>, Vec<&'a Change>)> = Vec::new();
        for change in self.order.plan.changes.iter().filter(|change| self.is_handed_over(change)) {
            match cohorts.iter_mut().find(|(cohort, _)| *cohort == change.cohort.as_ref()) {
                Some((_, changes)) => changes.push(change),
                None => cohorts.push((change.cohort.as_ref(), vec![change])),
            }
        }
        let mut number = self.order.plan.next_handover;
        for (cohort, changes) in cohorts {
            if self.watch.is_interrupted() {
                return Ok(End::Interrupted);
            }
            if let Some(stopped) = self.hand_over(number, cohort, &changes)? {
                return Ok(End::Stopped(stopped));
            }
            number = number.next();
        }
        Ok(End::Done)
    }

    /// One hand-over, from drawing passwords to the files in place. The text says why the run can't go on.
    fn hand_over(
        &mut self,
        number: HandOverNumber,
        cohort: Option<&CohortName>,
        changes: &[&'a Change],
    ) -> Result<Option<String>, Halt> {
        let mut entrants = Vec::with_capacity(changes.len());
        for change in changes {
            match self.enter(change)? {
                Ok(entrant) => entrants.push(entrant),
                Err(failure) => self.finished(change, Err(failure)),
            }
        }
        if entrants.is_empty() {
            return Ok(None);
        }
        let Some((handover, lines)) = self.write(number, cohort, &entrants) else {
            return Ok(Some("this LMS takes no files".to_owned()));
        };
        if let Err(failure) = self.announce_hand_over(&handover, &entrants, &lines) {
            return Ok(Some(failure.to_string()));
        }
        self.ledger.flush()?;
        if let Err(stopped) = self.place(&handover, &lines)? {
            return Ok(Some(stopped));
        }
        for entrant in &entrants {
            self.finished(entrant.change, Ok(()));
        }
        Ok(None)
    }

    /// Draws, or opens what was sealed, and notes it; nothing leaves.
    fn enter(&mut self, change: &'a Change) -> Result<Result<Entrant<'a>, Failure>, Halt> {
        let act = change.acts.iter().find(|act| act.kind().sets_password());
        let has_letters = self.lms.capabilities().carrier.has_letters();
        let entered = match act {
            Some(Act::Settle { activation, source, is_create, recipient, .. }) if has_letters => {
                self.unseal(change, *activation, *source)?.map(|fresh| Entrant {
                    change,
                    subject: fresh.subject,
                    key: fresh.key,
                    username: fresh.username,
                    is_create: *is_create,
                    password: Some(fresh.password),
                    email: self.row_email(recipient),
                })
            }
            Some(Act::Settle { .. }) => Err(Failure::here(
                "a hand-over with a password of ours was not imported: set `passwords: firstbell` until it is done",
            )),
            Some(Act::Create { activation, username, recipient, .. }) if !has_letters => {
                Ok(self.enter_without(change, *activation, username, ActivationKind::Create, recipient))
            }
            Some(Act::Reset { activation, username, recipient, .. }) if !has_letters => {
                Ok(self.enter_without(change, *activation, username, ActivationKind::Reset, recipient))
            }
            Some(act) => match self.prepare_one(change) {
                Some(Ready::Fresh(fresh)) => Ok(Entrant {
                    change,
                    subject: fresh.subject,
                    key: fresh.key,
                    username: fresh.username,
                    is_create: matches!(act, Act::Create { .. }),
                    password: Some(fresh.password),
                    email: act.recipient().map_or_else(String::new, |recipient| self.row_email(recipient)),
                }),
                Some(Ready::Failed(failure)) => Err(failure),
                None => Err(Failure::here("it was not prepared")),
            },
            None => Err(Failure::here("there is no password to hand over")),
        };
        Ok(entered)
    }

    /// The address in somebody's row. Ultranet takes no row without one: who has none gets the gateway's own.
    fn row_email(&self, recipient: &Recipient) -> String {
        match recipient {
            Recipient::Mail(address) => address.as_str().to_owned(),
            Recipient::Paper => {
                let ultranet = self.order.rollout.lms.ultranet();
                ultranet.and_then(|ultranet| ultranet.default_email.clone()).unwrap_or_default()
            }
        }
    }

    /// Somebody whose password the LMS draws and tells.
    fn enter_without(
        &mut self,
        change: &'a Change,
        activation: ActivationNumber,
        username: &Username,
        kind: ActivationKind,
        recipient: &Recipient,
    ) -> Entrant<'a> {
        let subject = Subject { caregiver: change.caregiver.clone(), activation };
        let key = ActivationKey(self.random.id());
        self.ledger.note(Entry::Prepared(Prepared {
            subject: subject.clone(),
            key,
            kind,
            cohort: change.cohort.clone().unwrap_or_else(|| CohortName::new("")),
            username: username.clone(),
            password: None,
            identity: change.identity.clone(),
            letter: None,
        }));
        let is_create = kind == ActivationKind::Create;
        let username = username.clone();
        Entrant { change, subject, key, username, is_create, password: None, email: self.row_email(recipient) }
    }

    /// The hand-over as a value, and its rows in clear.
    fn write(
        &mut self,
        number: HandOverNumber,
        cohort: Option<&CohortName>,
        entrants: &[Entrant<'_>],
    ) -> Option<(HandOver, Vec<HandOverLine>)> {
        let (at, school) = (self.ledger.now(), self.order.rollout.school.as_str());
        let has_letters = self.lms.capabilities().carrier.has_letters();
        let writer = self.lms.by_hand()?;
        let lines: Vec<HandOverLine> = entrants.iter().map(|entrant| line(&mut *writer, entrant)).collect();
        let name = file_name(number, cohort);
        let creates = entrants.iter().filter(|entrant| entrant.is_create).count();
        let note = writer.note(&HandOverFacts {
            number,
            name: &name,
            school,
            cohort,
            creates,
            resets: entrants.len() - creates,
            has_children: lines.iter().any(|line| !line.children.is_empty()),
        });
        let whole: Zeroizing<Vec<u8>> = Zeroizing::new(lines.iter().flat_map(|line| line.row.bytes()).collect());
        let row = |entrant: &Entrant<'_>| HandOverRow {
            caregiver: entrant.subject.caregiver.clone(),
            activation: entrant.subject.activation,
            username: entrant.username.clone(),
            is_create: entrant.is_create,
            is_imported: None,
        };
        let handover = HandOver {
            number,
            name,
            cohort: cohort.cloned(),
            at,
            has_letters,
            fingerprint: Fingerprinter::new(self.order.key).hand_over(&whole),
            note,
            is_placed: false,
            is_unsure: false,
            settled: None,
            rows: entrants.iter().map(row).collect(),
        };
        Some((handover, lines))
    }

    /// Notes what is about to be put in place: with this commit each password is the only one of its activation.
    fn announce_hand_over(
        &mut self,
        handover: &HandOver,
        entrants: &[Entrant<'_>],
        lines: &[HandOverLine],
    ) -> Result<(), Failure> {
        let mut rows = Vec::with_capacity(entrants.len());
        for (entrant, line) in entrants.iter().zip(lines) {
            let text = Zeroizing::new(format!("{}{BETWEEN}{}", *line.row, line.children));
            let context = self.desk.context(entrant.key, SealPurpose::HandOver);
            let sealed = self.desk.seal().seal(text.as_bytes(), &context, self.random);
            rows.push(BegunRow {
                subject: entrant.subject.clone(),
                username: entrant.username.clone(),
                is_create: entrant.is_create,
                bytes: sealed.map_err(|error| Failure::here(format!("a row could not be sealed: {error}")))?,
            });
        }
        for entrant in entrants {
            self.ledger.note(Entry::Setting(entrant.subject.clone()));
        }
        self.ledger.note(Entry::HandOverBegun(HandOverBegun {
            number: handover.number,
            name: handover.name.clone(),
            cohort: handover.cohort.clone(),
            has_letters: handover.has_letters,
            fingerprint: handover.fingerprint.clone(),
            note: handover.note.clone(),
            rows,
        }));
        Ok(())
    }

    /// The effect: the files are put in place, and that is recorded.
    fn place(&mut self, handover: &HandOver, lines: &[HandOverLine]) -> Result<Result<(), String>, Halt> {
        let Some(writer) = self.lms.by_hand() else {
            let number = handover.number;
            return Ok(Err(format!("hand-over {number} was written for another LMS than the rollout names now")));
        };
        if let Err(error) = writer.place(handover, lines) {
            let NotWritten { what, source } = error;
            return Ok(Err(format!("{what} ({source})")));
        }
        for row in &handover.rows {
            let subject = Subject { caregiver: row.caregiver.clone(), activation: row.activation };
            self.ledger.note_effect(Entry::HandedOver { subject, number: handover.number });
        }
        self.ledger.note_effect(Entry::HandOverPlaced { number: handover.number });
        self.tally.handed_over += handover.rows.len() as u64;
        self.tally.handovers.push((handover.name.clone(), handover.number));
        self.ledger.flush()?;
        self.mark_again();
        self.watch.step(Step::Note(&format!("hand-over {} is in place", handover.name)));
        Ok(Ok(()))
    }
}

fn line(writer: &mut dyn HandOverWrite, entrant: &Entrant<'_>) -> HandOverLine {
    let Entrant { change, .. } = entrant;
    let Person { first_name, last_name, children, .. } = &change.person;
    let children: Vec<&str> = children.iter().map(|child| child.id.as_str()).collect();
    writer.line(&RowFor {
        // An account that stands keeps the id that it carries: a row corrects nothing.
        caregiver: if entrant.is_create { &change.caregiver } else { &change.known_as },
        username: &entrant.username,
        is_create: entrant.is_create,
        first_name,
        last_name,
        email: &entrant.email,
        children: &children,
        password: entrant.password.as_ref(),
    })
}

/// `0001-year-7`: a cohort may be called what a file may not.
fn file_name(number: HandOverNumber, cohort: Option<&CohortName>) -> String {
    let cohort = cohort.map_or("no-cohort", CohortName::as_str);
    let safe: String = cohort.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
    format!("{number}-{safe}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cohort_can_be_called_what_a_file_can_not() {
        let name = |cohort: &str| file_name(HandOverNumber(12), Some(&CohortName::new(cohort)));
        assert_eq!(name("year-7"), "0012-year-7");
        assert_eq!(name("../Tau 7"), "0012----Tau-7");
        assert_eq!(file_name(HandOverNumber::FIRST, None), "0001-no-cohort");
    }
}
