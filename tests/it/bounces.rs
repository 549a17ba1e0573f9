//! Mails that came back, as the program reads them out of an exported mailbox.

use crate::binary::Project;
use crate::sink::Sink;
use crate::smtp::{here, message_id, project};

/// The quick start, its letters sent: recipient and Message-ID of each.
fn sent() -> (Project, Vec<(String, String)>) {
    let sink = Sink::start(&[]);
    let project = project(&here(sink.port, ""));
    let said = project.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let letters = sink.letters().into_iter().map(|(to, bytes)| (to, message_id(&bytes))).collect();
    (project, letters)
}

/// A report with these fields for each recipient, and these headers of what it is about.
fn report(fields: &[(&str, &str, &str)], headers: &str) -> String {
    let fields = fields.iter().fold(String::new(), |fields, (to, action, status)| {
        format!("{fields}\nFinal-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n")
    });
    format!(
        "From: MAILER-DAEMON@example.com\nSubject: Undelivered\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.com\n{fields}\n\
         --b\nContent-Type: text/rfc822-headers\n\n{headers}\n--b--\n"
    )
}

fn bounces(project: &Project, name: &str) -> String {
    let said = project.run(&["bounces", project.path().join(name).to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.all());
    said.out
}

fn has(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "`{words}` is not in:\n{text}");
    }
}

#[test]
fn one_report_about_several_letters_marks_each_of_them_or_none() {
    let (project, letters) = sent();
    let [(first, one), (second, two), (third, three), (fourth, four), ..] = letters.as_slice() else {
        panic!("too few letters: {letters:?}")
    };
    let both = |a: &str, b: &str| format!("Message-ID: <{a}>\nSubject: a\nMessage-ID: <{b}>\n");
    project.write("two.eml", report(&[(first, "failed", "5.1.1"), (second, "failed", "5.1.1")], &both(one, two)));
    has(&bounces(&project, "two.eml"), &["1 mail read: 2 letters came back."]);
    has(&bounces(&project, "two.eml"), &["0 letters came back, 2 known already"]);
    let lock = project.read("rollout.lock");
    project.write("mixed.eml", report(&[(third, "failed", "5.1.1"), (fourth, "delayed", "4.4.1")], &both(three, four)));
    has(&bounces(&project, "mixed.eml"), &["0 letters came back, 2 unclear", "read it yourself"]);
    assert_eq!(project.read("rollout.lock"), lock, "which of the two failed is not known");
}

#[test]
fn a_copy_that_failed_beside_a_letter_that_arrived_marks_nobody() {
    let (project, letters) = sent();
    let (to, id) = &letters[0];
    let header = format!("Message-ID: <{id}>\n");
    let copy = ("backup-copy@archive.example.com", "failed", "5.1.1");
    project.write("copy.eml", report(&[(to, "delivered", "2.0.0"), copy], &header));
    has(&bounces(&project, "copy.eml"), &["1 mail read: 0 letters came back, 1 no reports."]);
    project.write("others.eml", report(&[("x@example.com", "delayed", "4.0.0"), copy], &header));
    has(&bounces(&project, "others.eml"), &["0 letters came back, 1 unclear", "read it yourself"]);
    project.write("own.eml", report(&[copy, (to, "failed", "5.2.2"), ("x@example.com", "relayed", "2.0.0")], &header));
    has(&bounces(&project, "own.eml"), &["1 letter came back"]);
}

/// A full mailbox, or a report that was misread: the address is right, and the password is still sealed.
#[test]
fn a_letter_that_came_back_from_a_right_address_goes_again_with_the_same_password() {
    let sink = Sink::start(&[]);
    let project = project(&here(sink.port, ""));
    project.edit("rollout.yaml", "  smtp: {host", "  retain-for-bounce: 7d\n  smtp: {host");
    let said = project.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let letters = sink.letters();
    let (to, bytes) = letters[0].clone();
    let id = message_id(&bytes);
    project.write("full.eml", report(&[(&to, "failed", "5.2.2")], &format!("Message-ID: <{id}>\n")));
    has(&bounces(&project, "full.eml"), &["1 letter came back"]);
    let plan = project.run(&["plan", "--personal", "full"]);
    let fix = "`firstbell resolve ";
    assert!(plan.out.contains("If the address is right") && plan.out.contains(fix), "{}", plan.all());
    let who = plan.out.split(fix).nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let again = project.run(&["resolve", &who, "--letter", "send-again", "--evidence", "the mailbox was full"]);
    assert_eq!(again.code, 0, "{}", again.all());
    let applied = project.run(&["apply", "--auto-approve"]);
    assert_eq!(applied.code, 0, "{}", applied.all());
    let sent = sink.letters();
    let same: Vec<_> = sent.iter().filter(|(_, bytes)| message_id(bytes) == id).collect();
    assert_eq!(same.len(), 2, "the same letter once more");
    assert_eq!(same[0].1, same[1].1);
    has(&bounces(&project, "full.eml"), &["1 letter came back"]);
    let arrived = project.run(&["resolve", &who, "--letter", "arrived", "--evidence", "they have it"]);
    assert_eq!(arrived.code, 0, "{}", arrived.all());
    assert!(!project.run(&["plan"]).out.contains("bounced"));
    // The report lies in the mailbox still.
    let old = format!("Date: Mon, 1 Jan 2001 00:00:00 +0000\n{}", project.read("full.eml"));
    project.write("full.eml", old);
    has(&bounces(&project, "full.eml"), &["0 letters came back, 1 known already"]);
    assert!(!project.run(&["plan"]).out.contains("bounced"));
}

#[test]
fn a_file_that_is_no_mail_is_refused_by_its_name_and_an_empty_mailbox_is_not() {
    let (project, letters) = sent();
    let (to, id) = &letters[0];
    project.write("back.eml", report(&[(to, "failed", "5.1.1")], &format!("Message-ID: <{id}>\n")));
    project.write("caregivers.txt", "caregiver-id,email\nC1001,a@example.nz\n");
    std::fs::write(project.path().join("back.msg"), b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0").unwrap();
    let path = |name: &str| project.path().join(name).to_str().unwrap().to_owned();
    for (name, kind) in
        [("caregivers.txt", "is no mail and no mbox file"), ("back.msg", "is Outlook's own kind of file")]
    {
        let said = project.run(&["bounces", &path("back.eml"), &path(name)]);
        assert_eq!(said.code, 65, "{}", said.all());
        has(&said.err, &[name, kind, "as .eml files or as an mbox file; nothing was recorded"]);
    }
    project.write("Inbox", "");
    has(&bounces(&project, "Inbox"), &["0 mails read: 0 letters came back."]);
    has(&bounces(&project, "back.eml"), &["1 mail read: 1 letter came back."]);
}

#[test]
fn mbox_files_in_a_folder_are_read_and_what_is_no_mail_is_named() {
    let (project, letters) = sent();
    let mails: Vec<String> =
        letters.iter().map(|(to, id)| report(&[(to, "failed", "5.1.1")], &format!("Message-ID: <{id}>\n"))).collect();
    project
        .write("saved/Bounces.mbox", format!("\nFrom a Mon Mar  2\n{}\nFrom b Mon Mar  2\n{}\n", mails[0], mails[1]));
    project.write("saved/Bounces.msf", "// an index");
    project.write("saved/third.EML", &mails[2]);
    project.write("saved/deeper/fourth.eml", &mails[3]);
    let said = bounces(&project, "saved");
    has(&said, &["3 mails read: 3 letters came back", "Not read: 2 entries", "Bounces.msf", "deeper"]);
    assert!(!said.contains("Bounces.mbox"), "{said}");
    project.write("empty/notes.txt", "nothing");
    has(&bounces(&project, "empty"), &["0 mails read", "Not read: 1 entry", "notes.txt"]);
}

#[test]
fn a_report_that_names_no_letter_is_shown_with_its_address_and_marks_nobody() {
    let (project, letters) = sent();
    let (address, id) = letters.first().unwrap();
    let fields = [(&*address.to_uppercase(), "failed", "5.1.1")];
    project.write("nameless.eml", report(&fields, "Subject: Welcome\n"));
    let lock = project.read("rollout.lock");
    let said = bounces(&project, "nameless.eml");
    has(&said, &["0 letters came back, 1 unclear.", "names no letter: read it yourself", "nameless.eml"]);
    assert!(!said.contains(address.as_str()), "addresses are masked: {said}");
    let path = project.path().join("nameless.eml");
    let full = project.run(&["--personal", "full", "bounces", path.to_str().unwrap()]);
    has(&full.out, &[address]);
    assert_eq!(project.read("rollout.lock"), lock);
    // A letter of ours that is nobody's last, and an address that nobody wrote to.
    let domain = id.split_once('@').unwrap().1;
    project.write("older.eml", report(&fields, &format!("Message-ID: <{}@{domain}>\n", "0".repeat(32))));
    project.write("stranger.eml", report(&[("nobody@example.com", "failed", "5.1.1")], ""));
    for name in ["older.eml", "stranger.eml"] {
        has(&bounces(&project, name), &["1 about letters that are nobody's last"]);
    }
    project.write("known.eml", report(&fields, &format!("Message-ID: <{id}>\n")));
    has(&bounces(&project, "known.eml"), &["1 letter came back"]);
    has(&bounces(&project, "nameless.eml"), &["0 letters came back, 1 known already."]);
}
