//! The nouns of firstbell: ids, addresses, accounts, activations and their stages, secrets, and the two states that a
//! plan is made from besides the desired one: what was [`recorded`] and what was [`observed`].
//!
//! Values only: nothing here reads a file, a clock or a generator of chance.

pub mod access;
pub mod account;
pub mod activation;
pub mod by_id;
pub mod capability;
pub mod email;
pub mod entry;
pub mod fingerprint;
pub mod handover;
pub mod ids;
pub mod letter_form;
pub mod moment;
pub mod nfc;
pub mod observed;
pub mod outcome;
mod packed;
pub mod recorded;
pub mod rekey;
pub mod repertoire;
pub mod secret;
pub mod source;
