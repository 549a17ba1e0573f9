//! From bytes to text: UTF-8, not too large, not empty. Nothing is known here of YAML.

use camino::Utf8Path;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span, lines};

/// A rollout that names a hundred thousand caregivers one by one has half of this.
const MAX_BYTES: usize = 5_000_000;

/// The text, without a byte order mark.
pub(super) fn decode<'a>(file: &Utf8Path, bytes: &'a [u8]) -> Result<&'a str, Diagnostics> {
    if bytes.len() > MAX_BYTES {
        let message = format!("this has {} bytes: a rollout has at most {MAX_BYTES}", bytes.len());
        let problem = Diagnostic::error("rollout::too-large", message).with_place(Place::file(file));
        return Err(problem.with_help("put long lists of ids into a file, and name it with `id-file`").into());
    }
    let text = std::str::from_utf8(bytes).map_err(|error| not_utf_8(file, bytes, error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() { Err(nothing_in_it(file).into()) } else { Ok(text) }
}

/// A document without anything in it.
pub(super) fn nothing_in_it(file: &Utf8Path) -> Diagnostic {
    Diagnostic::error("rollout::empty", "the rollout is empty")
        .with_place(Place::file(file))
        .with_help("`firstbell init` writes one to begin with")
}

fn not_utf_8(file: &Utf8Path, bytes: &[u8], at: usize) -> Diagnostics {
    let good = String::from_utf8_lossy(&bytes[..at]);
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let line = number(lines(&good).count());
    let column = number(lines(&good).last().unwrap_or("").chars().count()).saturating_add(1);
    let span = Span { line, column, end_line: line, end_column: column };
    let message = format!("this is not UTF-8: byte {at} is 0x{:02X}", bytes[at]);
    let whole = String::from_utf8_lossy(bytes);
    Diagnostic::error("rollout::not-utf-8", message)
        .with_place(Place::at(file, span))
        .with_lines_of(&whole)
        .with_help("save the file as UTF-8")
        .into()
}
