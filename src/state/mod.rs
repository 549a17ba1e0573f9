//! The recorded state: where it lives, how it is kept honest, and who may write it.
//!
//! `sqlite` is the store on one machine, behind [`edge::StateStore`](crate::edge::StateStore); another database would
//! stand beside it. What any store must do alike is apart from it and knows no SQL: which stage may follow which
//! ([`transition`]), what the log says of an entry ([`event`]), how the log is chained ([`chain`]), how a state is written down to be
//! carried elsewhere ([`dump`]), the committed `rollout.lock` ([`rollout_lock`]) and the lock against a second run ([`run_lock`]).
//!
//! It decides nothing about people: it records, and refuses what contradicts the record.

pub mod chain;
pub mod dump;
pub mod event;
pub mod rollout_lock;
pub mod run_lock;
pub mod sqlite;
pub mod transition;
