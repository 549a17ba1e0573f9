//! Ctrl-C, and a service manager's goodbye, in the middle of the large school's apply.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::no_panic;
use crate::binary::{Project, Said, said};

/// Sends the signal when so many letters more are there. `None` where the apply was done before.
fn interrupted_after(project: &Project, letters: usize, signal: &str) -> Option<Said> {
    let enough = count(project) + letters;
    let mut child = project.command(&["apply", "--auto-approve", "--summary"]).spawn().unwrap();
    while count(project) < enough && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let id = child.id().to_string();
    let sent = Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap();
    let said = said(&child.wait_with_output().unwrap());
    no_panic(&said);
    (sent.success() && said.code != 0).then_some(said)
}

fn count(project: &Project) -> usize {
    let Ok(entries) = std::fs::read_dir(project.path().join("outbox")) else { return 0 };
    entries.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "eml")).count()
}

/// Every password that was set has its letter, and nobody has two.
fn nobody_is_in_doubt(project: &Project) -> usize {
    let mut passwords: BTreeMap<String, usize> = BTreeMap::new();
    for effect in project.effects().iter().filter(|effect| effect["op"] == "set-password") {
        assert_eq!(effect["replay"], false, "nothing had to be taken up again");
        *passwords.entry(effect["caregiver"].to_string()).or_default() += 1;
    }
    assert!(passwords.values().all(|times| *times == 1), "{passwords:?}");
    assert_eq!(count(project), passwords.len());
    passwords.len()
}

fn settles_and_goes_on(signal: &str) {
    let project = Project::example("kowhai-college");
    assert_eq!(project.run(&["apply", "--auto-approve", "--summary"]).code, 0, "the pilot");
    let mut times = 0;
    for letters in [3, 20, 1, 40] {
        let Some(said) = interrupted_after(&project, letters, signal) else { continue };
        assert_eq!(said.code, 130, "{}", said.all());
        assert!(said.err.contains("what is in flight is settled first"), "{}", said.all());
        assert!(said.out.contains("Interrupted") && said.out.contains("Nobody is in doubt"), "{}", said.all());
        assert!(said.out.contains("`firstbell apply` again"), "{}", said.all());
        nobody_is_in_doubt(&project);
        times += 1;
    }
    assert!(times > 0, "the apply was always done before the signal came");
    let last = project.run(&["apply", "--auto-approve", "--summary"]);
    assert_eq!(last.code, 0, "{}", last.all());
    assert!(nobody_is_in_doubt(&project) > 150);
    let verified = project.run(&["state", "verify"]);
    assert_eq!(verified.code, 0, "{}", verified.all());
}

#[test]
fn ctrl_c_settles_what_is_in_flight_and_the_next_apply_goes_on() {
    settles_and_goes_on("INT");
}

#[test]
fn a_service_managers_goodbye_is_taken_like_ctrl_c() {
    settles_and_goes_on("TERM");
}

/// Takes letters and never says so; gives the port, and a word for each letter that is about to come.
fn silent_server() -> (u16, Receiver<()>) {
    let (tell, told) = channel();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        // Those that were taken stay open until the test is over.
        let mut taken = Vec::new();
        for client in listener.incoming() {
            let mut client = client.unwrap();
            client.write_all(b"220 ready\r\n").unwrap();
            let lines = BufReader::new(client.try_clone().unwrap()).lines();
            for line in lines.map_while(Result::ok) {
                let answer = if line == "DATA" { "354 go on\r\n" } else { "250 ok\r\n" };
                client.write_all(answer.as_bytes()).unwrap();
                if line == "DATA" {
                    let _ = tell.send(());
                    break;
                }
            }
            taken.push(client);
        }
    });
    (port, told)
}

/// A mail server may say nothing for ten minutes. Ctrl-C waits for it, and a second one does not; the record says what is in doubt.
#[test]
fn a_second_ctrl_c_ends_it_at_once() {
    let (port, coming) = silent_server();
    let project = crate::smtp::project(&crate::smtp::here(port, ", connections: 1"));
    let mut child = project.command(&["apply", "--auto-approve"]).spawn().unwrap();
    let id = child.id().to_string();
    let interrupt = || Command::new("kill").args(["-INT", &id]).status().unwrap();
    coming.recv_timeout(Duration::from_mins(1)).unwrap();
    assert!(interrupt().success());
    std::thread::sleep(Duration::from_millis(1100));
    assert!(child.try_wait().unwrap().is_none(), "it waits for the server's word");
    assert!(interrupt().success());
    let said = said(&child.wait_with_output().unwrap());
    assert_eq!(said.code, 130, "{}", said.all());
    assert!(
        said.err.contains("Once more ends it at once") && said.err.contains("the next `firstbell apply` settles"),
        "{}",
        said.all()
    );
    let plan = project.run(&["plan"]);
    assert!(plan.out.contains("letter-unknown"), "{}", plan.all());
}

/// A plan writes nothing, so the signal may simply end it: a shell says 130 of that.
#[test]
fn an_interrupted_plan_has_done_nothing() {
    use std::os::unix::process::ExitStatusExt as _;
    let project = Project::example("kowhai-college");
    let mut ended_by_it = false;
    for _ in 0..50 {
        let mut child = project.command(&["plan"]).stdout(std::process::Stdio::null()).spawn().unwrap();
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        let status = child.wait().unwrap();
        ended_by_it |= status.signal() == Some(2);
        assert!(ended_by_it || status.success(), "{status}");
        if ended_by_it {
            break;
        }
    }
    assert!(ended_by_it, "the plan was always done before the signal came");
    assert!(!project.path().join("state/firstbell.db").exists() && !project.path().join("rollout.lock").exists());
}
