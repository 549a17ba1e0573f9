//! The canary of a cohort, and what is kept for letters that come back.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::plan::Idle;

const MAIL: &str =
    "{from: Kōwhai College <office@kowhai.example.nz>, transport: smtp, smtp: {host: localhost, tls: none},
  retain-for-bounce: 24h}
cohorts:
  - {name: year-7, select: {years: [7]}, canary: {first: 2, wait: 24h, bounces-below: 30%}}
";
const ROWS: [&str; 5] = [
    "C1,Mere,Tamihana,mere@example.nz,S1,7,yes,1\n",
    "C2,Hōne,Tamihana,hone@example.nz,S2,7,yes,1\n",
    "C3,Aroha,Ngata,aroha@example.nz,S3,7,yes,1\n",
    "C4,Wiremu,Ngata,wiremu@example.nz,S4,7,yes,1\n",
    "C5,Tui,Ngata,tui@example.nz,S5,7,yes,1\n",
];

fn school() -> School {
    let mut school = School::new(YEAR_7, &ROWS.concat());
    school.rollout = read_whole_rollout(&HEAD.replace("{from: Kōwhai College <office@kowhai.example.nz>}", MAIL));
    school.mail.is_idempotent = false;
    // C3 has no account yet: creating comes first in a plan.
    school.accounts = ["C1", "C2", "C4", "C5"].iter().map(|id| own_account(&school, id)).collect();
    school
}

/// An account with nothing to correct.
fn own_account(school: &School, id: &str) -> Account {
    let caregiver = school.caregiver(id);
    let person = super::super::person_of(caregiver, &school.rollout);
    let name = person.first_name.to_lowercase();
    Account {
        first_name: person.first_name.as_str().into(),
        last_name: person.last_name.as_str().into(),
        ..account(id, &name, caregiver.address().unwrap())
    }
}

/// Their letter is at this stage since then.
fn letter_at(school: &mut School, id: &str, stage: LetterStage, at: Timestamp) {
    let mut history = school.history(id, ActivationStage::Set, stage);
    history.has_secret = true;
    history.letter.as_mut().unwrap().stage_at = at;
    if school.accounts.iter().all(|account| account.caregiver.as_ref().map(CaregiverId::as_str) != Some(id)) {
        let account = own_account(school, id);
        school.accounts.push(account);
    }
    school.record(id, history);
}

fn changed(plan: &Plan) -> Vec<&str> {
    plan.changes.iter().map(|change| change.caregiver.as_str()).collect()
}

fn name() -> crate::model::ids::CohortName {
    "year-7".into()
}

#[test]
fn the_first_few_go_in_the_plans_order_and_the_rest_waits() {
    let plan = school().plan();
    assert_eq!(changed(&plan), ["C3", "C1"], "an account to create, then the first password to reset");
    assert_eq!(plan.unchanged[&Idle::Canary(name(), None)], 3);
}

#[test]
fn what_was_begun_counts_among_the_first_few() {
    let mut school = school();
    letter_at(&mut school, "C3", LetterStage::Sent, NOW);
    assert_eq!(changed(&school.plan()), ["C1"]);
}

#[test]
fn letters_of_another_cohort_say_nothing_of_this_one() {
    let mut school = school();
    for id in ["C3", "C1"] {
        letter_at(&mut school, id, LetterStage::Sent, NOW - SignedDuration::from_hours(60));
        let mut history = school.recorded.histories.get(id).unwrap().clone();
        history.cohort = Some("pilot".into());
        school.record(id, history);
    }
    let plan = school.plan();
    assert_eq!(changed(&plan), ["C2", "C4"], "two of its own go first");
    assert_eq!(plan.unchanged[&Idle::Canary(name(), None)], 1);
}

#[test]
fn the_rest_waits_for_the_evidence_and_then_goes() {
    let mut school = school();
    letter_at(&mut school, "C3", LetterStage::Sent, NOW - SignedDuration::from_hours(30));
    letter_at(&mut school, "C1", LetterStage::Sent, NOW - SignedDuration::from_hours(20));
    let plan = school.plan();
    assert!(changed(&plan).is_empty());
    assert_eq!(plan.due_again, Some(NOW + SignedDuration::from_hours(4)));
    let until = "2027-02-01T12:00:00".parse().unwrap();
    assert_eq!(plan.unchanged[&Idle::Canary(name(), Some(until))], 3);
    school.now += SignedDuration::from_hours(4);
    assert_eq!(changed(&school.plan()), ["C2", "C4", "C5"]);
}

#[test]
fn too_many_that_came_back_stop_the_rest_until_they_are_mended() {
    let mut school = school();
    letter_at(&mut school, "C3", LetterStage::Bounced, NOW - SignedDuration::from_hours(30));
    letter_at(&mut school, "C1", LetterStage::Sent, NOW - SignedDuration::from_hours(60));
    let plan = school.plan();
    assert_eq!(plan.unchanged[&Idle::CanaryStopped(name(), 1, 2)], 3);
    assert!(plan.inputs.rollout.notes.iter().any(|note| note.contains("1 of 2 letters came back")));
    // The same letter has gone to a corrected address since.
    letter_at(&mut school, "C3", LetterStage::Sent, NOW - SignedDuration::from_hours(30));
    assert_eq!(changed(&school.plan()), ["C2", "C4", "C5"]);
}

#[test]
fn a_letter_that_was_refused_counts_as_one_that_came_back() {
    let mut school = school();
    letter_at(&mut school, "C3", LetterStage::Rejected, NOW - SignedDuration::from_hours(30));
    letter_at(&mut school, "C1", LetterStage::Sent, NOW - SignedDuration::from_hours(60));
    assert_eq!(school.plan().unchanged[&Idle::CanaryStopped(name(), 1, 2)], 3);
    letter_at(&mut school, "C2", LetterStage::Sent, NOW - SignedDuration::from_hours(60));
    letter_at(&mut school, "C4", LetterStage::Sent, NOW - SignedDuration::from_hours(60));
    assert_eq!(changed(&school.plan()), ["C5"], "one of four is below the limit");
}

#[test]
fn a_letter_that_never_goes_out_does_not_stop_its_cohort_for_good() {
    let mut school = school();
    letter_at(&mut school, "C1", LetterStage::Sent, NOW - SignedDuration::from_hours(60));
    let mut stuck = |hours| {
        letter_at(&mut school, "C3", LetterStage::Prepared, NOW);
        let mut history = school.recorded.histories.get("C3").unwrap().clone();
        history.stage_at = NOW - SignedDuration::from_hours(hours);
        school.record("C3", history);
        changed(&school.plan()).len()
    };
    assert_eq!((stuck(23), stuck(24)), (1, 4), "its own letter, and after a day the others too");
}

#[test]
fn an_outbox_has_no_canary() {
    let mut school = school();
    let mail = MAIL.replace("transport: smtp", "transport: outbox");
    school.rollout = read_whole_rollout(&HEAD.replace("{from: Kōwhai College <office@kowhai.example.nz>}", &mail));
    assert_eq!(school.plan().changes.len(), 5);
}

#[test]
fn what_is_kept_for_bounces_is_wiped_when_its_time_is_over() {
    let mut school = school();
    letter_at(&mut school, "C1", LetterStage::Sent, NOW - SignedDuration::from_hours(23));
    assert!(school.plan().wipes.is_empty());
    school.now += SignedDuration::from_hours(1);
    let plan = school.plan();
    assert_eq!(plan.wipes.len(), 1);
    assert!(plan.has_records(), "an apply has something to do, though nothing happens outside");
}

#[test]
fn a_letter_of_which_nothing_is_known_goes_again_at_once_where_somebody_says_so() {
    let mut school = school();
    letter_at(&mut school, "C1", LetterStage::Unknown, NOW);
    assert_eq!(school.plan().due_again, Some(NOW + SignedDuration::from_mins(15)));
    school.retry_unknown = true;
    assert!(school.plan().changes.iter().any(|change| change.caregiver.as_str() == "C1"));
}
