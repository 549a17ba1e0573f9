//! Moodle, live: over its REST web service, as it was recorded against real sites (docs/moodle.md says what an
//! administrator sets up). One writer, one call at a time, no call sent a second time by itself.
//!
//! What shapes it: a missing capability reads as "no such account" (`probe`); big calls are cut without a word (`wire`,
//! `create`); an exception is not "nothing happened" (`fault`); an update is carried out row by row (`reset`), a create for
//! all or none (`create`); and only a profile field that is written with the password tells after a lost answer whether it
//! was set. It decides nothing about people, and keeps nothing between runs.

mod check;
mod client;
mod create;
mod driver;
mod fault;
mod link;
mod look;
mod observe;
mod policy;
mod probe;
mod reset;
mod row;
mod site;
mod update;
mod wire;
mod write;

pub use driver::{MoodleReader, MoodleWriter};
