//! Sets the passwords of a wave: looks at each account once more, creates, resets, and reads back what became of each.
//! A row is done when Moodle said so *and* shows it; where the answer was lost, only what it shows counts.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::edge::{How, NewAccount, Wanted};
use crate::model::ids::ActivationKey;
use crate::model::outcome::{Outcome, Reach};

use super::fault::Fault;
use super::look::is_username;
use super::row::UserRow;
use super::site::Site;

/// Moodle goes on with a call after its answer was lost, so it is looked at a little later. Whether nothing happened can't
/// be told by then, only that something did.
const BEFORE_READING_BACK: Duration = Duration::from_secs(5);

/// How far one of a wave has come.
pub(super) enum Stand {
    /// An account is to be made.
    ToCreate,
    /// The password of this account is to be set.
    ToReset { id: u64 },
    /// Moodle says that it was done, on this account.
    Answered { id: u64 },
    /// Perhaps it was done. `is_over`: Moodle is not working on it any more.
    Lost { words: String, is_over: bool },
    /// It is known what became of it.
    Known(Outcome),
}

/// One of a wave.
pub(super) struct Slot<'w> {
    pub(super) wanted: &'w Wanted<'w>,
    pub(super) stand: Stand,
}

impl Slot<'_> {
    pub(super) fn caregiver(&self) -> &str {
        match self.wanted.how {
            How::Create(account) => account.caregiver.as_str(),
            How::Reset { caregiver, .. } => caregiver.as_str(),
        }
    }

    pub(super) fn marker(&self) -> ActivationKey {
        self.wanted.marker
    }

    pub(super) fn refuse(&mut self, reason: impl Into<String>) {
        self.stand = Stand::Known(Outcome::refused(reason, Reach::Caregiver));
    }

    /// The call for this row went wrong, and nothing more will be known of it by splitting.
    pub(super) fn failed(&mut self, fault: &Fault, is_over: bool) {
        self.stand = match fault.outcome() {
            Outcome::Unknown(words) => Stand::Lost { words, is_over },
            known => Stand::Known(known),
        };
    }
}

/// The accounts that carry each id number.
type Standing = BTreeMap<String, Vec<UserRow>>;

impl Site<'_> {
    /// Sets the passwords of a wave.
    pub(super) fn activate(&self, wanted: &[Wanted<'_>]) -> (Vec<Outcome>, Option<String>) {
        let mut slots: Vec<Slot<'_>> = wanted.iter().map(|wanted| Slot { wanted, stand: Stand::ToCreate }).collect();
        let ids: Vec<&str> = slots.iter().map(Slot::caregiver).collect();
        match self.by_idnumber(&ids) {
            Err(fault) => {
                // Nothing was sent yet that changes anything, whatever became of the look.
                let words = format!("looking at the accounts first: {}", fault.words);
                let reach =
                    if fault.certainty == super::fault::Certainty::Row { Reach::Caregiver } else { Reach::Everybody };
                return (slots.iter().map(|_| Outcome::refused(words.clone(), reach)).collect(), None);
            }
            Ok(standing) => slots.iter_mut().for_each(|slot| self.look_once_more(slot, &standing)),
        }
        let over = self.create_all(&mut slots).or_else(|| self.reset_all(&mut slots));
        if let Some(fault) = over {
            let is_left = |slot: &&mut Slot<'_>| matches!(slot.stand, Stand::ToCreate | Stand::ToReset { .. });
            slots.iter_mut().filter(is_left).for_each(|slot| slot.failed(&fault, true));
        }
        let trouble = self.read_back(&mut slots);
        (slots.into_iter().map(finish).collect(), trouble)
    }

    /// Holds what is wanted against what stands there at this moment.
    fn look_once_more(&self, slot: &mut Slot<'_>, standing: &Standing) {
        let rows = standing.get(slot.caregiver()).map_or(&[][..], Vec::as_slice);
        match (slot.wanted.how, rows) {
            (_, [_, _, ..]) => slot.refuse("two accounts carry this id number: one must go before a password is set"),
            (How::Create(account), []) => match cannot_be_created(account) {
                Some(reason) => slot.refuse(reason),
                None => slot.stand = Stand::ToCreate,
            },
            (How::Create(_), [row]) if row.activation() == Some(slot.marker()) => {
                slot.stand = Stand::Known(Outcome::Done(()));
            }
            (How::Create(_), [_]) => slot.refuse("an account with this id number has come into being meanwhile"),
            (How::Reset { .. }, []) => slot.refuse("no account carries this id number any more"),
            (How::Reset { username, .. }, [row]) => {
                if row.username.as_deref() != Some(username.as_str()) {
                    slot.refuse("the account with this id number has another username now");
                } else if let Some(reason) = row.reset_is_wrong(&self.settings) {
                    slot.refuse(reason);
                } else if self.was_used_since(row) {
                    let reason = "somebody has signed in since the plan was made";
                    slot.stand = Stand::Known(Outcome::refused(reason, Reach::Passing));
                } else {
                    slot.stand = Stand::ToReset { id: row.id };
                }
            }
        }
    }

    fn was_used_since(&self, row: &UserRow) -> bool {
        let before = self.seen.borrow().get(&row.id).copied();
        before.zip(row.access).is_some_and(|(before, now)| now > before)
    }

    /// Reads back what was answered or lost. The text says why the run should stop, where it should.
    fn read_back(&self, slots: &mut [Slot<'_>]) -> Option<String> {
        let is_open = |slot: &Slot<'_>| matches!(slot.stand, Stand::Answered { .. } | Stand::Lost { .. });
        let ids: Vec<&str> = slots.iter().filter(|slot| is_open(slot)).map(Slot::caregiver).collect();
        if ids.is_empty() {
            return None;
        }
        if slots.iter().any(|slot| matches!(slot.stand, Stand::Lost { is_over: false, .. })) {
            self.clock.sleep(BEFORE_READING_BACK);
        }
        let standing = self.by_idnumber(&ids).ok()?;
        let shows = |slot: &Slot<'_>| {
            let rows = standing.get(slot.caregiver()).map_or(&[][..], Vec::as_slice);
            rows.iter().any(|row| row.activation() == Some(slot.marker()))
        };
        let answered = |slot: &&Slot<'_>| matches!(slot.stand, Stand::Answered { .. });
        let has_marker = self.settings.marker_field.is_some();
        let is_missing = has_marker
            && slots.iter().any(|slot| answered(&slot))
            && !slots.iter().filter(|slot| is_open(slot)).any(shows);
        for slot in slots.iter_mut().filter(|slot| is_open(slot)) {
            let rows = standing.get(slot.caregiver()).map_or(&[][..], Vec::as_slice);
            let is_marked = shows(slot);
            self.compare(slot, rows, is_marked, is_missing);
        }
        is_missing.then(|| {
            format!(
                "the profile field `{}` is not in Moodle, or can't be seen: it was written and is not there. Make it \
                 (docs/moodle.md, step 7) or take `marker-field` out; what was done so far is recorded",
                self.settings.marker_field.as_deref().unwrap_or_default()
            )
        })
    }

    fn compare(&self, slot: &mut Slot<'_>, rows: &[UserRow], shown: bool, is_missing: bool) {
        let has_marker = self.settings.marker_field.is_some() && !is_missing;
        let done = Stand::Known(Outcome::Done(()));
        match &slot.stand {
            _ if shown => slot.stand = done,
            Stand::Answered { id } if !rows.iter().any(|row| row.id == *id) => {
                let words = "Moodle says that it was done, and does not show the account".to_owned();
                slot.stand = Stand::Known(Outcome::Unknown(words));
            }
            Stand::Answered { .. } if has_marker => {
                let words = "Moodle says that it was done, and the account does not carry the marker".to_owned();
                slot.stand = Stand::Known(Outcome::Unknown(words));
            }
            Stand::Answered { .. } => slot.stand = done,
            // Rows and marker are one transaction, and Moodle is done with the call: what does not stand was not set.
            Stand::Lost { words, is_over: true } if has_marker => slot.refuse(words.clone()),
            Stand::Lost { .. } if !has_marker && is_the_new_one(slot, rows) => slot.stand = done,
            _ => {}
        }
    }
}

/// Without a marker: whether the account that was to be made stands there now. It did not when the call was made.
fn is_the_new_one(slot: &Slot<'_>, rows: &[UserRow]) -> bool {
    let How::Create(account) = slot.wanted.how else { return false };
    let has_email =
        |row: &UserRow| row.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(&account.email));
    matches!(rows, [row] if row.username.as_deref() == Some(account.username.as_str()) && has_email(row))
}

/// What Moodle would refuse without saying why.
fn cannot_be_created(account: &NewAccount) -> Option<&'static str> {
    if !is_username(account.username.as_str()) {
        return Some("Moodle takes usernames of lower-case letters, digits, `-`, `_`, `.` and `@` only");
    }
    if account.first_name.trim().is_empty() || account.last_name.trim().is_empty() {
        return Some("Moodle wants a given and a family name: complete them in the SMS");
    }
    if account.email.trim().is_empty() { Some("Moodle wants an address") } else { None }
}

fn finish(slot: Slot<'_>) -> Outcome {
    match slot.stand {
        Stand::Known(outcome) => outcome,
        Stand::Lost { words, .. } => Outcome::Unknown(words),
        // Named in the answer, and it could not be read back.
        Stand::Answered { .. } => Outcome::Done(()),
        Stand::ToCreate | Stand::ToReset { .. } => Outcome::refused("it was not begun", Reach::Passing),
    }
}
