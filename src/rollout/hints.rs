//! How to write a value that has the wrong type.

use serde_json::Value;

use super::form::{Day, Form, Length, Percent, Share};
use super::node::Node;

/// The value as it was probably meant; `wanted` are the types in words.
pub(super) fn how_to_write(node: &Node, wanted: &str, schema: &Value) -> Option<String> {
    let text = node.text().filter(|text| text.len() < 60)?;
    if has_format(schema, Length::FORMAT) && Length::read(&format!("{text}d")).is_ok() {
        return Some(format!("write the unit with it: `{text}d` for days, `{text}h` for hours"));
    }
    if has_format(schema, Day::FORMAT) {
        let dashed = dashed(text).filter(|day| Day::read(day).is_ok());
        return Some(format!("write year-month-day: {}", dashed.as_deref().unwrap_or("2027-02-01")));
    }
    // `7-8` as a list would be one word that no child has.
    if let Some((from, to)) = text.split_once('-').filter(|_| wanted.contains("a list"))
        && let (Ok(from), Ok(to)) = (from.trim().parse::<u8>(), to.trim().parse::<u8>())
        && from < to
        && to - from < 15
    {
        let each: Vec<String> = (from..=to).map(|one| one.to_string()).collect();
        return Some(format!("write each of them: [{}]", each.join(", ")));
    }
    if has_format(schema, Percent::FORMAT) && Percent::read(&format!("{text}%")).is_ok() {
        return Some(format!("write it as a share of a hundred: {text}%"));
    }
    if has_format(schema, Share::FORMAT) {
        return Some("write a whole number (300) or a share (10%)".to_owned());
    }
    if wanted.contains("text") {
        return Some(format!("write it in quotes: \"{text}\""));
    }
    let is_of_mappings = schema.pointer("/items/type").and_then(Value::as_str) == Some("object")
        || schema.pointer("/items/$ref").is_some();
    (wanted.contains("a list") && !is_of_mappings).then(|| format!("write it in brackets: [{text}]"))
}

/// `20270201` with dashes.
fn dashed(text: &str) -> Option<String> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Some(format!("{year}-{month}-{day}"))
}

fn has_format(schema: &Value, format: &str) -> bool {
    let is_it = |schema: &Value| schema.get("format").and_then(Value::as_str) == Some(format);
    is_it(schema) || schema.get("anyOf").and_then(Value::as_array).is_some_and(|options| options.iter().any(is_it))
}
