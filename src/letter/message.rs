//! The message as it leaves: multipart/alternative, text first, 7-bit. The only file that names `lettre`.
//!
//! Nothing is drawn and no clock is read: Message-ID, Date and boundary are given, so the same letter gives the same bytes,
//! which is how mail servers and people tell a copy from a second letter.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MessageBuilder, MultiPart, SinglePart};

use super::line::{LONGEST_NAME, for_header};
use super::{LetterError, Rendered};
use crate::model::email::EmailAddress;
use crate::model::ids::MessageId;
use crate::rollout;

/// What a message says beside the letter.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The sender.
    pub from: &'a rollout::Mailbox,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<&'a rollout::Mailbox>,
    /// The one recipient.
    pub to: &'a EmailAddress,
    /// The recipient's name; may be empty.
    pub to_name: &'a str,
    /// When it was written.
    pub date: Timestamp,
    /// What tells it from every other message; random.
    pub message_id: &'a MessageId,
    /// What separates the parts: random letters and digits.
    pub boundary: &'a str,
}

/// The bytes of the message. They hold the password in clear.
pub fn message(rendered: &Rendered, frame: &Frame<'_>) -> Result<Vec<u8>, LetterError> {
    let parts = MultiPart::alternative()
        .boundary(boundary(frame.boundary, rendered)?)
        .singlepart(part(ContentType::TEXT_PLAIN, &rendered.text))
        .singlepart(part(ContentType::TEXT_HTML, &rendered.html));
    let message = head(rendered, frame)?.multipart(parts).map_err(|error| LetterError::Build(error.to_string()))?;
    Ok(message.formatted())
}

fn head(rendered: &Rendered, frame: &Frame<'_>) -> Result<MessageBuilder, LetterError> {
    let from = mailbox(&frame.from.name, &frame.from.email, "sender's")?;
    let to = mailbox(frame.to_name, frame.to.as_str(), "recipient's")?;
    let envelope = lettre::address::Envelope::new(Some(from.email.clone()), vec![to.email.clone()])
        .map_err(|error| LetterError::Build(error.to_string()))?;
    let mut head = Message::builder().envelope(envelope).from(from).to(to);
    if let Some(reply_to) = frame.reply_to {
        head = head.reply_to(mailbox(&reply_to.name, &reply_to.email, "reply")?);
    }
    Ok(head
        .subject(rendered.subject.as_str())
        .date(date(frame.date)?)
        .message_id(Some(message_id(frame.message_id)?))
        .raw_header(plain_header("Content-Language", &rendered.language))
        // Both keep out-of-office replies away (RFC 3834; Exchange).
        .raw_header(plain_header("Auto-Submitted", "auto-generated"))
        .raw_header(plain_header("X-Auto-Response-Suppress", "All")))
}

fn part(content_type: ContentType, body: &str) -> SinglePart {
    SinglePart::builder().content_type(content_type).body(body.to_owned())
}

fn plain_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn mailbox(name: &str, address: &str, whose: &'static str) -> Result<Mailbox, LetterError> {
    let address: Address = address.parse().map_err(|_| LetterError::Address { whose })?;
    if !AsRef::<str>::as_ref(&address).is_ascii() {
        return Err(LetterError::Address { whose });
    }
    let name = for_header(name, LONGEST_NAME);
    Ok(Mailbox::new(Some(name).filter(|name| !name.is_empty()), address))
}

fn message_id(id: &MessageId) -> Result<String, LetterError> {
    let text = id.as_str();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&byte));
    let has_both =
        text.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty() && !right.contains('@'));
    (is_plain && has_both && text.len() <= 250).then(|| format!("<{text}>")).ok_or(LetterError::MessageId)
}

/// RFC 2046, 5.1.1 allows more signs; letters and digits need no quoting.
fn boundary(text: &str, rendered: &Rendered) -> Result<String, LetterError> {
    let is_plain = (1..=70).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_free = !rendered.text.contains(text) && !rendered.html.contains(text);
    (is_plain && is_free).then(|| text.to_owned()).ok_or(LetterError::Boundary)
}

/// The header's form knows the years 1970 to 9999 only, and lettre panics outside.
fn date(at: Timestamp) -> Result<SystemTime, LetterError> {
    const END_OF_9998: i64 = 253_370_764_799;
    let is_known = (0..=END_OF_9998).contains(&at.as_second());
    SystemTime::try_from(at).ok().filter(|_| is_known).ok_or(LetterError::Date)
}

#[cfg(test)]
mod tests {
    use mail_parser::MessageParser;
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "0af31c@school.example.nz";

    fn rendered() -> Rendered {
        Rendered {
            language: "mi".to_owned(),
            subject: "Tō pūkete mātua mō Kōwhai College".to_owned(),
            text: "Kia ora Tāne,\n\nHarbour4-kettle7-mossy2-lantern\n".to_owned(),
            html: "<p>Kia ora T&#257;ne ā</p>\n".to_owned(),
        }
    }

    fn school() -> rollout::Mailbox {
        rollout::Mailbox { name: "Kōwhai College".to_owned(), email: "office@school.example.nz".to_owned() }
    }

    struct Given {
        from: rollout::Mailbox,
        to: EmailAddress,
        id: MessageId,
    }

    fn given() -> Given {
        Given { from: school(), to: EmailAddress::from_judged("mere@example.nz"), id: MessageId::from(ID) }
    }

    fn frame<'a>(given: &'a Given, to_name: &'a str) -> Frame<'a> {
        Frame {
            from: &given.from,
            reply_to: Some(&given.from),
            to: &given.to,
            to_name,
            date: "2027-02-01T09:00:00+13:00".parse().unwrap(),
            message_id: &given.id,
            boundary: "b0undary",
        }
    }

    fn bytes_to(name: &str) -> Vec<u8> {
        message(&rendered(), &frame(&given(), name)).unwrap()
    }

    /// The lines of the head, those that go on in the next line joined.
    fn head_of(bytes: &[u8]) -> Vec<String> {
        let text = std::str::from_utf8(bytes).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn the_same_letter_gives_the_same_bytes() {
        assert_eq!(bytes_to("Mere Kahurangi"), bytes_to("Mere Kahurangi"));
    }

    #[test]
    fn the_head_is_the_given_one() {
        insta::assert_snapshot!(head_of(&bytes_to("Mere Kahurangi")).join("\n"), @r#"
        From: =?utf-8?b?S8WNd2hhaSBDb2xsZWdl?= <office@school.example.nz>
        To: "Mere Kahurangi" <mere@example.nz>
        Reply-To: =?utf-8?b?S8WNd2hhaSBDb2xsZWdl?= <office@school.example.nz>
        Subject: =?utf-8?b?VMWNIHDFq2tldGUgbcSBdHVhIG3FjSBLxY13aGFp?= College
        Date: Sun, 31 Jan 2027 20:00:00 +0000
        Message-ID: <0af31c@school.example.nz>
        Content-Language: mi
        Auto-Submitted: auto-generated
        X-Auto-Response-Suppress: All
        MIME-Version: 1.0
        Content-Type: multipart/alternative; boundary="b0undary"
        "#);
    }

    #[test]
    fn a_mail_program_reads_subject_text_and_html_with_their_macrons() {
        let bytes = bytes_to("Tāne Māhuta");
        let mail = MessageParser::new().parse(&bytes).unwrap();
        assert_eq!(mail.subject().unwrap(), rendered().subject);
        assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), rendered().text.trim_end());
        assert_eq!(mail.body_html(0).unwrap().replace("\r\n", "\n").trim_end(), rendered().html.trim_end());
        let to = mail.to().unwrap().first().unwrap();
        assert_eq!((to.name().unwrap(), to.address().unwrap()), ("Tāne Māhuta", "mere@example.nz"));
        assert_eq!(mail.from().unwrap().first().unwrap().name().unwrap(), "Kōwhai College");
        assert_eq!(mail.message_id().unwrap(), ID);
        assert_eq!(mail.date().unwrap().to_rfc3339(), "2027-01-31T20:00:00Z");
        assert_eq!(mail.parts.len(), 3, "alternative, text, html");
    }

    #[test]
    fn a_name_cannot_add_a_header() {
        for name in [
            "Mere\r\nBcc: all@example.nz",
            "Mere\nBcc: all@example.nz\n\n<script>",
            "Mere\rBcc: all@example.nz",
            "\" <evil@example.nz>, \"",
            "Mere\\",
            "=?utf-8?q?=0D=0ABcc:_all=40example.nz?=",
            "\u{202E}gro.live",
            &"M".repeat(300),
            &"Mā ".repeat(100),
            "a@b.example, c@d.example",
            "Mere\u{2028}Bcc: x",
        ] {
            let bytes = bytes_to(name);
            assert_one_recipient(&bytes, name);
        }
    }

    fn assert_one_recipient(bytes: &[u8], name: &str) {
        assert!(bytes.iter().all(u8::is_ascii), "{name:?}");
        let lines = bytes.split(|byte| *byte == b'\n');
        assert!(lines.clone().all(|line| line.len() <= 998), "{name:?}");
        let mail = MessageParser::new().parse(bytes).unwrap();
        let names: Vec<&str> = mail.headers().iter().map(mail_parser::Header::name).collect();
        assert_eq!(names, HEADERS, "{name:?}");
        assert_eq!(mail.to().unwrap().iter().count(), 1, "{name:?}");
        assert_eq!(mail.to().unwrap().first().unwrap().address().unwrap(), "mere@example.nz", "{name:?}");
        assert_eq!(mail.body_text(0).unwrap().trim_end(), rendered().text.trim_end().replace('\n', "\r\n"), "{name:?}");
    }

    const HEADERS: [&str; 11] = [
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "Content-Language",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    ];

    proptest! {
        #[test]
        fn no_name_whatever_breaks_a_message(to_name in any::<String>(), from_name in any::<String>()) {
            let mut given = given();
            given.from.name = from_name;
            let bytes = message(&rendered(), &frame(&given, &to_name)).unwrap();
            assert_one_recipient(&bytes, &to_name);
        }

        #[test]
        fn no_subject_whatever_breaks_a_message(subject in any::<String>()) {
            let subject = for_header(&subject, super::super::line::LONGEST_SUBJECT);
            let bytes = message(&Rendered { subject: subject.clone(), ..rendered() }, &frame(&given(), "Mere")).unwrap();
            assert_one_recipient(&bytes, "Mere");
            let mail = MessageParser::new().parse(&bytes).unwrap();
            prop_assert_eq!(mail.subject().unwrap_or_default(), subject);
        }

        #[test]
        fn any_text_comes_through(text in "[^\r]*") {
            let letter = Rendered { text: text.clone(), ..rendered() };
            let given = given();
            let Ok(bytes) = message(&letter, &frame(&given, "Mere")) else { return Ok(()) };
            prop_assert!(bytes.iter().all(u8::is_ascii));
            let mail = MessageParser::new().parse(&bytes).unwrap();
            let read = mail.body_text(0).unwrap().replace("\r\n", "\n");
            prop_assert_eq!(read.trim_end(), text.trim_end());
        }
    }

    #[test]
    fn what_cannot_stand_in_a_message_is_refused() {
        let refused = |change: &dyn Fn(&mut Given)| {
            let mut given = given();
            change(&mut given);
            message(&rendered(), &frame(&given, "Mere")).unwrap_err()
        };
        for address in ["", "mere", "māre@example.nz", "mere@exāmple.nz", "a@b.nz\r\nBcc: c@d.nz", "a@b.nz, c@d.nz"] {
            let error = refused(&|given| given.to = EmailAddress::from_judged(address));
            assert_eq!(error, LetterError::Address { whose: "recipient's" }, "{address:?}");
            assert_eq!(
                refused(&|given| given.from.email = address.to_owned()),
                LetterError::Address { whose: "sender's" }
            );
        }
        for id in ["", "x", "@y", "x@", "a@b@c", "a b@c", "a@b>\r\nBcc: c", "ā@b"] {
            assert_eq!(refused(&|given| given.id = MessageId::from(id)), LetterError::MessageId, "{id:?}");
        }
    }

    #[test]
    fn a_boundary_that_does_not_fit_is_refused() {
        let given = given();
        for boundary in ["", "a b", "a\"b", "a\r\n", "mossy2", &"x".repeat(71)] {
            let frame = Frame { boundary, ..frame(&given, "Mere") };
            assert_eq!(message(&rendered(), &frame), Err(LetterError::Boundary), "{boundary:?}");
        }
    }

    #[test]
    fn dates_that_no_header_can_hold_are_refused() {
        let given = given();
        for date in [Timestamp::MIN, Timestamp::MAX, Timestamp::new(-1, 0).unwrap()] {
            assert_eq!(
                message(&rendered(), &Frame { date, ..frame(&given, "Mere") }),
                Err(LetterError::Date),
                "{date}"
            );
        }
        assert!(message(&rendered(), &Frame { date: Timestamp::UNIX_EPOCH, ..frame(&given, "Mere") }).is_ok());
    }
}
