//! Makes a text from the export fit to be shown and put into a header line: no control characters, no invisible
//! characters that turn the reading direction around.
//!
//! Text written from right to left stays as it is; only the *controls* for it go, because they can make a line look like
//! another. Nothing is shortened and nothing escaped: quotes and `<` are the business of whoever writes HTML or CSV.

use std::borrow::Cow;

/// The text without white space around it, as `str::trim` has it. Most cells begin and end with a letter or a digit, which is
/// seen at a glance.
pub(super) fn trim(text: &str) -> &str {
    let is_solid = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if is_solid(bytes.first()) && is_solid(bytes.last()) { text } else { text.trim() }
}

/// The text, trimmed, with each run of control characters as one blank.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars().filter(|&character| !is_direction_control(character)) {
        if !is_break(character) {
            cleaned.push(character);
        } else if !cleaned.ends_with(' ') {
            cleaned.push(' ');
        }
    }
    Cow::Owned(cleaned.trim().to_owned())
}

/// Whether a text has none of what [`clean`] takes out.
pub(super) fn is_clean(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || text.chars().all(is_harmless)
}

fn is_harmless(character: char) -> bool {
    !is_break(character) && !is_direction_control(character)
}

/// Control characters, and the two line ends that Unicode adds to them.
fn is_break(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

fn is_direction_control(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trimming_takes_away_the_same_as_the_standard_librarys() {
        for text in
            ["", " ", "a", " a", "a ", "\u{A0}a\u{3000}", "ā", "\tā\r", "a b", "\u{200B}a", "\u{85}7\u{2028}", "\0"]
        {
            assert_eq!(trim(text), text.trim(), "{text:?}");
        }
    }

    #[test]
    fn a_line_end_in_a_name_becomes_a_blank() {
        assert_eq!(clean("Mere\r\nBcc: x@example.com"), "Mere Bcc: x@example.com");
        assert_eq!(clean("Mere\u{2028}\u{0B}\0Ngata\u{7f}"), "Mere Ngata");
    }

    #[test]
    fn direction_controls_go_and_right_to_left_text_stays() {
        assert_eq!(clean("\u{202E}דנה\u{202C} \u{2066}Cohen\u{2069}"), "דנה Cohen");
    }

    #[test]
    fn macrons_quotes_and_angle_brackets_stay() {
        assert!(matches!(clean("  Māia \"Mai\" <script> O'Brien "), Cow::Borrowed("Māia \"Mai\" <script> O'Brien")));
    }
}
