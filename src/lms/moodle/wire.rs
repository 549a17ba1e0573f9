//! The form that Moodle's web service reads: `users[0][username]=par2001&…`, brackets as they are, all else that is not
//! a letter or a digit as `%XX`. Nothing else about a call is known here.
//!
//! A body holds the token and passwords: it has no `Debug`, and no error ever quotes it.

use std::fmt::Write as _;

/// Fields of a form, in the order in which they are sent.
#[derive(Clone, Default)]
pub(super) struct Form {
    body: String,
}

impl Form {
    /// Adds a field. Names are ours and need no encoding.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if !self.body.is_empty() {
            self.body.push('&');
        }
        self.body.push_str(name);
        self.body.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                self.body.push(char::from(byte));
            } else {
                let _ = write!(self.body, "%{byte:02X}");
            }
        }
    }

    /// Adds all fields of another form behind these.
    pub(super) fn extend(&mut self, other: &Self) {
        if !self.body.is_empty() && !other.body.is_empty() {
            self.body.push('&');
        }
        self.body.push_str(&other.body);
    }

    /// The body.
    pub(super) fn as_str(&self) -> &str {
        &self.body
    }
}

/// The three fields that every call begins with.
pub(super) fn head(token: &str, function: &str) -> Form {
    let mut form = Form::default();
    form.add("wstoken", token);
    form.add("wsfunction", function);
    form.add("moodlewsrestformat", "json");
    form
}

/// One row of a list: `users[3][email]=…`.
pub(super) struct Row<'f> {
    form: &'f mut Form,
    prefix: String,
}

impl<'f> Row<'f> {
    /// The row with this number, of the list with this name.
    pub(super) fn new(form: &'f mut Form, list: &str, number: usize) -> Self {
        Self { form, prefix: format!("{list}[{number}]") }
    }

    /// A field of it; `key` may go deeper: `preferences][0][type`.
    pub(super) fn add(&mut self, key: &str, value: &str) {
        self.form.add(&format!("{}[{key}]", self.prefix), value);
    }

    /// The preference that asks for a new password at the first sign-in. It stands first in a row, so that a row of which
    /// the end is cut off lacks what Moodle insists on, and is refused whole.
    pub(super) fn add_forced_change(&mut self) {
        self.add("preferences][0][type", "auth_forcepasswordchange");
        self.add("preferences][0][value", "1");
    }

    /// A custom profile field.
    pub(super) fn add_profile_field(&mut self, name: &str, value: &str) {
        self.add("customfields][0][type", name);
        self.add("customfields][0][value", value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The body of a create as curl sent it to a real Moodle: 370 bytes with a token of 32 digits.
    #[test]
    fn a_create_is_the_recorded_bytes() {
        let mut form = head("<TOKEN>", "core_user_create_users");
        let mut row = Row::new(&mut form, "users", 0);
        row.add("username", "par2001");
        row.add("password", "Parent-1x!");
        row.add("firstname", "Mere");
        row.add("lastname", "Tamihana");
        row.add("email", "mere.tamihana@example.test");
        row.add("idnumber", "P2001");
        row.add_forced_change();
        let recorded = "wstoken=<TOKEN>&wsfunction=core_user_create_users&moodlewsrestformat=json&users[0][username]=par2001&users[0][password]=Parent-1x%21&users[0][firstname]=Mere&users[0][lastname]=Tamihana&users[0][email]=mere.tamihana%40example.test&users[0][idnumber]=P2001&users[0][preferences][0][type]=auth_forcepasswordchange&users[0][preferences][0][value]=1";
        assert_eq!(form.as_str().replace("%3CTOKEN%3E", "<TOKEN>"), recorded);
        let with_token = recorded.replace("<TOKEN>", &"0".repeat(32));
        assert_eq!(with_token.len(), 370);
    }

    #[test]
    fn what_is_no_letter_or_digit_is_encoded() {
        let mut form = Form::default();
        form.add("values[]", "Te Wērā & Co+1=%");
        assert_eq!(form.as_str(), "values[]=Te%20W%C4%93r%C4%81%20%26%20Co%2B1%3D%25");
    }
}
