//! What a reader of some format finds odd without stopping at it: one warning for each kind, with a count and the first
//! lines. The kinds that every format can have are the `tally`'s.

use crate::diagnostic::Diagnostic;

use super::problems::{FileNumber, Problems};
use super::tally::Tally;

/// A kind of oddity.
#[derive(Debug)]
pub(super) struct Kind {
    /// The diagnostic's code.
    pub(super) code: &'static str,
    /// What is so: the count follows.
    pub(super) what: &'static str,
    /// What is counted.
    pub(super) unit: &'static str,
    /// What to do.
    pub(super) help: &'static str,
}

/// The oddities of one export.
#[derive(Default)]
pub(super) struct Notices(Vec<(&'static Kind, Tally)>);

impl Notices {
    /// Counts one.
    pub(super) fn add(&mut self, kind: &'static Kind, place: (FileNumber, u32)) {
        let at = self.0.iter().position(|(known, _)| known.code == kind.code).unwrap_or_else(|| {
            self.0.push((kind, Tally::default()));
            self.0.len() - 1
        });
        self.0[at].1.add(place);
    }

    /// Reports each kind that has occurred, at its first line.
    pub(super) fn report(&self, problems: &mut Problems) {
        for (kind, tally) in &self.0 {
            let problem = |message| Diagnostic::warning(kind.code, message).with_help(kind.help);
            tally.report(kind.what, kind.unit, problem, problems);
        }
    }
}
