//! The plan as JSON, and the schema of that JSON, both from the same types.

mod build;
mod document;
mod inputs;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::plan::Plan;

use super::view::View;
use document::Document;

/// The version of the JSON's form: raised when a key comes, goes or changes its meaning.
pub const FORMAT_VERSION: &str = "1.0";

/// The plan as programs read it. `diagnostics` are the problems met on the way, as `cli` writes them in JSON.
///
/// # Panics
///
/// Never: texts, numbers and string keys always have a JSON form.
pub fn json(plan: &Plan, view: &View, diagnostics: &[Value]) -> Value {
    let document = build::document(plan, view, diagnostics);
    #[expect(clippy::expect_used, reason = "texts, numbers and string keys always have a JSON form")]
    serde_json::to_value(document).expect("a plan has a JSON form")
}

/// The schema of [`json`]'s answer; `schemas/plan.schema.json` is this, and a test compares.
pub fn plan_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.into_root_schema_for::<Document>().to_value()
}

#[cfg(test)]
mod tests;
