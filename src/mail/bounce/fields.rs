//! The part of a report that is made for programs (RFC 3464): fields for each recipient.

use std::collections::BTreeSet;

use mail_parser::{Message, MessagePart, MimeHeaders as _, PartType};

use super::{Verdict, enhanced};

/// What the fields say.
pub(super) struct Fields {
    pub(super) verdict: Verdict,
    pub(super) recipients: BTreeSet<String>,
    pub(super) differs: bool,
    /// The addresses of each recipient, and what is said of them.
    pub(super) each: Vec<(BTreeSet<String>, Verdict)>,
}

/// What the part made for programs says; `None` where there is none.
pub(super) fn of(message: &Message<'_>) -> Option<Fields> {
    let part = message.parts.iter().find(|part| is_status(part))?;
    let text = match &part.body {
        PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
        _ => String::from_utf8_lossy(part.contents()).into_owned(),
    };
    // A group of fields for each recipient, behind the one for all of them.
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let groups: Vec<Group> = lines.split(|line| line.is_empty()).map(|group| Group::of(&group.join("\n"))).collect();
    let each = groups.iter().filter(|group| !group.recipients.is_empty());
    let each = each.map(|group| (group.recipients.clone(), group.verdict())).collect();
    let all = Group::of(&text);
    let words = all.actions.iter().filter_map(|action| action.split_whitespace().next());
    let differs = words.collect::<BTreeSet<_>>().len() > 1;
    Some(Fields { verdict: all.verdict(), recipients: all.recipients, differs, each })
}

/// Fields that belong together.
struct Group {
    actions: Vec<String>,
    statuses: Vec<String>,
    recipients: BTreeSet<String>,
}

impl Group {
    fn of(text: &str) -> Self {
        let fields = unfolded(text);
        let all = |name: &str| -> Vec<String> {
            let named = fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
            named.map(|(_, value)| value.clone()).collect()
        };
        let recipients = [all("Final-Recipient"), all("Original-Recipient")].concat();
        let recipients = recipients.iter().filter_map(|value| address(value)).collect();
        Self { actions: all("Action"), statuses: all("Status"), recipients }
    }

    fn verdict(&self) -> Verdict {
        verdict(&self.actions, &self.statuses)
    }
}

fn is_status(part: &MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("message")
            && kind.subtype().is_some_and(|sub| sub.to_ascii_lowercase().ends_with("delivery-status"))
    })
}

fn verdict(actions: &[String], statuses: &[String]) -> Verdict {
    let code = |class: char| statuses.iter().find_map(|text| enhanced(text).filter(|code| code.starts_with(class)));
    let says = |word: &str| actions.iter().any(|action| action.starts_with(word));
    if says("failed") || (actions.is_empty() && code('5').is_some()) {
        // A mailer that gives up after days of delay says `failed` with a status of the delay.
        return Verdict::Permanent(code('5').or_else(|| code('4')).unwrap_or_else(|| "failed".to_owned()));
    }
    if says("delayed") || (actions.is_empty() && code('4').is_some()) {
        return Verdict::Delayed(code('4').unwrap_or_else(|| "delayed".to_owned()));
    }
    if actions.is_empty() { Verdict::Unclear } else { Verdict::NoReport }
}

/// Names and values, the values in lower case; a line that begins with a space goes on with the one above.
fn unfolded(text: &str) -> Vec<(String, String)> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) && !last.is_empty() => last.push_str(line),
            _ => lines.push(line.to_owned()),
        }
    }
    let fields = lines.iter().filter_map(|line| line.split_once(':'));
    fields.map(|(name, value)| (name.trim().to_owned(), value.trim().to_lowercase())).collect()
}

/// The address of `rfc822; aroha@example.com`.
fn address(value: &str) -> Option<String> {
    let address = value.split_once(';').map_or(value, |(_, address)| address);
    let address = address.trim().trim_start_matches('<').trim_end_matches('>');
    address.contains('@').then(|| address.to_owned())
}
