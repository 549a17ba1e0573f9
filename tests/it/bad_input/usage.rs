//! The command line used wrongly, and answers that nobody takes.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

use super::{applied, fresh, no_panic, refused, refused_by, run_untouched};
use crate::binary::said;

#[test]
fn a_folder_that_is_not_there_is_bad_usage() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_firstbell"));
    let said = said(&command.args(["-C", "/nowhere/at/all", "plan"]).output().unwrap());
    assert_eq!(said.code, 64, "{}", said.all());
    assert!(said.err.contains("there is no folder `/nowhere/at/all`") && said.err.contains("-C"), "{}", said.all());
}

#[test]
fn a_moment_that_is_none_is_bad_usage() {
    let project = fresh();
    for moment in ["yesterday", "", "2027-02-01", "2027-02-30T09:00:00Z", "99999999-01-01T00:00Z"] {
        refused_by(&[&["--now", moment, "plan"]], &project, 64, &["--now", "2027-02-01T09:00:00+13:00"]);
    }
    assert_eq!(run_untouched(&project, &["--now", "2027-02-01T09:00:00Z", "plan"]).code, 0);
}

#[test]
fn arguments_that_are_no_text_are_bad_usage() {
    let project = fresh();
    let mut command = project.command(&["explain"]);
    let said = said(&command.arg(OsStr::from_bytes(b"\xff\xfe")).output().unwrap());
    assert_eq!(said.code, 64, "{}", said.all());
    no_panic(&said);
    refused_by(&[&["explain", "NOPE"]], &project, 64, &["nobody with the id, the address or the name `NOPE`"]);
    refused_by(&[&["preview", "NOPE"]], &project, 64, &["no caregiver with the id `NOPE`"]);
    refused_by(&[&["explain", "\u{1b}[31mX"]], &project, 64, &["nobody with the id"]);
    refused_by(&[&["resolve", "C1001", "--reset", "done", "--evidence", " "]], &project, 64, &["--evidence"]);
    refused_by(&[&["resolve", "C1001", "--reset", "maybe", "--evidence", "x"]], &project, 64, &["not-done"]);
}

#[test]
fn a_saved_plan_that_is_none_is_bad_input() {
    let project = fresh();
    let at = |name: &str| project.path().join(name).to_str().unwrap().to_owned();
    for bytes in [&b""[..], b"{", b"[]", b"{\"tool\": 7}", &[0xFF; 200], b"null"] {
        project.write("plan.json", bytes);
        refused_by(&[&["apply", &at("plan.json")], &["show", &at("plan.json")]], &project, 65, &["plan.json"]);
    }
    refused_by(&[&["apply", &at("none.json")], &["show", &at("none.json")]], &project, 65, &["there is no file"]);
    refused_by(&[&["apply", &at("roster")], &["show", &at("roster")]], &project, 65, &["roster"]);
    let project = applied();
    let at = |name: &str| project.path().join(name).to_str().unwrap().to_owned();
    refused_by(&[&["plan", "-o", &at("roster")]], &project, 1, &["is a folder, not a file"]);
    refused_by(&[&["plan", "-o", &at("none/plan.json")]], &project, 1, &["none/"]);
}

/// A name is soon mistyped, and the record is a file too.
#[test]
fn what_is_written_never_takes_the_place_of_something_else() {
    let project = applied();
    let at = |name: &str| project.path().join(name).to_str().unwrap().to_owned();
    let letter = std::fs::read_dir(project.path().join("outbox")).unwrap().next().unwrap().unwrap().path();
    let kept =
        ["state/firstbell.db", "rollout.yaml", "rollout.lock", "roster/caregivers.csv", letter.to_str().unwrap()];
    for name in kept {
        let says = ["holds something else than", "is not overwritten", "nothing was written"];
        refused_by(&[&["plan", "-o", &at(name)], &["check", "--fixes", &at(name)]], &project, 64, &says);
        refused_by(&[&["preview", "C1001", "--html", &at(name), "--language", "en"]], &project, 64, &says);
    }
    // Nor of a pipe or a device, which as root it could.
    let pipe = project.path().with_extension("pipe");
    let pipe = pipe.to_str().unwrap();
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let says = ["is no file", "nothing was written"];
    refused_by(&[&["plan", "-o", pipe], &["check", "--fixes", pipe]], &project, 64, &says);
    for _ in 0..2 {
        assert_eq!(project.run(&["plan", "-o", &at("plan.json")]).code, 0, "a plan is replaced by a plan");
        assert_eq!(project.run(&["check", "--fixes", &at("fixes.csv")]).code, 0);
        assert_eq!(project.run(&["preview", "C1001", "--html", &at("letter.html"), "--language", "en"]).code, 0);
    }
}

#[test]
fn what_every_plan_would_refuse_is_said_by_a_check() {
    let project = fresh();
    let over = "override: [{guard: resets, value: 900, because: T-1, expires: 2020-01-01}]\n";
    project.write("rollout.yaml", format!("{}{over}", project.read("rollout.yaml")));
    refused_by(&[&["check"], &["check", "--rollout-only"], &["plan"]], &project, 65, &["rollout::override-expired"]);
    let project = fresh();
    project.edit("rollout.yaml", "hold:\n", "hold:\n  - {caregiver: C1001, because: T-1, until: 2020-01-01}\n");
    for args in [["check"], ["plan"]] {
        let said = project.run(&args);
        assert_eq!(said.code, 0, "{}", said.all());
        assert!(said.err.contains("the hold of `C1001` ended on 2020-01-01"), "{}", said.all());
    }
}

/// A plan in the place of the lock would be read as one, by every later command.
#[test]
fn a_plan_never_takes_the_place_of_the_record() {
    let project = fresh();
    for name in ["rollout.lock", "state/firstbell.db", "./state/../rollout.lock", "-"] {
        let at = if name == "-" { name.to_owned() } else { project.path().join(name).to_str().unwrap().to_owned() };
        let said = project.run(&["plan", "-o", &at]);
        assert_eq!(said.code, 64, "{name}: {}", said.all());
    }
    assert!(!project.path().join("rollout.lock").exists() && !project.path().join("state/firstbell.db").exists());
}

/// `firstbell plan | head -1`
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = fresh();
    for args in
        [&["plan"][..], &["plan", "--format", "json"], &["status"], &["check"], &["--help"], &["plan", "--help"]]
    {
        let mut child = project.command(args).spawn().unwrap();
        let mut first = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty());
        let said = said(&child.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{args:?}: {}", said.all());
        assert!(!said.err.contains("error"), "{args:?}: {}", said.all());
        no_panic(&said);
    }
}

#[test]
fn an_answer_that_does_not_fit_on_the_disk_is_an_error() {
    let project = fresh();
    let full = || Stdio::from(std::fs::File::options().write(true).open("/dev/full").unwrap());
    for args in [&["plan"][..], &["plan", "--format", "json"], &["status"], &["check"]] {
        let said = said(&project.command(args).stdout(full()).output().unwrap());
        assert_eq!(said.code, 1, "{args:?}: {}", said.all());
        assert!(said.err.contains("the answer could not be written"), "{args:?}: {}", said.all());
    }
    let said = said(&project.command(&["apply", "--auto-approve"]).stdout(full()).output().unwrap());
    assert_eq!(said.code, 0, "what was done decides the code: {}", said.all());
    assert!(said.err.contains("the answer could not be written"), "{}", said.all());
    assert_eq!(project.letters().len(), 21);
}

#[test]
fn without_a_terminal_nobody_is_asked_and_nothing_done() {
    for project in [fresh(), applied()] {
        refused_by(&[&["apply"]], &project, 64, &["there is no terminal to ask at", "--auto-approve"]);
    }
}

#[test]
fn init_never_writes_over_a_project() {
    let project = fresh();
    refused_by(&[&["init"]], &project, 1, &["is there already", "never overwrites"]);
    project.write("note", "a file");
    refused_by(&[&["init", "note"]], &project, 1, &["note"]);
}

#[test]
fn several_mistakes_in_all_documents_are_told_in_one_run() {
    let project = fresh();
    project.edit("roster/caregivers.csv", "CgEmail", "Mail");
    std::fs::remove_file(project.path().join("letters/welcome.en/body.txt")).unwrap();
    refused(&project, 65, &["`CgEmail`", "body.txt` is missing", "2 errors. Nothing was done."]);
}
