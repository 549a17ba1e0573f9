//! Makes a text from the export fit to be shown and put into a header line: no control characters, no invisible
//! characters that turn the reading direction around.
//!
//! Text written from right to left stays as it is; only the *controls* for it go, because they can make a line look like
//! another. Nothing is shortened and nothing escaped: quotes and `<` are the business of whoever writes HTML or CSV.

use std::borrow::Cow;

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
    text.chars().all(is_harmless)
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
