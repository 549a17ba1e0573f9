//! A push of KAMAR's Directory Services.

use super::{Copy, shown};
use crate::model::source::{RosterFormat, Upload};

fn push() -> Copy {
    Copy::of(RosterFormat::Kamar, "kamar").by_email().upload(Upload::ByManifest)
}

#[test]
fn caregivers_are_told_by_their_address() {
    let copy = push();
    let roster = copy.roster();
    assert_eq!(
        shown(&roster),
        [
            "mere@example.nz Mere Ngata <Mere@Example.nz>: 501/7/7b/kōwhai college/mother allowed, 502/8/8a/kōwhai college/mother allowed",
            "rua@example.nz Rua Hall <rua@example.nz> staff: 502/8/8a/kōwhai college/father allowed",
        ]
    );
    assert_eq!(
        (roster.facts().is_full, roster.facts().exported_at.to_string().as_str()),
        (true, "2026-12-31T06:00:00Z")
    );
    assert_eq!(
        copy.told(),
        [
            "roster/export roster::identity-by-email",
            "roster/export/full.json:12 roster::no-identity",
            "roster/export/full.json:19 roster::students-left",
        ]
    );
}

#[test]
fn without_ids_identity_email_must_be_said_with_what_it_costs() {
    let copy = Copy::of(RosterFormat::Kamar, "kamar");
    let problems = copy.problems();
    let problem = problems.iter().find(|problem| problem.code == "roster::no-caregiver-ids").unwrap();
    assert!(problem.help.as_ref().unwrap().contains("second account"));
}

#[test]
fn a_part_and_a_miscounted_push_are_never_full() {
    let copy = push().replaced("full.json", "\"sync\": \"full\"", "\"sync\": \"part\"");
    assert!(!copy.roster().facts().is_full);
    let copy = copy.upload(Upload::Full);
    assert!(copy.told().contains(&"roster/export roster::only-a-part".to_owned()), "{:?}", copy.told());
    let copy = push().replaced("full.json", "\"count\": 3", "\"count\": 400").upload(Upload::Full);
    assert!(!copy.roster().facts().is_full);
    assert!(copy.told().contains(&"roster/export roster::incomplete".to_owned()), "{:?}", copy.told());
}

#[test]
fn pushes_of_other_kinds_and_other_files_are_refused() {
    let code = |text: &str| Copy::empty(RosterFormat::Kamar).by_email().with("push.json", text).told();
    assert_eq!(code(r#"{"SMSDirectoryData": {"sync": "check"}}"#), ["roster/export/push.json roster::other-push"]);
    assert_eq!(code(r#"{"a": 1}"#), ["roster/export/push.json:1 roster::no-push"]);
    assert_eq!(code("<SMSDirectoryData/>"), ["roster/export/push.json:1 roster::not-json"]);
    assert_eq!(code(""), ["roster/export/push.json:1 roster::empty"]);
    let whole = std::fs::read_to_string(super::fixture("kamar/full.json")).unwrap();
    assert_eq!(code(&whole[..whole.len() / 2]).len(), 1);
    assert!(code(&whole[..whole.len() / 2])[0].ends_with("roster::cut-short"));
    assert!(code(&"[".repeat(100_000))[0].ends_with("roster::not-json"));
    let deep = format!("{{\"SMSDirectoryData\": {{\"students\": {}", "[".repeat(100_000));
    assert_eq!(code(&deep).len(), 1);
}

#[test]
fn a_push_without_caregivers_says_what_to_ask_for() {
    let text = r#"{"SMSDirectoryData": {"sync": "full", "students": {"count": 1, "data": [{"id": 1}]}}}"#;
    let problems = Copy::empty(RosterFormat::Kamar).by_email().with("push.json", text).problems();
    assert_eq!(problems[0].code, "roster::no-caregivers");
    assert!(problems[0].help.as_ref().unwrap().contains("caregiver.email"));
}

#[test]
fn a_push_without_students_is_refused() {
    for students in [r#"{"count": 0, "data": []}"#, "null", r#"{"count": 0, "other": [1]}"#] {
        let text = format!(r#"{{"SMSDirectoryData": {{"sync": "full", "students": {students}}}}}"#);
        let copy = Copy::empty(RosterFormat::Kamar).by_email().with("push.json", text);
        assert_eq!(copy.told(), ["roster/export/push.json roster::no-rows"], "{students}");
    }
    let text = r#"{"SMSDirectoryData": {"sync": "full", "students": 7}}"#;
    assert_eq!(
        Copy::empty(RosterFormat::Kamar).by_email().with("push.json", text).told(),
        ["roster/export/push.json:1 roster::not-json"]
    );
}
