//! MUSAC edge's three files.

use super::{Copy, shown};
use crate::model::source::{Column, RosterFormat};

fn export() -> Copy {
    Copy::of(RosterFormat::Edge, "edge")
}

#[test]
fn the_three_files_are_joined() {
    let copy = export();
    let expected = [
        "501 Mere Ngata <mere@example.nz>: 501/7/7b// allowed, 502/8/8a// allowed",
        "902 Sione Fonoti <sione@example.nz>: 502/8/8a// allowed",
        "903 Lan Nguyen <>: ",
    ];
    assert_eq!(shown(&copy.roster()), expected);
    assert!(copy.roster().facts().is_full);
    assert_eq!(copy.told(), ["roster/export/Caregiver Child Mapping.csv:4 roster::no-children"]);
    let without_heading = export().replaced("Caregiver Child Mapping.csv", "Caregiver ID,Child 1,Child 2\n", "");
    assert_eq!(shown(&without_heading.roster()), expected);
}

#[test]
fn other_headings_are_named_by_columns() {
    let copy = export().replaced("Student Detail.csv", "ID number", "Ref");
    let problems = copy.problems();
    let problem = problems.iter().find(|problem| problem.code == "roster::missing-heading").unwrap();
    assert!(problem.help.as_ref().unwrap().contains("columns: {student-id: …}"), "{problems:?}");
    let mut copy = copy;
    copy.source.columns.insert(Column::StudentId, vec!["Ref".into()]);
    assert_eq!(copy.roster().len(), 3);
}

#[test]
fn a_missing_file_and_files_of_two_exports_are_errors() {
    let copy = export().without("Caregiver Child Mapping.csv");
    assert_eq!(copy.told(), ["roster/export roster::missing-file"]);
    let copy = export().with("Caregiver Child Mapping.csv", "1,2\n3,4,5\n");
    assert!(copy.told().contains(&"roster/export roster::nobody-linked".to_owned()), "{:?}", copy.told());
    let copy = export().with("Old Student Detail.csv", "x");
    assert!(copy.problems()[0].message.contains("could both be"), "{:?}", copy.problems());
}

#[test]
fn one_file_of_the_three_is_not_enough() {
    let mut copy = export();
    copy.source.path = copy.source.path.join("Student Detail.csv");
    assert_eq!(copy.problems()[0].code, "roster::not-a-set");
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_and_names_that_differ_by_case_are_refused() {
    let copy = export();
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::os::unix::fs::symlink(secret.path(), copy.folder.path().join("Old.csv")).unwrap();
    assert_eq!(copy.told(), ["roster/export roster::outside"]);
    let copy = export().with("STUDENT DETAIL.csv", "x");
    assert_eq!(copy.told(), ["roster/export roster::file-twice"]);
}

#[test]
fn several_classes_in_one_cell_are_said() {
    let copy = export().replaced("Student Detail.csv", ",8,8A", ",8,\"8A, MAT\"");
    assert!(
        copy.told().contains(&"roster/export/Student Detail.csv:3 roster::several-enrolments".to_owned()),
        "{:?}",
        copy.told()
    );
}
