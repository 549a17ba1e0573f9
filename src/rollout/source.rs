//! The rollout's text, for problems: turns a span into a place with its source line.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Place, Span, lines};

/// So many lines above the place where the parser gives up a key without its blank is looked for.
const UNSPACED_WITHIN: u32 = 3;

/// A line longer than this is not shown: a document of one line with a thousand mistakes would be copied a thousand times.
const LONGEST_LINE: usize = 4_000;

/// A message quotes what is wrong; a page of it helps nobody.
const LONGEST_MESSAGE: usize = 400;

/// A document's name and lines.
#[derive(Debug)]
pub(super) struct Source<'a> {
    file: Utf8PathBuf,
    lines: Vec<&'a str>,
    /// Lines that hold a secret, without it.
    masked: BTreeMap<u32, String>,
    /// Lines that name people, with reasons: from, to.
    about_people: Vec<(u32, u32)>,
}

impl<'a> Source<'a> {
    /// Takes the text apart into lines.
    pub(super) fn new(file: &Utf8Path, text: &'a str) -> Self {
        Self { file: file.to_owned(), lines: lines(text).collect(), masked: BTreeMap::new(), about_people: Vec::new() }
    }

    /// Shows stars instead of these stretches, so that other marks in their lines stay where they are.
    pub(super) fn hiding(mut self, secrets: &[Span]) -> Self {
        for span in secrets {
            let line = self.masked.remove(&span.line).unwrap_or_else(|| self.line(span.line).to_owned());
            let is_hidden = |column: u32| (span.column..span.end_column).contains(&column);
            let masked = line.chars().zip(1..).map(|(c, column)| if is_hidden(column) { '*' } else { c });
            self.masked.insert(span.line, masked.collect());
        }
        self
    }

    /// Marks the lines that name people, from one to another.
    pub(super) fn about_people(mut self, lines: Vec<(u32, u32)>) -> Self {
        self.about_people = lines;
        self
    }

    /// The name, as the person wrote it.
    pub(super) fn file(&self) -> &Utf8Path {
        &self.file
    }

    /// A stretch of this document.
    pub(super) fn place(&self, span: Span) -> Place {
        Place::at(&self.file, span)
    }

    /// A mistake at a stretch.
    pub(super) fn error(&self, code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        self.placed(Diagnostic::error(code, short(message.into())), span)
    }

    /// Something to look at, at a stretch.
    pub(super) fn warning(&self, code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        self.placed(Diagnostic::warning(code, short(message.into())), span)
    }

    /// The tab by which a line is indented: this line or the next.
    pub(super) fn indenting_tab(&self, line: u32) -> Option<Span> {
        let columns = |line| self.line(line).chars().take_while(|c| c.is_whitespace()).zip(1_u32..);
        let tab = |line| columns(line).find(|(c, _)| *c == '\t').map(|(_, column)| (line, column));
        let (line, column) = tab(line).or_else(|| tab(line.saturating_add(1)))?;
        Some(Span { line, column, end_line: line, end_column: column + 1 })
    }

    /// A key without a blank behind its colon, on this line or above it: what was meant as `key: value` is one word then.
    pub(super) fn unspaced_key(&self, line: u32) -> Option<(Span, String)> {
        let unspaced = |line: u32| {
            let text = self.line(line);
            let begin = text.len() - text.trim_start_matches([' ', '-']).len();
            let (key, value) = text[begin..].split_once(':')?;
            let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let is_unspaced =
                is_key && !value.is_empty() && !value.starts_with(|c: char| c.is_whitespace() || c == '/');
            let column = u32::try_from(begin).unwrap_or(u32::MAX).saturating_add(1);
            let end_column = column.saturating_add(u32::try_from(key.len() + 1).unwrap_or(u32::MAX));
            is_unspaced.then(|| (Span { line, column, end_line: line, end_column }, key.to_owned()))
        };
        // The parser reads on over what it takes for one word of several lines.
        (line.saturating_sub(UNSPACED_WITHIN)..=line).rev().filter(|line| *line > 0).find_map(unspaced)
    }

    /// Cuts a stretch that goes over several lines at the end of its first: one line is marked.
    pub(super) fn first_line_of(&self, span: Span) -> Span {
        if span.line == span.end_line {
            return span;
        }
        let length = self.line(span.line).chars().count();
        let end_column = u32::try_from(length).unwrap_or(u32::MAX).saturating_add(1).max(span.column);
        Span { end_line: span.line, end_column, ..span }
    }

    fn placed(&self, diagnostic: Diagnostic, span: Span) -> Diagnostic {
        let mut diagnostic = diagnostic.with_place(self.place(span));
        diagnostic.is_about_people = self.about_people.iter().any(|(from, to)| (*from..=*to).contains(&span.line));
        let line = self.masked.get(&span.line).map_or(self.line(span.line), String::as_str);
        if line.len() > LONGEST_LINE { diagnostic } else { diagnostic.with_source(line) }
    }

    fn line(&self, line: u32) -> &'a str {
        line.checked_sub(1).and_then(|index| self.lines.get(index as usize)).copied().unwrap_or("")
    }
}

fn short(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}
