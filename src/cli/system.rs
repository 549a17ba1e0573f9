//! The real clock and the real chance, and the clock of `--now`.

use std::time::Duration;

use jiff::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;

use crate::edge::{Clock, Random};

/// The machine's clock.
pub(super) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// A clock that stands still.
pub(super) struct FixedClock {
    now: Timestamp,
}

impl FixedClock {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { now }
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn sleep(&self, _: Duration) {}
}

/// The operating system's generator.
pub(super) struct OsRandom;

impl Random for OsRandom {
    #[expect(clippy::panic, reason = "without the system's randomness no secret may be drawn, and nothing was begun")]
    fn fill(&mut self, bytes: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(bytes) {
            panic!("the operating system gives no randomness: {error}");
        }
    }
}
