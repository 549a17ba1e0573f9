//! Cohorts, as written.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::super::form::{Day, Id, Length, Name, Path, Percent, Spelled};

/// Caregivers rolled out together.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Cohort {
    /// Its name. Keep it: what was done is recorded under it.
    pub(in crate::rollout) name: Spelled<Name>,
    /// Who is in it.
    pub(in crate::rollout) select: Select,
    /// Not before this day. A cohort that has opened stays open.
    #[serde(default)]
    pub(in crate::rollout) opens: Option<Spelled<Day>>,
    /// Not before these cohorts are settled: nobody in them has anything due, and somebody is, or was, in them.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub(in crate::rollout) after: Option<Vec<Spelled<Name>>>,
    /// A first few letters, and a wait to see whether they arrive. Has no effect with the outbox.
    #[serde(default)]
    pub(in crate::rollout) canary: Option<Canary>,
}

/// A first few letters, and a wait.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Canary {
    /// How many go first.
    #[schemars(range(min = 1, max = 100_000))]
    pub(in crate::rollout) first: u32,
    /// How long to wait.
    pub(in crate::rollout) wait: Spelled<Length>,
    /// The rest goes out only if fewer than this share came back.
    pub(in crate::rollout) bounces_below: Spelled<Percent>,
}

/// Who is in a cohort: `all`, or criteria.
pub(in crate::rollout) enum Select {
    All,
    Criteria(Box<Criteria>),
}

/// Who is in a cohort. All criteria about children must fit one and the same child; `caregivers` and `id-file` name
/// people outright.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Criteria {
    /// They have a child in one of these years.
    #[serde(default)]
    #[schemars(length(min = 1), example = ["7", "8"])]
    pub(in crate::rollout) years: Option<Vec<Spelled<Id>>>,
    /// They have a child in one of these classes.
    #[serde(default)]
    #[schemars(length(min = 1), example = ["8A", "8B"])]
    pub(in crate::rollout) classes: Option<Vec<Spelled<Id>>>,
    /// They have a child at one of these schools.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub(in crate::rollout) schools: Option<Vec<Spelled<Id>>>,
    /// They have one of these children, by the SMS's id of the child.
    #[serde(default)]
    #[schemars(length(min = 1), example = ["S2001"])]
    pub(in crate::rollout) students: Option<Vec<Spelled<Id>>>,
    /// They are one of these, by the SMS's id of the caregiver.
    #[serde(default)]
    #[schemars(length(min = 1), example = ["C1001", "C1002"])]
    pub(in crate::rollout) caregivers: Option<Vec<Spelled<Id>>>,
    /// They are in this file, inside the project: one caregiver id a line (or the first column of a CSV), `#` for remarks.
    #[serde(default)]
    #[schemars(example = "cohorts/pilot.txt")]
    pub(in crate::rollout) id_file: Option<Spelled<Path>>,
}

/// The ids in a list, as they are written.
pub(in crate::rollout) fn ids(list: &[Spelled<Id>]) -> BTreeSet<String> {
    list.iter().map(|id| id.meaning.clone()).collect()
}

impl<'de> Deserialize<'de> for Select {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SelectVisitor)
    }
}

struct SelectVisitor;

impl<'de> Visitor<'de> for SelectVisitor {
    type Value = Select;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`all` or a mapping")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Select, E> {
        if text == "all" { Ok(Select::All) } else { Err(E::unknown_variant(text, &["all"])) }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Select, A::Error> {
        Criteria::deserialize(MapAccessDeserializer::new(map)).map(|criteria| Select::Criteria(Box::new(criteria)))
    }
}

impl JsonSchema for Select {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Select".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let criteria = generator.subschema_for::<Criteria>();
        json_schema!({"anyOf": [{"const": "all", "description": "Everybody with a child that they may see."}, criteria]})
    }
}
