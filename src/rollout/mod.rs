//! The rollout: `rollout.yaml` read, checked, and turned into what the school means. Every mistake is reported in one
//! run, each with its place. What it means for people (who is due, who is held) is reconcile's business; whether its ids
//! exist in the roster is asked in [`check_against_roster`].
//!
//! ```text
//! bytes -> text -> tree with places -> shape and rules (problems) -> document as written -> rollout as meant
//!         text.rs      index.rs         shape.rs   check/             document/             mean.rs
//! ```

mod against_roster;
mod check;
mod document;
mod form;
mod hints;
mod hosts;
mod id_file;
mod index;
mod look_alikes;
mod mail;
mod mean;
mod mean_lms;
mod mean_mail;
mod mean_moodle;
mod mean_people;
mod mean_roster;
mod moodle;
mod nearest;
mod node;
mod people;
mod project;
mod reference;
#[expect(clippy::module_inception, reason = "the rollout as it is meant stands in the file of its name")]
mod rollout;
mod schema;
mod secrets;
mod selectors;
mod shape;
mod source;
mod text;
mod ultranet;

#[cfg(test)]
mod tests;

use camino::Utf8Path;
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Span};
use crate::files;

pub use against_roster::check_against_roster;
pub use document::DEFAULT_STATE;
pub use hosts::{HostEntry, HostsDocument, hosts};
pub use id_file::read_ids;
pub use mail::{Hours, MailSettings, Mailbox, Pace, SignIn, SignInWith, SmtpSettings, Tls, Transport};
pub use moodle::{MoodleSettings, PasswordPolicy, StudentField};
pub use people::{Distinct, HoldRule, Moved, Reissue};
pub use project::{Outside, Project};
pub use reference::reference_page;
pub use rollout::*;
pub use schema::schema;
pub use selectors::{RosterWords, check_selectors, selects_students};
pub use ultranet::{Ultranet, UserIdPart, UserIdRecipe};

use document::Unreadable;
use source::Source;

/// Nobody reads more at once; who mends these sees the rest. It bounds the time that a hostile document can take, too.
const MOST_PROBLEMS: usize = 200;

/// Reads a rollout. Warnings and notes come with it; with errors there is none.
pub fn read(file: &Utf8Path) -> Result<(Rollout, Diagnostics), Diagnostics> {
    let project = Project::of_file(file);
    let is_linked_out = project.resolve(file.file_name().unwrap_or_default()).is_err();
    if is_linked_out {
        let message = format!("`{file}` {}", Outside::Linked.why());
        let problem = Diagnostic::error("rollout::outside-project", message).with_place(Place::file(file));
        return Err(problem.with_help("put the rollout itself into the project's folder, not a link to it").into());
    }
    let bytes = files::read_regular(file).map_err(|error| {
        let (code, help) = match error.kind() {
            std::io::ErrorKind::NotFound => (
                "rollout::missing",
                "run this in the project's folder, or name that with `-C FOLDER`; `firstbell init` begins a new project",
            ),
            _ => ("rollout::unreadable", "the rollout is a file that this account may read"),
        };
        let message = format!("the rollout can't be read: {error}");
        Diagnostics::from(Diagnostic::error(code, message).with_place(Place::file(file)).with_help(help))
    })?;
    read_bytes(file, &bytes, &project)
}

/// Reads a length of time as the rollout writes it (`90m`, `24h`, `7d`); else what is wrong with it.
pub fn length_of_time(text: &str) -> Result<SignedDuration, String> {
    use form::Form as _;
    let length = form::Length::read(text).map_err(|misfit| format!("{}: {}", misfit.message, misfit.help))?;
    SignedDuration::try_from(length).map_err(|error| error.to_string())
}

/// Reads a rollout that is in memory, as if it were `file` of this project.
pub fn read_bytes(file: &Utf8Path, bytes: &[u8], project: &Project) -> Result<(Rollout, Diagnostics), Diagnostics> {
    let text = text::decode(file, bytes)?;
    let source = Source::new(file, text).hiding(&secrets::in_text(text));
    let mut problems = Diagnostics::new();
    let root = index::index(&source, text, &mut problems);
    match &root {
        Some(root) => look_alikes::in_tree(&source, root, &mut problems),
        None => look_alikes::in_text(&source, text, &mut problems),
    }
    let Some(root) = root.filter(|root| is_mapping(root, &source, &mut problems)) else {
        if problems.is_empty() {
            problems.push(text::nothing_in_it(file));
        }
        return Err(problems);
    };
    let schema = schema();
    let source = source.hiding(&secrets::written_here(&root, &schema)).about_people(about_people(&root));
    shape::check(&source, &root, &schema, &mut problems);
    check::check(&check::Page { source: &source, root: &root, project }, &mut problems);
    if problems.has_errors() {
        return Err(problems);
    }
    let setting = mean::Setting { source: &source, root: &root, project, sha256: sha256(bytes) };
    let document = document::parse(text).map_err(|error| unreadable(&source, &error))?;
    match mean::mean(document, &setting) {
        Ok(rollout) => Ok((rollout, problems)),
        Err(failure) => Err(Diagnostics::from(*failure)),
    }
}

/// The lines of the lists that name people, each up to the next key.
fn about_people(root: &node::Node) -> Vec<(u32, u32)> {
    let lines: Vec<(u32, &str)> =
        root.entries().iter().map(|entry| (entry.key_span.line, entry.key.as_str())).collect();
    let is_list = |key: &str| ["hold", "moved", "distinct", "reissue", "override"].contains(&key);
    let ends = lines.iter().skip(1).map(|(line, _)| line.saturating_sub(1)).chain([u32::MAX]);
    let lists = lines.iter().zip(ends).filter(|((_, key), _)| is_list(key));
    lists.map(|(&(from, _), to)| (from, to.max(from))).collect()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn is_mapping(root: &node::Node, source: &Source<'_>, problems: &mut Diagnostics) -> bool {
    match &root.value {
        node::Value::Map(_) => true,
        node::Value::Scalar(scalar) if scalar.kind() == node::Kind::Nothing => false,
        _ => {
            let problem =
                source.error("rollout::not-a-mapping", root.span, "a rollout is a mapping: lines of `key: value`");
            problems.push(problem.with_help("begin with `version: 1`"));
            false
        }
    }
}

/// The two readers of YAML disagree: rare, but then nothing may be done.
fn unreadable(source: &Source<'_>, error: &Unreadable) -> Diagnostics {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).max(1);
    let (line, column) = error.line_column.map_or((1, 1), |(line, column)| (number(line), number(column)));
    let span = Span { line, column, end_line: line, end_column: column };
    Diagnostics::from(source.error("rollout::yaml", span, format!("this can't be read: {}", error.message)))
}
