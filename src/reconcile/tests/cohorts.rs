//! Who belongs where, and when a cohort opens.

use crate::model::activation::{ActivationStage, LetterStage};
use crate::plan::CohortState;

use super::{HONE, MERE, School, code, mere, symbols};

const CHAIN: &str = "cohorts:
  - {name: pilot, select: {caregivers: [C1]}}
  - {name: year-7, select: {years: [7]}, after: [pilot]}
  - {name: year-8, select: {years: [8]}, after: [year-7]}
";

fn chain() -> School {
    School::new(CHAIN, &format!("{MERE}{HONE}C3,L,N,lan@example.com,S3,8,yes,\n"))
}

fn states(school: &School) -> Vec<bool> {
    let plan = school.plan();
    plan.cohorts.iter().map(|cohort| matches!(cohort.state, CohortState::Open(_) | CohortState::Opens)).collect()
}

#[test]
fn the_first_cohort_that_selects_somebody_has_them() {
    let plan = chain().plan();
    let counts: Vec<_> = plan.cohorts.iter().map(|cohort| (cohort.caregivers, cohort.in_earlier)).collect();
    assert_eq!(counts, [(1, 0), (1, 1), (1, 0)]);
}

/// Many kinds of people with nothing to do; what comes of more than two bytes count stands in `decide`.
#[test]
fn of_many_cohorts_each_has_its_own() {
    let ids: Vec<String> = (1000..1600).map(|number| format!("C{number}")).collect();
    let cohort = |id: &String| format!("  - {{name: of-{}, select: {{caregivers: [{id}]}}}}\n", id.to_lowercase());
    let row = |id: &String| format!("{id},F,L,{id}@example.com,S{id},7,yes,\n");
    let cohorts = format!("cohorts:\n{}", ids.iter().map(cohort).collect::<String>());
    let mut school = School::new(&cohorts, &ids.iter().map(row).collect::<String>());
    for id in &ids {
        school.activate(id);
    }
    let plan = school.plan();
    assert!(plan.cohorts.iter().all(|cohort| (cohort.caregivers, cohort.in_earlier) == (1, 0)));
    let active = plan.unchanged.get(&crate::plan::Idle::Active).copied();
    assert_eq!((plan.cohorts.len(), active), (600, Some(600)));
}

#[test]
fn a_chain_opens_one_cohort_after_the_other() {
    let mut school = chain();
    assert_eq!(states(&school), [true, false, false]);
    school.activate("C1");
    assert_eq!(states(&school), [true, true, false]);
    school.activate("C2");
    assert_eq!(states(&school), [true, true, true]);
}

#[test]
fn a_cohort_does_not_wait_for_people_whose_address_is_to_be_mended() {
    let mut school = chain();
    school.set_roster(&format!("C1,Mere,Tamihana,,S1,7,yes,1\n{HONE}"));
    assert_eq!(states(&school), [true, true, false]);
}

#[test]
fn a_cohort_waits_for_what_is_due_unknown_or_handed_over() {
    let stages = [
        (ActivationStage::Setting, LetterStage::Prepared),
        (ActivationStage::Set, LetterStage::Prepared),
        (ActivationStage::ResetUnknown, LetterStage::Prepared),
        (ActivationStage::HandedOver, LetterStage::Prepared),
    ];
    for (stage, letter) in stages {
        let mut school = chain();
        let history = school.history("C1", stage, letter);
        school.record("C1", history);
        school.accounts = vec![mere()];
        assert_eq!(states(&school), [true, false, false], "{stage}");
    }
}

#[test]
fn a_cohort_with_a_day_waits_for_both() {
    let cohorts = "cohorts:
  - {name: pilot, select: {caregivers: [C1]}}
  - {name: year-7, select: {years: [7]}, after: [pilot], opens: 2027-02-03}
";
    let mut school = School::new(cohorts, &format!("{MERE}{HONE}"));
    school.activate("C1");
    assert_eq!(states(&school), [true, false]);
    school.now = "2027-02-03T00:00:00Z".parse().unwrap();
    assert_eq!(states(&school), [true, true]);
}

/// As where a column of the export was misread: nobody is done, so nothing after them begins.
#[test]
fn a_cohort_of_which_nothing_is_known_lets_none_after_it_open() {
    let cohorts = "cohorts:
  - {name: pilot, select: {caregivers: [C1, C2]}}
  - {name: rest, select: all, after: [pilot]}
";
    let other = "C3,Ana,Reid,ana@example.nz,S9,7,yes,\n";
    let barred = [MERE, HONE].concat().replace(",yes,", ",perhaps,");
    let mut school = School::new(cohorts, &format!("{barred}{other}"));
    assert_eq!(states(&school), [true, false]);
    let notes = school.plan().inputs.rollout.notes;
    assert!(notes.iter().any(|note| note.starts_with("pilot has only people of whom")), "{notes:?}");
    school.set_roster(&format!("{}{}{other}", MERE, HONE.replace(",yes,", ",perhaps,")));
    school.activate("C1");
    assert_eq!(states(&school), [true, true], "one of them has access, the other is the office's");
}

#[test]
fn a_cohort_that_never_had_anybody_lets_none_after_it_open() {
    let cohorts = "cohorts:
  - {name: nobody, select: {years: [07]}}
  - {name: year-7, select: {years: [7]}, after: [nobody]}
";
    let mut school = School::new(cohorts, MERE);
    assert_eq!(states(&school), [true, false]);
    let notes = school.plan().inputs.rollout.notes;
    assert!(
        notes.iter().any(|note| note.starts_with("nobody has nobody in it, so the cohorts after it wait")),
        "{notes:?}"
    );
    // Everybody who was in it has left, or is in an earlier one.
    let mut history = school.history("C1", ActivationStage::Set, LetterStage::Sent);
    history.cohort = Some("nobody".into());
    school.record("C99", history);
    assert_eq!(states(&school), [true, true]);
    let before = "cohorts:
  - {name: pilot, select: {caregivers: [C1]}}
  - {name: year-7, select: {years: [7]}, after: [pilot]}
  - {name: all, select: all, after: [year-7]}
";
    let mut school = School::new(before, MERE);
    school.activate("C1");
    assert_eq!(states(&school), [true, true, true]);
}

#[test]
fn an_opening_is_not_undone() {
    let mut school = School::new("cohorts:\n  - {name: year-7, select: {years: [7]}, opens: 2999-01-01}\n", MERE);
    assert_eq!(symbols(&school.plan(), "C1"), "");
    school.opened("year-7", &["C1"]);
    let plan = school.plan();
    assert_eq!((symbols(&plan, "C1"), code(&plan, "C1")), ("+".into(), None));
    assert!(plan.openings.is_empty(), "it is recorded once");
    let told =
        plan.inputs.rollout.notes.iter().filter(|note| note.contains("stays open: `opens: 2999-01-01` comes too late"));
    assert_eq!(told.count(), 1, "{:?}", plan.inputs.rollout.notes);
    school.set_rollout("cohorts:\n  - {name: year-7, select: {years: [7]}, opens: 2020-01-01}\n");
    assert!(school.plan().inputs.rollout.notes.is_empty());
}

#[test]
fn somebody_who_left_their_cohort_is_not_done_again_in_another() {
    let mut school = chain();
    school.activate("C1");
    school.set_roster("C1,Mere,Tamihana,mere@example.nz,S1,8,yes,1\n");
    school.set_rollout("cohorts:\n  - {name: year-8, select: {years: [8]}}\n");
    assert!(school.plan().changes.is_empty());
}
