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
