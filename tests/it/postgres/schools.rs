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
    let mut command = other.command(&["state", "repair", "--because", "T-142"]);
    let command = command.env(VARIABLE, first.database.url()).env("HOME", first.project.home());
    let said = self::said(&command.output().unwrap());
    assert!(said.code == 5 && said.err.contains("probably another school's"), "{}", said.all());
    assert!(other.letters().is_empty());
    // Whoever has lost the lock has a way on.
    std::fs::remove_file(first.project.path().join("rollout.lock")).unwrap();
    assert_eq!(first.run(&["plan"]).code, 5);
    let repaired = first.run(&["state", "repair", "--because", "T-141: rollout.lock was lost"]);
    assert!([0, 8].contains(&repaired.code), "{}", repaired.all());
    first.finish();
    first.check();
}

/// Whatever a school was called when its state was made: it is known by the name that it has.
#[test]
fn a_school_with_another_name_is_still_told_that_its_lock_is_lost() {
    let first = Shared::quickstart();
    assert_eq!(first.run(&["apply", "--auto-approve"]).code, 0);
    let rename =
        |from: &str, to: &str| first.project.edit("rollout.yaml", &format!("school: {from}"), &format!("school: {to}"));
    rename("Tūī Park Middle School", "Rimu Park College");
    let applied = first.run(&["apply", "--auto-approve"]);
    assert_eq!(applied.code, 0, "{}", applied.all());
    std::fs::remove_file(first.project.path().join("rollout.lock")).unwrap();
    for (from, to) in [("Rimu Park College", "Rimu Park  college"), ("Rimu Park  college", "Rimu Park College")] {
        rename(from, to);
        for args in [&["plan"][..], &["apply", "--auto-approve"]] {
            let said = first.run(args);
            assert_eq!(said.code, 5, "{}", said.all());
        }
    }
    // The name that it had is free for another school.
    let other = Project::example("quickstart");
    to_server(&other);
    let plan = run(&other, &first.database, &["plan"]);
    assert!(plan.code == 0 && plan.out.contains("8 to create, 13 to reset"), "{}", plan.all());
}

/// The example as its README tells it.
#[test]
fn a_district_of_five_schools_has_one_status() {
    const SCHOOLS: [&str; 5] = ["kea", "kereru", "piwakawaka", "matuku", "ruru"];
    let (district, database) = (Project::example("district"), Database::new());
    let at = |school: &str, args: &[&str]| {
        let mut command = district.command(args);
        let folder = district.path().join(school);
        said(&command.arg("-C").arg(folder).env(VARIABLE, database.url()).output().unwrap())
    };
    for school in SCHOOLS {
        let applied = at(school, &["apply", "--auto-approve"]);
        assert_eq!(applied.code, 0, "{}", applied.all());
    }
    let status = |more: &[&str]| run(&district, &database, &[&["status"], &SCHOOLS[..], more].concat());
    let together = status(&[]);
    assert_eq!(together.code, 0, "{}", together.all());
    let readme = district.read("README.md");
    assert!(readme.contains(together.out.trim_end()), "{}", together.all());
    for school in SCHOOLS {
        assert_eq!(at(school, &["apply", "--auto-approve"]).code, 0);
        assert_eq!(at(school, &["plan", "--detailed-exitcode"]).code, 0);
    }
    let names = database.session().query("SELECT name FROM firstbell.rollouts", &[]).unwrap();
    assert_eq!(names.len(), 5);

    // One that can't be read does not hide the others.
    let broken = status(&["nowhere"]);
    assert_eq!(broken.code, 65, "{}", broken.all());
    assert!(
        broken.out.contains("Ruru Area School ") && broken.out.contains("1 school could not be read."),
        "{}",
        broken.all()
    );
    assert!(broken.err.contains("nowhere/rollout.yaml"), "{}", broken.all());
    let locked = run(&district, &database, &["status", "kea", "--lock", "x.lock"]);
    assert_eq!(locked.code, 64, "{}", locked.all());
}
