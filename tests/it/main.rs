//! One test binary: stories, the crash test, the laws, bad input, the command line, the documents, and tidiness.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails")]
#![expect(clippy::disallowed_methods, reason = "tests look at files, and wait, by themselves")]

mod accident;
mod bad_input;
mod binary;
mod bounces;
mod ci;
mod cli;
mod conformance;
mod crash;
mod database;
mod docs;
mod exit_codes;
mod faces;
mod hand_over;
mod kill;
mod laws;
mod mail;
mod many_hands;
mod markdown;
mod moodle;
mod office;
mod paper;
mod postgres;
mod pretend_ultranet;
mod rosters;
mod saved_plans;
mod scenarios;
mod sink;
mod smtp;
mod state_commands;
mod story;
mod tidy;
mod ultranet_story;
mod world;
