//! The SMS export, as written.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::super::form::{Address, Domain, Length, Line, Path, Pattern, Spelled};

/// The SMS export.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Roster {
    /// What kind of export it is.
    #[serde(default)]
    pub(in crate::rollout) format: Format,
    /// The file inside the project; for formats of several files also a folder or a ZIP, for `csv` also a ZIP with one file.
    #[schemars(example = "roster/caregivers.csv")]
    pub(in crate::rollout) path: Spelled<Path>,
    /// Whether everybody is in it: only then can it say that somebody has left.
    #[serde(default)]
    pub(in crate::rollout) upload: Upload,
    /// An export older than this is refused.
    #[serde(default = "seven_days")]
    pub(in crate::rollout) max_age: Spelled<Length>,
    /// What tells one caregiver from another.
    #[serde(default)]
    pub(in crate::rollout) identity: Identity,
    /// How its characters are encoded.
    #[serde(default)]
    pub(in crate::rollout) encoding: Encoding,
    /// Whether every row says whom it is about.
    #[serde(default)]
    pub(in crate::rollout) rows: Rows,
    /// What it is, where `roster` is a list.
    #[serde(default)]
    pub(in crate::rollout) part: Part,
    /// The heading of each column that firstbell reads. Where a heading occurs several times in the file, `ID#2` is the
    /// second `ID` from the left. For `csv` and `xlsx`, and for `edge` where its headings are others than usual; the other
    /// formats fix their own.
    #[serde(default)]
    pub(in crate::rollout) columns: Columns,
    /// Columns that must say yes before a caregiver may see a child, besides `portal-access`.
    #[serde(default, deserialize_with = "super::list_or_nothing")]
    pub(in crate::rollout) require: Vec<Required>,
    /// Columns in which a blank cell means no, because the SMS fills them in for a yes only. Else a blank one is unknown.
    #[serde(default, deserialize_with = "super::list_or_nothing")]
    pub(in crate::rollout) blank_is_no: Vec<Flag>,
    /// Where the year level is found, for `ide`, which has no column for it.
    #[serde(default)]
    pub(in crate::rollout) year_from: Option<YearFrom>,
    /// Addresses that stand for "none", such as the office's.
    #[serde(default, deserialize_with = "super::list_or_nothing")]
    pub(in crate::rollout) placeholder_emails: Vec<Spelled<Address>>,
    /// Domains of staff addresses: nobody gets a parent's letter there.
    #[serde(default, deserialize_with = "super::list_or_nothing")]
    pub(in crate::rollout) staff_domains: Vec<Spelled<Domain>>,
    /// What it means when an access column says nothing that can be understood. Must be chosen as soon as one does.
    #[serde(default)]
    pub(in crate::rollout) unknown_access: Option<UnknownAccess>,
}

fn seven_days() -> Spelled<Length> {
    Spelled { text: "7d".into(), meaning: std::time::Duration::from_hours(7 * 24) }
}

/// What kind of export.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Format {
    /// One row for each caregiver and child, with the columns that `columns` names.
    #[default]
    Csv,
    /// The same in the first sheet of an Excel workbook, with ids as text.
    Xlsx,
    /// New Zealand's Identity Data Extract: `SMSIAM.csv`.
    Ide,
    /// MUSAC edge: Student Detail, Caregiver Detail and Caregiver Child Mapping, in a folder or a ZIP.
    Edge,
    /// A push of KAMAR's Directory Services, saved as JSON. Needs `identity: email`.
    Kamar,
    /// `OneRoster` 1.1 or 1.2 of 1EdTech, in a folder or a ZIP.
    Oneroster,
    /// Microsoft School Data Sync 2.1 or 1, in a folder or a ZIP.
    Sds,
}

/// Whether everybody is in an export.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Upload {
    /// Everybody is in it.
    #[default]
    Full,
    /// Only some are in it: who is missing has not left.
    Partial,
    /// It says itself: `ide` by its trailer, `kamar` by `sync`, `oneroster` by its manifest.
    ByManifest,
}

/// Where the year level is found: one of the two, with a pattern (a regular expression) whose first group, or else the
/// whole of it, is the year.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct YearFrom {
    /// In the home group: `^(\d+)` finds 7 in `7B`.
    #[schemars(example = r"^(\d+)")]
    pub(in crate::rollout) home_group: Option<Spelled<Pattern>>,
    /// In the names of the groups, of which the first that fits counts: `^Year (\d+)$`.
    #[schemars(example = r"^Year (\d+)$")]
    pub(in crate::rollout) groups: Option<Spelled<Pattern>>,
}

/// What tells one caregiver from another.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Identity {
    /// The SMS's id of the caregiver: it outlives a changed name or address.
    #[default]
    CaregiverId,
    /// The address, where the SMS has no id: somebody with a new address is then somebody new.
    Email,
}

/// How the characters are encoded.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Encoding {
    /// Found from the file, and said where it is not UTF-8.
    #[default]
    Auto,
    /// UTF-8, with or without a mark at its beginning.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, as Excel's "Unicode text".
    #[serde(rename = "utf-16")]
    Utf16,
    /// Windows-1252, as Excel's plain "CSV".
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// Whether every row says whom it is about.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Rows {
    /// Each row has its caregiver and its child.
    #[default]
    Complete,
    /// A row without a caregiver id goes on with the one above, and a row without a student id adds no child: `PowerSchool`
    /// writes a row for each address and telephone number.
    Continued,
}

/// What an export is among several.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Part {
    /// Caregivers and children.
    #[default]
    Roster,
    /// Cells that win over those of the rosters. Each row has a reason (column `because`) and a day from which on it does not count any more (`until`).
    Corrections,
}

/// A column that must say yes.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Required {
    /// Only legal guardians may see a child.
    LegalGuardian,
    /// Only those with whom the child lives may see it.
    LivesWith,
}

/// A column that answers a question about a caregiver and a child.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Flag {
    /// The column `portal-access`.
    PortalAccess,
    /// The column `court-order`.
    CourtOrder,
    /// The column `no-contact`.
    NoContact,
    /// The column `legal-guardian`.
    LegalGuardian,
    /// The column `lives-with`.
    LivesWith,
}

/// What an unknown access means.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum UnknownAccess {
    /// The child does not count, and is not named.
    Hold,
    /// The child counts.
    Allow,
}

/// The heading of each column.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::rollout) struct Columns {
    /// The SMS's id of the caregiver.
    pub(in crate::rollout) caregiver_id: Option<Spelled<Line>>,
    /// The caregiver's given name.
    pub(in crate::rollout) first_name: Option<Spelled<Line>>,
    /// The caregiver's family name.
    pub(in crate::rollout) last_name: Option<Spelled<Line>>,
    /// The caregiver's address. Of several headings in brackets, the first with something in it counts.
    pub(in crate::rollout) email: Option<Headings>,
    /// Whether this row's address is the one to use; where it says no, the address of the row does not count.
    pub(in crate::rollout) primary_email: Option<Spelled<Line>>,
    /// The caregiver's telephone number: for finding people who are in the SMS twice.
    pub(in crate::rollout) phone: Option<Spelled<Line>>,
    /// The caregiver's postal address, for letters on paper. Several headings in brackets are its lines, in their order.
    pub(in crate::rollout) postal_address: Option<Headings>,
    /// The SMS's id of the child.
    pub(in crate::rollout) student_id: Option<Spelled<Line>>,
    /// The child's given name.
    pub(in crate::rollout) student_first_name: Option<Spelled<Line>>,
    /// The child's family name.
    pub(in crate::rollout) student_last_name: Option<Spelled<Line>>,
    /// The child's year level.
    pub(in crate::rollout) year: Option<Spelled<Line>>,
    /// The child's class.
    pub(in crate::rollout) class: Option<Spelled<Line>>,
    /// The child's school, where one export holds several.
    pub(in crate::rollout) school: Option<Spelled<Line>>,
    /// What the caregiver is to the child.
    pub(in crate::rollout) relationship: Option<Spelled<Line>>,
    /// The caregiver's language: chooses the letter, if `mail.language` says so.
    pub(in crate::rollout) language: Option<Spelled<Line>>,
    /// Whether the caregiver may see this child in the portal: no keeps them from the child.
    pub(in crate::rollout) portal_access: Option<Spelled<Line>>,
    /// Whether a court has barred the caregiver from this child: yes keeps them from the child.
    pub(in crate::rollout) court_order: Option<Spelled<Line>>,
    /// Whether the caregiver must have no contact with this child: yes keeps them from the child.
    pub(in crate::rollout) no_contact: Option<Spelled<Line>>,
    /// Whether the caregiver is this child's legal guardian. Decides nothing unless `require` names it.
    pub(in crate::rollout) legal_guardian: Option<Spelled<Line>>,
    /// Whether the child lives with the caregiver. Decides nothing unless `require` names it.
    pub(in crate::rollout) lives_with: Option<Spelled<Line>>,
    /// Which of a child's caregivers comes first.
    pub(in crate::rollout) priority: Option<Spelled<Line>>,
    /// Whether the caregiver works at the school.
    pub(in crate::rollout) staff: Option<Spelled<Line>>,
    /// Why a correction is made. For `part: corrections` only.
    pub(in crate::rollout) because: Option<Spelled<Line>>,
    /// The day from which on a correction does not count any more. For `part: corrections` only.
    pub(in crate::rollout) until: Option<Spelled<Line>>,
    /// Where a row has several caregivers: the columns of each. What all of them share stands above.
    #[serde(deserialize_with = "super::list_or_nothing")]
    pub(in crate::rollout) caregivers: Vec<CaregiverColumns>,
}

/// The heading of each column that belongs to one of a row's caregivers.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::rollout) struct CaregiverColumns {
    /// The SMS's id of the caregiver.
    pub(in crate::rollout) caregiver_id: Option<Spelled<Line>>,
    /// The caregiver's given name.
    pub(in crate::rollout) first_name: Option<Spelled<Line>>,
    /// The caregiver's family name.
    pub(in crate::rollout) last_name: Option<Spelled<Line>>,
    /// The caregiver's address. Of several headings in brackets, the first with something in it counts.
    pub(in crate::rollout) email: Option<Headings>,
    /// Whether this row's address is the one to use; where it says no, the address of the row does not count.
    pub(in crate::rollout) primary_email: Option<Spelled<Line>>,
    /// The caregiver's telephone number: for finding people who are in the SMS twice.
    pub(in crate::rollout) phone: Option<Spelled<Line>>,
    /// The caregiver's postal address, for letters on paper. Several headings in brackets are its lines, in their order.
    pub(in crate::rollout) postal_address: Option<Headings>,
    /// What the caregiver is to the child.
    pub(in crate::rollout) relationship: Option<Spelled<Line>>,
    /// The caregiver's language: chooses the letter, if `mail.language` says so.
    pub(in crate::rollout) language: Option<Spelled<Line>>,
    /// Whether the caregiver may see this child in the portal: no keeps them from the child.
    pub(in crate::rollout) portal_access: Option<Spelled<Line>>,
    /// Whether a court has barred the caregiver from this child: yes keeps them from the child.
    pub(in crate::rollout) court_order: Option<Spelled<Line>>,
    /// Whether the caregiver must have no contact with this child: yes keeps them from the child.
    pub(in crate::rollout) no_contact: Option<Spelled<Line>>,
    /// Whether the caregiver is this child's legal guardian. Decides nothing unless `require` names it.
    pub(in crate::rollout) legal_guardian: Option<Spelled<Line>>,
    /// Whether the child lives with the caregiver. Decides nothing unless `require` names it.
    pub(in crate::rollout) lives_with: Option<Spelled<Line>>,
    /// Which of a child's caregivers comes first.
    pub(in crate::rollout) priority: Option<Spelled<Line>>,
    /// Whether the caregiver works at the school.
    pub(in crate::rollout) staff: Option<Spelled<Line>>,
}

/// One heading, or several in the order of preference.
pub(in crate::rollout) struct Headings(pub(in crate::rollout) Vec<Spelled<Line>>);

impl<'de> Deserialize<'de> for Headings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeadingsVisitor)
    }
}

struct HeadingsVisitor;

impl<'de> Visitor<'de> for HeadingsVisitor {
    type Value = Headings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a heading or a list of them")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Headings, E> {
        Spelled::deserialize(text.into_deserializer()).map(|heading| Headings(vec![heading]))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Headings, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Headings, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Headings)
    }
}

impl JsonSchema for Headings {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Headings".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Spelled<Line>>();
        json_schema!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
    }
}

/// One, or a list.
pub(in crate::rollout) enum OneOrMore<T> {
    One(Box<T>),
    More(Vec<T>),
}

impl<T> OneOrMore<T> {
    /// All of them.
    pub(in crate::rollout) fn all(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![*one],
            Self::More(all) => all,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMoreVisitor(PhantomData))
    }
}

struct OneOrMoreVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMoreVisitor<T> {
    type Value = OneOrMore<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMore::One(Box::new(one)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMore::More)
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMore<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMore{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
    }
}
