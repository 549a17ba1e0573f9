//! Chance that can be repeated: `SplitMix64`. For the moments of the kills only; no secret is ever drawn from it.

use crate::edge::Random;

/// Numbers that follow from a seed.
pub(super) struct Seeded(u64);

impl Seeded {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.next().to_le_bytes();
            chunk.copy_from_slice(drawn.get(..chunk.len()).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_again() {
        let draw = |seed| (0..20).map(|_| 0).scan(Seeded::new(seed), |random, _: u32| Some(random.below(10_000)));
        assert_eq!(draw(26).collect::<Vec<_>>(), draw(26).collect::<Vec<_>>());
        assert_ne!(draw(26).collect::<Vec<_>>(), draw(27).collect::<Vec<_>>());
    }
}
