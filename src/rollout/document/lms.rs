//! The LMS and the state, as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::form::{Address, Path, Spelled, UserId};
use super::mail::Secret;

/// The LMS.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::rollout) struct Lms {
    /// Which LMS it is.
    pub(in crate::rollout) driver: Driver,
    /// The sandbox's file of accounts, inside the project.
    pub(in crate::rollout) path: Spelled<Path>,
    /// Ultranet's export of its users, inside the project. Only for the driver `ultranet`, like all that follows.
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
    /// Moodle. Not in this version.
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
pub(in crate::rollout) const DEFAULT_STATE: &str = "state/firstbell.db";

/// What the state is kept in.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Store {
    /// One file on this machine.
    #[default]
    Sqlite,
    /// A database that several people share. Not in this version.
    Postgres,
}
