//! A file of caregiver ids: one a line, or the first column of a CSV; empty lines and those that begin with `#` don't
//! count, nor does a heading. Nothing is known here of which ids the roster has.

use std::collections::BTreeSet;

use camino::Utf8Path;

use crate::diagnostic::lines;
use crate::files;

/// Why there are no ids.
#[derive(Debug)]
pub(super) enum Unusable {
    /// It can't be read; why, in the system's words.
    Unreadable(String),
    /// It is not UTF-8 from this line on.
    NotText { line: usize },
    /// There is no id in it.
    Empty,
}

impl Unusable {
    /// Why, as the end of a sentence about the file.
    pub(super) fn why(&self) -> String {
        match self {
            Self::Unreadable(cause) => format!("can't be read: {cause}"),
            Self::NotText { line } => format!("is not UTF-8 text: look at line {line}"),
            Self::Empty => "has no id in it".to_owned(),
        }
    }
}

/// The ids in a file. `heading` is what the roster calls the column, besides `caregiver-id`.
pub(super) fn read(path: &Utf8Path, heading: Option<&str>) -> Result<BTreeSet<String>, Unusable> {
    let bytes = files::read(path).map_err(|error| Unusable::Unreadable(error.to_string()))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Unusable::NotText { line: line_at(&bytes, error.valid_up_to()) })?;
    let ids = ids(text, heading);
    if ids.is_empty() { Err(Unusable::Empty) } else { Ok(ids) }
}

/// The ids in a file that somebody names on the command line; the text says why there are none.
pub fn read_ids(path: &Utf8Path, heading: Option<&str>) -> Result<BTreeSet<String>, String> {
    read(path, heading).map_err(|unusable| unusable.why())
}

fn ids(text: &str, heading: Option<&str>) -> BTreeSet<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let cells = lines(text).filter(|line| !line.trim_start().starts_with('#')).map(first_cell);
    let mut cells = cells.filter(|cell| !cell.is_empty()).peekable();
    cells.next_if(|cell| cell.eq_ignore_ascii_case("caregiver-id") || heading.is_some_and(|heading| heading == *cell));
    cells.map(str::to_owned).collect()
}

fn first_cell(line: &str) -> &str {
    let line = line.trim();
    match line.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((cell, _)) => cell.trim(),
        None => line.split([',', ';', '\t']).next().unwrap_or("").trim(),
    }
}

fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes[..at].split(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, heading: Option<&str>) -> Vec<String> {
        ids(text, heading).into_iter().collect()
    }

    #[test]
    fn one_id_a_line_or_the_first_column() {
        assert_eq!(of("C1\n\n# the pilot\n C2 \r\nC1\n", None), ["C1", "C2"]);
        assert_eq!(
            of("\u{feff}CaregiverID,Name\n\"C1\",A\nC2;B\n00123\tC\n", Some("CaregiverID")),
            ["00123", "C1", "C2"]
        );
        assert_eq!(of("caregiver-id\nC1", None), ["C1"]);
    }

    #[test]
    fn a_heading_alone_is_nobody() {
        assert!(of("CaregiverID\n#C1\n", Some("CaregiverID")).is_empty());
    }
}
