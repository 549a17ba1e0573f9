//! What a plan was made from, for its header.

use jiff::Timestamp;

use crate::model::ids::{Lineage, RunNumber};
use crate::rollout::Pace;

use super::pace::Forecast;

/// What a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// When the plan was made.
    pub now: Timestamp,
    /// The school's name.
    pub school: String,
    /// The school's time zone.
    pub timezone: jiff::tz::TimeZone,
    /// The roster.
    pub roster: RosterInput,
    /// The rollout.
    pub rollout: RolloutInput,
    /// The state.
    pub state: StateInput,
    /// The LMS.
    pub lms: LmsInput,
    /// SHA-256 of the letters.
    pub letters_sha256: String,
    /// How the plan's letters leave; `None` where they go to a folder.
    pub departure: Option<Departure>,
}

/// How the plan's letters leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// How fast they may.
    pub pace: Pace,
    /// When they will, as far as that is known.
    pub forecast: Option<Forecast>,
}

/// The roster a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterInput {
    /// As the rollout names it.
    pub path: String,
    /// `csv`.
    pub format: &'static str,
    /// What the reader found: `UTF-8, comma`.
    pub shape: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Data rows.
    pub rows: u64,
    /// Caregivers after folding.
    pub caregivers: u64,
    /// The export's own date, else the file's.
    pub exported_at: Timestamp,
    /// Rows of the roster accepted last.
    pub previous_rows: Option<u64>,
    /// Ids that no accepted roster had.
    pub arrivals: u64,
    /// Ids that the last accepted roster had and this one has not.
    pub gone: u64,
    /// Activated caregivers whose name, address or children are others than recorded; `None` where only figures were asked for.
    pub changed: Option<u64>,
    /// Whether it has the same bytes as the one accepted last.
    pub is_unchanged: bool,
    /// Where there are several files: each, in the rollout's order.
    pub parts: Vec<RosterPart>,
}

/// One of a roster's several files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterPart {
    /// As the rollout names it.
    pub path: String,
    /// `csv`.
    pub format: &'static str,
    /// What the reader found.
    pub shape: String,
    /// Data rows.
    pub rows: u64,
    /// Its own date, else the file's.
    pub exported_at: Timestamp,
    /// Whether it only corrects the others.
    pub is_corrections: bool,
}

/// The rollout a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolloutInput {
    /// The file.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The version that it stands in, where the project is in version control.
    pub git: Option<GitInput>,
    /// How many cohorts.
    pub cohorts: usize,
    /// Lines that are done and may go, and overrides that have expired.
    pub notes: Vec<String>,
}

/// Where a rollout stands in version control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitInput {
    /// The commit that is checked out.
    pub commit: String,
    /// Whether rollout or letters differ from it.
    pub is_dirty: bool,
}

/// The state a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateInput {
    /// The file.
    pub path: String,
    /// Which state; `None` before the first run.
    pub lineage: Option<Lineage>,
    /// The last run.
    pub run: RunNumber,
    /// Commits so far.
    pub serial: u64,
    /// The hash of its last event.
    pub head: String,
    /// Caregivers who are active.
    pub active: u64,
    /// The number of the form in which it is stored.
    pub schema: u32,
}

/// The LMS a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LmsInput {
    /// `sandbox`.
    pub driver: &'static str,
    /// `sandbox state/lms.json`.
    pub description: String,
    /// When it was read.
    pub read_at: Timestamp,
    /// Accounts seen.
    pub accounts: u64,
    /// What its driver can do.
    pub capabilities: crate::model::capability::LmsCapabilities,
}
