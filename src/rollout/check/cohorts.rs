//! Rules about cohorts.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostics;

use super::super::MOST_PROBLEMS;
use super::super::form::{Form, Percent};
use super::super::nearest;
use super::super::node::{Node, Value};
use super::circles::{Edges, circles};
use super::{Page, repeated};

/// A name belongs to one cohort.
pub(super) fn named_twice(page: &Page<'_>, problems: &mut Diagnostics) {
    let names = cohorts(page).filter_map(|(_, name)| Some((name.text()?.trim(), name)));
    repeated(names, |name, node, first: &Node| {
        let problem = page.error("rollout::cohort-twice", node.span, format!("a second cohort is named `{name}`"));
        let help = format!("line {} has that name already: what was done is recorded under it", first.span.line);
        problems.push(problem.with_help(help));
    });
}

/// Cohorts that are waited for, or trusted, exist.
pub(super) fn unknown(page: &Page<'_>, problems: &mut Diagnostics) {
    let known: BTreeSet<&str> = cohorts(page).filter_map(|(_, name)| Some(name.text()?.trim())).collect();
    let names: Vec<&str> = known.iter().copied().collect();
    let awaited = cohorts(page).flat_map(|(cohort, _)| cohort.items("after"));
    for node in awaited.chain(page.root.items("assume-never-signed-in")) {
        let Some(name) = node.text().map(str::trim).filter(|name| !known.contains(name)) else { continue };
        if problems.len() >= MOST_PROBLEMS {
            return;
        }
        let problem = page.error("rollout::unknown-cohort", node.span, format!("there is no cohort `{name}`"));
        problems.push(match nearest::help(name, &names) {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }
}

/// Cohorts that wait for each other would wait for ever.
pub(super) fn after_in_a_circle(page: &Page<'_>, problems: &mut Diagnostics) {
    let mut waits = Edges::new();
    for (cohort, name) in cohorts(page) {
        let awaited = cohort.items("after").iter().filter_map(|node| Some((node.text()?.trim(), node.span)));
        waits.entry(name.text().unwrap_or("").trim()).or_default().extend(awaited);
    }
    for circle in circles(&waits) {
        let message = format!("cohorts wait for each other: `{}`", circle.names.join("` -> `"));
        let problem = page.error("rollout::after-circle", circle.closed_at, message);
        problems.push(problem.with_help("take one `after` out, so that one of them can begin"));
    }
}

/// A cohort that selects by nothing is a mistake, not everybody.
pub(super) fn select_nothing(page: &Page<'_>, problems: &mut Diagnostics) {
    for cohort in page.root.items("cohorts") {
        let Some(select) = cohort.entry("select") else { continue };
        if matches!(&select.value.value, Value::Map(entries) if entries.is_empty()) {
            let problem = page.error("rollout::empty-select", select.key_span, "this cohort selects nobody");
            problems.push(problem.with_help("select by `years`, `classes`, `caregivers` …, or write `select: all`"));
        }
    }
}

/// Selecting by a column that is not read selects nobody: harmless, but hardly meant.
pub(super) fn select_without_column(page: &Page<'_>, problems: &mut Diagnostics) {
    const NEEDS: &[(&str, &str)] =
        &[("years", "year"), ("classes", "class"), ("schools", "school"), ("students", "student-id")];
    if page.columns().is_none() || !page.rosters().iter().any(super::formats::has_columns) {
        return;
    }
    for select in page.root.items("cohorts").iter().filter_map(|cohort| cohort.get("select")) {
        for (criterion, column) in NEEDS {
            let Some(entry) = select.entry(criterion).filter(|_| !page.has_column(column)) else { continue };
            let message = format!("`{criterion}` needs the `{column}` column, which `roster.columns` does not name");
            let problem = page.warning("rollout::no-column", entry.key_span, message);
            let help = format!("nobody fits; add `{column}:` and its heading to `columns`");
            problems.push(problem.with_help(help));
        }
    }
}

/// Behind `all`, nobody is left.
pub(super) fn never_reached(page: &Page<'_>, problems: &mut Diagnostics) {
    let takes_all = |(cohort, _): &(&Node, &Node)| cohort.text_of("select") == Some("all");
    let Some((_, all)) = cohorts(page).find(takes_all) else { return };
    for (_, name) in cohorts(page).skip_while(|each| !takes_all(each)).skip(1) {
        let first = all.text().unwrap_or("");
        let message = format!("nobody is left for this cohort: `{first}`, above, takes everybody");
        let problem = page.warning("rollout::never-reached", name.span, message);
        problems.push(problem.with_help("a caregiver belongs to the first cohort that selects them: put `all` last"));
    }
}

/// Fewer than none never come back.
pub(super) fn canary_for_ever(page: &Page<'_>, problems: &mut Diagnostics) {
    for node in page.root.items("cohorts").iter().filter_map(|cohort| cohort.at(&["canary", "bounces-below"])) {
        if node.text().and_then(|text| Percent::read(text).ok()).is_some_and(|share| share <= 0.0) {
            let message = "no share is below 0%: the rest would wait for ever after one letter came back";
            let problem = page.error("rollout::bad-limit", node.span, message);
            problems.push(problem.with_help("write the share from which on the rest must wait: 5%"));
        }
    }
}

/// Nothing bounces from a folder.
pub(super) fn canary_without_effect(page: &Page<'_>, problems: &mut Diagnostics) {
    if page.root.at(&["mail", "transport"]).is_some_and(|transport| transport.text() != Some("outbox")) {
        return;
    }
    for canary in page.root.items("cohorts").iter().filter_map(|cohort| cohort.entry("canary")) {
        let message = "`canary` has no effect with the outbox, from which nothing comes back";
        problems.push(page.warning("rollout::no-effect", canary.key_span, message));
    }
}

/// Nothing comes back that a kept letter could be sent again for.
pub(super) fn keeping_without_effect(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(mail) = page.root.get("mail").filter(|mail| mail.text_of("transport") != Some("smtp")) else { return };
    if let Some(kept) = mail.entry("retain-for-bounce").filter(|_| keeps_letters(mail)) {
        let message =
            "`retain-for-bounce` has no effect with the outbox: letters are wiped as soon as they are written";
        problems.push(page.warning("rollout::no-effect", kept.key_span, message));
    }
}

/// What was wiped as soon as it had gone can't be sent again.
pub(super) fn sending_again_without_effect(page: &Page<'_>, problems: &mut Diagnostics) {
    let resends = page.root.entry("bounced").filter(|bounced| bounced.value.text() == Some("resend"));
    let (Some(bounced), Some(mail)) = (resends, page.root.get("mail")) else { return };
    let (message, help) = match mail.text_of("transport") {
        Some("smtp") if keeps_letters(mail) => return,
        Some("smtp") => (
            "`bounced: resend` has no effect: letters are wiped as soon as they have gone",
            "add `retain-for-bounce: 7d` under `mail:`: so long each letter is kept, sealed",
        ),
        _ => (
            "`bounced: resend` has no effect with the outbox, from which nothing comes back",
            "write `transport: smtp` and `retain-for-bounce: 7d` under `mail:`, or take it out",
        ),
    };
    problems.push(page.warning("rollout::no-effect", bounced.key_span, message).with_help(help));
}

fn keeps_letters(mail: &Node) -> bool {
    mail.text_of("retain-for-bounce").is_some_and(|time| !time.starts_with('0'))
}

/// The cohorts that have a name, with it.
fn cohorts<'a>(page: &Page<'a>) -> impl Iterator<Item = (&'a Node, &'a Node)> {
    page.root.items("cohorts").iter().filter_map(|cohort| Some((cohort, cohort.get("name")?)))
}
