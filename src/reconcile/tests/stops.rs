//! The stops S3 to S9: each row, which of two comes first, and what adopting is not stopped by.

use crate::model::account::{Account, SignIn, SignInMethod};
use crate::model::activation::{ActivationStage, LetterStage};
use crate::plan::HoldCode;

use super::{HONE, MERE, School, YEAR_7, account, code, held, mere, symbols};

/// A school with Mere's row only.
fn with_row(row: &str) -> School {
    School::new(YEAR_7, row)
}

fn code_of_row(row: &str) -> Option<HoldCode> {
    code(&with_row(row).plan(), "C1")
}

fn code_with_account(account: Account) -> Option<HoldCode> {
    let mut school = with_row(MERE);
    school.accounts = vec![account];
    code(&school.plan(), "C1")
}

#[test]
fn s3_access_is_a_matter_of_each_child() {
    assert_eq!(code_of_row("C1,M,T,m@example.nz,S1,7,no,\n"), Some(HoldCode::NoAccess));
    assert_eq!(code_of_row("C1,M,T,m@example.nz,S1,7,,\n"), Some(HoldCode::NoAccess), "unknown is not yes");
    assert_eq!(code_of_row("C1,M,T,m@example.nz,S1,7,no,\nC1,M,T,m@example.nz,S2,7,yes,\n"), None);
}

#[test]
fn s3_a_child_that_may_not_be_seen_puts_nobody_into_a_cohort() {
    let rows = "C1,M,T,m@example.nz,S1,7,no,\nC1,M,T,m@example.nz,S2,9,yes,\n";
    let plan = with_row(rows).plan();
    assert!(plan.changes.is_empty() && plan.held.is_empty(), "year 9 is in no cohort");
}

#[test]
fn s4_until_its_day_at_the_school() {
    let mut school = with_row(MERE);
    school.set_rollout(&format!("hold: [{{caregiver: C1, because: T-1, until: 2027-02-02}}]\n{YEAR_7}"));
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::AskedToWait));
    school.now = "2027-02-01T11:00:00Z".parse().unwrap();
    assert_eq!(code(&school.plan(), "C1"), None, "2 February has begun in Auckland");
}

#[test]
fn s5_accounts_that_are_not_ours_to_touch() {
    let cases = [
        (Account { is_staff: true, ..mere() }, HoldCode::StaffAccount),
        (Account { is_staff: true, caregiver: None, ..mere() }, HoldCode::StaffAccount),
        (Account { method: SignInMethod::Other, ..mere() }, HoldCode::OtherSignIn),
        (Account { is_disabled: true, ..mere() }, HoldCode::DisabledAccount),
    ];
    for (account, expected) in cases {
        assert_eq!(code_with_account(account), Some(expected));
    }
    let mut school = with_row(MERE);
    school.accounts = vec![mere(), account("C1", "mere2", "")];
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::AmbiguousAccount));
}

#[test]
fn s5_staff_in_the_sms_holds_also_what_was_begun() {
    // The column that is `priority` elsewhere says here who works at the school.
    let head = super::HEAD.replace("priority: Priority", "staff: Priority");
    let mut school = with_row(MERE);
    school.rollout = super::read_whole_rollout(&format!("{head}{YEAR_7}"));
    school.set_roster(MERE);
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::StaffAccount));
    let history = school.history("C1", ActivationStage::Set, LetterStage::Prepared);
    school.record("C1", history);
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::StaffAccount));
}

#[test]
fn s6_an_address_of_another_account_is_taken() {
    let other = Account { caregiver: None, username: "x".into(), ..mere() };
    assert_eq!(code_with_account(other.clone()), Some(HoldCode::EmailTaken));
    let capitals = Account { email: "MERE@Example.NZ".into(), ..other.clone() };
    assert_eq!(code_with_account(capitals), Some(HoldCode::EmailTaken), "case makes no other address");
    let mut school = with_row(MERE);
    school.accounts = vec![mere(), other];
    let history = school.history("C1", ActivationStage::Set, LetterStage::Prepared);
    school.record("C1", history);
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::EmailTaken), "a letter that waits is held too");
}

#[test]
fn s6_a_known_person_under_another_id_is_held() {
    let renamed = |row: &str| {
        let mut school = School::new(YEAR_7, MERE);
        school.activate("C1");
        school.set_roster(row);
        code(&school.plan(), "C91")
    };
    let same_address = "C91,Someone,Else,mere@example.nz,S5,7,yes,\n";
    assert_eq!(renamed(same_address), Some(HoldCode::PossibleRename));
    let same_name_and_child = "C91,MERE,Tamihana,new@example.nz,S1,7,yes,\n";
    assert_eq!(renamed(same_name_and_child), Some(HoldCode::PossibleRename));
    assert_eq!(renamed("C91,Mere,Tamihana,new@example.nz,S5,7,yes,\n"), None, "a name alone is no sign");
    assert_eq!(renamed("C91,Ana,Tamihana,new@example.nz,S1,7,yes,\n"), None, "nor is a child alone");
    assert_eq!(renamed(&format!("{MERE}{same_address}")), Some(HoldCode::SharedEmail), "C1 is still there");
}

/// Entered anew in the SMS: another id, another address, other ids for the children.
#[test]
fn s6_who_takes_the_place_of_a_namesake_in_one_export_is_held() {
    let arrives = |known: &[&str], rows: &str| {
        let mut school = School::new(YEAR_7, MERE);
        school.activate("C1");
        school.opened("year-7", known);
        school.set_roster(rows);
        code(&school.plan(), "C91")
    };
    let anew = "C91,MERE,Tamihana,new@example.nz,S5,7,yes,\n";
    assert_eq!(arrives(&["C1"], anew), Some(HoldCode::PossibleRename));
    assert_eq!(arrives(&["C1", "C91"], anew), None, "both were in the export before");
    assert_eq!(arrives(&[], anew), None, "nobody knows when C1 went");
    let namesake = "C5,Mere,Tamihana,another@example.nz,S7,8,yes,\n";
    assert_eq!(arrives(&["C1", "C5"], &format!("{anew}{namesake}")), None, "the name is nobody's own");
    assert_eq!(arrives(&["C1"], &format!("{MERE}{anew}")), None, "C1 is still there");
}

#[test]
fn s6_an_id_that_lost_its_zeros_is_nobody_new() {
    let mut school = School::new(YEAR_7, &MERE.replace("C1,", "0017,"));
    school.activate("0017");
    for id in ["17", "017", "00017"] {
        school.set_roster(&format!("{id},Ana,Reid,ana@example.nz,S9,7,yes,\n"));
        let plan = school.plan();
        assert_eq!(code(&plan, id), Some(HoldCode::PossibleRename), "{id}");
        let is_said = plan.inputs.rollout.notes.iter().any(|note| note.starts_with("1 of the ids are those of people"));
        assert_eq!(is_said, id != "00017", "{id}");
    }
    school.set_roster("170,Ana,Reid,ana@example.nz,S9,7,yes,\n");
    assert_eq!(code(&school.plan(), "170"), None);
}

#[test]
fn s6_two_people_whom_the_rollout_tells_apart_are_not_held() {
    let arrives = |distinct: &str| {
        let mut school = School::new(&format!("{distinct}{YEAR_7}"), MERE);
        school.activate("C1");
        school.set_roster("C91,Mere,Tamihana,new@example.nz,S1,7,yes,\n");
        let plan = school.plan();
        (symbols(&plan, "C91"), code(&plan, "C91"), plan.inputs.rollout.notes.join("\n"))
    };
    let line = |ids: &str| format!("distinct: [{{caregivers: [{ids}], because: T-140}}]\n");
    let held = |note: &str| (String::new(), Some(HoldCode::PossibleRename), note.to_owned());
    assert_eq!(arrives(""), held(""));
    let mistyped = "under `distinct`, and neither in the roster nor in the record: C90. Is it typed as the SMS has it?";
    assert_eq!(arrives(&line("C1, C90")), held(mistyped), "it is said of somebody else");
    assert_eq!(arrives(&line("C91, C1")), ("+".to_owned(), None, String::new()), "in either order");
}

#[test]
fn s7_new_arrivals_in_the_three_settings() {
    let arrive = |setting: &str, account: Option<Account>| {
        let mut school = School::new(&format!("new-arrivals: {setting}\n{YEAR_7}"), &format!("{MERE}{HONE}"));
        school.opened("year-7", &["C2"]);
        school.accounts = account.into_iter().collect();
        let plan = school.plan();
        (symbols(&plan, "C1"), code(&plan, "C1"), symbols(&plan, "C2"))
    };
    let signed_in = || Account { sign_in: SignIn::At(super::NOW), ..mere() };
    let plus = || "+".to_owned();
    assert_eq!(arrive("activate", None), (plus(), None, plus()));
    assert_eq!(arrive("hold", None), (String::new(), Some(HoldCode::NewArrival), plus()));
    assert_eq!(arrive("hold", Some(signed_in())), (String::new(), Some(HoldCode::NewArrival), plus()));
    assert_eq!(arrive("gateway", None), (String::new(), Some(HoldCode::NewArrival), plus()));
    assert_eq!(arrive("gateway", Some(mere())), ("=".to_owned(), None, plus()), "mailed by the gateway");
    assert_eq!(arrive("gateway", Some(signed_in())), ("=".to_owned(), None, plus()));
}

#[test]
fn s7_nobody_is_a_new_arrival_in_a_cohort_that_opens_now() {
    let mut school = School::new(&format!("new-arrivals: hold\n{YEAR_7}"), MERE);
    school.accept("before", super::NOW, &["C2"]);
    assert_eq!(symbols(&school.plan(), "C1"), "+");
}

#[test]
fn s8_not_knowing_is_never_no() {
    let unknown = Account { sign_in: SignIn::Unknown, ..mere() };
    assert_eq!(code_with_account(unknown.clone()), Some(HoldCode::SignInUnknown));
    let mut school = with_row(MERE);
    school.accounts = vec![unknown];
    school.set_rollout(&format!("assume-never-signed-in: [year-7]\n{YEAR_7}"));
    assert_eq!(symbols(&school.plan(), "C1"), "*");
}

#[test]
fn s9_addresses_that_cannot_be_used() {
    let with_rules = |email: &str| {
        let rules =
            "  placeholder-emails: [office@kowhai.example.nz]\n  staff-domains: [kowhai.example.nz]\nsign-in-url";
        let head = super::HEAD.replacen("sign-in-url", rules, 1);
        let mut school = with_row(MERE);
        school.rollout = super::read_whole_rollout(&format!("{head}{YEAR_7}"));
        school.set_roster(&format!("C1,Mere,Tamihana,{email},S1,7,yes,1\n"));
        code(&school.plan(), "C1")
    };
    assert_eq!(with_rules(""), Some(HoldCode::NoEmail));
    assert_eq!(with_rules("mere@example"), Some(HoldCode::MalformedEmail));
    assert_eq!(with_rules("mere@example.nz; m@example.nz"), Some(HoldCode::MalformedEmail));
    assert_eq!(with_rules("Office@kowhai.example.nz"), Some(HoldCode::PlaceholderEmail));
    assert_eq!(with_rules("mere@kowhai.example.nz"), Some(HoldCode::StaffEmail));
    assert_eq!(with_rules("mere@example.nz"), None);
    let two = "C1,M,T,a@example.nz,S1,7,yes,\nC1,M,T,b@example.nz,S2,7,yes,\n";
    assert_eq!(code_of_row(two), Some(HoldCode::ConflictingEmails));
}

const SHARED: &str = "C1,Mere,T,t@example.nz,S1,7,yes,2\nC2,Hōne,T,T@example.nz,S1,7,yes,1\n";

#[test]
fn s9_a_shared_address_is_held_or_goes_to_the_first_by_priority() {
    let hold = with_row(SHARED).plan();
    assert_eq!(["C1", "C2"].map(|id| code(&hold, id)), [Some(HoldCode::SharedEmail); 2]);
    let first = School::new(&format!("shared-email: first\n{YEAR_7}"), SHARED).plan();
    assert_eq!(["C1", "C2"].map(|id| code(&first, id)), [Some(HoldCode::SharedEmail), None]);
    assert!(!held(&first, "C1").unwrap().fix.contains("shared-email: first"), "that is set already");
}

#[test]
fn s9_without_priorities_the_lower_id_comes_first() {
    let rows = "C2,Hōne,T,t@example.nz,S1,7,yes,\nC1,Mere,T,t@example.nz,S1,7,yes,\n";
    let plan = School::new(&format!("shared-email: first\n{YEAR_7}"), rows).plan();
    assert_eq!(["C1", "C2"].map(|id| code(&plan, id)), [None, Some(HoldCode::SharedEmail)]);
}

#[test]
fn s9_an_address_shared_with_somebody_kept_from_a_child_is_always_held() {
    // A no, and what nobody has said.
    for said in ["no", ""] {
        let rows = format!("{SHARED}C3,Tom,T,t@example.nz,S5,9,{said},9\n");
        let plan = School::new(&format!("shared-email: first\n{YEAR_7}"), &rows).plan();
        assert_eq!(["C1", "C2"].map(|id| code(&plan, id)), [Some(HoldCode::SharedEmail); 2], "`{said}`");
    }
}

#[test]
fn s9_does_not_stop_adopting() {
    let signed_in = Account { sign_in: SignIn::At(super::NOW), email: "".into(), ..mere() };
    for rows in ["C1,Mere,Tamihana,,S1,7,yes,1\n", SHARED] {
        let mut school = with_row(rows);
        school.accounts = vec![signed_in.clone()];
        assert!(symbols(&school.plan(), "C1").starts_with('='), "{rows}");
    }
}

#[test]
fn of_several_stops_the_first_in_the_table_is_told() {
    let hold = format!("hold: [{{caregiver: C1, because: T-1}}]\n{YEAR_7}");
    let staff = Account { is_staff: true, ..mere() };
    let cases = [
        ("C1,M,T,,S1,7,no,\n", hold.as_str(), Some(staff.clone()), HoldCode::NoAccess),
        ("C1,M,T,,S1,7,yes,\n", hold.as_str(), Some(staff.clone()), HoldCode::AskedToWait),
        ("C1,M,T,,S1,7,yes,\n", YEAR_7, Some(staff), HoldCode::StaffAccount),
        ("C1,M,T,,S1,7,yes,\n", YEAR_7, Some(Account { sign_in: SignIn::Unknown, ..mere() }), HoldCode::SignInUnknown),
        ("C1,M,T,,S1,7,yes,\n", YEAR_7, None, HoldCode::NoEmail),
    ];
    for (row, rollout, account, expected) in cases {
        let mut school = School::new(rollout, row);
        school.accounts = account.into_iter().collect();
        assert_eq!(code(&school.plan(), "C1"), Some(expected));
    }
}

#[test]
fn every_hold_says_why_and_what_to_do() {
    let mut school = School::new(YEAR_7, &format!("{SHARED}C3,M,T,,S3,7,yes,\nC4,M,T,x@example.nz,S4,7,no,\n"));
    school.accounts = vec![account("C5", "x", "x@example.nz")];
    let plan = school.plan();
    assert_eq!(plan.held.len(), 4);
    for held in &plan.held {
        assert!(held.sentence.starts_with(char::is_uppercase) && !held.fix.is_empty(), "{held:?}");
    }
}

#[test]
fn a_mailbox_of_somebody_who_is_barred_is_known_however_the_export_gives_it() {
    let barred = |theirs: &str| {
        let mut school = School::year_7();
        school.set_roster(&format!("{MERE}{theirs}"));
        code(&school.plan(), "C1")
    };
    let shared = Some(HoldCode::SharedEmail);
    assert_eq!(barred("C2,Hone,T,mere@example.nz,S1,7,no,\n"), shared);
    let other = "C2,Hone,T,hone@example.nz,S2,7,yes,\n";
    assert_eq!(barred(&format!("C2,Hone,T,Mere@example.nz,S1,7,no,\n{other}")), shared, "two rows disagree");
    assert_eq!(barred("C2,Hone,T,hone@example.nz; mere@example.nz,S1,7,no,\n"), shared, "two in one cell");
    assert_eq!(barred(",Hone,T,mere@example.nz,S1,7,no,\n"), shared, "a row that is left out");
    assert_eq!(barred(",Hone,T,mere@example.nz,S1,7,yes,\n"), None);
    assert_eq!(barred(&format!("C2,Hone,T,mere@example.nz,S1,7,yes,\n{other}")), None, "nobody is barred");
    assert_eq!(
        barred("C2,Hone,T,hone@example.nz,S1,7,no,\nC1,Mere,Tamihana,me@example.nz,S2,7,no,1\n"),
        Some(HoldCode::ConflictingEmails)
    );
}
