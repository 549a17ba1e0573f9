//! The JSON schema of a rollout, for editors, for the reference page, and for the shape check: made from the types in
//! `document`, so that the three can't disagree with what is read.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::document::Document;

/// The JSON schema (draft 2020-12) of a rollout.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Document>().to_value();
    mend(&mut schema);
    schema
}

/// Takes out what Rust's types say and people don't need, in every part of the schema.
fn mend(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            forbid_nothing(fields);
            fields.retain(|key, value| !(key == "format" && value.as_str().is_some_and(is_rust_number)));
            fields.retain(|key, value| !(key == "default" && value.is_null()));
            fields.values_mut().for_each(mend);
            allow_emptied_lists(fields);
        }
        Value::Array(items) => items.iter_mut().for_each(mend),
        _ => {}
    }
}

fn is_rust_number(format: &str) -> bool {
    format.starts_with("uint")
}

/// An optional value is left out, never written as nothing: `opens:` without a day must not open a cohort today.
fn forbid_nothing(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            fields.insert("type".into(), only);
        }
    }
    let Some(Value::Array(options)) = fields.get_mut("anyOf") else { return };
    options.retain(|option| option.get("type") != Some(&json!("null")));
    if let [Value::Object(only)] = options.as_slice() {
        let only = only.clone();
        fields.remove("anyOf");
        fields.extend(only);
    }
}

/// A list that may be left out may also be empty, and may be nothing: `hold:` when its last line is gone.
fn allow_emptied_lists(fields: &mut Map<String, Value>) {
    let required = fields.get("required").cloned().unwrap_or_default();
    let is_required = |key: &str| required.as_array().is_some_and(|keys| keys.iter().any(|k| k == key));
    let Some(Value::Object(properties)) = fields.get_mut("properties") else { return };
    for (key, property) in properties {
        let Some(property) = property.as_object_mut() else { continue };
        if property.get("type") == Some(&json!("array")) && !is_required(key) && !property.contains_key("minItems") {
            property.insert("type".into(), json!(["array", "null"]));
            property.insert("default".into(), json!([]));
        }
    }
}
