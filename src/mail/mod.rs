//! The ways that letters leave: `outbox`, a folder of `.eml` files that a person or a program sends on; `smtp`, the school's
//! mail server.
//!
//! What a letter says, when it may leave and how often it is tried again are decided elsewhere.

pub mod arrived;
pub mod bounce;
mod outbox;
mod smtp;

pub use outbox::Outbox;
pub use smtp::{Patience, Smtp};
