//! One run at a time, whoever asks and from wherever; and who was away too long can't write.

use std::process::{Child, Command};

use super::Shared;

fn signal(child: &Child, which: &str) {
    let sent = Command::new("kill").args([which, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Two processes make the same state at the same moment, 200 times: one of them does, the other is told so, and none waits for ever.
#[test]
fn of_two_at_the_same_moment_one_wins() {
    let shared = Shared::quickstart();
    shared.finish();
    let file = shared.project.path().join("state.jsonl");
    let import = ["state", "import", file.to_str().unwrap()];
    assert_eq!(shared.run(&["state", "export", import[2]]).code, 0);
    let lock = shared.project.read("rollout.lock");
    let mut told = [0, 0];
    for round in 0..200 {
        shared.database.empty();
        let racers = [(); 2].map(|()| shared.command(&import).spawn().unwrap());
        let ended = racers.map(|child| crate::binary::said(&child.wait_with_output().unwrap()));
        let (winners, losers): (Vec<_>, Vec<_>) = ended.iter().partition(|said| said.code == 0);
        assert_eq!((winners.len(), losers.len()), (1, 1), "round {round}: {}{}", ended[0].all(), ended[1].all());
        match losers[0].code {
            1 => assert!(losers[0].err.contains("there is a state already"), "{}", losers[0].all()),
            6 => assert!(losers[0].err.contains("locked by mere@"), "{}", losers[0].all()),
            _ => panic!("round {round}: {}", losers[0].all()),
        }
        told[usize::from(losers[0].code == 6)] += 1;
        assert_eq!(shared.project.read("rollout.lock"), lock);
    }
    assert_eq!(told[0] + told[1], 200);
    shared.check();
}

/// A first run that stands still after so many letters, as on a machine that was put to sleep.
fn stopped_in_the_middle(letters: usize) -> (Shared, Child) {
    for _ in 0..50 {
        let shared = Shared::quickstart();
        let mut child = shared.command(&["apply", "--auto-approve"]).spawn().unwrap();
        while shared.project.letters().len() < letters && child.try_wait().unwrap().is_none() {}
        signal(&child, "-STOP");
        if (letters..21).contains(&shared.project.letters().len()) && child.try_wait().unwrap().is_none() {
            return (shared, child);
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    panic!("every run was over before it could be stopped");
}

#[test]
fn while_one_admin_applies_the_other_is_told_who() {
    let (shared, mut first) = stopped_in_the_middle(1);
    let second = shared.run(&["apply", "--auto-approve"]);
    let looked = shared.run(&["plan"]);
    let so_far = shared.run(&["status"]);
    signal(&first, "-CONT");
    assert_eq!(first.wait().unwrap().code(), Some(0));
    assert_eq!(so_far.code, 0, "{}", so_far.all());
    assert!(so_far.err.contains("mere@") && so_far.err.contains("is at work"), "{}", so_far.all());
    for said in [second, looked] {
        assert_eq!(said.code, 6, "{}", said.all());
        assert!(said.err.contains("mere@") && said.err.contains(&first.id().to_string()), "{}", said.all());
    }
    assert_eq!(shared.project.letters().len(), 21, "the first did all of it, the second none");
    shared.finish();
    shared.check();
}

#[test]
fn the_lock_of_a_killed_run_is_free_at_once() {
    let (shared, mut killed) = stopped_in_the_middle(2);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(shared.run(&["plan"]).code, 0);
    shared.finish();
    shared.check();
}

/// The server gave up on a run that was asleep, another run did the work, and then the first wakes up.
#[test]
fn who_slept_while_another_took_over_can_not_write() {
    for letters in [1, 5, 12] {
        let (shared, sleeper) = stopped_in_the_middle(letters);
        shared.database.cut();
        shared.finish();
        let events = |shared: &Shared| shared.run(&["state", "show"]).out;
        let before = (events(&shared), shared.project.read("rollout.lock"));
        signal(&sleeper, "-CONT");
        let woken = sleeper.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&woken.stderr).into_owned();
        // 4 where it had an effect to record, 10 where it had some before, 6 where it had none.
        assert!([4, 6, 10].contains(&woken.status.code().unwrap()), "{woken:?}");
        assert!(said.contains("took over"), "{said}");
        assert_eq!((events(&shared), shared.project.read("rollout.lock")), before, "it has written");
        // One effect may have been in its hands between its commit and the LMS (docs/postgres.md).
        shared.check_with(1);
    }
}

/// A reader does not keep a writer out for longer than it reads.
#[test]
fn readers_share_and_a_writer_comes_behind_them() {
    let shared = Shared::quickstart();
    shared.finish();
    let readers: Vec<Child> = (0..4).map(|_| shared.command(&["plan"]).spawn().unwrap()).collect();
    for reader in readers {
        assert_eq!(reader.wait_with_output().unwrap().status.code(), Some(0));
    }
    assert_eq!(shared.run(&["apply", "--auto-approve"]).code, 0);
}
