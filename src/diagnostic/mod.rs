//! A problem in a document or export: a stable code, a place (file, line, column), a help line.
//!
//! Problems are collected, never thrown one by one: a person mends them all in one go. Rendering with the source line is
//! in `render`, the only file that names `annotate-snippets`; `json` is the same for programs. Nothing is printed here.

mod json;
mod lines;
mod render;

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};

pub use json::to_json;
pub use lines::lines;
pub use render::{Style, render, render_in};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can go on.
    Error,
    /// Something to look at.
    Warning,
    /// Worth knowing.
    Note,
}

/// Where: a file, and a stretch of it where that is known. Lines and columns count from 1, columns in characters; the
/// end is the position behind the last character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the person named it.
    pub file: Utf8PathBuf,
    /// The stretch; `None` for the file as a whole.
    pub span: Option<Span>,
}

/// A stretch of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The column behind the last character.
    pub end_column: u32,
}

/// `rollout.yaml:4:5`, or the file alone.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.span {
            Some(span) => write!(f, "{}:{}:{}", self.file, span.line, span.column),
            None => write!(f, "{}", self.file),
        }
    }
}

impl Place {
    /// A file as a whole.
    pub fn file(file: impl AsRef<Utf8Path>) -> Self {
        Self { file: file.as_ref().to_owned(), span: None }
    }

    /// A stretch of a file.
    pub fn at(file: impl AsRef<Utf8Path>, span: Span) -> Self {
        Self { file: file.as_ref().to_owned(), span: Some(span) }
    }

    /// A whole line, from its first column on.
    pub fn line(file: impl AsRef<Utf8Path>, line: u32) -> Self {
        Self::at(file, Span { line, column: 1, end_line: line, end_column: 1 })
    }
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad.
    pub severity: Severity,
    /// A stable code: `rollout::unknown-cohort`, `roster::ragged-row`, `letter::undefined-variable`.
    pub code: &'static str,
    /// What is wrong, in one sentence without a full stop; may name ids and headings, never a password.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// The source text of the lines that the span covers, where it was at hand (without line ends).
    pub source: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// Whether it stands where people are named, with reasons: see [`Diagnostic::discreet`].
    pub is_about_people: bool,
}

impl Diagnostic {
    /// A problem that stops the work.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            place: None,
            source: None,
            help: None,
            is_about_people: false,
        }
    }

    /// A problem that does not stop it.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Something worth knowing.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::error(code, message) }
    }

    /// The same for a log that anybody may read: where people are named, a misplaced word can be a family's story. Its source is
    /// left out, and what is quoted of it, unless it is short and one word.
    #[must_use]
    pub fn discreet(&self) -> Self {
        let mut discreet = self.clone();
        if self.is_about_people {
            discreet.source = None;
            discreet.message = without_quotes(&self.message);
            discreet.help = self.help.as_deref().map(without_quotes);
        }
        discreet
    }

    /// Says where.
    #[must_use]
    pub fn with_place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Gives the source lines that the span covers.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Takes the source lines that the span covers out of the whole file's text.
    #[must_use]
    pub fn with_lines_of(mut self, text: &str) -> Self {
        if let Some(span) = self.place.as_ref().and_then(|place| place.span) {
            self.source = lines::covered(text, span);
        }
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Problems, collected.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of another collection.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// All, as they were added.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Gives the problems of one file their source lines, where they have none yet.
    pub fn add_lines_of(&mut self, file: &Utf8Path, text: &str) {
        for diagnostic in &mut self.0 {
            if diagnostic.source.is_none() && diagnostic.place.as_ref().is_some_and(|place| place.file == file) {
                *diagnostic = diagnostic.clone().with_lines_of(text);
            }
        }
    }

    /// Whether any of them stops the work.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All, by place, then severity.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.0.iter().collect();
        all.sort_by(|a, b| (&a.place, a.severity, a.code).cmp(&(&b.place, b.severity, b.code)));
        all
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

/// Every second part of a text with quotes is a quote.
fn without_quotes(text: &str) -> String {
    let is_plain = |quote: &str| quote.len() <= 24 && !quote.contains(char::is_whitespace);
    let parts = text.split('`').enumerate().map(|(at, part)| if at % 2 == 0 || is_plain(part) { part } else { "…" });
    parts.collect::<Vec<_>>().join("`")
}
