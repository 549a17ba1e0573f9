//! A person whose SMS id has become another keeps what was done to them.

use super::*;

fn story(place: &Place) -> Store {
    let mut store = begun(place);
    all(&mut store, activation("C1", 1).into_iter().chain(activation("C2", 1)));
    store
}

fn moved(from: &str, to: &str) -> Entry {
    Entry::Moved { from: from.into(), to: to.into(), because: "merged in the SMS".to_owned() }
}

#[test]
fn a_person_who_moved_takes_the_record_with_them() {
    let place = place();
    let mut store = story(&place);
    let before = store.load().unwrap().histories["C1"].clone();
    all(&mut store, [moved("C1", "C77")]);
    let recorded = store.load().unwrap();
    assert_eq!(recorded.histories["C77"], before);
    assert!(!recorded.histories.contains_key("C1"));
    let record = store.person(&"C77".into()).unwrap();
    assert_eq!(record.events.last().unwrap().kind, "moved");
    assert!(record.events.len() > 3 && !record.letters.is_empty());
    assert_eq!(store.verify().unwrap().findings, []);
}

#[test]
fn nobody_moves_to_an_id_for_which_something_was_done() {
    let place = place();
    let mut store = story(&place);
    assert!(refused(commit(&mut store, 1, vec![moved("C1", "C2")])).contains("C2"));
    assert!(store.load().unwrap().histories.contains_key("C1"));
}

#[test]
fn an_attempt_under_the_new_id_gives_way() {
    let place = place();
    let mut store = story(&place);
    let before = store.load().unwrap().histories["C1"].clone();
    let attempt = activation("C77", 1).into_iter().take(2);
    let refused = Entry::ResetRefused { subject: subject("C77", 1), reason: "no such user".to_owned() };
    all(&mut store, attempt.chain([refused]));
    all(&mut store, [moved("C1", "C77")]);
    assert_eq!(store.load().unwrap().histories["C77"], before);
    let verified = store.verify().unwrap();
    assert_eq!((verified.findings.len(), verified.erased), (0, 3), "what the log says of the attempt names nobody");
}

#[test]
fn an_attempt_whose_outcome_is_open_does_not_give_way() {
    let place = place();
    let mut store = story(&place);
    all(&mut store, activation("C77", 1).into_iter().take(2));
    assert!(refused(commit(&mut store, 1, vec![moved("C1", "C77")])).contains("something was done for C77"));
}
