//! A saved plan as people read it. It is made from the file's JSON, which names nobody, so there is nothing to hide; text
//! in it comes from outside all the same and is cleaned.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::model::moment;
use crate::plan::{Effects, Summary};

use super::clean::clean;
use super::closing::{people, sends};
use super::names::{count, number};

/// The saved plan as text.
pub fn saved_text(plan: &Value) -> String {
    let mut text = head(plan);
    changes(plan, &mut text);
    held(plan, &mut text);
    guards(plan, &mut text);
    text.push_str(&closing(plan));
    text
}

fn words<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or("-")
}

/// A moment that a saved plan names under `path`, by the clock of its school.
pub fn saved_moment(plan: &Value, path: &str) -> String {
    let written = words(plan, path);
    let zone = TimeZone::get(words(plan, "/inputs/timezone"));
    match (written.parse(), zone) {
        (Ok(at), Ok(zone)) => moment::local(at, &zone),
        (Ok(at), Err(_)) => moment::utc(at),
        (Err(_), _) => clean(written),
    }
}

fn figure(value: &Value, path: &str) -> u64 {
    value.pointer(path).and_then(Value::as_u64).unwrap_or_default()
}

/// What it was made from, as labels and words.
pub(super) fn facts(plan: &Value) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("School", clean(words(plan, "/inputs/school"))),
        (
            "State",
            format!("{}, run {}", clean(words(plan, "/inputs/state/lineage")), figure(plan, "/inputs/state/run")),
        ),
        ("Rollout", format!("{}{}", clean(words(plan, "/inputs/rollout/path")), commit(plan))),
        ("Roster", format!("{}, {}", clean(words(plan, "/inputs/roster/path")), rows(plan))),
    ];
    if plan.get("digest").is_some() {
        let made = format!("{}, expires {}", saved_moment(plan, "/created_at"), saved_moment(plan, "/expires_at"));
        facts.splice(1..1, [("Made", made), ("Digest", words(plan, "/digest").to_owned())]);
    }
    facts.extend(plan.pointer("/partial").and_then(Value::as_str).map(|partial| ("Partial", partial.to_owned())));
    facts
}

fn head(plan: &Value) -> String {
    let mut text = String::new();
    for (label, words) in facts(plan) {
        let _ = writeln!(text, "{label:<9}{}", clean(&words));
    }
    text.push('\n');
    text
}

fn rows(plan: &Value) -> String {
    count(figure(plan, "/inputs/roster/rows"), "row", "rows")
}

fn commit(plan: &Value) -> String {
    let Some(commit) = plan.pointer("/inputs/rollout/git/commit").and_then(Value::as_str) else { return String::new() };
    let is_dirty = plan.pointer("/inputs/rollout/git/dirty").and_then(Value::as_bool) == Some(true);
    format!(", commit {}{}", clean(commit), if is_dirty { " with changes that are not committed" } else { "" })
}

pub(super) fn list<'a>(plan: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    plan.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// One change in a line.
pub(super) fn change_line(change: &Value) -> String {
    let actions: Vec<&str> =
        change.get("actions").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let number = change.get("activation").and_then(Value::as_u64).filter(|number| *number > 1);
    let again = number.map_or_else(String::new, |number| format!(", activation {number}"));
    let (caregiver, cohort) = (clean(words(change, "/caregiver")), clean(words(change, "/cohort")));
    format!("{caregiver:<12}  {cohort:<16}  {}{again}", clean(&actions.join(", ")))
}

fn changes(plan: &Value, text: &mut String) {
    for change in list(plan, "changes") {
        let _ = writeln!(text, "  {}", change_line(change));
    }
    text.push('\n');
}

fn held(plan: &Value, text: &mut String) {
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    for held in list(plan, "held") {
        *codes.entry(words(held, "/code")).or_default() += 1;
    }
    for (code, many) in codes {
        let _ = writeln!(text, "  held  {:<20}  {}", clean(code), number(many));
    }
}

fn guards(plan: &Value, text: &mut String) {
    for guard in list(plan, "guards").filter(|guard| guard.get("blocks").and_then(Value::as_bool) == Some(true)) {
        let (name, actual, limit) = (clean(words(guard, "/name")), figure(guard, "/actual"), figure(guard, "/limit"));
        let _ = writeln!(text, "  BLOCKED by {name}: {actual} of {limit}");
    }
}

pub(super) fn closing(plan: &Value) -> String {
    let figure_of = |key: &str| figure(plan, &format!("/summary/{key}"));
    let people = people(&Summary {
        create: figure_of("create"),
        reset: figure_of("reset"),
        email: figure_of("email"),
        update: figure_of("update"),
        withdraw: figure_of("withdraw"),
        adopt: figure_of("adopt"),
        unknown: figure_of("unknown"),
        held: figure_of("held"),
        ..Summary::default()
    });
    let second = figure(plan, "/effects/second_resets");
    format!("Plan: {people}\n      {} Second resets: {second}.\n", outside(plan))
}

/// What goes out; where a person carries it, what is handed over.
fn outside(plan: &Value) -> String {
    let effects = Effects {
        emails: figure(plan, "/effects/emails"),
        pages: figure(plan, "/effects/pages"),
        passwords_set: figure(plan, "/effects/passwords_set"),
        ..Effects::default()
    };
    let is_by_hand = plan.pointer("/inputs/lms/capabilities/by_hand").and_then(Value::as_bool) == Some(true);
    if !is_by_hand || effects.passwords_set == 0 {
        return sends(&effects);
    }
    let rows = count(effects.passwords_set, "row", "rows");
    let now = match (effects.emails + effects.pages).saturating_sub(effects.passwords_set) {
        0 => String::new(),
        some => format!(" Sends {} now.", count(some, "email", "emails")),
    };
    format!(
        "Hands over {rows} for a person to import; nothing is set, and no letter of theirs goes out, before that.{now}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(caregivers: usize) -> Value {
        let change = |at: usize| {
            serde_json::json!({"caregiver": format!("C{at} ```|<b>"), "cohort": "year-7", "actions": ["reset", "email"],
                               "activation": 1})
        };
        serde_json::json!({
            "inputs": {"school": "Kōwhai\u{1b}[31m"}, "summary": {"reset": caregivers, "held": 1},
            "effects": {"emails": caregivers, "passwords_set": caregivers},
            "changes": (0..caregivers).map(change).collect::<Vec<_>>(), "held": [{"code": "no-email"}],
            "guards": [{"name": "resets", "actual": 9, "limit": 3, "blocks": true}],
        })
    }

    #[test]
    fn a_moment_is_told_by_the_clock_of_the_school() {
        let mut plan =
            serde_json::json!({"expires_at": "2027-02-01T01:30:00.123Z", "inputs": {"timezone": "Pacific/Auckland"}});
        assert_eq!(saved_moment(&plan, "/expires_at"), "1 Feb 2027 14:30");
        plan["inputs"]["timezone"] = Value::Null;
        assert_eq!(saved_moment(&plan, "/expires_at"), "1 Feb 2027 01:30 UTC");
        assert_eq!(saved_moment(&plan, "/created_at"), "-");
    }

    #[test]
    fn what_a_person_carries_is_handed_over_and_who_is_only_held_is_nothing_to_do() {
        let mut by_hand = plan(2);
        by_hand["inputs"]["lms"] = serde_json::json!({"capabilities": {"by_hand": true}});
        assert!(closing(&by_hand).contains("Hands over 2 rows for a person to import"), "{}", closing(&by_hand));
        assert!(closing(&plan(0)).starts_with("Plan: nothing to do, 1 held.\n"), "{}", closing(&plan(0)));
    }

    #[test]
    fn text_says_who_and_what_and_what_blocks() {
        let text = saved_text(&plan(2));
        assert!(text.contains("C0") && text.contains("reset, email") && text.contains("BLOCKED by resets: 9 of 3"));
        assert!(text.ends_with("Sends 2 emails and sets 2 passwords. Second resets: 0.\n"));
        assert!(!text.contains('\u{1b}'));
    }
}
