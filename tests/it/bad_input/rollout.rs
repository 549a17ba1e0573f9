//! Rollouts that can't be used.

use super::{fresh, refused};

/// What is replaced in the example's rollout by what, and what is said then: the mistake, its place, what to do.
type Mistake = (&'static str, &'static str, &'static [&'static str]);

fn each_is_refused(mistakes: &[Mistake]) {
    for (from, to, says) in mistakes {
        let project = fresh();
        project.edit("rollout.yaml", from, to);
        refused(&project, 65, says);
    }
}

#[test]
fn a_missing_rollout_points_to_init_and_to_the_folder() {
    let project = fresh();
    std::fs::remove_file(project.path().join("rollout.yaml")).unwrap();
    refused(&project, 65, &["there is no file", "rollout.yaml", "firstbell init", "-C FOLDER"]);
    std::fs::create_dir(project.path().join("rollout.yaml")).unwrap();
    refused(&project, 65, &["is a folder, not a file", "rollout.yaml"]);
}

#[test]
fn what_is_no_rollout_at_all_is_refused() {
    let cases: [(&[u8], &[&str]); 9] = [
        (b"", &["the rollout is empty", "firstbell init"]),
        (b"# only a comment\n", &["the rollout is empty"]),
        (b"{{{ a: [", &["this is not YAML", "rollout.yaml:"]),
        (b"- a\n- b\n", &["a rollout is a mapping", "rollout.yaml:1:", "version: 1"]),
        (b"hello\n", &["a rollout is a mapping", "rollout.yaml:1:1"]),
        (b"version: 1\n---\nversion: 1\n", &["a second document begins here", "rollout.yaml:2:1"]),
        (b"school: K\xf4whai\n", &["not UTF-8", "0xF4", "rollout.yaml:1:10", "save the file as UTF-8"]),
        (b"\x00\x01\xff\xfeabc", &["not UTF-8", "rollout.yaml:1:"]),
        (b"PK\x03\x04 a workbook", &["rollout.yaml"]),
    ];
    for (bytes, says) in cases {
        let project = fresh();
        project.write("rollout.yaml", bytes);
        refused(&project, 65, says);
    }
}

#[test]
fn a_mistake_in_a_key_or_a_type_is_told_at_its_place() {
    each_is_refused(&[
        (
            "shared-email: hold",
            "shared-email: hold\nshared-email: first",
            &["`shared-email` stands here a second time", "rollout.yaml:40:1", "keep one of the two"],
        ),
        ("timezone:", "timezon:", &["`timezon` is not a key", "rollout.yaml:4:1", "did you mean `timezone`?"]),
        ("version: 1", "version: one", &["`version` must be a whole number", "rollout.yaml:2:10"]),
        ("guards: {", "guards: 5 #", &["`guards` must be a mapping", "rollout.yaml:38:9"]),
        ("select: {years: [7]}", "select: 7", &["`select` must be `all` or a mapping", "rollout.yaml:46:28"]),
        ("leavers: disable", "leavers: yes", &["`leavers` can't be `yes`", "rollout.yaml:41:10", "keep, disable"]),
        ("  format: csv", "\tformat: csv", &["tabs", "rollout.yaml:6:1", "indent with spaces"]),
        ("shared-email: hold", "shared-email: “hold”", &["can't be `“hold”`", "rollout.yaml:39:15"]),
    ]);
}

#[test]
fn a_mistake_among_the_cohorts_is_told_at_its_place() {
    each_is_refused(&[
        ("name: year-8", "name: year-7", &["a second cohort is named `year-7`", "rollout.yaml:48:12", "line 46"]),
        ("after: [year-7]", "after: [year-6]", &["there is no cohort `year-6`", "rollout.yaml:48:50", "did you mean"]),
        (
            "select: {years: [7]}, opens: 2026-02-01",
            "select: {years: [7]}, after: [year-8]",
            &["cohorts wait for each other", "rollout.yaml:48:50", "take one `after` out"],
        ),
        ("after: [year-7]", "after: [year-8]", &["`year-8` -> `year-8`", "rollout.yaml:48:50"]),
        (
            "select: {years: [8]}",
            "select: {id-file: roster/ids.txt}",
            &["there is no file", "rollout.yaml:48:38", "one caregiver id a line"],
        ),
        (
            "select: {years: [8]}",
            "select: {id-file: ../ids.txt}",
            &["leads out of the project", "rollout.yaml:48:38", "without `..`"],
        ),
        (
            "select: {years: [8]}",
            "select: {id-file: /etc/passwd}",
            &["is not inside the project", "rollout.yaml:48:38"],
        ),
    ]);
}

#[test]
fn a_line_about_a_person_that_does_not_fit_is_told_at_its_place() {
    each_is_refused(&[
        (
            "hold:\n",
            "reissue: [{caregiver: C1001, activation: 2, because: T-1}]\nhold:\n",
            &["C1001 has never been activated", "rollout.yaml:51:23", "remove the line"],
        ),
        (
            "hold:\n",
            "reissue: [{caregiver: C1001, activation: 1, because: T-1}]\nhold:\n",
            &["`1` is not the number of a second or later activation", "rollout.yaml:51:42"],
        ),
        (
            "hold:\n",
            "moved: [{from: C0001, to: C9999, because: T-1}]\nhold:\n",
            &["the roster has nobody with that id", "rollout.yaml:51:16", "write the id as the roster"],
        ),
        (
            "hold:\n",
            "moved: [{from: C1001, to: C1002, because: T-1}]\nhold:\n",
            &["the roster still has the old id", "rollout.yaml:51:16", "mend it there"],
        ),
        ("hold:\n", "moved: [{from: C1, to: C1, because: T-1}]\nhold:\n", &["moved to itself", "rollout.yaml:51:"]),
    ]);
}

#[test]
fn a_reissue_that_skips_a_number_is_refused_after_an_apply_too() {
    let project = super::applied();
    project.edit("rollout.yaml", "hold:\n", "reissue: [{caregiver: C1001, activation: 4, because: T-1}]\nhold:\n");
    refused(&project, 65, &["activation 4 can't be next", "rollout.yaml:51:", "write `activation: 2`"]);
}

#[test]
fn a_rollout_cannot_read_other_files_or_secrets_of_the_machine() {
    each_is_refused(&[
        (
            "transport: outbox",
            "transport: smtp\n  smtp: {host: h.example.nz, port: 587, tls: starttls, username: u, password: {env: HOME}}",
            &["`HOME` does not begin with FIRSTBELL_", "rollout.yaml:36:", "can't send away another secret"],
        ),
        ("path: roster/caregivers.csv", "path: ../../etc/passwd", &["leads out of the project", "rollout.yaml:7:9"]),
        ("letter: letters/welcome", "letter: /etc/welcome", &["is not inside the project", "rollout.yaml:36:"]),
    ]);
    let project = fresh();
    let roster = project.path().join("roster/caregivers.csv");
    std::fs::remove_file(&roster).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &roster).unwrap();
    refused(&project, 65, &["by a symbolic link", "rollout.yaml:7:9"]);
}
