//! Characters that a word processor, a chat or a web page puts in place of the ones that YAML knows: blanks that are none, and
//! quotation marks that open nothing. Nobody sees them, so a message must say that they are there.

use crate::diagnostic::{Diagnostic, Diagnostics, Span};

use super::node::{Node, Scalar, Value};
use super::source::Source;

/// More of them come from one paste; whoever knows of these finds the others.
const MOST: usize = 5;

/// Names the blanks that are none in a document that is no YAML: one a line, since they may be why.
pub(super) fn in_text(source: &Source<'_>, text: &str, problems: &mut Diagnostics) {
    let lines = crate::diagnostic::lines(text).zip(1_u32..);
    let found = lines.filter_map(|(words, line)| {
        let before_comment =
            if words.trim_start().starts_with('#') { "" } else { words.split(" #").next().unwrap_or_default() };
        let (column, odd) = (1_u32..).zip(before_comment.chars()).find(|(_, character)| is_odd(*character))?;
        Some((Span { line, column, end_line: line, end_column: column + 1 }, odd))
    });
    for (span, odd) in found.take(MOST) {
        problems.push(named(source, span, odd));
    }
}

/// Names them where they became part of a key, or the beginning or end of a value, and values in typographic quotation marks.
pub(super) fn in_tree(source: &Source<'_>, node: &Node, problems: &mut Diagnostics) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                if let Some(odd) = entry.key.chars().find(|&character| is_odd(character)) {
                    problems.push(named(source, entry.key_span, odd));
                }
                in_tree(source, &entry.value, problems);
            }
        }
        Value::List(items) => items.iter().for_each(|item| in_tree(source, item, problems)),
        Value::Scalar(scalar) if scalar.is_plain => in_value(source, node.span, scalar, problems),
        Value::Scalar(_) | Value::Broken => {}
    }
}

fn in_value(source: &Source<'_>, span: Span, Scalar { text, .. }: &Scalar, problems: &mut Diagnostics) {
    if let Some(odd) = text.chars().next().into_iter().chain(text.chars().last()).find(|&character| is_odd(character)) {
        problems.push(named(source, span, odd));
    } else if let Some(inside) = in_quotes(text) {
        let problem = source.warning(
            "rollout::typographic-quotes",
            span,
            format!("the quotation marks of `{text}` are typographic: here they are part of the text"),
        );
        problems.push(problem.with_help(format!("write \"{inside}\" with straight ones, or none")));
    }
}

fn named(source: &Source<'_>, span: Span, odd: char) -> Diagnostic {
    let message = format!("there is {} (U+{:04X}) here, which can't be told from a blank", name(odd), u32::from(odd));
    source.error("rollout::odd-blank", span, message).with_help(
        "delete it, and type a blank where one belongs; it comes from a word processor, a chat or a web page",
    )
}

fn is_odd(character: char) -> bool {
    matches!(
        character,
        '\u{A0}' | '\u{AD}' | '\u{2000}'..='\u{200D}' | '\u{202F}' | '\u{205F}' | '\u{2060}' | '\u{3000}' | '\u{FEFF}'
    )
}

fn name(odd: char) -> &'static str {
    match odd {
        '\u{A0}' | '\u{202F}' => "a no-break space",
        '\u{AD}' => "a soft hyphen",
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => "a character without width",
        _ => "another kind of space",
    }
}

/// What stands in typographic quotation marks, where all of it does.
fn in_quotes(text: &str) -> Option<&str> {
    let inside = text.strip_prefix(['“', '”', '„', '‘', '’', '«', '»'])?;
    inside.strip_suffix(['“', '”', '‘', '’', '«', '»'])
}
