//! More than one admin, more than one copy of the state: one run at a time, and nobody is reset twice.

use std::process::{Child, Command};

use crate::binary::Project;

#[test]
fn of_two_admins_at_once_one_is_told_or_has_nothing_left_to_do() {
    for _ in 0..5 {
        let project = Project::example("quickstart");
        let start = || project.command(&["apply", "--auto-approve"]).spawn().unwrap();
        let (first, second) = (start(), start());
        let codes = [first, second].map(|child| child.wait_with_output().unwrap().status.code().unwrap());
        assert!(codes.contains(&0) && codes.iter().all(|code| [0, 6].contains(code)), "{codes:?}");
        let passwords = project.effects().iter().filter(|effect| effect["op"] == "set-password").count();
        assert!(passwords == 21 || passwords == 31, "{passwords} passwords after {codes:?}");
        assert_eq!(project.letters().len(), passwords);
    }
}

/// A first run of the quick start that stands still after so many letters, as on a machine that was put to sleep. One that
/// was over before it could be stopped is tried again.
fn stopped_in_the_middle(letters: usize) -> (Project, Child) {
    for _ in 0..50 {
        let project = Project::example("quickstart");
        let mut child = project.command(&["apply", "--auto-approve"]).spawn().unwrap();
        while project.letters().len() < letters && child.try_wait().unwrap().is_none() {}
        if child.try_wait().unwrap().is_some() {
            continue;
        }
        signal(&child, "-STOP");
        if child.try_wait().unwrap().is_none() {
            if (letters..21).contains(&project.letters().len()) {
                return (project, child);
            }
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
    panic!("every run was over before it could be stopped");
}

fn signal(child: &Child, which: &str) {
    let sent = Command::new("kill").args([which, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn ends_with_one_password_each(project: &Project) {
    for _ in 0..2 {
        let said = project.run(&["apply", "--auto-approve"]);
        assert_eq!(said.code, 0, "{}", said.all());
    }
    let mut whose: Vec<String> = project
        .effects()
        .iter()
        .filter(|effect| effect["op"] == "set-password" && effect["replay"] == false)
        .map(|effect| effect["caregiver"].to_string())
        .collect();
    let all = whose.len();
    whose.sort();
    whose.dedup();
    assert_eq!((all, whose.len()), (31, 31), "somebody was reset twice, or never");
}

/// What is being done just now is in the LMS before whoever looks on has read it.
#[test]
fn whoever_looks_on_while_an_apply_is_at_work_is_never_sent_for_another_state() {
    let mut looked = 0;
    for _ in 0..8 {
        let project = Project::example("quickstart");
        let mut child = project.command(&["apply", "--auto-approve"]).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            let said = project.run(&["status"]);
            // For a moment there is no log yet to look on by.
            assert!([0, 6].contains(&said.code), "{}", said.all());
            looked += usize::from(said.err.contains("is at work"));
        }
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert!(looked > 0, "nobody looked on");
}

#[test]
fn while_one_admin_applies_the_other_is_told_who() {
    let (project, mut first) = stopped_in_the_middle(1);
    let second = project.run(&["apply", "--auto-approve"]);
    let looked = project.run(&["plan"]);
    let pid = first.id().to_string();
    let so_far = [project.run(&["status"]), project.run(&["explain", "C1001"])];
    signal(&first, "-CONT");
    assert_eq!(first.wait().unwrap().code(), Some(0));
    for said in [second, looked] {
        assert_eq!(said.code, 6, "{}", said.all());
        assert!(said.err.contains("mere@") && said.err.contains(&pid), "the holder is not named: {}", said.all());
    }
    for said in so_far {
        assert_eq!(said.code, 0, "{}", said.all());
        assert!(said.err.contains("mere@") && said.err.contains("is at work"), "{}", said.all());
        assert!(!said.out.is_empty());
    }
    assert_eq!(project.letters().len(), 21, "the first did all of it, the second none");
    ends_with_one_password_each(&project);
}

#[test]
fn the_lock_of_a_killed_run_is_free_at_once() {
    let (project, mut killed) = stopped_in_the_middle(2);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(project.path().join("state/firstbell.db.lock").exists(), "what it left behind locks nothing");
    assert_eq!(project.run(&["plan"]).code, 0);
    ends_with_one_password_each(&project);
}

/// The folder was copied while a run was live; the run went on, then the copy was put back beside the newer lock and LMS.
#[test]
fn a_state_copied_while_a_run_was_live_resets_nobody_again() {
    let (project, mut run) = stopped_in_the_middle(3);
    let copies: Vec<(String, Vec<u8>)> = std::fs::read_dir(project.path().join("state"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("firstbell.db"))
        .map(|path| (format!("state/{}", path.file_name().unwrap().to_string_lossy()), std::fs::read(&path).unwrap()))
        .collect();
    assert!(copies.iter().any(|(name, _)| name == "state/firstbell.db"));
    signal(&run, "-CONT");
    assert_eq!(run.wait().unwrap().code(), Some(0));
    let before = project.read("state/lms.json.effects.jsonl");
    for left in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(project.path().join(format!("state/firstbell.db{left}")));
    }
    for (name, bytes) in copies {
        project.write(&name, bytes);
    }
    for args in [&["plan"][..], &["apply", "--auto-approve"]] {
        let said = project.run(args);
        assert_eq!(said.code, 5, "{}", said.all());
        assert!(said.err.contains("state repair"), "{}", said.all());
    }
    assert_eq!(before, project.read("state/lms.json.effects.jsonl"), "nothing is done");
}

#[test]
fn only_the_next_activation_can_be_asked_for() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let (rollout, before) = (project.read("rollout.yaml"), project.read("state/lms.json.effects.jsonl"));
    let line = rollout.lines().count() + 1;
    for (number, help) in [(1, ""), (3, "help: write `activation: 2`")] {
        let reissue = format!("reissue: [{{caregiver: C1008, activation: {number}, because: T-131}}]\n");
        project.write("rollout.yaml", format!("{rollout}{reissue}"));
        for args in [&["plan"][..], &["apply", "--auto-approve"]] {
            let said = project.run(args);
            assert_eq!(said.code, 65, "{}", said.all());
            for part in ["rollout::reissue-number", &format!("rollout.yaml:{line}:"), help] {
                assert!(said.err.contains(part), "`{part}` is not said: {}", said.all());
            }
        }
    }
    assert_eq!(before, project.read("state/lms.json.effects.jsonl"), "nothing is done");
}
