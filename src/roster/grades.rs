//! Year levels as other countries' formats write them.

use super::ide::without_zeros;

/// A grade of `OneRoster` or School Data Sync as a year: `07` is `7`, and codes such as `KG`, `PS` and `UG` stay.
pub(super) fn year(grade: &str) -> &str {
    without_zeros(grade)
}

/// The entries of a list in one cell: `07,08`, and `["07"]` as some programs write it.
pub(super) fn entries(cell: &str) -> impl Iterator<Item = &str> {
    const AROUND: &[char] = &['[', ']', '"', '\'', ' '];
    cell.split([',', ';']).map(|entry| entry.trim_matches(AROUND)).filter(|entry| !entry.is_empty())
}
