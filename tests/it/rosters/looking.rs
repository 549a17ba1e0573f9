//! `roster show`, `roster diff`, and the office's list.

use super::{good, with};

const ROSTER: &str = "roster:\n  path: roster/export.csv\n  unknown-access: hold\n  columns: {caregiver-id: ID, first-name: First, last-name: Last,
    email: Email, phone: Phone, student-id: Student, student-first-name: Child, student-last-name: Surname, year: Year, class: Class,
    school: School, relationship: Rel, language: Lang, portal-access: Portal, staff: Staff}\n";
const HEADING: &str = "ID,First,Last,Email,Phone,Student,Child,Surname,Year,Class,School,Rel,Lang,Portal,Staff";
const MERE: &str = "C1,Mere,Ngata,mere@example.nz,021 555 0100,S1,Kahu,Ngata,7,7A,K,Mother,mi,yes,no";
const SAM: &str = "C2,Sam,=Lee,sam@example.nz,,S1,Kahu,Ngata,7,7A,K,Father,,no,yes";

fn school(rows: &[&str]) -> crate::binary::Project {
    with(ROSTER, format!("{HEADING}\n{}\n", rows.join("\n")))
}

#[test]
fn the_caregivers_are_shown_as_json_as_the_schema_says() {
    let shown = super::shown(&school(&[MERE, SAM]));
    let expected = serde_json::json!([
        {"caregiver": "C1", "first_name": "Mere", "last_name": "Ngata", "email": "mere@example.nz", "language": "mi",
         "staff": false, "children": [{"student": "S1", "name": "Kahu Ngata", "year": "7", "class": "7A", "school": "K",
         "relationship": "Mother", "access": "allowed"}]},
        {"caregiver": "C2", "first_name": "Sam", "last_name": "=Lee", "email": "sam@example.nz", "language": "",
         "staff": true, "children": [{"student": "S1", "name": "Kahu Ngata", "year": "7", "class": "7A", "school": "K",
         "relationship": "Father", "access": "blocked"}]},
    ]);
    assert_eq!(shown, expected);
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../../schemas/roster.schema.json")).unwrap();
    assert_eq!(schema, firstbell::report::roster_schema(), "run `cargo run --example bless`");
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&shown));
}

#[test]
fn where_there_is_no_terminal_and_nobody_asks_only_ids_are_shown() {
    let project = school(&[MERE, SAM]);
    for format in ["json", "csv", "text"] {
        let said = project.run(&["roster", "show", "--format", format]);
        assert_eq!(said.code, 0, "{}", said.all());
        for private in ["Mere", "Kahu", "Ngata", "mere@", "021"] {
            assert!(!said.all().contains(private), "{private} in {}", said.all());
        }
        assert!(said.out.contains("C1") && said.all().contains("--personal full"), "{}", said.all());
    }
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../../schemas/roster.schema.json")).unwrap();
    let said = project.run(&["roster", "show", "--format", "json"]);
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&serde_json::from_str(&said.out).unwrap()));
}

#[test]
fn the_caregivers_are_shown_as_csv_and_as_text() {
    let project = school(&[MERE, SAM]);
    let csv = good(&project, &["roster", "show", "--format", "csv"]).out;
    assert_eq!(
        csv,
        "caregiver,first_name,last_name,email,language,staff,student,name,year,class,school,relationship,access\n\
         C1,Mere,Ngata,mere@example.nz,mi,no,S1,Kahu Ngata,7,7A,K,Mother,allowed\n\
         C2,Sam,'=Lee,sam@example.nz,,yes,S1,Kahu Ngata,7,7A,K,Father,blocked\n"
    );
    let text = good(&project, &["roster", "show"]).out;
    assert!(
        text.contains("C1  Mere Ngata  mere@example.nz  mi\n    S1  Kahu Ngata  year 7  7A  K  Mother  allowed\n"),
        "{text}"
    );
    assert!(text.ends_with("2 caregivers, 2 children of caregivers, from 2 rows.\n"), "{text}");
}

#[test]
fn the_lines_that_made_somebody_are_named() {
    let project = school(&[SAM, MERE, SAM, MERE]);
    let said = good(&project, &["roster", "show", "--why", "C1"]);
    assert_eq!(said.out, "C1 is made of 2 rows:\n  roster/export.csv:3\n  roster/export.csv:5\n");
    let said = project.run(&["roster", "show", "--why", "C9"]);
    assert!(said.code != 0 && said.err.contains("C9"), "{}", said.all());
}

#[test]
fn whoever_is_left_out_for_want_of_an_id_is_on_the_offices_list() {
    let nobody = ",Sam,Lee,sam@example.nz,,S1,Kahu,Ngata,7,7A,K,Father,,yes,no";
    let project = school(&[MERE, nobody]);
    let list = project.path().join("fixes.csv").to_str().unwrap().to_owned();
    let said = good(&project, &["check", "--fixes", &list]).out;
    assert!(said.contains("\nFor the office to mend in the SMS:\n       1  no-caregiver-id\n"), "{said}");
    let row = ",Kahu Ngata (S1),no-caregiver-id,\"Sam Lee: left out, without a caregiver id (line 3 of roster/export.csv)\",\n";
    assert!(project.read("fixes.csv").ends_with(row), "{}", project.read("fixes.csv"));
    let said = good(&school(&[MERE]), &["check"]).out;
    assert!(said.ends_with("Every caregiver has a usable address of their own.\n"), "{said}");
}

#[test]
fn two_exports_are_compared() {
    let project = school(&[MERE, SAM]);
    let old = project.path().join("roster/export.csv");
    let new = project.path().join("roster/new.csv");
    let moved = MERE.replace("mere@example.nz", "mere@example.com").replace(",7,7A,", ",8,8B,");
    let ana = MERE.replace("C1,Mere", "C3,Ana").replace(",7,7A,", ",8,8B,");
    project.write("roster/new.csv", format!("{HEADING}\n{moved}\n{ana}\n"));
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let text = good(&project, &["roster", "diff", old, new]).out;
    for part in [
        "+ C3  Ana Ngata  mere@example.nz",
        "- C2  Sam =Lee  sam@example.nz",
        "email: mere@example.[-nz-]{+com+}",
        "cohort: year-7 -> everyone-else",
        "1 new, 1 gone, 1 changed: 1 address, 1 cohort, 0 accesses.",
    ] {
        assert!(text.contains(part), "no `{part}` in {text}");
    }
    let said = project.run(&["roster", "diff", old, new, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&json["arrivals"][0], &json["gone"][0]), (&"C3".into(), &"C2".into()));
    assert_eq!(json["changed"][0]["cohort"]["new"], "everyone-else");
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../schemas/roster-diff.schema.json")).unwrap();
    assert_eq!(schema, firstbell::report::diff_schema(), "run `cargo run --example bless`");
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&json), "{}", said.out);
    assert!(!said.out.contains("mere@") && !said.out.contains("Ana"), "{}", said.out);
    assert!(good(&project, &["roster", "diff", old, old]).out.ends_with("Nothing differs.\n"));
    // Of whom a court order speaks is nobody's business where nothing personal may be shown.
    project
        .write("roster/barred.csv", format!("{HEADING}\n{}\n{SAM}\n", MERE.replace("Mother,mi,yes", "Mother,mi,no")));
    let barred = project.path().join("roster/barred.csv");
    let barred = barred.to_str().unwrap();
    let shown = good(&project, &["roster", "diff", old, barred]).out;
    assert!(shown.contains("access to S1: allowed -> blocked"), "{shown}");
    for format in ["text", "json"] {
        let said = project.run(&["roster", "diff", old, barred, "--personal", "none", "--format", format]);
        let says = if format == "text" { "that is not shown here" } else { "\"changed\": []" };
        assert!(said.code == 0 && !said.out.contains("C1") && said.out.contains(says), "{}", said.all());
    }
    let said = project.run(&["roster", "diff", old, new, "--source", "2"]);
    assert_eq!(said.code, 64, "{}", said.all());
    let said = project.run(&["roster", "diff", old, "nowhere.csv"]);
    assert!(said.code == 65 && said.err.contains("there is no roster at `nowhere.csv`"), "{}", said.all());
}

#[test]
fn people_who_are_in_the_sms_twice_are_listed_and_not_made_one() {
    let twice = MERE.replace("C1,Mere", "C7,mere").replace("mere@example.nz", "m.ngata@example.nz");
    let project = school(&[MERE, &twice, SAM]);
    let fixes = project.path().join("fixes.csv");
    let said = good(&project, &["check", "--fixes", fixes.to_str().unwrap()]);
    assert!(said.out.contains("2  possible-duplicate"), "{}", said.out);
    let list = project.read("fixes.csv");
    assert!(list.contains("May be in the SMS twice: C7 has the same name and the same telephone number"), "{list}");
    assert!(good(&project, &["plan"]).out.contains("Plan: 2 to create"), "both are their own person");
}

#[test]
fn the_lines_that_gave_a_caregiver_their_children_are_named_too() {
    let project = super::school("roster: {format: edge, path: roster/edge}\n");
    for (name, bytes) in super::exports::fixture("edge") {
        project.write(&format!("roster/edge/{name}"), bytes);
    }
    let why = good(&project, &["roster", "show", "--why", "501"]).out;
    assert_eq!(
        why,
        "501 is made of 2 rows:\n  roster/edge/Caregiver Detail.csv:2\n  roster/edge/Caregiver Child Mapping.csv:2\n"
    );
}
