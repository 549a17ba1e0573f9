//! A file that was cut short withdraws nobody, whatever its format, however often it comes.

use std::time::{Duration, UNIX_EPOCH};

use crate::binary::Project;

use super::exports::fixture;
use super::{good, school};

const CUT: [(&str, &str, &str); 7] = [
    ("ide, upload: by-manifest, year-from: {home-group: '^(\\d+)'}", "ide", "SMSIAM.csv"),
    ("edge", "edge", "Caregiver Detail.csv"),
    ("kamar, identity: email, upload: by-manifest", "kamar", "full.json"),
    ("oneroster, upload: full", "oneroster-1.1", "Users.csv"),
    ("sds, unknown-access: hold", "sds-2.1", "users.csv"),
    ("sds, unknown-access: hold", "sds-2.1", "relationships.csv"),
    ("sds, unknown-access: hold, identity: email", "sds-1", "user.csv"),
];

fn project(format: &str) -> Project {
    let project = school(&format!("roster: {{format: {format}, path: roster/export, max-age: 3650d}}\n"));
    project.edit("rollout.yaml", "cohorts:", "leavers: disable\nguards: {roster-change: 90%}\ncohorts:");
    project.edit("rollout.yaml", ", after: [year-7]", "");
    project
}

/// Puts an export there, as if it had been written on this day of February, and applies it. What was said, whatever it was.
fn apply(project: &Project, day: u64, files: &[(String, Vec<u8>)]) -> String {
    for (name, bytes) in files {
        let path = format!("roster/export/{name}");
        project.write(&path, bytes);
        let file = std::fs::File::options().write(true).open(project.path().join(path)).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_hours(500_371 + 24 * day)).unwrap();
    }
    let now = format!("2027-02-0{day}T09:00:00+13:00");
    project.run(&["--personal", "full", "--now", &now, "apply", "--auto-approve"]).all()
}

fn is_anybody_disabled(project: &Project) -> bool {
    project.effects().iter().any(|effect| effect["op"] == "disable")
}

#[test]
fn whoever_is_missing_from_a_file_that_was_cut_short_stays() {
    for (format, name, file) in CUT {
        let (project, whole) = (project(format), fixture(name));
        let said = apply(&project, 1, &whole);
        assert!(said.starts_with("exit 0") && !project.letters().is_empty(), "{name}: {said}");
        for day in [2, 4, 6] {
            let mut files = whole.clone();
            let (_, bytes) = files.iter_mut().find(|(known, _)| known == file).unwrap();
            let text = String::from_utf8(bytes.clone()).unwrap();
            // Half a name, half an id, half an address: another place each day.
            let start = ["Mere", "mere@", "G1"].iter().filter_map(|word| text.find(word)).min().unwrap();
            bytes.truncate(start + usize::try_from(day).unwrap() / 2);
            let said = apply(&project, day, &files);
            assert!(!said.contains("to withdraw") && !is_anybody_disabled(&project), "{name}/{file}: {said}");
            let is_said =
                ["may have been cut short", "cut short:", "error[roster::"].iter().any(|part| said.contains(part));
            assert!(is_said, "{name}/{file}: {said}");
        }
    }
}

/// The same files whole, and without somebody: that is a departure, the second time.
#[test]
fn whoever_is_missing_from_two_whole_exports_has_left() {
    let (project, mut files) = (project("edge"), fixture("edge"));
    apply(&project, 1, &files);
    for (_, bytes) in &mut files {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let rows: Vec<&str> = text.lines().filter(|line| !line.contains("902")).collect();
        *bytes = (rows.join("\n") + "\n").into_bytes();
    }
    assert!(!apply(&project, 2, &files).contains("to withdraw"));
    files[0].1.extend(b"Another,Parent,another@example.nz,904\n");
    let said = apply(&project, 4, &files);
    assert!(said.contains("1 to withdraw") && is_anybody_disabled(&project), "{said}");
    good(&project, &["--now", "2027-02-04T10:00:00+13:00", "status"]);
}
