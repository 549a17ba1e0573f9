//! Sets passwords on accounts that stand. Moodle carries a call out row by row: some rows may be changed when it answers
//! with an exception. With the profile field each row is read back; without it, a row is a call of its own, so that no
//! other is in doubt because of it.

use std::collections::HashMap;

use serde_json::Value;

use super::fault::{self, Certainty, Fault};
use super::site::Site;
use super::wire::{Form, Row};
use super::write::{Slot, Stand};

const REFUSED_PASSWORD: &str = "Moodle refused the password, probably by its password policy: see `lms.policy`";

impl Site<'_> {
    /// Resets what is to be reset. The fault, where it reaches everybody: nothing is sent after it.
    pub(super) fn reset_all(&self, slots: &mut [Slot<'_>]) -> Option<Fault> {
        let at_once = if self.settings.marker_field.is_some() { self.batch() } else { 1 };
        let mut due: Vec<&mut Slot<'_>> =
            slots.iter_mut().filter(|slot| matches!(slot.stand, Stand::ToReset { .. })).collect();
        due.chunks_mut(at_once).find_map(|some| self.reset_some(some))
    }

    /// The fault, where it reaches everybody.
    fn reset_some(&self, slots: &mut [&mut Slot<'_>]) -> Option<Fault> {
        let mut form = Form::default();
        for (number, slot) in slots.iter().enumerate() {
            if let Stand::ToReset { id } = slot.stand {
                self.write_reset(Row::new(&mut form, "users", number), id, slot);
            }
        }
        match self.client.call("core_user_update_users", &form) {
            Ok(answer) => match_warnings(slots, &answer),
            // Refused before any row was touched.
            Err(fault) if fault.certainty == Certainty::Row && slots.len() > 1 => {
                let (first, second) = slots.split_at_mut(slots.len() / 2);
                return self.reset_some(first).or_else(|| self.reset_some(second));
            }
            Err(fault) if fault.is_for_everybody() => {
                for slot in slots {
                    slot.failed(&fault, true);
                }
                return Some(fault);
            }
            Err(mut fault) => {
                // Rows before it were changed, whatever the row was refused for.
                if fault.certainty == Certainty::Policy {
                    fault.certainty = Certainty::HalfDone;
                }
                let is_over = fault.certainty == Certainty::HalfDone;
                if is_over && self.settings.marker_field.is_some() {
                    fault.words = String::from(REFUSED_PASSWORD);
                }
                for slot in slots {
                    slot.failed(&fault, is_over);
                }
            }
        }
        None
    }

    /// Without its id a row is refused whole, so that stands last.
    fn write_reset(&self, mut row: Row<'_>, id: u64, slot: &Slot<'_>) {
        row.add_forced_change();
        row.add("password", slot.wanted.password.reveal());
        if let Some(field) = &self.settings.marker_field {
            row.add_profile_field(field, &slot.marker().to_string());
        }
        row.add("id", &id.to_string());
    }
}

fn match_warnings(slots: &mut [&mut Slot<'_>], answer: &Value) {
    let warnings = warnings(answer);
    for slot in slots {
        let Stand::ToReset { id } = slot.stand else { continue };
        slot.stand = if warnings.is_some() { Stand::Answered { id } } else { unreadable() };
        if let Some(code) = warnings.as_ref().and_then(|warnings| warnings.get(&id)) {
            slot.refuse(fault::of_warning(code));
        }
    }
}

fn unreadable() -> Stand {
    Stand::Lost { words: "the answer is not what an update answers".to_owned(), is_over: false }
}

/// The rows that were not changed, by account; `None` where it is no answer of an update.
pub(super) fn warnings(answer: &Value) -> Option<HashMap<u64, String>> {
    let list = answer.get("warnings")?.as_array()?;
    let warning = |warning: &Value| {
        let code = warning.get("warningcode").and_then(Value::as_str).unwrap_or("");
        Some((warning.get("itemid")?.as_u64()?, code.to_owned()))
    };
    list.iter().map(warning).collect()
}
