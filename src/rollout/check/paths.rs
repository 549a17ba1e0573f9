//! Rules about files: they lie inside the project, and a file of ids has ids.

use crate::diagnostic::{Diagnostic, Diagnostics};

use super::super::document::DEFAULT_STATE;
use super::super::form::{Form, Path};
use super::super::id_file;
use super::super::node::Node;
use super::super::project::Outside;
use super::Page;

const ROUTES: &[&[&str]] = &[
    &["lms", "path"],
    &["lms", "export"],
    &["state", "path"],
    &["mail", "outbox"],
    &["mail", "letter"],
    &["mail", "smtp", "ca"],
];

/// What is written to.
const WRITTEN: [(&[&str], &str); 3] =
    [(&["state", "path"], "the state"), (&["lms", "path"], "the LMS"), (&["mail", "outbox"], "the outbox")];

const ONE_FILE_TWICE: &str = "rollout::one-file-twice";

/// Folders whose files have other things in them, which no message may show.
const NO_LISTS: [&str; 5] = [".git", "state", "outbox", "handover", "paper"];

fn is_in(written: &str, folder: &str) -> bool {
    let mut parts = written.split('/').filter(|part| !part.is_empty() && *part != ".");
    parts.next() == Some(folder)
}

/// Every path that the rollout names.
pub(super) fn stay_inside(page: &Page<'_>, problems: &mut Diagnostics) {
    let rosters = page.rosters().iter().filter_map(|roster| roster.get("path"));
    let settings = rosters.chain(ROUTES.iter().filter_map(|route| page.root.at(route)));
    for node in settings.chain(id_files(page)) {
        if let Some((written, why)) = outside(page, node) {
            problems.push(leaves(page, node, written, why));
        }
    }
}

/// What firstbell writes to is one thing only: a state that is also the LMS would be spoilt by the first apply.
pub(super) fn each_file_is_one_thing(page: &Page<'_>, problems: &mut Diagnostics) {
    let resolved = |node: &Node| node.text().and_then(|text| page.project.resolve(text).ok());
    let fixed = |name: &str| page.project.resolve(name).ok();
    let mut taken: Vec<_> = [("rollout.yaml", "the rollout"), ("rollout.lock", "`rollout.lock`")]
        .into_iter()
        .filter_map(|(name, what)| Some((fixed(name)?, what)))
        .collect();
    taken.extend(page.rosters().iter().filter_map(|roster| Some((resolved(roster.get("path")?)?, "a roster"))));
    if page.root.at(&["state", "path"]).is_none() {
        taken.extend(fixed(DEFAULT_STATE).map(|path| (path, "the state")));
    }
    for (route, what) in WRITTEN {
        let Some(node) = page.root.at(route) else { continue };
        let Some(path) = resolved(node) else { continue };
        if let Some((_, other)) = taken.iter().find(|(there, _)| *there == path) {
            let message = format!("`{}` is {other} already, and can't be {what} too", node.text().unwrap_or_default());
            problems.push(page.error(ONE_FILE_TWICE, node.span, message).with_help("give it a path of its own"));
        }
        taken.push((path, what));
    }
}

/// Folders that have other things in them than letters with passwords, which somebody removes as a whole.
const NO_OUTBOX: [&str; 6] = [".git", "letters", "roster", "state", "handover", "paper"];

/// The outbox is a folder of its own: not what is committed, published or read.
pub(super) fn outbox_is_apart(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(node) = page.root.at(&["mail", "outbox"]) else { return };
    if problems.iter().any(|one| one.code == ONE_FILE_TWICE) {
        return;
    }
    let written = node.text().unwrap_or_default();
    if let Some(folder) = NO_OUTBOX.into_iter().find(|folder| is_in(written, folder)) {
        let message = format!("the outbox can't lie in `{folder}`, which has other files in it");
        let problem = page.error(ONE_FILE_TWICE, node.span, message);
        problems.push(
            problem.with_help(
                "write `outbox: outbox`, or another folder of its own, and keep that out of version control",
            ),
        );
    }
}

/// Every language of the letter, and the files in it: a link among them could put another file into every letter.
pub(super) fn letters_stay_inside(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(mail) = page.root.entry("mail") else { return };
    let (written, span) = match mail.value.get("letter") {
        Some(node) => (node.text().unwrap_or(""), node.span),
        None => ("letters/welcome", mail.key_span),
    };
    if Path::read(written).is_err() || page.project.resolve(written).is_err() {
        return;
    }
    for folder in page.project.variants(written) {
        // What lies in a folder elsewhere is nobody's business.
        let is_inside = page.project.resolve(&folder).is_ok();
        let files = if is_inside { page.project.list(&folder) } else { Vec::new() };
        for path in std::iter::once(folder).chain(files) {
            if let Err(why) = page.project.resolve(&path) {
                problems.push(page.error("rollout::outside-project", span, format!("`{path}` {}", why.why())));
            }
        }
    }
}

/// A file of ids is there, and has ids in it.
pub(super) fn id_files_have_ids(page: &Page<'_>, problems: &mut Diagnostics) {
    let heading = page.columns().and_then(|columns| columns.text_of("caregiver-id"));
    for node in id_files(page) {
        let Some(written) = node.text().filter(|text| Path::read(text).is_ok()) else { continue };
        let Ok(path) = page.project.resolve(written) else { continue };
        if let Some(folder) = NO_LISTS.into_iter().find(|folder| is_in(written, folder)) {
            let problem = page.error("rollout::id-file", node.span, format!("`{folder}` holds no list of ids"));
            problems.push(problem.with_help("put the list beside the rollout, for instance into `ids/`"));
            continue;
        }
        if let Err(unusable) = id_file::read(&path, heading) {
            let problem = page.error("rollout::id-file", node.span, format!("`{written}` {}", unusable.why()));
            problems.push(problem.with_help("write one caregiver id a line; the path begins at the rollout's folder"));
        }
    }
}

fn id_files<'a>(page: &Page<'a>) -> impl Iterator<Item = &'a Node> {
    page.root.items("cohorts").iter().filter_map(|cohort| cohort.at(&["select", "id-file"]))
}

fn outside<'n>(page: &Page<'_>, node: &'n Node) -> Option<(&'n str, Outside)> {
    let written = node.text().filter(|text| Path::read(text).is_ok())?;
    page.project.resolve(written).err().map(|why| (written, why))
}

fn leaves(page: &Page<'_>, node: &Node, written: &str, why: Outside) -> Diagnostic {
    page.error("rollout::outside-project", node.span, format!("`{written}` {}", why.why()))
        .with_help("everything a rollout names lies in its own folder; write the path from there, without `..`")
}
