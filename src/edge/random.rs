//! Chance comes in through here: the operating system's in the real program, seeded in tests.

/// A source of unpredictable bytes.
pub trait Random: Send {
    /// Fills the buffer.
    fn fill(&mut self, bytes: &mut [u8]);

    /// 128 bits: ids of activations and Message-IDs.
    fn id(&mut self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        u128::from_le_bytes(bytes)
    }

    /// A number below `limit` (at least 1), each equally likely.
    fn below(&mut self, limit: u32) -> u32 {
        let limit = limit.max(1);
        // The part of the range that `limit` does not divide is drawn again, or small numbers would come more often.
        let zone = u32::MAX - u32::MAX % limit;
        loop {
            let mut bytes = [0; 4];
            self.fill(&mut bytes);
            let drawn = u32::from_le_bytes(bytes);
            if drawn < zone {
                return drawn % limit;
            }
        }
    }
}
