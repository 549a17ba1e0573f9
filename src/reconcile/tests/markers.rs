//! Markers of the LMS against the record: one that only a lost commit can explain, and one that stands on the account of
//! another id than the one it was written for.

use crate::model::account::Account;
use crate::model::activation::{ActivationStage, LetterStage};
use crate::model::ids::{ActivationKey, ActivationNumber};
use crate::model::recorded::Forgotten;
use crate::plan::HoldCode;

use super::{HONE, MERE, Refusal, School, YEAR_7, acts, code, fingerprinter, held, mere, symbols};

const KEY: ActivationKey = ActivationKey(7);

fn marked(id: &str) -> Account {
    Account { caregiver: Some(id.into()), marker: Some(KEY), ..mere() }
}

#[test]
fn a_marker_of_what_was_only_prepared_shows_that_the_record_is_an_old_copy() {
    for stage in [ActivationStage::Prepared, ActivationStage::Refused] {
        let mut school = School::year_7();
        let history = school.history("C1", stage, LetterStage::Prepared);
        school.record("C1", history);
        school.accounts = vec![mere()];
        assert_eq!(symbols(&school.try_plan().unwrap(), "C1"), "*", "{stage}");
        school.accounts = vec![marked("C1")];
        let refusal = school.try_plan().unwrap_err();
        assert_eq!(refusal, Refusal::MarkerNewer { caregivers: vec!["C1".into()] }, "{stage}");
    }
}

#[test]
fn what_is_prepared_a_second_time_leaves_the_first_marker_known() {
    let mut school = School::year_7();
    let mut history = school.history("C1", ActivationStage::Prepared, LetterStage::Prepared);
    (history.number, history.key) = (ActivationNumber(2), ActivationKey(8));
    school.record("C1", history);
    school.recorded.earlier_keys.insert("C1", Box::from([KEY]));
    school.accounts = vec![marked("C1")];
    assert!(acts(&school.try_plan().unwrap(), "C1").is_empty());
    school.accounts[0].marker = Some(ActivationKey(8));
    assert!(school.try_plan().is_err());
}

#[test]
fn an_account_that_got_another_id_with_its_person_is_not_reset() {
    let mut school = School::new(YEAR_7, MERE);
    school.activate("C1");
    let stranger = "C9,Ana,Reid,ana@example.nz,S9,7,yes,1\n";
    school.set_roster(stranger);
    school.accounts = vec![marked("C9")];
    let plan = school.plan();
    assert_eq!(code(&plan, "C9"), Some(HoldCode::PossibleRename));
    assert!(held(&plan, "C9").unwrap().fix.contains("moved: [{from: C1, to: C9"));
    school.set_rollout(&format!("moved: [{{from: C1, to: C9, because: T-1}}]\n{YEAR_7}"));
    assert_eq!(code(&school.plan(), "C9"), None);
    assert!(
        acts(&school.plan(), "C9")
            .iter()
            .all(|act| !matches!(act, crate::plan::Act::Reset { .. } | crate::plan::Act::Create { .. })),
        "moved: they are active"
    );
    school.set_rollout(&format!("distinct: [{{caregivers: [C1, C9], because: T-1}}]\n{YEAR_7}"));
    assert_eq!(symbols(&school.plan(), "C9").chars().next(), Some('*'), "a person says that they are two");
}

/// `state move`, or a `moved:` line that was taken out, while the LMS still has the old id.
#[test]
fn who_has_moved_keeps_the_account_that_carries_the_id_before() {
    let mut school = School::new(&format!("reissue: [{{caregiver: C1, activation: 2, because: T-1}}]\n{YEAR_7}"), MERE);
    school.activate("C1");
    school.accounts = vec![marked("C0981")];
    let plan = school.plan();
    assert_eq!(symbols(&plan, "C1").chars().next(), Some('*'), "no second account is made");
    let change = plan.changes.iter().find(|change| change.caregiver.as_str() == "C1").unwrap();
    assert_eq!(change.known_as.as_str(), "C0981");
    school.set_rollout(YEAR_7);
    assert_eq!(school.drift(None), []);
}

#[test]
fn an_account_that_shows_the_activation_of_somebody_who_is_here_too_is_not_reset() {
    let mut school = School::year_7();
    school.activate("C1");
    school.accounts = vec![Account { email: "hone@example.nz".into(), ..marked("C2") }];
    let plan = school.plan();
    assert_eq!(code(&plan, "C2"), Some(HoldCode::PossibleRename));
    assert_eq!(
        held(&plan, "C2").unwrap().sentence,
        "Their account in the LMS shows the activation of C1, who is in the roster too"
    );
}

#[test]
fn whose_reset_was_refused_is_not_taken_for_somebody_who_had_access() {
    let mut school = School::new(YEAR_7, MERE);
    for (stage, expected) in [
        (ActivationStage::Refused, None),
        (ActivationStage::Prepared, None),
        (ActivationStage::Set, Some(HoldCode::PossibleRename)),
    ] {
        school.set_roster(MERE);
        let history = school.history("C1", stage, LetterStage::Prepared);
        school.record("C1", history);
        school.set_roster(&MERE.replace("C1", "C9"));
        assert_eq!(code(&school.plan(), "C9"), expected, "{stage}");
    }
}

#[test]
fn an_attempt_under_the_new_id_does_not_hide_what_was_done_under_the_old_one() {
    for stage in [ActivationStage::Refused, ActivationStage::Prepared] {
        let mut school = School::new(YEAR_7, MERE);
        school.activate("C1");
        school.set_roster(&MERE.replace("C1", "C9"));
        let mut attempt = school.history("C9", stage, LetterStage::Prepared);
        attempt.key = ActivationKey(9);
        school.record("C9", attempt);
        assert_eq!(code(&school.plan(), "C9"), Some(HoldCode::PossibleRename), "{stage}");
        school.set_rollout(&format!("moved: [{{from: C1, to: C9, because: T-1}}]\n{YEAR_7}"));
        let plan = school.plan();
        assert!(plan.changes.is_empty() && plan.held.is_empty(), "{stage}: {:?}", plan.changes);
        assert_eq!(plan.moves.len(), 1, "{stage}");
    }
}

#[test]
fn two_who_both_have_access_are_never_made_one() {
    let mut school = School::new(YEAR_7, &format!("{MERE}{HONE}"));
    school.activate("C1");
    school.activate("C2");
    school.set_roster(HONE);
    school.set_rollout(&format!("moved: [{{from: C1, to: C2, because: T-1}}]\n{YEAR_7}"));
    let told: Vec<_> = school.mistakes().sorted().iter().map(|mistake| mistake.code).collect();
    assert_eq!(told, ["rollout::moved-to-another"], "whoever is meant would be taken for somebody new");
}

/// They are still in the roster: what they look like is written down by nobody again.
#[test]
fn who_was_forgotten_stays_forgotten() {
    let mut school = School::new(YEAR_7, MERE);
    let hash = fingerprinter().of_forgotten("C1");
    school.recorded.forgotten.insert(hash, Forgotten { number: ActivationNumber::FIRST, keys: vec![KEY] });
    let plan = school.plan();
    assert!(plan.changes.is_empty() && plan.identities.is_empty(), "{:?}", plan.identities);
}

#[test]
fn who_was_forgotten_under_the_id_before_counts_as_active() {
    let mut school = School::new(YEAR_7, &MERE.replace("C1", "C9"));
    let hash = fingerprinter().of_forgotten("C1");
    school.recorded.forgotten.insert(hash, Forgotten { number: ActivationNumber::FIRST, keys: vec![KEY] });
    assert_eq!(symbols(&school.plan(), "C9"), "+", "nothing says who they were");
    school.set_rollout(&format!("moved: [{{from: C1, to: C9, because: T-1}}]\n{YEAR_7}"));
    for account in [None, Some(mere()), Some(marked("C1"))] {
        school.accounts = account.into_iter().collect();
        let plan = school.plan();
        assert!(plan.changes.is_empty() && plan.held.is_empty(), "{:?}", plan.changes);
        assert_eq!(
            plan.inputs.rollout.notes,
            ["C1 was forgotten after they had access: while `moved` says so, C9 counts as active"]
        );
    }
}
