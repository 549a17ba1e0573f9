//! A file of caregiver ids: one a line, or the first column of a CSV; empty lines and those that begin with `#` don't
//! count, nor does a heading, nor a remark behind ` #`. Nothing is known here of which ids the roster has.

use std::collections::BTreeMap;

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

/// The ids in a file, each with its first line. `heading` is what the roster calls the column, besides `caregiver-id`.
pub(super) fn read(path: &Utf8Path, heading: Option<&str>) -> Result<BTreeMap<String, u32>, Unusable> {
    let bytes = files::read(path).map_err(|error| Unusable::Unreadable(error.to_string()))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|error| Unusable::NotText { line: line_at(&bytes, error.valid_up_to()) })?;
    let ids = ids(text, heading);
    if ids.is_empty() { Err(Unusable::Empty) } else { Ok(ids) }
}

/// The ids in a file that somebody names on the command line, each with its first line; the text says why there are none.
pub fn read_ids(path: &Utf8Path, heading: Option<&str>) -> Result<BTreeMap<String, u32>, String> {
    read(path, heading).map_err(|unusable| unusable.why())
}

fn ids(text: &str, heading: Option<&str>) -> BTreeMap<String, u32> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let numbered = lines(text).zip(1..).filter(|(line, _)| !line.trim_start().starts_with('#'));
    let cells = numbered.map(|(line, number)| (first_cell(line), number));
    let mut cells = cells.filter(|(cell, _)| !cell.is_empty()).peekable();
    cells.next_if(|(cell, _)| cell.eq_ignore_ascii_case("caregiver-id") || heading == Some(*cell));
    let mut ids = BTreeMap::new();
    for (cell, number) in cells {
        ids.entry(cell.to_owned()).or_insert(number);
    }
    ids
}

fn first_cell(line: &str) -> &str {
    let line = line.trim();
    if let Some((cell, _)) = line.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return cell.trim();
    }
    let cell = line.split([',', ';', '\t']).next().unwrap_or_default();
    // A remark behind the id; a number sign within one is part of it.
    cell.split(" #").next().unwrap_or_default().trim()
}

fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes[..at].split(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, heading: Option<&str>) -> Vec<String> {
        ids(text, heading).into_keys().collect()
    }

    #[test]
    fn one_id_a_line_or_the_first_column() {
        assert_eq!(of("C1\n\n# the pilot\n C2 \r\nC1\n", None), ["C1", "C2"]);
        assert_eq!(
            of("\u{feff}CaregiverID,Name\n\"C1\",A\nC2;B\n00123\tC\n", Some("CaregiverID")),
            ["00123", "C1", "C2"]
        );
        assert_eq!(of("caregiver-id\nC1", None), ["C1"]);
        assert_eq!(of("C1 # the principal\nC#2\nC3\t# new", None), ["C#2", "C1", "C3"]);
    }

    #[test]
    fn a_heading_alone_is_nobody() {
        assert!(of("CaregiverID\n#C1\n", Some("CaregiverID")).is_empty());
    }
}
