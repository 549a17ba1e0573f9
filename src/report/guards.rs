//! The guards: always shown, and those that block are loud.

use crate::plan::GuardResult;

use super::clean::clean;
use super::names::{list, number};
use super::page::Page;
use super::paint::Tone;
use super::view::{Personal, View};

/// Writes all guards in a line, and a block for each that blocks.
pub(super) fn guards(page: &mut Page, guards: &[GuardResult], view: &View) {
    if guards.is_empty() {
        return;
    }
    page.gap();
    let head = page.dress(Tone::Strong, "Guards") + ": ";
    let all: Vec<String> = guards.iter().map(|guard| figures(guard, view)).collect();
    page.entry(&head, &all.join(", "), 8);
    for guard in guards.iter().filter(|guard| guard.blocks) {
        blocked(page, guard, view);
    }
}

fn figures(guard: &GuardResult, view: &View) -> String {
    let plain = number(guard.limit);
    let written = if guard.written == guard.limit.to_string() { String::new() } else { clean(&guard.written) };
    let overridden = match &guard.overridden {
        Some(because) if view.personal == Personal::Full => format!("override: {}", clean(because)),
        Some(_) => "override".to_owned(),
        None => String::new(),
    };
    let notes: Vec<String> = [written, overridden].into_iter().filter(|note| !note.is_empty()).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
    format!("{} {} of {plain}{notes}", guard.name, number(guard.actual))
}

fn blocked(page: &mut Page, guard: &GuardResult, view: &View) {
    let label = page.dress(Tone::Danger, "BLOCKED");
    let figures = format!("{} is {}, allowed is {}.", guard.name, number(guard.actual), number(guard.limit));
    page.entry(&format!("{label}  "), &format!("{figures} {}", clean(&view.personal.addresses_in(&guard.fix))), 9);
    if !guard.caregivers.is_empty() {
        let ids: Vec<String> = guard.caregivers.iter().map(|id| clean(&view.personal.id(id))).collect();
        page.entry(&" ".repeat(9), &list(&ids), 9);
    }
}
