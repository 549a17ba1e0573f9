//! Rules about what goes with which format of the roster.

use crate::diagnostic::Diagnostics;

use super::super::node::{Node, Value};
use super::Page;

/// The formats that say themselves whether everybody is in an export.
const SAYS_ITSELF: &[&str] = &["ide", "kamar", "oneroster"];

/// The format of a roster; `None` where that has the wrong shape.
fn format(roster: &Node) -> Option<&str> {
    matches!(roster.value, Value::Map(_)).then(|| roster.text_of("format").unwrap_or("csv"))
}

/// Whether it is in a format whose columns the rollout names.
pub(super) fn has_columns(roster: &Node) -> bool {
    matches!(format(roster), Some("csv" | "xlsx"))
}

/// `csv` needs headings; formats that fix their own have no use for others.
pub(super) fn columns_fit_the_format(page: &Page<'_>, problems: &mut Diagnostics) {
    for roster in page.rosters() {
        if let Some(format) = format(roster) {
            columns_fit(page, roster, format, problems);
        }
    }
}

fn columns_fit(page: &Page<'_>, roster: &Node, format: &str, problems: &mut Diagnostics) {
    match (format, roster.entry("columns")) {
        ("csv" | "xlsx", None) => {
            let message = format!("format `{format}` needs `columns`: the heading of each column that is read");
            let problem = page.error("rollout::no-columns", roster.span, message);
            let help = "write `columns: {caregiver-id: …, email: …, student-id: …}` with the headings of the export";
            problems.push(problem.with_help(help));
        }
        ("ide" | "kamar" | "oneroster" | "sds", Some(columns)) => {
            let message = format!("format `{format}` fixes its own headings, so that `columns` has no meaning");
            let problem = page.error("rollout::columns-fixed", columns.key_span, message);
            problems.push(problem.with_help("take `columns` out; for a CSV of your own making, write `format: csv`"));
        }
        _ => {}
    }
}

/// Only `ide` looks for the year level elsewhere, in one place.
pub(super) fn year_from_one_place(page: &Page<'_>, problems: &mut Diagnostics) {
    for roster in page.rosters() {
        year_from(page, roster, problems);
    }
}

fn year_from(page: &Page<'_>, roster: &Node, problems: &mut Diagnostics) {
    let Some(from) = roster.entry("year-from") else { return };
    let places = ["home-group", "groups"].iter().filter(|key| from.value.get(key).is_some()).count();
    let message = match format(roster) {
        Some("ide") if places == 1 => return,
        Some("ide") => "`year-from` has one of `home-group` and `groups`".to_owned(),
        Some(format) => format!("`year-from` has no meaning for format `{format}`, which has a column for the year"),
        None => return,
    };
    let problem = page.error("rollout::year-from", from.key_span, message);
    problems.push(problem.with_help(r"for format `ide`, write for instance `year-from: {home-group: '^(\d+)'}`"));
}

/// A file without a manifest can't say whether it is full.
pub(super) fn manifest_is_there(page: &Page<'_>, problems: &mut Diagnostics) {
    for roster in page.rosters() {
        let Some(format) = format(roster).filter(|format| !SAYS_ITSELF.contains(format)) else { continue };
        let Some(upload) = roster.get("upload").filter(|upload| upload.text() == Some("by-manifest")) else { continue };
        let message = format!("an export of format `{format}` does not say whether everybody is in it");
        let problem = page.error("rollout::no-manifest", upload.span, message);
        problems.push(problem.with_help("write `upload: full` or `upload: partial`"));
    }
}

/// What a format never says can't choose anybody.
pub(super) fn select_what_the_format_has(page: &Page<'_>, problems: &mut Diagnostics) {
    // Of several exports another may say it.
    let [roster] = page.rosters() else { return };
    let Some(format) = format(roster) else { return };
    let has_year = roster.get("year-from").is_some();
    let (criterion, help) = match format {
        "ide" if !has_year => ("years", r"write `year-from`, as in `year-from: {home-group: '^(\d+)'}`"),
        "sds" => ("classes", "choose by `years`, or by `students`"),
        "edge" => ("schools", "leave it out: the export is one school's"),
        _ => return,
    };
    for select in page.root.items("cohorts").iter().filter_map(|cohort| cohort.get("select")) {
        let Some(entry) = select.entry(criterion) else { continue };
        let message = format!("nobody fits: an export of format `{format}` does not say `{criterion}`");
        problems.push(page.warning("rollout::no-column", entry.key_span, message).with_help(help));
    }
}
