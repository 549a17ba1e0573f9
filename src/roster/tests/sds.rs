//! Microsoft School Data Sync.

use super::{Copy, shown};
use crate::model::source::RosterFormat;

#[test]
fn relationships_2_1_go_from_student_to_adult() {
    let copy = Copy::of(RosterFormat::Sds, "sds-2.1");
    assert_eq!(
        shown(&copy.roster()),
        [
            "G1 Mere Ngata <mere@example.nz>: 1/7//kowhai college/parent allowed, 2/8//kowhai college/parent allowed",
            "G2 Rua Hall <rua@example.nz> staff: 2/8//kowhai college/other unknown",
        ]
    );
    assert_eq!(
        copy.told(),
        [
            "roster/export/relationships.csv:4 roster::other-role",
            "roster/export/relationships.csv:5 roster::not-family",
            "roster/export/relationships.csv:6 roster::dangling-link",
        ]
    );
}

#[test]
fn a_student_is_where_the_primary_role_says_whatever_the_order_of_rows() {
    let rows = ["1,o1,student,,07,true,,\n", "1,o1,student,,08,false,,\n"];
    for rows in [rows.concat(), [rows[1], rows[0]].concat()] {
        let copy = Copy::of(RosterFormat::Sds, "sds-2.1").replaced("roles.csv", "1,o1,student,,07,true,,\n", &rows);
        assert!(shown(&copy.roster())[0].contains("1/7//kowhai college/parent"), "{:?}", shown(&copy.roster()));
        assert!(!copy.told().iter().any(|told| told.ends_with("several-classes")));
    }
    let two = "1,o1,student,,08,true,,\n1,o1,student,,07,true,,\n";
    let copy = Copy::of(RosterFormat::Sds, "sds-2.1").replaced("roles.csv", "1,o1,student,,07,true,,\n", two);
    assert!(copy.told().contains(&"roster/export/roles.csv:3 roster::several-classes".to_owned()), "{:?}", copy.told());
    let ended = Copy::of(RosterFormat::Sds, "sds-2.1").replaced(
        "roles.csv",
        "1,o1,student,,07,true,,\n",
        "1,o1,student,,07,true,,2026-01-31\n",
    );
    assert!(!shown(&ended.roster())[0].contains("1/7"), "{:?}", shown(&ended.roster()));
}

#[test]
fn an_address_that_two_adults_share_links_neither() {
    let adults = "Email,First Name,Last Name,Phone,SIS ID\nfam@example.nz,Ann,Lee,,P1\nfam@example.nz,Bob,Lee,,P2\nmere@example.nz,Mere,Ngata,,P3\n";
    let links = "SIS ID,Email,Role\n1,fam@example.nz,Parent\n2,mere@example.nz,Parent\n";
    let copy = Copy::of(RosterFormat::Sds, "sds-1").with("user.csv", adults).with("guardianrelationship.csv", links);
    let shown = shown(&copy.roster());
    assert!(shown.iter().filter(|line| line.contains("fam@")).all(|line| !line.contains("1/7")), "{shown:?}");
    assert!(copy.told().iter().any(|told| told.ends_with("roster::ambiguous-link")), "{:?}", copy.told());
}

#[test]
fn a_set_without_relationships_is_refused() {
    let copy = Copy::of(RosterFormat::Sds, "sds-2.1").without("relationships.csv");
    assert_eq!(copy.problems()[0].code, "roster::missing-file");
    assert!(copy.read().is_err());
}

#[test]
fn version_1_tells_adults_by_their_address() {
    let copy = Copy::of(RosterFormat::Sds, "sds-1").by_email();
    assert_eq!(
        shown(&copy.roster()),
        [
            "mere@example.nz Mere Ngata <mere@example.nz>: 1/7//kowhai college/parent allowed, 2/8//kowhai college/guardian allowed",
            "sione@example.nz Sione Fonoti <sione@example.nz>: 2/8//kowhai college/ unknown",
        ]
    );
    let copy = Copy::of(RosterFormat::Sds, "sds-1");
    let problems = copy.problems();
    assert!(problems.iter().any(|problem| problem.help.as_ref().is_some_and(|help| help.contains("identity: email"))));
    assert!(copy.read().is_err());
}

#[test]
fn a_set_without_parents_says_where_they_would_be() {
    let students = "sourcedId,orgSourcedIds,givenName,familyName,username,role,grade\n1,o1,Tama,Ngata,tama,Student,7\n";
    let version_2_0 = Copy::empty(RosterFormat::Sds).with("users.csv", students).with("orgs.csv", "sourcedId,name\n");
    let version_1 = Copy::empty(RosterFormat::Sds)
        .with("Student.csv", "SIS ID,School SIS ID,Username\n1,o1,tama\n")
        .with("School.csv", "SIS ID,Name\no1,K\n");
    for (copy, missing) in [(version_2_0, "relationships.csv"), (version_1, "user.csv")] {
        let problems = copy.problems();
        assert_eq!((problems.len(), problems[0].code), (1, "roster::missing-file"), "{problems:#?}");
        assert!(problems[0].message.contains(missing), "{problems:#?}");
        assert!(problems[0].help.as_ref().unwrap().contains("parents are in School Data Sync 2.1"), "{problems:#?}");
    }
}

#[test]
fn version_1_with_the_least_columns_and_microsofts_names_is_read_without_a_word() {
    let copy = Copy::empty(RosterFormat::Sds)
        .with("Student.csv", "SIS ID,School SIS ID,Username\n1,o1,tama\n")
        .with("User.csv", "Email,First Name,Last Name,Phone,SIS ID\nmere@example.nz,Mere,Ngata,,\n")
        .with("Guardianrelationship.csv", "SIS ID,Email,Role\n1,mere@example.nz,Guardian\n")
        .by_email();
    assert_eq!(copy.told(), ["roster/export roster::identity-by-email"]);
    assert_eq!(shown(&copy.roster()), ["mere@example.nz Mere Ngata <mere@example.nz>: 1///o1/guardian allowed"]);
}

#[test]
fn a_student_is_not_their_own_guardian() {
    let copy = Copy::of(RosterFormat::Sds, "sds-2.1").replaced("relationships.csv", "1,G1,parent", "1,1,guardian");
    assert!(
        copy.told().contains(&"roster/export/relationships.csv:2 roster::own-guardian".to_owned()),
        "{:?}",
        copy.told()
    );
    assert!(copy.roster().caregiver("1").is_none());
}

#[test]
fn what_an_unknown_means_must_be_chosen() {
    let mut copy = Copy::of(RosterFormat::Sds, "sds-2.1");
    copy.source.is_unknown_access_chosen = false;
    assert!(copy.read().is_err());
    assert!(
        copy.told().contains(&"roster/export/relationships.csv:4 roster::unknown-access".to_owned()),
        "{:?}",
        copy.told()
    );
}
