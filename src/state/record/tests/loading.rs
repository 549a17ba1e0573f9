//! What is loaded is what was committed, also by another process and after a process that just died.

use super::*;
use crate::model::activation::{ActivationStage, Channel, LetterStage};
use crate::model::recorded::{History, LetterRecord, Opening, Presence};

#[test]
fn a_new_state_has_recorded_nothing() {
    let place = place();
    let recorded = create(&place).load().unwrap();
    assert_eq!(recorded.position, None);
    assert!(recorded.histories.is_empty() && recorded.presence.is_empty() && recorded.rosters.is_empty());
}

#[test]
fn what_was_committed_is_loaded() {
    let place = place();
    let mut store = begun(&place);
    let accept = Entry::RosterAccepted {
        roster: roster(1),
        arrivals: vec!["C2".into(), "C1".into()],
        absent: vec![],
        returned: vec![],
    };
    all(&mut store, [accept, Entry::CohortOpened { cohort: "pilot".into(), roster: RosterNumber(1) }]);
    all(&mut store, activation("C1", 1));
    all(&mut store, [prepared("C1", 2), setting("C1", 2), set("C1", 2), sending("C1", 2, 1), deferred("C1", 2, 1)]);
    all(&mut store, [another_letter("C1", 2, 2), sending("C1", 2, 2)]);
    all(&mut store, [Entry::Identified { caregiver: "C1".into(), because: None, identity: identity(5) }]);
    let position = commit(&mut store, 1, vec![Entry::Withdrawn { caregiver: "C1".into() }]).unwrap();

    let recorded = store.load().unwrap();
    assert_eq!(recorded.position, Some(position));
    assert_eq!(recorded.rosters, [roster(1)]);
    assert_eq!(recorded.openings["pilot"], Opening { at: at(100), roster: RosterNumber(1) });
    assert_eq!(recorded.presence["C2"], Presence { first: RosterNumber(1), absent_since: None });
    let letter = LetterRecord {
        channel: Channel::Mail,
        number: LetterNumber(2),
        stage: LetterStage::Sending,
        stage_at: at(100),
        attempts: 1,
        fingerprint: Fingerprint(u64::MAX),
        message_id: MessageId::new("id-of-C1-2-2"),
    };
    let expected = History {
        number: ActivationNumber(2),
        key: ActivationKey(2),
        kind: ActivationKind::Reset,
        stage: ActivationStage::Set,
        stage_at: at(100),
        cohort: Some("pilot".into()),
        has_secret: true,
        letter: Some(Box::new(letter)),
        identity: identity(5),
        is_withdrawn: true,
    };
    assert_eq!(recorded.histories["C1"], expected);
    assert_eq!(recorded.earlier_keys("C1"), [ActivationKey(1)]);
    assert_eq!(recorded.histories.len(), 1);
}

#[test]
fn who_is_missing_stays_so_since_the_first_roster_without_them() {
    let place = place();
    let mut store = begun(&place);
    let accept = |number, arrivals: &[&str], absent: &[&str], returned: &[&str]| {
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).into()).collect();
        Entry::RosterAccepted {
            roster: roster(number),
            arrivals: ids(arrivals),
            absent: ids(absent),
            returned: ids(returned),
        }
    };
    all(&mut store, [accept(1, &["C1"], &[], &[]), accept(2, &[], &["C1"], &[]), accept(3, &["C1"], &["C1"], &[])]);
    let missing = Presence { first: RosterNumber(1), absent_since: Some(RosterNumber(2)) };
    assert_eq!(store.load().unwrap().presence["C1"], missing);
    all(&mut store, [accept(4, &[], &[], &["C1"])]);
    assert_eq!(store.load().unwrap().presence["C1"], Presence { first: RosterNumber(1), absent_since: None });
}

#[test]
fn a_voided_activation_does_not_hide_the_one_before_it() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1));
    all(&mut store, [prepared("C1", 2), voided("C1", 2), prepared("C2", 1), voided("C2", 1)]);
    let histories = store.load().unwrap().histories;
    assert!(histories["C1"].is_active());
    assert_eq!(histories["C1"].number, ActivationNumber(1));
    assert!(!histories.contains_key("C2"));
    // Nor does one that the LMS refused: what became of the letter before must still be seen.
    all(&mut store, [prepared("C1", 2), setting("C1", 2), reset_refused("C1", 2)]);
    let histories = store.load().unwrap().histories;
    assert!(histories["C1"].is_active() && histories["C1"].number == ActivationNumber(1));
}

#[test]
fn adopting_keeps_the_date_that_is_known() {
    let place = place();
    let mut store = begun(&place);
    let Entry::Adopted(mut known) = adopted("C1") else { unreachable!() };
    known.since = Some(at(-9_000_000_000));
    all(&mut store, [Entry::Adopted(known), adopted("C2")]);
    let histories = store.load().unwrap().histories;
    assert_eq!(histories["C1"].stage_at, at(-9_000_000_000));
    assert_eq!(histories["C2"].stage_at, at(100));
    assert!(store.sealed(&"C1".into(), ActivationNumber(1)).unwrap().is_none());
}

#[test]
fn another_process_sees_what_was_committed_while_the_first_goes_on() {
    let place = place();
    let mut writer = begun(&place);
    let mut reader = place.read();
    for number in 1..=20 {
        let id = format!("C{number}");
        let position = commit(&mut writer, 1, vec![prepared(&id, 1)]).unwrap();
        let seen = reader.load().unwrap();
        assert_eq!((seen.position, seen.histories.len()), (Some(position), number));
    }
}

#[test]
fn the_log_says_what_happened_to_one_caregiver() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, [prepared("C2", 1), prepared("C1", 1), setting("C1", 1), reset_refused("C1", 1)]);
    let record = store.person(&"C1".into()).unwrap();
    let told: Vec<String> =
        record.events.iter().map(|event| format!("{} {}: {}", event.seq, event.kind, event.detail)).collect();
    assert_eq!(
        told,
        ["3 prepared: reset, cohort pilot; Message-ID id-of-C1-1-1", "4 setting: ", "5 refused: password too short"]
    );
    assert_eq!(record.letters.len(), 1);
    assert_eq!(record.letters[0].recipient, "C1@example.nz");
    assert!(store.person(&"C9".into()).unwrap().events.is_empty());
}

#[test]
fn the_list_names_every_activation() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C2", 1).into_iter().chain([prepared("C2", 2), voided("C2", 2), adopted("C1")]));
    let listed: Vec<String> = store
        .list()
        .unwrap()
        .iter()
        .map(|one| {
            let letter = one.letter.map_or("-", LetterStage::as_str);
            format!("{} {} {} {} {letter}", one.caregiver, one.number, one.kind.as_str(), one.stage)
        })
        .collect();
    assert_eq!(listed, ["C1 1 adopt adopted -", "C2 1 reset set sent", "C2 2 reset voided replaced"]);
}

#[test]
fn the_log_knows_its_own_hashes() {
    let place = place();
    let mut store = begun(&place);
    let first = commit(&mut store, 1, vec![prepared("C1", 1)]).unwrap();
    let second = commit(&mut store, 1, vec![setting("C1", 1)]).unwrap();
    assert_eq!((first.serial, second.serial), (2, 3));
    assert!(store.has_event(&first.head).unwrap());
    assert!(store.has_event(&second.head).unwrap());
    assert!(!store.has_event(&"ab".repeat(32)).unwrap());
    assert!(!store.has_event("no hash").unwrap());
}

#[test]
fn a_server_says_what_time_it_is_there() {
    let place = place();
    let store = create(&place);
    let said = store.server_time().unwrap();
    assert_eq!(said.is_some(), store.is_shared(), "a file is kept by this machine's own clock");
    // Far from what this store's tests take for the time.
    assert!(said.is_none_or(|there| there.to_string().starts_with("20") && there != at(0)), "{said:?}");
}
