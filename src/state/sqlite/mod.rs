//! What only `SQLite` does: a state as one file on one machine, made, opened, brought up to this version, wiped.
//!
//! One writer at a time, who holds [`run_lock`](super::run_lock); readers may look on. What stands in the tables is the business
//! of [`record`](super::record).

mod durability;
mod fill;
mod open;
mod schema;
#[cfg(test)]
mod tests;
mod wipe;

pub use self::durability::Durability;
pub(in crate::state) use self::durability::ask;
pub(in crate::state) use self::fill::fill;
pub(in crate::state) use self::open::{clear, create, has_log, inspect, key_check, prepare, to_read, to_write};
pub use self::schema::SCHEMA;
pub(in crate::state) use self::wipe::wipe;
