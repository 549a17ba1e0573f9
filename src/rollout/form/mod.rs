//! Values that are written as text of a certain form: a date, a span of time, an address. Each form says in one place
//! how it is read, how a schema describes it and under which code its mistakes are known. Where a mistake stands is
//! not known here.

mod address;
mod limit;
mod pattern;
mod time;
mod user_id;
mod word;

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

pub(super) use address::{Address, Domain, Host, Mail, WebAddress, is_this_machine};
pub(super) use limit::{Percent, Share};
pub(super) use pattern::Pattern;
pub(super) use time::{Clock, Day, Length, Zone};
pub(super) use user_id::UserId;
pub(super) use word::{Activation, Environment, Id, Language, Line, Name, Path, Reason, Version};

/// Why a text does not have the form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// One sentence, without a full stop.
    pub(super) message: String,
    /// What to write instead.
    pub(super) help: String,
}

impl Misfit {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// A form of text.
pub(super) trait Form {
    /// What the text means.
    type Meaning;
    /// The form's name, in the schema's `format`.
    const FORMAT: &'static str;
    /// The code of its mistakes.
    const CODE: &'static str;
    /// Whether a number is written as one where the form is written anew, in a schema's defaults.
    const MAY_BE_NUMBER: bool = false;
    /// Reads the text.
    fn read(text: &str) -> Result<Self::Meaning, Misfit>;
    /// What a schema says, besides `format`.
    fn schema() -> Value;
}

/// A value that was written as text of form `F`: the text, and what it means.
pub(super) struct Spelled<F: Form> {
    pub(super) text: String,
    pub(super) meaning: F::Meaning,
}

impl<F: Form> Serialize for Spelled<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.text.parse::<u64>() {
            Ok(number) if F::MAY_BE_NUMBER => serializer.serialize_u64(number),
            _ => serializer.serialize_str(&self.text),
        }
    }
}

/// Takes the text as it is written: `00123` keeps its zeros, `7` and `"7"` are the same.
impl<'de, F: Form> Deserialize<'de> for Spelled<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let meaning = F::read(&text).map_err(|misfit| serde::de::Error::custom(misfit.message))?;
        Ok(Self { text, meaning })
    }
}

impl<F: Form> JsonSchema for Spelled<F> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        F::FORMAT.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = Schema::default();
        if let Value::Object(fields) = F::schema() {
            schema.ensure_object().extend(fields);
        }
        schema.insert("format".into(), F::FORMAT.into());
        schema
    }
}

/// A form as the shape check knows it.
#[derive(Clone, Copy)]
pub(super) struct KnownForm {
    pub(super) format: &'static str,
    pub(super) code: &'static str,
    pub(super) check: fn(&str) -> Result<(), Misfit>,
}

/// The form with this name in the schema's `format`.
pub(super) fn known(format: &str) -> Option<KnownForm> {
    FORMS.iter().find(|form| form.format == format).copied()
}

const FORMS: &[KnownForm] = &[
    row::<Activation>(),
    row::<Address>(),
    row::<Clock>(),
    row::<Day>(),
    row::<Domain>(),
    row::<Environment>(),
    row::<Host>(),
    row::<Id>(),
    row::<Language>(),
    row::<Length>(),
    row::<Line>(),
    row::<Mail>(),
    row::<Name>(),
    row::<Path>(),
    row::<Pattern>(),
    row::<Percent>(),
    row::<Reason>(),
    row::<Share>(),
    row::<UserId>(),
    row::<Version>(),
    row::<WebAddress>(),
    row::<Zone>(),
];

const fn row<F: Form>() -> KnownForm {
    KnownForm { format: F::FORMAT, code: F::CODE, check: check::<F> }
}

fn check<F: Form>(text: &str) -> Result<(), Misfit> {
    F::read(text).map(drop)
}

#[cfg(test)]
pub(super) fn refused<F: Form>(text: &str) -> bool {
    F::read(text).is_err()
}
