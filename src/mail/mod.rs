//! The ways that letters leave, one file each: `outbox`, a folder of `.eml` files that a person or a program sends on.
//!
//! What a letter says, when it may leave and how often it is tried again are decided elsewhere.

mod outbox;

pub use outbox::Outbox;
