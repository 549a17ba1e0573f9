//! What went wrong with a call: judged by HTTP status, then content, then `errorcode` (its exceptions have other names in
//! other versions), and said in words of our own. Moodle's messages are not shown: with debugging on they quote passwords.

use crate::edge::LmsError;
use crate::model::outcome::{Outcome, Reach};

/// What is certain about a call that went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It never got to Moodle: nothing was changed, and nothing will get there for now.
    NotThere,
    /// Moodle, or what stands before it, said "later": nothing was changed.
    Later,
    /// Somebody must do something at the Moodle or with the token: nothing was changed.
    Person,
    /// Something about a row is wrong: nothing was changed.
    Row,
    /// Moodle's password policy refuses a row's password. Whether other rows were changed depends on the function.
    Policy,
    /// The database refused. Whether other rows were changed depends on the function.
    Database,
    /// Moodle's answer did not pass its own check: rows were changed, others not. It is done working on it.
    HalfDone,
    /// No answer, or none that can be understood: it may have happened, and may be happening still.
    Silence,
}

/// A call that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) certainty: Certainty,
    /// What is said of it, without personal data.
    pub(super) words: String,
    /// Moodle got as far as looking for an account, which does not exist.
    pub(super) is_coding_error: bool,
}

impl Fault {
    pub(super) fn new(certainty: Certainty, words: impl Into<String>) -> Self {
        Self { certainty, words: words.into(), is_coding_error: false }
    }

    /// No call after this one would fare better: the run stops.
    pub(super) fn is_for_everybody(&self) -> bool {
        matches!(self.certainty, Certainty::NotThere | Certainty::Later | Certainty::Person)
    }

    /// As the outcome of one effect, where nothing more is known.
    pub(super) fn outcome(&self) -> Outcome {
        match self.certainty {
            Certainty::NotThere | Certainty::Later | Certainty::Person => {
                Outcome::refused(self.words.clone(), Reach::Everybody)
            }
            Certainty::Row | Certainty::Policy => Outcome::refused(self.words.clone(), Reach::Caregiver),
            Certainty::Database | Certainty::HalfDone | Certainty::Silence => Outcome::Unknown(self.words.clone()),
        }
    }

    /// As the end of a look at the LMS.
    pub(super) fn while_reading(self) -> LmsError {
        match self.certainty {
            Certainty::HalfDone => LmsError::Garbled { what: self.words },
            // Nothing of ours was to be written: it is the look itself that was refused.
            Certainty::Row | Certainty::Policy => {
                let what = format!("Moodle refused a question of ours: {}", self.words);
                LmsError::Unreachable { what, source: None }
            }
            Certainty::NotThere | Certainty::Later | Certainty::Person | Certainty::Database | Certainty::Silence => {
                LmsError::Unreachable { what: self.words, source: None }
            }
        }
    }
}

/// Codes that have a meaning here: what is certain, and what is said.
const CODES: &[(&str, Certainty, &str)] = &[
    (
        "invalidtoken",
        Certainty::Person,
        "Moodle does not know this token: it is mistyped, taken back, or past its end. Make a new one (docs/moodle.md, step 6)",
    ),
    (
        "accessexception",
        Certainty::Person,
        "Moodle gives this token no access to the function: the function is not in the service, the token is past its end, or the service account lacks `webservice/rest:use` (docs/moodle.md, steps 3 to 5)",
    ),
    ("nopermissions", Certainty::Person, "the service account lacks a capability; `firstbell lms check` says which"),
    (
        "sitepolicynotagreed",
        Certainty::Person,
        "the service account has not agreed to the site's policy: sign in as it once and agree",
    ),
    (
        "forcepasswordchangenotice",
        Certainty::Person,
        "the service account must change its password first: sign in as it once",
    ),
    ("wsaccessusersuspended", Certainty::Person, "the service account is suspended"),
    ("wsaccessuserdeleted", Certainty::Person, "the service account is deleted"),
    ("wsaccessuserunconfirmed", Certainty::Person, "the service account is not confirmed"),
    ("wsaccessusernologin", Certainty::Person, "the service account may not sign in (its authentication is `nologin`)"),
    ("wsaccessuserexpired", Certainty::Person, "the service account's password is past its end"),
    (
        "invalidrecord",
        Certainty::Person,
        "this Moodle has no such function: it is older than 4.0, or the web service is not Moodle's own",
    ),
    ("servicerequireslogin", Certainty::Person, "the web service asks for something that a token alone can't give"),
    ("sitemaintenance", Certainty::Silence, "the site is in maintenance mode; run again when it is back"),
    ("upgraderunning", Certainty::Silence, "the site is being upgraded; run again when it is back"),
    ("dbconnectionfailed", Certainty::Silence, "Moodle can't reach its database; run again when it is back"),
    ("invalidparameter", Certainty::Row, "Moodle refused the values, and does not say which"),
    ("codingerror", Certainty::Row, "Moodle refused the call: an account in it does not exist, or not any more"),
    (
        "invalidresponse",
        Certainty::HalfDone,
        "Moodle changed some and refused others, and does not say which (`invalidresponse`)",
    ),
];

/// What a code that Moodle answered with comes to.
pub(super) fn of_code(code: &str) -> Fault {
    if code.trim_start().starts_with('<') {
        let words = format!("the site's password policy refuses the password ({})", plain(code));
        return Fault::new(Certainty::Policy, words);
    }
    if let Some((_, certainty, words)) = CODES.iter().find(|(known, _, _)| *known == code) {
        return Fault { is_coding_error: code == "codingerror", ..Fault::new(*certainty, *words) };
    }
    // The one that was recorded. Another may come from the very end of the work.
    let certainty = if code == "dmlwriteexception" { Certainty::Database } else { Certainty::Silence };
    Fault::new(certainty, format!("Moodle answered with the error {}", shown(code)))
}

/// What an HTTP status other than 200 comes to.
pub(super) fn of_status(status: u16, retry_after: Option<&str>, location: Option<&str>) -> Fault {
    let again = retry_after.map(wait).unwrap_or_default();
    let (certainty, words) = match status {
        300..=399 => {
            let to = location.map(|to| format!(" (to {to})")).unwrap_or_default();
            (
                Certainty::Person,
                format!(
                    "the address in `lms.url` leads elsewhere{to}; a token is not sent after it. Write the site's own address"
                ),
            )
        }
        401 | 403 => (
            Certainty::Person,
            format!(
                "the site forbids it (HTTP {status}): web services or the REST protocol are switched off, or something before Moodle refuses (docs/moodle.md, steps 1 and 2)"
            ),
        ),
        404 | 405 | 410 => {
            (Certainty::Person, format!("there is no Moodle web service at the address in `lms.url` (HTTP {status})"))
        }
        413 | 414 | 431 => {
            (Certainty::Person, format!("the site refuses calls of this size (HTTP {status}): lower `lms.batch`"))
        }
        429 => (Certainty::Later, format!("the site asks for fewer calls (HTTP 429){again}")),
        503 => (Certainty::Silence, format!("the site is not available (HTTP 503: maintenance, or overloaded){again}")),
        502 | 504 => (Certainty::Silence, format!("the site's proxy got no answer from Moodle (HTTP {status}){again}")),
        500..=599 => (Certainty::Silence, format!("the site failed (HTTP {status}){again}")),
        _ => (Certainty::Person, format!("the site refuses the call (HTTP {status})")),
    };
    Fault::new(certainty, words)
}

fn wait(retry_after: &str) -> String {
    let text = retry_after.trim();
    match text.parse::<u64>() {
        Ok(seconds) => format!("; try again in {seconds} seconds"),
        Err(_) if text.len() <= 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || ", :+-".contains(c)) => {
            format!("; try again after {text}")
        }
        Err(_) => String::new(),
    }
}

/// A code as it may be shown: Moodle's are words, anything else may hold what somebody entered.
fn shown(code: &str) -> String {
    let is_word = (1..=60).contains(&code.len())
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_/-:".contains(c));
    if is_word { format!("`{code}`") } else { "without a code that can be shown".to_owned() }
}

/// The rules of a password policy out of their HTML; they name no password.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut is_in_tag = false;
    for letter in html.chars().filter(|letter| !letter.is_control()) {
        match letter {
            '<' => {
                is_in_tag = true;
                text.push(' ');
            }
            '>' => is_in_tag = false,
            _ if !is_in_tag => text.push(letter),
            _ => {}
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(240).collect()
}

/// What the warning of a row that was not changed says.
pub(super) fn of_warning(code: &str) -> String {
    let words = match code {
        "invaliduserid" => "Moodle has no such account any more",
        "useremailduplicate" => "another account of the site has this address already",
        "useremailinvalid" => "Moodle takes the address for invalid",
        "usernotupdatedadmin" => "it is a site administrator's account",
        "usernotupdatedguest" => "it is the guest account",
        "usernotupdateddeleted" => "the account is deleted",
        "usernotupdatedremote" => "the account belongs to another site",
        "dmlwriteexception" => "Moodle's database refused it: another account has this username",
        "cannotupdateusernotmanual" => "the account signs in through another system",
        _ => return format!("Moodle did not change it ({})", shown(code)),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_in_a_code_is_a_password_policy() {
        let code = "<div>Passwords must be at least 8 characters long.</div><div>Passwords must have at least 1 digit(s).</div>";
        let fault = of_code(code);
        assert_eq!(fault.certainty, Certainty::Policy);
        assert!(
            fault
                .words
                .ends_with("(Passwords must be at least 8 characters long. Passwords must have at least 1 digit(s).)"),
            "{}",
            fault.words
        );
    }

    #[test]
    fn an_exception_that_nobody_knows_may_have_changed_something() {
        for code in ["somethingnew", "", "Übel", "dmlwriteexception", "dmltransactionexception", "invalidresponse"] {
            assert!(matches!(of_code(code).outcome(), Outcome::Unknown(_)), "{code}");
        }
        assert!(!of_code("Secret-1x!").words.contains("Secret"));
    }

    #[test]
    fn answers_about_access_stop_everybody() {
        let codes = [
            "invalidtoken",
            "accessexception",
            "nopermissions",
            "sitepolicynotagreed",
            "forcepasswordchangenotice",
            "wsaccessusersuspended",
        ];
        for code in codes {
            assert!(of_code(code).is_for_everybody(), "{code}");
        }
        assert!(of_status(403, None, None).is_for_everybody() && of_status(302, None, None).is_for_everybody());
    }

    /// They are worth a later try, and only after a look: perhaps they came in the middle of the work.
    #[test]
    fn a_site_that_goes_away_has_not_said_no() {
        for code in ["sitemaintenance", "dbconnectionfailed"] {
            assert!(matches!(of_code(code).outcome(), Outcome::Unknown(_)), "{code}");
            assert!(matches!(of_code(code).while_reading(), LmsError::Unreachable { .. }), "{code}");
        }
    }

    #[test]
    fn a_proxy_that_gives_up_is_no_no() {
        for status in [500, 502, 503, 504] {
            assert!(matches!(of_status(status, Some("120"), None).outcome(), Outcome::Unknown(_)), "{status}");
        }
        let fault = of_status(503, Some("120"), None);
        assert!(fault.words.ends_with("try again in 120 seconds"), "{}", fault.words);
        assert!(!of_status(429, Some("<script>"), None).words.contains('<'));
    }
}
