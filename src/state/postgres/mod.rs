//! What only PostgreSQL does: many rollouts in one database, each in a schema of its own, held by a lock of the session and a
//! fencing number. The only place that names `postgres`, `tokio_postgres_rustls` and `rustls`.
//!
//! What stands in the tables is the business of [`record`](super::record); this knows only the registry of rollouts.

mod address;
mod fault;
mod lock;
mod open;
mod registry;
mod session;
mod tls;
mod translate;
mod value;

pub use self::address::Address;
pub(in crate::state) use self::fault::{in_short, is_lost, is_of_values, said};
pub(in crate::state) use self::lock::Mode;
pub(in crate::state) use self::open::{begin_import, create, place_import};
pub(in crate::state) use self::session::{Cursor, Session};
pub(in crate::state) use self::value::value;
pub(in crate::state) use ::postgres::{Error, Row};
