//! Reads YAML into a tree with places. The only file that names `saphyr-parser`; knows nothing of what a rollout holds.
//!
//! Besides syntax it complains about what a reviewed document must not have: a key given twice, a second document,
//! aliases (a line in a review must say what it does) and tags. It goes on after each of these. Depth is bounded here,
//! the size of the text by the caller; without aliases the tree can't be larger than the text.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use crate::diagnostic::{Diagnostic, Diagnostics, Span};

use super::node::{Entry, Node, Scalar, Value};
use super::source::Source;

/// A rollout is five deep; nobody means twenty.
const MAX_DEPTH: usize = 20;

/// The document as a tree; `None` where there is nothing in it, or where it can't be read at all.
pub(super) fn index(source: &Source<'_>, text: &str, problems: &mut Diagnostics) -> Option<Node> {
    let mut builder = Builder { source, problems, open: Vec::new(), root: None };
    for event in Parser::new_from_str(text) {
        let step = match event {
            Ok((event, span)) => builder.take(event, builder.span(span)),
            Err(error) => Err(builder.syntax(&error)),
        };
        if let Err(problem) = step {
            builder.problems.push(*problem);
            return None;
        }
    }
    builder.root
}

/// A problem after which reading can't go on.
type Fatal = Box<Diagnostic>;

struct Builder<'a, 'text> {
    source: &'a Source<'text>,
    problems: &'a mut Diagnostics,
    open: Vec<Open>,
    root: Option<Node>,
}

/// A list or a mapping whose end has not come yet.
enum Open {
    List { span: Span, items: Vec<Node> },
    Map { span: Span, entries: Vec<Entry>, seen: BTreeMap<String, u32>, key: Option<(String, Span)> },
}

impl Builder<'_, '_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Fatal> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(self.second_document(span)),
            Event::Scalar(text, style, _, tag) => {
                let scalar = Scalar { text: text.into_owned(), is_plain: style == ScalarStyle::Plain };
                let value = self.without_tag(tag.is_some(), span, Value::Scalar(scalar));
                self.attach(Node { span, value })
            }
            Event::Alias(_) => {
                self.alias(span);
                self.attach(Node { span, value: Value::Broken })
            }
            Event::SequenceStart(_, tag) => {
                self.without_tag(tag.is_some(), span, Value::Broken);
                self.enter(Open::List { span, items: Vec::new() }, span)
            }
            Event::MappingStart(_, tag) => {
                self.without_tag(tag.is_some(), span, Value::Broken);
                self.enter(Open::Map { span, entries: Vec::new(), seen: BTreeMap::new(), key: None }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(),
            Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {
                Ok(())
            }
        }
    }

    fn enter(&mut self, open: Open, span: Span) -> Result<(), Fatal> {
        if self.open.len() == MAX_DEPTH {
            let message = format!("this is nested more than {MAX_DEPTH} deep");
            return Err(Box::new(self.source.error("rollout::too-deep", span, message)));
        }
        self.open.push(open);
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Fatal> {
        match self.open.pop() {
            Some(Open::List { span, items }) => {
                let span = items.first().map_or(span, |item| item.span);
                self.attach(Node { span, value: Value::List(items) })
            }
            Some(Open::Map { span, entries, .. }) => {
                let span = entries.first().map_or(span, |entry| entry.key_span);
                self.attach(Node { span, value: Value::Map(entries) })
            }
            None => Ok(()),
        }
    }

    /// Hangs a finished piece where it belongs: as an item, a key, a key's value, or the whole.
    fn attach(&mut self, node: Node) -> Result<(), Fatal> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { key: key @ None, .. }) => match node.value {
                Value::Scalar(scalar) => *key = Some((scalar.text, node.span)),
                _ => return Err(self.odd_key(node.span)),
            },
            Some(Open::Map { entries, seen, key, .. }) => {
                if let Some((key, key_span)) = key.take() {
                    if let Some(first) = seen.get(&key) {
                        let is_list = matches!(node.value, Value::List(_));
                        self.problems.push(duplicate_key(self.source, &key, key_span, *first, is_list));
                    }
                    seen.entry(key.clone()).or_insert(key_span.line);
                    entries.push(Entry { key, key_span, value: marked_at(node, key_span) });
                }
            }
        }
        Ok(())
    }

    fn without_tag(&mut self, has_tag: bool, span: Span, value: Value) -> Value {
        if !has_tag {
            return value;
        }
        let problem = self.source.error("rollout::tag", span, "tags (`!…`) have no meaning in a rollout");
        self.problems.push(problem.with_help("leave the tag out; write text that looks like a number in quotes"));
        Value::Broken
    }

    fn alias(&mut self, span: Span) {
        let problem = self.source.error("rollout::alias", span, "aliases (`*…`) are not used in a rollout");
        self.problems.push(problem.with_help("write the value out, so that a reviewer sees on this line what it does"));
    }

    fn odd_key(&self, span: Span) -> Fatal {
        Box::new(self.source.error("rollout::yaml", span, "a key must be a word, not a list or a mapping"))
    }

    fn second_document(&self, span: Span) -> Fatal {
        let problem = self.source.error("rollout::several-documents", span, "a second document begins here");
        Box::new(problem.with_help("a rollout is one document: remove this `---` and what belongs to it"))
    }

    fn syntax(&self, error: &ScanError) -> Fatal {
        let (line, column) = line_column(error.marker());
        let here = Span { line, column, end_line: line, end_column: column };
        // The parser notices a tab where it has read on already, or behind it.
        let tab = if error.info().contains("tab") { self.source.indenting_tab(line) } else { None };
        // What is missing behind a colon shows where the parser does not find the next one.
        let is_astray = ["simple key", "mapping values"].iter().any(|words| error.info().contains(words));
        let unspaced = if is_astray { self.source.unspaced_key(line) } else { None };
        if let Some((span, key)) = unspaced {
            let problem = self.source.error("rollout::yaml", span, format!("a blank is missing behind `{key}:`"));
            return Box::new(problem.with_help(format!("write `{key}: `, and the value behind the blank")));
        }
        let span = tab.unwrap_or(here);
        let problem = self.source.error("rollout::yaml", span, format!("this is not YAML: {}", error.info()));
        Box::new(match hint(error.info()) {
            Some(help) => problem.with_help(help),
            None => problem,
        })
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        let (line, column) = line_column(&span.start);
        let (end_line, end_column) = line_column(&span.end);
        self.source.first_line_of(Span { line, column, end_line, end_column })
    }
}

/// A value that takes no room (`opens:` and nothing behind it) is marked at its key.
fn marked_at(node: Node, key_span: Span) -> Node {
    let is_empty = (node.span.line, node.span.column) == (node.span.end_line, node.span.end_column);
    if is_empty && matches!(node.value, Value::Scalar(_)) { Node { span: key_span, ..node } } else { node }
}

fn duplicate_key(source: &Source<'_>, key: &str, span: Span, first: u32, is_list: bool) -> Diagnostic {
    // Lines that a plan offers to copy (`reissue: [{…}]`) are pasted one after another.
    let help = if is_list {
        format!(
            "it stands already on line {first}: make one list of the two, each part (what stands between `[` and `]`) on a row of \
             its own under `{key}:`, with `- ` in front"
        )
    } else {
        format!("it stands already on line {first}: keep one of the two")
    };
    source.error("rollout::duplicate-key", span, format!("`{key}` stands here a second time")).with_help(help)
}

fn line_column(marker: &Marker) -> (u32, u32) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (number(marker.line()), number(marker.col()).saturating_add(1))
}

/// What people usually did when the parser says this.
fn hint(info: &str) -> Option<&'static str> {
    const BACKSLASH: &str =
        "a backslash has a meaning of its own inside \"…\": write forward slashes, or single quotes around the text";
    const HINTS: &[(&str, &str)] = &[
        ("tab", "indent with spaces: YAML takes no tabs there"),
        ("mapping values are not allowed", "text with `: ` in it goes in quotes; or is this line indented too far?"),
        ("unexpected character", "text that begins with `@`, `%` or a backtick goes in quotes"),
        ("unknown escape", BACKSLASH),
        ("hexadecimal", BACKSLASH),
        ("escape code", BACKSLASH),
        ("quoted scalar", "a quote is opened here and not closed"),
        ("flow", "a `[` or `{` above is not closed, or a comma is missing"),
        ("node content", "a `[` or `{` above is not closed, or a value is missing"),
        ("'-' indicator", "the items of a list begin with `-`, all at the same column"),
        ("anchor or alias", "text that begins with `*` or `&` goes in quotes; `select: all` is everybody"),
        ("unknown anchor", "text that begins with `*` goes in quotes"),
        ("only valid inside a block", "a `[` or `{` above is not closed"),
        ("block mapping", "the keys of one mapping begin at the same column"),
    ];
    HINTS.iter().find(|(part, _)| info.contains(part)).map(|(_, help)| *help)
}
