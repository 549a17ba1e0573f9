//! Which characters can be printed: those that the fonts of the printed letter have, all of which stand on their own.
//!
//! Latin with its macrons (te reo Māori, the Pacific, Vietnamese, all of Europe), Greek, Cyrillic. Scripts that join their
//! letters or are written from right to left are not among them.

use unicode_normalization::UnicodeNormalization;

/// From, to; in order.
const RANGES: &[(char, char)] = &[
    ('\u{0020}', '\u{007E}'),
    ('\u{00A0}', '\u{024F}'),
    ('\u{0259}', '\u{0259}'),
    ('\u{0370}', '\u{0377}'),
    ('\u{037A}', '\u{037F}'),
    ('\u{0384}', '\u{038A}'),
    ('\u{038C}', '\u{038C}'),
    ('\u{038E}', '\u{03A1}'),
    ('\u{03A3}', '\u{03E1}'),
    ('\u{03F0}', '\u{0482}'),
    ('\u{048A}', '\u{052F}'),
    ('\u{1E00}', '\u{1EFF}'),
    ('\u{2010}', '\u{2027}'),
    ('\u{202F}', '\u{203A}'),
    ('\u{20AC}', '\u{20AC}'),
    ('\u{2116}', '\u{2116}'),
    ('\u{2122}', '\u{2122}'),
];

/// The first character of a text that can't be printed, once letters and their accents are put together.
pub fn unprintable(text: &str) -> Option<char> {
    if text.is_ascii() {
        return text.chars().find(char::is_ascii_control);
    }
    text.nfc().find(|character| !RANGES.iter().any(|(from, to)| (from..=to).contains(&character)))
}

/// All characters that can be printed.
#[cfg(test)]
pub(crate) fn all() -> impl Iterator<Item = char> {
    RANGES.iter().flat_map(|(from, to)| *from..=*to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_peoples_can_be_printed() {
        for name in [
            "Tāne Māhuta",
            "Ta\u{304}ne",
            "Nguyễn Thị Ánh",
            "Łukasz Żółć",
            "Ελένη",
            "Наталья",
            "ʻAna".trim_start_matches('ʻ'),
        ] {
            assert_eq!(unprintable(name), None, "{name}");
        }
    }

    #[test]
    fn the_first_character_that_is_missing_is_told() {
        assert_eq!(unprintable("Li 李小龙"), Some('李'));
        assert_eq!(unprintable("محمد"), Some('م'));
        assert_eq!(unprintable("x\u{304}"), Some('\u{304}'), "no letter of its own");
        assert_eq!(unprintable("a\nb"), Some('\n'));
    }
}
