//! What a file gets that is not a whole state of ours, and what is said when it can't be written.

use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;

use super::*;
use crate::files;
use crate::state::record::Finding;

fn put(place: &Place, bytes: &[u8]) {
    files::make_private_dir(place.path.parent().unwrap()).unwrap();
    files::replace_private(&place.path, bytes).unwrap();
}

/// Opened either way, it is refused with the same sentence.
fn refused_both_ways(place: &Place) -> String {
    let before = files::read(&place.path).unwrap();
    let what = foreign(open(&place.path));
    assert_eq!(foreign(Store::open(&place.path, Access::Read)), what);
    assert_eq!(files::read(&place.path).unwrap(), before, "it was written to");
    what
}

#[test]
fn what_is_not_a_state_is_left_alone() {
    let place = place();
    put(&place, b"");
    assert!(refused_both_ways(&place).contains("not a state that firstbell made"));
    put(&place, &b"caregiver,email\nC1,mere@example.nz\n".repeat(200));
    assert!(refused_both_ways(&place).contains("not a state that firstbell made"));
    files::remove(&place.path).unwrap();
    Connection::open(&place.path).unwrap().execute_batch("CREATE TABLE photos (x); PRAGMA user_version = 1;").unwrap();
    assert!(refused_both_ways(&place).contains("not a state that firstbell made"));
}

#[test]
fn a_state_of_a_newer_version_is_left_alone() {
    let place = place();
    drop(begun(&place));
    Connection::open(&place.path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(refused_both_ways(&place).contains("newer firstbell (schema 99"));
}

#[test]
fn a_state_cut_short_is_damaged() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, (0..50).map(|number| prepared(&format!("C{number}"), 1)));
    drop(store);
    let bytes = files::read(&place.path).unwrap();
    put(&place, &bytes[..bytes.len() / 2]);
    assert!(foreign(open(&place.path)).contains("damaged"));
}

/// Its last page reads as if nothing were in the part that is gone.
#[test]
fn a_state_cut_within_its_last_page_is_damaged_to_whoever_reads_it() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, (0..50).map(|number| prepared(&format!("C{number}"), 1)));
    drop(store);
    let bytes = files::read(&place.path).unwrap();
    for missing in [1, 456, 4_095] {
        put(&place, &bytes[..bytes.len() - missing]);
        assert!(refused_both_ways(&place).contains("damaged"), "{missing} bytes are missing");
    }
}

/// A proof of a backup by `verify` must not be less than what `apply` looks at.
#[test]
fn what_is_refused_to_a_writer_is_never_verified_to_be_sound() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, (0..20).flat_map(|number| activation(&format!("C{number}"), 1)));
    drop(store);
    let whole = files::read(&place.path).unwrap();
    let mut refused = 0;
    for at in (1_024..whole.len()).step_by(97) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        put(&place, &bytes);
        let Err(refusal) = open(&place.path) else { continue };
        refused += 1;
        put(&place, &bytes);
        let seen = Store::open(&place.path, Access::Read).and_then(|mut store| store.verify());
        assert!(!seen.is_ok_and(|verified| verified.is_sound()), "byte {at}: {refusal}");
    }
    assert!(refused > 20, "only {refused} were refused");
}

#[test]
fn a_guard_that_was_taken_from_the_log_is_found() {
    let place = place();
    let mut store = begun(&place);
    store.raw().execute_batch("DROP TRIGGER events_are_not_edited;").unwrap();
    let findings = store.verify().unwrap().findings;
    assert!(matches!(&findings[..], [Finding::Damage(what)] if what.contains("not those that firstbell made")));
}

/// Some flips change a value and nothing of the structure: those are the log's to find. None may panic.
#[test]
fn flipped_bytes_are_found_or_harmless() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, (0..20).flat_map(|number| activation(&format!("C{number}"), 1)));
    drop(store);
    let whole = files::read(&place.path).unwrap();
    // Most of the file is what was wiped: nobody misses that.
    let filled: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    let mut damaged = 0;
    for at in filled.chunks(filled.len() / 100).map(|chunk| chunk[0]) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        put(&place, &bytes);
        let seen = open(&place.path).and_then(|mut store| {
            store.load()?;
            store.list()?;
            store.person(&"C7".into())?;
            store.verify()
        });
        if !seen.is_ok_and(|verified| verified.is_sound()) {
            damaged += 1;
        }
    }
    assert!(damaged > 50, "only {damaged} of 100 were noticed");
}

#[test]
fn a_word_that_no_version_wrote_is_damage() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, [prepared("C1", 1)]);
    store.raw().execute("UPDATE activations SET stage = 'perhaps'", []).unwrap();
    assert!(foreign(store.load()).contains("damaged"));
    assert!(foreign(commit(&mut store, 1, vec![setting("C1", 1)])).contains("damaged"));
}

/// Whatever stands behind such a row must not be taken for "nothing was done".
#[test]
fn an_activation_of_nobody_is_damage() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1).into_iter().chain(activation("C2", 1)));
    store.raw().execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM caregivers WHERE caregiver = 'C1';").unwrap();
    assert!(foreign(store.load()).contains("damaged"));
}

#[test]
fn a_missing_table_is_damage() {
    let place = place();
    let mut store = begun(&place);
    store.raw().execute_batch("PRAGMA foreign_keys = OFF; DROP TABLE letters;").unwrap();
    assert!(foreign(store.load()).contains("damaged"));
}

#[test]
fn a_read_only_state_can_be_read_and_not_written() {
    let place = place();
    drop(begun(&place));
    std::fs::set_permissions(&place.path, std::fs::Permissions::from_mode(0o400)).unwrap();
    let error = open(&place.path).err().unwrap();
    assert!(matches!(&error, StateError::Io { .. }) && error.to_string().contains("read-only"), "{error}");
    assert!(Store::open(&place.path, Access::Read).unwrap().load().unwrap().position.is_some());
}

#[test]
fn a_full_disk_is_said_and_nothing_is_recorded() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, [prepared("C1", 1)]);
    let pages: i64 = store.raw().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    store.raw().pragma_update(None, "max_page_count", pages).unwrap();
    let error = (2..200).find_map(|number| commit(&mut store, 1, vec![prepared(&format!("C{number}"), 1)]).err());
    let error = error.unwrap();
    assert!(matches!(&error, StateError::Io { .. }) && error.to_string().contains("the disk is full"), "{error}");
    store.raw().pragma_update(None, "max_page_count", 1_000_000).unwrap();
    let recorded = store.load().unwrap();
    assert_eq!(recorded.histories.len() as u64 + 1, recorded.position.unwrap().serial);
    assert!(store.verify().unwrap().is_sound());
    all(&mut store, [setting("C1", 1)]);
}
