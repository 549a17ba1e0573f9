//! Corrections of accounts: only with values that could be written to, never with a password, never for people who are
//! to be left alone.

use crate::model::account::Account;
use crate::model::activation::{ActivationStage, LetterStage};
use crate::plan::{Act, FieldName, Idle};

use super::{MERE, School, YEAR_7, account, acts, hone, mere, symbols};

/// Mere is active, and her account is this.
fn active(account: Account) -> School {
    let mut school = School::new(YEAR_7, MERE);
    school.activate("C1");
    school.accounts = vec![account];
    school
}

fn fields(school: &School) -> Vec<FieldName> {
    let acts = acts(&school.plan(), "C1");
    let fields = acts.iter().find_map(|act| match act {
        Act::Update { fields, .. } => Some(fields.iter().map(|change| change.field).collect()),
        _ => None,
    });
    fields.unwrap_or_default()
}

#[test]
fn name_and_address_are_carried_over() {
    let school = active(Account { first_name: "Mary".into(), email: "old@example.nz".into(), ..mere() });
    assert_eq!(fields(&school), [FieldName::Email, FieldName::FirstName]);
    let plan = school.plan();
    assert_eq!((plan.effects().passwords_set, plan.effects().emails), (0, 0));
}

#[test]
fn case_and_spaces_are_no_difference() {
    assert!(
        fields(&active(Account { email: "MERE@example.nz".into(), first_name: " Mere ".into(), ..mere() })).is_empty()
    );
}

#[test]
fn an_address_that_cannot_be_used_is_not_carried_over() {
    let school = |row: &str| {
        let mut school = active(Account { email: "old@example.nz".into(), ..mere() });
        school.set_roster(row);
        school
    };
    for email in ["", "mere@example", "a@example.nz; b@example.nz"] {
        let rows = format!("C1,Mere,Tamihana,{email},S1,7,yes,1\n");
        assert!(fields(&school(&rows)).is_empty(), "{email}");
    }
    let shared = format!("{MERE}C3,X,Y,mere@example.nz,S1,7,yes,2\n");
    assert!(fields(&school(&shared)).is_empty(), "somebody else has it in the SMS");
    let mut taken = school(MERE);
    taken.accounts.push(account("C9", "x", "mere@example.nz"));
    assert!(fields(&taken).is_empty(), "somebody else has it in the LMS");
}

#[test]
fn an_empty_name_in_the_sms_takes_nothing_away() {
    let mut school = active(mere());
    school.set_roster("C1,,,mere@example.nz,S1,7,yes,1\n");
    assert!(fields(&school).is_empty());
}

#[test]
fn people_who_are_to_be_left_alone_are() {
    let wrong = || Account { first_name: "Mary".into(), ..mere() };
    let mut held = active(wrong());
    held.set_rollout(&format!("hold: [{{caregiver: C1, because: T-1}}]\n{YEAR_7}"));
    let mut revoked = active(wrong());
    revoked.set_roster("C1,Mere,Tamihana,mere@example.nz,S1,7,no,1\n");
    let staff = active(Account { is_staff: true, ..wrong() });
    let mut unable = active(wrong());
    unable.lms.can_update = false;
    for school in [held, revoked, staff, unable] {
        assert!(fields(&school).is_empty());
    }
}

#[test]
fn revoked_access_is_reported_by_name() {
    let mut school = active(mere());
    school.set_roster("C1,Mere,Tamihana,mere@example.nz,S1,7,no,1\n");
    let plan = school.plan();
    assert_eq!(plan.unchanged[&Idle::AccessRevoked], 1);
    let note = &plan.inputs.rollout.notes[0];
    assert_eq!(note, "active, without a child they may see any more: C1. Their accounts stay as they are");
}

/// Their account may still show the child: the LMS has it from elsewhere, and somebody is to look.
#[test]
fn a_child_whom_a_letter_named_and_the_sms_keeps_from_them_since_is_told() {
    let family = |access: [&str; 3]| -> String {
        let row = |(number, access)| format!("C1,Mere,Tamihana,mere@example.nz,S{number},7,{access},1\n");
        (1..).zip(access).map(row).collect()
    };
    let notes = |before: [&str; 3], after: [&str; 3]| {
        let mut school = School::new(YEAR_7, &family(before));
        school.activate("C1");
        school.set_roster(&family(after));
        school.plan().inputs.rollout.notes
    };
    let told = |child: &str| {
        format!(
            "their letter named a child whom the SMS keeps from them now: C1 ({child}). See that the LMS shows them the others only"
        )
    };
    assert_eq!(notes(["yes", "yes", "yes"], ["yes", "no", "yes"]), [told("S2")]);
    assert_eq!(notes(["yes", "no", "yes"], ["yes", "no", "no"]), [told("S3")]);
    assert_eq!(notes(["yes", "yes", "yes"], ["yes", "no", "no"]), [told("S2")]);
    for unchanged in [["yes", "yes", "yes"], ["yes", "no", "yes"], ["no", "no", "yes"]] {
        assert_eq!(notes(unchanged, unchanged), [""; 0]);
    }
    assert_eq!(notes(["yes", "no", "yes"], ["yes", "yes", "yes"]), [""; 0]);
}

#[test]
fn a_correction_accompanies_a_letter_and_a_reset() {
    let wrong = || Account { first_name: "Mary".into(), ..mere() };
    let mut school = School::year_7();
    school.accounts = vec![wrong(), hone()];
    assert_eq!(symbols(&school.plan(), "C1"), "*~");
    let history = school.history("C1", ActivationStage::Set, LetterStage::Prepared);
    school.record("C1", history);
    assert_eq!(symbols(&school.plan(), "C1"), "@~");
}

#[test]
fn a_letter_to_what_looks_like_a_typing_error_is_noted() {
    let plan = School::new(YEAR_7, "C1,Mere,Tamihana,mere@gmial.com,S1,7,yes,1\n").plan();
    assert_eq!(symbols(&plan, "C1"), "+");
    let note = &plan.inputs.rollout.notes[0];
    assert!(note.ends_with("C1 (`mere@gmail.com`?)"), "{note}");
}
