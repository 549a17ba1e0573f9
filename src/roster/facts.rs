//! What is known of an export as a whole: for the plan's header, and for telling one upload from the next.

use jiff::Timestamp;

/// An export as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterFacts {
    /// Data rows, those left out included; lines that are blank are no rows.
    pub rows: u64,
    /// Caregiver-student links after folding.
    pub links: u64,
    /// SHA-256 of the file's bytes, 64 hexadecimal digits; of a set, of the names and hashes of its files; of several exports,
    /// of theirs.
    pub sha256: String,
    /// The export's own date, else the file's; of several exports the oldest.
    pub exported_at: Timestamp,
    /// What the reader found: `UTF-8, comma`.
    pub shape: String,
    /// Whether it is the whole truth, so that absence means something.
    pub is_full: bool,
    /// The file as the rollout names it.
    pub path: String,
    /// `csv`.
    pub format: &'static str,
    /// What messages call the export (first) and the files of a set; of several exports those of each.
    pub files: Vec<String>,
    /// Where there are several: each, in the rollout's order.
    pub parts: Vec<PartFacts>,
}

/// One of several exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartFacts {
    /// The file as the rollout names it.
    pub path: String,
    /// `csv`.
    pub format: &'static str,
    /// What the reader found.
    pub shape: String,
    /// Data rows.
    pub rows: u64,
    /// Its own date, else the file's.
    pub exported_at: Timestamp,
    /// Whether it only corrects the others.
    pub is_corrections: bool,
}
