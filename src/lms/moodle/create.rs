//! Creates accounts, many in a call. A call is for all or none, and a refusal does not say which row: so a refused call is
//! split in two until the row that is wrong stands alone. No row is sent again after an answer that was lost.

use std::collections::HashMap;

use serde_json::Value;

use crate::edge::{How, NewAccount};

use super::fault::{Certainty, Fault};
use super::look::Field;
use super::site::Site;
use super::wire::{Form, Row};
use super::write::{Slot, Stand};

impl Site<'_> {
    /// Creates what is to be created. The fault, where it reaches everybody: nothing is sent after it.
    pub(super) fn create_all(&self, slots: &mut [Slot<'_>]) -> Option<Fault> {
        let mut due: Vec<&mut Slot<'_>> =
            slots.iter_mut().filter(|slot| matches!(slot.stand, Stand::ToCreate)).collect();
        due.chunks_mut(self.batch()).find_map(|some| self.create_some(some))
    }

    fn create_some(&self, slots: &mut [&mut Slot<'_>]) -> Option<Fault> {
        let mut form = Form::default();
        for (number, slot) in slots.iter().enumerate() {
            if let How::Create(account) = slot.wanted.how {
                self.write_row(Row::new(&mut form, "users", number), account, slot);
            }
        }
        match self.client.call("core_user_create_users", &form) {
            Ok(answer) => match_answer(slots, &answer),
            Err(fault) if is_a_row(&fault) => return self.split(slots, &fault),
            Err(fault) => {
                for slot in slots {
                    slot.failed(&fault, fault.certainty == Certainty::HalfDone);
                }
                return Some(fault).filter(Fault::is_for_everybody);
            }
        }
        None
    }

    /// Half of them, then the other half; a row that stands alone is the one.
    fn split(&self, slots: &mut [&mut Slot<'_>], fault: &Fault) -> Option<Fault> {
        if let [slot] = slots {
            let reason = self.why(slot, fault);
            slot.refuse(reason);
            return None;
        }
        let (first, second) = slots.split_at_mut(slots.len() / 2);
        self.create_some(first).or_else(|| self.create_some(second))
    }

    /// What Moodle insists on stands last: a row that is cut off lacks it, and is refused whole.
    fn write_row(&self, mut row: Row<'_>, account: &NewAccount, slot: &Slot<'_>) {
        row.add_forced_change();
        row.add("password", slot.wanted.password.reveal());
        if let Some(field) = &self.settings.marker_field {
            row.add_profile_field(field, &slot.marker().to_string());
        }
        if self.settings.languages.contains(&account.language) {
            row.add("lang", &account.language.replace('-', "_").to_lowercase());
        }
        row.add("idnumber", account.caregiver.as_str());
        row.add("firstname", &account.first_name);
        row.add("lastname", &account.last_name);
        row.add("email", &account.email);
        row.add("username", account.username.as_str());
    }

    /// Why a row that stands alone was refused, as far as it can be found out.
    fn why(&self, slot: &Slot<'_>, fault: &Fault) -> String {
        let How::Create(account) = slot.wanted.how else { return fault.words.clone() };
        if fault.certainty == Certainty::Policy {
            return fault.words.clone();
        }
        let finds = |field, value: &str| self.look(field, &[value]).is_ok_and(|rows| !rows.is_empty());
        let lower = account.email.to_lowercase();
        if finds(Field::Username, account.username.as_str()) {
            "somebody else's account has this username".to_owned()
        } else if finds(Field::Email, &account.email) || finds(Field::Email, &lower) {
            "another account of the site has this address already".to_owned()
        } else {
            format!(
                "{}: another account may have the address in another spelling, Moodle may take the address for invalid, or a \
                 language in `lms.languages` is not installed",
                fault.words
            )
        }
    }

    /// How many rows a call has.
    pub(super) fn batch(&self) -> usize {
        usize::try_from(self.settings.batch).unwrap_or(1).max(1)
    }
}

/// Whether a refusal is about a row, and nothing was created.
fn is_a_row(fault: &Fault) -> bool {
    matches!(fault.certainty, Certainty::Row | Certainty::Policy | Certainty::Database)
}

/// Ids and usernames are counted back: a call that was cut creates some, and says nothing of the rest.
fn match_answer(slots: &mut [&mut Slot<'_>], answer: &Value) {
    let created: HashMap<&str, u64> = answer
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| Some((row.get("username")?.as_str()?, row.get("id")?.as_u64()?)))
        .collect();
    for slot in slots {
        let How::Create(account) = slot.wanted.how else { continue };
        slot.stand = match created.get(account.username.as_str()) {
            Some(id) => Stand::Answered { id: *id },
            None => Stand::Lost { words: "Moodle's answer does not name the account".to_owned(), is_over: true },
        };
    }
}
