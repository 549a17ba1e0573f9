//! The school's own list for `adopt --file`: whoever is missed in it would be reset a second time.

use super::{fresh, refused_by, run_untouched};
use crate::binary::Project;

fn refused(text: impl AsRef<[u8]>, says: &[&str]) {
    let project = fresh();
    project.write("done.csv", text);
    let list = project.path().join("done.csv");
    refused_by(&[&["adopt", "--file", list.to_str().unwrap(), "--because", "the list"]], &project, 65, says);
}

fn adopted(text: &str) -> (Project, String) {
    let project = fresh();
    project.write("done.csv", text);
    let list = project.path().join("done.csv");
    let said = project.run(&["adopt", "--file", list.to_str().unwrap(), "--because", "the list"]);
    assert_eq!(said.code, 0, "{text:?}: {}", said.all());
    (project, said.out)
}

#[test]
fn commas_semicolons_tabs_and_the_schools_own_headings_are_understood() {
    for text in [
        "caregiver-id,email,date\nC1001,,2026-02-01\nC1002,,\n",
        "\u{feff}caregiver-id;email;date\r\nC1001;;2026-02-01\r\nC1002;;\r\n",
        "caregiver-id\temail\nC1001\t\nC1002\t\n",
        "Caregiver ID\nC1001\n\nC1002",
        "CaregiverID,CgEmail\nC1001,\n,wiremu.tamihana@home.example.nz\n",
    ] {
        let (project, said) = adopted(text);
        assert!(said.starts_with("2 recorded"), "{text:?}: {said}");
        let plan = project.run(&["plan"]);
        assert!(!plan.out.contains("C1001") && !plan.out.contains("C1002"), "{}", plan.all());
    }
}

#[test]
fn a_list_that_can_not_be_read_is_refused_whole() {
    refused("", &["there is no row in it", "done.csv", "a heading line comes first"]);
    refused("caregiver-id,email\n", &["there is no row in it", "done.csv"]);
    refused("C1001\nC1002\n", &["neither a heading `caregiver-id` nor `email`", "done.csv:1", "write the headings"]);
    refused(b"caregiver-id\nC1\xff01\n", &["not UTF-8", "done.csv:2", "CSV UTF-8"]);
    refused(b"PK\x03\x04", &["an Excel workbook", "done.csv", "CSV UTF-8"]);
    refused(b"\xff\xfec\0a", &["UTF-16", "done.csv"]);
    refused("caregiver-id,email\nC1001\n", &["has 2 columns, and this row has 1", "done.csv:2"]);
}

/// A quotation mark that is not closed would make one cell of all who come after it.
#[test]
fn a_quotation_mark_never_hides_those_behind_it() {
    refused("caregiver-id,email\nC1001,\"abc\nC1002,\n", &["is never closed", "done.csv:2"]);
    refused("caregiver-id,email\nC1001,\"abc\nC1002,x\"\n", &["runs on to the next line", "done.csv:2"]);
    refused("caregiver-id\n\"C1001\nC1002\"\n", &["runs on to the next line", "done.csv:2"]);
}

#[test]
fn every_row_that_names_nobody_is_told_with_its_line() {
    refused(
        "caregiver-id,email,date\n,,\nC1001,,1/02/2026\nC1002,,2999-01-01\n,nobody@example.com,\n1.2E+09,,\n",
        &[
            "done.csv:3",
            "`1/02/2026` is not a date: write 2026-02-27",
            "done.csv:4",
            "lies in the future",
            "done.csv:5",
            "no caregiver of the roster has this address",
            "done.csv:6",
            "Excel has shortened it",
            "correct the row or take it out",
        ],
    );
    let theirs = "caregiver-id,email\nC1002,aroha.tamihana@post.example.nz\n";
    refused(theirs.replace("caregiver-id", "ID"), &["the id is one caregiver's, and the address another's"]);
    refused(theirs, &["the id is one caregiver's, and the address another's", "done.csv:2"]);
    refused(
        "caregiver-id\naroha.tamihana@post.example.nz\n",
        &["this is an address, under the heading of the ids", "done.csv:2"],
    );
    refused("caregiver-id,email\nC\u{1b}[31m1,\n", &["invisible character", "done.csv:2"]);
}

/// The export has two addresses for him, one of them hers: the list may know him by either.
#[test]
fn an_address_that_is_theirs_on_another_row_is_theirs() {
    let project = fresh();
    let roster = project.path().join("roster/caregivers.csv");
    let hers = "C1002,Wiremu,Tamihana,aroha.tamihana@post.example.nz,S9002,Mere,Tamihana,8,8A,Father,mi,Yes,2,No\n";
    let rows = std::fs::read_to_string(roster).unwrap() + hers;
    project.write("roster/caregivers.csv", rows);
    for (row, code) in [
        ("C1002,aroha.tamihana@post.example.nz", 0),
        (",aroha.tamihana@post.example.nz", 65),
        ("C1001,wiremu.tamihana@home.example.nz", 65),
    ] {
        project.write("done.csv", format!("caregiver-id,email\n{row}\n"));
        let list = project.path().join("done.csv");
        let said = project.run(&["adopt", "--file", list.to_str().unwrap(), "--because", "the list"]);
        assert_eq!(said.code, code, "{row}: {}", said.all());
    }
}

#[test]
fn an_id_that_the_roster_does_not_have_is_recorded_and_named() {
    let (_, said) = adopted("caregiver-id\nC1O01\n");
    assert!(said.contains("Not in the roster") && said.contains("C1O01") && said.contains("typing error"), "{said}");
}

#[test]
fn a_list_that_is_not_there_and_ids_that_are_none_are_refused() {
    let project = fresh();
    let adopt = |what: &[&str], code: i32, says: &str| {
        let args = [&["adopt"][..], what].concat();
        let said = run_untouched(&project, &args);
        assert_eq!(said.code, code, "{what:?}: {}", said.all());
        assert!(said.err.contains(says), "{what:?}: {}", said.all());
    };
    adopt(&["--file", "/nowhere/done.csv", "--because", "x"], 65, "there is no file `/nowhere/done.csv`");
    adopt(&["--file", "/tmp", "--because", "x"], 65, "is a folder");
    adopt(&["", "--because", "x"], 64, "an argument is empty");
    adopt(&["C1\n2", "--because", "x"], 64, "can't be the id of a caregiver");
    adopt(&["C1001", "--because", " "], 64, "--because");
    adopt(&["--because", "x"], 64, "required");
}
