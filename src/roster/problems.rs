//! The problems of one export while it is read: errors in rows up to a limit, and the place of each. An export of several
//! files has one collection for all of them; [`Problems::enter`] says which file the next ones are in.
//!
//! A data row is never shown, because it holds a family's names and addresses; the heading line is.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span};

/// So many faulty rows are named one by one.
const SHOWN: u64 = 20;
/// A heading line longer than this is not shown.
const LONGEST_SHOWN: usize = 500;

/// A file of an export, by its place in [`Problems`]; 0 is the export itself.
pub(super) type FileNumber = u16;

/// Collects the problems of one export.
pub(super) struct Problems {
    files: Vec<String>,
    /// The number of the file that is read.
    file: FileNumber,
    found: Diagnostics,
    faulty_rows: u64,
    /// The first faulty row that is not named.
    first_unnamed: (FileNumber, u32),
}

impl Problems {
    /// None yet.
    pub(super) fn new(file: &str) -> Self {
        Self { files: vec![file.to_owned()], file: 0, found: Diagnostics::new(), faulty_rows: 0, first_unnamed: (0, 0) }
    }

    /// None yet, of several exports whose files these are.
    pub(super) fn of_files(files: &[String]) -> Self {
        Self { files: files.to_vec(), ..Self::new("") }
    }

    /// What comes is in this file of the export, until another is entered.
    pub(super) fn enter(&mut self, file: &str) -> FileNumber {
        let known = self.files.iter().position(|known| known == file);
        let number = known.unwrap_or_else(|| {
            self.files.push(file.to_owned());
            self.files.len() - 1
        });
        self.file = FileNumber::try_from(number).unwrap_or(FileNumber::MAX);
        self.file
    }

    /// What comes is about the export as a whole.
    pub(super) fn leave(&mut self) {
        self.file = 0;
    }

    /// The files so far, the export itself first.
    pub(super) fn files(&self) -> &[String] {
        &self.files
    }

    fn name(&self, file: FileNumber) -> &str {
        self.files.get(usize::from(file)).or(self.files.first()).map_or("", String::as_str)
    }

    /// A problem with the file as a whole.
    pub(super) fn whole(&mut self, problem: Diagnostic) {
        self.found.push(problem.with_place(Place::file(self.name(self.file))));
    }

    /// A problem that has its place already.
    pub(super) fn placed(&mut self, problem: Diagnostic) {
        self.found.push(problem);
    }

    /// A problem with a line, not counted as a faulty row.
    pub(super) fn at_line(&mut self, line: u32, problem: Diagnostic) {
        self.at((self.file, line), problem);
    }

    /// A problem with a line of some file.
    pub(super) fn at(&mut self, (file, line): (FileNumber, u32), problem: Diagnostic) {
        self.found.push(problem.with_place(Place::line(self.name(file), line)));
    }

    /// A problem with the heading line, which is shown.
    pub(super) fn heading(&mut self, line: u32, text: &str, problem: Diagnostic) {
        let columns = u32::try_from(text.chars().count()).unwrap_or(u32::MAX).saturating_add(1);
        let span = Span { line, column: 1, end_line: line, end_column: columns };
        let problem = problem.with_place(Place::at(self.name(self.file), span));
        self.found.push(if text.len() > LONGEST_SHOWN { problem } else { problem.with_source(text) });
    }

    /// A row that can't be read.
    pub(super) fn row(&mut self, line: u32, problem: Diagnostic) {
        self.faulty_rows += 1;
        match self.faulty_rows.checked_sub(SHOWN) {
            None | Some(0) => self.at_line(line, problem),
            Some(1) => self.first_unnamed = (self.file, line),
            Some(_) => {}
        }
    }

    /// Whether any of them stops the work.
    pub(super) fn has_errors(&self) -> bool {
        self.found.has_errors()
    }

    /// All of them.
    pub(super) fn finish(mut self) -> Diagnostics {
        let more = self.faulty_rows.saturating_sub(SHOWN);
        if more > 0 {
            let message = format!("and {more} more errors from this row on");
            let problem = Diagnostic::error("roster::more", message);
            self.at(self.first_unnamed, problem.with_help("mend the ones shown, and check again"));
        }
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_first_faulty_row_is_counted_and_not_shown() {
        let mut problems = Problems::new("r.csv");
        for line in 2..32 {
            problems.row(line, Diagnostic::error("roster::ragged-row", "x"));
        }
        let found = problems.finish();
        assert_eq!(found.len(), 21);
        assert_eq!(found.sorted().last().unwrap().message, "and 10 more errors from this row on");
    }

    #[test]
    fn a_heading_line_is_shown_unless_it_is_endless() {
        let mut problems = Problems::new("r.csv");
        problems.heading(1, "id,māil", Diagnostic::error("roster::x", "x"));
        problems.heading(1, &"x".repeat(501), Diagnostic::error("roster::y", "y"));
        let found = problems.finish();
        let sources: Vec<_> = found.sorted().iter().map(|problem| problem.source.clone()).collect();
        assert_eq!(sources, [Some("id,māil".to_owned()), None]);
    }
}
