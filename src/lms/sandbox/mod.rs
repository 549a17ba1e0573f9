//! The sandbox: an LMS in a file, for a first run, for rehearsals and for tests, in the real binary.
//!
//! Two files make it up. The accounts file is JSON that a person may write; the effects log beside it
//! (`<path>.effects.jsonl`) holds one line for each effect, and **that line is the effect**: the accounts are the file
//! with the lines carried out on it, nothing is rewritten per effect. A line counts when it is on the disk whole, so a
//! power cut leaves an effect done or not done, never half done.
//!
//! It does not lock itself: one writer at a time is what the state's lock is for. A writer that lost that lock while it was
//! asleep still answers as a server would: before each effect it looks for lines that others wrote. It never deletes an
//! effect's line, because the log is the evidence that nobody was reset twice.

mod accounts;
mod compact;
mod document;
mod effect;
mod log;
mod password;
mod problem;
mod reader;
mod source;
mod text;
mod writer;

pub use compact::compact;
pub use reader::{SandboxReader, sign_in};
pub use source::effects_path;
pub use writer::SandboxWriter;

#[cfg(test)]
mod tests;
