//! The plan as text, from the header to the closing lines.

use crate::plan::Plan;

use super::page::Page;
use super::view::View;
use super::{blocks, closing, guards, header, held, idle};

/// The plan as people read it, ending in a line end.
pub fn text(plan: &Plan, view: &View) -> String {
    let mut page = Page::new(view);
    header::header(&mut page, &plan.inputs);
    page.gap();
    blocks::blocks(&mut page, plan, view);
    held::holds(&mut page, plan, view);
    idle::unchanged(&mut page, plan);
    guards::guards(&mut page, plan, view);
    closing::closing(&mut page, plan, view);
    page.finish()
}

#[cfg(test)]
mod tests;
