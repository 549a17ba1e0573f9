//! `rollout.lock` and the sealing key, damaged, misplaced, or open to others.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{applied, fresh, no_panic, refused, refused_by, run_untouched};
use crate::binary::{Project, Said, said};

const LOCK: &str = "rollout.lock";
const APPLY: &[&[&str]] = &[&["apply", "--auto-approve"]];

#[test]
fn a_conflict_in_the_lock_is_recognised_and_the_state_can_still_be_asked() {
    let project = applied();
    let ours = project.read(LOCK);
    let theirs = ours.replace("run: 1", "run: 2");
    project.write(LOCK, format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> other\n"));
    refused(&project, 65, &["two copies of the project have applied apart", "rollout.lock:1:1", "keep the side"]);
    let verified = run_untouched(&project, &["state", "verify"]);
    assert!(verified.out.contains("The last run is 1, the head "), "{}", verified.all());
}

#[test]
fn a_garbled_lock_is_refused() {
    for (bytes, says) in [
        (&b""[..], "nothing of a lock stands in"),
        (b"# nothing\n", "nothing of a lock stands in"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"version: 1\nrun: many\n", "`run` is not a number"),
        (b"hello\n", "this line is not `key: value`"),
        (b"version: 99\n", "newer firstbell"),
    ] {
        let project = applied();
        project.write(LOCK, bytes);
        refused(&project, 65, &[says, "rollout.lock"]);
    }
}

#[test]
fn a_folder_or_a_read_only_file_in_the_place_of_the_lock_is_found_before_any_effect() {
    for project in [fresh(), applied()] {
        let _ = std::fs::remove_file(project.path().join(LOCK));
        std::fs::create_dir(project.path().join(LOCK)).unwrap();
        refused(&project, 65, &["is a folder, not a file", "rollout.lock"]);
    }
    let project = applied();
    std::fs::set_permissions(project.path().join(LOCK), std::fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(run_untouched(&project, &["plan"]).code, 0);
    refused_by(APPLY, &project, 1, &["can't be written, so nothing was done", "is read-only", "--lock FILE"]);
}

fn run_with(project: &Project, args: &[&str], change: impl Fn(&mut Command)) -> Said {
    let before = super::look(project);
    let mut command = project.command(args);
    change(&mut command);
    let said = said(&command.output().unwrap());
    assert_eq!(before, super::look(project), "{args:?}: {}", said.all());
    no_panic(&said);
    said
}

#[test]
fn a_malformed_key_is_found_by_the_first_plan() {
    let lossy = std::os::unix::ffi::OsStrExt::from_bytes(b"\xff\xfe");
    for project in [fresh(), applied()] {
        for args in [&["plan"][..], &["apply", "--auto-approve"]] {
            let hello = run_with(&project, args, |command| {
                command.env("FIRSTBELL_KEY", "hello");
            });
            let bytes = run_with(&project, args, |command| {
                let value: &std::ffi::OsStr = lossy;
                command.env("FIRSTBELL_KEY", value);
            });
            for said in [hello, bytes] {
                assert_eq!(said.code, 1, "{}", said.all());
                assert!(said.err.contains("FIRSTBELL_KEY is not a key: 64 hexadecimal digits"), "{}", said.all());
                assert!(!said.err.contains("hello"), "a key is never shown: {}", said.all());
            }
        }
    }
}

#[test]
fn a_malformed_key_file_is_refused() {
    let project = applied();
    let key = project.home().join(".config/firstbell/key");
    let good = std::fs::read(&key).unwrap();
    for bad in [&b""[..], b"garbage", &good[..40], b"\xff\xfe"] {
        std::fs::write(&key, bad).unwrap();
        refused(&project, 1, &["firstbell/key` is not a sealing key", "64 hexadecimal digits"]);
    }
    std::fs::remove_file(&key).unwrap();
    std::fs::create_dir(&key).unwrap();
    refused(&project, 1, &["firstbell/key", "is a folder"]);
}

#[test]
fn a_key_that_others_may_read_is_said_and_used() {
    let project = applied();
    let key = project.home().join(".config/firstbell/key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = run_untouched(&project, &["plan"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.err.contains("may be read by others") && said.err.contains("chmod 600"), "{}", said.all());
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(!run_untouched(&project, &["plan"]).err.contains("chmod"));
}

#[test]
fn without_a_home_a_plan_works_and_an_apply_says_what_it_lacks() {
    let project = fresh();
    for home in [None, Some("."), Some("")] {
        let place = |command: &mut Command| {
            command.env_remove("HOME");
            home.map(|home| command.env("HOME", home));
        };
        assert_eq!(run_with(&project, &["plan"], place).code, 0);
        let said = run_with(&project, &["apply", "--auto-approve"], place);
        assert_eq!(said.code, 1, "{}", said.all());
        assert!(said.err.contains("set HOME, or FIRSTBELL_KEY"), "{}", said.all());
    }
    let said = run_with(&project, &["apply", "--auto-approve"], |command| {
        command.env("HOME", "/dev/null");
    });
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.err.contains("making the sealing key `/dev/null/.config/firstbell/key`"), "{}", said.all());
}
