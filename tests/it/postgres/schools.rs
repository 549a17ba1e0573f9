//! Several schools in one database, each a state of its own; and the example of a district.

use super::{Shared, to_server};
use crate::binary::{Project, Said, said};
use crate::database::{Database, VARIABLE};

fn run(project: &Project, database: &Database, args: &[&str]) -> Said {
    said(&project.command(args).env(VARIABLE, database.url()).output().unwrap())
}

#[test]
fn schools_in_one_database_know_nothing_of_each_other() {
    let first = Shared::quickstart();
    let second = Project::example("quickstart");
    to_server(&second);
    second.edit("rollout.yaml", "school: Tūī Park Middle School", "school: Kea Street School");
    assert_eq!(first.run(&["apply", "--auto-approve"]).code, 0);
    let plan = run(&second, &first.database, &["plan"]);
    assert!(plan.out.contains("8 to create, 13 to reset"), "{}", plan.all());
    // At the same time: each has its own lock.
    let both = [first.command(&["apply", "--auto-approve"]).spawn().unwrap(), {
        let mut command = second.command(&["apply", "--auto-approve"]);
        command.env(VARIABLE, first.database.url()).spawn().unwrap()
    }];
    for child in both {
        let ended = said(&child.wait_with_output().unwrap());
        assert_eq!(ended.code, 0, "{}", ended.all());
    }
    first.finish();
    first.check();
    assert_eq!(run(&second, &first.database, &["apply", "--auto-approve"]).code, 0);
    assert_eq!(second.letters().len(), 31);
}

/// A copied rollout under the same name, without the lock, would be a second record of the same people.
#[test]
fn a_second_rollout_of_the_same_name_is_told_so() {
    let first = Shared::quickstart();
    assert_eq!(first.run(&["apply", "--auto-approve"]).code, 0);
    let other = Project::example("quickstart");
    to_server(&other);
    for args in [&["plan"][..], &["apply", "--auto-approve"]] {
        let mut command = other.command(args);
        let command = command.env(VARIABLE, first.database.url()).env("HOME", first.project.home());
        let said = said(&command.output().unwrap());
        assert_eq!(said.code, 5, "{}", said.all());
        assert!(said.err.contains("rollout.lock") && said.err.contains("another `school:`"), "{}", said.all());
    }
    assert!(other.letters().is_empty());
    // Whoever has lost the lock has a way on.
    std::fs::remove_file(first.project.path().join("rollout.lock")).unwrap();
    assert_eq!(first.run(&["plan"]).code, 5);
    let repaired = first.run(&["state", "repair", "--because", "T-141: rollout.lock was lost"]);
    assert!([0, 8].contains(&repaired.code), "{}", repaired.all());
    first.finish();
    first.check();
}
