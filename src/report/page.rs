//! The page that a report is written on: lines broken at words where the width is known, with a hanging indent.

use unicode_width::UnicodeWidthChar;

use super::paint::{Paint, Tone};
use super::view::View;

/// A page in the making.
pub(super) struct Page {
    text: String,
    width: Option<usize>,
    paint: Paint,
}

impl Page {
    pub(super) fn new(view: &View) -> Self {
        Self { text: String::new(), width: view.width, paint: Paint::new(view.colour) }
    }

    /// What has been written.
    pub(super) fn finish(self) -> String {
        self.text
    }

    /// The columns of a line, where they are known.
    pub(super) fn width(&self) -> Option<usize> {
        self.width
    }

    /// The text in this tone.
    pub(super) fn dress(&self, tone: Tone, text: &str) -> String {
        self.paint.dress(tone, text)
    }

    /// The colours, for those who paint inside a line.
    pub(super) fn paint(&self) -> Paint {
        self.paint
    }

    /// An empty line, unless one stands here already.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// `head` as it is, then the words of `body`; lines after the first begin `hang` columns in.
    pub(super) fn entry(&mut self, head: &str, body: &str, hang: usize) {
        let hang = self.width.map_or(hang, |width| hang.min(width / 2));
        let mut line = head.to_owned();
        let mut spaces = 0;
        for (at, word) in body.split(' ').enumerate() {
            spaces += usize::from(at > 0);
            if word.is_empty() {
                continue;
            }
            let is_full = self.width.is_some_and(|width| columns(&line) + spaces + columns(word) > width);
            if spaces > 0 && is_full {
                self.end(&line);
                line = " ".repeat(hang);
            } else {
                line += &" ".repeat(spaces);
            }
            line += word;
            spaces = 0;
        }
        self.end(&line);
    }

    /// A line that begins `indent` columns in, and goes on two further.
    pub(super) fn line(&mut self, indent: usize, body: &str) {
        self.entry(&" ".repeat(indent), body, indent + 2);
    }

    fn end(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

/// A text of lines, each broken at words where the width is known; what follows hangs `hang` columns further in.
pub fn folded(text: &str, view: &View, hang: usize) -> String {
    let mut page = Page::new(view);
    for line in text.lines() {
        let body = line.trim_start_matches(' ');
        let indent = &line[..line.len() - body.len()];
        page.entry(indent, body, indent.len() + hang);
    }
    page.finish()
}

/// The columns that a text takes: macrons none, escapes none, wide characters two.
pub(super) fn columns(text: &str) -> usize {
    let mut is_escape = false;
    let mut columns = 0;
    for char in text.chars() {
        match (is_escape, char) {
            (true, 'm') => is_escape = false,
            (true, _) => {}
            (false, '\x1b') => is_escape = true,
            (false, _) => columns += char.width().unwrap_or(0),
        }
    }
    columns
}

/// The text with spaces behind it up to so many columns.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Personal;

    fn page(width: Option<usize>) -> Page {
        Page::new(&View { personal: Personal::Full, colour: false, width, summary_only: false })
    }

    #[test]
    fn a_text_is_folded_line_by_line_and_left_alone_without_a_width() {
        let text = "Account   mere.tamihana, never signed in\n\n  one two three\n";
        let view = |width| View { personal: Personal::Full, colour: false, width, summary_only: false };
        assert_eq!(folded(text, &view(None), 10), text);
        assert_eq!(
            folded(text, &view(Some(30)), 4),
            "Account   mere.tamihana, never\n    signed in\n\n  one two three\n"
        );
    }

    #[test]
    fn lines_break_at_words_and_hang() {
        let mut page = page(Some(20));
        page.entry("Roster   ", "csv with many many words", 9);
        assert_eq!(page.finish(), "Roster   csv with\n         many many\n         words\n");
    }

    #[test]
    fn without_a_width_nothing_breaks() {
        let mut page = page(None);
        page.line(2, &"word ".repeat(100));
        assert_eq!(page.finish().lines().count(), 1);
    }

    #[test]
    fn a_word_longer_than_the_line_stands_alone() {
        let mut page = page(Some(4));
        page.entry("", "a long-word b", 30);
        assert_eq!(page.finish(), "a\n  long-word\n  b\n");
    }

    #[test]
    fn macrons_and_colours_take_no_columns() {
        assert_eq!(columns("Tu\u{304}i\u{304}"), 3);
        assert_eq!(columns("\x1b[1m\x1b[31mab\x1b[0m"), 2);
        assert_eq!(padded("Tūī", 5), "Tūī  ");
    }

    #[test]
    fn gaps_do_not_add_up() {
        let mut page = page(None);
        page.gap();
        page.line(0, "a");
        page.gap();
        page.gap();
        page.line(0, "b");
        assert_eq!(page.finish(), "a\n\nb\n");
    }
}
