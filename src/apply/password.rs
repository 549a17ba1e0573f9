//! Draws passwords: words from a list with a digit between them, or letters and digits without look-alikes.
//!
//! A password is read off a screen or a sheet by somebody in a hurry, often aloud to somebody else: so plain words, and no
//! sign that looks like another. Both styles have upper case, lower case and a digit, words also a hyphen, which is what
//! Moodle's default policy asks for; all of it is in Ultranet's set. What a site demands beyond that is not checked here.

use std::sync::LazyLock;

use crate::edge::Random;
use crate::model::secret::Password;
use crate::rollout::PasswordStyle;

/// 2,048 plain English words of 3 to 7 letters, written for firstbell; no two differ in their last letter only.
const WORDS: &str = include_str!("words.txt");

static LIST: LazyLock<Vec<&str>> = LazyLock::new(|| WORDS.lines().collect());

/// Between two words: without 0 and 1, which look like letters.
const WORD_DIGITS: &[u8] = b"23456789";

// Left out: B G I O Q S U V W Z b c g i k l m o q s u v w x z 0 1 2 5: each looks like a digit, like its own other case, like
// another letter in some typeface or hand (r and n side by side are an m).
const UPPER: &[u8] = b"ACDEFHJKLMNPRTXY";
const LOWER: &[u8] = b"adefhjnprty";
const DIGITS: &[u8] = b"346789";

/// Fewer words are never drawn, whatever is asked: they would be guessable.
const FEWEST_WORDS: u32 = 4;
/// Shorter passwords are never drawn.
const SHORTEST: u32 = 10;

/// Draws one password.
pub fn draw(style: PasswordStyle, random: &mut dyn Random) -> Password {
    match style {
        PasswordStyle::Words { words } => draw_words(words.max(FEWEST_WORDS), random),
        PasswordStyle::Characters { length } => draw_characters(length.max(SHORTEST), random),
    }
}

/// How hard a password of this style is to guess for somebody who knows how it was drawn: 2 to the power of this many
/// tries.
pub fn entropy_bits(style: PasswordStyle) -> f64 {
    match style {
        PasswordStyle::Words { words } => {
            let words = f64::from(words.max(FEWEST_WORDS));
            words * size(LIST.len()).log2() + (words - 1.0) * size(WORD_DIGITS.len()).log2()
        }
        PasswordStyle::Characters { length } => {
            let length = f64::from(length.max(SHORTEST));
            let all = size(UPPER.len() + LOWER.len() + DIGITS.len());
            all.log2() * length + share_with_all_kinds(length).log2()
        }
    }
}

fn draw_words(words: u32, random: &mut dyn Random) -> Password {
    // Room for the longest outcome: a string that grows leaves copies of the password behind in memory.
    let mut text = String::with_capacity(words as usize * 9);
    for position in 0..words {
        if position > 0 {
            text.push(char::from(pick(WORD_DIGITS, random)));
            text.push('-');
        }
        text.push_str(pick(&LIST, random));
    }
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Password::new(text)
}

fn draw_characters(length: u32, random: &mut dyn Random) -> Password {
    let alphabet = [UPPER, LOWER, DIGITS].concat();
    let has_all_kinds = |text: &str| [UPPER, LOWER, DIGITS].iter().all(|kind| text.bytes().any(|b| kind.contains(&b)));
    // Drawing the whole anew keeps every fitting password equally likely; more than three in four fit.
    loop {
        let mut text = String::with_capacity(length as usize);
        text.extend((0..length).map(|_| char::from(pick(&alphabet, random))));
        if has_all_kinds(&text) {
            return Password::new(text);
        }
    }
}

/// How many of a hundred drawn texts (as a share of one) have all three kinds: counted by inclusion and exclusion.
fn share_with_all_kinds(length: f64) -> f64 {
    let kinds = [size(UPPER.len()), size(LOWER.len()), size(DIGITS.len())];
    let all: f64 = kinds.iter().sum();
    let without_one: f64 = kinds.iter().map(|kind| ((all - kind) / all).powf(length)).sum();
    let of_one_only: f64 = kinds.iter().map(|kind| (kind / all).powf(length)).sum();
    1.0 - without_one + of_one_only
}

fn pick<T: Copy>(from: &[T], random: &mut dyn Random) -> T {
    let count = u32::try_from(from.len()).unwrap_or(u32::MAX);
    from[random.below(count) as usize]
}

fn size(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    struct Seeded(StdRng);

    impl Random for Seeded {
        fn fill(&mut self, bytes: &mut [u8]) {
            self.0.fill_bytes(bytes);
        }
    }

    fn seeded() -> Seeded {
        Seeded(StdRng::seed_from_u64(7))
    }

    const FOUR_WORDS: PasswordStyle = PasswordStyle::Words { words: 4 };
    const TEN_CHARACTERS: PasswordStyle = PasswordStyle::Characters { length: 10 };
    /// Ultranet's list of allowed signs, as its help page gives it.
    const ULTRANET: &str = "~`!@#$%^&*()_+-={}|[]\\:\";'<>?,./";

    fn passwords(style: PasswordStyle, count: usize) -> Vec<String> {
        let mut random = seeded();
        (0..count).map(|_| draw(style, &mut random).reveal().to_owned()).collect()
    }

    #[test]
    fn words_stand_apart_with_a_digit_and_a_hyphen_between() {
        for password in passwords(FOUR_WORDS, 500) {
            let parts: Vec<&str> = password.split('-').collect();
            assert_eq!(parts.len(), 4, "{password}");
            let (last, before) = parts.split_last().unwrap();
            assert!(LIST.contains(&last.to_lowercase().as_str()), "{password}");
            for part in before {
                let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
                assert_eq!(part.len(), word.len() + 1, "{password}");
                assert!(LIST.contains(&word.to_lowercase().as_str()), "{password}");
            }
            assert!(password.starts_with(|c: char| c.is_ascii_uppercase()), "{password}");
            assert_eq!(password.chars().filter(char::is_ascii_uppercase).count(), 1, "{password}");
        }
    }

    #[test]
    fn every_password_fits_ultranet_and_moodle() {
        for password in [passwords(FOUR_WORDS, 500), passwords(TEN_CHARACTERS, 500)].concat() {
            assert!(password.chars().all(|c| c.is_ascii_alphanumeric() || ULTRANET.contains(c)), "{password}");
            assert!(password.chars().any(|c| c.is_ascii_uppercase()), "{password}");
            assert!(password.chars().any(|c| c.is_ascii_lowercase()), "{password}");
            assert!(password.chars().any(|c| c.is_ascii_digit()), "{password}");
            assert!(password.len() >= 8, "{password}");
        }
    }

    #[test]
    fn characters_hold_no_look_alikes() {
        for password in passwords(PasswordStyle::Characters { length: 20 }, 200) {
            assert_eq!(password.len(), 20);
            assert!(!password.contains(|c| "0OoQ1lIi5Ss2ZzBbgqUuVvWwmCcKkXx".replace(['C', 'K', 'X'], "").contains(c)));
        }
    }

    #[test]
    fn the_least_of_both_styles_has_fifty_bits() {
        assert!((entropy_bits(FOUR_WORDS) - 53.0).abs() < 1e-9, "4 * 11 bits for words, 3 * 3 for digits");
        assert!(entropy_bits(TEN_CHARACTERS) >= 50.0, "{}", entropy_bits(TEN_CHARACTERS));
    }

    #[test]
    fn the_share_with_all_kinds_is_the_one_that_drawing_shows() {
        let mut random = seeded();
        let alphabet = [UPPER, LOWER, DIGITS].concat();
        let fits = (0..20_000)
            .filter(|_| {
                let text: Vec<u8> = (0..10).map(|_| pick(&alphabet, &mut random)).collect();
                [UPPER, LOWER, DIGITS].iter().all(|kind| text.iter().any(|b| kind.contains(b)))
            })
            .count();
        let seen = f64::from(u32::try_from(fits).unwrap()) / 20_000.0;
        assert!((seen - share_with_all_kinds(10.0)).abs() < 0.01, "{seen}");
    }

    #[test]
    fn asking_for_less_than_is_safe_gives_what_is_safe() {
        let mut random = seeded();
        assert_eq!(draw(PasswordStyle::Words { words: 0 }, &mut random).reveal().split('-').count(), 4);
        assert_eq!(draw(PasswordStyle::Characters { length: 1 }, &mut random).reveal().len(), 10);
    }

    #[test]
    fn no_two_of_many_are_the_same() {
        let drawn = passwords(FOUR_WORDS, 2_000);
        assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), drawn.len());
    }

    #[test]
    fn every_word_and_digit_comes_about_as_often_as_any_other() {
        let mut words: BTreeMap<String, u32> = BTreeMap::new();
        let mut digits: BTreeMap<char, u32> = BTreeMap::new();
        for password in passwords(FOUR_WORDS, 20_000) {
            for part in password.to_lowercase().split('-') {
                *words.entry(part.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()).or_default() += 1;
                if let Some(digit) = part.chars().last().filter(char::is_ascii_digit) {
                    *digits.entry(digit).or_default() += 1;
                }
            }
        }
        // 80,000 words over 2,048: 39 each, standard deviation about 6; 60,000 digits over 8: 7,500 each, about 81.
        assert_eq!(words.len(), 2048);
        assert!(words.values().all(|n| (5..=80).contains(n)), "{:?}", words.values().max());
        assert_eq!(digits.len(), 8);
        assert!(digits.values().all(|n| (7_000..=8_000).contains(n)), "{digits:?}");
    }

    #[test]
    fn the_list_has_2048_plain_words_that_are_not_mistaken_for_each_other() {
        assert_eq!(LIST.len(), 2048);
        let heads: BTreeSet<&str> = LIST.iter().map(|word| &word[..word.len() - 1]).collect();
        assert_eq!(heads.len(), LIST.len(), "two words differ in their last letter only");
        for word in LIST.iter() {
            assert!((3..=7).contains(&word.len()), "{word}");
            assert!(word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
            assert!(!heads.contains(*word), "{word} and a letter more is another word");
        }
    }
}
