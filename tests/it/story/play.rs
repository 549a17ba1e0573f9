//! Plays the steps and writes the transcript.

use std::fmt::Write as _;
use std::path::Path;

use similar::{ChangeTag, TextDiff};

use super::school::School;
use super::script::Step;
use super::seen::Seen;

/// A story being played.
pub(super) struct Play {
    school: School,
    seen: Seen,
    /// The roster in place.
    roster: String,
    transcript: String,
}

impl Play {
    pub(super) fn new(folder: &Path) -> Self {
        let school = School::new(folder);
        let mut play = Self { school, seen: Seen::default(), roster: String::new(), transcript: String::new() };
        play.show("rollout.yaml, below the head that the stories share", &play.school.own("rollout.yaml"));
        if play.school.has_own("lms.json") {
            play.show("the LMS", &play.school.own("lms.json"));
        }
        play
    }

    pub(super) fn step(&mut self, step: &Step) {
        match step {
            Step::Tell(text) => self.line(text),
            Step::Now(at) => {
                self.school.set_clock(*at);
                self.line(&at.strftime("== %a %-d %b %Y, %H:%M").to_string());
            }
            Step::Roster { file, exported } => self.roster(file, *exported),
            Step::File(name) => {
                let text = self.school.own(name);
                self.school.world.write(name, &text);
                self.show(name, &text);
            }
            Step::Add(text) => self.edit(&format!("rollout.yaml: + {text}"), |rollout| format!("{rollout}{text}\n")),
            Step::Drop(text) => self.drop_lines(text),
            Step::Replace(old, new) => {
                assert!(self.school.world.read("rollout.yaml").contains(old), "the rollout does not hold `{old}`");
                self.edit(&format!("rollout.yaml: - {old}\nrollout.yaml: + {new}"), |text| text.replace(old, new));
            }
            Step::Lms { caregiver, key, value } => {
                self.school.change_account(caregiver, key, value);
                self.line(&format!("at the LMS: the account of {caregiver} gets {key}: {value}"));
            }
            Step::NewAccount(account) => {
                self.school.add_account(account);
                self.line(&format!("at the LMS: a new account {account}"));
            }
            Step::Accident(words, accident) => {
                self.line(&format!("(in this apply {words})"));
                self.school.accident = accident.clone();
            }
            Step::Interrupt(after) => {
                self.line(&format!("(Ctrl-C in this apply, when {after} of the caregivers are finished)"));
                self.school.interrupt_after = Some(*after);
            }
            Step::Command(words) => self.command(words),
        }
    }

    /// What was told, with one line end at its foot.
    pub(super) fn finish(self) -> String {
        self.transcript.trim_end().to_owned() + "\n"
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.transcript, "{text}");
    }

    /// The contents of a file, marked as such.
    fn show(&mut self, name: &str, text: &str) {
        self.line(&format!("-- {name}"));
        for line in text.lines() {
            self.line(format!("   {line}").trim_end());
        }
        self.line("");
    }

    /// A roster is shown whole the first time, later by what differs.
    fn roster(&mut self, file: &str, exported: Option<jiff::civil::DateTime>) {
        let text = self.school.own(file);
        self.school.put_roster(&text, exported);
        let at = exported.map_or_else(String::new, |at| at.strftime(", exported %-d %b %Y, %H:%M").to_string());
        let before = std::mem::replace(&mut self.roster, text.clone());
        if before.is_empty() {
            return self.show(&format!("{file} is the roster{at}"), &text);
        }
        let mut changes = String::new();
        for change in TextDiff::from_lines(&before, &text).iter_all_changes() {
            match change.tag() {
                ChangeTag::Delete => changes.push_str("- "),
                ChangeTag::Insert => changes.push_str("+ "),
                ChangeTag::Equal => continue,
            }
            changes.push_str(change.value());
        }
        let changes = if changes.is_empty() { "(the same rows)".to_owned() } else { changes };
        self.show(&format!("{file} is the roster now{at}"), &changes);
    }

    fn edit(&mut self, told: &str, change: impl FnOnce(String) -> String) {
        let rollout = self.school.world.read("rollout.yaml");
        self.school.world.write("rollout.yaml", &change(rollout));
        self.line(told);
    }

    fn drop_lines(&mut self, text: &str) {
        let rollout = self.school.world.read("rollout.yaml");
        let (gone, kept): (Vec<&str>, Vec<&str>) = rollout.lines().partition(|line| line.contains(text));
        assert!(!gone.is_empty(), "no line of the rollout holds `{text}`");
        let kept = kept.join("\n") + "\n";
        for line in gone {
            self.line(&format!("rollout.yaml: - {line}"));
        }
        self.school.world.write("rollout.yaml", &kept);
    }

    fn command(&mut self, words: &[String]) {
        let quoted = words.iter().map(|word| if word.contains(' ') { format!("\"{word}\"") } else { word.clone() });
        let typed = quoted.collect::<Vec<_>>().join(" ");
        let said = self.school.run(words);
        self.line(&format!("\n$ firstbell {typed}"));
        let text = said.text.trim_start_matches('\n');
        self.transcript += text;
        if !text.is_empty() && !text.ends_with('\n') {
            self.line("");
        }
        self.line(&format!("[{}]", said.end));
        self.transcript += &self.seen.news(&self.school.world);
        self.line("");
    }
}
