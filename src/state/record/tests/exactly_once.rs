//! The promise, from below: no order of entries sets a second password of one number, and a refused commit leaves
//! nothing behind.

use super::*;
use crate::model::activation::{ActivationStage, LetterStage};

/// An entry to try, by name.
type Step = (&'static str, fn() -> Entry);

/// The entries that bring activation 1 of C1 to a stage.
fn road_to(stage: Option<ActivationStage>) -> Vec<Entry> {
    let prepared = || prepared("C1", 1);
    let setting = || setting("C1", 1);
    match stage {
        None => vec![],
        Some(ActivationStage::Prepared) => vec![prepared()],
        Some(ActivationStage::Setting) => vec![prepared(), setting()],
        Some(ActivationStage::Set) => vec![prepared(), setting(), set("C1", 1)],
        Some(ActivationStage::Refused) => vec![prepared(), setting(), reset_refused("C1", 1)],
        Some(ActivationStage::ResetUnknown) => vec![prepared(), setting(), reset_unknown("C1", 1)],
        Some(ActivationStage::Adopted) => vec![adopted("C1")],
        Some(ActivationStage::Voided) => vec![prepared(), voided("C1", 1)],
        Some(ActivationStage::HandedOver) => {
            vec![prepared(), setting(), handover_begun("C1", 1), handed_over("C1", 1)]
        }
    }
}

/// Each road, and what is refused at its end: everything else must be taken.
#[test]
fn what_may_follow_each_stage_is_taken_and_nothing_else() {
    use ActivationStage as Stage;
    let steps: &[Step] = &[
        ("prepared", || prepared_with("C1", 1, 77)),
        ("setting", || setting("C1", 1)),
        ("set", || set("C1", 1)),
        ("refused", || reset_refused("C1", 1)),
        ("unknown", || reset_unknown("C1", 1)),
        ("voided", || voided("C1", 1)),
        ("adopted", || adopted("C1")),
        ("was-set", || resolved("C1", 1, true)),
        ("was-not-set", || resolved("C1", 1, false)),
        ("next-prepared", || prepared("C1", 2)),
        ("sending", || sending("C1", 1, 1)),
        ("another-letter", || another_letter("C1", 1, 2)),
        ("begun", || handover_begun("C1", 1)),
        ("handed-over", || handed_over("C1", 1)),
        ("confirmed", || confirmed("C1", 1)),
        ("handed-back", || handed_back("C1", 1)),
    ];
    let settled = "set refused unknown was-set was-not-set another-letter";
    let table: &[(Option<Stage>, &str)] = &[
        (None, "prepared adopted"),
        (Some(Stage::Prepared), "prepared setting voided adopted another-letter"),
        (Some(Stage::Setting), &format!("setting {settled} begun handed-over")),
        // Only the person who imports can settle it, and a doubt is no settling.
        (Some(Stage::HandedOver), "unknown confirmed handed-back"),
        (Some(Stage::ResetUnknown), settled),
        (Some(Stage::Set), "next-prepared sending another-letter"),
        (Some(Stage::Refused), "prepared adopted"),
        (Some(Stage::Voided), "prepared adopted"),
        (Some(Stage::Adopted), "next-prepared"),
    ];
    for (stage, taken) in table {
        for (name, step) in steps {
            let place = place();
            let mut store = begun(&place);
            all(&mut store, road_to(*stage));
            let is_taken = commit(&mut store, 1, vec![step()]).is_ok();
            assert_eq!(is_taken, taken.split(' ').any(|one| one == *name), "{name} at {stage:?}");
            assert!(store.verify().unwrap().is_sound());
        }
    }
}

/// Each road of the letter of an activation that is set, and what is taken at its end.
#[test]
fn what_may_follow_each_stage_of_a_letter_is_taken_and_nothing_else() {
    let steps: &[Step] = &[
        ("sending", || sending("C1", 1, 1)),
        ("sent", || sent("C1", 1, 1)),
        ("rejected", || rejected("C1", 1, 1)),
        ("deferred", || deferred("C1", 1, 1)),
        ("unknown", || letter_unknown("C1", 1, 1)),
        ("another", || another_letter("C1", 1, 2)),
        ("skipping", || another_letter("C1", 1, 3)),
    ];
    let answered = "sending sent rejected deferred unknown";
    let table: &[(LetterStage, Vec<Entry>, &str)] = &[
        (LetterStage::Prepared, vec![], "sending rejected another"),
        (LetterStage::Sending, vec![sending("C1", 1, 1)], answered),
        (LetterStage::Unknown, vec![sending("C1", 1, 1), letter_unknown("C1", 1, 1)], answered),
        (LetterStage::Sent, vec![sending("C1", 1, 1), sent("C1", 1, 1)], ""),
        (LetterStage::Rejected, vec![sending("C1", 1, 1), rejected("C1", 1, 1)], "deferred another"),
        (LetterStage::Prepared, vec![sending("C1", 1, 1), deferred("C1", 1, 1)], "sending rejected another"),
    ];
    for (stage, road, taken) in table {
        for (name, step) in steps {
            let place = place();
            let mut store = begun(&place);
            all(&mut store, road_to(Some(ActivationStage::Set)).into_iter().chain(road.clone()));
            assert_eq!(store.load().unwrap().histories["C1"].letter.as_ref().unwrap().stage, *stage);
            let is_taken = commit(&mut store, 1, vec![step()]).is_ok();
            assert_eq!(is_taken, taken.split(' ').any(|one| one == *name), "{name} at {stage}");
        }
    }
}

#[test]
fn a_replaced_letter_goes_nowhere() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, road_to(Some(ActivationStage::Set)));
    all(&mut store, [another_letter("C1", 1, 2)]);
    assert!(refused(commit(&mut store, 1, vec![sending("C1", 1, 1)])).contains("the latest is letter 2"));
    let letters = store.person(&"C1".into()).unwrap().letters;
    assert_eq!(letters.iter().map(|letter| letter.stage.as_str()).collect::<Vec<_>>(), ["replaced", "prepared"]);
    all(&mut store, [sending("C1", 1, 2), sent("C1", 1, 2)]);
    assert!(store.load().unwrap().histories["C1"].is_active());
}

#[test]
fn no_further_letter_is_made_of_a_password_that_is_gone() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1));
    refused(commit(&mut store, 1, vec![another_letter("C1", 1, 2)]));
}

#[test]
fn a_number_is_not_skipped() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1));
    assert!(refused(commit(&mut store, 1, vec![prepared("C1", 3)])).contains("activation 2 is not there"));
    all(&mut store, [prepared("C1", 2), voided("C1", 2)]);
    assert!(refused(commit(&mut store, 1, vec![prepared("C1", 3)])).contains("activation 2 is voided"));
    refused(commit(&mut store, 1, vec![prepared("C1", 0)]));
}

#[test]
fn adopting_is_only_ever_number_one() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1));
    let Entry::Adopted(mut second) = adopted("C1") else { unreachable!() };
    second.subject.activation = ActivationNumber(2);
    refused(commit(&mut store, 1, vec![Entry::Adopted(second)]));
}

#[test]
fn a_refused_commit_leaves_nothing_behind() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1));
    let before = store.load().unwrap();
    let (list, verified) = (store.list().unwrap(), store.verify().unwrap());
    refused(commit(&mut store, 1, vec![prepared("C2", 1), setting("C2", 1), setting("C1", 1)]));
    let after = store.load().unwrap();
    assert_eq!((after.position, after.histories), (before.position, before.histories));
    assert_eq!((store.list().unwrap(), store.verify().unwrap()), (list, verified));
}

#[test]
fn runs_follow_each_other() {
    let place = place();
    let mut store = create(&place);
    assert!(refused(commit(&mut store, 1, vec![prepared("C1", 1)])).contains("run 1 was never begun"));
    assert!(refused(commit(&mut store, 2, vec![begin()])).contains("the next one is run 1"));
    commit(&mut store, 1, vec![begin()]).unwrap();
    refused(commit(&mut store, 1, vec![begin()]));
    commit(&mut store, 2, vec![begin(), prepared("C1", 1)]).unwrap();
    assert!(refused(commit(&mut store, 1, vec![setting("C1", 1)])).contains("run 1 is not the current one"));
    let (run, since, who) = store.last_run().unwrap().unwrap();
    assert_eq!((run, since, who), (RunNumber(2), at(200), actor()));
}

#[test]
fn rosters_follow_each_other_and_a_cohort_opens_once() {
    let place = place();
    let mut store = begun(&place);
    let accept = |number, absent: &[&str]| Entry::RosterAccepted {
        roster: roster(number),
        arrivals: vec!["C1".into()],
        absent: absent.iter().map(|id| (*id).into()).collect(),
        returned: vec![],
    };
    refused(commit(&mut store, 1, vec![accept(2, &[])]));
    commit(&mut store, 1, vec![accept(1, &[])]).unwrap();
    refused(commit(&mut store, 1, vec![accept(1, &[])]));
    assert!(refused(commit(&mut store, 1, vec![accept(2, &["C9"])])).contains("C9"));
    let opened = || Entry::CohortOpened { cohort: "pilot".into(), roster: RosterNumber(1) };
    commit(&mut store, 1, vec![opened()]).unwrap();
    assert!(refused(commit(&mut store, 1, vec![opened()])).contains("open already"));
}

#[test]
fn a_reader_can_not_commit() {
    let place = place();
    drop(begun(&place));
    let mut reader = place.read();
    assert!(matches!(commit(&mut reader, 1, vec![prepared("C1", 1)]), Err(StateError::Io { .. })));
}
