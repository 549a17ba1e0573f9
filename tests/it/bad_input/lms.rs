//! A sandbox whose files can't be understood, and an outbox that can't be written to.

use super::{applied, fresh, refused, refused_by, run_untouched};
use crate::binary::Project;

const ACCOUNTS: &str = "state/lms.json";
const EFFECTS: &str = "state/lms.json.effects.jsonl";
const APPLY: &[&[&str]] = &[&["apply", "--auto-approve"]];

#[test]
fn an_accounts_file_that_is_none_is_told_by_its_place() {
    for (bytes, place) in [
        (&b""[..], "lms.json:1:1"),
        (b"{\"accounts\": [{", "lms.json:1:"),
        (b"\x00\xff\xfe", "lms.json:1:"),
        (b"{\"accounts\": [\n  {\"usrname\": \"a\"}\n]}", "lms.json:2:"),
        (b"{\"accounts\": [\n  {\"username\": \"a\"},\n  {\"username\": \"A\"}\n]}", "lms.json:3:"),
        (b"caregiver,username\nC1,a\n", "lms.json:1:1"),
    ] {
        let project = fresh();
        project.write(ACCOUNTS, bytes);
        refused(&project, 65, &[place, "correct it there, or put a good copy"]);
    }
}

type Damage = fn(&str) -> String;

#[test]
fn a_damaged_effects_log_is_told_by_its_line() {
    let damaged: [(Damage, &str); 4] = [
        (|log| log.replacen("\n{", "\nx", 4).replacen("\nx", "\n{", 3), "effects.jsonl:5"),
        (|log| "{\"op\": \"link\"}\n".to_owned() + log, "effects.jsonl:1"),
        (|log| log.replacen("\"set-password\"", "\"set-pasword\"", 1), "effects.jsonl:"),
        (|log| log.split_once('\n').unwrap().1.to_owned(), "effects.jsonl:1"),
    ];
    for (damage, place) in damaged {
        let project = applied();
        let log = project.read(EFFECTS);
        let spoilt = damage(&log);
        assert_ne!(log, spoilt);
        project.write(EFFECTS, spoilt);
        refused(&project, 65, &[place, "put a good copy of the log in its place"]);
    }
}

/// A line that a power cut left half written has not happened; nobody is disturbed by it, and the next effect goes on.
#[test]
fn a_torn_last_line_of_the_effects_log_has_not_happened() {
    let project = applied();
    let log = project.read(EFFECTS);
    project.write(EFFECTS, log.clone() + "{\"at\":\"2027");
    assert_eq!(run_untouched(&project, &["plan"]).code, 0);
    let said = project.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(project.read(EFFECTS).starts_with(&log) && project.effects().len() > log.lines().count());
}

#[test]
fn a_folder_in_the_place_of_the_accounts_is_refused() {
    let project = fresh();
    std::fs::remove_file(project.path().join(ACCOUNTS)).unwrap();
    std::fs::create_dir(project.path().join(ACCOUNTS)).unwrap();
    refused(&project, 69, &["can't read the sandbox LMS", ACCOUNTS, "is a folder", "check `lms: path`"]);
}

fn assert_nothing_begun(project: &Project) {
    for name in ["state/firstbell.db", EFFECTS, "rollout.lock"] {
        assert!(!project.path().join(name).exists(), "{name} was made");
    }
}

/// Permissions don't bind the superuser, whom tests may run as; a file in the place of the folder binds everybody.
#[test]
fn an_outbox_that_can_not_be_written_to_is_found_before_any_password() {
    let project = fresh();
    project.write("outbox", "not a folder");
    refused_by(APPLY, &project, 69, &["the outbox", "is not a folder", "move that file away"]);
    assert_nothing_begun(&project);
    let project = fresh();
    std::os::unix::fs::symlink("/proc/nowhere", project.path().join("outbox")).unwrap();
    let said = run_untouched(&project, APPLY[0]);
    assert!([65, 69].contains(&said.code) && said.err.contains("outbox"), "{}", said.all());
    assert_nothing_begun(&project);
}

#[test]
fn declining_leaves_everything_as_it_was() {
    let project = applied();
    project.edit("rollout.yaml", "resets: 300", "resets: 1");
    project.write(EFFECTS, project.read(EFFECTS) + "{\"at\":\"2027");
    let said = run_untouched(&project, APPLY[0]);
    assert_eq!(said.code, 3, "{}", said.all());
}
