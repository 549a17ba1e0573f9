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
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// Data rows.
    pub rows: u64,
    /// Its own date, else the file's.
    pub exported_at: Timestamp,
    /// Whether it only corrects the others.
    pub is_corrections: bool,
}

impl RosterFacts {
    /// By what one upload is told from the next: the SHA-256 of each export, then those of lists of corrections, `a,b+c`. Of a
    /// single export it is that of its bytes.
    pub fn content(&self) -> String {
        if self.parts.is_empty() {
            return self.sha256.clone();
        }
        let of = |is_corrections: bool| -> Vec<&str> {
            let parts = self.parts.iter().filter(|part| part.is_corrections == is_corrections);
            parts.map(|part| part.sha256.as_str()).collect()
        };
        std::iter::once(of(false).join(",").as_str()).chain(of(true)).collect::<Vec<_>>().join("+")
    }
}

/// Whether two uploads, told by their content, are no word of each other: no export of the one is in the other, whatever the
/// corrections. Where one school's export is the same as before, it says nothing new of anybody.
pub fn is_another_upload(one: &str, other: &str) -> bool {
    let exports = |content: &'_ str| content.split_once('+').map_or(content, |(exports, _)| exports).to_owned();
    let (one, other) = (exports(one), exports(other));
    one.split(',').all(|export| !other.split(',').any(|known| known == export))
}

#[cfg(test)]
mod tests {
    use super::is_another_upload;

    #[test]
    fn corrections_and_one_of_several_exports_make_no_other_upload() {
        assert!(is_another_upload("a", "b"));
        assert!(!is_another_upload("a", "a"));
        assert!(!is_another_upload("a+k", "a+l") && !is_another_upload("a", "a+l"));
        assert!(!is_another_upload("a,b", "a,c") && is_another_upload("a,b", "c,d+k"));
    }
}
