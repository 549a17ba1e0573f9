//! A change as one line of text that is the same exactly when the change is: what a saved plan's precondition is taken of.
//!
//! It covers everything the change was decided from: recipient and children (by the letter's fingerprint), the name, the
//! language and the children in the roster, the activation's number (the record), the account and what is wrong with it (the LMS).

use std::fmt::Write as _;

use super::change::{Act, Change, FieldChange};

impl Change {
    /// The line. It holds personal data: only its keyed hash is ever written.
    pub fn canonical(&self) -> String {
        let mut line = String::from("firstbell/1");
        let cohort = self.cohort.as_ref().map_or("", |cohort| cohort.as_str());
        let person = &self.person;
        for part in [self.caregiver.as_str(), cohort, &person.first_name, &person.last_name] {
            push(&mut line, part);
        }
        // The letter is in their language, and names the children.
        push(&mut line, &person.language);
        for child in &person.children {
            for part in [child.id.as_str(), &child.first_name, &child.last_name] {
                push(&mut line, part);
            }
        }
        for act in &self.acts {
            push_act(&mut line, act);
        }
        line
    }
}

/// Each part behind its length, so that no two lists of parts give the same line.
fn push(line: &mut String, part: &str) {
    // Writing to a string can't fail.
    let _ = write!(line, "|{}:{part}", part.len());
}

fn push_act(line: &mut String, act: &Act) {
    push(line, &act.symbol().to_string());
    if let Some(activation) = act.activation() {
        push(line, &activation.to_string());
    }
    match act {
        Act::Create { username, recipient, letter, .. } | Act::Reset { username, recipient, letter, .. } => {
            push(line, username.as_str());
            push(line, recipient.as_str());
            push(line, &format!("{:016x}", letter.0));
            if matches!(act, Act::Reset { has_signed_in: true, .. }) {
                push(line, "signed in");
            }
        }
        Act::Settle { key, recipient, letter, .. } => {
            push(line, &key.to_string());
            push(line, recipient.as_str());
            push(line, &format!("{:016x}", letter.0));
        }
        Act::Email { recipient, letter, .. } => {
            push(line, recipient.as_str());
            push(line, &format!("{:016x}", letter.0));
        }
        Act::Update { username, fields, enable } => push_update(line, username.as_str(), fields, *enable),
        Act::Withdraw { username } => push(line, username.as_str()),
        Act::Adopt { evidence, marker } => {
            push(line, evidence);
            push(line, &marker.map_or_else(String::new, |marker| marker.to_string()));
        }
    }
}

fn push_update(line: &mut String, username: &str, fields: &[FieldChange], enable: bool) {
    push(line, username);
    for change in fields {
        push(line, change.field.as_str());
        push(line, &change.old);
        push(line, &change.new);
    }
    push(line, if enable { "enable" } else { "" });
}
