//! Reports as mail servers write them, and mails that are none.

use super::*;

const ID: &str = "0123456789abcdef0123456789abcdef@kowhai.example.nz";

fn report(action: &str, status: &str, third: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mail.example.com (Mail Delivery System)\r\nTo: office@kowhai.example.nz\r\nSubject: Undelivered\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.com\r\n\r\n\
         Final-Recipient: rfc822; aroha@example.com\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b\r\n{third}\r\n--b--\r\n"
    )
}

fn headers() -> String {
    format!("Content-Type: text/rfc822-headers\r\n\r\nSubject: Welcome\r\nMessage-ID: <{ID}>\r\n")
}

/// The one report that a mail is.
fn read_one(mail: &str) -> Returned {
    let mut reports = read(mail.as_bytes());
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.remove(0)
}

fn verdict(mail: &str) -> Verdict {
    read_one(mail).verdict
}

#[test]
fn a_report_by_the_book_says_failed_delayed_or_delivered() {
    let permanent = read_one(&report("failed", "5.1.1", &headers()));
    assert_eq!(permanent.verdict, Verdict::Permanent("5.1.1".into()));
    assert!(permanent.message_ids.contains(ID), "{:?}", permanent.message_ids);
    assert_eq!(verdict(&report("delayed", "4.4.1", &headers())), Verdict::Delayed("4.4.1".into()));
    assert_eq!(verdict(&report("delivered", "2.0.0", &headers())), Verdict::NoReport);
    assert_eq!(verdict(&report("relayed", "2.0.0", &headers())), Verdict::NoReport);
}

#[test]
fn a_server_that_gives_up_after_a_delay_has_failed() {
    assert_eq!(verdict(&report("failed", "4.4.7", &headers())), Verdict::Permanent("4.4.7".into()));
}

#[test]
fn the_whole_letter_may_come_back_too() {
    let whole =
        format!("Content-Type: message/rfc822\r\n\r\nMessage-ID: <{ID}>\r\nSubject: Welcome\r\n\r\nKia ora\r\n");
    assert!(read_one(&report("failed", "5.1.1", &whole)).message_ids.contains(ID));
}

#[test]
fn a_message_id_is_found_in_an_encoded_part_too() {
    // base64 of `Message-ID: <…>`, as some servers wrap what they return.
    let third = "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n\
         TWVzc2FnZS1JRDogPDAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmQGtvd2hhaS5leGFtcGxlLm56Pg==\r\n";
    assert!(read_one(&report("failed", "5.1.1", third)).message_ids.contains(ID));
}

/// Forwarded by the office as text: somebody must read it.
#[test]
fn a_report_that_was_pasted_into_a_mail_is_not_lost() {
    let pasted = format!(
        "From: office@kowhai.example.nz\r\nSubject: Fwd: Undelivered\r\n\r\nsee below\r\n> Status: 5.1.1\r\n> Message-ID: <{ID}>\r\n"
    );
    let read = read_one(&pasted);
    assert!(read.verdict == Verdict::Unclear && read.message_ids.contains(ID), "{read:?}");
    let answer = format!("From: mere@example.nz\r\nIn-Reply-To: <{ID}>\r\nSubject: Re: Welcome\r\n\r\nThank you!\r\n");
    assert_eq!(read_one(&answer).verdict, Verdict::NoReport);
    let daemon =
        format!("From: mailer-daemon.smith@example.nz\r\nSubject: Re\r\n\r\nPlease permanently remove me <{ID}>\r\n");
    assert_eq!(read_one(&daemon).verdict, Verdict::NoReport);
}

#[test]
fn servers_that_write_for_people_only_are_understood() {
    let qmail = format!(
        "From: MAILER-DAEMON@example.com\r\nSubject: failure notice\r\n\r\n\
         Hi. This is the qmail-send program.\r\n<aroha@example.com>:\r\nRemote host said: 550 no such user\r\n\
         --- Below this line is a copy of the message.\r\n\r\nMessage-ID: <{ID}>\r\n"
    );
    assert_eq!(read_one(&qmail).verdict, Verdict::Permanent("550".into()));
    assert!(read_one(&qmail).message_ids.contains(ID));
    let exim = format!(
        "From: someone@example.com\r\nX-Failed-Recipients: aroha@example.com\r\nSubject: Mail delivery failed\r\n\r\n\
         SMTP error from remote mail server: 550-5.7.26 refused\r\n\r\nMessage-ID: <{ID}>\r\n"
    );
    assert!(matches!(verdict(&exim), Verdict::Permanent(_)));
    let slow = "From: postmaster@example.com\r\nSubject: Warning\r\n\r\nstill trying: 4.4.1 no answer\r\n";
    assert_eq!(verdict(slow), Verdict::Delayed("4.4.1".into()));
    assert_eq!(verdict("From: postmaster@example.com\r\n\r\nsomething about your message\r\n"), Verdict::Unclear);
}

#[test]
fn fields_may_be_folded() {
    let folded = report("\r\n failed (permanent)", "\r\n\t5.2.1 (full)", &headers());
    assert_eq!(verdict(&folded), Verdict::Permanent("5.2.1".into()));
}

#[test]
fn a_report_names_its_recipients_and_says_whether_their_fates_differ() {
    let one = read_one(&report("failed", "5.1.1", "Content-Type: text/plain\r\n\r\nnothing\r\n"));
    assert_eq!((one.recipients.len(), one.differs), (1, false));
    assert!(one.recipients.contains("aroha@example.com") && one.message_ids.is_empty());
    let second = "5.1.1\r\n\r\nFinal-Recipient: rfc822;\r\n <Hemi@Example.com>\r\nAction: delayed\r\nStatus: 4.4.1";
    let two = read_one(&report("failed", second, &headers()));
    assert!(two.differs && two.recipients.contains("hemi@example.com"), "{two:?}");
}

fn forwarded(inner: &[&str]) -> String {
    let part = |parts, mail: &&str| format!("{parts}--c\r\nContent-Type: message/rfc822\r\n\r\n{mail}\r\n");
    let parts = inner.iter().fold(String::new(), part);
    format!(
        "From: Ngaire <ngaire@kowhai.example.nz>\r\nTo: office@kowhai.example.nz\r\nSubject: FW: Undelivered\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"c\"\r\n\r\n\
         --c\r\nContent-Type: text/plain\r\n\r\nSee this.\r\n{parts}--c--\r\n"
    )
}

#[test]
fn reports_that_somebody_forwards_as_attachments_count_one_by_one() {
    let other = "fedcba9876543210fedcba9876543210@kowhai.example.nz";
    let (gone, slow) =
        (report("failed", "5.1.1", &headers()), report("delayed", "4.4.1", &headers().replace(ID, other)));
    assert_eq!(verdict(&forwarded(&[&gone])), Verdict::Permanent("5.1.1".into()));
    let both = read(forwarded(&[&gone, &slow]).as_bytes());
    let both: Vec<_> = both.iter().map(|one| (&one.verdict, one.message_ids.iter().collect::<Vec<_>>())).collect();
    let (permanent, delayed) = (Verdict::Permanent("5.1.1".into()), Verdict::Delayed("4.4.1".into()));
    assert_eq!(both, [(&permanent, vec![&ID.to_owned()]), (&delayed, vec![&other.to_owned()])]);
    let letter = format!("From: office@kowhai.example.nz\r\nMessage-ID: <{ID}>\r\n\r\nKia ora, 550 5.1.1\r\n");
    assert_eq!(verdict(&forwarded(&[&letter])), Verdict::NoReport, "a letter that is shown to somebody is none");
}

#[test]
fn a_parents_answer_is_no_report_though_it_names_the_letter() {
    let answer = format!(
        "From: Aroha <aroha@example.com>\r\nIn-Reply-To: <{ID}>\r\nSubject: Re: Welcome\r\n\r\nIt says 550 5.1.1, help!\r\n"
    );
    assert_eq!(verdict(&answer), Verdict::NoReport);
    let away =
        format!("From: aroha@example.com\r\nAuto-Submitted: auto-replied\r\nReferences: <{ID}>\r\n\r\nAway.\r\n");
    assert_eq!(verdict(&away), Verdict::NoReport);
}

#[test]
fn an_mbox_is_taken_apart_and_its_quoting_undone() {
    let text =
        "From a Mon Mar  2\nSubject: one\n\n>From here\nbody\n\nFrom b Mon Mar  2\nSubject: two\n\nFrom the start\n\n";
    let mails = mbox(text.as_bytes()).unwrap();
    let mails: Vec<String> = mails.into_iter().map(|mail| String::from_utf8(mail).unwrap()).collect();
    assert_eq!(mails.first().unwrap(), "Subject: one\n\nFrom here\nbody\n\n");
    assert_eq!(mails.len(), 3, "a line that looks like an envelope after a gap is one: {mails:?}");
    assert_eq!(mbox(format!("\r\n\n{text}").as_bytes()).unwrap().len(), 3, "empty lines above the first are nothing");
    assert!(mbox(b"Subject: one\n\nbody\n").is_none());
}

#[test]
fn only_ids_of_our_form_count() {
    assert_eq!(ids_in("<x@y.nz> <0123456789ABCDEF0123456789abcdef@Kowhai.example.nz.> 123@a.nz"), [ID]);
    assert!(ids_in(&format!("f{ID}")).is_empty(), "33 digits are not ours");
}

mod people;

proptest::proptest! {
    #[test]
    fn arbitrary_bytes_are_read_without_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
        let _ = read(&bytes);
        let _ = mbox(&bytes);
        let mut with_head = b"From: MAILER-DAEMON@x\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n".to_vec();
        with_head.extend_from_slice(&bytes);
        let _ = read(&with_head);
    }

    #[test]
    fn arbitrary_words_of_a_mailer_are_read_without_panic(text in "[0-5 .#(:;\\-\n\tāé<>]{0,80}") {
        let _ = read(format!("From: MAILER-DAEMON@x\nContent-Type: text/plain; charset=utf-8\n\n{text}").as_bytes());
    }
}
