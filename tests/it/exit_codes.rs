//! Every row of the table of exit codes, told by a school's day: `plan` and `apply` through the real program.

use std::collections::BTreeSet;
use std::fs::File;

use firstbell::command::exit::Exit;

use crate::binary::{Project, Said};

const APPLY: [&str; 2] = ["apply", "--auto-approve"];
const DB: &str = "state/firstbell.db";

/// Cells of the table that need more than a project and a command, and the test that tells of them.
const TOLD_ELSEWHERE: [(u8, &str, &str, &str); 4] = [
    (7, "apply", "bad_input/terminal.rs", "the_question_is_asked_and_only_yes_goes_on"),
    (10, "apply", "smtp.rs", "what_does_not_fit_today_stays_planned_and_may_be_waited_for"),
    (130, "apply", "bad_input/interrupted.rs", "ctrl_c_settles_what_is_in_flight_and_the_next_apply_goes_on"),
    (130, "plan", "bad_input/interrupted.rs", "an_interrupted_plan_has_done_nothing"),
];

fn applied() -> Project {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&APPLY).code, 0);
    project
}

fn remove(project: &Project, name: &str) {
    std::fs::remove_file(project.path().join(name)).unwrap();
}

/// A key is missing, a guard blocks, somebody is in doubt, …: what the school has, and what both commands then answer.
fn days() -> Vec<(&'static str, Project, i32, i32)> {
    let no_key = applied();
    std::fs::remove_file(no_key.home().join(".config/firstbell/key")).unwrap();
    let blocked = Project::example("quickstart");
    blocked.edit("rollout.yaml", "emails: 300", "emails: 3");
    let older = Project::example("quickstart");
    assert_eq!(older.run(&["apply", "--auto-approve", "--caregiver", "C1001"]).code, 0);
    let backup = std::fs::read(older.path().join(DB)).unwrap();
    assert_eq!(older.run(&APPLY).code, 0);
    older.write(DB, backup);
    let bad = Project::example("quickstart");
    bad.edit("rollout.yaml", "cohorts:", "cohort:");
    let unreachable = Project::example("ultranet");
    remove(&unreachable, "ultranet-export.csv");
    vec![
        ("all is done", applied_twice(), 0, 0),
        ("the sealing key is on another machine", no_key, 1, 1),
        ("a guard blocks", blocked, 3, 3),
        ("nobody knows whether a password was set", in_doubt(), 4, 4),
        ("a backup of the state was put back", older, 5, 5),
        ("a typing error in the rollout", bad, 65, 65),
        ("the export of the LMS is not there", unreachable, 69, 69),
    ]
}

fn applied_twice() -> Project {
    let project = applied();
    assert_eq!(project.run(&APPLY).code, 0);
    project
}

/// The state was lost, and the LMS was restored from a backup too: one letter lies in the outbox all the same.
fn in_doubt() -> Project {
    let project = applied();
    let effects = project.read("state/lms.json.effects.jsonl");
    let left: String =
        effects.lines().filter(|line| !line.contains("\"C1005\"")).map(|line| line.to_owned() + "\n").collect();
    project.write("state/lms.json.effects.jsonl", left);
    remove(&project, DB);
    assert_eq!(project.run(&["state", "repair", "--because", "T-200"]).code, 8);
    project
}

fn ends(said: &Said, code: i32, day: &str, told: &mut BTreeSet<(u8, &'static str)>, command: &'static str) {
    assert_eq!(said.code, code, "{day}: {}", said.all());
    told.insert((u8::try_from(code).unwrap(), command));
}

#[test]
fn every_row_of_the_table_is_told_by_a_day() {
    let mut told = BTreeSet::new();
    for (day, project, plan, apply) in days() {
        ends(&project.run(&["plan"]), plan, day, &mut told, "plan");
        ends(&project.run(&APPLY), apply, day, &mut told, "apply");
    }
    let project = Project::example("quickstart");
    ends(&project.run(&["plan", "--detailed-exitcode"]), 2, "something is due", &mut told, "plan");
    ends(&project.run(&["plan", "--nonsense"]), 64, "a flag that is none", &mut told, "plan");
    ends(&project.run(&["apply"]), 64, "nobody is there to be asked", &mut told, "apply");
    ends(&Project::example("ultranet").run(&APPLY), 8, "a hand-over is to be imported", &mut told, "apply");
    let project = applied();
    let lock = File::options().write(true).open(project.path().join("state/firstbell.db.lock")).unwrap();
    lock.lock().unwrap();
    ends(&project.run(&["plan"]), 6, "another run is under way", &mut told, "plan");
    ends(&project.run(&APPLY), 6, "another run is under way", &mut told, "apply");
    for (code, command, file, name) in TOLD_ELSEWHERE {
        let source = std::fs::read_to_string(crate::docs::root().join("tests/it").join(file)).unwrap();
        assert!(source.contains(&format!("fn {name}(")), "{file} has no test `{name}`");
        assert!(told.insert((code, command)), "told here, and there too: {code} of {command}");
    }
    let table: BTreeSet<(u8, &str)> = Exit::ALL
        .iter()
        .flat_map(|exit| {
            [("plan", exit.in_plan()), ("apply", exit.in_apply())].map(|(name, cell)| (exit.code(), name, cell))
        })
        .filter(|(.., cell)| !cell.is_empty())
        .map(|(code, name, _)| (code, name))
        .collect();
    let missing: Vec<_> = table.difference(&told).collect();
    assert!(missing.is_empty(), "no day tells of {missing:?}");
    let unknown: Vec<_> = told.difference(&table).collect();
    assert!(unknown.is_empty(), "the table has no {unknown:?}");
}
