//! A disk that is full before, at the beginning and in the middle of an apply, for anybody who runs the tests: a few lines
//! of C in front of the system's library refuse what does not fit (the C compiler is needed to build SQLite anyway), and
//! a limit on the size of files does the same in another way.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{fresh, no_panic};
use crate::binary::{Project, Said, said};

/// Builds the library that makes the disk small.
fn small_disk(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bad_input/full_disk.c");
    let library = folder.join("full_disk.so");
    let built =
        Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").output();
    let built = built.unwrap_or_else(|error| panic!("this test needs the C compiler that builds SQLite: {error}"));
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    library
}

/// Runs `apply` with room for so many bytes more.
fn apply_with_room(project: &Project, library: &Path, room: usize) -> Said {
    let mut command = project.command(&["apply", "--auto-approve"]);
    command.env("LD_PRELOAD", library).env("DISK_ROOM", room.to_string());
    said(&command.output().unwrap())
}

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

/// Says how an apply without room ended, having checked that it said so: what was not to be done, and what to do.
fn end(project: &Project, said: &Said, story: &str) -> &'static str {
    no_panic(said);
    // A line that was cut short has not happened; the next apply cuts it off.
    let log = project.read("state/lms.json.effects.jsonl");
    let begun = log.lines().any(|line| line.contains("set-password"));
    let end = match said.code {
        0 => return "all done",
        1 | 69 if !begun => "nothing begun",
        // The record of a certain no may be what found no room: that counts as "after an effect" too.
        4 => "in the middle",
        10 | 69 if begun => "in the middle",
        _ => panic!("{story}, begun: {begun}: {}", said.all()),
    };
    let is_told = ["disk", "space", "too large"].iter().any(|word| said.all().contains(word));
    assert!(is_told, "{story}: nothing is said of the disk: {}", said.all());
    end
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

/// One apply for each amount of room; every kind of end must have been met.
fn no_room_resets_nobody_twice(rooms: impl Iterator<Item = usize>, apply: impl Fn(&Project, usize) -> Said) {
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for room in rooms {
        let project = fresh();
        let said = apply(&project, room);
        let story = format!("room for {room}");
        *ends.entry(end(&project, &said, &story)).or_default() += 1;
        goes_on(&project, &story);
    }
    assert!(ends.len() == 3 && ends["in the middle"] >= 3, "every moment should have been met: {ends:?}");
}

#[test]
fn a_disk_that_fills_up_at_any_moment_resets_nobody_twice() {
    let folder = tempfile::tempdir().unwrap();
    let library = small_disk(folder.path());
    // The state is made with the first 200 kB; from about 350 kB on there are effects.
    let making = (0..200_000).step_by(9_973);
    let beginning = (200_000..600_000).step_by(49_999);
    let middle = (600_000..3_000_000).step_by(262_143);
    let rooms = making.chain(beginning).chain(middle).chain([usize::MAX >> 2]);
    no_room_resets_nobody_twice(rooms, |project, room| apply_with_room(project, &library, room));
}

#[test]
fn files_that_may_not_grow_reset_nobody_twice() {
    no_room_resets_nobody_twice((4..1600).step_by(197).chain([20_000]), |project, blocks| {
        apply_within(project, blocks, false)
    });
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
