//! Files in the place of the state that can't be it, or can't be it any more.

use std::os::unix::fs::PermissionsExt;

use super::{applied, fresh, refused, refused_by, run_untouched};

const STATE: &str = "state/firstbell.db";
const APPLY: &[&[&str]] = &[&["apply", "--auto-approve"]];

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_alone() {
    for bytes in [&b""[..], b"hello, this is not a database at all, whatever its name says", &[0xAA; 8192]] {
        let project = fresh();
        project.write(STATE, bytes);
        refused(&project, 5, &["is not a state that firstbell made", STATE, "restore it from a backup"]);
    }
    let project = fresh();
    let other = rusqlite::Connection::open(project.path().join(STATE)).unwrap();
    other.execute_batch("CREATE TABLE cats (name TEXT)").unwrap();
    drop(other);
    refused(&project, 5, &["is not a state that firstbell made", STATE, "move it away"]);
}

#[test]
fn a_state_of_a_newer_program_is_refused() {
    let project = applied();
    let state = rusqlite::Connection::open(project.path().join(STATE)).unwrap();
    state.pragma_update(None, "user_version", 99).unwrap();
    drop(state);
    refused(&project, 5, &["written by a newer firstbell (schema 99", STATE, "use that one"]);
}

#[test]
fn a_damaged_state_is_refused_by_whoever_reads_it() {
    let whole = std::fs::read(applied().path().join(STATE)).unwrap();
    let (middle, end) = (whole.len() / 2, whole.len());
    for damage in ["page", "cut", "head"] {
        let project = applied();
        let mut bytes = std::fs::read(project.path().join(STATE)).unwrap();
        match damage {
            "page" => bytes[4096..middle].fill(0xAA),
            "cut" => bytes.truncate(end / 3),
            _ => bytes[..8].copy_from_slice(b"XXXXXXXX"),
        }
        project.write(STATE, bytes);
        let says = if damage == "head" { "is not a state that firstbell made" } else { "is damaged" };
        refused(&project, 5, &[says, STATE, "restore it from a backup"]);
        for args in
            [&["status"][..], &["explain", "C1001"], &["state", "verify"], &["state", "list"], &["state", "show"]]
        {
            let said = run_untouched(&project, args);
            assert_ne!(said.code, 0, "{args:?} on a state with damage ({damage}): {}", said.all());
        }
    }
}

#[test]
fn a_read_only_state_can_be_looked_at_and_not_written() {
    let project = applied();
    std::fs::set_permissions(project.path().join(STATE), std::fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(run_untouched(&project, &["plan"]).code, 0);
    refused_by(APPLY, &project, 69, &["is read-only", STATE, "give yourself the right to write"]);
}

#[test]
fn a_folder_in_the_place_of_the_state_is_refused() {
    let project = fresh();
    std::fs::create_dir(project.path().join(STATE)).unwrap();
    refused(&project, 69, &["is a folder, not a file", STATE, "correct `state:`"]);
}

#[test]
fn a_file_in_the_place_of_the_states_folder_is_refused() {
    let project = fresh();
    project.edit("rollout.yaml", "state/lms.json", "lms.json");
    std::fs::rename(project.path().join("state/lms.json"), project.path().join("lms.json")).unwrap();
    std::fs::remove_dir_all(project.path().join("state")).unwrap();
    project.write("state", "not a folder");
    refused_by(APPLY, &project, 69, &["state/firstbell.db.lock", "see that you may write to its folder"]);
}

#[test]
fn a_state_that_is_gone_while_its_lock_is_there_is_not_one_that_is_still_to_come() {
    let project = fresh();
    assert_eq!(project.run(&["state", "verify"]).code, 0, "nothing was recorded yet");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    std::fs::rename(project.path().join("state"), project.path().join("kept")).unwrap();
    for command in ["list", "show", "verify"] {
        refused_by(&[&["state", command]], &project, 5, &["says that run 1 was made, but there is no state here"]);
    }
}
