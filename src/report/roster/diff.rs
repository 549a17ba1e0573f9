//! What differs between two rosters, for people.

use std::fmt::Write as _;

use crate::model::ids::CaregiverId;
use crate::report::clean::clean;
use crate::report::diff::inline;
use crate::report::names::count;
use crate::report::paint::{Paint, Tone};
use crate::report::view::{Personal, View};
use crate::roster::{Changed, Changes, Roster};

use super::json::access;

/// The differences for people.
pub fn diff_text(old: &Roster, new: &Roster, changes: &Changes<'_>, view: &View) -> String {
    let (paint, personal) = (Paint::new(view.colour), view.personal);
    let mut text = format!("{}\n{}\n\n", side("Old", old), side("New", new));
    for (mark, tone, people) in [("+", Tone::Good, &changes.new), ("-", Tone::Danger, &changes.gone)] {
        for caregiver in people {
            let words = [
                personal.id(&CaregiverId::new(caregiver.id())),
                personal.names([caregiver.first_name(), caregiver.last_name()]),
                personal.address(caregiver.email_as_written()),
            ];
            let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
            let _ = writeln!(text, "{} {}", paint.dress(tone, mark), clean(&words.join("  ")));
        }
    }
    for changed in &changes.changed {
        let id = personal.id(&CaregiverId::new(changed.id));
        let _ = writeln!(text, "{} {}", paint.dress(Tone::Strong, "~"), clean(&id));
        for line in lines(changed, personal, paint) {
            let _ = writeln!(text, "    {line}");
        }
    }
    let _ = writeln!(text, "{}", closing(changes));
    text
}

fn side(label: &str, roster: &Roster) -> String {
    let facts = roster.facts();
    let (rows, people) = (count(facts.rows, "row", "rows"), count(roster.len() as u64, "caregiver", "caregivers"));
    format!("{label}  {}: {}; {rows}, {people}", clean(&facts.path), facts.shape)
}

fn lines(changed: &Changed<'_>, personal: Personal, paint: Paint) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((old, new)) = changed.email {
        let (old, new) = (personal.address(old), personal.address(new));
        lines.push(format!("email: {}", inline(&clean(&old), &clean(&new), paint)));
    }
    if let Some((old, new)) = &changed.name {
        lines.push(match personal {
            Personal::None => "name".to_owned(),
            _ => format!("name: {}", inline(&personal.names([old, ""]), &personal.names([new, ""]), paint)),
        });
    }
    if let Some((old, new)) = &changed.cohort {
        let word = |name: &Option<String>| name.clone().unwrap_or_else(|| "no cohort".to_owned());
        lines.push(format!("cohort: {} -> {}", clean(&word(old)), clean(&word(new))));
    }
    lines.extend(changed.new_children.iter().map(|id| format!("child: + {}", clean(id))));
    lines.extend(changed.gone_children.iter().map(|id| format!("child: - {}", clean(id))));
    for &(child, old, new) in &changed.access {
        lines.push(format!("access to {}: {} -> {}", clean(child), access(old), access(new)));
    }
    lines
}

fn closing(changes: &Changes<'_>) -> String {
    if changes.is_empty() {
        let but = if changes.hides_access { ", but perhaps who may see whom: that is not shown here" } else { "" };
        return format!("Nothing differs{but}.");
    }
    let accesses = changes.changed.iter().filter(|one| !one.access.is_empty()).count() as u64;
    let access = if changes.hides_access {
        "who may see whom is not shown here".to_owned()
    } else {
        count(accesses, "access", "accesses")
    };
    let how_many = |is_so: fn(&Changed<'_>) -> bool| changes.changed.iter().filter(|one| is_so(one)).count() as u64;
    format!(
        "{} new, {} gone, {} changed: {}, {}, {}.",
        changes.new.len(),
        changes.gone.len(),
        changes.changed.len(),
        count(how_many(|one| one.email.is_some()), "address", "addresses"),
        count(how_many(|one| one.cohort.is_some()), "cohort", "cohorts"),
        access,
    )
}
