//! The promise again, with the real program and a real `kill -9` at random moments.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::binary::Project;
use crate::world::{SeededRandom, looks_like_a_password};
use firstbell::edge::Random;

/// So many kills, over as many schools as that takes.
const KILLS: usize = 200;

#[test]
fn hundreds_of_kills_reset_nobody_twice() {
    let mut random = SeededRandom::new(26);
    let (mut kills, mut schools) = (0, 0);
    while kills < KILLS {
        let project = Project::example("quickstart");
        let mut in_this_school = 0;
        loop {
            // Later and later, so that a machine which is busy with other things comes to the end as well.
            let longest = 60_000 + 1_000 * u32::try_from(in_this_school).unwrap();
            let wait = Duration::from_micros(u64::from(random.below(longest)));
            if !killed_after(&project, wait) {
                break;
            }
            in_this_school += 1;
            assert!(in_this_school < 400, "the apply never comes to its end");
        }
        let last = project.run(&["apply", "--auto-approve"]);
        assert_eq!(last.code, 0, "{}", last.all());
        check(&project);
        kills += in_this_school;
        schools += 1;
    }
    assert!(schools > 1, "the kills were spread over {schools} schools only");
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
