//! D1 and S1: a password that was being set when a run stopped, with a driver that writes markers and with one that can't.

use jiff::SignedDuration;

use crate::model::account::{Account, SignIn};
use crate::model::activation::{ActivationKind, ActivationStage, LetterStage};
use crate::plan::{Act, HoldCode, Proof};

use super::{School, acts, code, held, mere, symbols};

/// Mere's password was being set so long ago.
fn school(has_marker: bool, ago: SignedDuration) -> School {
    let mut school = School::year_7();
    school.lms.has_marker = has_marker;
    let mut history = school.history("C1", ActivationStage::Setting, LetterStage::Prepared);
    history.stage_at = school.now - ago;
    school.record("C1", history);
    school.accounts = vec![mere()];
    school
}

fn proof(school: &School) -> Option<Proof> {
    acts(&school.plan(), "C1").iter().find_map(|act| match act {
        Act::Settle { proof, .. } => Some(*proof),
        _ => None,
    })
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[test]
fn a_marker_that_stands_proves_that_it_was_set() {
    for has_marker in [true, false] {
        let mut school = school(has_marker, HOUR);
        let key = school.recorded.histories["C1"].key;
        school.accounts = vec![Account { marker: Some(key), sign_in: SignIn::At(school.now), ..mere() }];
        assert_eq!(proof(&school), Some(Proof::WasSet), "even if somebody has signed in since");
        assert_eq!(symbols(&school.plan(), "C1"), "@");
    }
}

#[test]
fn a_marker_that_does_not_stand_proves_that_it_was_not() {
    let school = school(true, HOUR);
    assert_eq!((proof(&school), symbols(&school.plan(), "C1")), (Some(Proof::NotSet), "*".into()));
}

#[test]
fn an_account_that_was_to_be_created_and_is_not_there_is_created() {
    let mut school = school(true, HOUR);
    school.accounts.clear();
    school.recorded.histories.get_mut("C1").unwrap().kind = ActivationKind::Create;
    assert_eq!(symbols(&school.plan(), "C1"), "+");
}

#[test]
fn without_markers_the_same_password_is_set_again_inside_the_window() {
    let windows = [
        (SignedDuration::from_mins(9), None, Some(HoldCode::ResetUnknown)),
        (SignedDuration::from_mins(10), Some(Proof::Unknown), None),
        (SignedDuration::from_hours(24), Some(Proof::Unknown), None),
        (SignedDuration::from_secs(24 * 3600 + 1), None, Some(HoldCode::ResetUnknown)),
    ];
    for (ago, expected, held) in windows {
        let school = school(false, ago);
        let plan = school.plan();
        assert_eq!((proof(&school), code(&plan, "C1")), (expected, held), "after {ago:?}");
        assert!(plan.has_unknown(), "after {ago:?}");
    }
    assert_eq!(symbols(&school(false, HOUR).plan(), "C1"), "?");
}

#[test]
fn too_early_says_when_and_too_late_asks_a_person() {
    let fix = |ago| held(&school(false, ago).plan(), "C1").unwrap().fix.clone();
    assert_eq!(fix(SignedDuration::from_mins(4)), "Run `firstbell apply` again after 08:06");
    assert!(fix(SignedDuration::from_hours(25)).contains("firstbell resolve C1 --reset done|not-done"));
}

#[test]
fn a_sign_in_since_then_is_changed_meanwhile() {
    for has_marker in [true, false] {
        let mut school = school(has_marker, HOUR);
        school.accounts = vec![Account { sign_in: SignIn::At(school.now), ..mere() }];
        assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::ChangedMeanwhile));
        school.accounts = vec![Account { sign_in: SignIn::At(school.now - HOUR - HOUR), ..mere() }];
        assert_eq!(code(&school.plan(), "C1"), None, "a sign-in before it says nothing");
    }
}

#[test]
fn what_a_person_must_find_out_is_never_decided() {
    for (stage, expected) in [
        (ActivationStage::ResetUnknown, HoldCode::ResetUnknown),
        (ActivationStage::HandedOver, HoldCode::AwaitingConfirmation),
    ] {
        let mut school = school(true, HOUR);
        school.recorded.histories.get_mut("C1").unwrap().stage = stage;
        if stage == ActivationStage::HandedOver {
            school.hand_over("C1");
        }
        let plan = school.plan();
        assert_eq!(code(&plan, "C1"), Some(expected));
        assert!(!plan.cohorts[0].is_settled, "a cohort behind this one must wait");
    }
}

#[test]
fn a_stop_that_comes_in_meanwhile_holds_it() {
    let mut school = school(true, HOUR);
    school.set_roster("C1,Mere,Tamihana,mere@example.nz,S1,7,no,1\n");
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::NoAccess));
}

#[test]
fn without_the_sealed_copy_a_person_says_whether_it_was_set() {
    let mut school = school(true, HOUR);
    school.set_rollout(&format!("reissue: [{{caregiver: C1, activation: 2, because: T-1}}]\n{}", super::YEAR_7));
    school.recorded.histories.get_mut("C1").unwrap().has_secret = false;
    let fix = |school: &School| {
        let plan = school.plan();
        assert_eq!(code(&plan, "C1"), Some(HoldCode::SecretLost));
        held(&plan, "C1").unwrap().fix.clone()
    };
    assert_eq!(fix(&school), "`firstbell resolve C1 --reset not-done --evidence …`; then another is drawn");
    school.accounts[0].marker = Some(school.recorded.histories["C1"].key);
    assert_eq!(
        fix(&school),
        "`firstbell resolve C1 --reset done --evidence …`; then a `reissue:` line gives them another"
    );
    school.accounts[0].marker = None;
    school.lms.has_marker = false;
    assert_eq!(fix(&school), "`firstbell resolve C1 --reset done|not-done --evidence …`");
}
