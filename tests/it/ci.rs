//! The shell CI example, end to end: check, dry run, reviewed digest, apply, and a second apply that does nothing.

use std::path::Path;
use std::process::Output;

use crate::binary::Project;

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
