//! What a person may do to the state, through the real program: after each of it nobody is reset a second time.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use crate::binary::{Project, Said};

const DB: &str = "state/firstbell.db";
const BECAUSE: [&str; 2] = ["--because", "T-140: the disk failed"];

fn ok(project: &Project, args: &[&str]) -> Said {
    let said = project.run(args);
    assert_eq!(said.code, 0, "{args:?}: {}", said.all());
    said
}

fn repair(project: &Project) -> Said {
    project.run(&[&["state", "repair"][..], &BECAUSE].concat())
}

/// How often each caregiver's password was set.
fn passwords(project: &Project) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for effect in project.effects() {
        if effect["op"] == "set-password" {
            *times.entry(effect["caregiver"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    times
}

fn nobody_twice(project: &Project) {
    let times = passwords(project);
    assert!(times.len() > 10, "{times:?}");
    assert!(times.values().all(|times| *times == 1), "{times:?}");
}

/// Applied for one, the state copied, applied for everybody, the copy put back.
fn restored() -> Project {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve", "--caregiver", "C1001"]);
    let backup = std::fs::read(project.path().join(DB)).unwrap();
    ok(&project, &["apply", "--auto-approve"]);
    project.write(DB, backup);
    project
}

#[test]
fn a_restored_backup_is_refused_repaired_and_then_nobody_is_reset_again() {
    let project = restored();
    for args in [&["plan"][..], &["apply", "--auto-approve"]] {
        let said = project.run(args);
        assert_eq!(said.code, 5, "{}", said.all());
        assert!(said.err.contains("firstbell state repair"), "{}", said.all());
    }
    let before = std::fs::read(project.path().join(DB)).unwrap();
    let shown = project.run(&["state", "repair"]);
    assert_eq!(shown.code, 5, "{}", shown.all());
    assert!(shown.out.contains("Nothing was recorded") && shown.out.contains("0 in doubt"), "{}", shown.all());
    assert_eq!(before, std::fs::read(project.path().join(DB)).unwrap(), "without a reason nothing is recorded");
    let said = repair(&project);
    assert_eq!(said.code, 0, "{}", said.all());
    ok(&project, &["apply", "--auto-approve"]);
    nobody_twice(&project);
    ok(&project, &["state", "verify"]);
    assert!(ok(&project, &["state", "repair"]).out.contains("nothing to repair"));
}

/// A `reissue` line stays true after use, and must not become a third password where the state is lost.
#[test]
fn a_line_that_was_used_gives_no_password_again_after_a_repair() {
    for with_backup in [false, true] {
        let project = Project::example("quickstart");
        ok(&project, &["apply", "--auto-approve"]);
        let backup = std::fs::read(project.path().join(DB)).unwrap();
        project.write("rollout.yaml", project.read("rollout.yaml") + "reissue:\n");
        for number in [2, 3] {
            let line = format!("  - {{caregiver: C1001, activation: {number}, because: lost}}\n");
            project.write("rollout.yaml", project.read("rollout.yaml") + &line);
            ok(&project, &["apply", "--auto-approve"]);
        }
        assert_eq!(passwords(&project)["C1001"], 3);
        std::fs::remove_file(project.path().join(DB)).unwrap();
        if with_backup {
            project.write(DB, &backup);
        }
        let said = repair(&project);
        assert_eq!(said.code, 0, "{}", said.all());
        assert!(said.out.contains("= C1001  activation 3: "), "{}", said.all());
        ok(&project, &["apply", "--auto-approve"]);
        let times = passwords(&project);
        assert_eq!(times["C1001"], 3, "with a backup: {with_backup}");
        assert!(times.iter().all(|(id, times)| *times == 1 || id == "C1001"), "{times:?}");
        ok(&project, &["state", "verify"]);
    }
}

#[test]
fn a_newer_state_that_is_found_after_the_repair_is_refused() {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve", "--caregiver", "C1001"]);
    let backup = std::fs::read(project.path().join(DB)).unwrap();
    ok(&project, &["apply", "--auto-approve"]);
    let newer = std::fs::read(project.path().join(DB)).unwrap();
    project.write(DB, backup);
    assert_eq!(repair(&project).code, 0);
    project.write(DB, newer);
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 5);
}

#[test]
fn a_lost_state_is_rebuilt_from_what_the_lms_shows() {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve"]);
    std::fs::remove_file(project.path().join(DB)).unwrap();
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 5);
    let said = repair(&project);
    assert_eq!(said.code, 0, "{}", said.all());
    ok(&project, &["apply", "--auto-approve"]);
    nobody_twice(&project);
    ok(&project, &["state", "verify"]);
}

#[test]
fn who_is_in_doubt_is_held_until_a_person_says() {
    let project = restored();
    // The LMS was restored from a backup too: it has no trace of them, but their letter lies in the outbox.
    let effects = project.read("state/lms.json.effects.jsonl");
    let left: String =
        effects.lines().filter(|line| !line.contains("\"C1005\"")).map(|line| line.to_owned() + "\n").collect();
    assert_ne!(effects, left);
    project.write("state/lms.json.effects.jsonl", left);
    let said = repair(&project);
    assert_eq!(said.code, 8, "{}", said.all());
    assert!(said.out.contains("? C1005") && said.out.contains("1 in doubt"), "{}", said.all());
    project.run(&["apply", "--auto-approve"]);
    assert_eq!(passwords(&project).get("C1005"), None, "held, not reset");
    assert!(project.run(&["explain", "C1005"]).out.contains("reset-unknown"));
    ok(&project, &["resolve", "C1005", "--reset", "not-done", "--evidence", "the office asked them"]);
    project.run(&["apply", "--auto-approve"]);
    assert_eq!(passwords(&project)["C1005"], 1, "a person said that it was not done");
    ok(&project, &["state", "verify"]);
}

#[test]
fn a_letter_that_is_none_stops_the_repair() {
    let project = restored();
    project.write("outbox/other.eml", "hello");
    let said = repair(&project);
    assert_eq!(said.code, 65, "{}", said.all());
    assert!(said.err.contains("outbox/other.eml") && said.err.contains("nothing was recorded"), "{}", said.all());
}

#[test]
fn who_is_forgotten_is_not_reset_when_their_id_is_still_in_the_roster() {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve"]);
    assert_eq!(passwords(&project)["C1005"], 1);
    ok(&project, &["state", "forget", "C1005", "--because", "T-150"]);
    let bytes = std::fs::read(project.path().join(DB)).unwrap();
    for personal in ["C1005", "emma.obrien"] {
        assert!(!bytes.windows(personal.len()).any(|window| window == personal.as_bytes()), "{personal}");
    }
    ok(&project, &["state", "verify"]);
    for _ in 0..2 {
        ok(&project, &["apply", "--auto-approve"]);
        nobody_twice(&project);
    }
    let explained = ok(&project, &["explain", "C1005"]).out;
    for words in ["they had access and were forgotten", "What was done before they were forgotten is erased"] {
        assert!(explained.contains(words), "{explained}");
    }
    let again = project.run(&["state", "forget", "C9999", "--because", "T-150"]);
    assert_eq!(again.code, 64, "{}", again.all());
}

/// A `reissue:` line stays behind when it is used, and must not stop everybody once its person is forgotten.
#[test]
fn a_used_line_of_somebody_who_was_forgotten_does_nothing_more() {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve"]);
    let rollout = project.read("rollout.yaml");
    let line =
        |number: u32| format!("{rollout}reissue:\n  - {{caregiver: C1008, activation: {number}, because: T-1}}\n");
    project.write("rollout.yaml", line(2));
    ok(&project, &["apply", "--auto-approve"]);
    ok(&project, &["state", "forget", "C1008", "--because", "T-150"]);
    ok(&project, &["plan"]);
    project.write("rollout.yaml", line(3));
    let refused = project.run(&["plan"]);
    assert!(refused.code == 65 && refused.err.contains("was forgotten after they had access"), "{}", refused.all());
}

#[test]
fn a_second_activation_is_not_given_again_after_its_person_was_forgotten_and_adopted() {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve"]);
    let reissue = "reissue: [{caregiver: C1008, activation: 2, because: T-131}]\n";
    project.write("rollout.yaml", project.read("rollout.yaml") + reissue);
    ok(&project, &["apply", "--auto-approve"]);
    assert_eq!(passwords(&project)["C1008"], 2, "the reviewed line asked for it");
    ok(&project, &["state", "forget", "C1008", "--because", "T-150"]);
    ok(&project, &["adopt", "C1008", "--because", "T-152"]);
    project.run(&["apply", "--auto-approve"]);
    assert_eq!(passwords(&project)["C1008"], 2, "the line was carried out before they were forgotten");
    ok(&project, &["state", "verify"]);
}

#[test]
fn a_record_goes_to_the_new_id_and_they_are_not_reset() {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve"]);
    let early = project.run(&["state", "move", "C1005", "C7005", "--because", "T-151"]);
    assert!(early.code == 64 && early.err.contains("the roster still has"), "{}", early.all());
    project.write("roster/caregivers.csv", project.read("roster/caregivers.csv").replace("C1005", "C7005"));
    let taken = project.run(&["state", "move", "C1005", "C1001", "--because", "T-151"]);
    assert!(taken.code == 64 && taken.err.contains("something was done for"), "{}", taken.all());
    ok(&project, &["state", "move", "C1005", "C7005", "--because", "T-151"]);
    project.run(&["apply", "--auto-approve"]);
    nobody_twice(&project);
    assert!(!passwords(&project).contains_key("C7005"));
    ok(&project, &["state", "verify"]);
}

#[test]
fn a_reason_must_be_given() {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve"]);
    for args in [&["state", "repair"][..], &["state", "forget", "C1005"], &["state", "move", "C1005", "C7005"]] {
        assert_eq!(project.run(&[args, &["--because", " "]].concat()).code, 64, "{args:?}");
    }
}

#[test]
fn a_clock_that_jumped_back_is_refused_before_anything_is_written() {
    let project = Project::example("quickstart");
    let later = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48)).to_string();
    ok(&project, &["apply", "--auto-approve", "--now", &later]);
    let before = std::fs::read(project.path().join(DB)).unwrap();
    let said = project.run(&["state", "forget", "C1005", "--because", "T-150"]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.err.contains("jumped back"), "{}", said.all());
    let looked = project.run(&["plan"]);
    assert_eq!(looked.code, 0, "{}", looked.all());
    assert!(looked.err.contains("warning: the clock of this machine has jumped back"), "{}", looked.all());
    assert_eq!(before, std::fs::read(project.path().join(DB)).unwrap());
}

#[test]
fn secrets_tells_where_passwords_are() {
    let project = Project::example("quickstart");
    assert!(ok(&project, &["state", "secrets"]).out.contains("0 activations are sealed"));
    ok(&project, &["apply", "--auto-approve"]);
    let said = ok(&project, &["state", "secrets"]);
    let letters = format!("{} letters in `outbox` with a password in clear", project.letters().len());
    assert!(said.out.contains(&letters), "{}", said.all());
}

/// Files are named from where somebody stands, not from the project's folder.
fn at(project: &Project, file: &str) -> String {
    project.path().join(file).to_str().unwrap().to_owned()
}

/// Applied for everybody, exported, and the state gone.
fn exported() -> Project {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve"]);
    ok(&project, &["state", "export", &at(&project, "state.jsonl")]);
    std::fs::remove_file(project.path().join(DB)).unwrap();
    project
}

#[test]
fn an_exported_state_plans_the_same_where_it_is_imported() {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve", "--caregiver", "C1001"]);
    ok(&project, &["state", "forget", "C1001", "--because", "T-150"]);
    let before = [&["plan"][..], &["plan", "--format", "json"], &["plan", "--offline"], &["state", "list"]];
    let said = |project: &Project| before.map(|args| without_times(&ok(project, args).out));
    let seen = said(&project);
    ok(&project, &["state", "export", &at(&project, "state.jsonl")]);
    let mode = std::fs::metadata(project.path().join("state.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_file(project.path().join(DB)).unwrap();
    ok(&project, &["state", "import", &at(&project, "state.jsonl")]);
    assert_eq!(said(&project), seen);
    ok(&project, &["state", "verify"]);
    ok(&project, &["state", "export", &at(&project, "again.jsonl")]);
    assert_eq!(project.read("again.jsonl"), project.read("state.jsonl"), "byte by byte");
    ok(&project, &["apply", "--auto-approve"]);
    nobody_twice(&project);
}

/// A plan says when it was made.
fn without_times(text: &str) -> String {
    text.lines().filter(|line| !line.contains("\"now\"") && !line.contains("_at\"")).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_older_export_is_refused_by_the_lock() {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve", "--caregiver", "C1001"]);
    ok(&project, &["state", "export", &at(&project, "state.jsonl")]);
    ok(&project, &["apply", "--auto-approve"]);
    std::fs::remove_file(project.path().join(DB)).unwrap();
    let said = project.run(&["state", "import", &at(&project, "state.jsonl")]);
    assert_eq!(said.code, 5, "{}", said.all());
    assert!(said.err.contains("state repair"), "{}", said.all());
    nothing_made(&project);
}

/// Neither a state nor half of one.
fn nothing_made(project: &Project) {
    let left: Vec<String> = std::fs::read_dir(project.path().join("state"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("firstbell.db") && name != "firstbell.db.lock")
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_no_whole_export_of_this_state_is_refused() {
    let project = exported();
    let whole = project.read("state.jsonl");
    let line = whole.lines().find(|line| line.contains("\"C1001\"")).unwrap();
    for (bad, code, words) in [
        (whole.replace("\"adopted\"", "\"voided\""), 5, "was edited"),
        (whole.replace(line, ""), 5, "was edited"),
        (whole[..whole.len() - 9].to_owned(), 5, "cut short"),
        (whole.replacen("\"1.0\"", "\"2.0\"", 1), 65, "newer firstbell"),
        (whole.replacen("\"schema\":", "\"schema\":9", 1), 65, "newer firstbell"),
        ("caregiver,email\n".to_owned(), 65, "not a state"),
        (String::new(), 65, "not a state"),
    ] {
        assert_ne!(bad, whole, "{words}");
        project.write("bad.jsonl", bad);
        let said = project.run(&["state", "import", &at(&project, "bad.jsonl")]);
        assert_eq!(said.code, code, "{}", said.all());
        assert!(said.err.contains(words) && said.err.contains("nothing was imported"), "{}", said.all());
        nothing_made(&project);
    }
    std::os::unix::fs::symlink("state.jsonl", project.path().join("link.jsonl")).unwrap();
    assert_eq!(project.run(&["state", "import", &at(&project, "link.jsonl")]).code, 65);
    assert_eq!(project.run(&["state", "import", &at(&project, "nowhere.jsonl")]).code, 65);
    assert_eq!(project.run(&["state", "import", &at(&project, "state")]).code, 65);
    let said = project
        .command(&["state", "import", &at(&project, "state.jsonl")])
        .env("FIRSTBELL_KEY", "0f".repeat(32))
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(5), "{}", String::from_utf8_lossy(&said.stderr));
    assert!(String::from_utf8_lossy(&said.stderr).contains("another sealing key"));
    nothing_made(&project);
    ok(&project, &["state", "import", &at(&project, "state.jsonl")]);
    let said = project.run(&["state", "import", &at(&project, "state.jsonl")]);
    assert!(said.code == 1 && said.err.contains("there is a state already"), "{}", said.all());
}

#[test]
fn an_export_never_overwrites_and_needs_a_state() {
    let project = Project::example("quickstart");
    let said = project.run(&["state", "export", &at(&project, "state.jsonl")]);
    assert!(said.code == 1 && said.err.contains("nothing is recorded yet"), "{}", said.all());
    ok(&project, &["apply", "--auto-approve"]);
    project.write("state.jsonl", "mine");
    let said = project.run(&["state", "export", &at(&project, "state.jsonl")]);
    assert!(said.code == 1 && said.err.contains("is there already"), "{}", said.all());
    assert_eq!(project.read("state.jsonl"), "mine");
}

const REKEY: [&str; 4] = ["state", "rekey", "--because", "T-160: a laptop was stolen"];

/// Applied for everybody. (Rows and letters that are sealed again: `ultranet_story`.)
fn applied() -> Project {
    let project = Project::example("quickstart");
    ok(&project, &["apply", "--auto-approve"]);
    project
}

fn keys(project: &Project) -> std::path::PathBuf {
    project.home().join(".config/firstbell/keys")
}

/// The names in the folder of keys.
fn key_files(project: &Project) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(keys(project))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// All but the number of the last run.
fn looks(project: &Project) -> [String; 3] {
    let without_run =
        |text: String| text.lines().filter(|line| !line.starts_with("State ")).collect::<Vec<_>>().join("\n");
    [&["plan"][..], &["state", "list"], &["state", "secrets"]].map(|args| without_run(ok(project, args).out))
}

#[test]
fn under_another_key_all_is_as_it_was() {
    let project = applied();
    let before = looks(&project);
    let said = ok(&project, &REKEY);
    assert!(said.out.contains("There is a new key"), "{}", said.all());
    assert_eq!(looks(&project), before);
    assert_eq!(key_files(&project).len(), 1, "the next key has taken its place");
    let mode = std::fs::metadata(keys(&project).join(&key_files(&project)[0])).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    ok(&project, &["apply", "--auto-approve"]);
    nobody_twice(&project);
    ok(&project, &["state", "verify"]);
    let before = looks(&project);
    // Once more: the fingerprints are still those of the first key; and a copy of the state from before opens with the key before.
    let (copy, own) = (std::fs::read(project.path().join(DB)).unwrap(), keys(&project).join(&key_files(&project)[0]));
    let said = ok(&project, &REKEY);
    assert!(said.out.contains(".before-1"), "{}", said.all());
    assert_eq!(looks(&project), before);
    let now = std::fs::read(project.path().join(DB)).unwrap();
    project.write(DB, copy);
    assert_eq!(project.run(&["state", "list"]).code, 0);
    let kept = std::fs::read_to_string(format!("{}.before-1", own.display())).unwrap();
    let opened = project.command(&["state", "verify"]).env("FIRSTBELL_KEY", kept.trim()).output().unwrap();
    assert!(!String::from_utf8_lossy(&opened.stderr).contains("the sealing key is not the one"), "{opened:?}");
    project.write(DB, now);
    ok(&project, &["state", "export", &at(&project, "state.jsonl")]);
    std::fs::remove_file(project.path().join(DB)).unwrap();
    ok(&project, &["state", "import", &at(&project, "state.jsonl")]);
    assert_eq!(looks(&project)[1..], before[1..]);
    // The old key opens nothing any more.
    std::fs::remove_dir_all(keys(&project)).unwrap();
    let said = project.run(&["plan"]);
    assert!(said.code == 5 && said.err.contains("the sealing key is not the one"), "{}", said.all());
}

#[test]
fn a_rekey_that_is_cut_short_leaves_a_state_that_opens() {
    let project = applied();
    let before = looks(&project);
    let lineage = ok(&project, &["state", "show"]).out;
    let lineage = lineage.lines().find_map(|line| line.strip_prefix("Lineage")).unwrap().trim().to_owned();
    // The new key is on the disk, and nothing sealed under it.
    std::fs::create_dir_all(keys(&project)).unwrap();
    std::fs::write(keys(&project).join(format!("{lineage}.next")), "ab".repeat(32)).unwrap();
    assert_eq!(looks(&project), before);
    ok(&project, &REKEY);
    assert_eq!(looks(&project), before);
    // All is sealed under it, and it is still called the next.
    std::fs::rename(keys(&project).join(&lineage), keys(&project).join(format!("{lineage}.next"))).unwrap();
    assert_eq!(looks(&project), before);
    // A failing second rekey (its file can't be made) must not lose the key that counts.
    let there = project.home().join("there");
    std::fs::write(&there, "mine").unwrap();
    let said = project.run(&[&REKEY[..], &["--new-key", there.to_str().unwrap()]].concat());
    assert!(said.code == 64 && said.err.contains("is there already"), "{}", said.all());
    assert_eq!(looks(&project), before);
    ok(&project, &REKEY);
    let kept = vec![lineage.clone(), format!("{lineage}.before-1")];
    assert_eq!((looks(&project)[1..].to_vec(), key_files(&project)), (before[1..].to_vec(), kept));
    ok(&project, &["state", "verify"]);
}

#[test]
fn a_key_in_the_environment_is_changed_into_a_file() {
    let project = applied();
    let old = std::fs::read_to_string(project.home().join(".config/firstbell/key")).unwrap();
    let with = |key: &str, args: &[&str]| {
        crate::binary::said(&project.command(args).env("FIRSTBELL_KEY", key.trim()).output().unwrap())
    };
    let said = with(&old, &REKEY);
    assert!(said.code == 64 && said.err.contains("--new-key"), "{}", said.all());
    for inside in ["new.key", "state/new.key"] {
        let said = with(&old, &[&REKEY[..], &["--new-key", &at(&project, inside)]].concat());
        assert!(said.code == 64 && said.err.contains("lies in the project"), "{}", said.all());
    }
    let outside = project.home().join("new.key");
    let said = with(&old, &[&REKEY[..], &["--new-key", outside.to_str().unwrap()]].concat());
    assert_eq!(said.code, 0, "{}", said.all());
    let new = std::fs::read_to_string(outside).unwrap();
    assert!(!said.all().contains(new.trim()) && new != old);
    assert_eq!((with(&old, &["plan"]).code, with(&new, &["plan"]).code), (5, 0));
    assert_eq!(with(&new, &["apply", "--auto-approve"]).code, 0);
    nobody_twice(&project);
}

#[test]
fn a_lost_key_costs_what_was_sealed_and_resets_nobody() {
    let project = applied();
    ok(&project, &["state", "forget", "C1001", "--because", "T-150"]);
    let said = project.run(&[&REKEY[..], &["--lost"]].concat());
    assert!(said.code == 64 && said.err.contains("leave out `--lost`"), "{}", said.all());
    std::fs::remove_file(project.home().join(".config/firstbell/key")).unwrap();
    assert_eq!(project.run(&["plan"]).code, 1);
    assert_eq!(project.run(&REKEY).code, 1);
    let said = ok(&project, &[&REKEY[..], &["--lost"]].concat());
    assert!(said.out.contains("secret-lost"), "{}", said.all());
    assert!(ok(&project, &["state", "secrets"]).out.contains("0 activations are sealed"));
    let said = ok(&project, &["apply", "--auto-approve"]);
    assert!(!said.out.contains("C1001"), "forgotten, and known by the marker in the LMS: {}", said.all());
    nobody_twice(&project);
    ok(&project, &["state", "verify"]);
    // Who is gone can't be told from who is new: held, with both lines ready.
    let roster = project.read("roster/caregivers.csv");
    let moved: String = roster.lines().map(|line| line.replace("C1005", "C9005") + "\n").collect();
    assert_ne!(roster.trim(), moved.trim());
    project.write("roster/caregivers.csv", moved);
    let said = project.run(&["explain", "C9005"]);
    assert!(said.out.contains("possible-rename"), "{}", said.all());
    ok(&project, &["apply", "--auto-approve"]);
    nobody_twice(&project);
    assert_eq!(passwords(&project).get("C9005"), None);
}

#[test]
fn who_had_another_id_is_forgotten_under_both() {
    let project = applied();
    let roster = project.read("roster/caregivers.csv");
    for (from, to) in [("C1005", "C9005"), ("C9005", "C9905")] {
        project.write("roster/caregivers.csv", roster.replace("C1005", to));
        ok(&project, &["state", "move", from, to, "--because", "merged: twice"]);
    }
    ok(&project, &["state", "forget", "C9905", "--because", "T-150"]);
    for id in ["C1005", "C9005", "C9905"] {
        project.write("roster/caregivers.csv", roster.replace("C1005", id));
        let said = ok(&project, &["explain", id]);
        assert!(said.out.contains("Now       nothing"), "{id}: {}", said.all());
        ok(&project, &["apply", "--auto-approve"]);
        nobody_twice(&project);
    }
    ok(&project, &["state", "verify"]);
}
