//! The accounts file: its JSON form, and where in it something is wrong.
//!
//! Knows one file only. What the effects log changes on these accounts is in `accounts` and `effect`.

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use crate::edge::LmsError;
use crate::model::account::{Account, SignIn, SignInMethod};
use crate::model::ids::{ActivationKey, CaregiverId, Username};

use super::accounts::Holding;
use super::password::PasswordHash;
use super::problem::garbled;
use super::text;

const FIX: &str = "correct it there, or put a good copy of the file in its place";

/// The accounts file as it is written.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Document {
    /// So many lines of the effects log are in the accounts below already; written by `compact` only.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) folded_effects: u64,
    /// The accounts.
    pub(super) accounts: Vec<WrittenAccount>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over like this")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One account as it is written; only the username has to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenAccount {
    #[serde(default)]
    caregiver: Option<CaregiverId>,
    username: Username,
    #[serde(default)]
    first_name: Box<str>,
    #[serde(default)]
    last_name: Box<str>,
    #[serde(default)]
    email: Box<str>,
    #[serde(default)]
    password: Option<PasswordHash>,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    staff: bool,
    #[serde(default)]
    sign_in_method: WrittenMethod,
    #[serde(default = "never", with = "text::sign_in")]
    last_sign_in: SignIn,
    #[serde(default, with = "text::marker")]
    marker: Option<ActivationKey>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrittenMethod {
    #[default]
    Password,
    Other,
}

fn never() -> SignIn {
    SignIn::Never
}

/// Reads the accounts file's bytes.
pub(super) fn parse(path: &Utf8Path, bytes: &[u8]) -> Result<Document, LmsError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let document: Document = serde_json::from_slice(bytes).map_err(|error| {
        let error = text::syntax_error(bytes).unwrap_or(error);
        let place = format!(":{}:{}", error.line(), error.column().max(1));
        garbled(path, &place, &format!("this is no list of sandbox accounts: {}", without_place(&error)), FIX)
    })?;
    match document.accounts.iter().position(|account| account.username.as_str().trim().is_empty()) {
        Some(index) => Err(garbled(path, &place_of(bytes, index), "an account has an empty username", FIX)),
        None => Ok(document),
    }
}

/// Two accounts with one username.
pub(super) fn twice(path: &Utf8Path, bytes: &[u8], first: usize, second: usize) -> LmsError {
    let what =
        format!("the username is that of the account{} already", place_of(bytes, first).replacen(':', " at ", 1));
    garbled(path, &place_of(bytes, second), &what, FIX)
}

/// `serde_json` says the place behind its sentence; ours stands in front.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(sentence, _)| sentence.to_owned())
}

/// `:line:column` of the username of the account with this index. Every account has exactly one such key, and a quote
/// inside a value is escaped, so counting the keys finds it.
fn place_of(bytes: &[u8], index: usize) -> String {
    const KEY: &str = "\"username\"";
    let text = String::from_utf8_lossy(bytes);
    let is_key = |at: &usize| text[at + KEY.len()..].trim_start().starts_with(':');
    let Some(at) = text.match_indices(KEY).map(|(at, _)| at).filter(is_key).nth(index) else {
        return String::new();
    };
    let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = text[..at].matches('\n').count() + 1;
    format!(":{line}:{}", text[line_start..at].chars().count() + 1)
}

impl From<WrittenAccount> for Holding {
    fn from(written: WrittenAccount) -> Self {
        let account = Account {
            caregiver: written.caregiver.filter(|id| !id.as_str().is_empty()),
            username: written.username,
            first_name: written.first_name,
            last_name: written.last_name,
            email: written.email,
            is_disabled: written.disabled,
            is_staff: written.staff,
            method: match written.sign_in_method {
                WrittenMethod::Password => SignInMethod::Password,
                WrittenMethod::Other => SignInMethod::Other,
            },
            sign_in: written.last_sign_in,
            marker: written.marker,
        };
        Self { account, password: written.password }
    }
}

impl From<Holding> for WrittenAccount {
    fn from(Holding { account, password }: Holding) -> Self {
        Self {
            caregiver: account.caregiver,
            username: account.username,
            first_name: account.first_name,
            last_name: account.last_name,
            email: account.email,
            password,
            disabled: account.is_disabled,
            staff: account.is_staff,
            sign_in_method: match account.method {
                SignInMethod::Password => WrittenMethod::Password,
                SignInMethod::Other => WrittenMethod::Other,
            },
            last_sign_in: account.sign_in,
            marker: account.marker,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        parse("lms.json".into(), text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn everything_but_the_username_has_a_default() {
        let document = parse("lms.json".into(), br#"{"accounts": [{"username": "mere.tui"}]}"#).unwrap();
        let holding = Holding::from(document.accounts.into_iter().next().unwrap());
        assert_eq!(holding.account.caregiver, None);
        assert_eq!(holding.account.sign_in, SignIn::Never);
        assert_eq!(holding.account.method, SignInMethod::Password);
        assert!(!holding.account.is_disabled && !holding.account.is_staff && holding.password.is_none());
    }

    #[test]
    fn a_byte_order_mark_is_no_mistake() {
        assert!(parse("lms.json".into(), b"\xEF\xBB\xBF{\"accounts\": []}").is_ok());
    }

    #[test]
    fn an_unknown_key_is_refused_at_its_line_and_column() {
        let text = "{\"accounts\": [\n  {\"username\": \"a\", \"emial\": \"x\"}\n]}";
        let message = message(text);
        assert!(message.starts_with("lms.json:2:27: "), "{message}");
        assert!(message.contains("unknown field `emial`"), "{message}");
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_place() {
        for (text, place) in [("", ":1:1:"), ("hello", ":1:1:"), ("{\"accounts\": [{\"usern", ":1:21:"), ("7", ":1:1:")]
        {
            let message = message(text);
            assert!(message.starts_with(&format!("lms.json{place}")), "{message}");
            assert!(message.contains("put a good copy"), "{message}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        assert!(parse("lms.json".into(), b"{\"accounts\": [{\"username\": \"\xFF\"}]}").is_err());
    }

    #[test]
    fn a_last_sign_in_that_is_no_time_is_refused() {
        let message = message("{\"accounts\": [{\"username\": \"a\", \"last-sign-in\": \"yesterday\"}]}");
        assert!(message.contains("expected null (never), \"unknown\" or a time"), "{message}");
    }

    #[test]
    fn an_empty_username_is_refused_where_it_stands() {
        let message = message(
            "{\"accounts\": [\n{\"username\": \"a\"},\n{\"email\": \"\\\"username\\\":\", \"username\": \"\"}]}",
        );
        assert!(message.starts_with("lms.json:3:28: an account has an empty username"), "{message}");
    }
}
