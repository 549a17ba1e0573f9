//! The LMS and the state, as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::form::{Address, Id, Language, Line, Path, Spelled, UserId, WebAddress};
use super::mail::Secret;

/// The LMS.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::rollout) struct Lms {
    /// Which LMS it is.
    pub(in crate::rollout) driver: Driver,
    /// The sandbox's file of accounts, inside the project.
    pub(in crate::rollout) path: Spelled<Path>,
    /// Ultranet's export of its users, inside the project. Only for the driver `ultranet`, like all down to `username`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) export: Option<Spelled<Path>>,
    /// What Ultranet's columns G and H hold: `{g: sms-id, h: year-level}`, or the other way round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) columns: Option<ExportColumns>,
    /// Who draws the passwords, and mails them: `firstbell` with the letters of this rollout, or `ultranet` with its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) passwords: Option<Passwords>,
    /// What Ultranet's Email Notification Settings say for parents now: with `true` its gateway mails parents whose accounts it
    /// creates later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) email_notification: Option<bool>,
    /// The default email address of Ultranet's gateway: it stands for "none".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) default_email: Option<Spelled<Address>>,
    /// User ids for accounts to be: `{first}`, `{last}`, their initials `{f}` and `{l}`, `{id}`, and what stands between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) username: Option<Spelled<UserId>>,
    /// Moodle: the site's address, without anything behind the folder that Moodle lies in. Must be https, unless it is on this
    /// machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = "https://moodle.kowhai.example.nz")]
    pub(in crate::rollout) url: Option<Spelled<WebAddress>>,
    /// Moodle: the token of the web service. It is sent only to a host that this machine's settings bind it to. Unless said, it
    /// is the environment variable `FIRSTBELL_LMS_TOKEN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) token: Option<Secret>,
    /// Moodle: the id of the role that lets parents see their children. Without it nobody is linked with a child.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(in crate::rollout) parent_role: Option<u32>,
    /// Moodle: what a student's account carries the SMS's student id in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) student_field: Option<StudentField>,
    /// Moodle: the short name of a profile field that an administrator made for firstbell. It takes the activation's id
    /// together with the password, and so proves after a lost answer whether that was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"firstbell")]
    pub(in crate::rollout) marker_field: Option<Spelled<Line>>,
    /// Moodle: the authentication methods whose passwords may be set; unless said, `manual` alone. Accounts with another one
    /// are held.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "super::list_or_nothing")]
    pub(in crate::rollout) auth: Vec<Spelled<Line>>,
    /// Moodle: the languages that are installed there, out of those in the roster. An account is made in its parent's language if
    /// that is one of these, else in the site's.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "super::list_or_nothing")]
    pub(in crate::rollout) languages: Vec<Spelled<Language>>,
    /// Moodle: the site's password policy, which it does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) policy: Option<Policy>,
    /// Moodle: accounts in one call; unless said, 25.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 50))]
    pub(in crate::rollout) batch: Option<u32>,
    /// Moodle: the ID number of an account that is certainly there, such as a student's. It is asked for first: a missing
    /// capability would look as if nobody had an account. Unless said, the roster's first students are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) known_student: Option<Spelled<Id>>,
}

/// What Ultranet's columns G and H hold.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct ExportColumns {
    /// The seventh column.
    pub(in crate::rollout) g: ExportColumn,
    /// The eighth column.
    pub(in crate::rollout) h: ExportColumn,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum ExportColumn {
    /// The SMS id.
    SmsId,
    /// The year level; `0` for everybody but students.
    YearLevel,
}

/// Who draws the passwords, and mails them.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Passwords {
    /// firstbell draws them into the file, and sends its letters once the import is confirmed.
    Firstbell,
    /// Ultranet draws them while it imports, and mails its own letters.
    Ultranet,
}

/// What a site asks of a password. What is left out is as Moodle has it by itself.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::rollout) struct Policy {
    /// Characters at least.
    #[schemars(range(min = 0, max = 64))]
    pub(in crate::rollout) length: u32,
    /// Digits at least.
    #[schemars(range(min = 0, max = 64))]
    pub(in crate::rollout) digits: u32,
    /// Lower-case letters at least.
    #[schemars(range(min = 0, max = 64))]
    pub(in crate::rollout) lower: u32,
    /// Capitals at least.
    #[schemars(range(min = 0, max = 64))]
    pub(in crate::rollout) upper: u32,
    /// Characters at least that are neither letters nor digits.
    #[schemars(range(min = 0, max = 64))]
    pub(in crate::rollout) special: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { length: 8, digits: 1, lower: 1, upper: 1, special: 1 }
    }
}

/// What a student's account carries the student id in.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum StudentField {
    /// The ID number.
    #[default]
    Idnumber,
    /// The username, in lower case.
    Username,
}

impl Default for Lms {
    fn default() -> Self {
        let path = "state/lms.json".to_owned();
        Self {
            driver: Driver::Sandbox,
            path: Spelled { text: path.clone(), meaning: path },
            export: None,
            columns: None,
            passwords: None,
            email_notification: None,
            default_email: None,
            username: None,
            url: None,
            token: None,
            parent_role: None,
            student_field: None,
            marker_field: None,
            auth: Vec::new(),
            languages: Vec::new(),
            policy: None,
            batch: None,
            known_student: None,
        }
    }
}

/// Which LMS.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Driver {
    /// A file of accounts on this machine, for the first run and for rehearsals.
    Sandbox,
    /// Ultranet: a person exports its users and imports the files that firstbell writes.
    Ultranet,
    /// Moodle, by its web service: docs/moodle.md.
    Moodle,
}

/// The record of what was done to whom.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct State {
    /// What it is kept in.
    #[serde(default)]
    pub(in crate::rollout) store: Store,
    /// The database file, inside the project, for the store `sqlite`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("default" = DEFAULT_STATE))]
    pub(in crate::rollout) path: Option<Spelled<Path>>,
    /// The database's address, for the store `postgres`: it holds a password, and is never written here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) url: Option<Secret>,
}

/// Where the state is, unless it is said.
pub const DEFAULT_STATE: &str = "state/firstbell.db";

/// What the state is kept in.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Store {
    /// One file on this machine.
    #[default]
    Sqlite,
    /// A PostgreSQL database that several people share: docs/postgres.md.
    Postgres,
}
