//! `firstbell state secrets`: where a password still is. It opens nothing.

use std::fmt::Write as _;

use camino::Utf8Path;
use jiff::Timestamp;

use crate::files;
use crate::report;
use crate::rollout::{Rollout, Transport};
use crate::state::record::Access;

use super::super::exit::Exit;
use super::super::session::Session;
use super::super::trouble::Trouble;
use super::super::{letters, place, project};

/// Runs it.
pub(super) fn run(session: &mut Session<'_>, rollout: &Rollout) -> Result<Exit, Trouble> {
    let mut held = place::of(session, rollout)?.look()?;
    let sealed = if held.exists() { held.open(Access::Read)?.secrets()? } else { Vec::new() };
    let now = session.clock.now();
    let mut text = String::new();
    for one in &sealed {
        let id = session.screen.personal.id(&one.caregiver);
        let letter = one.letter.map_or_else(String::new, |letter| format!(", letter {letter}"));
        let age = age(now, one.since);
        let _ = writeln!(text, "{id}  activation {}, {}{letter}, sealed {age}", one.number, one.stage);
    }
    let count = report::count(sealed.len() as u64, "activation is", "activations are");
    let _ = writeln!(text, "{count} sealed in the state.");
    if let Some(ultranet) = rollout.lms.ultranet() {
        hand_overs(session, &ultranet.folder, now, &mut text)?;
    }
    pages(session, now, &mut text)?;
    if let Transport::Outbox { path } = &rollout.mail.transport {
        artefacts(session, path, now, &mut text)?;
    }
    session.screen.answer(&text);
    Ok(Exit::Done)
}

fn age(now: Timestamp, since: Timestamp) -> String {
    match now.duration_since(since).as_hours() {
        ..1 => "less than an hour ago".to_owned(),
        hours @ 1..48 => format!("{hours} h ago"),
        hours => format!("{} days ago", hours / 24),
    }
}

/// Each letter tells a password in clear until its parent has changed it.
fn artefacts(session: &Session<'_>, folder: &Utf8Path, now: Timestamp, text: &mut String) -> Result<(), Trouble> {
    let shown = project::shown(session, folder);
    let names = if files::is_dir(folder) { list(folder)? } else { Vec::new() };
    let oldest = names.iter().filter_map(|name| files::modified(&folder.join(name)).ok()).min();
    let count = report::count(names.len() as u64, "letter", "letters");
    let since = oldest.map_or_else(String::new, |since| format!(", the oldest written {}", age(now, since)));
    let _ = writeln!(text, "{count} in `{shown}` with a password in clear{since}.");
    if !names.is_empty() {
        text.push_str("Remove them once they are sent: firstbell never needs a letter again that was handed over.\n");
    }
    Ok(())
}

/// A hand-over has the passwords of all its people until somebody has confirmed it.
fn hand_overs(session: &Session<'_>, folder: &Utf8Path, now: Timestamp, text: &mut String) -> Result<(), Trouble> {
    let shown = project::shown(session, folder);
    for name in imports(folder)? {
        let since = files::modified(&folder.join(&name)).map_or_else(|_| String::new(), |at| age(now, at));
        let _ = writeln!(text, "`{}`, a hand-over that nobody has confirmed, written {since}.", shown.join(&name));
    }
    Ok(())
}

/// A file of pages has the passwords of all its people until somebody has said what became of it.
fn pages(session: &Session<'_>, now: Timestamp, text: &mut String) -> Result<(), Trouble> {
    let folder = letters::folder(session);
    let shown = project::shown(session, &folder);
    for name in with_extension(&folder, "pdf")? {
        let since = files::modified(&folder.join(&name)).map_or_else(|_| String::new(), |at| age(now, at));
        let _ = writeln!(
            text,
            "`{}`, pages to print with passwords in clear, written {since}. `firstbell letters --cohort NAME --printed` removes it.",
            shown.join(&name)
        );
    }
    Ok(())
}

/// The import files of a folder of hand-overs.
pub(super) fn imports(folder: &Utf8Path) -> Result<Vec<String>, Trouble> {
    let names = with_extension(folder, "csv")?;
    Ok(names.into_iter().filter(|name| !name.ends_with("-children.csv") && !name.starts_with('.')).collect())
}

/// The letters of a folder.
pub(super) fn list(folder: &Utf8Path) -> Result<Vec<String>, Trouble> {
    with_extension(folder, "eml")
}

/// The files of a kind; none where there is no such folder.
fn with_extension(folder: &Utf8Path, extension: &str) -> Result<Vec<String>, Trouble> {
    if !files::is_dir(folder) {
        return Ok(Vec::new());
    }
    let names = files::list(folder).map_err(|error| Trouble::file(format!("listing `{folder}`"), error))?;
    Ok(names.into_iter().filter(|name| Utf8Path::new(name).extension() == Some(extension)).collect())
}
