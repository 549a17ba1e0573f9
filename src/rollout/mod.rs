//! The rollout.
#[expect(clippy::module_inception, reason = "the rollout as it is meant stands in the file of its name")]
mod rollout;
pub use rollout::*;
