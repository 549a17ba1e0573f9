//! A plan as a comment on a pull request: a table by cohort, who is held by reason, the details folded. Made from the JSON
//! form, which names nobody.
//!
//! Everything that comes from outside stands in code, where no forge makes a link, a mention or markup of it; a mark stands
//! in place of the two characters that could lead out of a cell of code. A comment is never longer than forges take.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::plan::HoldCode;

use super::clean::{MARK, clean, clip};
use super::names::number;
use super::saved;

/// The most that a comment may hold, in characters.
pub(super) const LONGEST: usize = 60_000;
/// By this a comment is found again, to be replaced.
const MARKER: &str = "<!-- firstbell-plan -->";
/// Cohorts in the table; more are counted.
const MOST_ROWS: usize = 60;
/// Columns of a value in a table.
const WIDEST: usize = 60;
/// Columns of a fact: a digest is copied from here.
const WIDEST_FACT: usize = 120;
/// The kinds of the table, as `actions` and the summary call them.
const KINDS: [&str; 6] = ["create", "reset", "email", "update", "withdraw", "adopt"];

/// The plan, from its JSON form.
pub fn markdown(plan: &Value) -> String {
    let mut top = format!("{MARKER}\n### firstbell plan\n\n{}\n", saved::closing(plan).trim_end());
    guards(plan, &mut top);
    cohorts(plan, &mut top);
    held(plan, &mut top);
    facts(plan, &mut top);
    let changes = saved::list(plan, "changes").map(saved::change_line);
    let held = saved::list(plan, "held").map(|held| {
        format!("{:<12}  {:<16}  held: {}", words(held, "caregiver"), words(held, "cohort"), words(held, "code"))
    });
    with_details(top, "Each caregiver", changes.chain(held))
}

/// What is above, and below it, folded, as many whole lines as a comment has room for.
pub(super) fn with_details(mut top: String, title: &str, lines: impl Iterator<Item = String>) -> String {
    const END: &str = "```\n\n</details>\n";
    const MORE: usize = 120;
    let lines: Vec<String> = lines.map(|line| fit(&line)).collect();
    if lines.is_empty() {
        return top;
    }
    let _ = write!(top, "\n<details><summary>{title}</summary>\n\n```text\n");
    let mut room = LONGEST.saturating_sub(top.chars().count() + END.len() + MORE);
    let mut shown = 0;
    for line in &lines {
        let Some(left) = room.checked_sub(line.chars().count() + 1) else { break };
        room = left;
        shown += 1;
        top.push_str(line);
        top.push('\n');
    }
    if shown < lines.len() {
        let _ = writeln!(top, "… and {} more: look at the plan itself", number((lines.len() - shown) as u64));
    }
    top + END
}

/// A value in a cell: as code, so that nothing of it can act.
pub(super) fn code(text: &str) -> String {
    code_of(text, WIDEST)
}

fn code_of(text: &str, widest: usize) -> String {
    let text = fit(text);
    if text.trim().is_empty() { "—".to_owned() } else { format!("`{}`", clip(&text, widest)) }
}

/// Without control characters, and without what ends a code span, a code block or a cell.
fn fit(text: &str) -> String {
    clean(text).replace(['`', '|'], &MARK.to_string())
}

fn words<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("-")
}

/// What is done in one cohort: by kind, and held.
#[derive(Default)]
struct Row {
    kinds: [u64; KINDS.len()],
    held: u64,
}

fn cohorts(plan: &Value, text: &mut String) {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    let all = saved::list(plan, "changes").chain(saved::list(plan, "held"));
    for one in all {
        let cohort = words(one, "cohort");
        if !rows.contains_key(cohort) {
            order.push(cohort);
        }
        let row = rows.entry(cohort).or_default();
        match one.get("actions").and_then(Value::as_array) {
            None => row.held += 1,
            Some(actions) => count_kinds(actions, row),
        }
    }
    if order.is_empty() {
        return;
    }
    text.push_str("\n| cohort | create | reset | email alone | update | withdraw | adopt | held |\n");
    text.push_str("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for cohort in order.iter().take(MOST_ROWS) {
        let Some(row) = rows.get(cohort) else { continue };
        let name = if *cohort == "-" { "(none, or not shown)".to_owned() } else { code(cohort) };
        let counts: Vec<String> = row.kinds.iter().chain([&row.held]).map(|many| cell(*many)).collect();
        let _ = writeln!(text, "| {name} | {} |", counts.join(" | "));
    }
    if order.len() > MOST_ROWS {
        let _ = writeln!(text, "\n… and {} cohorts more", number((order.len() - MOST_ROWS) as u64));
    }
}

/// The letter that goes with a new password is no email alone.
fn count_kinds(actions: &[Value], row: &mut Row) {
    let has = |kind: &str| actions.iter().any(|action| action.as_str() == Some(kind));
    for (kind, many) in KINDS.iter().zip(&mut row.kinds) {
        let goes_along = *kind == "email" && (has("create") || has("reset"));
        *many += u64::from(has(kind) && !goes_along);
    }
}

fn cell(many: u64) -> String {
    if many == 0 { String::new() } else { number(many) }
}

fn held(plan: &Value, text: &mut String) {
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    for held in saved::list(plan, "held") {
        *codes.entry(words(held, "code")).or_default() += 1;
    }
    if codes.is_empty() {
        return;
    }
    text.push_str("\n| held | people | |\n| --- | ---: | --- |\n");
    for (name, many) in codes.into_iter().take(MOST_ROWS) {
        let title = HoldCode::parse(name).map_or("the reason is not shown here", HoldCode::title);
        let _ = writeln!(text, "| {} | {} | {title} |", code(name), number(many));
    }
}

fn guards(plan: &Value, text: &mut String) {
    let blocks = |guard: &&Value| guard.get("blocks").and_then(Value::as_bool) == Some(true);
    for guard in saved::list(plan, "guards").filter(blocks).take(MOST_ROWS) {
        let figure = |key: &str| number(guard.get(key).and_then(Value::as_u64).unwrap_or_default());
        let _ = writeln!(
            text,
            "\n> **Blocked** by the guard {}: {}, allowed are {}",
            code(words(guard, "name")),
            figure("actual"),
            figure("limit")
        );
    }
}

fn facts(plan: &Value, text: &mut String) {
    text.push('\n');
    for (label, value) in saved::facts(plan) {
        let _ = writeln!(text, "- {label}: {}", code_of(&value, WIDEST_FACT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str =
        "C1`](http://evil.example)|<img src=x onerror=a()>\n```\n</details>@everyone ![x](y) \u{202e}";

    fn plan(caregivers: usize, cohorts: usize, id: &str) -> Value {
        let change = |at: usize| {
            serde_json::json!({"caregiver": format!("{id}{at}"), "cohort": format!("{id}-{}", at % cohorts),
                               "actions": ["reset", "email"], "activation": 1})
        };
        serde_json::json!({
            "inputs": {"school": id, "rollout": {"path": id}}, "summary": {"reset": caregivers, "held": 1},
            "effects": {"emails": caregivers, "passwords_set": caregivers},
            "changes": (0..caregivers).map(change).collect::<Vec<_>>(),
            "held": [{"caregiver": id, "cohort": id, "code": "no-email"}, {"caregiver": id, "code": "held"}],
            "guards": [{"name": "resets", "actual": 9, "limit": 3, "blocks": true}],
        })
    }

    #[test]
    fn the_digest_of_a_saved_plan_can_be_copied_from_its_comment() {
        let mut plan = plan(1, 1, "c");
        let digest = "84ae3d65".repeat(8);
        plan["digest"] = Value::from(digest.as_str());
        assert!(markdown(&plan).contains(&format!("- Digest: `{digest}`\n")));
    }

    #[test]
    fn a_comment_has_a_table_by_cohort_and_its_details_folded() {
        let comment = markdown(&plan(3, 2, "c"));
        for part in [
            "<!-- firstbell-plan -->\n### firstbell plan\n\nPlan: 3 to reset, 1 held.",
            "| `c-0` |  | 2 |  |  |  |  |  |",
            "| `no-email` | 1 | no email address |",
            "| `held` | 1 | the reason is not shown here |",
            "> **Blocked** by the guard `resets`: 9, allowed are 3",
            "<details><summary>Each caregiver</summary>\n\n```text\n",
        ] {
            assert!(comment.contains(part), "{part}\n{comment}");
        }
        assert!(comment.ends_with("```\n\n</details>\n"));
    }

    #[test]
    fn a_comment_stays_short_whatever_the_size() {
        let long = "x".repeat(5_000);
        for plan in [plan(5_000, 3, "c"), plan(5_000, 5_000, "c"), plan(400, 400, &long), plan(3_000, 9, HOSTILE)] {
            let comment = markdown(&plan);
            assert!(comment.chars().count() <= LONGEST, "{}", comment.chars().count());
            assert!(comment.ends_with("```\n\n</details>\n"));
        }
    }

    #[test]
    fn nothing_from_outside_leaves_its_code() {
        let comment = markdown(&plan(4, 2, HOSTILE));
        let mut is_block = false;
        for line in comment.lines() {
            if line.starts_with("```") {
                is_block = !is_block;
                continue;
            }
            // Outside the block, and outside code spans, only our own words are left.
            let bare: String = if is_block { String::new() } else { line.split('`').step_by(2).collect() };
            assert!(!line.contains('\u{202e}') && line.matches('`').count() % 2 == 0, "{line}");
            for theirs in ["evil", "<img", "@everyone", "![x]"] {
                assert!(!bare.contains(theirs), "{line}");
            }
        }
        assert!(!is_block);
        assert_eq!(comment.matches("\n</details>").count(), 1);
    }
}
