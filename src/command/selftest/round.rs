//! One round: a fresh school, an apply that is killed again and again, then applies until nothing is left, then the look at
//! what is there.

use std::io;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::edge::{Clock, Random};
use crate::files::{self, Kind};
use crate::lms::sandbox;
use crate::mail::arrived;

use super::check::{self, Counts, Letters, Told};
use super::program::{Ended, Program};
use super::report::Runs;
use super::school::{self, Caregiver};

/// So many runs of one round meet a kill, where it comes in time.
const KILLS: usize = 12;
/// So often is gone on with: two cohorts, one after the other, and some to spare.
const TRIES: usize = 5;
/// Waits are drawn in so many parts of half the time that an undisturbed run takes: what is left grows less with each run.
const PARTS: u32 = 10_000;
const OF_WHOLE: u32 = 2;

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

/// One round.
pub(super) struct Round<'a> {
    pub(super) program: Program,
    pub(super) people: &'a [Caregiver],
    pub(super) clock: &'a dyn Clock,
    /// The letters as they lay there after the last kill.
    seen: Letters,
    pub(super) runs: Runs,
    pub(super) counts: Counts,
}

impl<'a> Round<'a> {
    /// Lays the school out in a new folder.
    pub(super) fn new(program: Program, people: &'a [Caregiver], clock: &'a dyn Clock) -> io::Result<Self> {
        files::make_dir(&program.folder.join("home"))?;
        for (name, text) in school::files(people) {
            let path = program.folder.join("project").join(name);
            if let Some(folder) = path.parent() {
                files::make_dir(folder)?;
            }
            files::create_new(&path, text.as_bytes())?;
        }
        Ok(Self { program, people, clock, seen: Letters::new(), runs: Runs::default(), counts: Counts::default() })
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        self.program.folder.join("project").join(name)
    }

    /// Where the state lies.
    pub(super) fn state(&self) -> Utf8PathBuf {
        self.path("state/firstbell.db")
    }

    /// How long a run takes that nobody disturbs.
    pub(super) fn undisturbed(&mut self) -> io::Result<Duration> {
        let begin = self.clock.now();
        let ended = self.program.run(&APPLY)?;
        self.runs.failed += usize::from(ended != Ended::Itself(0));
        Ok(Duration::try_from(self.clock.now().duration_since(begin)).unwrap_or_default())
    }

    /// Kills run after run, each after a part of `whole`. It ends early where
    /// all letters are out, and where `stop` says so.
    pub(super) fn kill(&mut self, whole: Duration, random: &mut dyn Random, stop: &dyn Fn() -> bool) -> io::Result<()> {
        for _ in 0..KILLS {
            if stop() || self.seen.len() >= school::DUE {
                return Ok(());
            }
            let is_begun = files::exists(&self.state());
            let wait = whole.saturating_mul(random.below(PARTS)) / (PARTS * OF_WHOLE);
            let ended = self.program.run_and_kill(&APPLY, wait, self.clock)?;
            self.runs.resumed += usize::from(is_begun && self.seen.len() < school::DUE);
            self.note(ended, stop)?;
        }
        Ok(())
    }

    /// Notes how a run ended, and whether it changed a letter that lay there.
    fn note(&mut self, ended: Ended, stop: &dyn Fn() -> bool) -> io::Result<()> {
        let letters = self.letters()?;
        let changed = self.seen.iter().filter(|(name, bytes)| letters.get(*name).is_some_and(|now| now != *bytes));
        self.counts.twice += changed.count();
        match ended {
            Ended::Killed => {
                self.runs.killed += 1;
                self.runs.amid += usize::from(!letters.is_empty() && letters.len() < school::DUE);
                self.runs.between += usize::from(self.effects()?.passwords > letters.len());
            }
            Ended::Itself(0) => self.runs.ended += 1,
            // Ctrl-C at the terminal reaches the child as well.
            Ended::Itself(_) => self.runs.failed += usize::from(!stop()),
        }
        self.seen = letters;
        Ok(())
    }

    /// Applies until a plan finds nothing more to do.
    pub(super) fn finish(&mut self, stop: &dyn Fn() -> bool) -> io::Result<()> {
        for _ in 0..TRIES {
            if stop() {
                return Ok(());
            }
            self.runs.resumed += usize::from(files::exists(&self.state()) && self.seen.len() < school::DUE);
            let ended = self.program.run(&APPLY)?;
            self.note(ended, stop)?;
            if self.program.run(&["plan", "--detailed-exitcode"])? == Ended::Itself(0) {
                return Ok(());
            }
        }
        self.runs.unfinished += 1;
        Ok(())
    }

    /// Looks at what is there.
    pub(super) fn look(&mut self) -> io::Result<()> {
        let accounts = self.path("state/lms.json");
        let letters = self.letters()?;
        let signs_in =
            |told: &Told| sandbox::sign_in(&accounts, &told.username, &told.password).is_ok_and(|is_right| is_right);
        let effects = self.effects()?;
        self.counts.add(&effects);
        self.counts.add(&check::letters(self.people, &letters, &signs_in));
        let told: Vec<Told> = letters
            .values()
            .filter_map(|bytes| arrived::read(bytes))
            .filter_map(|letter| check::told(&letter))
            .collect();
        self.counts.leaks += leaks(&self.program.folder, &self.path("outbox"), &told)?;
        self.runs.unverified += usize::from(self.program.run(&["state", "verify"])? != Ended::Itself(0));
        Ok(())
    }

    /// What the LMS did so far.
    fn effects(&self) -> io::Result<Counts> {
        let log = sandbox::effects_path(&self.path("state/lms.json"));
        let bytes = if files::exists(&log) { files::read(&log)? } else { Vec::new() };
        Ok(check::effects(self.people, &String::from_utf8_lossy(&bytes)))
    }

    fn letters(&self) -> io::Result<Letters> {
        let outbox = self.path("outbox");
        if !files::is_dir(&outbox) {
            return Ok(Letters::new());
        }
        let names = files::list(&outbox)?.into_iter().filter(|name| Utf8Path::new(name).extension() == Some("eml"));
        names.map(|name| files::read(&outbox.join(&name)).map(|bytes| (name, bytes))).collect()
    }
}

/// So many files below a folder, the outbox left out, hold one of the passwords.
fn leaks(folder: &Utf8Path, outbox: &Utf8Path, told: &[Told]) -> io::Result<usize> {
    let mut found = 0;
    for name in files::list(folder)? {
        let path = folder.join(name);
        if path == outbox {
            continue;
        }
        if files::is_dir(&path) {
            found += leaks(&path, outbox, told)?;
        } else if matches!(files::kind(&path)?, Kind::File(_)) {
            let bytes = files::read(&path)?;
            let text = String::from_utf8_lossy(&bytes);
            found += usize::from(told.iter().any(|told| text.contains(told.password.reveal())));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::Password;

    #[test]
    fn a_password_outside_the_outbox_is_found_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let outbox = folder.join("outbox");
        for (name, bytes) in
            [("outbox/a.eml", &b"Word2-word"[..]), ("state/a.db", b"\0\xff..Word2-word\0"), ("b", b"x")]
        {
            files::make_dir(folder.join(name).parent().unwrap()).unwrap();
            files::replace(&folder.join(name), bytes).unwrap();
        }
        let told = |word: &str| Told { username: "a".to_owned(), password: Password::new(word.to_owned()) };
        assert_eq!(leaks(folder, &outbox, &[told("Other"), told("Word2-word")]).unwrap(), 1);
        assert_eq!(leaks(folder, &outbox, &[told("Other")]).unwrap(), 0);
    }
}
