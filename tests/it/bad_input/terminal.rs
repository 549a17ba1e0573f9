//! A terminal of few columns: a real one, made by `script` (of util-linux, on every Linux).

use std::io::Write;
use std::process::Stdio;

use unicode_width::UnicodeWidthStr;

use super::{fresh, look, no_panic};
use crate::binary::{Project, Said, said};

/// Runs the program on a terminal of so many columns, and types `answer`.
fn on_terminal(project: &Project, columns: usize, command: &str, answer: &str) -> Said {
    on_terminal_with(project, columns, command, answer, &[])
}

fn on_terminal_with(project: &Project, columns: usize, command: &str, answer: &str, more: &[(&str, &str)]) -> Said {
    let program = env!("CARGO_BIN_EXE_firstbell");
    let line = format!("stty cols {columns} rows 24; exec {program} -C {} {command}", project.path().display());
    let mut script = project.command(&[]);
    let mut child = {
        let mut command = std::process::Command::new("script");
        // Nothing is inherited, as `Project::command` has it: where CI runs these tests, `CI` is set.
        command.env_clear().args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        for (name, value) in script.env("TERM", "xterm").get_envs() {
            value.map(|value| command.env(name, value));
        }
        command.envs(more.iter().copied());
        command.env("SHELL", "/bin/sh").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap_or_else(|error| panic!("this test needs `script`, of util-linux: {error}"))
    };
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let said = said(&child.wait_with_output().unwrap());
    no_panic(&said);
    said
}

/// `CI` is set where somebody's log may be read by anybody, terminal or not.
#[test]
fn a_terminal_of_a_ci_job_shows_nobody() {
    let project = fresh();
    let address = "aroha.tamihana@";
    let seen = bare(&on_terminal(&project, 120, "plan", "").out);
    assert!(seen.contains(address), "on a terminal as it is: {seen}");
    let hidden = bare(&on_terminal_with(&project, 120, "plan", "", &[("CI", "true")]).out);
    assert!(hidden.contains("C1001") && !hidden.contains(address) && !hidden.contains("Tamihana"), "{hidden}");
    let said = on_terminal_with(&project, 120, "apply", "yes\n", &[("CI", "true")]);
    assert_eq!(project.letters().is_empty(), said.code != 0, "{}", said.all());
    assert!(!bare(&said.out).contains(address), "{}", said.all());
}

/// What stood on the screen, without colours and movements.
fn bare(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once("\u{1b}[") {
        bare += before;
        rest = escape.split_once(|char: char| char.is_ascii_alphabetic()).map_or("", |(_, behind)| behind);
    }
    bare + rest
}

#[test]
fn a_plan_fits_into_forty_columns() {
    let project = fresh();
    for command in ["plan", "plan --summary", "status", "explain C1001", "explain C1019"] {
        let said = on_terminal(&project, 40, &format!("{command} 2>/dev/null"), "");
        assert_eq!(said.code, 0, "{command}: {}", said.all());
        let text = bare(&said.out).replace('\r', "");
        // One word that is too long has no better place: the path of a folder made for a test, a Message-ID.
        let is_wide = |line: &&str| line.width() > 40 && !line.split(' ').any(|word| word.width() > 30);
        let wide: Vec<&str> = text.lines().filter(is_wide).collect();
        assert!(wide.is_empty(), "{command}: {wide:#?}");
        assert!(text.lines().count() > 3, "{command}: {text}");
    }
}

#[test]
fn the_question_is_asked_and_only_yes_goes_on() {
    let project = fresh();
    let before = look(&project);
    for answer in ["no\n", "\n", "y\n"] {
        let said = on_terminal(&project, 40, "apply", answer);
        assert_eq!(said.code, 7, "{answer:?}: {}", said.all());
        assert!(bare(&said.out).contains("Send 21 emails"), "{}", said.all());
        assert_eq!(look(&project), before, "{answer:?}");
    }
    let said = on_terminal(&project, 40, "apply", "yes\n");
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(project.letters().len(), 21);
}

#[test]
fn no_width_is_too_small_to_plan() {
    let project = fresh();
    for columns in [0, 1, 2, 7, 20, 4000] {
        for command in ["plan", "status", "explain C1001", "check"] {
            let said = on_terminal(&project, columns, command, "");
            assert_eq!(said.code, 0, "{command} on {columns} columns: {}", said.all());
        }
    }
}
