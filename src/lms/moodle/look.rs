//! Look-ups: many at once, by id number, address, username or a student's field. Moodle's own comparison depends on its
//! database (one ignores case and accents, the other doesn't), so what was asked for is compared again here.

use std::collections::BTreeMap;

use super::fault::{Certainty, Fault};
use super::row::{UserRow, rows};
use super::site::Site;
use super::wire::Form;

/// Values in one call: far below the thousand fields that PHP takes by itself.
const AT_ONCE: usize = 200;

const HIDES_KNOWN: &str = "Moodle does not show an account any more that it showed before: a capability was taken from the service \
     account, or the call was cut (PHP's `max_input_vars` is far below a thousand). Nobody is taken for missing because of it; \
     `firstbell lms check` says more";

/// What accounts are looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    IdNumber,
    Username,
    Email,
}

impl Field {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::IdNumber => "idnumber",
            Self::Username => "username",
            Self::Email => "email",
        }
    }
}

impl Site<'_> {
    /// The accounts that Moodle finds for these values. None for a value is no row.
    pub(super) fn look(&self, field: Field, values: &[&str]) -> Result<Vec<UserRow>, Fault> {
        let asked: Vec<&str> = values.iter().copied().filter(|value| is_askable(field, value)).collect();
        let mut found = Vec::new();
        for some in asked.chunks(AT_ONCE) {
            let rows = if field == Field::IdNumber { self.look_surely(some)? } else { self.look_some(field, some)? };
            found.extend(rows);
        }
        Ok(found)
    }

    /// Asks for somebody who is certainly there behind all others: an answer without them was cut, or hides people.
    fn look_surely(&self, ids: &[&str]) -> Result<Vec<UserRow>, Fault> {
        let Some(known) = self.known_id.borrow().clone() else { return self.look_some(Field::IdNumber, ids) };
        let with_known: Vec<&str> = ids.iter().copied().filter(|id| *id != known).chain([known.as_str()]).collect();
        let mut found = self.look_some(Field::IdNumber, &with_known)?;
        if !found.iter().any(|row| row.idnumber == known) {
            return Err(Fault::new(Certainty::Person, HIDES_KNOWN));
        }
        found.retain(|row| row.idnumber != known || ids.contains(&known.as_str()));
        Ok(found)
    }

    /// A value that Moodle takes for malformed fails the whole call: the rest is asked for without it.
    fn look_some(&self, field: Field, values: &[&str]) -> Result<Vec<UserRow>, Fault> {
        let mut form = Form::default();
        form.add("field", field.as_str());
        for (number, value) in values.iter().enumerate() {
            form.add(&format!("values[{number}]"), value);
        }
        match self.client.call("core_user_get_users_by_field", &form) {
            Ok(answer) => rows(&answer, self.settings.marker_field.as_deref()).ok_or_else(|| {
                Fault::new(Certainty::Silence, "the answer to a look-up is no list of accounts; is `lms.url` a Moodle?")
            }),
            Err(fault) if fault.certainty == Certainty::Row && field != Field::IdNumber => {
                match values.split_at(values.len() / 2) {
                    ([], _) => Ok(Vec::new()),
                    (first, second) => {
                        let mut found = self.look_some(field, first)?;
                        found.extend(self.look_some(field, second)?);
                        Ok(found)
                    }
                }
            }
            Err(fault) => Err(fault),
        }
    }

    /// The accounts that carry exactly these id numbers.
    pub(super) fn by_idnumber(&self, ids: &[&str]) -> Result<BTreeMap<String, Vec<UserRow>>, Fault> {
        let mut found: BTreeMap<String, Vec<UserRow>> = BTreeMap::new();
        for row in self.look(Field::IdNumber, ids)? {
            let of_id = found.entry(row.idnumber.clone()).or_default();
            if !of_id.iter().any(|other| other.id == row.id) {
                of_id.push(row);
            }
        }
        found.retain(|id, _| ids.contains(&id.as_str()));
        Ok(found)
    }
}

/// Whether Moodle can be asked for a value at all: capitals in a username fail the whole call.
fn is_askable(field: Field, value: &str) -> bool {
    match field {
        Field::Username => is_username(value),
        Field::Id | Field::IdNumber | Field::Email => !value.is_empty(),
    }
}

/// Whether Moodle takes this as a username, with its default settings.
pub(super) fn is_username(name: &str) -> bool {
    let is_taken = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.@".contains(c);
    (1..=100).contains(&name.len()) && name.chars().all(is_taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_lower_case() {
        for name in ["mere.tamihana", "p2003@example.test", "a-b_c2"] {
            assert!(is_username(name), "{name}");
        }
        for name in ["", "Par2002", "par+2002", "par 2", "wērā"] {
            assert!(!is_username(name), "{name}");
        }
    }
}
