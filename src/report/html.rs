//! A plan as one page for a browser: no script, nothing fetched, everything from outside escaped. Made from the JSON form,
//! which names nobody.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::plan::HoldCode;

use super::clean::clean;
use super::names::number;
use super::saved;

/// Forbids everything that the page itself does not need, should a word from outside ever get through.
const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
<title>firstbell plan</title>\n<style>\nbody{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\n\
table{border-collapse:collapse;margin:1rem 0}th,td{text-align:left;padding:.2rem .8rem;border-bottom:1px solid #ccc}\n\
.blocked{border-left:4px solid #b00;padding-left:1rem}\n</style>\n<h1>firstbell plan</h1>\n";

/// The plan, from its JSON form.
pub fn html(plan: &Value) -> String {
    let mut page = format!("{HEAD}<p>{}</p>\n", escaped(saved::closing(plan).trim_end()));
    for guard in saved::list(plan, "guards").filter(|guard| guard.get("blocks").and_then(Value::as_bool) == Some(true))
    {
        let figure = |key: &str| number(guard.get(key).and_then(Value::as_u64).unwrap_or_default());
        let (name, actual, limit) = (escaped(words(guard, "name")), figure("actual"), figure("limit"));
        let _ = writeln!(page, "<p class=\"blocked\">Blocked by the guard {name}: {actual}, allowed are {limit}</p>");
    }
    let facts = saved::facts(plan).into_iter().map(|(label, value)| [label.to_owned(), value]);
    table(&mut page, "Made from", ["", ""], facts);
    let changes = saved::list(plan, "changes").map(|change| {
        let actions = change.get("actions").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        [words(change, "caregiver"), words(change, "cohort"), &actions.collect::<Vec<_>>().join(", ")]
            .map(str::to_owned)
    });
    table(&mut page, "Changes", ["caregiver", "cohort", "what"], changes);
    let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
    saved::list(plan, "held").for_each(|held| *codes.entry(words(held, "code")).or_default() += 1);
    let codes = codes.into_iter().map(|(code, many)| {
        let title = HoldCode::parse(code).map_or("the reason is not shown here", HoldCode::title);
        [code.to_owned(), number(many), title.to_owned()]
    });
    table(&mut page, "Held, by reason", ["code", "people", ""], codes);
    let held = saved::list(plan, "held")
        .map(|held| [words(held, "caregiver"), words(held, "cohort"), words(held, "code")].map(str::to_owned));
    table(&mut page, "Held", ["caregiver", "cohort", "code"], held);
    page
}

fn table<const N: usize>(page: &mut String, title: &str, head: [&str; N], rows: impl Iterator<Item = [String; N]>) {
    let cells = |row: [String; N]| row.map(|cell| format!("<td>{}</td>", escaped(&cell))).concat();
    let rows = rows.fold(String::new(), |text, row| text + "<tr>" + &cells(row) + "</tr>\n");
    if !rows.is_empty() {
        let head = head.map(|cell| format!("<th>{cell}</th>")).concat();
        let _ = write!(page, "<h2>{title}</h2>\n<table>\n<tr>{head}</tr>\n{rows}</table>\n");
    }
}

fn words<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("–")
}

/// Text in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars().filter(|char| *char != '\n') {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push_str(&clean(other.encode_utf8(&mut [0; 4]))),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_no_markup_from_outside() {
        let hostile = "C1<script>alert(1)</script>\"'&\u{202e}";
        let page = html(&serde_json::json!({
            "inputs": {"school": hostile}, "summary": {"reset": 1},
            "changes": [{"caregiver": hostile, "cohort": hostile, "actions": ["reset", "email"]}],
            "held": [{"caregiver": "C2", "cohort": hostile, "code": "no-email"}],
            "guards": [{"name": hostile, "actual": 9, "limit": 3, "blocks": true}],
        }));
        assert!(!page.contains("<script") && !page.contains('\u{202e}'), "{page}");
        assert!(page.contains("<td>C1&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\u{fffd}</td>"), "{page}");
        assert!(page.contains("<td>no-email</td><td>1</td><td>no email address</td>"), "{page}");
        assert!(page.contains("Blocked by the guard") && page.contains("<td>reset, email</td>"), "{page}");
    }
}
