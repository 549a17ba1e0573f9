//! The shell CI example, end to end: check, dry run, reviewed digest, apply, and a second apply that does nothing.

use std::path::Path;
use std::process::Output;

use clap::Parser;
use firstbell::cli::Cli;

use crate::binary::Project;
use crate::markdown::words;

fn plain(project: &Project, args: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci/plain.sh");
    let mut command = std::process::Command::new("bash");
    command.arg(script).args(args).env_clear();
    command.env("FIRSTBELL", env!("CARGO_BIN_EXE_firstbell")).env("CI", "true");
    command.env("HOME", project.home()).env("PATH", "/usr/local/bin:/usr/bin:/bin").output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn from_a_pull_request_to_an_apply_that_is_not_repeated() {
    let project = Project::example("quickstart");
    let (dir, out) = (project.path(), project.home().join("out"));
    let (dir, out) = (dir.to_str().unwrap(), out.to_str().unwrap());
    std::fs::create_dir_all(out).unwrap();

    let stranger = Project::example("quickstart");
    for secret in ["roster", "state"] {
        std::fs::remove_dir_all(stranger.path().join(secret)).unwrap();
    }
    let checked = plain(&stranger, &["check", stranger.path().to_str().unwrap()]);
    assert!(checked.status.success(), "a pull request is checked without roster and state: {}", text(&checked));

    let planned = plain(&project, &["plan", dir, out]);
    assert!(planned.status.success(), "{}", text(&planned));
    let digest = std::fs::read_to_string(format!("{out}/digest")).unwrap().trim().to_owned();
    let comment = std::fs::read_to_string(format!("{out}/comment.md")).unwrap();
    assert_eq!(digest.len(), 64);
    assert!(comment.starts_with("<!-- firstbell-plan -->") && comment.contains("Sends 21 emails"), "{comment}");

    let wrong = plain(&project, &["apply", dir, out, &"0".repeat(64)]);
    assert_eq!(wrong.status.code(), Some(5), "{}", text(&wrong));
    assert!(project.letters().is_empty());

    let applied = plain(&project, &["apply", dir, out, &digest]);
    assert!(applied.status.success(), "{}", text(&applied));
    assert_eq!(project.letters().len(), 21);
    let effects = project.read("state/lms.json.effects.jsonl");

    let again = plain(&project, &["apply", dir, out, &digest]);
    assert!(again.status.success(), "{}", text(&again));
    assert_eq!(effects, project.read("state/lms.json.effects.jsonl"));
}

#[test]
fn a_mistake_in_a_pull_request_is_found_without_anything_secret() {
    let project = Project::example("quickstart");
    std::fs::remove_dir_all(project.path().join("roster")).unwrap();
    project.edit("rollout.yaml", "after: [year-7]", "after: [year-77]");
    let checked = plain(&project, &["check", project.path().to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(65), "{}", text(&checked));
    assert!(text(&checked).contains("year-77"), "{}", text(&checked));
}

/// Every text in a YAML document.
fn texts(value: &serde_yaml::Value, into: &mut Vec<String>) {
    match value {
        serde_yaml::Value::String(text) => into.push(text.clone()),
        serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| texts(item, into)),
        serde_yaml::Value::Mapping(entries) => entries.values().for_each(|item| texts(item, into)),
        _ => {}
    }
}

/// The texts of one of the workflows, which thereby is seen to be YAML.
fn workflow(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci").join(name);
    let mut found = Vec::new();
    texts(&serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap(), &mut found);
    found
}

#[test]
fn the_commands_of_both_workflows_are_such_as_the_program_takes() {
    for name in ["github.yml", "gitlab.yml"] {
        let found = workflow(name);
        let commands = found.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("firstbell "));
        let mut used = Vec::new();
        for command in commands {
            let command: Vec<String> = words(command.split(['>', '|']).next().unwrap());
            if let Err(error) = Cli::try_parse_from(&command) {
                panic!("{name}: {}\n{error}", command.join(" "));
            }
            used.push(command[1].clone());
        }
        assert_eq!(used, ["check", "plan", "show", "apply"], "{name}");
    }
}

/// What a stranger's pull request is checked with is the commit that somebody has looked at, wherever it comes from.
#[test]
fn the_program_is_built_from_a_pinned_commit() {
    for name in ["github.yml", "gitlab.yml"] {
        let found = workflow(name);
        let installs: Vec<&String> = found.iter().filter(|text| text.starts_with("cargo install")).collect();
        assert_eq!(
            installs,
            ["cargo install --locked --git \"$FIRSTBELL_GIT\" --rev \"$FIRSTBELL_REV\" firstbell"],
            "{name}"
        );
        assert!(
            found.iter().any(|text| text.len() == 40 && text.bytes().all(|byte| byte == b'0')),
            "{name}: a commit to name"
        );
    }
}

#[test]
fn actions_are_pinned_to_a_commit() {
    let found = workflow("github.yml");
    let pins: Vec<&str> =
        found.iter().filter(|text| text.starts_with("actions/")).filter_map(|text| text.split('@').nth(1)).collect();
    assert_eq!(pins.len(), 6);
    for pin in pins {
        assert!(pin.len() == 40 && pin.bytes().all(|byte| byte.is_ascii_hexdigit()), "{pin}");
    }
}
