//! The due table, D1 to D6, a row at a time.

use crate::model::account::{Account, SignIn};
use crate::model::activation::{ActivationStage, LetterStage};
use crate::model::ids::ActivationNumber;
use crate::plan::{Act, Idle, LetterSource, Proof};

use super::{School, YEAR_7, account, acts, code, hone, mere, symbols};

#[test]
fn d1_an_unsettled_reset_is_settled() {
    let mut school = School::year_7();
    let history = school.history("C1", ActivationStage::Setting, LetterStage::Prepared);
    school.accounts = vec![Account { marker: Some(history.key), ..mere() }];
    school.record("C1", history);
    let acts = acts(&school.plan(), "C1");
    assert!(matches!(acts[..], [Act::Settle { proof: Proof::WasSet, .. }]), "{acts:?}");
}

#[test]
fn d1_comes_before_a_reissue() {
    let mut school = School::year_7();
    school.set_rollout(&format!("reissue: [{{caregiver: C1, activation: 2, because: T-1}}]\n{YEAR_7}"));
    school.accounts = vec![mere()];
    let history = school.history("C1", ActivationStage::Setting, LetterStage::Prepared);
    school.record("C1", history);
    let acts = acts(&school.plan(), "C1");
    assert!(matches!(acts[..], [Act::Settle { .. }]), "{acts:?}");
}

#[test]
fn d2_a_letter_that_is_missing_is_sent() {
    for letter in [LetterStage::Prepared, LetterStage::Replaced, LetterStage::Sending, LetterStage::Unknown] {
        let mut school = School::year_7();
        let history = school.history("C1", ActivationStage::Set, letter);
        school.record("C1", history);
        school.accounts = vec![mere()];
        let acts = acts(&school.plan(), "C1");
        assert!(matches!(acts[..], [Act::Email { source: LetterSource::Sealed(_), .. }]), "{letter}: {acts:?}");
    }
}

#[test]
fn d2_does_not_wait_for_the_cohort_to_open() {
    let mut school = School::year_7();
    school.set_rollout("cohorts:\n  - {name: year-7, select: {years: [7]}, opens: 2999-01-01}\n");
    let history = school.history("C1", ActivationStage::Set, LetterStage::Prepared);
    school.record("C1", history);
    school.accounts = vec![mere()];
    let plan = school.plan();
    assert_eq!((symbols(&plan, "C1"), symbols(&plan, "C2")), ("@".into(), String::new()));
}

#[test]
fn d3_a_reissue_gives_the_next_activation() {
    for stage in [ActivationStage::Set, ActivationStage::Adopted] {
        let mut school = School::year_7();
        school.set_rollout(&format!("reissue: [{{caregiver: C1, activation: 2, because: T-1}}]\n{YEAR_7}"));
        school.accounts = vec![Account { sign_in: SignIn::At(school.now), ..mere() }];
        let history = school.history("C1", stage, LetterStage::Sent);
        school.record("C1", history);
        let plan = school.plan();
        let acts = acts(&plan, "C1");
        let expected = ActivationNumber(2);
        assert!(
            matches!(acts[..], [Act::Reset { activation, has_signed_in: true, .. }] if activation == expected),
            "{acts:?}"
        );
        assert_eq!((plan.effects().second_resets, plan.effects().signed_in_reset), (1, 1));
        assert!(!plan.is_blocked(), "a line that names it is enough: {:?}", plan.guards);
    }
}

#[test]
fn d3_a_refused_second_activation_is_tried_again_under_its_number() {
    let mut school = School::year_7();
    school.set_rollout(&format!("reissue: [{{caregiver: C1, activation: 2, because: T-1}}]\n{YEAR_7}"));
    school.accounts = vec![mere()];
    let mut history = school.history("C1", ActivationStage::Refused, LetterStage::Replaced);
    history.number = ActivationNumber(2);
    school.record("C1", history);
    let acts = acts(&school.plan(), "C1");
    assert!(matches!(acts[..], [Act::Reset { activation: ActivationNumber(2), .. }]), "{acts:?}");
}

#[test]
fn d3_an_account_that_has_vanished_is_made_anew() {
    let mut school = School::year_7();
    school.set_rollout(&format!("reissue: [{{caregiver: C1, activation: 2, because: T-1}}]\n{YEAR_7}"));
    school.activate("C1");
    let plan = school.plan();
    let acts = acts(&plan, "C1");
    assert!(matches!(acts[..], [Act::Create { activation: ActivationNumber(2), .. }]), "{acts:?}");
    assert_eq!(plan.effects().second_resets, 1, "they had a password before");
    let guard = plan.guards.iter().find(|guard| guard.name == "second-resets").unwrap();
    assert_eq!((guard.actual, guard.limit, guard.blocks), (1, 1, false));
}

#[test]
fn d4_nothing_is_due_for_somebody_active_whatever_the_lms_says() {
    let never = mere();
    let unknown = Account { sign_in: SignIn::Unknown, ..mere() };
    for accounts in [vec![], vec![never], vec![unknown]] {
        let mut school = School::year_7();
        school.accounts = accounts;
        school.activate("C1");
        let plan = school.plan();
        assert_eq!(symbols(&plan, "C1"), "");
        assert_eq!(plan.unchanged[&Idle::Active], 1);
    }
}

#[test]
fn d4_a_done_reissue_is_only_noted() {
    let mut school = School::year_7();
    school.set_rollout(&format!("reissue: [{{caregiver: C1, activation: 2, because: T-1}}]\n{YEAR_7}"));
    school.activate("C1");
    school.recorded.histories.get_mut("C1").unwrap().number = ActivationNumber(2);
    let plan = school.plan();
    assert_eq!(symbols(&plan, "C1"), "");
    assert_eq!(plan.inputs.rollout.notes, ["`reissue` of C1 (activation 2) is done; the line may go"]);
    let guard = plan.guards.iter().find(|guard| guard.name == "second-resets").unwrap();
    assert_eq!(guard.limit, 0, "a line that is used allows no other second reset");
}

#[test]
fn d5_adopts_creates_or_resets() {
    let mut school = School::year_7();
    assert_eq!(symbols(&school.plan(), "C1"), "+");
    school.accounts = vec![mere(), hone()];
    assert_eq!(symbols(&school.plan(), "C1"), "*");
    school.accounts = vec![Account { sign_in: SignIn::At(school.now), ..mere() }];
    assert_eq!(symbols(&school.plan(), "C1"), "=");
}

#[test]
fn d5_what_was_voided_or_refused_begins_afresh_under_the_same_number() {
    for stage in [ActivationStage::Prepared, ActivationStage::Refused, ActivationStage::Voided] {
        let mut school = School::year_7();
        school.accounts = vec![mere()];
        let history = school.history("C1", stage, LetterStage::Replaced);
        school.record("C1", history);
        let acts = acts(&school.plan(), "C1");
        assert!(matches!(acts[..], [Act::Reset { activation: ActivationNumber::FIRST, .. }]), "{stage}: {acts:?}");
    }
}

#[test]
fn d5_what_the_lms_shows_is_said_in_the_schools_day() {
    let mut school = School::year_7();
    let late = "2027-01-31T12:30:00Z".parse().unwrap();
    school.accounts = vec![Account { sign_in: SignIn::At(late), ..mere() }];
    let acts = acts(&school.plan(), "C1");
    assert!(matches!(&acts[..], [Act::Adopt { evidence, .. }] if evidence == "signed in 2027-02-01"), "{acts:?}");
}

#[test]
fn d6_counts_the_others_by_reason() {
    let cohorts = "cohorts:
  - {name: year-7, select: {years: [7]}, opens: 2027-02-02}
  - {name: year-8, select: {years: [8]}, after: [year-7]}
";
    let rows = "C1,M,T,m@example.nz,S1,7,yes,\nC2,A,T,a@example.nz,S2,8,yes,\nC3,L,N,l@example.nz,S3,9,yes,\n";
    let plan = School::new(cohorts, rows).plan();
    let opens = Idle::Opens("year-7".into(), "2027-02-02".parse().unwrap());
    let after = Idle::After("year-8".into(), vec!["year-7".into()]);
    let counts: Vec<_> = [opens, after, Idle::Outside].iter().map(|reason| plan.unchanged[reason]).collect();
    assert_eq!((plan.has_changes(), counts), (false, vec![1, 1, 1]));
}

#[test]
fn a_cohort_opens_with_its_day_at_the_school() {
    let cohorts = "cohorts:\n  - {name: year-7, select: {years: [7]}, opens: 2027-02-01}\n";
    let mut school = School::new(cohorts, super::MERE);
    // The day begins at 11:00 of the day before, in UTC.
    school.now = "2027-01-31T10:59:59Z".parse().unwrap();
    assert_eq!(symbols(&school.plan(), "C1"), "");
    school.now = "2027-01-31T11:00:00Z".parse().unwrap();
    assert_eq!(symbols(&school.plan(), "C1"), "+");
}

#[test]
fn an_adopted_marker_goes_into_the_record() {
    let mut school = School::year_7();
    let history = school.history("C2", ActivationStage::Set, LetterStage::Sent);
    let marker = Some(history.key);
    school.record("C2", history);
    // A marker that the record knows from somebody else is no sign of an older record, and here a person says that they are two.
    school.set_rollout(&format!("distinct: [{{caregivers: [C1, C2], because: T-1}}]\n{YEAR_7}"));
    school.accounts = vec![Account { sign_in: SignIn::At(school.now), marker, ..account("C1", "mere", "") }];
    let acts = acts(&school.plan(), "C1");
    assert!(matches!(acts[0], Act::Adopt { marker: found, .. } if found == marker), "{acts:?}");
    assert_eq!(code(&school.plan(), "C2"), None);
}
