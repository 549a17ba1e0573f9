//! Files: how they are made, opened to write, and opened to read without writing.

use super::*;
use crate::files;

fn names(place: &Place) -> Vec<String> {
    files::list(place.path.parent().unwrap()).unwrap()
}

#[test]
fn a_new_state_is_private_and_whole() {
    let place = place();
    assert!(!Store::exists(&place.path));
    let store = begun(&place);
    assert!(Store::exists(&place.path));
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
    let again = Store::create(&place.path, &lineage(), &fingerprinter(1), at(0), Box::new(Counted(1)));
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
    let pragma = |name: &str| store.raw().pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!((pragma("synchronous"), pragma("secure_delete"), pragma("foreign_keys")), (2, 1, 1));
    let mode: String = store.raw().pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
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
    let mut reader = Store::open(&place.path, Access::Read).unwrap();
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
    let mut reader = Store::open(&copy.path, Access::Read).unwrap();
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
    let mut reader = Store::open(&copy.path, Access::Read).unwrap();
    assert!(reader.load().unwrap().histories["C1"].is_active());
}

#[test]
fn a_path_with_signs_that_addresses_use_is_opened() {
    let mut place = place();
    place.path = place.path.with_file_name("100% #1? state.db");
    drop(begun(&place));
    assert!(Store::open(&place.path, Access::Read).unwrap().load().unwrap().position.is_some());
    let mut store = open(&place.path).unwrap();
    all(&mut store, [prepared("C1", 1)]);
    assert_eq!(Store::open(&place.path, Access::Read).unwrap().load().unwrap().histories.len(), 1);
}

#[test]
fn no_file_is_an_error_that_names_it() {
    let place = place();
    for access in [Access::Read, Access::Write(Box::new(Counted(1)))] {
        let error = Store::open(&place.path, access).err().unwrap();
        assert!(matches!(&error, StateError::Io { .. }) && error.to_string().contains("firstbell.db"), "{error}");
    }
    files::make_dir(&place.path).unwrap();
    assert!(open(&place.path).err().unwrap().to_string().contains("is a folder"));
}

#[test]
fn two_writers_at_once_take_turns_or_are_told() {
    let place = place();
    let mut store = begun(&place);
    let mut other = open(&place.path).unwrap();
    other.raw().execute_batch("BEGIN IMMEDIATE").unwrap();
    store.raw().pragma_update(None, "busy_timeout", 10).unwrap();
    assert!(matches!(commit(&mut store, 1, vec![prepared("C1", 1)]), Err(StateError::Locked { .. })));
    other.raw().execute_batch("COMMIT").unwrap();
    all(&mut store, [prepared("C1", 1)]);
    assert!(other.load().unwrap().histories.contains_key("C1"));
}
