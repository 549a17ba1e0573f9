//! The plan as JSON, and the schema of that JSON, both from the same types.

mod build;
mod check;
mod document;
mod drift;
pub mod events;
mod inputs;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::plan::Plan;

use super::view::View;
pub use check::check_json;
use document::Document;
pub use drift::drift_json;

/// The version of the JSON's form: raised when a key comes, goes or changes its meaning.
pub const FORMAT_VERSION: &str = "1.0";

/// The plan as programs read it. `diagnostics` are the problems met on the way, as `cli` writes them in JSON.
///
/// # Panics
///
/// Never: texts, numbers and string keys always have a JSON form.
pub fn json(plan: &Plan, view: &View, diagnostics: &[Value]) -> Value {
    let document = build::document(plan, view, diagnostics);
    value_of(document)
}

/// The schema of [`json`]'s answer; `schemas/plan.schema.json` is this, and a test compares.
pub fn plan_schema() -> Value {
    schema_of::<Document>()
}

/// The schema of a saved plan: the plan's, with what makes it a saved one.
pub fn saved_plan_schema() -> Value {
    let mut schema = plan_schema();
    require(&mut schema, "", &["plan_id", "created_at", "expires_at", "digest", "mac"]);
    require(&mut schema, "/$defs/Change", &["subject", "precondition"]);
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("title".to_owned(), "firstbell saved plan".into());
    }
    schema
}

fn require(schema: &mut Value, place: &str, names: &[&str]) {
    if let Some(required) = schema.pointer_mut(&format!("{place}/required")).and_then(Value::as_array_mut) {
        required.extend(names.iter().map(|name| Value::from(*name)));
    }
}

/// The schema of [`drift_json`]'s answer.
pub fn drift_schema() -> Value {
    schema_of::<drift::Document>()
}

/// The schema of [`check_json`]'s answer.
pub fn check_schema() -> Value {
    schema_of::<check::Document>()
}

/// The schema of one line of an event stream.
pub fn events_schema() -> Value {
    schema_of::<events::Event>()
}

pub(super) fn schema_of<T: schemars::JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().to_value()
}

#[expect(clippy::expect_used, reason = "texts, numbers and string keys always have a JSON form")]
pub(super) fn value_of(document: impl serde::Serialize) -> Value {
    serde_json::to_value(document).expect("a document has a JSON form")
}

#[cfg(test)]
mod tests;
