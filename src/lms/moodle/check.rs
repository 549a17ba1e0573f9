//! `lms check`: tries everything that a rollout needs, without changing anything. Each trial is a call that Moodle asks
//! the capability for first and must refuse afterwards, for reasons that hold whatever the site's settings are.

use crate::edge::{Answer, Ask, Finding, LmsError};
use crate::rollout::StudentField;

use super::fault::{Certainty, Fault};
use super::look::Field;
use super::probe::{ASSIGN, HIDES_EMAIL, hidden};
use super::row::UserRow;
use super::site::{Site, SiteInfo};
use super::wire::{Form, Row};

/// No Moodle has as many accounts.
const NOBODY: &str = "2147483646";

impl Site<'_> {
    /// What the site allows, and what an administrator must still grant.
    pub(super) fn check(&self, ask: &Ask) -> Result<Vec<Finding>, LmsError> {
        let info = self.info().map_err(Fault::while_reading)?;
        let mut findings = vec![good("the token and `webservice/rest:use`", &format!("Moodle {}", info.release))];
        findings.extend(self.functions(&info));
        if !info.functions.contains("core_user_get_users_by_field") {
            return Ok(findings);
        }
        let known = self.known(ask).map_err(Fault::while_reading)?;
        findings.extend(self.sight(&info, known.as_ref()).map_err(Fault::while_reading)?);
        if let Some(known) = known.filter(|row| row.username.is_some()) {
            findings.extend(self.rights(&info, &known).map_err(Fault::while_reading)?);
        }
        findings.extend(self.marker(ask).map_err(Fault::while_reading)?);
        findings.push(self.declared_policy());
        Ok(findings)
    }

    fn functions(&self, info: &SiteInfo) -> Vec<Finding> {
        let finding = |function: &'static str| {
            let what = format!("the function {function}");
            if info.functions.contains(function) {
                good(&what, "")
            } else {
                missing(&what, "add it to the service of the token (docs/moodle.md, step 4)")
            }
        };
        self.needed().map(finding).collect()
    }

    /// What the service account can see.
    fn sight(&self, info: &SiteInfo, known: Option<&UserRow>) -> Result<Vec<Finding>, Fault> {
        let Some(known) = known else { return Ok(vec![self.blind(info)?]) };
        let found = "a known account, by its id number";
        if let Some(what) = hidden(known) {
            return Ok(vec![missing(found, what)]);
        }
        let email = known.email.as_deref().unwrap_or_default();
        let by_email = self.look(Field::Email, &[email])?.iter().any(|row| row.id == known.id);
        Ok(vec![
            good(found, "`moodle/user:viewdetails`, `moodle/user:viewalldetails`"),
            if by_email {
                good("the same, by its address", "`moodle/site:viewuseridentity`")
            } else {
                missing("the same, by its address", HIDES_EMAIL)
            },
        ])
    }

    /// Nobody was found: whether Moodle shows accounts at all, and names on them, says which capability it is.
    fn blind(&self, info: &SiteInfo) -> Result<Finding, Fault> {
        let what = "a known account, by its id number";
        if self.settings.known_student.is_none() && self.settings.student_field == StudentField::Username {
            return Ok(missing(what, "name one by `lms.known-student`: with `student-field: username` none is known"));
        }
        let ids: Vec<String> = (2..60).filter(|id| *id != info.user).map(|id: u64| id.to_string()).collect();
        let rows = self.look(Field::Id, &ids.iter().map(String::as_str).collect::<Vec<_>>())?;
        let others = || rows.iter().filter(|row| row.id != info.user);
        Ok(missing(
            what,
            match (others().next(), others().any(|row| row.username.is_some())) {
                (None, _) => {
                    "Moodle shows no account but the service's own: grant `moodle/user:viewdetails` and `moodle/user:viewalldetails` to its role, in the system context (docs/moodle.md, step 3)"
                }
                (Some(_), false) => {
                    "Moodle shows accounts without usernames and id numbers: grant `moodle/user:viewalldetails` (docs/moodle.md, step 3)"
                }
                (Some(_), true) => {
                    "Moodle shows accounts, and none has the id number: write a student's into `lms.known-student`, and see that students carry the SMS's ids (docs/moodle.md, step 9)"
                }
            },
        ))
    }

    /// What the service account may do.
    fn rights(&self, info: &SiteInfo, known: &UserRow) -> Result<Vec<Finding>, Fault> {
        let mut findings = Vec::new();
        if info.functions.contains("core_user_create_users") {
            findings.push(trial("creating accounts", "moodle/user:create", self.try_create(known))?);
        }
        if info.functions.contains("core_user_update_users") {
            findings.push(trial("setting passwords", "moodle/user:update", self.try_update())?);
        }
        if let Some(role) = self.settings.parent_role.filter(|_| info.functions.contains(ASSIGN)) {
            findings.push(assigning(role, self.try_assign(role, known))?);
        }
        Ok(findings)
    }

    /// An account with a name that is taken, an address that is none, and no password: refused three times over.
    fn try_create(&self, known: &UserRow) -> Result<(), Fault> {
        let mut form = Form::default();
        let mut row = Row::new(&mut form, "users", 0);
        row.add("username", known.username.as_deref().unwrap_or_default());
        row.add("firstname", "firstbell");
        row.add("lastname", "check");
        row.add("email", "not-an-email");
        self.client.call("core_user_create_users", &form).map(drop)
    }

    fn try_update(&self) -> Result<(), Fault> {
        let mut form = Form::default();
        Row::new(&mut form, "users", 0).add("id", NOBODY);
        self.client.call("core_user_update_users", &form).map(drop)
    }

    /// The role for somebody who does not exist.
    fn try_assign(&self, role: u32, known: &UserRow) -> Result<(), Fault> {
        let mut form = Form::default();
        let mut row = Row::new(&mut form, "assignments", 0);
        row.add("roleid", &role.to_string());
        row.add("userid", NOBODY);
        row.add("contextlevel", "user");
        row.add("instanceid", &known.id.to_string());
        self.client.call(ASSIGN, &form).map(drop)
    }

    /// Whether some account carries the profile field. An unknown name is ignored by Moodle without a word.
    fn marker(&self, ask: &Ask) -> Result<Option<Finding>, Fault> {
        let Some(field) = &self.settings.marker_field else {
            let words = "none is declared: after a lost answer the same password is set again, which nobody notices; with one, firstbell knows whether it was (docs/moodle.md, step 7)";
            return Ok(Some(open("a profile field for the marker", words)));
        };
        let what = format!("the profile field `{field}`");
        let ids: Vec<&str> = ask.people.iter().map(|asked| asked.caregiver.as_str()).collect();
        let is_there = self.look(Field::IdNumber, &ids)?.iter().any(|row| row.marker.is_some());
        let words = "no account carries it yet, and Moodle does not tell whether it exists: see Site administration > Users > User profile fields. The first password that is set shows it, and the run stops if it is not there";
        Ok(Some(if is_there { good(&what, "accounts carry it") } else { open(&what, words) }))
    }

    fn declared_policy(&self) -> Finding {
        let policy = &self.settings.policy;
        let words = format!(
            "declared as {} characters, {} digits, {} lower-case, {} capitals, {} special; Moodle does not tell its own: compare Site administration > Security > Site security settings",
            policy.length, policy.digits, policy.lower, policy.upper, policy.special
        );
        open("the password policy", &words)
    }
}

/// The refusal that was to come says that the capability is there.
fn trial(what: &str, capability: &str, came: Result<(), Fault>) -> Result<Finding, Fault> {
    match came {
        Ok(()) => Ok(good(what, &format!("`{capability}`"))),
        Err(fault) => match fault.certainty {
            Certainty::Person => {
                let fix = format!(
                    "grant `{capability}` to the service account's role, in the system context (docs/moodle.md, step 3)"
                );
                Ok(missing(what, &fix))
            }
            Certainty::Row | Certainty::Policy | Certainty::HalfDone => Ok(good(what, &format!("`{capability}`"))),
            _ => Err(fault),
        },
    }
}

/// Nobody gets the role: the account that it was tried for does not exist.
fn assigning(role: u32, came: Result<(), Fault>) -> Result<Finding, Fault> {
    let what = format!("assigning the parent role {role}");
    match came {
        Err(fault) if fault.certainty == Certainty::Row && !fault.is_coding_error => {
            let fix = "let the service account's role assign the Parent role (Site administration > Users > Permissions > Define roles > Allow role assignments), make the Parent role assignable in the context type User, and see that `lms.parent-role` is its id (docs/moodle.md, step 8)";
            Ok(missing(&what, fix))
        }
        came => trial(&what, "moodle/role:assign", came),
    }
}

fn good(what: &str, words: &str) -> Finding {
    Finding { what: what.to_owned(), answer: Answer::Good(words.to_owned()) }
}

fn open(what: &str, words: &str) -> Finding {
    Finding { what: what.to_owned(), answer: Answer::Open(words.to_owned()) }
}

fn missing(what: &str, fix: &str) -> Finding {
    Finding { what: what.to_owned(), answer: Answer::Missing(fix.to_owned()) }
}
