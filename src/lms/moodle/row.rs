//! An account as Moodle's look-up shows it. What is missing in a row is not the same as what is blank: a capability may be
//! missing.

use jiff::Timestamp;
use serde_json::Value;

use crate::model::account::{Account, SignIn, SignInMethod};
use crate::model::email::domain;
use crate::model::ids::{ActivationKey, CaregiverId, Username};
use crate::rollout::MoodleSettings;

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserRow {
    pub(super) id: u64,
    pub(super) username: Option<String>,
    /// Moodle leaves it out where it is blank.
    pub(super) idnumber: String,
    pub(super) email: Option<String>,
    first_name: String,
    last_name: String,
    auth: String,
    is_suspended: bool,
    is_confirmed: bool,
    /// The later of first and last access, in seconds; `None` where the site hides it.
    pub(super) access: Option<i64>,
    /// The text in the declared profile field.
    pub(super) marker: Option<String>,
}

impl UserRow {
    /// Reads one; `None` for what is no account.
    pub(super) fn read(value: &Value, marker_field: Option<&str>) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let flag = |key: &str| value.get(key).map(|flag| flag.as_bool().unwrap_or_else(|| flag.as_i64() == Some(1)));
        let access = |key: &str| value.get(key).and_then(Value::as_i64);
        Some(Self {
            id: value.get("id").and_then(Value::as_u64)?,
            username: text("username"),
            idnumber: text("idnumber").unwrap_or_default(),
            email: text("email"),
            first_name: text("firstname").unwrap_or_default(),
            last_name: text("lastname").unwrap_or_default(),
            auth: text("auth").unwrap_or_default(),
            is_suspended: flag("suspended").unwrap_or(false),
            is_confirmed: flag("confirmed").unwrap_or(true),
            access: access("lastaccess").map(|last| last.max(access("firstaccess").unwrap_or(0))),
            marker: marker_field.and_then(|field| profile_field(value, field)),
        })
    }

    /// The activation that its marker names.
    pub(super) fn activation(&self) -> Option<ActivationKey> {
        self.marker.as_deref().and_then(ActivationKey::parse)
    }

    /// Whether its owner has been seen. Moodle's zero is no "never": the app leaves it at zero.
    fn sign_in(&self) -> SignIn {
        let seen = self.access.filter(|seconds| *seconds > 0).and_then(|seconds| Timestamp::from_second(seconds).ok());
        seen.map_or(SignIn::Unknown, SignIn::At)
    }

    /// As the rest of firstbell knows it. A row without a username is none that we may judge.
    pub(super) fn account(&self, settings: &MoodleSettings) -> Option<Account> {
        let email = self.email.clone().unwrap_or_default();
        let is_password = settings.auth.contains(&self.auth);
        Some(Account {
            caregiver: (!self.idnumber.is_empty()).then(|| CaregiverId::new(self.idnumber.as_str())),
            username: Username::new(self.username.as_deref()?),
            first_name: self.first_name.as_str().into(),
            last_name: self.last_name.as_str().into(),
            is_disabled: self.is_suspended || !self.is_confirmed,
            is_staff: settings.staff_domains.iter().any(|staff| staff.eq_ignore_ascii_case(&domain(&email))),
            email: email.as_str().into(),
            method: if is_password { SignInMethod::Password } else { SignInMethod::Other },
            sign_in: self.sign_in(),
            marker: self.activation(),
        })
    }

    /// Why its password is not to be set; `None` where it may.
    pub(super) fn reset_is_wrong(&self, settings: &MoodleSettings) -> Option<&'static str> {
        if !settings.auth.contains(&self.auth) {
            return Some("the account signs in through another system");
        }
        if self.is_suspended { Some("the account is suspended") } else { None }
    }
}

fn profile_field(value: &Value, name: &str) -> Option<String> {
    let fields = value.get("customfields").and_then(Value::as_array)?;
    let is_it = |field: &&Value| field.get("shortname").and_then(Value::as_str) == Some(name);
    fields.iter().find(is_it).and_then(|field| field.get("value")).and_then(Value::as_str).map(str::to_owned)
}

/// The rows of an answer; `None` where it is no list of accounts.
pub(super) fn rows(value: &Value, marker_field: Option<&str>) -> Option<Vec<UserRow>> {
    value.as_array()?.iter().map(|row| UserRow::read(row, marker_field)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row as it was recorded.
    const RECORDED: &str = r#"[{"id":24,"username":"par2001","firstname":"Mere","lastname":"Tamihana","fullname":"Mere Tamihana","email":"mere.tamihana@example.test","department":"","idnumber":"P2001","firstaccess":0,"lastaccess":0,"auth":"manual","suspended":false,"confirmed":true,"lang":"en","theme":"","timezone":"99","mailformat":1,"trackforums":0,"profileimageurlsmall":"https:\/\/moodle.example.nz\/theme\/image.php\/boost\/core\/1795444665\/u\/f2","customfields":[{"type":"text","value":"000000000000000000000000000000ff","displayvalue":"x","name":"Firstbell","shortname":"firstbell"}]}]"#;

    fn settings() -> MoodleSettings {
        MoodleSettings {
            auth: vec!["manual".into()],
            staff_domains: vec!["school.test".into()],
            ..MoodleSettings::default()
        }
    }

    #[test]
    fn a_recorded_row_is_an_account_whose_owner_was_not_seen() {
        let rows = rows(&serde_json::from_str(RECORDED).unwrap(), Some("firstbell")).unwrap();
        let account = rows[0].account(&settings()).unwrap();
        assert_eq!(account.caregiver.unwrap().as_str(), "P2001");
        assert_eq!(account.sign_in, SignIn::Unknown, "zero is not never");
        assert_eq!(account.marker, Some(ActivationKey(0xff)));
        assert_eq!(account.method, SignInMethod::Password);
    }

    #[test]
    fn either_access_says_that_somebody_signed_in() {
        let row = |text: &str| UserRow::read(&serde_json::from_str(text).unwrap(), None).unwrap();
        let seen = row(r#"{"id":1,"username":"a","firstaccess":1795444665,"lastaccess":0,"auth":"oauth2"}"#);
        assert_eq!(
            seen.account(&settings()).unwrap().sign_in,
            SignIn::At(Timestamp::from_second(1_795_444_665).unwrap())
        );
        assert_eq!(seen.account(&settings()).unwrap().method, SignInMethod::Other);
        assert_eq!(row(r#"{"id":1}"#).access, None, "hidden is not zero");
        assert!(row(r#"{"id":1}"#).account(&settings()).is_none());
    }

    #[test]
    fn what_is_no_list_of_accounts_is_none() {
        for text in ["{}", "null", "[1]", r#"[{"name":"x"}]"#] {
            assert!(rows(&serde_json::from_str(text).unwrap(), None).is_none(), "{text}");
        }
    }
}
