//! Time comes in through here.

use std::time::Duration;

use jiff::Timestamp;

/// What time it is, and waiting.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits; a pretend clock only moves on.
    fn sleep(&self, duration: Duration);
}
