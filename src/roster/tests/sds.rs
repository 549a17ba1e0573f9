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
