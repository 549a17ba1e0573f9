//! Draws problems with their source lines, as compilers do. The only file that names `annotate-snippets`.
//!
//! Every text is made harmless first: control characters and those that turn the reading direction are shown as
//! visible signs, so that a roster or a rollout cannot write into somebody's terminal. Nothing is printed here.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Place, Severity, Span};

/// How wide a drawing is where nobody says; longer source lines are cut around the mark.
const WIDTH: usize = 120;

/// With colour, or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No escape sequences.
    Plain,
    /// Colours for a terminal.
    Coloured,
}

/// One problem as text, ending in a line end.
pub fn render(diagnostic: &Diagnostic, style: Style) -> String {
    render_in(diagnostic, style, WIDTH)
}

/// One problem as text for a terminal of so many columns, ending in a line end.
pub fn render_in(diagnostic: &Diagnostic, style: Style, width: usize) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    // The numbers and bars at the left take some; below 30 columns cutting leaves nothing to read.
    let mut text = renderer.term_width(width.max(30)).render(&[group_of(diagnostic)]);
    text.push('\n');
    text
}

fn group_of(diagnostic: &Diagnostic) -> Group<'static> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let message = visible(&diagnostic.message).replace('\n', "\u{240a}");
    let title = level.primary_title(message).id(diagnostic.code);
    let mut group = Group::with_title(title);
    if let Some(place) = &diagnostic.place {
        group = match snippet_of(place, diagnostic.source.as_deref()) {
            Some(snippet) => group.element(snippet),
            None => group.element(origin_of(place)),
        };
    }
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(visible(help))),
        None => group,
    }
}

fn origin_of(place: &Place) -> Origin<'static> {
    let origin = Origin::path(visible(place.file.as_str()));
    match place.span {
        Some(span) => origin.line(span.line as usize).char_column(span.column as usize),
        None => origin,
    }
}

/// The source lines with the span marked; `None` where they don't go together.
fn snippet_of(place: &Place, source: Option<&str>) -> Option<Snippet<'static, annotate_snippets::Annotation<'static>>> {
    let (span, source) = (place.span?, source?);
    let (before, marked, behind) = split(source, span)?;
    let before = visible(before);
    let marked = visible(marked);
    // Built from three pieces, so that the range can't cut a character: that would be a panic.
    let range = Range { start: before.len(), end: before.len() + marked.len() };
    let text = format!("{before}{marked}{}", visible(behind));
    let snippet = Snippet::source(text).line_start(span.line as usize).path(visible(place.file.as_str()));
    Some(snippet.annotation(AnnotationKind::Primary.span(range)))
}

/// What stands before, inside and behind the span, in the lines that it covers.
fn split(source: &str, span: Span) -> Option<(&str, &str, &str)> {
    let start = offset(source, 0, span.column)?;
    let end = offset(source, span.end_line.checked_sub(span.line)? as usize, span.end_column)?;
    (start <= end).then(|| (&source[..start], &source[start..end], &source[end..]))
}

/// The byte at which a column (from 1, in characters) of a line (from 0) begins; the line's end where it is shorter.
fn offset(source: &str, line: usize, column: u32) -> Option<usize> {
    let text = source.split('\n').nth(line)?;
    let line_start: usize = source.split('\n').take(line).map(|line| line.len() + 1).sum();
    let within = text.char_indices().nth(column.checked_sub(1)? as usize).map_or(text.len(), |(at, _)| at);
    Some(line_start + within)
}

/// The text with its control characters made visible, line ends kept.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // A tab stays: the drawing widens it, and the column in the heading counts it once.
            '\n' | '\t' => out.push(c),
            '\u{0}'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\u{7f}' => out.push('\u{2421}'),
            '\u{80}'..='\u{9f}' => out.push('\u{fffd}'),
            // What turns or hides text: directions, joiners, separators that terminals take for line ends.
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                out.push('\u{fffd}');
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn at(line: u32, column: u32, end_column: u32) -> Place {
        Place::at("rollout.yaml", Span { line, column, end_line: line, end_column })
    }

    #[test]
    fn the_place_is_marked_under_the_source_line() {
        let diagnostic = Diagnostic::error("rollout::unknown-key", "`timezon` is not a key of the rollout")
            .with_place(at(3, 1, 8))
            .with_source("timezon: Pacific/Auckland")
            .with_help("did you mean `timezone`?");
        assert_snapshot!(render(&diagnostic, Style::Plain), @r"
        error[rollout::unknown-key]: `timezon` is not a key of the rollout
         --> rollout.yaml:3:1
          |
        3 | timezon: Pacific/Auckland
          | ^^^^^^^
          |
          = help: did you mean `timezone`?
        ");
    }

    #[test]
    fn without_a_source_line_the_place_is_still_named() {
        let diagnostic = Diagnostic::warning("rollout::moved", "gone").with_place(at(12, 9, 14));
        assert_snapshot!(render(&diagnostic, Style::Plain), @r"
        warning[rollout::moved]: gone
        --> rollout.yaml:12:9
        ");
    }

    #[test]
    fn a_file_as_a_whole_has_no_line() {
        let diagnostic = Diagnostic::error("roster::empty", "nothing in it").with_place(Place::file("roster/a.csv"));
        assert_snapshot!(render(&diagnostic, Style::Plain), @r"
        error[roster::empty]: nothing in it
        --> roster/a.csv
        ");
    }

    #[test]
    fn wide_and_combined_characters_keep_the_mark_in_place() {
        let diagnostic =
            Diagnostic::error("roster::odd", "odd").with_place(at(7, 5, 8)).with_source("李四,\tMa\u{304}ori,C1001");
        let text = render(&diagnostic, Style::Plain);
        let lines: Vec<&str> = text.lines().collect();
        // The two Chinese characters take two columns each, the tab four, the macron above the `a` none.
        assert_eq!(lines[3], "7 | 李四,    Ma\u{304}ori,C1001");
        assert_eq!(lines[4], "  |          ^^");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let source = format!("{}here{}", "x".repeat(400), "y".repeat(400));
        let diagnostic = Diagnostic::error("rollout::long", "too long").with_place(at(1, 401, 405)).with_source(source);
        let text = render_in(&diagnostic, Style::Plain, 60);
        assert!(text.contains("here"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 70), "{text}");
    }

    #[test]
    fn nothing_in_a_text_reaches_the_terminal_as_a_command() {
        let diagnostic = Diagnostic::error("rollout::odd", "a\u{1b}[31mred")
            .with_place(at(1, 2, 3))
            .with_source("a\u{1b}[2J\u{202e}b\u{7}")
            .with_help("see \u{9b}31m")
            .with_place(Place::at("a\u{1b}b", Span { line: 1, column: 2, end_line: 1, end_column: 3 }));
        let text = render(&diagnostic, Style::Plain);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
    }

    #[test]
    fn a_span_that_fits_nothing_is_no_panic() {
        for (line, column, end_line, end_column) in
            [(1, 0, 1, 0), (1, 90, 1, 99), (1, 3, 1, 2), (2, 1, 1, 1), (1, 1, 7, 1)]
        {
            let place = Place::at("x", Span { line, column, end_line, end_column });
            for source in ["", "ā", "ab\ncd"] {
                let diagnostic = Diagnostic::error("x::y", "m").with_place(place.clone()).with_source(source);
                assert!(render(&diagnostic, Style::Plain).contains("x::y"));
            }
        }
    }

    #[test]
    fn colours_come_only_where_asked_for() {
        let diagnostic = Diagnostic::error("x::y", "m").with_place(at(1, 1, 2)).with_source("ab");
        assert!(!render(&diagnostic, Style::Plain).contains('\u{1b}'));
        assert!(render(&diagnostic, Style::Coloured).contains('\u{1b}'));
    }
}
