//! Where the state of a rollout lives: a file of the project, or a database whose address this machine's environment has.

use camino::Utf8PathBuf;

use crate::rollout::{Rollout, StateSettings};
use crate::state::record::Place;

use super::session::Session;
use super::trouble::Trouble;

/// The place that the rollout names.
pub(super) fn of(session: &Session<'_>, rollout: &Rollout) -> Result<Place, Trouble> {
    named(session, rollout, &rollout.state)
}

/// Another place for the same rollout's state.
pub(super) fn named(session: &Session<'_>, rollout: &Rollout, settings: &StateSettings) -> Result<Place, Trouble> {
    match settings {
        StateSettings::File(path) => Ok(Place::File(path.clone())),
        StateSettings::Database { variable } => database(session, rollout, variable),
    }
}

/// In a database a state is known by its lineage, once it has one, else by the school's name.
#[cfg(feature = "postgres")]
fn database(session: &Session<'_>, rollout: &Rollout, variable: &str) -> Result<Place, Trouble> {
    use super::exit::Exit;
    use super::mark;
    use crate::state::postgres::Address;
    use crate::state::rollout_lock;

    let Some(url) = session.hosts.address(variable) else {
        let what = format!(
            "{variable} is not set: it holds the address of the database that the state is in, as \
             postgres://user:password@host/database"
        );
        return Err(Trouble::new(Exit::Usage, what));
    };
    let lineage = rollout_lock::read(&mark::rollout_lock_path(session))?.map(|lock| lock.lineage);
    let address = Address::parse(&url, &rollout.school, lineage)
        .map_err(|error| Trouble::new(Exit::Usage, format!("{variable} {error}")))?;
    Ok(Place::Database(std::sync::Arc::new(address)))
}

#[cfg(not(feature = "postgres"))]
fn database(_: &Session<'_>, _: &Rollout, _: &str) -> Result<Place, Trouble> {
    // The rollout's own rules have refused it already.
    Err(Trouble::new(super::exit::Exit::Usage, "this firstbell was built without PostgreSQL"))
}

/// The state as the project's people know it.
pub(super) fn shown(session: &Session<'_>, place: &Place) -> String {
    place.file().map_or_else(|| place.to_string(), |path| super::project::shown(session, path).to_string())
}

/// Where the name of a state to be waits: beside its file, or where that would be.
pub(super) fn lineage_path(session: &Session<'_>, place: &Place) -> Utf8PathBuf {
    let beside = place.file().map_or_else(|| session.path("state/rollout"), camino::Utf8Path::to_owned);
    Utf8PathBuf::from(format!("{beside}.lineage"))
}
