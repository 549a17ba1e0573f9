//! Mails that came back, read from what an office mailbox exports: a Maildir, an mbox file, single `.eml` files.
//!
//! It says of each mail whether it reports that a letter was not delivered, for good or for now, and which Message-IDs stand in
//! it. Whose letter that was is not known here. A report made for programs is read in `fields`, one for people in `words`.

mod fields;
mod words;

use std::collections::BTreeSet;

use jiff::Timestamp;
use mail_parser::{Message, MessageParser, PartType};

/// Mails inside mails are read so deep.
const DEPTH: u32 = 4;

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

/// One report, or one mail that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// What it says.
    pub verdict: Verdict,
    /// What looks like a Message-ID of ours, in lower case.
    pub message_ids: BTreeSet<String>,
    /// The addresses that it names as those it is about, in lower case.
    pub recipients: BTreeSet<String>,
    /// It says one thing of one recipient and another of the next: which letter has which fate is not known.
    pub differs: bool,
    /// What it says of each of them, where it is made for programs.
    pub each: Vec<(BTreeSet<String>, Verdict)>,
    /// When it was written, as its `Date` says.
    pub written_at: Option<Timestamp>,
}

/// Reads one mail: the report that it is or the reports that somebody forwarded in it, else that it is none; never nothing.
/// Whatever the bytes are, something comes of it.
pub fn read(mail: &[u8]) -> Vec<Returned> {
    let message = MessageParser::default().parse(mail);
    let reports = message.as_ref().map(|message| reports_in(message, mail, 0)).unwrap_or_default();
    if !reports.is_empty() {
        return reports;
    }
    let none = returned(None, mail, Verdict::NoReport);
    vec![message.and_then(|message| quoted(&message)).map_or(none.clone(), |message_ids| Returned {
        verdict: Verdict::Unclear,
        message_ids,
        ..none
    })]
}

/// The letters whose headers somebody has pasted into a text: nobody who answers a letter does, but who forwards a report as text.
fn quoted(message: &Message<'_>) -> Option<BTreeSet<String>> {
    let texts = message.parts.iter().filter_map(|part| match &part.body {
        PartType::Text(text) => Some(text),
        _ => None,
    });
    let lines = texts.flat_map(|text| text.lines()).filter(|line| {
        let line = line.trim_start_matches(['>', ' ', '\t']);
        line.get(..11).is_some_and(|begin| begin.eq_ignore_ascii_case("message-id:"))
    });
    let ids: BTreeSet<String> = lines.flat_map(ids_in).collect();
    (!ids.is_empty()).then_some(ids)
}

/// The reports that a mail is, or that lie in it.
fn reports_in(message: &Message<'_>, mail: &[u8], depth: u32) -> Vec<Returned> {
    if let Some(fields) = fields::of(message) {
        let report = returned(Some(message), mail, fields.verdict);
        let fields::Fields { recipients, differs, each, .. } = fields;
        return vec![Returned { recipients, differs, each, ..report }];
    }
    let by_words = is_from_a_mailer(message).then(|| {
        let report = returned(Some(message), mail, words::verdict(message));
        Returned { recipients: failed_recipients(message), ..report }
    });
    if let Some(report) = by_words.as_ref().filter(|report| report.verdict != Verdict::Unclear) {
        return vec![report.clone()];
    }
    let mut inside = Vec::new();
    if depth < DEPTH {
        for part in &message.parts {
            if let PartType::Message(inner) = &part.body {
                inside.extend(reports_in(inner, inner.raw_message(), depth + 1));
            }
        }
    }
    if inside.is_empty() { by_words.into_iter().collect() } else { inside }
}

fn returned(message: Option<&Message<'_>>, mail: &[u8], verdict: Verdict) -> Returned {
    let mut texts = vec![String::from_utf8_lossy(mail).into_owned()];
    if let Some(message) = message {
        collect(message, &mut texts, 0);
    }
    let message_ids = texts.iter().flat_map(|text| ids_in(text)).collect();
    Returned {
        verdict,
        message_ids,
        recipients: BTreeSet::new(),
        differs: false,
        each: Vec::new(),
        written_at: message.and_then(written_at),
    }
}

fn written_at(message: &Message<'_>) -> Option<Timestamp> {
    Timestamp::from_second(message.date()?.to_timestamp()).ok()
}

/// Whether this can be a mail: its first line is a header field (RFC 5322, 2.2), after line ends that some programs leave there.
pub fn is_mail(bytes: &[u8]) -> bool {
    let begin = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let name = bytes.iter().skip(begin).take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
    let behind = bytes.get(begin + name..).unwrap_or_default().trim_ascii_start();
    name > 0 && behind.starts_with(b":")
}

/// The mails of an mbox file; `None` where it is none. Some programs leave an empty line above the first.
pub fn mbox(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let gap = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let bytes = bytes.get(gap..).unwrap_or_default();
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
    if depth > DEPTH {
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

/// Servers that send no part for programs send their reports from these names.
fn is_from_a_mailer(message: &Message<'_>) -> bool {
    if message.header_raw("X-Failed-Recipients").is_some() {
        return true;
    }
    let sender = message.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default();
    let name = sender.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.split('+').next().unwrap_or_default();
    ["mailer-daemon", "mail-daemon", "postmaster"].contains(&name)
}

/// Whom a server that writes for people names in a header.
fn failed_recipients(message: &Message<'_>) -> BTreeSet<String> {
    let named = message.header_raw("X-Failed-Recipients").unwrap_or_default();
    named.split([',', ' ', '\r', '\n', '\t']).filter(|word| word.contains('@')).map(str::to_lowercase).collect()
}

/// A status such as `5.1.1` at the beginning of a text (RFC 3463): a number of a version, or of a machine, is none.
fn enhanced(text: &str) -> Option<String> {
    let code: String = text.chars().take_while(|char| char.is_ascii_digit() || *char == '.').collect();
    let code = code.trim_end_matches('.');
    let parts: Vec<&str> = code.split('.').collect();
    let [class, subject, detail] = parts.as_slice() else { return None };
    let is_status = matches!(*class, "2" | "4" | "5")
        && matches!(subject.as_bytes(), [b'0'..=b'7'])
        && (1..=3).contains(&detail.len());
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
