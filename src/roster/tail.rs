//! Whether the last row of a file looks as if it had been cut in the middle, and the rows behind it with it.
//!
//! That a last line has no line end says nothing: many an SMS writes none. But a row cut off is shorter than the one above
//! it, or its last cell is shorter than that of every other row, as half an id is. What ends exactly between two rows
//! can't be told from the file; the guard over the roster's change is there for that.

use csv::StringRecord;

/// What the rows so far end with.
#[derive(Debug, Default)]
pub(super) struct Tail {
    rows: u64,
    /// Cells of the last row and of the one before it.
    widths: (usize, usize),
    /// The length of the last row's last cell.
    last: usize,
    /// The shortest of those before it.
    shortest: Option<usize>,
    line: u32,
}

impl Tail {
    /// Of a file whose heading line has so many cells.
    pub(super) fn under(width: usize) -> Self {
        Self { widths: (width, width), ..Self::default() }
    }

    /// A row, heading line apart.
    pub(super) fn see(&mut self, record: &StringRecord, line: u32) {
        if self.rows > 0 {
            self.shortest = Some(self.shortest.map_or(self.last, |shortest| shortest.min(self.last)));
        }
        self.rows += 1;
        self.last = record.iter().next_back().map_or(0, |cell| cell.trim().len());
        self.widths = (record.len(), self.widths.0);
        self.line = line;
    }

    /// Why the file `name`, which ends in the middle of a line, may have been cut short; in words.
    pub(super) fn cut(&self, name: &str) -> Option<String> {
        let is_narrow = self.rows > 0 && self.widths.0 < self.widths.1;
        let is_short = self.shortest.is_some_and(|shortest| self.last < shortest);
        (is_narrow || is_short).then(|| in_words(name, self.line))
    }

    /// The line of the last row.
    pub(super) fn line(&self) -> u32 {
        self.line
    }
}

/// What is said of a file whose last row breaks off.
pub(super) fn in_words(name: &str, line: u32) -> String {
    format!(
        "the last row of `{name}` (line {line}) breaks off without a line end, so that the file may have been cut short"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_cut(rows: &[&str]) -> bool {
        let mut tail = Tail::under(3);
        for (line, row) in (2..).zip(rows) {
            tail.see(&row.split(',').collect(), line);
        }
        tail.cut("r.csv").is_some()
    }

    #[test]
    fn a_row_that_is_shorter_than_the_one_above_or_ends_with_half_an_id_is_cut() {
        assert!(is_cut(&["a,b,501", "a,b,502", "a"]));
        assert!(is_cut(&["a,b,501", "a,b,502", "a,b,50"]));
        assert!(is_cut(&["a,b,501", "a,b,"]) && is_cut(&["a,b"]));
    }

    #[test]
    fn a_last_row_like_the_others_is_whole() {
        assert!(!is_cut(&["a,b,501", "a,b,502"]));
        assert!(!is_cut(&["a,b,", "a,b,"]));
        assert!(!is_cut(&["a,b", "a,b"]));
        assert!(!is_cut(&["a,b,"]));
        assert!(!is_cut(&[]));
    }
}
