//! What bad input gets, through the real program: an exit code from the table, a message that says what, where and what to
//! do, and a project in which not one byte is another than before.

mod bytes;
mod disk_full;
mod hand_kept;
mod interrupted;
mod letters;
mod lms;
mod lock_and_key;
mod names;
mod rollout;
mod roster;
mod state;
mod terminal;
mod usage;

use std::collections::BTreeMap;
use std::path::Path;

use crate::binary::{Project, Said};

const EXAMPLE: &str = "quickstart";

/// The example, not yet applied.
fn fresh() -> Project {
    Project::example(EXAMPLE)
}

/// The example after its first apply.
fn applied() -> Project {
    let project = fresh();
    let said = project.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 0, "{}", said.all());
    project
}

/// Every file and folder below the project, with its bytes. The lock against a second run is left out: taking it is how
/// a run begins, and the file stays.
fn look(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let mut seen = BTreeMap::new();
    look_into(&project.path(), "", &mut seen);
    seen
}

fn look_into(folder: &Path, prefix: &str, seen: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if name.ends_with("firstbell.db.lock") {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            seen.insert(format!("{name}/"), Vec::new());
            look_into(&entry.path(), &format!("{name}/"), seen);
        } else {
            // A link that leads nowhere has no bytes.
            seen.insert(name, std::fs::read(entry.path()).unwrap_or_default());
        }
    }
}

/// Runs it, and holds the project against what it was.
fn run_untouched(project: &Project, args: &[&str]) -> Said {
    let before = look(project);
    let said = project.run(args);
    let after = look(project);
    let changed: Vec<_> =
        before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name)).collect();
    assert!(changed.is_empty(), "{args:?} touched {changed:?}:\n{}", said.all());
    no_panic(&said);
    said
}

fn no_panic(said: &Said) {
    for word in ["panicked", "RUST_BACKTRACE", "stack backtrace", "unwrap()"] {
        assert!(!said.all().contains(word), "{}", said.all());
    }
}

/// Each of `commands` answers with this code and says all of these, and nothing is touched.
fn refused_by(commands: &[&[&str]], project: &Project, code: i32, says: &[&str]) {
    for args in commands {
        let said = run_untouched(project, args);
        assert_eq!(said.code, code, "{args:?} {says:?}: {}", said.all());
        for part in says {
            assert!(said.err.contains(part), "{args:?} does not say `{part}`:\n{}", said.all());
        }
    }
}

/// Both `plan` and `apply` refuse.
fn refused(project: &Project, code: i32, says: &[&str]) {
    refused_by(&[&["plan"], &["apply", "--auto-approve"]], project, code, says);
}
