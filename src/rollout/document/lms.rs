//! The LMS and the state, as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::form::{Path, Spelled};
use super::mail::Secret;

/// The LMS.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::rollout) struct Lms {
    /// Which LMS it is.
    pub(in crate::rollout) driver: Driver,
    /// The sandbox's file of accounts, inside the project.
    pub(in crate::rollout) path: Spelled<Path>,
}

impl Default for Lms {
    fn default() -> Self {
        let path = "state/lms.json".to_owned();
        Self { driver: Driver::Sandbox, path: Spelled { text: path.clone(), meaning: path } }
    }
}

/// Which LMS.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Driver {
    /// A file of accounts on this machine, for the first run and for rehearsals.
    Sandbox,
    /// Ultranet. Not in this version.
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
