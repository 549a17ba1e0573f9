//! What is sealed is there until it is sent, refused or given up.

use std::sync::Arc;

use super::*;
use crate::model::activation::LetterStage;
use crate::model::letter_form::LetterForm;
use crate::state::record::Finding;

fn sealed(store: &mut Store, caregiver: &str, activation: u32) -> (bool, Option<u32>) {
    let sealed = store.sealed(&caregiver.into(), ActivationNumber(activation)).unwrap().unwrap();
    (sealed.password.is_some(), sealed.letter.map(|letter| letter.number.0))
}

#[test]
fn what_is_sealed_is_handed_out_until_it_is_sent() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, [prepared("C1", 1)]);
    let held = store.sealed(&"C1".into(), ActivationNumber(1)).unwrap().unwrap();
    assert_eq!(held.username.as_str(), "mere.k");
    assert_eq!(held.password.unwrap().as_bytes(), b"SEALED-PASSWORD-of-C1-1-0");
    let letter = held.letter.unwrap();
    let said = (letter.number.0, letter.message_id.as_str(), letter.recipient.as_str());
    assert_eq!(said, (1, "id-of-C1-1-1", "C1@example.nz"));
    assert_eq!((letter.bytes, letter.form), (new_letter("C1", 1, 1).bytes, None));

    all(&mut store, [setting("C1", 1), reset_unknown("C1", 1), set("C1", 1), sending("C1", 1, 1)]);
    all(&mut store, [letter_unknown("C1", 1, 1), sending("C1", 1, 1), deferred("C1", 1, 1), sending("C1", 1, 1)]);
    assert_eq!(sealed(&mut store, "C1", 1), (true, Some(1)));
    all(&mut store, [sent("C1", 1, 1)]);
    assert_eq!(sealed(&mut store, "C1", 1), (false, None));
    assert!(!store.load().unwrap().histories["C1"].has_secret);
    assert!(store.sealed(&"C1".into(), ActivationNumber(2)).unwrap().is_none());
}

#[test]
fn a_form_is_kept_once_and_handed_out_with_each_letter_that_has_it() {
    let place = place();
    let mut store = begun(&place);
    let form = Arc::new(LetterForm::of(b"Dear caregiver, ".repeat(300)));
    let with_form = |caregiver, key| {
        let Entry::Prepared(mut prepared) = prepared_with(caregiver, 1, key) else { unreachable!() };
        prepared.letter.as_mut().unwrap().form = Some(Arc::clone(&form));
        Entry::Prepared(prepared)
    };
    all(&mut store, [with_form("C1", 1), with_form("C2", 2)]);
    drop(store);
    let mut store = place.open().unwrap();
    all(&mut store, [with_form("C3", 3)]);
    for caregiver in ["C1", "C2", "C3"] {
        let held = store.sealed(&caregiver.into(), ActivationNumber(1)).unwrap().unwrap();
        assert_eq!(held.letter.unwrap().form.as_ref(), Some(&form.bytes), "{caregiver}");
    }
    let forms = store.conn.query_row("SELECT count(*) FROM letter_forms", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(forms, 1);
    assert!(store.verify().unwrap().is_sound());
    store.conn.execute("UPDATE letter_forms SET bytes = ?", [b"Dear stranger".to_vec()]).unwrap();
    assert_eq!(store.verify().unwrap().findings, [Finding::Form { id: form.id }]);
}

#[test]
fn a_rejected_letter_keeps_its_seal_for_the_next_one() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, [prepared("C1", 1), setting("C1", 1), set("C1", 1), sending("C1", 1, 1), rejected("C1", 1, 1)]);
    assert_eq!(sealed(&mut store, "C1", 1), (true, Some(1)));
    all(&mut store, [another_letter("C1", 1, 2)]);
    assert_eq!(sealed(&mut store, "C1", 1), (true, Some(2)));
}

#[test]
fn what_is_refused_or_given_up_keeps_nothing_sealed() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, [prepared("C1", 1), setting("C1", 1), reset_refused("C1", 1)]);
    all(&mut store, [prepared("C2", 1), voided("C2", 1)]);
    all(&mut store, [prepared("C3", 1), setting("C3", 1), resolved("C3", 1, false)]);
    for caregiver in ["C1", "C2", "C3"] {
        assert_eq!(sealed(&mut store, caregiver, 1), (false, None), "{caregiver}");
    }
    all(&mut store, [prepared("C1", 1)]);
    assert_eq!(sealed(&mut store, "C1", 1), (true, Some(1)));
}

fn kept(caregiver: &str) -> Vec<Entry> {
    let sent = Entry::SentAndKept(letter_of(caregiver, 1, 1));
    vec![prepared(caregiver, 1), setting(caregiver, 1), set(caregiver, 1), sending(caregiver, 1, 1), sent]
}

#[test]
fn what_is_kept_after_sending_goes_out_again_to_another_address_or_is_wiped() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, kept("C1"));
    assert_eq!(sealed(&mut store, "C1", 1), (true, Some(1)));
    all(&mut store, [Entry::LetterBounced { letter: letter_of("C1", 1, 1), reason: "5.1.1".into() }]);
    assert_eq!(store.load().unwrap().histories["C1"].letter.as_ref().unwrap().stage, LetterStage::Bounced);
    all(&mut store, [another_letter("C1", 1, 2), sending("C1", 1, 2), sent("C1", 1, 2)]);
    assert_eq!(sealed(&mut store, "C1", 1), (false, None));
    all(&mut store, kept("C2"));
    all(&mut store, [Entry::Wiped(subject("C2", 1))]);
    assert_eq!(sealed(&mut store, "C2", 1), (false, None));
}

#[test]
fn a_password_that_nobody_has_yet_is_never_wiped() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, [prepared("C1", 1), setting("C1", 1), set("C1", 1), sending("C1", 1, 1)]);
    let wipe = Commit { at: at(0), run: RunNumber(1), entries: vec![Entry::Wiped(subject("C1", 1))] };
    assert!(store.commit(&wipe).unwrap_err().to_string().contains("has not gone out"));
    assert_eq!(sealed(&mut store, "C1", 1), (true, Some(1)));
}

#[test]
fn another_password_makes_the_kept_one_useless() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, kept("C1"));
    all(&mut store, [prepared("C1", 2), setting("C1", 2)]);
    assert_eq!(sealed(&mut store, "C1", 1), (false, None));
    assert_eq!(sealed(&mut store, "C1", 2), (true, Some(1)));
}

#[test]
fn a_person_settles_a_letter_one_way_or_the_other() {
    let place = place();
    let mut store = begun(&place);
    let resolved = |arrived| Entry::LetterResolved { letter: letter_of("C1", 1, 1), arrived, evidence: "asked".into() };
    all(
        &mut store,
        [prepared("C1", 1), setting("C1", 1), set("C1", 1), sending("C1", 1, 1), letter_unknown("C1", 1, 1)],
    );
    all(&mut store, [resolved(false), sending("C1", 1, 1), letter_unknown("C1", 1, 1)]);
    assert_eq!(sealed(&mut store, "C1", 1), (true, Some(1)));
    all(&mut store, [resolved(true)]);
    assert_eq!(sealed(&mut store, "C1", 1), (false, None));
    assert!(store.verify().unwrap().is_sound());
}

#[test]
fn what_went_out_or_perhaps_did_counts_for_the_pace() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1));
    all(&mut store, kept("C2"));
    all(
        &mut store,
        [prepared("C3", 1), setting("C3", 1), set("C3", 1), sending("C3", 1, 1), letter_unknown("C3", 1, 1)],
    );
    all(&mut store, [prepared("C4", 1), setting("C4", 1), set("C4", 1), sending("C4", 1, 1), rejected("C4", 1, 1)]);
    assert_eq!(store.sent_since(Timestamp::UNIX_EPOCH).unwrap().len(), 3);
    assert!(store.sent_since(Timestamp::MAX).unwrap().is_empty());
}
