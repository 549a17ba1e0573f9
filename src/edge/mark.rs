//! The mark of a run outside the state (`rollout.lock`): by it a state that was restored from a backup is known again.

use std::io;

use crate::model::recorded::Position;

/// Counts for the mark, without personal data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MarkCounts {
    /// Caregivers who are active.
    pub active: u64,
    /// Letters sent, ever.
    pub letters: u64,
}

/// Writes the mark of a run.
pub trait RunMark {
    /// Before the first effect, and again while the run goes on: from here on an older state is refused.
    fn open(&mut self, position: &Position, counts: MarkCounts) -> io::Result<()>;

    /// After the last effect.
    fn close(&mut self, position: &Position, counts: MarkCounts) -> io::Result<()>;
}
