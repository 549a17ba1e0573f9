//! The real clock and the real chance, and the clock of `--now`.

use std::time::Duration;

use jiff::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::zeroize::{Zeroize, Zeroizing};

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

/// So many bytes are asked of the system at a time: a letter takes a dozen small draws, each of which would be a call.
const STOCK: usize = 1024;

/// The operating system's generator. What was handed out is wiped here.
pub(super) struct OsRandom {
    stock: Zeroizing<[u8; STOCK]>,
    used: usize,
}

impl OsRandom {
    pub(super) fn new() -> Self {
        Self { stock: Zeroizing::new([0; STOCK]), used: STOCK }
    }
}

impl Random for OsRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        for some in bytes.chunks_mut(STOCK) {
            if STOCK - self.used < some.len() {
                ask(&mut *self.stock);
                self.used = 0;
            }
            let end = self.used + some.len();
            if let Some(drawn) = self.stock.get_mut(self.used..end) {
                some.copy_from_slice(drawn);
                drawn.zeroize();
            }
            self.used = end;
        }
    }
}

#[expect(clippy::panic, reason = "without the system's randomness no secret may be drawn, and nothing was begun")]
fn ask(bytes: &mut [u8]) {
    if let Err(error) = SysRng.try_fill_bytes(bytes) {
        panic!("the operating system gives no randomness: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_handed_out_twice() {
        let mut random = OsRandom::new();
        let drawn: std::collections::BTreeSet<u128> = (0..5_000).map(|_| random.id()).collect();
        assert_eq!(drawn.len(), 5_000);
        // Longer than the stock, and of a length that does not divide it.
        let mut long = [0; 2 * STOCK + 100];
        random.fill(&mut long);
        for zeros in long.windows(16) {
            assert_ne!(zeros, [0; 16]);
        }
    }
}
