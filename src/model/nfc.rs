//! Texts as they are compared: `ā` in one character and as `a` with a macron behind it are the same. What is shown is what
//! the SMS wrote.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The text in Unicode's form NFC.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// Whether two texts are the same but for how their accents are written.
pub fn is_same(a: &str, b: &str) -> bool {
    a == b || (!a.is_ascii() && !b.is_ascii() && nfc(a) == nfc(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_are_the_same_however_they_are_written() {
        assert!(is_same("M\u{101}ia", "Ma\u{304}ia"));
        assert!(!is_same("Māia", "Maia") && !is_same("Māia", "Mīia"));
        assert!(matches!(nfc("Māia"), Cow::Borrowed(_)));
    }
}
