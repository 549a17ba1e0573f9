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

#[test]
fn the_program_proves_it_by_itself_wherever_it_stands() {
    let project = Project::empty();
    let temporary = project.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let key = project.home().join(".config/firstbell/key");
    // A folder that is no project, and a key that must stay out of it.
    let mut command = project.command(&["selftest", "--crash", "--rounds", "3", "--seed", "26"]);
    let said = crate::binary::said(&command.env("TMPDIR", &temporary).env("FIRSTBELL_KEY", "no key").output().unwrap());
    assert_eq!(said.code, 0, "{}", said.all());
    let figure = |what: &str| -> usize {
        let line =
            said.out.lines().find(|line| line.ends_with(what)).unwrap_or_else(|| panic!("{what}: {}", said.all()));
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    assert!(figure("runs killed") > 0, "{}", said.all());
    assert_eq!(figure("passwords set"), 4 * 30);
    for nothing in ["second resets", "lost letters", "letters sent twice", "passwords that don't sign in"] {
        assert_eq!(figure(nothing), 0);
    }
    assert!(said.out.contains("journal mode wal, synchronous full") && said.out.ends_with("\nAll held.\n"));
    assert!(std::fs::read_dir(&temporary).unwrap().next().is_none(), "it cleans up");
    assert!(!key.exists(), "the key of the one who tries it is not touched");
}

#[test]
fn a_selftest_from_which_somebody_takes_a_letter_fails_and_keeps_the_folder() {
    let project = Project::empty();
    let mut command = project.command(&["selftest", "--crash", "--rounds", "1", "--in", "."]);
    let mut child = command.current_dir(project.path()).spawn().unwrap();
    let mut taken = None;
    while taken.is_none() && child.try_wait().unwrap().is_none() {
        taken = letter_in_a_round(&project).filter(|path| std::fs::remove_file(path).is_ok());
    }
    let said = crate::binary::said(&child.wait_with_output().unwrap());
    assert!(taken.is_some() && said.code == 1, "{}", said.all());
    assert!(said.out.contains("      1  lost letters\n") && !said.out.contains("All held"), "{}", said.all());
    let kept = std::fs::read_dir(project.path()).unwrap().next().expect("the folder is kept").unwrap().file_name();
    assert!(said.err.contains(kept.to_str().unwrap()), "{}", said.all());
}

/// A letter of the selftest that is running in the project's folder.
fn letter_in_a_round(project: &Project) -> Option<std::path::PathBuf> {
    let below = |path: &std::path::Path| std::fs::read_dir(path).ok()?.next()?.ok().map(|entry| entry.path());
    let round = below(&below(&project.path())?)?;
    let outbox = std::fs::read_dir(round.join("project/outbox")).ok()?;
    outbox.filter_map(|entry| Some(entry.ok()?.path())).find(|path| path.extension().is_some_and(|end| end == "eml"))
}

#[test]
fn a_selftest_that_cannot_be_tried_says_why() {
    let project = Project::empty();
    let nowhere = project.run(&["selftest", "--crash", "--in", "not-there"]);
    assert!(nowhere.code == 1 && nowhere.err.contains("not-there"), "{}", nowhere.all());
    let fixed = project.run(&["selftest", "--crash", "--now", "2027-02-01T09:00:00Z"]);
    assert!(fixed.code == 64 && fixed.err.contains("--now"), "{}", fixed.all());
    assert_eq!(project.run(&["selftest"]).code, 64);
    assert_eq!(project.run(&["selftest", "--crash", "--rounds", "0"]).code, 64);
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
