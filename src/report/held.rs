//! The people held back, grouped by code: who, why, and what to do about it.

use crate::plan::{Held, HoldCode, Plan};

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
    page.gap();
    let label = page.dress(Tone::Strong, "Held");
    page.line(0, &format!("{label}: {}", number(plan.held.len() as u64)));
    for &code in HoldCode::ALL {
        let is_shown = |held: &&Held| held.code == code && !sensitive::is_hidden(held, view.personal);
        let group: Vec<&Held> = plan.held.iter().filter(is_shown).collect();
        if !group.is_empty() {
            write_group(page, code, &group, view);
        }
    }
    hidden(page, plan, view);
}

fn write_group(page: &mut Page, code: HoldCode, group: &[&Held], view: &View) {
    let label = format!("{} ({})", page.dress(Tone::Caution, code.as_str()), number(group.len() as u64));
    if view.summary_only {
        page.line(2, &format!("{label}: {}", code.title()));
        return page.line(4, &format!("Fix: {}", fixes::general(code)));
    }
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
    let group: Vec<&Held> = plan.held.iter().filter(|held| sensitive::is_hidden(held, view.personal)).collect();
    if group.is_empty() {
        return;
    }
    let code = page.dress(Tone::Caution, sensitive::CODE);
    page.line(2, &format!("{code} ({}): the reason is not shown here", number(group.len() as u64)));
    if !view.summary_only {
        let mut ids: Vec<String> = group.iter().map(|held| clean(&view.personal.id(&held.caregiver))).collect();
        ids.sort();
        let rows = ids.into_iter().map(|id| Row { symbol: '!', cells: vec![id], last: String::new(), details: vec![] });
        table::rows(page, 2, &rows.collect::<Vec<_>>());
    }
    for (cohort, words) in sensitive::counts(plan) {
        let name = cohort.map_or_else(|| "in no cohort".to_owned(), |name| clean(name.as_str()));
        page.line(4, &format!("{name}: {words}"));
    }
    page.line(4, &format!("Fix: {}", sensitive::FIX));
}
