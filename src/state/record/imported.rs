//! A state made of what was written down.

use std::io::BufRead;

use camino::{Utf8Path, Utf8PathBuf};

use super::dump::Refused;
use super::fault::Fault;
use super::place::Held;
use super::store::{Access, Store};
use crate::edge::StateError;
use crate::files;
use crate::model::fingerprint::Fingerprinter;
use crate::state::dump::{DumpError, Header, Reader};
use crate::state::sqlite::{self, SCHEMA};

/// A state made of what was written down, not in its place yet. Dropped, it is gone.
pub struct Imported(Made);

enum Made {
    /// A file under another name, and the place that it will take.
    File { temporary: Utf8PathBuf, path: Utf8PathBuf },
    /// A transaction that is not committed.
    #[cfg(feature = "postgres")]
    Transaction(Box<Store>, crate::model::ids::Lineage),
}

impl Held {
    /// Makes a new state of what was written down: it takes its place by [`Imported::place`]. `unlock` finds the fingerprints
    /// that belong to it.
    pub fn import(
        &mut self,
        input: impl BufRead,
        unlock: impl FnOnce(&Header) -> Option<Fingerprinter>,
    ) -> Result<Imported, DumpError> {
        let mut reader = Reader::begin(input, SCHEMA, unlock)?;
        match self.file().map(Utf8Path::to_owned) {
            Some(path) => into_file(&path, &mut reader),
            #[cfg(feature = "postgres")]
            None => into_database(self, &mut reader),
            #[cfg(not(feature = "postgres"))]
            None => Err(DumpError::NotOurs),
        }
    }
}

fn into_file(path: &Utf8Path, reader: &mut Reader<impl BufRead>) -> Result<Imported, DumpError> {
    let stuck = |fault: Fault| DumpError::from(fault.while_trying("make it", path));
    let temporary = sqlite::prepare(path).map_err(stuck)?;
    let imported = Imported(Made::File { temporary: temporary.clone(), path: path.to_owned() });
    match sqlite::fill(&temporary, reader) {
        Ok(()) => Ok(imported),
        Err(Refused::Dump(error)) => Err(error),
        Err(Refused::Store(fault)) => Err(stuck(fault)),
    }
}

#[cfg(feature = "postgres")]
fn into_database(held: &mut Held, reader: &mut Reader<impl BufRead>) -> Result<Imported, DumpError> {
    use super::dump::{misfit, prove, take};
    use crate::state::postgres;

    let (session, place) = held.give_over()?;
    let lineage = crate::model::ids::Lineage::new(reader.header.lineage.as_str());
    let filled = || -> Result<Store, Refused> {
        if reader.header.schema != SCHEMA {
            let what =
                "it was written by an older firstbell: import it into a file first (`store: sqlite`), export that";
            return Err(misfit(1, what.to_owned()));
        }
        postgres::begin_import(&session, &lineage)?;
        session.stay_within(true);
        let store = Store::of_session(session, place.clone(), Access::Read);
        store.conn.defer_foreign_keys()?;
        take(&store.conn, reader)?;
        prove(&store.conn, reader)?;
        Ok(store)
    };
    match filled() {
        Ok(store) => Ok(Imported(Made::Transaction(Box::new(store), lineage))),
        Err(Refused::Dump(error)) => Err(error),
        Err(Refused::Store(fault)) => Err(fault.while_trying("make it", &place).into()),
    }
}

impl Imported {
    /// Looks at it before it has its place.
    pub fn look<T, E: From<StateError>>(&mut self, work: impl FnOnce(&mut Store) -> Result<T, E>) -> Result<T, E> {
        match &mut self.0 {
            Made::File { temporary, .. } => work(&mut Store::open(temporary, Access::Read)?),
            #[cfg(feature = "postgres")]
            Made::Transaction(store, _) => work(store),
        }
    }

    /// Gives it its place. Durable on return.
    pub fn place(self) -> Result<(), StateError> {
        match &self.0 {
            Made::File { temporary, path } => files::rename(temporary, path)
                .map_err(|error| Fault::from(error).while_trying("put it in its place", path)),
            #[cfg(feature = "postgres")]
            Made::Transaction(store, lineage) => store.place(lineage),
        }
    }
}

impl Drop for Imported {
    fn drop(&mut self) {
        match &self.0 {
            // What can't be removed is overwritten by the next attempt.
            Made::File { temporary, .. } => drop(sqlite::clear(temporary)),
            // It ends with its session.
            #[cfg(feature = "postgres")]
            Made::Transaction(..) => {}
        }
    }
}
