//! Several files: a district's schools, and a list that corrects the SMS.

use crate::binary::Project;

use super::{brief, good, refused, school};

const COLUMNS: &str = "columns: {caregiver-id: ID, email: Email, student-id: Student, year: Year}";
const CORRECTIONS: &str = "columns: {caregiver-id: ID, email: Email, because: Why, until: Until}";

fn district() -> Project {
    let project = school(&format!(
        "roster:\n  - path: roster/a.csv\n    {COLUMNS}\n  - path: roster/b.csv\n    {COLUMNS}\n  \
         - path: roster/corrections.csv\n    part: corrections\n    {CORRECTIONS}\n"
    ));
    project.write("roster/a.csv", "ID,Email,Student,Year\nC1,a@example.nz,S1,7\nC2,b@example.nz,S2,7\n");
    project.write("roster/b.csv", "ID;Email;Student;Year\nC1;a@example.nz;S3;8\nC3;c@;S3;8\n");
    project.write("roster/corrections.csv", "ID,Email,Why,Until\nC3,c@example.nz,T-7,2099-01-01\n");
    project
}

#[test]
fn the_schools_of_a_district_and_their_corrections_are_one_roster() {
    let project = district();
    assert_eq!(brief(&project), ["C1 a@example.nz S1 S3", "C2 b@example.nz S2", "C3 c@example.nz S3"]);
    let plan = good(&project, &["plan"]).out;
    for part in [
        "2 files; 4 rows, 3 caregivers",
        "roster/a.csv: csv, UTF-8, comma; 2 rows",
        "roster/b.csv: csv, UTF-8, semicolon; 2 rows",
        "corrected by roster/corrections.csv",
    ] {
        assert!(plan.contains(part), "no `{part}` in {plan}");
    }
    let why = good(&project, &["roster", "show", "--why", "C1"]).out;
    assert_eq!(why, "C1 is made of 2 rows:\n  roster/a.csv:2\n  roster/b.csv:2\n");
    let json: serde_json::Value = serde_json::from_str(&good(&project, &["plan", "--format", "json"]).out).unwrap();
    assert_eq!(json["inputs"]["roster"]["parts"].as_array().unwrap().len(), 3);
}

#[test]
fn a_problem_names_the_file_that_has_it() {
    let project = district();
    project.write("roster/b.csv", "ID;Email;Student;Year\nC1;a@example.nz;S3\n");
    refused(&project, &["this row has 3", "roster/b.csv:2:1"]);
    let project = district();
    project
        .write("roster/corrections.csv", "ID,Email,Why,Until\nC3,c@example.nz,,2099-01-01\nC1,x@example.nz,T-1,soon\n");
    refused(&project, &["has no reason", "corrections.csv:2:1", "`soon` is not a day", "corrections.csv:3:1"]);
    std::fs::remove_file(project.path().join("roster/a.csv")).unwrap();
    refused(&project, &["there is no roster at `roster/a.csv`"]);
}

#[test]
fn a_correction_that_has_ended_is_said_and_does_nothing() {
    let project = district();
    project.edit("roster/corrections.csv", "2099-01-01", "2026-01-01");
    let said = good(&project, &["check"]);
    assert!(said.err.contains("corrections that have ended"), "{}", said.err);
    assert!(said.out.contains("malformed-email"), "{}", said.out);
}

/// Only when every part is full does absence mean something; a correction is no second roster.
#[test]
fn a_part_that_is_partial_or_a_correction_withdraws_nobody() {
    for partial in [false, true] {
        let project = district();
        if partial {
            project.edit("rollout.yaml", "path: roster/b.csv", "path: roster/b.csv\n    upload: partial");
        }
        project.edit("rollout.yaml", "cohorts:", "leavers: disable\nguards: {roster-change: 90%}\ncohorts:");
        let at = |day: u32| format!("2027-02-0{day}T09:00:00+13:00");
        let export = |project: &Project, day: u64, text: &str| {
            project.write("roster/a.csv", text);
            let day = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_801_400_000 + day * 86_400);
            for file in ["roster/a.csv", "roster/b.csv"] {
                let file = std::fs::File::options().write(true).open(project.path().join(file)).unwrap();
                file.set_modified(day).unwrap();
            }
        };
        let whole = project.read("roster/a.csv");
        let apply = |day: u32| good(&project, &["--now", &at(day), "apply", "--auto-approve"]).out;
        export(&project, 1, &whole);
        apply(1);
        let without = whole.replace("C2,b@example.nz,S2,7\n", "");
        export(&project, 2, &without);
        assert!(!apply(2).contains("1 to withdraw"));
        project.edit("roster/corrections.csv", "T-7", "T-8");
        assert!(!apply(2).contains("1 to withdraw"), "another correction is no other export");
        export(&project, 4, &format!("{without}C1,a@example.nz,S9,7\n"));
        assert!(!apply(4).contains("1 to withdraw"), "the other school's export says nothing new");
        let other = project.read("roster/b.csv");
        let again = other.lines().last().unwrap().to_owned();
        project.write("roster/b.csv", format!("{other}{again}\n"));
        export(&project, 4, &format!("{without}C1,a@example.nz,S9,8\n"));
        assert_eq!(apply(4).contains("1 to withdraw"), !partial, "partial: {partial}");
    }
}
