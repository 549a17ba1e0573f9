//! Reports that servers write for people only. Nobody's address is marked for a number that only looks like an answer, so what
//! is read is the server's own words above the letter that it returns, and of their numbers those that stand where the answer of
//! a mail server stands. Where words and numbers say different things, the report is unclear.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MimeHeaders as _, PartType};

use super::{Verdict, enhanced};

/// The server goes on trying. Texts are searched in lower case.
const DELAYED: [&str; 13] = [
    "delayed",
    "warning",
    "still trying",
    "still being retried",
    "will be retried",
    "will retry",
    "will try again",
    "keep trying",
    "continue trying",
    "continue to try",
    "delivery attempts will continue",
    "not yet been delivered",
    "not a permanent",
];

/// It has given up.
const PERMANENT: [&str; 6] =
    ["permanent error", "permanent fail", "permanent fatal", "permanent delivery", "permanently", "permanent problem"];

/// Codes without an enhanced one that say of an address or a letter that it is refused for good (RFC 5321, 7504).
const REFUSED: [&str; 7] = ["521", "550", "551", "552", "553", "554", "556"];

/// What stands before the answer of a mail server.
const CUES: [&str; 14] =
    [":", ";", "#", "(", "'", "\"", "<<<", "said", "says", "error", "reply", "response", "returned", "code"];

/// So many characters before a number are looked at.
const NEAR: usize = 400;

/// Headers above which nothing of a report stands.
const HEADERS: [&str; 15] = [
    "from",
    "to",
    "cc",
    "sender",
    "reply-to",
    "subject",
    "date",
    "received",
    "return-path",
    "message-id",
    "mime-version",
    "delivered-to",
    "dkim-signature",
    "content-type",
    "auto-submitted",
];

/// Headers that stand in mails only; the others stand in sentences and lists, too.
const SURE_HEADERS: [&str; 5] = ["received", "return-path", "message-id", "mime-version", "dkim-signature"];

/// What a report for people says.
pub(super) fn verdict(message: &Message<'_>) -> Verdict {
    of(message.subject().unwrap_or_default(), &own_words(message))
}

fn of(subject: &str, text: &str) -> Verdict {
    let words = format!("{subject} {text}").to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
    let answers: Vec<Answer> = text.lines().flat_map(answers_in).collect();
    let sure = |class: char| code(&answers, class, false);
    let any = |class: char| sure(class).or_else(|| code(&answers, class, true));
    let (is_delayed, is_permanent) = (says(&DELAYED), says(&PERMANENT) && !words.contains("not a permanent"));
    match (is_delayed, is_permanent, sure('5'), sure('4')) {
        (true, false, None, _) => Verdict::Delayed(any('4').unwrap_or_else(|| "delayed".to_owned())),
        (true, ..) | (false, false, Some(_), Some(_)) | (false, false, None, None) => Verdict::Unclear,
        // A server that gives up after days of delay may tell the answer of the delay.
        (false, true, ..) => Verdict::Permanent(any('5').or_else(|| any('4')).unwrap_or_else(|| "failed".to_owned())),
        (false, false, Some(code), None) => Verdict::Permanent(code),
        (false, false, None, Some(code)) => Verdict::Delayed(code),
    }
}

/// The text above the letter that is returned.
fn own_words(message: &Message<'_>) -> String {
    let mut own = String::new();
    for part in &message.parts {
        let is_headers = |sub: &str| sub.eq_ignore_ascii_case("rfc822-headers");
        if part.content_type().and_then(|kind| kind.subtype()).is_some_and(is_headers) {
            break;
        }
        let text = match &part.body {
            PartType::Text(text) => text.clone().into_owned(),
            PartType::Html(html) => html_to_text(html),
            PartType::Message(_) => break,
            _ => continue,
        };
        let lines: Vec<&str> = text.lines().collect();
        let letter = letter_at(&lines);
        for line in lines.iter().take(letter.unwrap_or(lines.len())).filter(|line| !line.starts_with('>')) {
            own.push_str(line);
            own.push('\n');
        }
        if letter.is_some() {
            break;
        }
    }
    own
}

/// The line at which the returned letter begins: a line that says so, or its headers.
fn letter_at(lines: &[&str]) -> Option<usize> {
    let mut headers = None;
    for (number, line) in lines.iter().enumerate() {
        if announces_the_letter(line) {
            return Some(number);
        }
        if line.starts_with([' ', '\t']) && headers.is_some() {
            continue;
        }
        let name = line.split_once(':').map(|(name, _)| name.to_ascii_lowercase());
        let is = |known: &[&str]| name.as_ref().is_some_and(|name| known.contains(&name.as_str()));
        if !is(&HEADERS) {
            headers = None;
            continue;
        }
        let first = *headers.get_or_insert(number);
        if is(&SURE_HEADERS) {
            return Some(first);
        }
    }
    None
}

fn announces_the_letter(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| line.contains(phrase));
    let is_ruled = line.starts_with("---") || line.starts_with("===") || line.starts_with("___");
    (is_ruled
        && says(&[
            "copy of",
            "original message",
            "original headers",
            "message header",
            "header of",
            "undelivered message",
            "returned message",
            "unsent message",
            "message follows",
        ]))
        || line.starts_with("original message")
}

/// A number that says what became of a letter.
struct Answer {
    /// `5.1.1`, else `550`.
    code: String,
    /// Only what else is said makes it one.
    is_loose: bool,
}

fn code(answers: &[Answer], class: char, is_loose: bool) -> Option<String> {
    answers.iter().find(|one| one.is_loose == is_loose && one.code.starts_with(class)).map(|one| one.code.clone())
}

/// The answers of mail servers that a line repeats.
fn answers_in(line: &str) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(|char: char| char.is_ascii_digit()) {
        let start = line.len() - rest.len() + at;
        let (before, from) = line.split_at(start);
        let length = from.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(from.len());
        let (number, after) = from.split_at(length);
        answers.extend(answer(before, number, after));
        rest = after;
    }
    answers
}

/// What a number says between what stands before and behind it.
fn answer(before: &str, number: &str, after: &str) -> Option<Answer> {
    let is_word = |char: char| char.is_alphanumeric() || "._@/".contains(char);
    if before.ends_with(is_word) || after.starts_with(|char: char| char.is_alphanumeric() || "_@/".contains(char)) {
        return None;
    }
    if let Some(status) = enhanced(number) {
        let is_sure = before.ends_with(['#', '(']);
        let is_loose = before.trim_end().ends_with(':') || before.trim().is_empty();
        return (is_sure || is_loose).then_some(Answer { code: status, is_loose: !is_sure });
    }
    let number = number.trim_end_matches('.');
    let is_reply =
        number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()) && number.starts_with(['4', '5']);
    if !is_reply {
        return None;
    }
    let next = after.strip_prefix([' ', '-']).unwrap_or(after).trim_start_matches(['#', ' ']);
    let status = enhanced(next);
    if let Some(status) = status.as_ref().filter(|status| status.get(..1) == number.get(..1)) {
        return Some(Answer { code: status.clone(), is_loose: false });
    }
    // `550 0100` goes on as a telephone number does.
    let is_number = status.is_none() && next.starts_with(|char: char| char.is_ascii_digit());
    let is_known = REFUSED.contains(&number) || number.starts_with("45") || number == "421";
    let is_answer = is_known && !is_number && stands_where_answers_stand(before);
    is_answer.then(|| Answer { code: number.to_owned(), is_loose: false })
}

fn stands_where_answers_stand(before: &str) -> bool {
    // Of a line without an end the last words are enough.
    let near = before.char_indices().rev().nth(NEAR).map_or(0, |(at, _)| at);
    let before = before.get(near..).unwrap_or_default().trim().to_lowercase();
    before.is_empty() || before.contains("rcpt to") || CUES.iter().any(|cue| before.ends_with(cue))
}
