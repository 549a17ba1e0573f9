//! A disk that is full before, at the beginning and in the middle of an apply. A limit on the size of files does it,
//! because nobody needs to be the superuser for that: what would grow beyond it is refused by the system.

use std::collections::BTreeMap;
use std::process::Command;

use super::{fresh, no_panic};
use crate::binary::{Project, Said, said};

/// Runs `apply` where no file may have more than so many blocks of 512 bytes.
fn apply_within(project: &Project, blocks: usize, is_killed: bool) -> Said {
    let ignore = if is_killed { "" } else { "trap '' XFSZ;" };
    let line = format!("{ignore} ulimit -f {blocks}; exec \"$@\"");
    let apply = project.command(&["apply", "--auto-approve"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", &line, "sh"]).arg(apply.get_program()).args(apply.get_args()).env_clear();
    for (name, value) in apply.get_envs() {
        value.map(|value| shell.env(name, value));
    }
    said(&shell.output().unwrap())
}

/// Passwords set, replays left out, by caregiver.
fn passwords(project: &Project) -> BTreeMap<String, usize> {
    let mut passwords = BTreeMap::new();
    for effect in project.effects() {
        if effect["op"] == "set-password" && effect["replay"] == false {
            *passwords.entry(effect["caregiver"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    passwords
}

/// With room again, an apply goes on where the other stopped: one password each, one letter each.
fn goes_on(project: &Project, story: &str) {
    let said = project.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 0, "{story}: {}", said.all());
    let passwords = passwords(project);
    assert!(passwords.len() >= 21 && passwords.values().all(|times| *times == 1), "{story}: {passwords:?}");
    assert_eq!(project.letters().len(), passwords.len(), "{story}");
    let verified = project.run(&["state", "verify"]);
    assert_eq!(verified.code, 0, "{story}: {}", verified.all());
}

#[test]
fn a_disk_that_fills_up_at_any_moment_resets_nobody_twice() {
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for blocks in (4..1600).step_by(97).chain([20_000]) {
        let project = fresh();
        let said = apply_within(&project, blocks, false);
        no_panic(&said);
        let begun = passwords(&project).len();
        let end = match said.code {
            0 => "all done",
            1 | 69 if begun == 0 => "nothing begun",
            4 | 10 if begun > 0 => "in the middle",
            _ => panic!("{blocks} blocks, {begun} passwords set: {}", said.all()),
        };
        *ends.entry(end).or_default() += 1;
        if end != "all done" {
            for part in ["can't", "full", "run the same command again"] {
                assert!(said.err.contains(part), "{blocks} blocks: `{part}` is not said: {}", said.all());
            }
            assert!(said.err.contains("state/firstbell.db"), "{}", said.all());
        }
        goes_on(&project, &format!("{blocks} blocks, {end}"));
    }
    assert!(ends.len() == 3 && ends["in the middle"] >= 3, "every moment should have been met: {ends:?}");
}

/// Where the limit kills the process instead, it is one more sudden death.
#[test]
fn a_limit_that_kills_resets_nobody_twice() {
    let mut killed = 0;
    for blocks in [40, 300, 380, 460, 540] {
        let project = fresh();
        let said = apply_within(&project, blocks, true);
        killed += usize::from(said.code == -1 || said.code > 128);
        goes_on(&project, &format!("killed at {blocks} blocks"));
    }
    assert!(killed >= 2, "the limit did not kill");
}

/// A `rollout.lock` that does not fit any more is found before the first effect. (`/dev/full` takes a file, and no byte.)
#[test]
fn no_room_for_the_lock_is_found_before_any_effect() {
    let project = fresh();
    std::os::unix::fs::symlink("/dev/full", project.path().join(".rollout.lock.part")).unwrap();
    let said = project.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.err.contains("`rollout.lock` could not be written, so nothing was done"), "{}", said.all());
    assert!(said.err.contains("No space left on device"), "{}", said.all());
    assert!(passwords(&project).is_empty() && project.letters().is_empty());
    goes_on(&project, "no room for the lock");
}
