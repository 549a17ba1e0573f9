//! D2, S1 and S10: letters that are missing, lost, refused or came back.

use jiff::SignedDuration;

use crate::model::activation::{ActivationStage, LetterStage};
use crate::model::ids::{ActivationNumber, LetterNumber};
use crate::plan::{Act, HoldCode, LetterSource};

use super::{School, YEAR_7, acts, code, held, mere, symbols};

/// Mere's password is set, and her letter at this stage.
fn school(letter: LetterStage) -> School {
    let mut school = School::year_7();
    school.accounts = vec![mere()];
    let history = school.history("C1", ActivationStage::Set, letter);
    school.record("C1", history);
    school
}

fn with_new_address(letter: LetterStage) -> School {
    let mut school = school(letter);
    school.set_roster("C1,Mere,Tamihana,new@example.nz,S1,7,yes,1\n");
    school
}

fn letter_number(school: &School) -> Option<LetterSource> {
    acts(&school.plan(), "C1").iter().find_map(|act| match act {
        Act::Email { source, .. } => Some(*source),
        _ => None,
    })
}

#[test]
fn a_lost_answer_is_asked_for_again_after_a_quarter_an_hour_and_six_hours() {
    let waits = [(1, 15), (2, 60), (3, 360)];
    for (attempts, minutes) in waits {
        let mut school = school(LetterStage::Unknown);
        school.mail.is_idempotent = false;
        let mut set = |ago: SignedDuration| {
            let history = school.recorded.histories.get_mut("C1").unwrap();
            let letter = history.letter.as_mut().unwrap();
            (letter.attempts, letter.stage_at) = (attempts, super::NOW - ago);
            school.plan()
        };
        let early = set(SignedDuration::from_mins(minutes) - SignedDuration::from_secs(1));
        assert_eq!(code(&early, "C1"), Some(HoldCode::LetterUnknown), "attempt {attempts}");
        assert!(held(&early, "C1").unwrap().fix.starts_with("Run `firstbell apply` again after 08:00"));
        assert_eq!(symbols(&set(SignedDuration::from_mins(minutes)), "C1"), "@", "attempt {attempts}");
    }
}

#[test]
fn after_three_more_attempts_a_person_is_asked() {
    let mut school = school(LetterStage::Unknown);
    school.mail.is_idempotent = false;
    school.recorded.histories.get_mut("C1").unwrap().letter.as_mut().unwrap().attempts = 4;
    let plan = school.plan();
    assert_eq!(code(&plan, "C1"), Some(HoldCode::LetterUnknown));
    assert!(plan.has_unknown() && !plan.cohorts[0].is_settled);
    assert!(held(&plan, "C1").unwrap().fix.starts_with("Ask them whether it arrived"));
}

#[test]
fn a_letter_never_handed_over_is_written_anew_for_a_new_address() {
    let number = LetterNumber(2);
    assert_eq!(letter_number(&with_new_address(LetterStage::Prepared)), Some(LetterSource::Rendered(number)));
    assert_eq!(letter_number(&with_new_address(LetterStage::Rejected)), Some(LetterSource::Rendered(number)));
}

#[test]
fn a_letter_that_may_have_gone_out_is_not_written_anew() {
    for letter in [LetterStage::Sending, LetterStage::Unknown] {
        let plan = with_new_address(letter).plan();
        assert_eq!(code(&plan, "C1"), Some(HoldCode::AddressChanged), "{letter}");
        assert!(held(&plan, "C1").unwrap().fix.contains("`reissue: [{caregiver: C1, activation: 2, because: …}]`"));
    }
}

#[test]
fn children_count_as_much_as_the_address() {
    let mut school = school(LetterStage::Sending);
    school.set_roster("C1,Mere,Tamihana,mere@example.nz,S1,7,yes,1\nC1,Mere,Tamihana,mere@example.nz,S9,9,yes,1\n");
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::AddressChanged));
    school.set_roster("C1,Mere,Tamihana,MERE@example.nz,S1,7,yes,1\n");
    assert_eq!(code(&school.plan(), "C1"), None, "another spelling is the same address");
}

#[test]
fn a_refused_address_waits_for_another() {
    assert_eq!(code(&school(LetterStage::Rejected).plan(), "C1"), Some(HoldCode::LetterRejected));
    assert_eq!(code(&with_new_address(LetterStage::Rejected).plan(), "C1"), None);
}

#[test]
fn a_lost_secret_needs_a_reviewed_line() {
    for letter in [LetterStage::Prepared, LetterStage::Sending, LetterStage::Rejected] {
        let mut school = school(letter);
        school.recorded.histories.get_mut("C1").unwrap().has_secret = false;
        let plan = school.plan();
        assert_eq!(code(&plan, "C1"), Some(HoldCode::SecretLost), "{letter}");
        assert_eq!(held(&plan, "C1").unwrap().fix, "`reissue: [{caregiver: C1, activation: 2, because: …}]`");
    }
}

#[test]
fn a_letter_that_came_back_waits_for_another_address_then_for_a_line() {
    let mut school = school(LetterStage::Bounced);
    school.recorded.histories.get_mut("C1").unwrap().has_secret = false;
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::Bounced));
    school.set_roster("C1,Mere,Tamihana,new@example.nz,S1,7,yes,1\n");
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::ReissueNeeded));
}

#[test]
fn a_letter_that_came_back_while_sealed_goes_to_the_new_address_where_the_rollout_says_so() {
    let mut school = with_new_address(LetterStage::Bounced);
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::ReissueNeeded), "`bounced: hold`");
    school.set_rollout(&format!("bounced: resend\n{YEAR_7}"));
    assert_eq!(letter_number(&school), Some(LetterSource::Rendered(LetterNumber(2))));
}

#[test]
fn a_reissue_leads_out_of_every_letter_that_cannot_go_on() {
    let lost = |mut school: School| {
        school.recorded.histories.get_mut("C1").unwrap().has_secret = false;
        school
    };
    let schools = [
        with_new_address(LetterStage::Sending),
        with_new_address(LetterStage::Unknown),
        lost(school(LetterStage::Prepared)),
        lost(school(LetterStage::Bounced)),
        lost(with_new_address(LetterStage::Bounced)),
    ];
    for mut school in schools {
        assert!(code(&school.plan(), "C1").is_some());
        school.set_rollout(&format!("reissue: [{{caregiver: C1, activation: 2, because: T-1}}]\n{YEAR_7}"));
        let acts = acts(&school.plan(), "C1");
        assert!(matches!(acts[0], Act::Reset { activation: ActivationNumber(2), .. }), "{acts:?}");
    }
}

#[test]
fn a_stop_that_comes_in_while_a_letter_is_sealed_holds_it() {
    let rows = [
        ("C1,Mere,Tamihana,mere@example.nz,S1,7,no,1\n", HoldCode::NoAccess),
        ("C1,Mere,Tamihana,,S1,7,yes,1\n", HoldCode::NoEmail),
        ("C1,Mere,Tamihana,mere@example.nz,S1,7,yes,1\nC3,X,Y,mere@example.nz,S1,7,yes,2\n", HoldCode::SharedEmail),
    ];
    for (rows, expected) in rows {
        let mut school = school(LetterStage::Prepared);
        school.set_roster(rows);
        assert_eq!(code(&school.plan(), "C1"), Some(expected));
    }
    let mut school = school(LetterStage::Prepared);
    school.set_rollout(&format!("hold: [{{caregiver: C1, because: T-1}}]\n{YEAR_7}"));
    assert_eq!(code(&school.plan(), "C1"), Some(HoldCode::AskedToWait));
}
