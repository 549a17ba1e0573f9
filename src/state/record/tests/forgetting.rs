//! The log can be checked, an edit is found where it was made, and a person can be taken out without breaking it.

use super::*;
use crate::state::record::Finding;
use crate::state::sql::Connection;

/// A state with two caregivers done, one adopted, one refused.
fn story(place: &Place) -> Store {
    let mut store = begun(place);
    let rest = [adopted("C3"), prepared("C4", 1), setting("C4", 1), reset_refused("C4", 1)];
    all(&mut store, activation("C1", 1).into_iter().chain(activation("C2", 1)).chain(rest));
    all(&mut store, [Entry::RunEnded { outcome: "done".into() }]);
    store
}

/// Does what nobody should.
fn tamper(store: &Store, sql: &str) {
    let unguarded = match store.conn {
        Connection::Sqlite(_) => {
            "DROP TRIGGER events_are_not_edited; DROP TRIGGER events_are_not_removed; PRAGMA foreign_keys = OFF;"
        }
        #[cfg(feature = "postgres")]
        Connection::Postgres(_) => "SET session_replication_role = replica;",
    };
    store.conn.execute_batch(unguarded).unwrap();
    assert!(store.conn.execute(sql, []).unwrap() > 0, "{sql}");
}

#[test]
fn an_untouched_log_is_sound() {
    let place = place();
    let mut store = story(&place);
    let position = store.load().unwrap().position.unwrap();
    let verified = store.verify().unwrap();
    assert!(verified.is_sound(), "{:?}", verified.findings);
    assert_eq!((verified.events, verified.opened, verified.erased), (16, 15, 0));
    assert_eq!(verified.head, position.head);
}

#[test]
fn every_edit_is_found_where_it_was_made() {
    let first_of = |caregiver: &str| format!("(SELECT number FROM subjects WHERE caregiver = '{caregiver}')");
    let disagree = |id: &str| Finding::Disagree { caregiver: id.into(), activation: ActivationNumber::FIRST };
    let cases = [
        ("UPDATE events SET detail = 'other' WHERE seq = 3".to_owned(), vec![Finding::Broken { seq: 3 }]),
        ("UPDATE events SET at = at + 1 WHERE seq = 1".to_owned(), vec![Finding::Broken { seq: 1 }]),
        ("UPDATE events SET has_text = 0 WHERE seq = 4".to_owned(), vec![Finding::Broken { seq: 4 }]),
        (
            "UPDATE events SET hash = (SELECT head FROM meta) WHERE seq = 5".to_owned(),
            vec![Finding::Broken { seq: 5 }, Finding::Broken { seq: 6 }],
        ),
        (
            "DELETE FROM events WHERE seq = 5".to_owned(),
            vec![Finding::Gap { expected: 5, found: 6 }, Finding::Broken { seq: 6 }],
        ),
        ("DELETE FROM events WHERE seq = 16".to_owned(), vec![Finding::End { found: 15, recorded: 16 }]),
        ("UPDATE event_texts SET text = 'marker' WHERE seq = 4".to_owned(), vec![Finding::Unbound { seq: 4 }]),
        ("UPDATE event_texts SET text = 'x@y, process 1' WHERE seq = 1".to_owned(), vec![Finding::Unbound { seq: 1 }]),
        ("UPDATE activations SET stage = 'prepared' WHERE caregiver = 'C1'".to_owned(), vec![disagree("C1")]),
        ("UPDATE activations SET stage = 'set' WHERE caregiver = 'C4'".to_owned(), vec![disagree("C4")]),
        ("DELETE FROM activations WHERE caregiver = 'C2'".to_owned(), vec![disagree("C2")]),
        (
            format!(
                "INSERT INTO activations SELECT 'C9', number, key, kind, stage, stage_at, cohort, run, username, \
                     password FROM activations WHERE caregiver = 'C1' AND {} > 0",
                first_of("C1")
            ),
            vec![disagree("C9")],
        ),
    ];
    for (sql, expected) in cases {
        let place = place();
        let mut store = story(&place);
        tamper(&store, &sql);
        let findings = store.verify().unwrap().findings;
        for one in &expected {
            assert!(findings.contains(one), "{sql}: {findings:?}");
        }
    }
}

#[test]
fn a_swapped_person_is_found() {
    let place = place();
    let mut store = story(&place);
    tamper(&store, "UPDATE subjects SET caregiver = 'C9' WHERE caregiver = 'C1'");
    let findings = store.verify().unwrap().findings;
    assert!(findings.contains(&Finding::Unbound { seq: 2 }), "{findings:?}");
}

#[test]
fn a_log_that_says_set_twice_is_found_even_where_its_chain_is_whole() {
    let place = place();
    let mut store = story(&place);
    tamper(&store, "UPDATE activations SET stage = 'setting' WHERE caregiver = 'C1'");
    all(&mut store, [set("C1", 1)]);
    let findings = store.verify().unwrap().findings;
    assert_eq!(findings.last(), Some(&Finding::SetAgain { seq: 17, times: 2 }), "{findings:?}");
}

#[test]
fn the_log_refuses_to_be_edited() {
    let place = place();
    let store = story(&place);
    for sql in ["UPDATE events SET detail = ''", "DELETE FROM events"] {
        assert!(store.conn.execute(sql, []).unwrap_err().said().contains("append-only"));
    }
}

#[test]
fn a_person_can_be_taken_out_and_the_log_still_verifies() {
    let place = place();
    let mut store = story(&place);
    let position = store.load().unwrap().position;
    store
        .conn
        .execute_batch(
            "DELETE FROM event_texts WHERE seq IN (SELECT e.seq FROM events e JOIN subjects s ON s.number = e.subject
                 WHERE s.caregiver = 'C1');
             DELETE FROM caregivers WHERE caregiver = 'C1';",
        )
        .unwrap();
    let verified = store.verify().unwrap();
    assert!(verified.is_sound(), "{:?}", verified.findings);
    assert_eq!((verified.events, verified.opened, verified.erased), (16, 10, 5));
    assert_eq!(store.load().unwrap().position, position);
    assert!(store.person(&"C1".into()).unwrap().events.is_empty());
    for table in ["caregivers", "subjects", "activations", "letters"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE caregiver = 'C1'");
        assert_eq!(store.conn.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap(), 0, "{table}");
    }
    // They may come again, under another number: whoever opens the state anew finds nobody of that id.
    drop(store);
    let mut store = place.open().unwrap();
    all(&mut store, [prepared("C1", 1)]);
    assert!(store.verify().unwrap().is_sound());
}

#[test]
fn events_name_nobody() {
    let place = place();
    let store = story(&place);
    let mut statement = store.conn.prepare("SELECT kind || ' ' || detail FROM events").unwrap();
    let told: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    for secret in ["C1", "C4", "@", "mere", "office", "id-of", "too short", "list"] {
        assert!(told.iter().all(|line| !line.contains(secret)), "{secret}: {told:?}");
    }
}
