//! One block a cohort: its headline, then one line for each caregiver for whom something is done.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::ids::CohortName;
use crate::plan::{Change, CohortState, CohortSummary, Inputs, Outline, Plan};

use super::clean::{clean, clip};
use super::names::{count, list, number, short_date};
use super::page::Page;
use super::paint::Tone;
use super::table::{self, Row};
use super::view::View;
use super::words;

/// Names and addresses are cut to so many columns.
pub(super) const LONGEST_CELL: usize = 40;

/// Writes all cohorts, and whoever belongs to none.
pub(super) fn blocks(page: &mut Page, plan: &Plan, view: &View) {
    let today = today(&plan.inputs);
    let mut changes = by_cohort(plan);
    for cohort in &plan.cohorts {
        headline(page, cohort, &plan.openings, today);
        lines(page, &changes.remove(cohort.name.as_str()).unwrap_or_default(), view);
    }
    let strays: Vec<&Change> = changes.into_values().flatten().collect();
    if !strays.is_empty() {
        headline_of_strays(page, strays.len() as u64);
        lines(page, &strays, view);
    }
}

/// Writes the headlines only.
pub(super) fn headlines(page: &mut Page, outline: &Outline) {
    let today = today(&outline.inputs);
    for cohort in &outline.cohorts {
        headline(page, cohort, &outline.records.openings, today);
    }
    if outline.totals.strays > 0 {
        headline_of_strays(page, outline.totals.strays);
    }
}

fn headline(page: &mut Page, cohort: &CohortSummary, openings: &[CohortName], today: Date) {
    let name = page.dress(Tone::Strong, &clean(cohort.name.as_str()));
    page.line(0, &format!("{name}: {}", summary(cohort, openings, today)));
}

fn headline_of_strays(page: &mut Page, strays: u64) {
    page.gap();
    let label = page.dress(Tone::Strong, "In no cohort");
    page.line(0, &format!("{label}: {}", count(strays, "caregiver", "caregivers")));
}

/// The changes by the name of their cohort; who has none stands under the empty name.
fn by_cohort(plan: &Plan) -> BTreeMap<&str, Vec<&Change>> {
    let mut changes: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in &plan.changes {
        changes.entry(change.cohort.as_ref().map_or("", CohortName::as_str)).or_default().push(change);
    }
    changes
}

/// The school's day on which the plan was made.
pub(super) fn today(inputs: &Inputs) -> Date {
    inputs.timezone.to_datetime(inputs.now).date()
}

fn summary(cohort: &CohortSummary, openings: &[CohortName], today: Date) -> String {
    // A plan for some only opens no cohort for which it does nothing.
    let state = match &cohort.state {
        CohortState::Opens if !openings.contains(&cohort.name) => "not opened by this plan".to_owned(),
        other => state(other, today),
    };
    let mut parts = vec![state, count(cohort.caregivers, "caregiver", "caregivers")];
    let counts = [
        (cohort.in_earlier, "more in an earlier cohort"),
        (cohort.active, "active"),
        (cohort.changing, "in this plan"),
        (cohort.held, "held"),
    ];
    parts.extend(counts.iter().filter(|(many, _)| *many > 0).map(|(many, words)| format!("{} {words}", number(*many))));
    parts.join(", ")
}

/// Whether a cohort is open, in words.
pub(super) fn state(state: &CohortState, today: Date) -> String {
    match state {
        CohortState::Open(day) => format!("open since {}", short_date(*day, today)),
        CohortState::Opens => "opens with this plan".to_owned(),
        CohortState::Later(day) => format!("opens {}", short_date(*day, today)),
        CohortState::After(names) => format!("after {}", list(&cohort_names(names))),
    }
}

/// Names of cohorts, fit to be shown.
pub(super) fn cohort_names(names: &[CohortName]) -> Vec<String> {
    names.iter().map(|name| clean(name.as_str())).collect()
}

fn lines(page: &mut Page, changes: &[&Change], view: &View) {
    if changes.is_empty() {
        return;
    }
    let paint = page.paint();
    let rows: Vec<Row> = changes.iter().map(|change| row(change, view, paint)).collect();
    table::rows(page, 2, &rows);
    page.gap();
}

fn row(change: &Change, view: &View, paint: super::paint::Paint) -> Row {
    let cell = |text: String| clip(&clean(&text), LONGEST_CELL);
    Row {
        symbol: words::symbol(change),
        cells: vec![
            clean(&view.personal.id(&change.caregiver)),
            cell(view.personal.name(&change.person)),
            cell(view.personal.address(&change.person.email)),
        ],
        last: words::what(change, view.personal),
        details: words::details(change, view.personal, paint),
    }
}
