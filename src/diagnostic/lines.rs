//! The lines of a text as editors count them: `\n`, `\r\n` and a lone `\r` each end one.

use super::Span;

/// The lines of a text, without their ends.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let behind = &text[end..];
        rest = Some(behind.strip_prefix("\r\n").unwrap_or(&behind[1..]));
        Some(&text[..end])
    })
}

/// The lines that a span covers; `None` where the text has no such line.
pub(super) fn covered(text: &str, span: Span) -> Option<String> {
    let first = span.line.checked_sub(1)? as usize;
    let count = span.end_line.saturating_sub(span.line) as usize + 1;
    let wanted: Vec<&str> = lines(text).skip(first).take(count).collect();
    (!wanted.is_empty()).then(|| wanted.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        assert_eq!(lines("a\nb\r\nc\rd\n\ne").collect::<Vec<_>>(), ["a", "b", "c", "d", "", "e"]);
        assert_eq!(lines("").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn a_span_beyond_the_end_covers_nothing() {
        let span = Span { line: 9, column: 1, end_line: 9, end_column: 1 };
        assert_eq!(covered("a\nb", span), None);
        assert_eq!(covered("a\nb\nc", Span { line: 2, end_line: 3, ..span }).as_deref(), Some("b\nc"));
    }
}
