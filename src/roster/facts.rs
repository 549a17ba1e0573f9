//! What is known of an export as a whole: for the plan's header, and for telling one upload from the next.

use jiff::Timestamp;

/// An export as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterFacts {
    /// Data rows, those left out included; lines that are blank are no rows.
    pub rows: u64,
    /// Caregiver-student links after folding.
    pub links: u64,
    /// SHA-256 of the file's bytes, 64 hexadecimal digits; of a set, of the names and hashes of its files.
    pub sha256: String,
    /// The export's own date, else the file's.
    pub exported_at: Timestamp,
    /// What the reader found: `UTF-8, comma`.
    pub shape: String,
    /// Whether it is the whole truth, so that absence means something.
    pub is_full: bool,
    /// The file as the rollout names it.
    pub path: String,
    /// `csv`.
    pub format: &'static str,
    /// What messages call the export (first) and the files of a set.
    pub files: Vec<String>,
}
