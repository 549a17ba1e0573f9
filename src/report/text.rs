//! The plan as text, from the header to the closing lines.

use crate::plan::{Outline, Plan};

use super::page::Page;
use super::view::View;
use super::{blocks, closing, drift, guards, header, held, idle};

/// The plan as people read it, ending in a line end.
pub fn text(plan: &Plan, view: &View) -> String {
    if view.summary_only {
        return outline(&plan.outline(), view);
    }
    let mut page = Page::new(view);
    header::header(&mut page, &plan.inputs);
    page.gap();
    blocks::blocks(&mut page, plan, view);
    drift::behind(&mut page, plan, view);
    held::holds(&mut page, plan, view);
    figures(page, &plan.outline(), view)
}

/// The plan without the line for each caregiver.
pub fn outline(outline: &Outline, view: &View) -> String {
    let mut page = Page::new(view);
    header::header(&mut page, &outline.inputs);
    page.gap();
    blocks::headlines(&mut page, outline);
    held::counts(&mut page, outline, view);
    figures(page, outline, view)
}

/// What both forms end with.
fn figures(mut page: Page, outline: &Outline, view: &View) -> String {
    idle::unchanged(&mut page, &outline.unchanged, blocks::today(&outline.inputs));
    guards::guards(&mut page, &outline.guards, view);
    closing::closing(&mut page, outline, view);
    page.finish()
}

#[cfg(test)]
mod tests;
