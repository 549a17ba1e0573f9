//! The record in tables, whichever database they stand in: what a commit writes and refuses, what is read, how it is proved and
//! written down.
//!
//! It checks every entry against [`transition`](super::transition) before it writes, and decides nothing else. What only one of the
//! databases does is apart: `sqlite/` and `postgres/`.

mod activation;
mod commit;
mod dump;
mod fault;
mod forgotten;
mod handover;
mod imported;
mod keys;
mod letter;
mod load;
mod log;
mod observed;
mod person;
mod place;
mod read;
mod roster;
mod run;
mod secrets;
mod seen;
mod store;
#[cfg(test)]
pub(in crate::state) mod tests;
mod value;
mod verify;

pub(in crate::state) use self::dump::{Refused, misfit, prove, take};
pub(in crate::state) use self::fault::{Fault, damaged, not_ours, read_only};
pub use self::imported::Imported;
pub use self::place::{Held, Place};
pub use self::read::ListedActivation;
pub use self::secrets::SealedSecret;
pub use self::store::{Access, Store};
pub(in crate::state) use self::value::At;
pub use self::verify::{Finding, Verified};
