//! What a selftest tells, and whether all held.

use std::fmt::Write as _;

use crate::state::sqlite::Durability;

use super::check::Counts;
use super::school::DUE;

/// How the runs went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Runs {
    /// Killed while they lived.
    pub(super) killed: usize,
    /// Of these: some letters were out, others not.
    pub(super) amid: usize,
    /// Of these: a password was set whose letter was not out yet.
    pub(super) between: usize,
    /// At their end before the kill came.
    pub(super) ended: usize,
    /// Went on with what another had begun.
    pub(super) resumed: usize,
    /// Ended with an error.
    pub(super) failed: usize,
    /// Rounds that did not come to an end.
    pub(super) unfinished: usize,
    /// Rounds whose record does not verify.
    pub(super) unverified: usize,
}

impl Runs {
    pub(super) fn add(&mut self, other: &Self) {
        self.killed += other.killed;
        self.amid += other.amid;
        self.between += other.between;
        self.ended += other.ended;
        self.resumed += other.resumed;
        self.failed += other.failed;
        self.unfinished += other.unfinished;
        self.unverified += other.unverified;
    }

    fn breaches(&self) -> [(&'static str, usize); 3] {
        [
            ("runs that failed", self.failed),
            ("rounds that came to no end", self.unfinished),
            ("records that don't verify", self.unverified),
        ]
    }
}

/// The whole of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    pub(super) seed: u64,
    pub(super) rounds: usize,
    pub(super) runs: Runs,
    pub(super) counts: Counts,
    pub(super) durability: Option<Durability>,
    pub(super) file_system: Option<String>,
}

impl Report {
    fn breaches(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.counts.breaches().into_iter().chain(self.runs.breaches())
    }

    /// Nothing happened that must not.
    pub(super) fn holds(&self) -> bool {
        self.breaches().all(|(_, times)| times == 0) && self.durability.as_ref().is_none_or(Durability::is_durable)
    }

    /// Whether anything was tried at all.
    pub(super) fn proves(&self) -> bool {
        self.runs.killed > 0 && self.durability.is_some()
    }

    /// As a person reads it.
    pub(super) fn text(&self) -> String {
        let (runs, counts) = (&self.runs, &self.counts);
        let mut text =
            format!("Killed again and again: a made-up school of {DUE} caregivers who are due, seed {}\n\n", self.seed);
        let mut row = |times: usize, what: &str| {
            let _ = writeln!(text, "{times:>7}  {what}");
        };
        row(self.rounds, "rounds, each with a fresh school; one more was left in peace");
        row(runs.killed, "runs killed");
        row(runs.amid, "of these while some letters were out and others not");
        row(runs.between, "of these between somebody's password and their letter");
        row(runs.ended, "runs that came to their end");
        row(runs.resumed, "runs that went on with what another had begun");
        row(counts.passwords, "passwords set");
        row(counts.replays, "set again, the same: taken up where a run had died");
        row(counts.copies, "copies of a letter, byte for byte the same");
        text.push_str("\nThis must be 0:\n\n");
        for (what, times) in self.breaches() {
            let _ = writeln!(text, "{times:>7}  {what}");
        }
        text.push_str(&self.disk());
        text
    }

    fn disk(&self) -> String {
        let system = self.file_system.as_deref().unwrap_or("unknown to this system");
        let mut text = format!("\nFile system    {system}\n");
        if let Some(Durability { journal, synchronous }) = &self.durability {
            let _ = writeln!(text, "State          SQLite, journal mode {journal}, synchronous {synchronous}");
        }
        if self.durability.as_ref().is_some_and(|found| !found.is_durable()) {
            text.push_str("               a power cut may undo what was committed here\n");
        }
        if self.file_system.as_deref().is_some_and(|kind| ["tmpfs", "ramfs"].contains(&kind)) {
            text.push_str("               this is memory, no disk: name a folder on your disk with `--in`\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Report {
        let durability = Some(Durability { journal: "wal".to_owned(), synchronous: "full" });
        Report { rounds: 1, runs: Runs { killed: 3, ..Runs::default() }, durability, ..Report::default() }
    }

    #[test]
    fn each_thing_that_must_not_be_is_a_failure_and_stands_in_the_text() {
        assert!(good().holds() && good().proves());
        let lost = Report { counts: Counts { lost: 2, ..Counts::default() }, ..good() };
        assert!(!lost.holds() && lost.text().contains("      2  lost letters\n"), "{}", lost.text());
        let failed = Report { runs: Runs { failed: 1, ..Runs::default() }, ..good() };
        assert!(!failed.holds() && !failed.proves());
    }

    #[test]
    fn a_disk_that_may_forget_a_commit_is_a_failure() {
        let durability = Some(Durability { journal: "wal".to_owned(), synchronous: "normal" });
        let report = Report { durability, file_system: Some("tmpfs".to_owned()), ..good() };
        assert!(!report.holds());
        assert!(report.text().contains("a power cut may undo") && report.text().contains("`--in`"));
    }
}
