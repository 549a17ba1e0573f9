//! firstbell rolls out parent accounts, cohort by cohort, and never resets a parent twice.
//!
//! (The map follows.)

pub mod apply;
pub mod both;
pub mod cli;
pub mod command;
pub mod diagnostic;
pub mod edge;
pub mod files;
pub mod letter;
pub mod lms;
pub mod mail;
pub mod model;
pub mod plan;
pub mod reconcile;
pub mod report;
pub mod rollout;
pub mod roster;
pub mod state;
