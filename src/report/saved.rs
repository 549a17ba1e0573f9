//! A saved plan as people read it. It is made from the file's JSON, which names nobody, so there is nothing to hide; text
//! in it comes from outside all the same and is cleaned.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::clean::clean;
use super::names::{count, number};

/// The most that a comment on a pull request may hold, in characters.
const LONGEST: usize = 60_000;
/// By this a comment is found again, to be replaced.
const MARKER: &str = "<!-- firstbell-plan -->";

/// The saved plan as text.
pub fn saved_text(plan: &Value) -> String {
    let mut text = head(plan);
    changes(plan, &mut text);
    held(plan, &mut text);
    guards(plan, &mut text);
    text.push_str(&closing(plan));
    text
}

/// The saved plan as a comment: everything from outside stands in a code block, where nothing of it can act.
pub fn saved_markdown(plan: &Value) -> String {
    let text = saved_text(plan);
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    let frame = format!("{MARKER}\n### firstbell plan\n\n{}\n{fence}text\n\n{fence}\n", closing(plan));
    let room = LONGEST.saturating_sub(frame.chars().count() + 40);
    let mut shown: String = text.chars().take(room).collect();
    if shown.len() < text.len() {
        // Whole lines only.
        shown.truncate(shown.rfind('\n').map_or(0, |at| at + 1));
        shown.push_str("… and more: `firstbell show` the file\n");
    }
    format!("{MARKER}\n### firstbell plan\n\n{}\n{fence}text\n{shown}{fence}\n", closing(plan))
}

fn longest_run(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or_default()
}

fn words<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or("-")
}

fn figure(value: &Value, path: &str) -> u64 {
    value.pointer(path).and_then(Value::as_u64).unwrap_or_default()
}

fn head(plan: &Value) -> String {
    let mut text = String::new();
    let lines = [
        ("School", clean(words(plan, "/inputs/school"))),
        ("Made", format!("{}, expires {}", words(plan, "/created_at"), words(plan, "/expires_at"))),
        ("Digest", words(plan, "/digest").to_owned()),
        (
            "State",
            format!("{}, run {}", clean(words(plan, "/inputs/state/lineage")), figure(plan, "/inputs/state/run")),
        ),
        ("Rollout", format!("{}{}", clean(words(plan, "/inputs/rollout/path")), commit(plan))),
        ("Roster", format!("{}, {}", clean(words(plan, "/inputs/roster/path")), rows(plan))),
    ];
    for (label, words) in lines {
        let _ = writeln!(text, "{label:<9}{}", clean(&words));
    }
    if let Some(partial) = plan.pointer("/partial").and_then(Value::as_str) {
        let _ = writeln!(text, "Partial  {}", clean(partial));
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

fn list<'a>(plan: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    plan.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn changes(plan: &Value, text: &mut String) {
    for change in list(plan, "changes") {
        let actions: Vec<&str> =
            change.get("actions").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let number = change.get("activation").and_then(Value::as_u64).filter(|number| *number > 1);
        let again = number.map_or_else(String::new, |number| format!(", activation {number}"));
        let (caregiver, cohort) = (clean(words(change, "/caregiver")), clean(words(change, "/cohort")));
        let _ = writeln!(text, "  {caregiver:<12}  {cohort:<16}  {}{again}", clean(&actions.join(", ")));
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

fn closing(plan: &Value) -> String {
    let kinds = [("create", "to create"), ("reset", "to reset"), ("email", "to email"), ("update", "to update")];
    let more = [("withdraw", "to withdraw"), ("adopt", "to adopt"), ("unknown", "unknown"), ("held", "held")];
    let parts: Vec<String> = kinds
        .into_iter()
        .chain(more)
        .map(|(key, words)| (figure(plan, &format!("/summary/{key}")), words))
        .filter(|(many, _)| *many > 0)
        .map(|(many, words)| format!("{} {words}", number(many)))
        .collect();
    let people = if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") };
    let (emails, passwords) = (figure(plan, "/effects/emails"), figure(plan, "/effects/passwords_set"));
    format!(
        "Plan: {people}.\n      Sends {} and sets {}. Second resets: {}.\n",
        count(emails, "email", "emails"),
        count(passwords, "password", "passwords"),
        figure(plan, "/effects/second_resets"),
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
    fn text_says_who_and_what_and_what_blocks() {
        let text = saved_text(&plan(2));
        assert!(text.contains("C0") && text.contains("reset, email") && text.contains("BLOCKED by resets: 9 of 3"));
        assert!(text.ends_with("Sends 2 emails and sets 2 passwords. Second resets: 0.\n"));
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_comment_stays_short_and_its_block_can_not_be_left() {
        let comment = saved_markdown(&plan(5_000));
        assert!(comment.chars().count() <= LONGEST, "{}", comment.chars().count());
        let fences = comment.lines().filter(|line| line.starts_with("````")).count();
        assert_eq!(fences, 2);
    }
}
