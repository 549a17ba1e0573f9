//! `SMSIAM.csv`.

use regex::Regex;

use super::{Copy, shown};
use crate::model::source::{RosterFormat, Upload, YearField, YearFrom};

fn extract() -> Copy {
    let mut copy = Copy::of(RosterFormat::Ide, "ide");
    let pattern = Regex::new(r"^(\d+)").unwrap();
    copy.source.year_from = Some(YearFrom { field: YearField::HomeGroup, pattern });
    copy
}

#[test]
fn an_extract_1_71_is_read_with_its_comments_and_trailer() {
    let copy = extract().upload(Upload::ByManifest);
    let roster = copy.roster();
    assert_eq!(
        shown(&roster),
        [
            "C1 Mere Ngata <mere@example.nz>: s1/7/07b/kowhai.example.nz/ allowed, s2/8/08a/kowhai.example.nz/ allowed",
            "C2 Rua Hall <RUA@example.nz> staff: s2/8/08a/kowhai.example.nz/ allowed",
        ]
    );
    let facts = roster.facts();
    assert_eq!(facts.exported_at.to_string(), "2026-12-31T06:00:00Z");
    assert_eq!((facts.is_full, facts.shape.as_str()), (true, "IDE 1.71, UTF-8, comma"));
    assert_eq!(
        (roster.caregiver("C2").unwrap().line(), roster.caregiver("C2").unwrap().file()),
        (10, "roster/export/SMSIAM.csv")
    );
    assert_eq!(
        copy.told(),
        [
            "roster/export/SMSIAM.csv:7 roster::students-left",
            "roster/export/SMSIAM.csv:10 roster::dangling-link",
            "roster/export/SMSIAM.csv:11 roster::unknown-role",
        ]
    );
}

#[test]
fn the_trailers_time_is_the_schools() {
    let mut copy = extract();
    copy.source.timezone = jiff::tz::TimeZone::get("Pacific/Auckland").unwrap();
    assert_eq!(copy.roster().facts().exported_at.to_string(), "2026-12-30T17:00:00Z");
}

#[test]
fn a_trailer_1_6_is_a_bare_time() {
    let copy = extract().replaced("SMSIAM.csv", "1234#1.71#", "");
    assert_eq!(copy.roster().facts().shape, "IDE 1.6, UTF-8, comma");
    assert!(copy.roster().facts().is_full);
}

#[test]
fn the_year_may_stand_in_a_group() {
    let mut copy = extract();
    let pattern = Regex::new(r"^Year (\d+)$").unwrap();
    copy.source.year_from = Some(YearFrom { field: YearField::Groups, pattern });
    assert_eq!(copy.roster().caregiver("C1").unwrap().children().next().unwrap().year(), "7");
}

#[test]
fn without_a_whole_trailer_nobody_has_left() {
    for (old, new) in [
        ("1234#1.71#2026-12-31 06:00:00\n", ""),
        ("2026-12-31 06:00:00", "31/12/2026 6:00"),
        ("1234#1.71#2026-12-31 06:00:00\n", "2026-12-31 06:00:00\nA2,,,,,Al,Umna,Alumni,,,,,,\n"),
    ] {
        let copy = extract().replaced("SMSIAM.csv", old, new);
        assert!(!copy.roster().facts().is_full, "{new}");
        assert!(copy.told().contains(&"roster/export roster::incomplete".to_owned()), "{:?}", copy.told());
    }
}

#[test]
fn a_last_line_that_is_cut_is_named() {
    let copy = extract().replaced("SMSIAM.csv", "Alumni,,,,,,\n1234#1.71#2026-12-31 06:00:00\n", "Alum");
    assert!(copy.told().contains(&"roster/export/SMSIAM.csv:12 roster::ragged-row".to_owned()), "{:?}", copy.told());
}

#[test]
fn a_student_may_not_be_their_own_guardian_and_an_nsn_not_two_students() {
    let copy = extract().replaced(
        "SMSIAM.csv",
        "X1,,,,,Some,Body,Neighbour,,x@",
        "S1,,,,,Some,Body,ParentCaregiver,0123456781,x@",
    );
    assert!(copy.told().contains(&"roster/export/SMSIAM.csv:11 roster::own-guardian".to_owned()), "{:?}", copy.told());
    let copy = extract().replaced("SMSIAM.csv", "S2,0123456782", "S2,0123456781");
    assert!(copy.told().contains(&"roster/export/SMSIAM.csv:5 roster::nsn-twice".to_owned()), "{:?}", copy.told());
    assert_eq!(copy.roster().facts().links, 0);
}

#[test]
fn what_excel_did_to_an_nsn_is_an_error() {
    let copy = extract().replaced("SMSIAM.csv", "0123456781#0123456782", "1.23457E+09");
    assert!(copy.told().contains(&"roster/export/SMSIAM.csv:9 roster::excel-number".to_owned()), "{:?}", copy.told());
}

#[test]
fn headings_are_misspelt_or_missing() {
    let copy = extract().replaced("SMSIAM.csv", "mlepAssociatedNSN", "mlepAssociatdNSN");
    assert!(copy.told().contains(&"roster/export/SMSIAM.csv:2 roster::other-heading".to_owned()), "{:?}", copy.told());
    let copy = extract().replaced("SMSIAM.csv", "mlepRole", "Kind");
    let problems = copy.problems();
    assert_eq!(problems[0].code, "roster::missing-heading", "{problems:?}");
}

#[test]
fn a_hundred_thousand_dangling_links_are_one_warning() {
    let row = |number: u32| format!("D{number},,,,,A,B,ParentCaregiver,9{number:09},,,,,\n");
    let rows: String = (0..100_000).map(row).collect();
    let copy = extract().replaced("SMSIAM.csv", "X1,", &format!("{rows}X1,"));
    let dangling: Vec<_> =
        copy.problems().into_iter().filter(|problem| problem.code == "roster::dangling-link").collect();
    assert_eq!(dangling.len(), 1);
    assert!(dangling[0].message.contains("100001 links"), "{}", dangling[0].message);
}

#[test]
fn header_only_nul_and_a_long_line_are_errors() {
    let heading = "mlepSmsPersonId,mlepRole,mlepStudentNSN,mlepAssociatedNSN,mlepEmail,mlepFirstName,mlepLastName\n";
    let code = |text: &str| {
        Copy::empty(RosterFormat::Ide)
            .with("SMSIAM.csv", text)
            .problems()
            .iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>()
    };
    assert!(code(&format!("{heading}2026-12-31 06:00:00\n")).contains(&"roster::no-rows"));
    assert!(code(&format!("{heading}\0")).contains(&"roster::nul-byte"));
    assert!(code(&format!("{heading}{}", "x".repeat(10_000_000))).contains(&"roster::long-line"));
    assert!(code("").contains(&"roster::empty"));
}

#[test]
fn students_without_a_year_or_an_nsn_and_people_without_an_id_are_counted() {
    let copy = extract().replaced("SMSIAM.csv", ",07B,", ",Kea,").replaced("SMSIAM.csv", "S2,0123456782", "S2,");
    let copy = copy.replaced("SMSIAM.csv", "C2,,,,,Rua", ",,,,,Rua");
    for code in ["5 roster::no-nsn", "4 roster::no-year", "10 roster::no-caregiver-id"] {
        assert!(copy.told().contains(&format!("roster/export/SMSIAM.csv:{code}")), "{code}: {:?}", copy.told());
    }
    let copy = extract().replaced("SMSIAM.csv", "S2,0123456782", "2.5E+10,0123456782");
    assert!(copy.told().contains(&"roster/export/SMSIAM.csv:5 roster::excel-number".to_owned()), "{:?}", copy.told());
}
