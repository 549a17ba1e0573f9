//! Letters over SMTP to a real server: the promise at every stop, and the program as the school's admin runs it.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use firstbell::lms::sandbox;
use firstbell::model::secret::Password;
use jiff::SignedDuration;

use crate::binary::{Project, Said};
use crate::sink::Sink;
use crate::world::{Crash, Crashed, HEAD, World, told};

const ROWS: [&str; 4] = [
    "C1,Mere,Tamihana,mere@example.nz,S1,Āwhina,Tamihana,7,7A,,mother,en,yes,1,",
    "C2,Hōne,Tamihana,hone@example.nz,S1,Āwhina,Tamihana,7,7A,,father,mi,yes,2,",
    "C3,Ana,Tūī,ana@example.com,S2,Rangi,Tūī,7,7B,,mother,en,yes,1,",
    "C4,Lan,Nguyen,lan@example.com,S3,Minh,Nguyen,7,7B,,mother,,yes,1,",
];

fn world(port: u16, at_once: usize) -> World {
    let mut world = World::new("cohorts:\n  - {name: year-7, select: {years: [7]}}\n", &ROWS, "");
    let smtp = format!(
        "letter: letters/welcome, transport: smtp, pace: {{preset: unlimited}}, smtp: {{host: 127.0.0.1, port: {port}, tls: none}}}}"
    );
    let head = HEAD.replace("letter: letters/welcome}", &smtp);
    assert_ne!(head, HEAD);
    world.write("rollout.yaml", &format!("{head}cohorts:\n  - {{name: year-7, select: {{years: [7]}}}}\n"));
    world.at_once = at_once;
    world
}

/// Stopped at every commit and every effect; then the runs that settle it, a quarter of an hour later.
#[test]
fn a_stop_at_any_point_over_a_real_mail_server_resets_nobody_twice() {
    let mut copies_of_one = 0;
    for at_once in [1, 3] {
        let sink = Sink::start(&[]);
        let mut whole = world(sink.port, at_once);
        whole.apply().unwrap();
        let points = whole.crash.seen();
        assert!(points > 20, "there were only {points} points");
        for point in 0..points {
            let sink = Sink::start(&[]);
            let mut world = world(sink.port, at_once);
            world.crash = Crash::at(point);
            let stopped = catch_unwind(AssertUnwindSafe(|| world.apply()));
            assert!(stopped.is_err_and(|payload| payload.is::<Crashed>()), "point {point} was not reached");
            world.crash = Crash::never();
            world.clock.set(firstbell::edge::Clock::now(&world.clock) + SignedDuration::from_mins(16));
            world.settle(3);
            copies_of_one += check(&world, &sink, &format!("stopped at point {point}, {at_once} at once"));
        }
    }
    assert!(copies_of_one > 0, "a stop after a letter was taken must send it again");
}

/// One password each, at least one letter each, copies equal to the byte. How many letters came twice.
fn check(world: &World, sink: &Sink, story: &str) -> usize {
    let names: Vec<String> =
        world.effects().iter().filter_map(|effect| effect["username"].as_str().map(str::to_owned)).collect();
    let taken = sink.letters();
    let mut letters: BTreeMap<&str, BTreeSet<&[u8]>> = BTreeMap::new();
    for (recipient, bytes) in &taken {
        letters.entry(recipient).or_default().insert(bytes);
    }
    assert_eq!(letters.len(), ROWS.len(), "{story}");
    for (recipient, copies) in &letters {
        assert_eq!(copies.len(), 1, "the copies to {recipient} differ, {story}");
        let letter = told(copies.first().unwrap(), &names);
        assert_eq!(letter.to, **recipient, "{story}");
        let accounts = world.path().join("state/lms.json");
        assert!(sandbox::sign_in(&accounts, &letter.username, &Password::new(letter.password)).unwrap(), "{story}");
    }
    let created = world.effects().iter().filter(|effect| effect["op"] == "create" && effect["replay"] != true).count();
    assert_eq!(created, ROWS.len(), "{story}");
    taken.len() - letters.len()
}

/// The quick start with a mail server.
pub(crate) fn project(smtp: &str) -> Project {
    let project = Project::example("quickstart");
    let rollout = project.read("rollout.yaml");
    let at = rollout.find("  transport: outbox\n").unwrap();
    let rest = &rollout[at + "  transport: outbox\n".len()..];
    project.write(
        "rollout.yaml",
        format!("{}  transport: smtp\n  pace: {{preset: unlimited}}\n  smtp: {smtp}\n{rest}", &rollout[..at]),
    );
    project
}

pub(crate) fn here(port: u16, more: &str) -> String {
    format!("{{host: 127.0.0.1, port: {port}, tls: none{more}}}")
}

fn refused(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.code, code, "{}", said.all());
    for word in words {
        assert!(said.err.contains(word), "`{word}` is not in:\n{}", said.all());
    }
}

#[test]
fn the_quick_start_goes_out_through_a_real_mail_server() {
    let sink = Sink::start(&[]);
    let project = project(&here(sink.port, ", connections: 3"));
    let first = project.run(&["apply", "--auto-approve"]);
    assert_eq!(first.code, 0, "{}", first.all());
    assert!(!first.out.contains("outbox/") && project.letters().is_empty(), "{}", first.all());
    let letters = sink.letters();
    assert!(letters.len() > 10, "{}", letters.len());
    let recipients: BTreeSet<&String> = letters.iter().map(|(to, _)| to).collect();
    assert_eq!(recipients.len(), letters.len(), "nobody gets two");
    let again = project.run(&["apply", "--auto-approve"]);
    assert_eq!(again.code, 0, "{}", again.all());
    let is_new = |effect: &&serde_json::Value| effect["op"] == "set-password" && effect["replay"] == false;
    let passwords = project.effects().iter().filter(is_new).count();
    assert_eq!(sink.letters().len(), passwords, "a letter for each password");
}

/// The power goes once the server has so many letters, which go over four connections; then it is applied until done.
#[test]
fn a_run_killed_at_any_moment_leaves_at_most_one_parent_a_connection_in_doubt() {
    for taken in [0, 1, 3, 6, 9, 12, 15, 18] {
        let sink = Sink::start(&[]);
        let project = project(&here(sink.port, ", connections: 4"));
        let mut child = project.command(&["apply", "--auto-approve"]).spawn().unwrap();
        while sink.count() < taken && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let _ = child.kill();
        child.wait().unwrap();
        let listed = project.run(&["state", "list"]).out;
        let in_doubt = listed.lines().filter(|line| line.contains(" setting") || line.contains(" sending")).count();
        assert!(in_doubt <= 4, "after {taken}: {listed}");
        let said = project.run(&["apply", "--auto-approve", "--retry-unknown"]);
        assert_eq!(said.code, 0, "after {taken}: {}", said.all());
        let is_new = |effect: &&serde_json::Value| effect["op"] == "set-password" && effect["replay"] == false;
        let effects = project.effects();
        let mut set: Vec<&str> = effects.iter().filter(is_new).map(|one| one["caregiver"].as_str().unwrap()).collect();
        let passwords = set.len();
        set.sort_unstable();
        set.dedup();
        assert_eq!(set.len(), passwords, "after {taken}: somebody was reset twice");
        // A letter that was on its way may have come twice, as the same bytes.
        let letters: BTreeSet<(String, Vec<u8>)> = sink.letters().into_iter().collect();
        assert_eq!(letters.len(), passwords, "after {taken}: a letter for each password");
    }
}

#[test]
fn a_sample_letter_says_that_it_went() {
    let sink = Sink::start(&[]);
    let project = project(&here(sink.port, ""));
    let said = project.run(&["mail", "test", "--to", "me@kowhai.example.nz"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("took the sample"), "{}", said.all());
    assert_eq!(sink.letters().first().unwrap().0, "me@kowhai.example.nz");
    assert!(!project.path().join("state/firstbell.db").exists(), "nothing is recorded of a sample");
    refused(&project.run(&["mail", "test", "--to", "nobody"]), 64, &["`nobody` is not an email address"]);
}

#[test]
fn a_server_that_is_down_is_found_before_any_password_is_set() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let project = project(&here(port, ""));
    refused(&project.run(&["apply", "--auto-approve"]), 69, &["nothing answers at `127.0.0.1:"]);
    refused(&project.run(&["mail", "test", "--to", "me@example.nz"]), 69, &["check `mail.smtp.port`"]);
    assert!(project.effects().is_empty());
}

#[test]
fn letters_and_secrets_go_only_to_the_host_that_the_machine_binds() {
    let project = project("{host: smtp.evil.example.com, username: office, password: {env: FIRSTBELL_SMTP_PASSWORD}}");
    let apply = ["apply", "--auto-approve"];
    refused(&project.run(&apply), 65, &["FIRSTBELL_SMTP_HOST", "smtp.evil.example.com"]);
    let output = project.command(&apply).env("FIRSTBELL_SMTP_HOST", "smtp.kowhai.example.nz").output().unwrap();
    refused(&crate::binary::said(&output), 65, &["smtp.evil.example.com"]);
    project.edit("rollout.yaml", ", username: office, password: {env: FIRSTBELL_SMTP_PASSWORD}", "");
    refused(&project.run(&apply), 65, &["FIRSTBELL_SMTP_HOST"]);
    assert!(project.effects().is_empty());
}

#[test]
fn refused_addresses_stop_a_run_of_failures_and_leave_nobody_without_a_record() {
    let hard = Sink::start(&["-f", "RCPT"]);
    let project = project(&here(hard.port, ""));
    let said = project.run(&["apply", "--auto-approve"]);
    assert!([8, 10].contains(&said.code), "{}", said.all());
    assert!(said.out.contains("the mail server says 5"), "{}", said.all());
    let verified = project.run(&["state", "verify"]);
    assert_eq!(verified.code, 0, "{}", verified.all());
}

/// The address was right, and the server was not: no second password is needed for that.
#[test]
fn a_refused_letter_is_sent_again_once_the_server_is_mended() {
    let hard = Sink::start(&["-f", "RCPT"]);
    let project = project(&here(hard.port, ""));
    let apply = ["apply", "--auto-approve", "--caregiver", "C1001"];
    let said = project.run(&apply);
    assert_eq!(said.code, 8, "{}", said.all());
    let plan = project.run(&["plan", "--caregiver", "C1001"]);
    assert!(plan.out.contains("resolve ID --letter send-again"), "{}", plan.all());
    refused(&project.run(&["resolve", "C1001", "--letter", "arrived"]), 64, &["it is `rejected`"]);
    let sink = Sink::start(&[]);
    project.edit("rollout.yaml", &format!("port: {}", hard.port), &format!("port: {}", sink.port));
    let again = project.run(&["resolve", "C1001", "--letter", "send-again"]);
    assert_eq!(again.code, 0, "{}", again.all());
    assert_eq!(project.run(&apply).code, 0);
    assert_eq!(sink.letters().len(), 1);
    assert_eq!(project.effects().iter().filter(|effect| effect["op"] == "set-password").count(), 1);
    assert_eq!(project.run(&["state", "verify"]).code, 0);
}

/// What was reviewed is the letter to this address: to another one it goes by another plan.
#[test]
fn the_rest_of_a_saved_plan_goes_to_no_address_that_nobody_reviewed() {
    let busy = Sink::start(&["-r", "RCPT"]);
    let project = project(&here(busy.port, ""));
    let file = project.path().join("plan.json");
    let file = file.to_str().unwrap();
    assert_eq!(project.run(&["plan", "-o", file, "--caregiver", "C1001"]).code, 0);
    let said = project.run(&["apply", file]);
    assert_eq!(said.code, 10, "{}", said.all());
    assert_eq!(project.run(&["apply", file]).code, 10, "the same letter is tried again");
    project.edit("roster/caregivers.csv", "aroha.tamihana@post.example.nz", "somebody.else@example.com");
    let said = project.run(&["apply", file]);
    refused(&said, 5, &["stale", "C1001"]);
    assert_eq!(project.effects().iter().filter(|effect| effect["op"] == "set-password").count(), 1);
}

/// A report that a letter came back, as a mail server writes it.
fn report(message_id: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@example.com\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; example.com\r\n\r\n\
         Final-Recipient: rfc822; x@example.com\r\nAction: {action}\r\nStatus: {status}\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
    )
}

/// From the letter that comes back to the same password at the corrected address, without a reset.
#[test]
fn a_letter_that_came_back_goes_to_the_corrected_address_with_the_same_password() {
    let sink = Sink::start(&[]);
    let project = project(&here(sink.port, ""));
    project.edit("rollout.yaml", "no-email: hold", "no-email: hold\nbounced: resend");
    project.edit("rollout.yaml", "  pace: {preset: unlimited}", "  pace: {preset: unlimited}\n  retain-for-bounce: 7d");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let letters = sink.letters();
    let (address, first) = letters.iter().find(|(to, _)| to.starts_with("mere")).unwrap().clone();
    let id = message_id(&first);
    project.write("mail/new/1", report(&id, "failed", "5.1.1"));
    project.write("mail/cur/2", report(&id, "failed", "5.1.1"));
    project.write("mail/cur/3", report(&message_id(&letters[0].1), "delayed", "4.4.1"));
    project.write("mail/new/4", format!("From: parent@example.com\r\nIn-Reply-To: <{id}>\r\n\r\nThank you! 550\r\n"));
    let maildir = project.path().join("mail");
    let maildir = maildir.to_str().unwrap();
    let read = project.run(&["bounces", maildir]);
    assert_eq!(read.code, 0, "{}", read.all());
    for words in
        ["4 mails read: 1 letter came back", "1 known already", "1 delayed only", "1 no reports", "came back (5.1.1)"]
    {
        assert!(read.out.contains(words), "`{words}` is not in:\n{}", read.all());
    }
    let lock = project.read("rollout.lock");
    let again = project.run(&["bounces", maildir]);
    assert!(again.out.contains("0 letters came back, 2 known already"), "{}", again.all());
    assert_eq!(project.read("rollout.lock"), lock, "reading the same twice changes nothing");
    let held = project.run(&["plan"]);
    assert!(held.out.contains("bounced"), "{}", held.all());
    project.edit("roster/caregivers.csv", &address, "corrected@example.com");
    let before = project.effects().iter().filter(|effect| effect["op"] == "set-password").count();
    let applied = project.run(&["apply", "--auto-approve"]);
    assert_eq!(applied.code, 0, "{}", applied.all());
    let after = project.effects().iter().filter(|effect| effect["op"] == "set-password").count();
    assert_eq!(after, before, "no password is set for it");
    let letters = sink.letters();
    let (_, second) = letters.iter().find(|(to, _)| to == "corrected@example.com").unwrap();
    assert_eq!(password(second), password(&first));
    assert_ne!(message_id(second), id);
    refused(&project.run(&["bounces", "/nowhere/at/all"]), 65, &["/nowhere/at/all"]);
}

pub(crate) fn message_id(letter: &[u8]) -> String {
    mail_parser::MessageParser::default().parse(letter).unwrap().message_id().unwrap().to_owned()
}

fn password(letter: &[u8]) -> String {
    let message = mail_parser::MessageParser::default().parse(letter).unwrap();
    let text = message.body_text(0).unwrap().into_owned();
    text.split_whitespace().find(|word| crate::world::looks_like_a_password(word)).unwrap().to_owned()
}

/// The day's quota: what fits goes, the rest stays planned; `--wait` waits for it, and Ctrl-C ends that.
#[test]
fn what_does_not_fit_today_stays_planned_and_may_be_waited_for() {
    let sink = Sink::start(&[]);
    let project = project(&here(sink.port, ""));
    project.edit("rollout.yaml", "  pace: {preset: unlimited}", "  pace: {per-minute: 10000, per-day: 3}");
    let plan = project.run(&["plan"]);
    assert!(
        plan.out.contains("3 go now at 10,000 emails a minute and 3 in 24 hours; the rest from tomorrow"),
        "{}",
        plan.all()
    );
    let said = project.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 10, "{}", said.all());
    assert!(said.out.contains("3 of ") && said.out.contains(" sent; the rest from tomorrow "), "{}", said.all());
    assert!(said.out.contains(", 3 letters sent"), "{}", said.all());
    assert_eq!(sink.letters().len(), 3);
    let is_new = |effect: &&serde_json::Value| effect["op"] == "set-password" && effect["replay"] == false;
    assert_eq!(project.effects().iter().filter(is_new).count(), 3, "nobody is locked out overnight");
    let mut child = project.command(&["apply", "--auto-approve", "--wait"]).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    let looked = project.run(&["status"]);
    assert_eq!(looked.code, 0, "others may look while it waits: {}", looked.all());
    assert!(child.try_wait().unwrap().is_none(), "it waits");
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let said = crate::binary::said(&child.wait_with_output().unwrap());
    assert_eq!(said.code, 130, "{}", said.all());
    assert!(said.err.contains("Waiting until tomorrow"), "{}", said.all());
    assert_eq!(sink.letters().len(), 3);
}

/// Over two nights, and past a canary's day, until nothing is left; the clock goes on while it waits.
#[test]
fn waiting_goes_on_until_all_is_done() {
    let told = waited("canary: {first: 1, wait: 24h, bounces-below: 50%}", "$ firstbell apply --wait --auto-approve\n");
    assert!(told.contains("the rest of year-7 waits for its canary"), "{told}");
    assert_eq!(told.matches("[exit 0]").count(), 2, "{told}");
}

/// What was reviewed is held against the school again after each night.
#[test]
fn a_reviewed_plan_goes_on_over_the_nights_too() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.json");
    let plan = plan.to_str().unwrap();
    let told = waited("opens: 2027-01-01", &format!("$ firstbell plan -o {plan}\n$ firstbell apply {plan} --wait\n"));
    assert!(told.contains("3 changes of this plan done already; none is repeated."), "{told}");
    assert_eq!(told.matches("[exit 0]").count(), 3, "{told}");
}

/// A story of five letters, of which three may go a day.
fn waited(cohort: &str, commands: &str) -> String {
    let sink = Sink::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let pace = "pace: {per-minute: 600, per-day: 3}, hours: {from: \"08:00\", to: \"18:00\"}";
    let smtp = format!(
        "letter: letters/welcome, transport: smtp, {pace}, smtp: {{host: 127.0.0.1, port: {}, tls: none}}}}",
        sink.port
    );
    write("head.yaml", "");
    write(
        "waits/rollout.yaml",
        &format!(
            "{}cohorts:\n  - {{name: year-7, select: {{years: [7]}}, {cohort}}}\n",
            HEAD.replace("letter: letters/welcome}", &smtp)
        ),
    );
    let row =
        |number: u32| format!("C{number},M,T{number},p{number}@example.nz,S{number},A,T,7,7A,,mother,en,yes,1,\n");
    write("waits/roster.csv", &format!("{}\n{}", crate::world::HEADING, (1..=5).map(row).collect::<String>()));
    write("waits/story.txt", &format!("now 2027-02-01 17:30\nroster roster.csv\n{commands}$ firstbell status\n"));
    let told = crate::story::play_in(&folder.path().join("waits"));
    assert_eq!(sink.letters().len(), 5, "{told}");
    assert!(told.contains("Waiting until"), "{told}");
    assert!(told.contains("5 of 5 active"), "{told}");
    told
}

/// What nobody could find out about a letter, a person says.
#[test]
fn a_person_says_whether_a_letter_arrived() {
    // The server hangs up after the final dot: perhaps it has the letter.
    let sink = Sink::start(&["-q", "."]);
    let project = project(&here(sink.port, ""));
    let said = project.run(&["apply", "--auto-approve", "--caregiver", "C1001"]);
    assert_eq!(said.code, 4, "{}", said.all());
    refused(&project.run(&["resolve", "C1001"]), 64, &["--letter"]);
    refused(
        &project.run(&["resolve", "C1001", "--reset", "done", "--evidence", "x"]),
        64,
        &["nothing is open about the password"],
    );
    let again = project.run(&["resolve", "C1001", "--letter", "send-again", "--evidence", "asked by telephone"]);
    assert_eq!(again.code, 0, "{}", again.all());
    let said = project.run(&["apply", "--auto-approve", "--caregiver", "C1001"]);
    assert_eq!(said.code, 4, "{}", said.all());
    let retried = project.run(&["apply", "--auto-approve", "--caregiver", "C1001", "--retry-unknown"]);
    assert!(retried.err.contains("the same letter") && retried.err.contains("twice"), "{}", retried.all());
    assert_eq!(project.run(&["resolve", "C1001", "--letter", "arrived"]).code, 0);
    refused(&project.run(&["resolve", "C1001", "--letter", "arrived"]), 64, &["nothing is open about the letter"]);
    let passwords = project.effects().iter().filter(|effect| effect["op"] == "set-password").count();
    assert_eq!(passwords, 1);
    assert_eq!(project.run(&["state", "verify"]).code, 0);
}

#[test]
fn a_wrong_password_is_found_before_anything_is_done_and_never_shown() {
    let sink = Sink::start(&["-f", "AUTH"]);
    let project = project(&here(sink.port, ", username: office, password: {env: FIRSTBELL_SMTP_PASSWORD}"));
    let mut command = project.command(&["apply", "--auto-approve"]);
    command.env("FIRSTBELL_SMTP_HOST", "127.0.0.1").env("FIRSTBELL_SMTP_PASSWORD", "open-sesame");
    let said = crate::binary::said(&command.output().unwrap());
    refused(&said, 69, &["does not accept user name and password"]);
    assert!(!said.all().contains("sesame"), "{}", said.all());
    assert!(project.effects().is_empty());
}
