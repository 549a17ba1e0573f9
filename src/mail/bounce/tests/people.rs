//! Reports that servers write for people: what their words and numbers say, and which numbers say nothing.

use super::*;

/// Our letter as servers return it, with a telephone number that looks like an answer.
fn letter() -> String {
    format!(
        "From: K\u{14d}whai <office@kowhai.example.nz>\r\nTo: aroha@example.com\r\nSubject: Your parent account\r\n\
         Message-ID: <{ID}>\r\nMIME-Version: 1.0\r\n\r\nKia ora Aroha,\r\nPhone: 09 550 0100\r\n550 5.1.1\r\n"
    )
}

fn from_a_mailer(subject: &str, text: &str) -> Verdict {
    let mail = format!(
        "Received: from mx by mail.example.com with esmtps (Exim 4.94.2)\r\n\
         From: Mail Delivery System <Mailer-Daemon@mail.example.com>\r\nSubject: {subject}\r\n\r\n{text}"
    );
    let read = read_one(&mail);
    assert!(!mail.contains(ID) || read.message_ids.contains(ID));
    read.verdict
}

fn permanent(code: &str) -> Verdict {
    Verdict::Permanent(code.to_owned())
}

fn delayed(code: &str) -> Verdict {
    Verdict::Delayed(code.to_owned())
}

#[test]
fn a_letter_that_is_only_delayed_is_never_marked_whatever_numbers_stand_in_it() {
    let exim = format!(
        "A message that you sent has not yet been delivered to one or more of its\r\nrecipients after more than 24 hours.\r\n\
         Delivery attempts will continue for\r\nsome time, and this warning may be repeated.\r\n\r\n\
         \x20 aroha@example.com\r\n    Delay reason: Connection timed out\r\n\r\n{}",
        letter()
    );
    assert_eq!(from_a_mailer("Warning: message 1abc delayed 24 hours", &exim), delayed("delayed"));
    let greylisted = format!("Still trying: 451 greylisted, try again later\r\n\r\n{}", letter());
    assert_eq!(from_a_mailer("delayed", &greylisted), delayed("451"));
    let enhanced = "It will be retried.\r\nhost said: 451 4.7.1 greylisted\r\n";
    assert_eq!(from_a_mailer("Mail", enhanced), delayed("4.7.1"));
    let both = "Still trying.\r\nhost mx said: 550 5.1.1 no such user\r\n";
    assert_eq!(from_a_mailer("Mail", both), Verdict::Unclear, "words and numbers say different things");
    assert_eq!(from_a_mailer("Warning", "This is a permanent error.\r\n"), Verdict::Unclear);
    assert_eq!(from_a_mailer("Mail", "host a said: 550 no\r\nhost b said: 451 later\r\n"), Verdict::Unclear);
}

#[test]
fn the_number_of_a_version_is_no_status() {
    let exim = format!(
        "This is a permanent error. The following address(es) failed:\r\n\r\n  aroha@example.com\r\n\
         \x20   SMTP error from remote mail server after RCPT TO:<aroha@example.com>:\r\n\
         \x20   host mx [203.0.113.5]: 550 No such user here\r\n\r\n\
         ------ This is a copy of the message, including all the headers. ------\r\n\r\n\
         Received: from office by mail.example.com with esmtps (Exim 4.94.2)\r\n{}",
        letter()
    );
    assert_eq!(from_a_mailer("Mail delivery failed", &exim), permanent("550"));
    assert_eq!(from_a_mailer("Mail", "Exim (4.94.2) on 4.4.1.1 (5.8.1) says hello, 4.4.1\r\n"), Verdict::Unclear);
    for number in ["4.94.2", "5.8.1", "5.1.1000", "5.1.1.1", "3.1.1", "5.1"] {
        assert_eq!(enhanced(number), None, "{number}");
    }
}

#[test]
fn who_gives_up_in_words_needs_no_number() {
    let exim = format!(
        "This is a permanent\r\nerror.\r\n\r\n  aroha@example.com\r\n    Unrouteable address\r\n\r\n{}",
        letter()
    );
    assert_eq!(from_a_mailer("Mail delivery failed", &exim), permanent("failed"));
    let after_days = "The address had permanent fatal errors:\r\n<<< 451 4.4.1 timed out\r\n";
    assert_eq!(from_a_mailer("Returned mail", after_days), permanent("4.4.1"));
    assert_eq!(from_a_mailer("Mail", "This is not a permanent error.\r\n"), delayed("delayed"));
}

#[test]
fn an_answer_counts_where_answers_stand() {
    let table = [
        ("550 No such user", Some("550")),
        ("<<< 550 5.1.1 <aroha@example.com>... User unknown", Some("5.1.1")),
        ("550-5.7.26 refused", Some("5.7.26")),
        ("Remote host said: 550 no such user", Some("550")),
        ("Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'", Some("5.1.10")),
        ("could not be delivered. 550 5.1.10 not found", Some("5.1.10")),
        ("#5.1.1 smtp;550 5.1.1 unknown", Some("5.1.1")),
        ("Sorry, no mailbox here by that name. (#5.1.1)", Some("5.1.1")),
        ("Reason: 550 4.4.7 message expired", Some("550")),
        ("Phone: 550 0100", None),
        ("Phone: 09 550 0100", None),
        ("Phone: 550-0100", None),
        ("we have 550 students", None),
        ("port:55012, 1550, 550th, x550", None),
        ("room 550", None),
        ("see 5.1.1 of the manual", None),
    ];
    for (text, code) in table {
        assert_eq!(from_a_mailer("Mail", &format!("{text}\r\n")), code.map_or(Verdict::Unclear, permanent), "{text}");
    }
}

#[test]
fn what_stands_in_the_returned_letter_says_nothing() {
    for mark in [
        "------ This is a copy of the message, including all the headers. ------\r\n",
        "--- Below this line is a copy of the message.\r\n",
        "   ----- Original message follows -----\r\n",
        "Original message headers:\r\n",
        "Received: from a by b\r\n\twith smtp; 550 x\r\n",
        "From: office@kowhai.example.nz\r\nTo: aroha@example.com\r\nSubject: a\r\n b\r\nMessage-ID: <1@x>\r\n",
    ] {
        let text = format!("Something about your mail.\r\n\r\n{mark}\r\nhost said: 550 5.1.1 no\r\n");
        assert_eq!(from_a_mailer("Mail", &text), Verdict::Unclear, "{mark}");
    }
    let list = "Your message\r\nTo: aroha@example.com\r\nSubject: Welcome\r\n\r\ncould not be delivered: 550 no\r\n";
    assert_eq!(from_a_mailer("Mail", list), permanent("550"), "a list of headers is not yet a letter");
}
