//! Draws problems with their source lines, as compilers do. The only file that names `annotate-snippets`.

use super::{Diagnostic, Severity};

/// With colour, or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No escape sequences.
    Plain,
    /// Colours for a terminal.
    Coloured,
}

/// One problem as text, ending in a line end.
pub fn render(diagnostic: &Diagnostic, _style: Style) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    format!("{word}[{}]: {}\n", diagnostic.code, diagnostic.message)
}
