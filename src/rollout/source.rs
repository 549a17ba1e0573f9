//! The rollout's text, for problems: turns a span into a place with its source line.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Place, Span, lines};

/// A line longer than this is not shown: a document of one line with a thousand mistakes would be copied a thousand times.
const LONGEST_LINE: usize = 4_000;

/// A document's name and lines.
#[derive(Debug)]
pub(super) struct Source<'a> {
    file: Utf8PathBuf,
    lines: Vec<&'a str>,
}

impl<'a> Source<'a> {
    /// Takes the text apart into lines.
    pub(super) fn new(file: &Utf8Path, text: &'a str) -> Self {
        Self { file: file.to_owned(), lines: lines(text).collect() }
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
        self.placed(Diagnostic::error(code, message), span)
    }

    /// Something to look at, at a stretch.
    pub(super) fn warning(&self, code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        self.placed(Diagnostic::warning(code, message), span)
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
        let diagnostic = diagnostic.with_place(self.place(span));
        let line = self.line(span.line);
        if line.len() > LONGEST_LINE { diagnostic } else { diagnostic.with_source(line) }
    }

    fn line(&self, line: u32) -> &'a str {
        line.checked_sub(1).and_then(|index| self.lines.get(index as usize)).copied().unwrap_or("")
    }
}
