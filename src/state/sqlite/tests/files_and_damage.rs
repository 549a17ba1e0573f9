//! Files: how they are made and opened, and what a file gets that is not a whole state of ours.

use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;

use super::*;
use crate::files;

fn names(place: &Place) -> Vec<String> {
    files::list(place.path.parent().unwrap()).unwrap()
}

fn put(place: &Place, bytes: &[u8]) {
    files::make_private_dir(place.path.parent().unwrap()).unwrap();
    files::replace_private(&place.path, bytes).unwrap();
}

/// Opened either way, it is refused with the same sentence.
fn refused_both_ways(place: &Place) -> String {
    let before = files::read(&place.path).unwrap();
    let what = foreign(open(&place.path));
    assert_eq!(foreign(SqliteStore::open(&place.path, Access::Read)), what);
    assert_eq!(files::read(&place.path).unwrap(), before, "it was written to");
    what
}

#[test]
fn a_new_state_is_private_and_whole() {
    let place = place();
    assert!(!SqliteStore::exists(&place.path));
    let store = begun(&place);
    assert!(SqliteStore::exists(&place.path));
    for name in names(&place) {
        let path = place.path.with_file_name(&name);
        assert_eq!(files::mode(&path).unwrap(), 0o600, "{name}");
    }
    assert_eq!(files::mode(place.path.parent().unwrap()).unwrap(), 0o700);
    drop(store);
    assert_eq!(names(&place), ["firstbell.db"]);
}

#[test]
fn a_state_is_never_made_over_another() {
    let place = place();
    drop(begun(&place));
    let again = SqliteStore::create(&place.path, &lineage(), &fingerprinter(1), at(0), Box::new(Counted(1)));
    assert!(again.err().unwrap().to_string().contains("there already"));
    assert!(open(&place.path).unwrap().load().unwrap().position.is_some());
}

#[test]
fn what_a_crash_left_while_making_it_does_not_stand_in_the_way() {
    let place = place();
    files::make_private_dir(place.path.parent().unwrap()).unwrap();
    for suffix in [".new", ".new-wal", ".new-shm"] {
        files::replace(&Utf8PathBuf::from(format!("{}{suffix}", place.path)), b"half").unwrap();
    }
    create(&place);
    assert_eq!(names(&place), ["firstbell.db"]);
}

#[test]
fn the_writer_is_durable_and_overwrites_what_it_deletes() {
    let place = place();
    drop(begun(&place));
    let store = open(&place.path).unwrap();
    let pragma = |name: &str| store.conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((pragma("synchronous"), pragma("secure_delete"), pragma("foreign_keys")), (2, 1, 1));
    let mode: String = store.conn.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn a_wrong_key_is_refused() {
    let place = place();
    let store = begun(&place);
    store.check_key(&fingerprinter(1)).unwrap();
    assert!(foreign(store.check_key(&fingerprinter(2))).contains("FIRSTBELL_KEY"));
}

#[test]
fn reading_makes_no_file() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1));
    drop(store);
    let before = (names(&place), files::modified(&place.path).unwrap());
    let mut reader = SqliteStore::open(&place.path, Access::Read).unwrap();
    assert!(reader.load().unwrap().histories["C1"].is_active());
    assert!(reader.verify().unwrap().is_sound());
    assert_eq!((names(&place), files::modified(&place.path).unwrap()), before);
    drop(reader);
    assert_eq!((names(&place), files::modified(&place.path).unwrap()), before);
}

/// A copy of the files as they lie there stands for a process that was killed: nothing was closed.
fn killed(place: &Place) -> Place {
    let copy = super::place();
    files::make_private_dir(copy.path.parent().unwrap()).unwrap();
    for name in names(place) {
        let bytes = std::process::Command::new("cat").arg(place.path.with_file_name(&name)).output().unwrap().stdout;
        files::replace_private(&copy.path.with_file_name(&name), &bytes).unwrap();
    }
    copy
}

#[test]
fn what_a_killed_process_committed_is_read_without_writing() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1));
    let copy = killed(&place);
    drop(store);
    assert_eq!(names(&copy), ["firstbell.db", "firstbell.db-shm", "firstbell.db-wal"]);
    let all_of_it = |place: &Place| -> Vec<Vec<u8>> {
        names(place).iter().map(|name| files::read(&place.path.with_file_name(name)).unwrap()).collect()
    };
    let before = all_of_it(&copy);
    let mut reader = SqliteStore::open(&copy.path, Access::Read).unwrap();
    assert!(reader.load().unwrap().histories["C1"].is_active());
    drop(reader);
    assert_eq!(all_of_it(&copy), before);

    let mut store = open(&copy.path).unwrap();
    assert!(store.load().unwrap().histories["C1"].is_active());
    all(&mut store, [prepared("C2", 1)]);
    assert!(store.verify().unwrap().is_sound());
}

#[test]
fn a_copy_without_its_index_is_read_too() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1));
    let copy = killed(&place);
    files::remove(&copy.path.with_file_name("firstbell.db-shm")).unwrap();
    let mut reader = SqliteStore::open(&copy.path, Access::Read).unwrap();
    assert!(reader.load().unwrap().histories["C1"].is_active());
}

#[test]
fn a_path_with_signs_that_addresses_use_is_opened() {
    let mut place = place();
    place.path = place.path.with_file_name("100% #1? state.db");
    drop(begun(&place));
    assert!(SqliteStore::open(&place.path, Access::Read).unwrap().load().unwrap().position.is_some());
    let mut store = open(&place.path).unwrap();
    all(&mut store, [prepared("C1", 1)]);
    assert_eq!(SqliteStore::open(&place.path, Access::Read).unwrap().load().unwrap().histories.len(), 1);
}

#[test]
fn no_file_is_an_error_that_names_it() {
    let place = place();
    for access in [Access::Read, Access::Write(Box::new(Counted(1)))] {
        let error = SqliteStore::open(&place.path, access).err().unwrap();
        assert!(matches!(&error, StateError::Io { .. }) && error.to_string().contains("firstbell.db"), "{error}");
    }
    files::make_dir(&place.path).unwrap();
    assert!(open(&place.path).err().unwrap().to_string().contains("is a folder"));
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
    store.conn.execute("UPDATE activations SET stage = 'perhaps'", []).unwrap();
    assert!(foreign(store.load()).contains("damaged"));
    assert!(foreign(commit(&mut store, 1, vec![setting("C1", 1)])).contains("damaged"));
}

/// Whatever stands behind such a row must not be taken for "nothing was done".
#[test]
fn an_activation_of_nobody_is_damage() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, activation("C1", 1).into_iter().chain(activation("C2", 1)));
    store.conn.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM caregivers WHERE caregiver = 'C1';").unwrap();
    assert!(foreign(store.load()).contains("damaged"));
}

#[test]
fn a_missing_table_is_damage() {
    let place = place();
    let mut store = begun(&place);
    store.conn.execute_batch("PRAGMA foreign_keys = OFF; DROP TABLE letters;").unwrap();
    assert!(foreign(store.load()).contains("damaged"));
}

#[test]
fn a_read_only_state_can_be_read_and_not_written() {
    let place = place();
    drop(begun(&place));
    std::fs::set_permissions(&place.path, std::fs::Permissions::from_mode(0o400)).unwrap();
    let error = open(&place.path).err().unwrap();
    assert!(matches!(&error, StateError::Io { .. }) && error.to_string().contains("read-only"), "{error}");
    assert!(SqliteStore::open(&place.path, Access::Read).unwrap().load().unwrap().position.is_some());
}

#[test]
fn a_full_disk_is_said_and_nothing_is_recorded() {
    let place = place();
    let mut store = begun(&place);
    all(&mut store, [prepared("C1", 1)]);
    let pages: i64 = store.conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    store.conn.pragma_update(None, "max_page_count", pages).unwrap();
    let error = (2..200).find_map(|number| commit(&mut store, 1, vec![prepared(&format!("C{number}"), 1)]).err());
    let error = error.unwrap();
    assert!(matches!(&error, StateError::Io { .. }) && error.to_string().contains("the disk is full"), "{error}");
    store.conn.pragma_update(None, "max_page_count", 1_000_000).unwrap();
    let recorded = store.load().unwrap();
    assert_eq!(recorded.histories.len() as u64 + 1, recorded.position.unwrap().serial);
    assert!(store.verify().unwrap().is_sound());
    all(&mut store, [setting("C1", 1)]);
}

#[test]
fn two_writers_at_once_take_turns_or_are_told() {
    let place = place();
    let mut store = begun(&place);
    let mut other = open(&place.path).unwrap();
    other.conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    store.conn.pragma_update(None, "busy_timeout", 10).unwrap();
    assert!(matches!(commit(&mut store, 1, vec![prepared("C1", 1)]), Err(StateError::Locked { .. })));
    other.conn.execute_batch("COMMIT").unwrap();
    all(&mut store, [prepared("C1", 1)]);
    assert!(other.load().unwrap().histories.contains_key("C1"));
}
