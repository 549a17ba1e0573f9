//! Asks for somebody who certainly is there, before anything is believed. A missing capability looks like "no such
//! account", and whoever takes that for true creates everybody a second time.

use crate::edge::Ask;
use crate::model::ids::StudentId;
use crate::rollout::StudentField;

use super::fault::{Certainty, Fault};
use super::look::Field;
use super::row::UserRow;
use super::site::Site;

/// So many students of the roster are asked for where no known one is named: one of them will be there.
const TRIED: usize = 50;

/// The functions that every run calls.
pub(super) const FUNCTIONS: [&str; 4] = [
    "core_webservice_get_site_info",
    "core_user_get_users_by_field",
    "core_user_create_users",
    "core_user_update_users",
];

/// The function that links parents with children.
pub(super) const ASSIGN: &str = "core_role_assign_roles";
/// The function that takes a link away.
pub(super) const UNASSIGN: &str = "core_role_unassign_roles";

impl Site<'_> {
    /// Refuses to go on where Moodle hides accounts from us. Asked once.
    pub(super) fn probe(&self, ask: &Ask) -> Result<(), Fault> {
        if self.is_probed.get() {
            return Ok(());
        }
        let functions = self.info()?.functions;
        let missing: Vec<&str> = self.needed().filter(|function| !functions.contains(*function)).collect();
        if !missing.is_empty() {
            let what = format!("the token's service lacks {} (docs/moodle.md, step 4)", missing.join(", "));
            return Err(person(what));
        }
        let known = self.known(ask)?.ok_or_else(|| person(self.nobody_found()))?;
        if let Some(what) = hidden(&known) {
            return Err(person(what.to_owned()));
        }
        let email = known.email.as_deref().unwrap_or_default();
        if !self.look(Field::Email, &[email])?.iter().any(|row| row.id == known.id) {
            return Err(person(HIDES_EMAIL.to_owned()));
        }
        *self.known_id.borrow_mut() = Some(known.idnumber);
        self.is_probed.set(true);
        Ok(())
    }

    /// The functions that this rollout calls.
    pub(super) fn needed(&self) -> impl Iterator<Item = &'static str> {
        let links = self.settings.parent_role.is_some();
        FUNCTIONS.into_iter().chain(links.then_some(ASSIGN)).chain(self.settings.unlinks.then_some(UNASSIGN))
    }

    /// An account that certainly is there, as Moodle shows it.
    pub(super) fn known(&self, ask: &Ask) -> Result<Option<UserRow>, Fault> {
        let students: Vec<&str> = match (&self.settings.known_student, self.settings.student_field) {
            (Some(known), _) => vec![known.as_str()],
            (None, StudentField::Idnumber) => ask.students.iter().take(TRIED).map(StudentId::as_str).collect(),
            (None, StudentField::Username) => Vec::new(),
        };
        let found = self.by_idnumber(&students)?;
        Ok(students.iter().find_map(|id| found.get(*id)?.first().cloned()))
    }

    fn nobody_found(&self) -> String {
        let whom = match &self.settings.known_student {
            Some(_) => "the account named by `lms.known-student`".to_owned(),
            None if self.settings.student_field == StudentField::Username => {
                return "with `student-field: username`, `lms.known-student` must name the id number of an account that is there".to_owned();
            }
            None => "any of the roster's first students".to_owned(),
        };
        format!(
            "Moodle does not show {whom} by id number. Either it is not there (name one that is by `lms.known-student`), or the \
             service account lacks `moodle/user:viewdetails` or `moodle/user:viewalldetails`: then everybody would look as if \
             they had no account. `firstbell lms check` says more"
        )
    }
}

/// What is said where addresses can't be seen.
pub(super) const HIDES_EMAIL: &str = "Moodle shows no addresses, or does not find accounts by them: the service account lacks \
     `moodle/site:viewuseridentity`, or the site's setting `showuseridentity` lacks `email` (docs/moodle.md, step 3)";

/// What Moodle hides of an account that it shows.
pub(super) fn hidden(row: &UserRow) -> Option<&'static str> {
    if row.username.is_none() || row.idnumber.is_empty() {
        return Some(
            "Moodle hides usernames and id numbers: the service account lacks `moodle/user:viewalldetails` (docs/moodle.md, step 3)",
        );
    }
    if row.email.as_deref().unwrap_or_default().is_empty() {
        return Some(HIDES_EMAIL);
    }
    if row.access.is_none() {
        return Some(
            "Moodle hides when somebody was last there, so that nobody could be known to have signed in: take `lastaccess` out of \
             the site's setting `hiddenuserfields`, or grant `moodle/user:viewhiddendetails` (docs/moodle.md, step 3)",
        );
    }
    None
}

fn person(what: String) -> Fault {
    Fault::new(Certainty::Person, what)
}
