//! What every command is handed: the project's folder, the screen, time, chance, and what this machine's settings say.

use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostics, Severity, Style, render_in};
use crate::edge::{Clock, Random, Watch};
use crate::model::entry::Actor;
use crate::report::{Personal, View};

use super::hosts::Hosts;

/// A line of a document that is longer is cut around the mark, also where there is no terminal.
const WIDEST: usize = 120;

/// What every command is handed.
pub struct Session<'a> {
    /// The project's folder, as the person named it.
    pub dir: Utf8PathBuf,
    /// Where the sealing key lives, when it is a file.
    pub config_dir: Option<Utf8PathBuf>,
    /// `FIRSTBELL_KEY`, when it is set.
    pub key: Option<String>,
    /// Where this machine's secrets may go.
    pub hosts: Hosts,
    /// Who runs this.
    pub actor: Actor,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Whether time was fixed by `--now`: only with sandbox and outbox.
    pub is_clock_fixed: bool,
    /// Makes a source of chance.
    pub random: &'a dyn Fn() -> Box<dyn Random>,
    /// What people see.
    pub screen: Screen<'a>,
    /// Looks on while a plan is carried out.
    pub watch: &'a mut dyn Watch,
    /// `--lock FILE`.
    pub lock: Option<Utf8PathBuf>,
}

/// What people see, and are asked.
pub struct Screen<'a> {
    /// The answer: plan, report, JSON.
    pub out: &'a mut dyn Write,
    /// Progress, diagnostics, hints.
    pub err: &'a mut dyn Write,
    /// What may be shown of people.
    pub personal: Personal,
    /// Colour on the answer.
    pub colour: bool,
    /// Colour beside it.
    pub err_colour: bool,
    /// Columns of the terminal, where there is one.
    pub width: Option<usize>,
    /// Asks a question that is answered with yes; `None` where nobody is there to answer.
    pub ask: Option<&'a mut dyn FnMut(&str) -> bool>,
    /// Why an answer did not get to where it was sent (a full disk).
    pub lost: Option<io::Error>,
}

impl Screen<'_> {
    /// Prints the answer. A reader that has gone away is no error of ours.
    pub fn answer(&mut self, text: &str) {
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        self.lost = written.err().filter(|error| error.kind() != io::ErrorKind::BrokenPipe).or(self.lost.take());
    }

    /// Says something beside the answer, a line.
    pub fn say(&mut self, text: &str) {
        let _ = writeln!(self.err, "{text}");
    }

    /// Shows problems, sorted by place; with a last line that counts the errors.
    pub fn problems(&mut self, diagnostics: &Diagnostics) {
        let style = if self.err_colour { Style::Coloured } else { Style::Plain };
        let width = self.width.unwrap_or(usize::MAX).min(WIDEST);
        for diagnostic in diagnostics.sorted() {
            let _ = self.err.write_all(render_in(diagnostic, style, width).as_bytes());
        }
        let errors = diagnostics.sorted().iter().filter(|one| one.severity == Severity::Error).count();
        match errors {
            0 => {}
            1 => self.say("1 error. Nothing was done."),
            more => self.say(&format!("{more} errors. Nothing was done.")),
        }
    }

    /// How reports are to look.
    pub fn view(&self, summary_only: bool) -> View {
        View { personal: self.personal, colour: self.colour, width: self.width, summary_only }
    }
}

impl Session<'_> {
    /// A path inside the project, shown without `./`.
    pub fn path(&self, name: impl AsRef<Utf8Path>) -> Utf8PathBuf {
        if self.dir == "." { name.as_ref().to_owned() } else { self.dir.join(name) }
    }
}
