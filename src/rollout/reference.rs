//! docs/rollout.md, made from the schema: every key with what it takes, its default and its meaning. Nothing is written
//! here; `cargo run --example bless` puts the page in its place.

use serde_json::Value;

use super::schema::schema;

const INTRODUCTION: &str = "# rollout.yaml

<!-- Made from the types in src/rollout/document by `cargo run --example bless`. Don't edit it by hand. -->

What a school wants: which caregivers get access, when, and how. It lies in version control, and every path in it begins
at its own folder and stays inside. The least that it can say:

```yaml
version: 1
school: Kōwhai College
roster:
  path: roster/caregivers.csv
  columns: {caregiver-id: CaregiverID, email: Email, student-id: StudentID, year: Year}
sign-in-url: https://portal.kowhai.example.nz
mail:
  from: Kōwhai College <office@kowhai.example.nz>
cohorts:
  - {name: year-7, select: {years: [7]}, opens: 2027-02-01}
  - {name: everyone-else, select: all, after: [year-7]}
```

`firstbell check` reports every mistake in one run, with its line and column. Editors that know JSON Schema complete and
explain the keys: `schemas/rollout.schema.json`, which `firstbell init` puts beside the rollout.

Two traps of YAML: ids and years may be written with or without quotes and are taken as they stand (`00123` keeps its
zeros, `7` and `\"7\"` are the same), but what reads as a number with a fraction or as true or false (`8E1`, `true`) needs
quotes. And aliases (`*name`) are refused: a line in a review must say what it does.
";

/// The reference page of the rollout, in Markdown.
pub fn reference_page() -> String {
    let schema = schema();
    let page = Page { schema: &schema };
    let mut out = INTRODUCTION.to_owned();
    page.section(&mut out, "", &schema);
    out
}

struct Page<'a> {
    schema: &'a Value,
}

impl<'a> Page<'a> {
    /// The table of one mapping, what its words mean, then the mappings within it.
    fn section(&self, out: &mut String, route: &str, schema: &'a Value) {
        let title = if route.is_empty() { "All keys".to_owned() } else { format!("`{route}`") };
        out.extend(["\n## ", &title, "\n\n"]);
        if let Some(text) = schema.get("description").and_then(Value::as_str).filter(|_| !route.is_empty()) {
            out.extend([&one_line(text), "\n\n"]);
        }
        out.push_str("| key | takes | unless said | what it means |\n| --- | --- | --- | --- |\n");
        let properties: Vec<_> = schema.get("properties").and_then(Value::as_object).into_iter().flatten().collect();
        for (key, property) in &properties {
            out.push_str(&self.row(key, property, is_required(schema, key)));
        }
        for (key, property) in &properties {
            self.words(out, key, property);
        }
        for (key, property) in properties {
            if let Some((mapping, mark)) = self.mapping(property) {
                let dot = if route.is_empty() { "" } else { "." };
                self.section(out, &format!("{route}{dot}{key}{mark}"), mapping);
            }
        }
    }

    fn row(&self, key: &str, property: &Value, is_required: bool) -> String {
        let default = match property.get("default") {
            _ if is_required => "(needed)".to_owned(),
            Some(Value::Object(_)) | None => String::new(),
            Some(Value::String(text)) => format!("`{text}`"),
            Some(value) => format!("`{value}`"),
        };
        let meaning = one_line(property.get("description").and_then(Value::as_str).unwrap_or(""));
        let takes = self.takes(property);
        format!("| `{key}` | {takes} | {default} | {meaning}{} |\n", example(property))
    }

    fn takes(&self, schema: &'a Value) -> String {
        let resolved = self.resolved(schema);
        if let Some(options) = resolved.get("anyOf").and_then(Value::as_array) {
            return options.iter().map(|option| self.takes(option)).collect::<Vec<_>>().join(", or ");
        }
        if let Some(items) = resolved.get("items") {
            return format!("list: {}", self.takes(items));
        }
        let choices: Vec<String> = choices(resolved).map(|(word, _)| format!("`{word}`")).collect();
        if !choices.is_empty() {
            return choices.join(", ");
        }
        in_words(resolved)
    }

    /// What the words of a choice mean, where they say it.
    fn words(&self, out: &mut String, key: &str, property: &'a Value) {
        let resolved = self.resolved(property);
        let explained: Vec<_> = choices(resolved).filter(|(_, meaning)| !meaning.is_empty()).collect();
        if explained.is_empty() {
            return;
        }
        out.extend(["\n`", key, "`:\n\n"]);
        for (word, meaning) in explained {
            out.extend(["- `", word, "`: ", &one_line(meaning), "\n"]);
        }
    }

    /// The mapping that a key takes, or each item of its list.
    fn mapping(&self, property: &'a Value) -> Option<(&'a Value, &'static str)> {
        let resolved = self.resolved(property);
        if resolved.get("properties").is_some() {
            return Some((resolved, ""));
        }
        if let Some(options) = resolved.get("anyOf").and_then(Value::as_array) {
            return options.iter().find_map(|option| self.mapping(option));
        }
        resolved.get("items").and_then(|items| self.mapping(items)).map(|(mapping, _)| (mapping, "[]"))
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        target.and_then(|target| self.schema.pointer(target)).unwrap_or(schema)
    }
}

/// The words of a choice, with their meanings.
fn choices(schema: &Value) -> impl Iterator<Item = (&str, &str)> {
    let list = |key| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    let described = list("oneOf").chain(schema.get("const").is_some().then_some(schema));
    let described = described.filter_map(|option| {
        let meaning = option.get("description").and_then(Value::as_str).unwrap_or("");
        Some((option.get("const")?.as_str()?, meaning))
    });
    described.chain(list("enum").filter_map(|word| Some((word.as_str()?, ""))))
}

fn in_words(schema: &Value) -> String {
    let word = match schema.get("format").and_then(Value::as_str) {
        Some("activation-number") => "number from 2",
        Some("rollout-version") => "`1`",
        Some("number-or-percent") => "number or percent",
        Some("project-path") => "path",
        Some("line" | "cohort-name") => "text",
        Some("environment-name") => "name that begins with `FIRSTBELL_`",
        Some("date") => "day",
        Some(format) => return format.replace('-', " "),
        None if schema.get("properties").is_some() => "mapping, below",
        None => return range(schema),
    };
    word.to_owned()
}

fn range(schema: &Value) -> String {
    if schema.get("type").and_then(Value::as_str) == Some("boolean") {
        return "`true` or `false`".to_owned();
    }
    match (schema.get("minimum"), schema.get("maximum")) {
        (Some(least), Some(most)) => format!("number, {least} to {most}"),
        _ => "number".to_owned(),
    }
}

fn example(property: &Value) -> String {
    if property.get("default").is_some() {
        return String::new();
    }
    let first = property.get("examples").and_then(Value::as_array).and_then(|examples| examples.first());
    match first {
        Some(Value::String(text)) => format!(" Example: `{text}`"),
        Some(value) => format!(" Example: `{}`", value.to_string().replace(',', ", ")),
        None => String::new(),
    }
}

fn is_required(schema: &Value, key: &str) -> bool {
    schema.get("required").and_then(Value::as_array).is_some_and(|keys| keys.iter().any(|required| required == key))
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}
