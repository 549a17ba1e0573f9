//! People whose SMS id has become another: what is recorded goes with them, and their account is found by the id it carries.

use crate::model::account::Account;
use crate::model::activation::{ActivationStage, LetterStage};
use crate::plan::Act;

use super::{MERE, School, YEAR_7, acts, code, mere, symbols};

const MOVED: &str = "moved: [{from: C1, to: C91, because: T-1}]\n";

/// Mere was activated as C1 and is C91 now, in the SMS.
fn school() -> School {
    let mut school = School::new(YEAR_7, MERE);
    school.activate("C1");
    school.accounts = vec![mere()];
    school.set_rollout(&format!("{MOVED}{YEAR_7}"));
    school.set_roster(&MERE.replace("C1", "C91"));
    school
}

#[test]
fn nobody_is_reset_again_for_another_id() {
    let plan = school().plan();
    assert!(plan.changes.is_empty() && plan.held.is_empty(), "{:?} {:?}", plan.changes, plan.held);
    assert_eq!(plan.moves.len(), 1);
    assert_eq!(plan.inputs.rollout.notes, ["what is recorded of C1 goes to C91 (`moved`: T-1)"]);
}

#[test]
fn a_line_that_was_followed_stops_nobody_once_its_person_has_left() {
    let mut school = school();
    assert!(school.mistakes().is_empty());
    let followed = school.history("C91", ActivationStage::Set, LetterStage::Sent);
    school.set_roster(super::HONE);
    let told: Vec<_> = school.mistakes().sorted().iter().map(|mistake| mistake.code).collect();
    assert_eq!(told, ["rollout::moved-to-nobody"], "nothing is recorded of C91");
    school.recorded.histories = crate::model::by_id::ById::default();
    school.record("C91", followed);
    assert!(school.mistakes().is_empty(), "{:?}", school.mistakes());
}

#[test]
fn the_account_is_addressed_by_the_id_that_it_carries() {
    let mut school = school();
    school.accounts[0].first_name = "Mary".into();
    let plan = school.plan();
    assert_eq!(symbols(&plan, "C91"), "~");
    assert_eq!(plan.changes[0].known_as.as_str(), "C1");
    school.accounts[0].caregiver = Some("C91".into());
    assert_eq!(school.plan().changes[0].known_as.as_str(), "C91");
}

#[test]
fn a_letter_that_waits_moves_too() {
    let mut school = school();
    let history = School::new(YEAR_7, MERE).history("C1", ActivationStage::Set, LetterStage::Prepared);
    school.record("C1", history);
    assert!(matches!(acts(&school.plan(), "C91")[..], [Act::Email { .. }]));
}

#[test]
fn a_reissue_names_the_new_id_and_counts_from_the_old() {
    let mut school = school();
    school.set_rollout(&format!("{MOVED}reissue: [{{caregiver: C91, activation: 2, because: T-2}}]\n{YEAR_7}"));
    let acts = acts(&school.plan(), "C91");
    assert!(matches!(&acts[..], [Act::Reset { username, .. }] if username.as_str() == "mere"), "{acts:?}");
}

#[test]
fn a_line_that_is_recorded_does_nothing_and_may_go_once_the_lms_knows() {
    let mut school = school();
    let history = school.recorded.histories.remove("C1").unwrap();
    school.record("C91", history);
    let plan = school.plan();
    assert!(plan.moves.is_empty() && plan.changes.is_empty());
    assert!(plan.inputs.rollout.notes.is_empty(), "the account is still found by it");
    school.accounts[0].caregiver = Some("C91".into());
    assert_eq!(
        school.plan().inputs.rollout.notes,
        ["`moved` from C1 to C91 is done (nothing is recorded of C1 any more); the line may go"]
    );
}

#[test]
fn the_old_id_is_neither_withdrawn_nor_held() {
    let mut school = school();
    school.set_rollout(&format!("leavers: disable\n{MOVED}{YEAR_7}"));
    let day = jiff::SignedDuration::from_hours(24);
    school.accept("a", school.now - day - day - day, &["C1"]);
    school.accept("b", school.now - day, &["C91"]);
    let plan = school.plan();
    assert_eq!((symbols(&plan, "C1"), code(&plan, "C1")), (String::new(), None));
}

#[test]
fn an_active_person_who_moved_is_known_under_the_new_id_at_once() {
    let mut school = school();
    school.set_roster("C91,Mere,Reid,mere@example.nz,S1,7,yes,1\n");
    let plan = school.plan();
    assert_eq!(plan.identities.len(), 1);
    assert_eq!(plan.identities[0].0.as_str(), "C91");
}

#[test]
fn a_line_to_a_stranger_makes_no_plan() {
    let mut school = self::school();
    school.set_roster("C91,Petra,Moana,petra@example.nz,S9,7,yes,1\n");
    let refused = school.try_plan().unwrap_err();
    assert!(matches!(&refused, crate::reconcile::Refusal::MovedToStranger { line, .. } if *line > 0), "{refused:?}");
    let key = school.recorded.histories["C1"].key;
    school.accounts = vec![Account { caregiver: Some("C91".into()), marker: Some(key), ..mere() }];
    assert!(school.try_plan().is_ok(), "the LMS knows them by that id");
}
