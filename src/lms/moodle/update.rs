//! Corrections without a password: names, address, suspended or not. Doing one again changes nothing more.

use crate::edge::AccountChange;
use crate::model::ids::{CaregiverId, Username};
use crate::model::outcome::{Outcome, Reach};

use super::fault::{self, Certainty};
use super::reset::warnings;
use super::row::UserRow;
use super::site::Site;
use super::wire::{Form, Row};

impl Site<'_> {
    /// Corrects an account, and its links.
    pub(super) fn correct(&self, caregiver: &CaregiverId, username: &Username, change: &AccountChange) -> Outcome {
        let fields: Vec<(&str, &str)> = [
            ("firstname", change.first_name.as_deref()),
            ("lastname", change.last_name.as_deref()),
            ("email", change.email.as_deref()),
            ("suspended", change.enable.then_some("0")),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect();
        if !fields.is_empty() {
            let outcome = self.change(caregiver, username, &fields);
            if outcome != Outcome::Done(()) {
                return outcome;
            }
        }
        self.relink(caregiver, username, &change.link, &change.unlink)
    }

    /// Changes fields of the one account that is meant.
    pub(super) fn change(&self, caregiver: &CaregiverId, username: &Username, fields: &[(&str, &str)]) -> Outcome {
        let row = match self.theirs(caregiver, username) {
            Ok(row) => row,
            Err(outcome) => return outcome,
        };
        let mut form = Form::default();
        let mut written = Row::new(&mut form, "users", 0);
        for (key, value) in fields {
            written.add(key, value);
        }
        written.add("id", &row.id.to_string());
        match self.client.call("core_user_update_users", &form) {
            Ok(answer) => match warnings(&answer).map(|warnings| warnings.get(&row.id).cloned()) {
                Some(None) => Outcome::Done(()),
                Some(Some(code)) => Outcome::refused(fault::of_warning(&code), Reach::Caregiver),
                None => Outcome::Unknown("the answer is not what an update answers".to_owned()),
            },
            Err(fault) => fault.outcome(),
        }
    }

    /// The one account with this id number and this name.
    pub(super) fn theirs(&self, caregiver: &CaregiverId, username: &Username) -> Result<UserRow, Outcome> {
        let no = |reason: &str| Err(Outcome::refused(reason, Reach::Caregiver));
        let mut found = self.by_idnumber(&[caregiver.as_str()]).map_err(|fault| {
            let reach = if fault.certainty == Certainty::Row { Reach::Caregiver } else { Reach::Everybody };
            Outcome::refused(fault.words, reach)
        })?;
        let mut rows = found.remove(caregiver.as_str()).unwrap_or_default();
        match (rows.pop(), rows.is_empty()) {
            (None, _) => no("no account carries this id number any more"),
            (Some(_), false) => no("two accounts carry this id number"),
            (Some(row), true) if row.username.as_deref() != Some(username.as_str()) => {
                no("the account with this id number has another username now")
            }
            (Some(row), true) => Ok(row),
        }
    }
}
