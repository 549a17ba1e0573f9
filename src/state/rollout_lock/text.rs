//! The text of `rollout.lock`: a few `key: value` lines, each key once, nothing else.

use std::fmt::Write;

use camino::Utf8Path;

use super::{LockStatus, RolloutLock, VERSION};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span};
use crate::model::ids::{Lineage, RunNumber};
use crate::state::chain::Hash;

const HEAD: &str = "\
# How far this rollout has come. `firstbell apply` writes this file: commit it, don't edit it.
# It names nobody. It is how firstbell notices that somebody applies with an old copy of the state.
";

/// What to do about a file that can't be used.
pub(super) const RESTORE: &str = "take this file as it was after the last `firstbell apply` from version control; if it was \
    never there, and no newer state is anywhere, remove it: the next apply writes it anew";

/// The file's text.
pub(super) fn format(lock: &RolloutLock) -> String {
    let RolloutLock { lineage, run, status, serial, head, active, letters_sent } = lock;
    let mut text = HEAD.to_owned();
    // Writing into a String can't fail.
    let _ = write!(
        text,
        "version: {VERSION}\nlineage: {lineage}\nrun: {run}\nstatus: {}\nserial: {serial}\nhead: {head}\n\
         caregivers-active: {active}\nletters-sent: {letters_sent}\n",
        status.as_str()
    );
    text
}

/// Reads the file's text.
pub(super) fn parse(path: &Utf8Path, bytes: &[u8]) -> Result<RolloutLock, Diagnostics> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("`{path}` is not UTF-8 (byte {})", error.valid_up_to() + 1);
        problem("lock::garbled", message).with_place(Place::file(path))
    })?;
    let mut lines = Lines::read(path, text)?;
    lines.check_presence()?;
    lines.check_version()?;
    let lock = RolloutLock {
        lineage: lines.take("lineage", "32 hexadecimal digits", lineage).unwrap_or_else(|| Lineage::new("")),
        run: lines.take("run", "a number", number).unwrap_or(RunNumber(0)),
        status: lines.take("status", "`open` or `closed`", status).unwrap_or(LockStatus::Open),
        serial: lines.take("serial", "a number", number_64).unwrap_or_default(),
        head: lines.take("head", "64 hexadecimal digits", head).unwrap_or_default(),
        active: lines.take("caregivers-active", "a number", number_64).unwrap_or_default(),
        letters_sent: lines.take("letters-sent", "a number", number_64).unwrap_or_default(),
    };
    lines.finish()?;
    Ok(lock)
}

fn lineage(text: &str) -> Option<Lineage> {
    (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Lineage::new(text))
}

fn head(text: &str) -> Option<String> {
    Hash::parse(text).map(|hash| hash.to_string())
}

fn number(text: &str) -> Option<RunNumber> {
    number_64(text).and_then(|number| u32::try_from(number).ok()).map(RunNumber)
}

fn number_64(text: &str) -> Option<u64> {
    // `parse` alone would take a plus sign.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn status(text: &str) -> Option<LockStatus> {
    [LockStatus::Open, LockStatus::Closed].into_iter().find(|status| status.as_str() == text)
}

/// The lines that say something, and what is wrong with them.
struct Lines<'a> {
    path: &'a Utf8Path,
    left: Vec<Line<'a>>,
    problems: Diagnostics,
}

/// So many lines that are none are told.
const TOLD: usize = 5;

#[derive(Clone, Copy)]
struct Line<'a> {
    number: u32,
    whole: &'a str,
    key: &'a str,
    value: &'a str,
}

impl<'a> Lines<'a> {
    fn read(path: &'a Utf8Path, text: &'a str) -> Result<Self, Diagnostics> {
        let mut read = Self { path, left: Vec::new(), problems: Diagnostics::new() };
        for (number, whole) in (1..).zip(text.lines()) {
            if is_conflict_marker(whole) {
                return Err(read.conflict(number, whole));
            }
            if !whole.trim().is_empty() && !whole.starts_with('#') {
                read.add(number, whole);
            }
            // Some other file: a few of its lines show it.
            if read.problems.len() == TOLD {
                return Err(read.problems);
            }
        }
        Ok(read)
    }

    fn add(&mut self, number: u32, whole: &'a str) {
        let Some((key, value)) = whole.split_once(':') else {
            let what = "this line is not `key: value`".to_owned();
            return self.problems.push(self.garbled(number, whole, what));
        };
        if self.left.iter().any(|line| line.key == key) {
            return self.problems.push(self.garbled(number, whole, format!("`{key}` stands here a second time")));
        }
        self.left.push(Line { number, whole, key, value: value.trim() });
    }

    /// One problem for an empty file, not one for each key.
    fn check_presence(&self) -> Result<(), Diagnostics> {
        if !self.left.is_empty() || !self.problems.is_empty() {
            return Ok(());
        }
        Err(problem("lock::garbled", format!("nothing of a lock stands in `{}`", self.path))
            .with_place(Place::file(self.path))
            .into())
    }

    fn check_version(&mut self) -> Result<(), Diagnostics> {
        let newer = |line: &Line<'_>| number_64(line.value).is_some_and(|version| version > u64::from(VERSION));
        if let Some(line) = self.left.iter().find(|line| line.key == "version" && newer(line)) {
            let message = format!("this file was written by a newer firstbell (version {})", line.value);
            let newer = Diagnostic::error("lock::newer-version", message).with_help("use that one");
            return Err(self.at(line.number, line.whole, newer).into());
        }
        let expected = VERSION.to_string();
        self.take("version", &format!("`{expected}`"), |text| (text == expected).then_some(()));
        Ok(())
    }

    fn take<T>(&mut self, key: &str, expected: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let Some(at) = self.left.iter().position(|line| line.key == key) else {
            let missing = problem("lock::garbled", format!("`{key}` is missing")).with_place(Place::file(self.path));
            self.problems.push(missing);
            return None;
        };
        let line = self.left.remove(at);
        let value = read(line.value);
        if value.is_none() {
            self.problems.push(self.garbled(line.number, line.whole, format!("`{key}` is not {expected}")));
        }
        value
    }

    fn finish(mut self) -> Result<(), Diagnostics> {
        for line in std::mem::take(&mut self.left) {
            self.problems.push(self.garbled(line.number, line.whole, "this key is not known".to_owned()));
        }
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }

    fn conflict(&self, number: u32, whole: &str) -> Diagnostics {
        let message = "version control has left a conflict here: two copies of the project have applied apart";
        let help = "keep the side whose state is in use (`firstbell state verify` shows its run and its head), and apply only there";
        self.at(number, whole, Diagnostic::error("lock::merge-conflict", message).with_help(help)).into()
    }

    fn garbled(&self, number: u32, whole: &str, message: String) -> Diagnostic {
        self.at(number, whole, problem("lock::garbled", message))
    }

    fn at(&self, number: u32, whole: &str, diagnostic: Diagnostic) -> Diagnostic {
        let end_column = u32::try_from(whole.chars().count()).map_or(u32::MAX, |length| length.saturating_add(1));
        let span = Span { line: number, column: 1, end_line: number, end_column };
        diagnostic.with_place(Place::at(self.path, span)).with_source(whole)
    }
}

fn is_conflict_marker(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker))
}

fn problem(code: &'static str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, message).with_help(RESTORE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
# a comment
version: 1
lineage: 0123456789abcdef0123456789abcdef
run: 17
status: closed
serial: 321
head: abababababababababababababababababababababababababababababababab
caregivers-active: 312
letters-sent: 310
";

    /// Code, message and line of a problem.
    type Problem = (&'static str, String, Option<u32>);

    fn parsed(text: &str) -> Result<RolloutLock, Vec<Problem>> {
        parse(Utf8Path::new("rollout.lock"), text.as_bytes()).map_err(|problems| {
            let line = |place: &Option<Place>| place.as_ref().and_then(|place| place.span).map(|span| span.line);
            problems.sorted().iter().map(|one| (one.code, one.message.clone(), line(&one.place))).collect()
        })
    }

    #[test]
    fn a_good_file_is_read_whatever_its_line_ends() {
        let lock = parsed(GOOD).unwrap();
        assert_eq!((lock.run, lock.status, lock.letters_sent), (RunNumber(17), LockStatus::Closed, 310));
        assert_eq!(parsed(&GOOD.replace('\n', "\r\n")).unwrap(), lock);
        assert_eq!(parsed(&format(&lock)).unwrap(), lock);
    }

    #[test]
    fn each_mistake_has_its_code_and_line() {
        let cases: &[(&str, &str, &str, &str, Option<u32>)] = &[
            ("run: 17", "run: many", "lock::garbled", "`run` is not a number", Some(4)),
            ("run: 17", "run: -1", "lock::garbled", "`run` is not a number", Some(4)),
            ("run: 17", "run: 99999999999", "lock::garbled", "`run` is not a number", Some(4)),
            ("run: 17\n", "", "lock::garbled", "`run` is missing", None),
            ("run: 17", "run: 17\nrun: 18", "lock::garbled", "`run` stands here a second time", Some(5)),
            ("run: 17", "run 17", "lock::garbled", "this line is not `key: value`", Some(4)),
            ("status: closed", "status: ajar", "lock::garbled", "`status` is not `open` or `closed`", Some(5)),
            ("head: ab", "head: xy", "lock::garbled", "`head` is not 64 hexadecimal digits", Some(7)),
            ("lineage: 0", "lineage: ", "lock::garbled", "`lineage` is not 32 hexadecimal digits", Some(3)),
            ("run: 17", "run: 17\nschool: x", "lock::garbled", "this key is not known", Some(5)),
            ("version: 1", "version: 0", "lock::garbled", "`version` is not `1`", Some(2)),
            ("version: 1", "version: 2", "lock::newer-version", "this file was written by a newer firstbell", Some(2)),
            ("run: 17", "<<<<<<< ours", "lock::merge-conflict", "version control has left a conflict", Some(4)),
        ];
        for (from, to, code, message, line) in cases {
            let problems = parsed(&GOOD.replacen(from, to, 1)).unwrap_err();
            let found = problems.iter().find(|problem| problem.1.starts_with(message));
            let found = found.unwrap_or_else(|| panic!("{to}: {problems:?}"));
            assert_eq!((found.0, found.2), (*code, *line), "{to}");
        }
    }

    #[test]
    fn an_empty_file_is_one_problem_and_a_file_of_comments_too() {
        for text in ["", "\n\n", "# nothing\n"] {
            let problems = parsed(text).unwrap_err();
            assert_eq!(problems.len(), 1, "{text:?}");
            assert!(problems[0].1.contains("nothing of a lock"), "{problems:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        let problems = parse(Utf8Path::new("rollout.lock"), b"version: 1\n\xff\xfe").unwrap_err();
        assert_eq!(problems.sorted()[0].message, "`rollout.lock` is not UTF-8 (byte 12)");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(bytes: Vec<u8>) {
            let _ = parse(Utf8Path::new("rollout.lock"), &bytes);
        }
    }
}
