//! The drivers: one folder for each LMS, each the reading and the writing half of `edge`.
//!
//! A driver reads accounts and carries single effects out. It never decides who gets what, and keeps no record of its
//! own: whether something was done already is the state's business.

pub mod moodle;
pub mod sandbox;
pub mod ultranet;
