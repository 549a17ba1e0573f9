//! Texts that come from outside (names, the school) made fit for one line: no control characters, no marks that turn the
//! direction of writing, nothing that ends a header or reads as an encoded word.

/// Subjects longer than this are cut: a name of 300 characters is a mistake in the SMS, not a reason to send nothing.
pub(super) const LONGEST_SUBJECT: usize = 200;
/// Names longer than this are cut in a header; in the letter they stand whole.
pub(super) const LONGEST_NAME: usize = 120;

/// The text on one line, trimmed, each stretch of white space and control characters one space.
pub(super) fn one_line(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_invisible(*c)).map(|c| if is_break(c) { ' ' } else { c });
    visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many characters; what is cut off shows as an ellipsis.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some(_) => text.chars().take(longest - 1).chain(['…']).collect(),
    }
}

/// For a header: a mail program reads `=?…?=` as another text than the one that stands there.
pub(super) fn for_header(text: &str, longest: usize) -> String {
    cut(&one_line(text).replace("=?", "= ?"), longest)
}

fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Marks of direction, and spaces without width. The joiners (U+200C, U+200D) stay: Persian and Indic names need them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_become_one_space_and_marks_of_direction_go() {
        assert_eq!(one_line("  Mere\r\nBcc: x@y\u{0}\u{85}\u{2028}Kahu\t "), "Mere Bcc: x@y Kahu");
        assert_eq!(one_line("a\u{202E}b\u{2066}c\u{200F}d\u{FEFF}"), "abcd");
        assert_eq!(one_line("\u{0}\r\n"), "");
    }

    #[test]
    fn macrons_emoji_and_joiners_stay() {
        for name in ["Tāne Māhuta", "نی\u{200C}لوفر", "O'Brien-Smith \"Bob\"", "👩\u{200D}👧"] {
            assert_eq!(one_line(name), name);
        }
    }

    #[test]
    fn cutting_counts_characters_and_says_so() {
        assert_eq!(cut("āāā", 3), "āāā");
        assert_eq!(cut("āāāā", 3), "āā…");
        assert_eq!(for_header("=?utf-8?q?=0D=0A?=", 50), "= ?utf-8?q?=0D=0A?=");
    }
}
