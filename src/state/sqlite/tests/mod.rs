//! The file: how it is made and opened, what damage does to it, what stays on the disk. What every store promises is tried in
//! `record`.

mod damage;
mod files;
mod wiped;

use camino::{Utf8Path, Utf8PathBuf};

use crate::edge::{StateError, StateStore};
use crate::state::record::tests::*;
use crate::state::record::{Access, Store};

fn place() -> Place {
    place_in_file()
}

fn open(path: &Utf8Path) -> Result<Store, StateError> {
    Store::open(path, Access::Write(Box::new(Counted(8))))
}

/// Made without the lock, which would lie beside it.
fn create(place: &Place) -> Store {
    Store::create(&place.path, &lineage(), &fingerprinter(1), at(0), Box::new(Counted(7))).unwrap()
}

fn begun(place: &Place) -> Store {
    let mut store = create(place);
    commit(&mut store, 1, vec![begin()]).unwrap();
    store
}
