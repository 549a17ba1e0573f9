//! The recorded state: where it lives, how it is kept honest, and who may write it.
//!
//! [`record`] is the state in tables, behind [`edge::StateStore`](crate::edge::StateStore): in a file on one machine (`sqlite`) or on a server
//! that several share (`postgres`), both spoken to in one way (`sql`). What knows no SQL is apart from it: which stage may follow which
//! ([`transition`]), what the log says of an entry ([`event`]), how the log is chained ([`chain`]), how a state is written down to be
//! carried elsewhere ([`dump`]), the committed `rollout.lock` ([`rollout_lock`]) and the lock of a file against a second run ([`run_lock`]).
//!
//! It decides nothing about people: it records, and refuses what contradicts the record.

pub mod chain;
pub mod dump;
pub mod event;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod record;
pub mod rollout_lock;
pub mod run_lock;
mod sql;
pub mod sqlite;
pub mod transition;
