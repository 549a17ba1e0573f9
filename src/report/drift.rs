//! Drift as people read it. Made from its JSON form, in which what may not be shown is left out already.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::model::moment;
use crate::plan::{DriftKind, Plan};

use super::clean::clean;
use super::markdown::{self, code};
use super::names::{count, number};
use super::page::Page;
use super::paint::Tone;
use super::view::{Personal, View};

/// The drift as text; moments by the clocks of `zone`.
pub fn drift_text(drift: &Value, zone: &TimeZone) -> String {
    let mut text = head(drift, zone);
    for &kind in DriftKind::ALL {
        let group: Vec<&Value> = of_kind(drift, kind).collect();
        if group.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{} ({}): {}", kind.as_str(), number(group.len() as u64), kind.title());
        for finding in group {
            let _ = writeln!(text, "  {}", clean(&line(finding)));
        }
        let _ = writeln!(text, "  Fix: {}", kind.fix());
    }
    let _ = writeln!(text, "\n{}", closing(drift));
    text
}

/// The drift as a comment: what comes from outside stands in code, where nothing of it can act.
pub fn drift_markdown(drift: &Value) -> String {
    let mut top = format!("<!-- firstbell-drift -->\n### firstbell drift\n\n{}\n", closing(drift));
    let kinds = DriftKind::ALL.iter().map(|&kind| (kind, of_kind(drift, kind).count())).filter(|(_, many)| *many > 0);
    let rows: Vec<String> = kinds
        .map(|(kind, many)| format!("| {} | {} | {} | {} |\n", code(kind.as_str()), many, kind.title(), kind.fix()))
        .collect();
    if rows.is_empty() {
        return top;
    }
    let _ = write!(top, "\n| | | what it means | what to do |\n| --- | ---: | --- | --- |\n{}", rows.concat());
    let lines = DriftKind::ALL
        .iter()
        .flat_map(|&kind| of_kind(drift, kind).map(move |finding| format!("{:<17} {}", kind.as_str(), line(finding))));
    markdown::with_details(top, "Each account", lines)
}

/// The section of a plan: what somebody else did, where it is why something is done.
pub(super) fn behind(page: &mut Page, plan: &Plan, view: &View) {
    if plan.drift.is_empty() {
        return;
    }
    page.gap();
    let label = page.dress(Tone::Strong, "Done by somebody else in the LMS");
    page.line(0, &format!("{label}: {}; `firstbell drift` tells all of it", plan.drift.len()));
    for finding in &plan.drift {
        let id = finding.caregiver.as_ref().map_or_else(String::new, |id| view.personal.id(id));
        // Who has come to work at the school is nobody's business who reads a log.
        let may_show = |field: &&str| *field != "role" || view.personal == Personal::Full;
        let fields: Vec<&str> = finding.fields.iter().map(|field| field.field).filter(may_show).collect();
        let which = if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) };
        page.line(2, &format!("{id}  {}{which}", finding.kind.title()));
    }
}

fn of_kind(drift: &Value, kind: DriftKind) -> impl Iterator<Item = &Value> {
    let findings = drift.get("findings").and_then(Value::as_array).into_iter().flatten();
    findings.filter(move |finding| finding.get("kind").and_then(Value::as_str) == Some(kind.as_str()))
}

fn head(drift: &Value, zone: &TimeZone) -> String {
    let words = |path: &str| drift.pointer(path).and_then(Value::as_str).map(clean);
    let when = |path: &str| {
        let written = words(path)?;
        Some(written.parse().map_or(written, |at| moment::local(at, zone)))
    };
    let since = when("/since").map_or_else(
        || "no run has kept what it saw, so what changed since can't be said".to_owned(),
        |since| format!("compared with what a run saw at {since}, and with the record"),
    );
    format!(
        "LMS      {}, read at {}\n         {since}\n",
        words("/lms").unwrap_or_default(),
        when("/read_at").unwrap_or_default()
    )
}

fn line(finding: &Value) -> String {
    let words = |key: &str| finding.get(key).and_then(Value::as_str);
    let mut parts = vec![words("caregiver").unwrap_or("(no id)").to_owned()];
    parts.extend(words("account").map(|account| format!("account {account}")));
    for field in finding.get("fields").and_then(Value::as_array).into_iter().flatten() {
        let value = |key: &str| field.get(key).and_then(Value::as_str);
        let name = value("field").unwrap_or_default();
        parts.push(match (value("old"), value("new")) {
            (Some(old), Some(new)) => format!("{name}: {old} -> {new}"),
            _ => format!("{name} changed"),
        });
    }
    parts.join("  ")
}

fn closing(drift: &Value) -> String {
    let many = drift.get("findings").and_then(Value::as_array).map_or(0, Vec::len) as u64;
    if many == 0 {
        return "No drift: the LMS is as the last run left it, and as the record says.".to_owned();
    }
    format!("{} to look at. Nothing was changed, and nothing is repaired by itself.", count(many, "thing", "things"))
}
