//! S2 and withdrawing: people with an activation whom the roster does not have.

use jiff::SignedDuration;

use crate::model::account::Account;
use crate::model::activation::{ActivationStage, LetterStage};
use crate::plan::{HoldCode, Idle};

use super::{HONE, School, YEAR_7, code, mere, symbols};

const DISABLE: &str = "leavers: disable\n";

/// Mere is gone: from one roster, or from two that are a day apart.
fn gone(rollout: &str, from_two: bool, stage: ActivationStage, letter: LetterStage) -> School {
    let mut school =
        School::new(&format!("{rollout}guards: {{withdrawals: 1}}\n{YEAR_7}"), &format!("{}{HONE}", super::MERE));
    let history = school.history("C1", stage, letter);
    school.record("C1", history);
    school.activate("C2");
    school.accounts = vec![mere()];
    let ago = |hours| school.now - SignedDuration::from_hours(hours);
    let (first, second) = (ago(72), ago(24));
    school.accept("a", first, &["C1", "C2"]);
    if from_two {
        school.accept("b", second, &["C2"]);
    }
    school.set_roster(HONE);
    school
}

fn active_and_gone(rollout: &str, from_two: bool) -> School {
    gone(rollout, from_two, ActivationStage::Set, LetterStage::Sent)
}

#[test]
fn absence_from_one_roster_is_no_departure() {
    let plan = active_and_gone(DISABLE, false).plan();
    assert_eq!((symbols(&plan, "C1"), plan.unchanged[&Idle::AbsentOnce]), (String::new(), 1), "the next may be one");
    let plan = active_and_gone("", false).plan();
    assert_eq!((symbols(&plan, "C1"), plan.unchanged[&Idle::Gone]), (String::new(), 1), "`leavers: keep`");
}

#[test]
fn two_rosters_without_them_withdraw_where_the_rollout_wants_it() {
    assert_eq!(symbols(&active_and_gone(DISABLE, true).plan(), "C1"), "-");
    assert_eq!(symbols(&active_and_gone("", true).plan(), "C1"), "", "`leavers: keep`");
}

/// Their account may carry the id they had before they were moved.
#[test]
fn a_leaver_is_found_by_the_id_they_had_before() {
    let moved = "moved: [{from: C7, to: C1, because: T-1}]\n";
    let mut school = active_and_gone(&format!("{DISABLE}{moved}"), true);
    school.accounts = vec![Account { caregiver: Some("C7".into()), ..mere() }];
    let plan = school.plan();
    assert_eq!((symbols(&plan, "C1"), plan.changes[0].known_as.as_str()), ("-".into(), "C7"));
}

#[test]
fn a_partial_roster_says_nothing_about_who_is_missing() {
    let mut school = active_and_gone(DISABLE, true);
    let text = super::HEAD.replace("  path: roster.csv\n", "  path: roster.csv\n  upload: partial\n");
    school.rollout = super::read_whole_rollout(&format!("{text}{DISABLE}{YEAR_7}"));
    school.set_roster(HONE);
    assert_eq!(symbols(&school.plan(), "C1"), "");
}

#[test]
fn accounts_that_are_not_ours_are_not_disabled() {
    let cases = [
        vec![Account { is_staff: true, ..mere() }],
        vec![Account { is_disabled: true, ..mere() }],
        vec![mere(), Account { username: "mere2".into(), ..mere() }],
        vec![],
    ];
    for accounts in cases {
        let mut school = active_and_gone(DISABLE, true);
        school.accounts = accounts;
        assert_eq!(symbols(&school.plan(), "C1"), "");
    }
}

#[test]
fn somebody_who_is_probably_here_under_another_id_keeps_the_account() {
    let mut school = active_and_gone(DISABLE, true);
    school.set_roster(&format!("{HONE}C91,Mere,Tamihana,mere@example.nz,S1,9,yes,1\n"));
    let plan = school.plan();
    assert_eq!((symbols(&plan, "C1"), plan.unchanged[&Idle::Gone]), (String::new(), 1), "also outside every cohort");
}

#[test]
fn what_was_begun_for_somebody_who_is_gone_is_held() {
    let pending = |from_two| gone("", from_two, ActivationStage::Set, LetterStage::Prepared).plan();
    assert_eq!(code(&pending(false), "C1"), Some(HoldCode::AbsentOnce));
    assert_eq!(code(&pending(true), "C1"), Some(HoldCode::Left));
}

#[test]
fn what_was_begun_does_not_keep_an_account_from_being_disabled() {
    let mut school = gone(DISABLE, true, ActivationStage::Set, LetterStage::Prepared);
    let plan = school.plan();
    assert_eq!((symbols(&plan, "C1"), code(&plan, "C1")), ("-".into(), None));
    school.accounts = vec![Account { is_disabled: true, ..mere() }];
    school.recorded.histories.get_mut("C1").unwrap().is_withdrawn = true;
    let plan = school.plan();
    assert_eq!((symbols(&plan, "C1"), code(&plan, "C1")), (String::new(), None), "and then it is over");
}

#[test]
fn a_reset_that_nobody_knows_of_stays_unknown_when_they_are_gone() {
    let unsettled = |has_marker| {
        let mut school = gone(DISABLE, true, ActivationStage::Setting, LetterStage::Prepared);
        school.lms.has_marker = has_marker;
        let plan = school.plan();
        (symbols(&plan, "C1"), code(&plan, "C1"))
    };
    assert_eq!(unsettled(false), (String::new(), Some(HoldCode::ResetUnknown)));
    assert_eq!(unsettled(true), ("-".into(), None), "a driver that writes markers can always say");
    let mut handed_over = gone(DISABLE, true, ActivationStage::HandedOver, LetterStage::Prepared);
    handed_over.hand_over("C1");
    assert_eq!(code(&handed_over.plan(), "C1"), Some(HoldCode::AwaitingConfirmation));
}

#[test]
fn a_reissue_for_somebody_who_is_gone_is_held() {
    let reissue = "reissue: [{caregiver: C1, activation: 2, because: T-1}]\n";
    assert_eq!(code(&active_and_gone(reissue, false).plan(), "C1"), Some(HoldCode::AbsentOnce));
    assert_eq!(code(&active_and_gone(reissue, true).plan(), "C1"), Some(HoldCode::Left));
}

#[test]
fn somebody_who_is_back_gets_the_account_back_that_was_disabled() {
    let mut school = active_and_gone(DISABLE, true);
    school.set_roster(&format!("{}{HONE}", super::MERE));
    school.accounts = vec![Account { is_disabled: true, ..mere() }];
    assert_eq!(symbols(&school.plan(), "C1"), "", "the school disabled it, not firstbell");
    school.recorded.histories.get_mut("C1").unwrap().is_withdrawn = true;
    assert_eq!(symbols(&school.plan(), "C1"), "~");
    school.accounts = vec![mere()];
    assert_eq!(symbols(&school.plan(), "C1"), "~", "enabled by somebody else: ours to disable when they leave again");
}
