//! The caregivers of a roster, and what made one of them, as text.

use std::fmt::Write as _;

use crate::plan::HoldCode;
use crate::report::clean::clean;
use crate::report::names::count;
use crate::report::sensitive;
use crate::report::view::{Personal, View};
use crate::roster::{AddressProblem, Roster};

use super::json::{Shown, ShownChild, shown};

/// The caregivers for people: a line each, and a line for each child.
pub fn roster_text(roster: &Roster, view: &View) -> String {
    let mut text = String::new();
    for caregiver in roster.caregivers() {
        let one = shown(caregiver, view.personal);
        let is_shown =
            |code: &&str| !HoldCode::parse(code).is_some_and(|code| sensitive::is_hidden(code, view.personal));
        let problem = caregiver.address().err().map(AddressProblem::code).filter(is_shown);
        let _ = writeln!(text, "{}", head(&one, problem));
        for child in &one.children {
            let _ = writeln!(text, "    {}", child_line(child));
        }
    }
    let facts = roster.facts();
    let (people, rows) = (count(roster.len() as u64, "caregiver", "caregivers"), count(facts.rows, "row", "rows"));
    let links = count(facts.links, "child of a caregiver", "children of caregivers");
    let _ = writeln!(text, "\n{people}, {links}, from {rows}.");
    if view.personal == Personal::None {
        text.push_str(
            "Names, addresses, who works here and who may see whom are left out; `--personal full` shows them.\n",
        );
    }
    text
}

fn head(one: &Shown, problem: Option<&str>) -> String {
    let name = [&one.first_name, &one.last_name].into_iter().flatten().filter(|name| !name.is_empty());
    let name = name.map(|name| clean(name)).collect::<Vec<_>>().join(" ");
    let email = one.email.as_deref().map(clean).unwrap_or_default();
    let staff = if one.staff == Some(true) { "staff" } else { "" };
    let parts = [&*clean(&one.caregiver), &name, &email, &one.language, staff, problem.unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

fn child_line(child: &ShownChild) -> String {
    let name = child.name.as_deref().map(clean).unwrap_or_default();
    let year = if child.year.is_empty() { String::new() } else { format!("year {}", clean(&child.year)) };
    let parts = [&*clean(&child.student), &name, &year, &clean(&child.class), &clean(&child.school)];
    let parts = parts.into_iter().chain([child.relationship.as_str(), child.access.unwrap_or_default()]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

/// The lines that made a caregiver, as `file:line`.
pub fn why_text(roster: &Roster, id: &str) -> String {
    let lines: Vec<String> = roster.traced().map(|(file, line)| format!("  {}:{line}\n", clean(file))).collect();
    let rows = count(lines.len() as u64, "row", "rows");
    format!("{} is made of {rows}:\n{}", clean(id), lines.concat())
}
