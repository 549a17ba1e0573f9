//! The rollout as it is written: one type for the document, from which the schema, the reference page and the defaults
//! come too. The only file that names `serde_yaml`.
//!
//! The doc comments here are read by school admins: as descriptions in their editor, and in docs/rollout.md. What can't
//! be said in a type (a cohort named twice, a circle) is in `check`.

mod cohorts;
mod families;
mod limits;
mod lms;
mod mail;
mod people;
mod roster;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::form::{Line, Name, Spelled, Version, WebAddress, Zone};

pub(super) use cohorts::{Cohort, Select, ids};
pub(super) use families::{
    AccessRevoked, Bounced, Help, Leavers, NewArrivals, NoEmail, Password, PasswordStyle, SharedEmail,
};
pub(super) use limits::{GuardName, Guards, Override};
pub use lms::DEFAULT_STATE;
pub(super) use lms::{Driver, ExportColumn, Lms, Passwords, Policy, State, Store, StudentField};
pub(super) use mail::{Hours, Mail, Pace, Preset, SignIn, Smtp, Tls, Transport, Weekday};
pub(super) use people::{Distinct, Hold, Moved, Reissue};
pub(super) use roster::{
    CaregiverColumns, Columns, Encoding, Flag, Format, Headings, Identity, OneOrMore, Part, Required, Roster, Rows,
    UnknownAccess, Upload, YearFrom,
};

/// The zone of those who name none: the tool's schools are in New Zealand.
pub(super) const DEFAULT_ZONE: &str = "Pacific/Auckland";

/// What a school wants: which caregivers get access to the parent portal, when, and how. firstbell compares it with what
/// was done already and with the LMS, shows a plan, and carries it out.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "firstbell rollout")]
pub(super) struct Document {
    /// The version of this format: 1.
    pub(super) version: Spelled<Version>,
    /// The school's name, as parents read it in the letter.
    #[schemars(example = "Kōwhai College")]
    pub(super) school: Spelled<Line>,
    /// The time zone in which days begin and `hours` are meant.
    #[serde(default)]
    #[schemars(extend("default" = DEFAULT_ZONE))]
    pub(super) timezone: Option<Spelled<Zone>>,
    /// The export of the SMS: who the caregivers and their children are.
    pub(super) roster: OneOrMore<Roster>,
    /// The LMS in which parents get their accounts. Unless said, the sandbox, in `state/lms.json`.
    #[serde(default)]
    pub(super) lms: Lms,
    /// Where firstbell keeps its record of what was done to whom. Unless said, the file `state/firstbell.db`. Back it up; never commit it.
    #[serde(default)]
    pub(super) state: State,
    /// The page on which parents sign in, for the letter. Must be https, unless it is on this machine.
    pub(super) sign_in_url: Spelled<WebAddress>,
    /// Whom parents ask when something does not work, for the letter.
    #[serde(default)]
    pub(super) help: Help,
    /// What passwords look like.
    #[serde(default)]
    pub(super) password: Password,
    /// How letters look and how they leave.
    pub(super) mail: Mail,
    /// Limits that stop a plan that does too much. A guard that blocks is raised for once with `override`.
    #[serde(default)]
    pub(super) guards: Guards,
    /// What to do when two caregivers have the same address.
    #[serde(default)]
    pub(super) shared_email: SharedEmail,
    /// What to do when a caregiver has no address.
    #[serde(default)]
    pub(super) no_email: NoEmail,
    /// What to do when a letter came back.
    #[serde(default)]
    pub(super) bounced: Bounced,
    /// What to do when somebody is gone from the roster. Nobody is ever deleted.
    #[serde(default)]
    pub(super) leavers: Leavers,
    /// What to do when an active caregiver may not see a child any more: `unlink` takes that child from the account in the LMS.
    #[serde(default)]
    pub(super) access_revoked: AccessRevoked,
    /// What to do with somebody who is new in the SMS and comes into a cohort that is open already.
    #[serde(default)]
    pub(super) new_arrivals: NewArrivals,
    /// Cohorts whose members count as never signed in where the LMS can't say. Without it they are held.
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) assume_never_signed_in: Vec<Spelled<Name>>,
    /// The cohorts, in the order that decides. A caregiver belongs to the first one that selects them.
    #[schemars(length(min = 1))]
    pub(super) cohorts: Vec<Cohort>,
    /// Caregivers to leave alone for now.
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) hold: Vec<Hold>,
    /// Caregivers whose id in the SMS changed, so that they are not taken for somebody new.
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) moved: Vec<Moved>,
    /// Caregivers who look like one person and are not, so that the new one gets access of their own.
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) distinct: Vec<Distinct>,
    /// Caregivers who get another password: the only way to a second activation. A line stays true after use.
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) reissue: Vec<Reissue>,
    /// Guards overridden, each for a while and with a reason.
    #[serde(default, deserialize_with = "list_or_nothing")]
    pub(super) r#override: Vec<Override>,
}

/// Reads a document whose shape has been checked; an error is `serde_yaml`'s own words, with line and column.
pub(super) fn parse(text: &str) -> Result<Document, Unreadable> {
    serde_yaml::from_str(text).map_err(|error| Unreadable {
        line_column: error.location().map(|location| (location.line(), location.column())),
        message: error.to_string(),
    })
}

/// Why `serde_yaml` can't read a document.
pub(super) struct Unreadable {
    pub(super) line_column: Option<(usize, usize)>,
    pub(super) message: String,
}

/// `hold:` with nothing behind it is an empty list: what is left when its last line is taken out.
fn list_or_nothing<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The document as JSON, to compare what the schema accepts with what is read.
#[cfg(test)]
pub(super) fn to_json(text: &str) -> serde_json::Value {
    serde_yaml::from_str(text).unwrap()
}
