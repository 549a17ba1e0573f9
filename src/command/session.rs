//! What every command is handed: the project's folder, the screen, time, chance, and what this machine's settings say.

use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Style, render_in};
use crate::edge::{Clock, Random, Watch};
use crate::model::entry::Actor;
use crate::report::{Personal, View};

use super::events::Stream;
use super::hosts::Hosts;
use super::trouble::{Trouble, in_words};

/// A line of a document that is longer is cut around the mark, also where there is no terminal.
const WIDEST: usize = 120;

/// What every command is handed.
pub struct Session<'a> {
    /// The project's folder, as the person named it.
    pub dir: Utf8PathBuf,
    /// Where the sealing key lives, when it is a file.
    pub config_dir: Option<Utf8PathBuf>,
    /// Where this system keeps temporary files.
    pub temporary: Utf8PathBuf,
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
    /// The program's own arguments, for completions and manual pages.
    pub program: fn() -> clap::Command,
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
    /// `--json-into FILE`: the same for programs, as it happens.
    pub events: Option<Stream>,
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
            if let Some(events) = &mut self.events {
                events.diagnostic(diagnostic);
            }
            let diagnostic = &as_shown(diagnostic, self.personal);
            let _ = self.err.write_all(render_in(diagnostic, style, width).as_bytes());
        }
        let errors = diagnostics.sorted().iter().filter(|one| one.severity == Severity::Error).count();
        match errors {
            0 => {}
            1 => self.say("1 error. Nothing was done."),
            more => self.say(&format!("{more} errors. Nothing was done.")),
        }
    }

    /// Says why a command could not do its work.
    pub fn trouble(&mut self, trouble: &Trouble) {
        match trouble {
            Trouble::Documents(diagnostics) => self.problems(diagnostics),
            other => {
                let words = in_words(other);
                if let Some(events) = &mut self.events {
                    events.error(&words);
                }
                self.say(&format!("error: {words}"));
            }
        }
    }

    /// How reports are to look.
    pub fn view(&self, summary_only: bool) -> View {
        View { personal: self.personal, colour: self.colour, width: self.width, summary_only }
    }
}

/// Where nothing personal may be shown: without a roster's rows, without reasons, without addresses.
fn as_shown(diagnostic: &Diagnostic, personal: Personal) -> Diagnostic {
    if personal == Personal::Full {
        return diagnostic.clone();
    }
    let mut shown = diagnostic.discreet();
    let is_personal =
        |text: &String| shown.code.starts_with("roster::") || text.contains("because") || text.contains('@');
    if shown.source.as_ref().is_some_and(is_personal) {
        shown.source = None;
    }
    shown.message = personal.addresses_in(&shown.message);
    shown.help = shown.help.map(|help| personal.addresses_in(&help));
    shown
}

impl Session<'_> {
    /// A path inside the project, shown without `./`.
    pub fn path(&self, name: impl AsRef<Utf8Path>) -> Utf8PathBuf {
        if self.dir == "." { name.as_ref().to_owned() } else { self.dir.join(name) }
    }
}
