//! What was sealed and is wiped is nowhere on the disk.

use super::*;

/// Everything in the folder, as bytes. Only once the store is closed: reading a file would drop its locks.
fn on_disk(place: &Place) -> Vec<u8> {
    let folder = place.path.parent().unwrap();
    let mut bytes = Vec::new();
    for name in crate::files::list(folder).unwrap() {
        bytes.extend(crate::files::read(&folder.join(name)).unwrap());
    }
    bytes
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn what_is_wiped_is_nowhere_on_the_disk() {
    let place = place();
    let mut store = begun(&place);
    for number in 1..=30 {
        let id = format!("C{number}");
        all(&mut store, [prepared(&id, 1), setting(&id, 1), set(&id, 1), sending(&id, 1, 1)]);
    }
    drop(store);
    let bytes = on_disk(&place);
    assert!(contains(&bytes, "SEALED-PASSWORD") && contains(&bytes, "SEALED-LETTER"), "the test looks in vain");

    let mut store = open(&place.path).unwrap();
    for number in 1..=30 {
        all(&mut store, [sent(&format!("C{number}"), 1, 1)]);
    }
    store.wipe().unwrap();
    // As after a crash: nothing is closed, so nothing can be tidied up at the last moment.
    std::mem::forget(store);
    let bytes = on_disk(&place);
    assert!(!contains(&bytes, "SEALED"));
}

#[test]
fn wiping_says_when_a_reader_stands_in_the_way() {
    let place = place();
    let mut store = begun(&place);
    store.raw().pragma_update(None, "busy_timeout", 10).unwrap();
    let mut reader = Store::open(&place.path, Access::Read).unwrap();
    reader.raw().execute_batch("BEGIN; SELECT count(*) FROM runs;").unwrap();
    all(&mut store, activation("C1", 1));
    assert!(store.wipe().unwrap_err().to_string().contains("reading"));
    reader.raw().execute_batch("COMMIT").unwrap();
    assert!(reader.load().is_ok());
    store.wipe().unwrap();
}
