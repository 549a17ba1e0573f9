//! Mails that came back, read from what an office mailbox exports: a Maildir, an mbox file, single `.eml` files.
//!
//! It says of each mail whether it reports that a letter was not delivered, for good or for now, and which Message-IDs stand in
//! it. Whose letter that was is not known here.

use std::collections::BTreeSet;

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// The digits of the random part of our Message-IDs.
const ID_DIGITS: usize = 32;

/// What a mail says about a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was not delivered, and will not be: the status (`5.1.1`).
    Permanent(String),
    /// It is delayed; the server goes on trying: the status (`4.4.1`).
    Delayed(String),
    /// A program reports something about it, and not what.
    Unclear,
    /// It is no report: an answer, an out-of-office note, a confirmation, anything else.
    NoReport,
}

/// One mail, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// What it says.
    pub verdict: Verdict,
    /// What looks like a Message-ID of ours, in lower case.
    pub message_ids: BTreeSet<String>,
}

/// Reads one mail. Whatever the bytes are, something comes of it.
pub fn read(mail: &[u8]) -> Returned {
    let Some(message) = MessageParser::default().parse(mail) else {
        return Returned { verdict: Verdict::NoReport, message_ids: BTreeSet::new() };
    };
    let mut texts = vec![String::from_utf8_lossy(mail).into_owned()];
    collect(&message, &mut texts, 0);
    let message_ids = texts.iter().flat_map(|text| ids_in(text)).collect();
    let verdict = match statuses(&message) {
        Some(verdict) => verdict,
        None if is_from_a_mailer(&message) => by_words(&texts),
        None => Verdict::NoReport,
    };
    Returned { verdict, message_ids }
}

/// The mails of an mbox file; `None` where it is none.
pub fn mbox(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    if !bytes.starts_with(b"From ") {
        return None;
    }
    let mut mails: Vec<Vec<u8>> = Vec::new();
    let mut is_after_gap = true;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if is_after_gap && line.starts_with(b"From ") {
            mails.push(Vec::new());
        } else if let Some(mail) = mails.last_mut() {
            let quotes = line.iter().take_while(|byte| **byte == b'>').count();
            let is_quoted = quotes > 0 && line.get(quotes..).is_some_and(|rest| rest.starts_with(b"From "));
            mail.extend_from_slice(line.get(usize::from(is_quoted)..).unwrap_or_default());
        }
        is_after_gap = line.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
    }
    Some(mails)
}

/// All decoded texts of a mail, those of mails inside it too.
fn collect(message: &Message<'_>, texts: &mut Vec<String>, depth: u32) {
    if depth > 4 {
        return;
    }
    for part in &message.parts {
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => texts.push(text.clone().into_owned()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                texts.push(String::from_utf8_lossy(bytes).into_owned());
            }
            PartType::Message(inner) => {
                texts.push(String::from_utf8_lossy(inner.raw_message()).into_owned());
                collect(inner, texts, depth + 1);
            }
            PartType::Multipart(_) => {}
        }
    }
}

/// What the part made for programs says (RFC 3464); `None` where there is none.
fn statuses(message: &Message<'_>) -> Option<Verdict> {
    let is_status = |part: &&mail_parser::MessagePart<'_>| {
        part.content_type().is_some_and(|kind| {
            kind.ctype().eq_ignore_ascii_case("message")
                && kind.subtype().is_some_and(|sub| sub.to_ascii_lowercase().ends_with("delivery-status"))
        })
    };
    let part = message.parts.iter().find(is_status)?;
    let fields = match &part.body {
        PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
        _ => String::from_utf8_lossy(part.contents()).into_owned(),
    };
    let field = |name: &str| -> Vec<String> {
        let lines = fields.lines().filter_map(|line| line.split_once(':'));
        lines
            .filter(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_lowercase())
            .collect()
    };
    let (actions, codes) = (field("Action"), field("Status"));
    let code = |class: char| codes.iter().find_map(|text| enhanced(text).filter(|code| code.starts_with(class)));
    let says = |word: &str| actions.iter().any(|action| action.starts_with(word));
    if says("failed") || (actions.is_empty() && code('5').is_some()) {
        // A mailer that gives up after days of delay says `failed` with a status of the delay.
        return Some(Verdict::Permanent(code('5').or_else(|| code('4')).unwrap_or_else(|| "failed".to_owned())));
    }
    if says("delayed") || (actions.is_empty() && code('4').is_some()) {
        return Some(Verdict::Delayed(code('4').unwrap_or_else(|| "delayed".to_owned())));
    }
    Some(if actions.is_empty() { Verdict::Unclear } else { Verdict::NoReport })
}

/// Servers that send no part for programs send their reports from these names.
fn is_from_a_mailer(message: &Message<'_>) -> bool {
    if message.header_raw("X-Failed-Recipients").is_some() {
        return true;
    }
    let sender = message.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default();
    let name = sender.split('@').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("mailer-daemon") || name == "postmaster" || name.starts_with("mail-daemon")
}

/// What words and numbers in a report for people say.
fn by_words(texts: &[String]) -> Verdict {
    let words = || texts.iter().skip(1).chain(texts.first()).flat_map(|text| text.split(|char: char| !is_code(char)));
    let code = |class: char| words().find_map(|word| enhanced(word).filter(|code| code.starts_with(class)));
    let reply = |class: char| {
        words()
            .find(|word| word.len() == 3 && word.starts_with(class) && word.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some(code) = code('5') {
        return Verdict::Permanent(code);
    }
    if let Some(code) = code('4') {
        return Verdict::Delayed(code);
    }
    match ["550", "551", "552", "553", "554"].iter().find(|known| words().any(|word| word == **known)) {
        Some(known) => Verdict::Permanent((*known).to_owned()),
        None if reply('4').is_some() => Verdict::Delayed(reply('4').unwrap_or_default().to_owned()),
        None => Verdict::Unclear,
    }
}

fn is_code(char: char) -> bool {
    char.is_ascii_digit() || char == '.'
}

/// A status such as `5.1.1` at the beginning of a text.
fn enhanced(text: &str) -> Option<String> {
    let code: String = text.chars().take_while(|char| is_code(*char)).collect();
    let code = code.trim_end_matches('.');
    let parts: Vec<&str> = code.split('.').collect();
    let is_number = |part: &&str| (1..=3).contains(&part.len());
    let is_status =
        parts.len() == 3 && parts.iter().all(is_number) && matches!(parts.first(), Some(&("2" | "4" | "5")));
    is_status.then(|| code.to_owned())
}

/// Everything that has the form of our Message-IDs: 32 hexadecimal digits at a domain.
fn ids_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        let before = text.get(..at).unwrap_or_default();
        let digits = before.bytes().rev().take_while(u8::is_ascii_hexdigit).count();
        let Some(local) = before.get(before.len().saturating_sub(ID_DIGITS)..).filter(|_| digits == ID_DIGITS) else {
            continue;
        };
        let after = text.get(at + 1..).unwrap_or_default();
        let domain: String =
            after.chars().take_while(|char| char.is_ascii_alphanumeric() || ".-".contains(*char)).collect();
        found.push(format!("{local}@{}", domain.trim_end_matches('.')).to_ascii_lowercase());
    }
    found
}

#[cfg(test)]
mod tests;
