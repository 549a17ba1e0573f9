//! Names, ids, lines of text, paths, names in the environment.

use serde_json::{Value, json};

use crate::model::nfc::nfc;

use super::{Form, Misfit};

/// One line of text with something in it.
pub(in crate::rollout) struct Line;

impl Form for Line {
    type Meaning = String;
    const FORMAT: &'static str = "line";
    const CODE: &'static str = "rollout::bad-text";

    fn read(text: &str) -> Result<String, Misfit> {
        one_line(text, 300)
    }

    fn schema() -> Value {
        json!({"type": ["string", "integer"], "minLength": 1})
    }
}

/// Why something is done: one line with a word in it. A `…` that was copied with a line is none.
pub(in crate::rollout) struct Reason;

impl Form for Reason {
    type Meaning = String;
    const FORMAT: &'static str = "reason";
    const CODE: &'static str = "rollout::no-reason";

    fn read(text: &str) -> Result<String, Misfit> {
        let reason = one_line(text, 300)?;
        let help = "write why: a ticket number, or a few words; whoever reviews the rollout reads it";
        let says_something = reason.chars().any(|char| !char.is_whitespace() && !"…._?!-".contains(char));
        says_something.then_some(reason).ok_or_else(|| Misfit::new(format!("`{}` is no reason", text.trim()), help))
    }

    fn schema() -> Value {
        json!({"type": ["string", "integer"], "minLength": 1, "pattern": "[^\\s…._?!-]"})
    }
}

/// An id, a year, a class: text, or a whole number, kept as it is written.
pub(in crate::rollout) struct Id;

impl Form for Id {
    type Meaning = String;
    const FORMAT: &'static str = "id";
    const CODE: &'static str = "rollout::bad-id";

    fn read(text: &str) -> Result<String, Misfit> {
        one_line(text, 100).map(|text| nfc(&text).into_owned())
    }

    fn schema() -> Value {
        json!({"type": ["string", "integer"], "minLength": 1, "examples": ["C1001"]})
    }
}

/// The name of a cohort.
pub(in crate::rollout) struct Name;

impl Form for Name {
    type Meaning = String;
    const FORMAT: &'static str = "cohort-name";
    const CODE: &'static str = "rollout::bad-name";

    fn read(text: &str) -> Result<String, Misfit> {
        one_line(text, 60)
    }

    fn schema() -> Value {
        json!({"type": ["string", "integer"], "minLength": 1, "maxLength": 60, "examples": ["year-7"]})
    }
}

fn one_line(text: &str, longest: usize) -> Result<String, Misfit> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Misfit::new("this is empty", "write something here, or leave the line out"));
    }
    if !is_line(trimmed) {
        return Err(Misfit::new("this has a line break or an invisible character in it", "write it on one line"));
    }
    if trimmed.chars().count() > longest {
        return Err(Misfit::new(format!("this is longer than {longest} characters"), "write it shorter"));
    }
    Ok(trimmed.to_owned())
}

/// Whether a text is one line, without characters that steer a terminal or turn the reading direction.
pub(super) fn is_line(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

/// A path inside the project. Whether it stays inside is `project`'s to say.
pub(in crate::rollout) struct Path;

impl Form for Path {
    type Meaning = String;
    const FORMAT: &'static str = "project-path";
    const CODE: &'static str = "rollout::bad-path";

    fn read(text: &str) -> Result<String, Misfit> {
        if text.contains('\\') {
            return Err(Misfit::new(format!("`{text}` has a backslash in it"), "write paths with forward slashes"));
        }
        if text.trim() != text {
            return Err(Misfit::new(format!("`{text}` begins or ends with a space"), "take the space away"));
        }
        one_line(text, 1000)
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 1})
    }
}

/// The name of an environment variable with a secret in it.
pub(in crate::rollout) struct Environment;

impl Form for Environment {
    type Meaning = String;
    const FORMAT: &'static str = "environment-name";
    const CODE: &'static str = "rollout::bad-env-name";

    fn read(text: &str) -> Result<String, Misfit> {
        let help = "names behind `env:` begin with FIRSTBELL_, so that a rollout can't send away another secret";
        let Some(rest) = text.strip_prefix("FIRSTBELL_") else {
            return Err(Misfit::new(format!("`{text}` does not begin with FIRSTBELL_"), help));
        };
        if rest.is_empty() || !rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
            return Err(Misfit::new(format!("`{text}` is not a name of capitals, digits and `_`"), help));
        }
        if rest == "KEY" {
            return Err(Misfit::new("FIRSTBELL_KEY is the key that seals passwords, not a password", "name another"));
        }
        Ok(text.to_owned())
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^FIRSTBELL_[A-Z0-9_]+$", "examples": ["FIRSTBELL_SMTP_PASSWORD"]})
    }
}

/// A language code, the end of a letter folder's name.
pub(in crate::rollout) struct Language;

impl Form for Language {
    type Meaning = String;
    const FORMAT: &'static str = "language";
    const CODE: &'static str = "rollout::bad-language";

    fn read(text: &str) -> Result<String, Misfit> {
        let mut parts = text.split('-');
        let first = parts.next().unwrap_or("");
        let is_code = (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_lowercase());
        let is_part = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let misfit =
            || Misfit::new(format!("`{text}` is not a language code"), "write it like `en`, `mi` or `zh-Hans`");
        (is_code && parts.all(is_part)).then(|| text.to_owned()).ok_or_else(misfit)
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "examples": ["en", "mi"]})
    }
}

/// The version of the document's format.
pub(in crate::rollout) struct Version;

impl Form for Version {
    type Meaning = u32;
    const FORMAT: &'static str = "rollout-version";
    const CODE: &'static str = "rollout::version";

    fn read(text: &str) -> Result<u32, Misfit> {
        let help = "this firstbell reads `version: 1`; a newer rollout needs a newer firstbell";
        (text == "1").then_some(1).ok_or_else(|| Misfit::new(format!("`{text}` is not a version known here"), help))
    }

    fn schema() -> Value {
        json!({"type": "integer", "const": 1})
    }
}

/// The number of a second or later activation.
pub(in crate::rollout) struct Activation;

impl Form for Activation {
    type Meaning = u32;
    const FORMAT: &'static str = "activation-number";
    const CODE: &'static str = "rollout::reissue-number";

    fn read(text: &str) -> Result<u32, Misfit> {
        let help = "number 1 was the first password; the first `reissue` makes number 2, the next number 3";
        let number = text.parse().ok().filter(|number| (2..=1000).contains(number));
        number.ok_or_else(|| Misfit::new(format!("`{text}` is not the number of a second or later activation"), help))
    }

    fn schema() -> Value {
        json!({"type": "integer", "minimum": 2, "maximum": 1000, "examples": [2]})
    }
}

#[cfg(test)]
mod tests {
    use super::super::refused;
    use super::*;

    #[test]
    fn a_secret_comes_only_from_a_name_of_ours() {
        assert!(!refused::<Environment>("FIRSTBELL_SMTP_PASSWORD"));
        for text in ["HOME", "FIRSTBELL_", "FIRSTBELL_key", "FIRSTBELL_KEY", "XFIRSTBELL_A", "FIRSTBELL_A B"] {
            assert!(refused::<Environment>(text), "{text}");
        }
    }

    #[test]
    fn dots_are_no_reason() {
        for text in ["…", "...", " - ", "?", ""] {
            assert!(refused::<Reason>(text), "{text:?}");
        }
        for text in ["T-118", "7", "lost it", "…again"] {
            assert!(!refused::<Reason>(text), "{text:?}");
        }
    }

    #[test]
    fn an_id_is_one_trimmed_line() {
        assert_eq!(Id::read(" 00123 ").unwrap(), "00123");
        assert_eq!(Id::read("Po\u{304}hutukawa").unwrap(), "Pōhutukawa", "as the roster's are compared");
        for text in ["", "  ", "a\nb", "a\u{202e}b", "a\u{1b}[0m"] {
            assert!(refused::<Id>(text), "{text:?}");
        }
    }

    #[test]
    fn a_language_code_can_not_leave_its_folder() {
        for text in ["en", "mi", "zh-Hans"] {
            assert!(!refused::<Language>(text), "{text}");
        }
        for text in ["", "EN", "e", "en/../x", "en.", "en-", "english"] {
            assert!(refused::<Language>(text), "{text}");
        }
    }
}
