//! What every reader of a set of files keeps while it reads: the problems, the hashes, the rows; and the end of it, where all
//! of that becomes a roster. Whether the set is the whole truth is decided here, in one place for all formats.

use std::io::Read;

use jiff::Timestamp;
use jiff::civil::DateTime;
use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::source::{RosterSource, Upload};

use super::age;
use super::facts::RosterFacts;
use super::fold::Fold;
use super::notices::{Kind, Notices};
use super::problems::{FileNumber, Problems};
use super::set::{FileSet, Stop};
use super::store::Roster;
use super::tail::{self, Tail};

const ENDED: Kind = Kind {
    code: "roster::role-ended",
    what: "roles whose last day has passed, and which are left out",
    unit: "role",
    help: "this is as it should be; who has no other role is no parent and no student any more",
};
const STRANGE_END: Kind = Kind {
    code: "roster::strange-date",
    what: "the day on which a role ends is not written like 2027-02-01, and does not count",
    unit: "row",
    help: "a spreadsheet writes dates in its own way: export again and don't open the file in Excel",
};

/// What a read roster is: itself with warnings, or why there is none.
pub(super) type Answer = Result<(Roster, Diagnostics), Diagnostics>;

/// What an export says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// The format says nothing, or this export does not.
    NotSaid,
    /// Everybody is in it.
    Full,
    /// Only changes are in it.
    Part,
    /// It fails its own check of being complete: in words.
    Incomplete(String),
}

/// An export while it is read.
pub(super) struct Reading<'a> {
    /// What the rollout says of it.
    pub(super) source: &'a RosterSource,
    /// The clock.
    pub(super) now: Timestamp,
    /// What is wrong with it.
    pub(super) problems: Problems,
    notices: Notices,
    hash: Sha256,
    /// Data rows so far.
    pub(super) rows: u64,
    /// Why a file seems to have been cut short, in words.
    cut: Option<String>,
    /// The last row with a word that is none.
    doubtful: Option<(FileNumber, u32)>,
}

impl<'a> Reading<'a> {
    /// Nothing read yet.
    pub(super) fn new(source: &'a RosterSource, now: Timestamp) -> Self {
        let problems = Problems::new(&source.written_path);
        Self {
            source,
            now,
            problems,
            notices: Notices::default(),
            hash: Sha256::new(),
            rows: 0,
            cut: None,
            doubtful: None,
        }
    }

    /// Counts something odd.
    pub(super) fn note(&mut self, kind: &'static Kind, place: (FileNumber, u32)) {
        self.notices.add(kind, place);
    }

    /// Counts a link that leads nowhere; beside an error, which may well be why, that says nothing.
    pub(super) fn note_link(&mut self, kind: &'static Kind, place: (FileNumber, u32)) {
        if !self.problems.has_errors() {
            self.note(kind, place);
        }
    }

    /// Counts something odd that half a word may be, too.
    pub(super) fn doubt(&mut self, kind: &'static Kind, place: (FileNumber, u32)) {
        self.doubtful = Some(place);
        self.note(kind, place);
    }

    /// A file has no line end behind its last row. Whether that was cut off shows by its form, or by a word that is none.
    pub(super) fn ends_in_a_line(&mut self, name: &str, file: FileNumber, tail: &Tail) {
        let half_word = (self.doubtful == Some((file, tail.line()))).then(|| tail::in_words(name, tail.line()));
        self.cut = tail.cut(name).or(half_word).or(self.cut.take());
    }

    /// A file has been read to its end.
    pub(super) fn has_read(&mut self, name: &str, sha256: &str) {
        self.hash.update(name.to_lowercase());
        self.hash.update([0]);
        self.hash.update(sha256);
    }

    /// A time that the export holds, in the school's zone.
    pub(super) fn moment(&self, at: DateTime) -> Option<Timestamp> {
        self.source.timezone.to_timestamp(at).ok()
    }

    /// Whether what ended on the day in a cell is over: a day or a moment as the standards write them. Any other cell ends nothing.
    pub(super) fn is_over(&mut self, end: &str, place: (FileNumber, u32)) -> bool {
        if end.is_empty() {
            return false;
        }
        match end.get(..10).and_then(|day| day.parse().ok()) {
            Some(day) if self.is_past(day) => {
                self.note(&ENDED, place);
                true
            }
            Some(_) => false,
            None => {
                self.note(&STRANGE_END, place);
                false
            }
        }
    }

    /// Whether a day lies before today.
    pub(super) fn is_past(&self, day: jiff::civil::Date) -> bool {
        day < self.source.timezone.to_datetime(self.now).date()
    }

    /// Opens a file of the set; what is wrong with it is a problem.
    pub(super) fn open<'f>(&mut self, files: &'f mut FileSet<'_>, name: &str) -> Option<Box<dyn Read + Send + 'f>> {
        match files.read(name) {
            Ok(input) => Some(input),
            Err(problem) => {
                self.stopped(problem);
                None
            }
        }
    }

    /// A problem that has its place already.
    #[expect(clippy::boxed_local, reason = "a stop comes in a box, as the error of whoever looked for a file")]
    pub(super) fn stopped(&mut self, problem: Stop) {
        self.problems.placed(*problem);
    }

    /// There is no roster.
    pub(super) fn give_up(self) -> Answer {
        Err(self.problems.finish())
    }

    /// The roster, unless a problem forbids it.
    pub(super) fn finish(mut self, fold: Fold, exported_at: Timestamp, shape: String, says: &Extent) -> Answer {
        self.problems.leave();
        if let Some(problem) = age::too_old(self.source, exported_at, self.now) {
            self.problems.whole(problem);
        }
        self.notices.report(&mut self.problems);
        if fold.links() == 0 && fold.caregivers() > 0 && !self.problems.has_errors() {
            self.problems.whole(nobody_linked());
        }
        let cut = self.cut.take().map(Extent::Incomplete);
        let is_full = self.is_full(cut.as_ref().unwrap_or(says));
        let facts = RosterFacts {
            rows: self.rows,
            links: 0,
            sha256: hexadecimal(self.hash.finalize().as_ref()),
            exported_at,
            shape,
            is_full,
            path: self.source.written_path.clone(),
            format: self.source.format.as_str(),
            files: Vec::new(),
            parts: Vec::new(),
        };
        fold.finish(facts, self.problems)
    }

    /// A set that fails its own check is never the whole truth, whatever the rollout says.
    fn is_full(&mut self, says: &Extent) -> bool {
        let upload = self.source.upload;
        let (code, message, help) = match says {
            Extent::Incomplete(why) => {
                self.problems.whole(incomplete(why));
                return false;
            }
            Extent::Part if upload == Upload::Full => (
                "roster::only-a-part",
                format!("the rollout says `upload: full`, but this export says that it is a part: {SO}"),
                "export everything, or write `upload: by-manifest`",
            ),
            Extent::NotSaid if self.problems.has_errors() => return false,
            Extent::NotSaid if upload == Upload::ByManifest => (
                "roster::extent-not-said",
                format!(
                    "the rollout says `upload: by-manifest`, but this export does not say whether it is full: {SO}"
                ),
                "write `upload: full` or `upload: partial`",
            ),
            Extent::NotSaid => return upload == Upload::Full,
            Extent::Full => return upload != Upload::Partial,
            Extent::Part => return false,
        };
        self.problems.whole(Diagnostic::warning(code, message).with_help(help));
        false
    }
}

const SO: &str = "nobody is taken to have left because they are missing from it";

/// What is said of an export that fails its own check, for this reason.
pub(super) fn incomplete(why: &str) -> Diagnostic {
    Diagnostic::warning("roster::incomplete", format!("{why}: {SO}")).with_help("export it again from the SMS")
}

fn nobody_linked() -> Diagnostic {
    Diagnostic::warning(
        "roster::nobody-linked",
        "no caregiver is linked with a student, so that no cohort selects anybody",
    )
    .with_help("choose in the SMS that the links between students and caregivers are exported")
}

/// Bytes in hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        // Writing to a string can't fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
