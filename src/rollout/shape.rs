//! Compares the tree with the schema: unknown and missing keys, wrong types, words that are not one of the known,
//! numbers out of range, texts without their form. Reports all of them; says nothing about what values mean together.
//!
//! Understands just the part of JSON Schema that `schema` makes. Patterns are for editors: here the forms are read.

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostics, Span};

use super::form;
use super::hints;
use super::nearest;
use super::node::{Entry, Kind, Node, Scalar, Value as Piece};
use super::secrets;
use super::source::Source;

/// Guards that no `override` lifts, and what there is instead.
const NEVER_LIFTED: [(&str, &str); 2] = [
    ("second-resets", "no override lifts this guard: each second reset has a `reissue:` line of its own"),
    (
        "signed-in-reset",
        "no override lifts this guard: whoever has signed in gets another password by a `reissue:` line of their own",
    ),
];

/// Checks the whole document.
pub(super) fn check(source: &Source<'_>, root: &Node, schema: &Value, problems: &mut Diagnostics) {
    let mut shape = Shape { source, schema, problems };
    shape.node(&Spot { node: root, at: root.span, what: "the rollout".into() }, schema);
}

struct Shape<'a, 'text> {
    source: &'a Source<'text>,
    schema: &'a Value,
    problems: &'a mut Diagnostics,
}

/// A piece, where it hangs, and what messages call it.
struct Spot<'n> {
    node: &'n Node,
    at: Span,
    what: String,
}

impl<'a> Shape<'a, '_> {
    fn node(&mut self, spot: &Spot<'_>, schema: &'a Value) {
        if self.problems.len() >= super::MOST_PROBLEMS {
            return;
        }
        let schema = self.resolved(schema);
        if let Some(options) = schema.get("anyOf").and_then(Value::as_array) {
            let fitting = options.iter().map(|option| self.resolved(option)).find(|option| fits(spot.node, option));
            return match fitting {
                Some(option) => self.node(spot, option),
                None => self.wrong_type(spot, schema),
            };
        }
        match &spot.node.value {
            Piece::Broken => {}
            Piece::Map(entries) if allows(schema, "object") => self.map(spot, entries, schema),
            Piece::List(items) if allows(schema, "array") => self.list(spot, items, schema),
            Piece::Scalar(scalar) => self.scalar(spot, scalar, schema),
            Piece::Map(_) | Piece::List(_) => self.wrong_type(spot, schema),
        }
    }

    fn map(&mut self, spot: &Spot<'_>, entries: &[Entry], schema: &'a Value) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        for entry in entries {
            if self.problems.len() >= super::MOST_PROBLEMS {
                return;
            }
            match properties.get(&entry.key) {
                Some(schema) => {
                    let what = format!("`{}`", entry.key);
                    self.node(&Spot { node: &entry.value, at: entry.key_span, what }, schema);
                }
                None => self.unknown_key(spot, entry, properties),
            }
        }
        for key in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if spot.node.entry(key).is_none() {
                self.missing_key(spot, key, properties);
            }
        }
    }

    fn list(&mut self, spot: &Spot<'_>, items: &[Node], schema: &'a Value) {
        if items.is_empty() && schema.get("minItems").is_some() {
            let problem = self.source.error("rollout::empty-list", spot.at, format!("{} is an empty list", spot.what));
            self.problems.push(problem.with_help("name at least one, or leave the line out"));
        }
        let Some(schema) = schema.get("items") else { return };
        for node in items {
            self.node(&Spot { node, at: node.span, what: format!("an item of {}", spot.what) }, schema);
        }
    }

    fn scalar(&mut self, spot: &Spot<'_>, scalar: &Scalar, schema: &'a Value) {
        let form = schema.get("format").and_then(Value::as_str).and_then(form::known);
        let choices = choices(schema);
        if !choices.is_empty() && form.is_none() {
            return self.choice(spot, scalar, &choices);
        }
        if !allows_kind(schema, scalar.kind()) {
            return self.wrong_type(spot, schema);
        }
        if let Some(form) = form
            && let Err(misfit) = (form.check)(&scalar.text)
        {
            let problem = self.source.error(form.code, spot.node.span, misfit.message);
            self.problems.push(problem.with_help(misfit.help));
        } else if scalar.kind() == Kind::Integer && form.is_none() {
            self.range(spot, &scalar.text, schema);
        }
    }

    fn choice(&mut self, spot: &Spot<'_>, scalar: &Scalar, choices: &[&str]) {
        if choices.contains(&scalar.text.as_str()) {
            return;
        }
        let message = match scalar.kind() {
            Kind::Nothing => format!("{} has no value", spot.what),
            _ => format!("{} can't be `{}`", spot.what, scalar.text),
        };
        let problem = self.source.error("rollout::not-one-of", spot.node.span, message);
        let never = NEVER_LIFTED.iter().find(|(name, _)| *name == scalar.text && choices.contains(&"resets"));
        let near = never.map(|(_, help)| (*help).to_owned()).or_else(|| nearest::help(&scalar.text, choices));
        let help = near.unwrap_or_else(|| format!("one of: {}", choices.join(", ")));
        self.problems.push(problem.with_help(help));
    }

    fn range(&mut self, spot: &Spot<'_>, text: &str, schema: &Value) {
        let bound = |key| schema.get(key).and_then(Value::as_i64);
        let (least, most) = (bound("minimum").unwrap_or(0), bound("maximum").unwrap_or(i64::from(u32::MAX)));
        if text.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number)) {
            return;
        }
        let message = format!("{} is `{text}`", spot.what);
        let problem = self.source.error("rollout::out-of-range", spot.node.span, message);
        self.problems.push(problem.with_help(format!("write a number from {least} to {most}")));
    }

    fn unknown_key(&mut self, spot: &Spot<'_>, entry: &Entry, properties: &Map<String, Value>) {
        let known: Vec<&str> =
            properties.keys().map(String::as_str).filter(|key| spot.node.entry(key).is_none()).collect();
        let message = format!("`{}` is not a key of {}", entry.key, spot.what);
        let problem = self.source.error("rollout::unknown-key", entry.key_span, message);
        self.problems.push(match nearest::help(&entry.key, &known) {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    fn missing_key(&mut self, spot: &Spot<'_>, key: &str, properties: &Map<String, Value>) {
        let problem = self.source.error("rollout::missing-key", spot.at, format!("{} has no `{key}`", spot.what));
        let description = properties.get(key).and_then(|schema| schema.get("description")).and_then(Value::as_str);
        let meaning = description.unwrap_or("").trim_end_matches('.');
        self.problems.push(problem.with_help(format!("add `{key}` here. {meaning}")));
    }

    fn wrong_type(&mut self, spot: &Spot<'_>, schema: &Value) {
        if matches!(spot.node.value, Piece::Broken) {
            return;
        }
        let is_nothing = matches!(&spot.node.value, Piece::Scalar(scalar) if scalar.kind() == Kind::Nothing);
        let (message, help) = if is_nothing {
            (format!("{} has no value", spot.what), Some("give it a value, or leave the line out".to_owned()))
        } else {
            let wanted = self.wanted(schema);
            let is_secret = secrets::are_wanted(schema, self.schema) && spot.node.text().is_some();
            let help = if is_secret {
                Some(secrets::help(&spot.what))
            } else {
                hints::how_to_write(spot.node, &wanted, schema)
            };
            (format!("{} must be {wanted}, not {}", spot.what, found(spot.node)), help)
        };
        let problem = self.source.error("rollout::wrong-type", spot.node.span, message);
        self.problems.push(match help {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }

    fn wanted(&self, schema: &Value) -> String {
        let options = schema.get("anyOf").and_then(Value::as_array);
        let words: Vec<String> = match options {
            Some(options) => options.iter().map(|option| self.wanted(self.resolved(option))).collect(),
            None if !choices(schema).is_empty() => choices(schema).iter().map(|word| format!("`{word}`")).collect(),
            None => types(schema).filter_map(in_words).map(str::to_owned).collect(),
        };
        words.join(" or ")
    }

    /// The schema itself, or the definition that it points to.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        target.and_then(|target| self.schema.pointer(target)).unwrap_or(schema)
    }
}

/// Whether a piece could be meant as this option.
fn fits(node: &Node, option: &Value) -> bool {
    match &node.value {
        Piece::Map(_) => allows(option, "object"),
        Piece::List(_) => allows(option, "array"),
        Piece::Scalar(scalar) if choices(option).is_empty() => allows_kind(option, scalar.kind()),
        Piece::Scalar(scalar) => choices(option).contains(&scalar.text.as_str()),
        Piece::Broken => true,
    }
}

fn types(schema: &Value) -> impl Iterator<Item = &str> {
    let kind = schema.get("type");
    let one = kind.and_then(Value::as_str);
    one.into_iter().chain(kind.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str))
}

fn allows(schema: &Value, kind: &str) -> bool {
    types(schema).any(|allowed| allowed == kind)
}

fn allows_kind(schema: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Nothing => allows(schema, "null"),
        Kind::Truth => allows(schema, "boolean"),
        Kind::Integer => allows(schema, "integer"),
        Kind::Float => allows(schema, "number"),
        Kind::Text => allows(schema, "string"),
    }
}

/// The words that a value may be, where these are fixed.
fn choices(schema: &Value) -> Vec<&str> {
    let list = |key| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    let own = schema.get("const").into_iter().chain(list("enum")).filter_map(Value::as_str);
    own.chain(list("oneOf").flat_map(choices)).collect()
}

fn in_words(kind: &str) -> Option<&'static str> {
    match kind {
        "string" => Some("text"),
        "integer" => Some("a whole number"),
        "array" => Some("a list"),
        "object" => Some("a mapping (lines of `key: value`)"),
        _ => None,
    }
}

fn found(node: &Node) -> &'static str {
    match &node.value {
        Piece::Map(_) => "a mapping",
        Piece::List(_) => "a list",
        Piece::Broken => "this",
        Piece::Scalar(scalar) => match scalar.kind() {
            Kind::Nothing => "nothing",
            Kind::Truth => "true or false",
            Kind::Integer => "a number",
            Kind::Float => "a number with a fraction",
            Kind::Text => "text",
        },
    }
}
