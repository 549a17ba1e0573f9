//! Text from outside made fit for a terminal: no control characters, nothing that turns the writing direction, not
//! longer than a line can bear. Nothing is taken away silently: a mark stands in its place.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Stands for a character that must not reach a terminal.
pub(super) const MARK: char = '\u{FFFD}';

/// The text with a mark for every control or direction character.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|char| if is_unfit(char) { MARK } else { char }).collect()
}

fn is_unfit(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The text, cut to so many columns with `…` for what is missing.
pub(super) fn clip(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = 1;
    for char in text.chars() {
        taken += char.width().unwrap_or(0);
        if taken > columns {
            break;
        }
        kept.push(char);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_direction_marks_do_not_get_through() {
        assert_eq!(clean("Rangi\x1b[31m\r\nTui\u{202E}"), "Rangi\u{FFFD}[31m\u{FFFD}\u{FFFD}Tui\u{FFFD}");
        assert_eq!(clean("Tūī O'Neill <b>"), "Tūī O'Neill <b>");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(clip("Tūī", 3), "Tūī");
        assert_eq!(clip("Hēnare", 4), "Hēn…");
        assert_eq!(clip("名前名前", 4), "名…");
        assert_eq!(clip(&"x".repeat(300), 20).width(), 20);
    }
}
