//! The promise again, with the real program and a real `kill -9` at random moments.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::binary::Project;
use crate::world::{SeededRandom, looks_like_a_password};
use firstbell::edge::Random;

/// So many kills, over as many schools as that takes.
const KILLS: usize = 200;
/// So many in one school; then it may come to its end.
const IN_ONE_SCHOOL: usize = 20;

#[test]
fn hundreds_of_kills_reset_nobody_twice() {
    let mut random = SeededRandom::new(26);
    let mut kills = 0;
    while kills < KILLS {
        let project = Project::example("quickstart");
        for _ in 0..IN_ONE_SCHOOL {
            let wait = Duration::from_micros(u64::from(random.below(90_000)));
            kills += usize::from(killed_after(&project, wait));
        }
        // The second apply opens the cohort that waited, the third must have nothing left to do.
        for _ in 0..3 {
            let last = project.run(&["apply", "--auto-approve"]);
            assert_eq!(last.code, 0, "{}", last.all());
        }
        check(&project);
    }
}

/// Runs an apply and kills it after a while; whether it was still running then.
fn killed_after(project: &Project, wait: Duration) -> bool {
    let mut child = project.command(&["apply", "--auto-approve"]).spawn().unwrap();
    std::thread::sleep(wait);
    let was_running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    if !was_running {
        let code = output.status.code();
        assert_eq!(code, Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    was_running
}

/// Every caregiver who got a password got one, and a letter that tells it, once.
fn check(project: &Project) {
    let mut set: BTreeMap<String, usize> = BTreeMap::new();
    for effect in project.effects() {
        if effect["op"] == "set-password" && effect["replay"] == false {
            *set.entry(effect["caregiver"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    assert!(set.len() > 25, "only {} passwords were set", set.len());
    assert!(set.values().all(|times| *times == 1), "somebody was reset twice: {set:?}");
    let letters = project.letters();
    assert_eq!(letters.len(), set.len(), "a letter for each password");
    for letter in letters {
        let message = mail_parser::MessageParser::default().parse(&letter).unwrap();
        let text = message.body_text(0).unwrap().into_owned();
        let password = text.split_whitespace().find(|word| looks_like_a_password(word)).unwrap().to_owned();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let signs_in = lines
            .iter()
            .flat_map(|line| line.split_whitespace())
            .any(|word| word.contains('.') && project.run_with(&["sandbox", "sign-in", word], &password).code == 0);
        assert!(signs_in, "the password in a letter does not sign in:\n{text}");
    }
    let verified = project.run(&["state", "verify"]);
    assert_eq!(verified.code, 0, "{}", verified.all());
}
