//! Whom a court order, a missing guardianship or an unknown keeps from which child, and that no letter names such a child.

use crate::binary::Project;

use super::{good, refused, shown, with};

const HEADING: &str = "ID,Email,Student,Child,Year,Portal,Court,Contact,Guardian";
const COLUMNS: &str =
    "columns: {caregiver-id: ID, email: Email, student-id: Student, student-first-name: Child, year: Year,
    portal-access: Portal, court-order: Court, no-contact: Contact, legal-guardian: Guardian}
  require: [legal-guardian]
";

fn school(settings: &str, rows: &[&str]) -> Project {
    with(
        &format!("roster:\n  path: roster/export.csv\n  {COLUMNS}{settings}"),
        format!("{HEADING}\n{}\n", rows.join("\n")),
    )
}

fn accesses(project: &Project) -> Vec<String> {
    let shown = shown(project);
    let children = shown.as_array().unwrap().iter().flat_map(|one| one["children"].as_array().unwrap().clone());
    children.map(|child| child["access"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_column_is_asked_and_one_no_is_enough() {
    let rows = [
        "C1,a@example.nz,S1,Kahu,7,yes,no,no,yes",
        "C2,b@example.nz,S1,Kahu,7,yes,yes,no,yes",
        "C3,c@example.nz,S1,Kahu,7,yes,no,yes,yes",
        "C4,d@example.nz,S1,Kahu,7,yes,no,no,no",
        "C5,e@example.nz,S1,Kahu,7,no,no,no,yes",
        "C6,f@example.nz,S1,Kahu,7,yes,Unknown,no,yes",
    ];
    let project = school("  unknown-access: hold\n", &rows);
    assert_eq!(accesses(&project), ["allowed", "blocked", "blocked", "blocked", "blocked", "unknown"]);
    let plan = good(&project, &["plan"]).out;
    assert!(plan.contains("Plan: 1 to create") && plan.contains("5 held"), "{plan}");
    let project = school("  unknown-access: allow\n", &rows);
    assert!(good(&project, &["plan"]).out.contains("Plan: 2 to create"), "only the unknown one is let in");
}

#[test]
fn what_an_unknown_means_must_be_chosen() {
    let row = "C1,a@example.nz,S1,Kahu,7,yes,,no,yes";
    refused(
        &school("", &[row]),
        &["is unknown, and the rollout does not say", "export.csv:2:1", "unknown-access: hold"],
    );
    let project = school("  blank-is-no: [court-order]\n", &[row]);
    assert_eq!(accesses(&project), ["allowed"]);
}

#[test]
fn a_blocked_child_is_never_named_in_a_letter() {
    let rows = [
        "C1,mere@example.nz,S1,Kahurangi,7,yes,no,no,yes",
        "C1,mere@example.nz,S2,Tamatea,7,yes,yes,no,yes",
        "C1,mere@example.nz,S3,Hinemoa,7,yes,no,no,no",
        "C1,mere@example.nz,S4,Marama,7,yes,,no,yes",
    ];
    let project = school("  unknown-access: hold\n", &rows);
    good(&project, &["apply", "--auto-approve"]);
    let letters = project.letters();
    assert_eq!(letters.len(), 1);
    let message = mail_parser::MessageParser::default().parse(&letters[0]).unwrap();
    let text = format!("{:?} {:?} {:?}", message.subject(), message.body_text(0), message.body_html(0));
    assert!(text.contains("Kahurangi"), "{text}");
    for name in ["Tamatea", "Hinemoa", "Marama"] {
        assert!(!text.contains(name), "{name} is named in {text}");
    }
}
