//! A bar of fixed length that shows shares of a whole.

use super::paint::{Paint, Tone};

/// The signs of a bar, in its order, and what they mean.
pub(super) const SIGNS: [(char, Tone, &str); 4] = [
    ('#', Tone::Good, "active"),
    ('+', Tone::Letter, "to do"),
    ('!', Tone::Caution, "held"),
    ('.', Tone::Quiet, "later"),
];

/// The bar: each share begins where the one before ends, so that the whole is always `length` long.
pub(super) fn bar(shares: [u64; 4], length: usize, paint: Paint) -> String {
    let total = u128::from(shares.iter().fold(0_u64, |sum, share| sum.saturating_add(*share)));
    if total == 0 {
        return format!("[{}]", " ".repeat(length));
    }
    let (mut before, mut drawn, mut text) = (0_u128, 0, String::new());
    for (share, (sign, tone, _)) in shares.into_iter().zip(SIGNS) {
        before += u128::from(share);
        let until = usize::try_from(before * length as u128 / total).unwrap_or(length);
        text += &paint.dress(tone, &sign.to_string().repeat(until - drawn));
        drawn = until;
    }
    format!("[{text}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(shares: [u64; 4]) -> String {
        bar(shares, 10, Paint::new(false))
    }

    #[test]
    fn shares_fill_the_whole_bar() {
        assert_eq!(plain([5, 2, 1, 2]), "[#####++!..]");
        assert_eq!(plain([0, 0, 0, 0]), "[          ]");
        assert_eq!(plain([u64::MAX, 0, 0, 0]), "[##########]");
    }

    #[test]
    fn a_bar_is_full_only_when_all_are_active() {
        assert_eq!(plain([412, 0, 0, 1]), "[#########.]");
    }
}
