//! The people held back, grouped by code: who, why, and what to do about it.

use crate::plan::{CohortSummary, Held, HeldCounts, HoldCode, Outline, Plan};

use super::blocks::LONGEST_CELL;
use super::clean::{clean, clip};
use super::fixes;
use super::names::number;
use super::page::Page;
use super::paint::Tone;
use super::sensitive;
use super::table::{self, Row};
use super::view::View;

/// Writes the holds, if there are any.
pub(super) fn holds(page: &mut Page, plan: &Plan, view: &View) {
    if plan.held.is_empty() {
        return;
    }
    headline(page, plan.held.len() as u64);
    for &code in HoldCode::ALL {
        let is_shown = |held: &&Held| held.code == code && !sensitive::is_hidden(held.code, view.personal);
        let group: Vec<&Held> = plan.held.iter().filter(is_shown).collect();
        if !group.is_empty() {
            write_group(page, code, &group, view);
        }
    }
    hidden(page, plan, view);
}

/// Writes the holds in figures.
pub(super) fn counts(page: &mut Page, outline: &Outline, view: &View) {
    let total: u64 = outline.held.values().sum();
    if total == 0 {
        return;
    }
    headline(page, total);
    for &code in HoldCode::ALL {
        let many = with_code(outline, |held| held == code && !sensitive::is_hidden(code, view.personal));
        if many > 0 {
            page.line(2, &format!("{}: {}", group_label(page, code, many), code.title()));
            page.line(4, &format!("Fix: {}", fixes::general(code)));
        }
    }
    let many = with_code(outline, |code| sensitive::is_hidden(code, view.personal));
    if many > 0 {
        headline_of_hidden(page, many);
        end_of_hidden(page, &outline.cohorts, &outline.held);
    }
}

fn with_code(outline: &Outline, is_meant: impl Fn(HoldCode) -> bool) -> u64 {
    outline.held.iter().filter(|((code, _), _)| is_meant(*code)).map(|(_, many)| many).sum()
}

fn headline(page: &mut Page, many: u64) {
    page.gap();
    let label = page.dress(Tone::Strong, "Held");
    page.line(0, &format!("{label}: {}", number(many)));
}

fn group_label(page: &Page, code: HoldCode, many: u64) -> String {
    format!("{} ({})", page.dress(Tone::Caution, code.as_str()), number(many))
}

fn write_group(page: &mut Page, code: HoldCode, group: &[&Held], view: &View) {
    let label = group_label(page, code, group.len() as u64);
    let why = common(group, |held| sentence(held, view));
    let fix = common(group, |held| Some(clean(&fix(held, view))));
    page.line(2, &format!("{label}: {}", why.as_deref().unwrap_or(code.title())));
    let rows: Vec<Row> = group.iter().map(|held| row(held, why.is_none(), fix.is_none(), view)).collect();
    table::rows(page, 2, &rows);
    if let Some(fix) = fix {
        page.line(4, &format!("Fix: {fix}"));
    }
}

/// What is true of all of them.
fn common(group: &[&Held], of: impl Fn(&Held) -> Option<String>) -> Option<String> {
    let first = of(group.first()?)?;
    group.iter().all(|held| of(held).as_ref() == Some(&first)).then_some(first)
}

fn sentence(held: &Held, view: &View) -> Option<String> {
    view.personal.sentence(&held.sentence, &held.person).map(|sentence| clean(&sentence))
}

/// What to do about one hold, as far as it may be shown.
pub(super) fn fix(held: &Held, view: &View) -> String {
    let own = view.personal.sentence(&held.fix, &held.person);
    own.unwrap_or_else(|| fixes::general(held.code).to_owned())
}

fn row(held: &Held, with_sentence: bool, with_fix: bool, view: &View) -> Row {
    let cell = |text: String| clip(&clean(&text), LONGEST_CELL);
    let wanted = |is_wanted: bool, text: Option<String>| text.filter(|_| is_wanted);
    Row {
        symbol: if held.code.is_unknown() { '?' } else { '!' },
        cells: vec![
            clean(&view.personal.id(&held.caregiver)),
            cell(view.personal.name(&held.person)),
            cell(view.personal.address(&held.person.email)),
            held.cohort.as_ref().map_or_else(String::new, |cohort| clean(cohort.as_str())),
        ],
        last: wanted(with_sentence, sentence(held, view)).unwrap_or_default(),
        details: wanted(with_fix, Some(clean(&fix(held, view)))).map(|fix| format!("Fix: {fix}")).into_iter().collect(),
    }
}

/// Those whose code is not shown: ids without cohort, then counts by cohort without ids.
fn hidden(page: &mut Page, plan: &Plan, view: &View) {
    let group: Vec<&Held> = plan.held.iter().filter(|held| sensitive::is_hidden(held.code, view.personal)).collect();
    if group.is_empty() {
        return;
    }
    headline_of_hidden(page, group.len() as u64);
    let mut ids: Vec<String> = group.iter().map(|held| clean(&view.personal.id(&held.caregiver))).collect();
    ids.sort();
    let rows = ids.into_iter().map(|id| Row { symbol: '!', cells: vec![id], last: String::new(), details: vec![] });
    table::rows(page, 2, &rows.collect::<Vec<_>>());
    end_of_hidden(page, &plan.cohorts, &plan.held_counts());
}

fn headline_of_hidden(page: &mut Page, many: u64) {
    let code = page.dress(Tone::Caution, sensitive::CODE);
    page.line(2, &format!("{code} ({}): the reason is not shown here", number(many)));
}

fn end_of_hidden(page: &mut Page, cohorts: &[CohortSummary], held: &HeldCounts) {
    for (cohort, words) in sensitive::counts(cohorts, held) {
        let name = cohort.map_or_else(|| "in no cohort".to_owned(), |name| clean(name.as_str()));
        page.line(4, &format!("{name}: {words}"));
    }
    page.line(4, &format!("Fix: {}", sensitive::FIX));
}
