//! `OneRoster` 1.1 and 1.2.

use super::{Copy, shown};
use crate::model::source::{RosterFormat, Upload};

fn bulk() -> Copy {
    Copy::of(RosterFormat::OneRoster, "oneroster-1.1").upload(Upload::ByManifest)
}

fn delta() -> Copy {
    Copy::of(RosterFormat::OneRoster, "oneroster-1.2").upload(Upload::ByManifest)
}

#[test]
fn a_bulk_set_1_1_is_read_with_its_deviations() {
    let copy = bulk();
    let roster = copy.roster();
    assert_eq!(
        shown(&roster),
        [
            "P_1 Mere Ngata <mere@example.nz>: s_1/7/7b/kōwhai college/parent allowed, s_2/8//kōwhai college/parent allowed",
            "P_2 Rua Hall <rua@example.nz> staff: s_2/8//kōwhai college/guardian blocked",
        ]
    );
    assert_eq!((roster.facts().is_full, roster.facts().shape.as_str()), (true, "OneRoster 1.1 bulk, UTF-8, comma"));
    let codes: Vec<String> = copy.told().iter().map(|told| told.rsplit(' ').next().unwrap().to_owned()).collect();
    for code in [
        "roster::manifest-value",
        "roster::file-case",
        "roster::other-heading",
        "roster::status-in-bulk",
        "roster::strange-date",
        "roster::capitals",
        "roster::short-row",
        "roster::several-grades",
        "roster::own-guardian",
        "roster::other-link",
        "roster::dangling-link",
    ] {
        assert!(codes.contains(&code.to_owned()), "{code}: {codes:?}");
    }
}

#[test]
fn a_delta_set_1_2_is_a_part_with_roles_of_its_own() {
    let copy = delta();
    let roster = copy.roster();
    assert_eq!(
        shown(&roster),
        [
            "A1 Mere Ngata <mere@example.nz>: s1/7//kōwhai college/parent allowed",
            "A2 Rua Hall <rua@example.nz> staff: s1/7//kōwhai college/guardian allowed",
        ]
    );
    assert!(!roster.facts().is_full);
    assert_eq!(copy.told(), Vec::<String>::new());
    assert_eq!(delta().upload(Upload::Full).told(), ["roster/export roster::only-a-part"]);
}

#[test]
fn a_set_whose_manifest_is_another_versions_says_nothing_of_absence() {
    let copy = delta().replaced("manifest.csv", "oneroster.version,1.2", "oneroster.version,1.1").replaced(
        "manifest.csv",
        "delta",
        "bulk",
    );
    let copy = copy.upload(Upload::Full);
    assert!(!copy.roster().facts().is_full);
    assert!(copy.told().contains(&"roster/export roster::incomplete".to_owned()), "{:?}", copy.told());
}

#[test]
fn files_that_are_missing_are_named() {
    assert!(delta().without("roles.csv").told().contains(&"roster/export roster::missing-file".to_owned()));
    assert!(bulk().without("Users.csv").told().contains(&"roster/export roster::missing-file".to_owned()));
    let copy = bulk().without("manifest.csv").upload(Upload::Full);
    assert!(copy.told().contains(&"roster/export roster::no-manifest".to_owned()));
    assert!(copy.roster().facts().is_full);
    assert!(!bulk().without("manifest.csv").roster().facts().is_full);
}

#[test]
fn another_files_content_under_the_name_is_refused() {
    let orgs = std::fs::read_to_string(super::fixture("oneroster-1.1/orgs.csv")).unwrap();
    let copy = bulk().with("Users.csv", orgs);
    assert!(copy.read().is_err());
    assert!(copy.told().contains(&"roster/export/Users.csv:1 roster::missing-heading".to_owned()), "{:?}", copy.told());
}

#[test]
fn an_id_of_two_people_is_told() {
    let copy = bulk().replaced("Users.csv", "P_2,,,false", "P_1,,,false");
    assert!(copy.told().contains(&"roster/export/Users.csv:5 roster::id-twice".to_owned()), "{:?}", copy.told());
    assert!(copy.roster().caregiver("P_1").unwrap().address().is_err());
}

/// The shape of a public sample bundle: other order, older names, columns of its own, and nobody but students.
#[test]
fn a_set_of_students_says_that_there_are_no_parents() {
    let copy = Copy::empty(RosterFormat::OneRoster)
        .with("manifest.csv", "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.users,bulk")
        .with(
            "users.csv",
            "sourcedId,enabledUser,status,dateLastModified,orgSourcedIds,role,username,userId,givenName,familyName,\
             identifier,email,sms,phone,agents,ext_maker_id\n\
             u1,TRUE,,,12345,student,tama,abc,Tama,Ngata,an identifier,,,,,\n",
        );
    let told = copy.told();
    assert!(told.contains(&"roster/export/users.csv:1 roster::other-heading".to_owned()), "{told:?}");
    let problems = copy.problems();
    let problem = problems.iter().find(|problem| problem.code == "roster::no-caregivers").unwrap();
    assert_eq!(problem.message, "the export has 1 row, and nobody in it is a parent or caregiver");
}

/// Another: roles of two kinds for one person, a heading line with names that are blank, rows shorter than it, no line end
/// behind the last, dates of all kinds.
#[test]
fn short_rows_without_a_last_line_end_are_whole_where_all_are_short() {
    let roles = "sourcedId,status,dataLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,,\n\
        r1,active,2025-01-01,A2,primary,teacher,2024-03-06,2099-09-23,o1\n\
        r2,active,2025-01-01,S1,primary,student,2024-03-06,2099-09-23,o1\n\
        r4,active,2025-01-01,A2,secondary,guardian,2024-03-06,2099-09-23,o1\n\
        r3,active,2025-01-01,A1,primary,parent,2024-03-06,2099-09-23,o1";
    let copy = delta().with("roles.csv", roles).replaced("manifest.csv", "delta", "bulk");
    assert!(copy.roster().facts().is_full, "{:?}", copy.told());
    let cut = &roles[..roles.len() - 30];
    assert!(!delta().with("roles.csv", cut).replaced("manifest.csv", "delta", "bulk").roster().facts().is_full);
}

#[test]
fn a_role_that_has_ended_counts_for_nothing() {
    let ended = delta().replaced(
        "roles.csv",
        "r4,active,2026-12-30T06:00:00.000Z,A2,secondary,guardian,,",
        "r4,active,2026-12-30T06:00:00.000Z,A2,secondary,guardian,,2026-06-30",
    );
    assert_eq!(shown(&ended.roster()), ["A1 Mere Ngata <mere@example.nz>: s1/7//kōwhai college/parent allowed"]);
    assert!(ended.told().contains(&"roster/export/roles.csv:5 roster::role-ended".to_owned()), "{:?}", ended.told());
    for (end, told) in [("2099-12-31", None), ("31/12/2026", Some("roster/export/roles.csv:5 roster::strange-date"))] {
        let to = format!("A2,secondary,guardian,,{end}");
        let copy = delta().replaced("roles.csv", "A2,secondary,guardian,,", &to);
        assert_eq!((copy.roster().len(), copy.told().first().map(String::as_str)), (2, told), "{end}");
    }
}

#[test]
fn of_several_rows_about_a_parent_the_strictest_counts_whatever_their_order() {
    let row = "A1,active,2026-12-31T06:00:00.000Z,true,mere,,Mere,Ngata,,,mere@example.nz,,,S1,,,,,,,o1,\n";
    for (enabled, expected) in [("false", "blocked"), ("", "unknown")] {
        let other = row.replacen("true", enabled, 1);
        for rows in [format!("{row}{other}"), format!("{other}{row}")] {
            let roster = delta().replaced("users.csv", row, &rows).roster();
            assert!(shown(&roster)[0].ends_with(expected), "{:?}", shown(&roster));
        }
    }
}

#[test]
fn parents_whom_nobody_links_with_a_child_are_said() {
    let copy = delta().replaced("users.csv", "mere@example.nz,,,S1", "mere@example.nz,,,").replaced(
        "users.csv",
        "rua@example.nz,,,S1",
        "rua@example.nz,,,",
    );
    assert_eq!(copy.told(), ["roster/export roster::nobody-linked"]);
}

#[test]
fn the_set_of_another_format_is_told_apart() {
    let mut copy = Copy::of(RosterFormat::Sds, "sds-2.1");
    copy.source.format = RosterFormat::OneRoster;
    assert_eq!(copy.told(), ["roster/export roster::other-format"]);
    let mut copy = bulk();
    copy.source.format = RosterFormat::Sds;
    assert!(copy.problems()[0].help.as_ref().unwrap().contains("`format: oneroster`"), "{:?}", copy.problems());
}

#[test]
fn what_lies_one_folder_or_one_zip_further_down_is_named() {
    let copy = Copy::empty(RosterFormat::OneRoster).with("bundle.zip", "PK");
    let help = |copy: &Copy| copy.problems()[0].help.clone().unwrap();
    assert!(help(&copy).starts_with("did you mean `path: roster/export/bundle.zip`?"), "{}", help(&copy));
    let copy = Copy::empty(RosterFormat::OneRoster);
    std::fs::create_dir(copy.folder.path().join("bundle")).unwrap();
    assert_eq!(help(&copy), "there is a folder in it: did you mean `path: roster/export/bundle`?");
}

/// The class of the child `S_1` when these are their classes, each with its type.
fn class_of(classes: &[(&str, &str)]) -> (String, bool) {
    let rows = classes.iter().enumerate().map(|(number, (title, kind))| format!("k{number},{title},{kind}"));
    let seats = (0..classes.len()).map(|number| format!("k{number},S_1,student"));
    let [rows, seats] = [rows.collect::<Vec<_>>(), seats.collect()].map(|lines| lines.join("\n"));
    let copy = bulk()
        .with("classes.csv", format!("sourcedId,title,classType\n{rows}\n"))
        .with("enrollments.csv", format!("classSourcedId,userSourcedId,role\n{seats}\nk404,S_1,student\n"));
    let roster = copy.roster();
    let child = roster.caregiver("P_1").unwrap().children().next().unwrap();
    (child.class().to_owned(), copy.told().iter().any(|told| told.ends_with("roster::several-enrolments")))
}

#[test]
fn the_class_is_the_homeroom_or_the_only_one() {
    for (classes, class, is_told) in [
        (&[("Maths", "scheduled"), ("7B", "homeroom"), ("Art", "scheduled")][..], "7B", false),
        (&[("7C", "homeroom"), ("7B", "homeroom")], "7B", false),
        (&[("Maths", "scheduled"), ("Art", ""), ("7B", "Homeroom")], "7B", false),
        (&[("Maths", "scheduled"), ("Maths", "scheduled")], "Maths", false),
        (&[("Maths", "scheduled"), ("Art", "scheduled"), ("Music", "scheduled")], "", true),
        (&[], "", false),
    ] {
        assert_eq!(class_of(classes), (class.to_owned(), is_told), "{classes:?}");
    }
}

#[test]
fn a_set_without_any_roles_says_which_file_is_missing() {
    let copy = delta().without("roles.csv").without("manifest.csv");
    let problems = copy.problems();
    let problem = problems.iter().find(|problem| problem.code == "roster::missing-file").unwrap();
    assert_eq!(problem.message, "there is no `roles.csv` in it");
    let copy = delta().replaced("roles.csv", "r3,active", "r3,tobedeleted");
    assert!(!copy.roster().caregiver("A2").unwrap().is_staff());
}
