//! Secrets that were written into the rollout, where the name of an environment variable belongs. Found before anything is
//! said of the document: a problem shows its whole line, also to whoever reads the log of a pipeline.

use serde_json::Value;

use crate::diagnostic::Span;

use super::node::{Kind, Node, Value as Piece};

/// Keys that are taken for a secret's wherever they stand: a key above may be misspelt.
const NAMES: [&str; 4] = ["password", "passwort", "secret", "token"];

/// Where they stand.
pub(super) fn written_here(root: &Node, schema: &Value) -> Vec<Span> {
    let mut found = Vec::new();
    walk(root, schema, schema, &mut found);
    found
}

/// Where they seem to stand, by the look of the lines: also in a document that is no YAML.
pub(super) fn in_text(text: &str) -> Vec<Span> {
    let lines = crate::diagnostic::lines(text).zip(1_u32..);
    lines.flat_map(|(words, line)| in_line(words).map(move |(start, end)| span(words, line, start, end))).collect()
}

/// The bytes behind `password:` and its like, unless a mapping begins there, and what stands before the `@` of an address.
fn in_line(line: &str) -> impl Iterator<Item = (usize, usize)> {
    let of_key = NAMES.iter().filter_map(|name| {
        let colon = line.find(name)? + name.len();
        let rest = line.get(colon..)?;
        let value = rest.trim_start_matches(['"', '\'', ' ']).strip_prefix(':')?.trim_start();
        let is_value = !value.is_empty() && !value.starts_with(['{', '#']);
        is_value.then(|| (line.len() - value.len(), line.len() - value.len() + length(value)))
    });
    let of_address = line.find("://").and_then(|at| {
        let (start, rest) = (at + 3, line.get(at + 3..)?);
        let address = rest.split([' ', '"', '\'']).next()?;
        Some((start, start + address.rfind('@')?))
    });
    of_key.chain(of_address)
}

/// How far a value goes that stands in a line: in a mapping of one line perhaps not to its end.
fn length(value: &str) -> usize {
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
    let end = match quote {
        Some(quote) => value[1..].find(quote).map(|at| at + 2),
        None => value.find([',', '}']),
    };
    end.unwrap_or(value.len())
}

fn span(words: &str, line: u32, start: usize, end: usize) -> Span {
    let column = |byte: usize| {
        let before = words.get(..byte).map_or(0, |before| before.chars().count());
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    };
    Span { line, column: column(start), end_line: line, end_column: column(end) }
}

/// Whether `{env: …}` is wanted, and nothing else.
pub(super) fn are_wanted(schema: &Value, root: &Value) -> bool {
    options(schema, root).iter().any(|option| option.pointer("/properties/env").is_some())
}

/// What to write instead, for the key that messages call `what`.
pub(super) fn help(what: &str) -> String {
    let (name, secret) = match what.trim_matches('`') {
        "password" => ("FIRSTBELL_SMTP_PASSWORD".to_owned(), "password"),
        "url" => ("FIRSTBELL_STATE_URL".to_owned(), "secret"),
        other => (format!("FIRSTBELL_{}", other.to_uppercase().replace('-', "_")), "secret"),
    };
    format!("write `{{env: {name}}}`; the {secret} stood in the file, change it")
}

fn walk(node: &Node, schema: &Value, root: &Value, found: &mut Vec<Span>) {
    let options = options(schema, root);
    match &node.value {
        Piece::Map(entries) => {
            for entry in entries {
                let known = options.iter().find_map(|option| option.get("properties")?.get(&entry.key));
                let wanted = known.unwrap_or(&Value::Null);
                let is_secret = are_wanted(wanted, root) || NAMES.contains(&entry.key.as_str());
                match &entry.value.value {
                    Piece::Scalar(scalar) if is_secret && scalar.kind() != Kind::Nothing => {
                        found.push(entry.value.span);
                    }
                    _ => walk(&entry.value, wanted, root, found),
                }
            }
        }
        Piece::List(items) => {
            let wanted = options.iter().find_map(|option| option.get("items")).unwrap_or(&Value::Null);
            for item in items {
                walk(item, wanted, root, found);
            }
        }
        Piece::Scalar(_) | Piece::Broken => {}
    }
}

/// The schema, or what it points to, or each that may be chosen.
fn options<'a>(schema: &'a Value, root: &'a Value) -> Vec<&'a Value> {
    let resolved = |schema: &'a Value| {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        target.and_then(|target| root.pointer(target)).unwrap_or(schema)
    };
    let schema = resolved(schema);
    match schema.get("anyOf").and_then(Value::as_array) {
        Some(several) => several.iter().map(resolved).collect(),
        None => vec![schema],
    }
}
