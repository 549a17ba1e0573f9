//! `--json-into FILE`: what happens, as JSON lines beside the human output, each written at once. The file is opened before
//! anything else is done: one that can't be written stops the command before any effect.

use std::io::{self, Write};

use camino::Utf8Path;

use crate::diagnostic::Diagnostic;
use crate::edge::{Step, Watch};
use crate::files;
use crate::plan::Plan;
use crate::report::View;
use crate::report::events::Events;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

/// What every stream begins with: by that it is known that a file may be written anew.
const BEGINNING: &[u8] = b"{\"type\":\"version\"";

/// An open stream.
#[derive(Debug)]
pub struct Stream {
    events: Events,
    file: files::File,
    /// Why it could not be written to its end.
    lost: Option<io::Error>,
}

/// Opens the stream, where one is asked for.
pub(super) fn begin(session: &mut Session<'_>, path: Option<&Utf8Path>) -> Result<(), Trouble> {
    let Some(path) = path else { return Ok(()) };
    let failed = |error| Trouble::file(format!("the events can't be written to `{path}`, so nothing was done"), error);
    if let Ok(files::Kind::File(size)) = files::kind(path) {
        let is_ours = size == 0 || files::read(path).map_err(failed)?.starts_with(BEGINNING);
        if !is_ours {
            let what = format!("`{path}` holds something else than events, and is not overwritten; nothing was done");
            return Err(Trouble::new(Exit::Usage, what));
        }
        files::replace_private(path, b"").map_err(failed)?;
    }
    let mut file = files::open_append(path).map_err(failed)?;
    let events = Events::new(session.screen.personal);
    file.write_all(events.version().as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
    session.screen.events = Some(Stream { events, file, lost: None });
    Ok(())
}

impl Stream {
    /// A problem.
    pub(super) fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        self.write(&self.events.diagnostic(diagnostic));
    }

    /// Why the command could not do its work.
    pub fn error(&mut self, message: &str) {
        self.write(&self.events.error(message));
    }

    /// The plan.
    pub(super) fn planned(&mut self, plan: &Plan, view: &View) {
        let lines = self.events.planned(plan, view);
        self.write(&lines);
    }

    /// The last line; returns why the stream is not whole, if it is not.
    pub fn end(mut self, exit: Exit) -> Option<io::Error> {
        self.write(&self.events.summary(exit.code()));
        self.lost
    }

    fn write(&mut self, lines: &str) {
        if self.lost.is_none() {
            self.lost = self.file.write_all(lines.as_bytes()).and_then(|()| self.file.flush()).err();
        }
    }
}

/// Looks on for the stream, and passes everything on.
pub(super) struct Recording<'w> {
    pub(super) inner: &'w mut dyn Watch,
    pub(super) events: Option<&'w mut Stream>,
}

impl Watch for Recording<'_> {
    fn step(&mut self, step: Step<'_>) {
        if let Some(stream) = &mut self.events
            && let Some(line) = stream.events.step(&step)
        {
            stream.write(&line);
        }
        self.inner.step(step);
    }

    fn is_interrupted(&self) -> bool {
        self.inner.is_interrupted()
    }
}
