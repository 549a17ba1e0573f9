//! The JSON plan's `inputs`: what the plan was made from, each with what tells whether it is still the same.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan;
use crate::report::view::Personal;

/// What the plan was made from.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Inputs {
    /// When the plan was made (RFC 3339).
    now: String,
    /// The school's name.
    school: String,
    /// The school's time zone.
    timezone: Option<String>,
    /// The SMS export.
    roster: Roster,
    /// The rollout.
    rollout: Rollout,
    /// The letters.
    letters: Letters,
    /// The recorded state.
    state: State,
    /// The LMS.
    lms: Lms,
    /// Letters a minute; null where they go to a folder, or as fast as the mail server takes them.
    per_minute: Option<u32>,
    /// Letters in 24 hours; null where nothing bounds them.
    per_day: Option<u32>,
    /// About when the last letter will have left; null where that can't be told.
    last_letter_at: Option<String>,
}

/// The SMS export.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Roster {
    /// As the rollout names it.
    path: String,
    /// The reader.
    format: &'static str,
    /// What the reader found.
    shape: String,
    /// SHA-256 of its bytes.
    sha256: String,
    /// Data rows.
    rows: u64,
    /// Caregivers after folding.
    caregivers: u64,
    /// The export's own date, else the file's (RFC 3339).
    exported_at: String,
    /// Rows of the roster accepted last; null if this is the first.
    previous_rows: Option<u64>,
    /// Ids that no accepted roster had.
    arrivals: u64,
    /// Ids that the roster accepted last had and this one has not.
    gone: u64,
    /// Activated caregivers whose name, address or children are others than recorded; null where that was not looked at.
    changed: Option<u64>,
    /// Whether it has the same bytes as the one accepted last.
    is_unchanged: bool,
    /// Each file, where there are several.
    parts: Vec<Part>,
}

/// One of a roster's several files.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Part {
    /// As the rollout names it.
    path: String,
    /// The reader.
    format: &'static str,
    /// What the reader found.
    shape: String,
    /// Data rows.
    rows: u64,
    /// Its own date, else the file's (RFC 3339).
    exported_at: String,
    /// Whether it only corrects the others.
    is_corrections: bool,
}

/// The rollout.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Rollout {
    /// The file.
    path: String,
    /// SHA-256 of its bytes.
    sha256: String,
    /// Where it stands in version control; `null` outside.
    git: Option<Git>,
    /// How many cohorts.
    cohorts: u64,
    /// Lines that are done and may go, overrides that have expired; left out where personal data is not shown.
    notes: Vec<String>,
}

/// The letters.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Letters {
    /// SHA-256 of all their files.
    sha256: String,
}

/// Where the rollout stands in version control.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Git {
    /// The commit that is checked out.
    commit: String,
    /// Whether rollout or letters differ from it.
    dirty: bool,
}

/// What the LMS driver can do.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the document")]
#[schemars(deny_unknown_fields)]
struct Capabilities {
    /// After a crash it can tell whether a password was set.
    marker: bool,
    /// It can correct names and addresses.
    update: bool,
    /// It can disable accounts.
    disable: bool,
    /// A person carries what an apply writes: what `effects` counts as passwords are rows that are handed over.
    by_hand: bool,
}

/// The recorded state.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct State {
    /// The file.
    path: String,
    /// Which state; null before the first run.
    lineage: Option<String>,
    /// The last run.
    run: u32,
    /// Commits so far.
    serial: u64,
    /// The hash of its last event.
    head: String,
    /// Caregivers who are active.
    active: u64,
    /// The number of the form in which it is stored.
    schema: u32,
}

/// The LMS.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Lms {
    /// Its driver, as the rollout names it.
    driver: String,
    /// Driver and place.
    description: String,
    /// When it was read (RFC 3339).
    read_at: String,
    /// Accounts seen.
    accounts: u64,
    /// What its driver can do.
    capabilities: Capabilities,
}

/// The inputs, as far as they may be shown.
pub(super) fn inputs(inputs: &plan::Inputs, personal: Personal) -> Inputs {
    Inputs {
        now: inputs.now.to_string(),
        school: inputs.school.clone(),
        timezone: inputs.timezone.iana_name().map(str::to_owned),
        roster: roster(&inputs.roster),
        rollout: rollout(&inputs.rollout, personal),
        letters: Letters { sha256: inputs.letters_sha256.clone() },
        state: state(&inputs.state),
        lms: Lms {
            driver: inputs.lms.driver.to_owned(),
            description: inputs.lms.description.clone(),
            read_at: inputs.lms.read_at.to_string(),
            accounts: inputs.lms.accounts,
            capabilities: capabilities(inputs.lms.capabilities),
        },
        per_minute: inputs.departure.as_ref().and_then(|departure| departure.pace.per_minute),
        per_day: inputs.departure.as_ref().and_then(|departure| departure.pace.per_day),
        last_letter_at: last_letter(inputs),
    }
}

fn last_letter(inputs: &plan::Inputs) -> Option<String> {
    Some(inputs.departure.as_ref()?.forecast?.last.to_string())
}

fn roster(roster: &plan::RosterInput) -> Roster {
    Roster {
        path: roster.path.clone(),
        format: roster.format,
        shape: roster.shape.clone(),
        sha256: roster.sha256.clone(),
        rows: roster.rows,
        caregivers: roster.caregivers,
        exported_at: roster.exported_at.to_string(),
        previous_rows: roster.previous_rows,
        arrivals: roster.arrivals,
        gone: roster.gone,
        changed: roster.changed,
        is_unchanged: roster.is_unchanged,
        parts: roster.parts.iter().map(part).collect(),
    }
}

fn part(part: &plan::RosterPart) -> Part {
    Part {
        path: part.path.clone(),
        format: part.format,
        shape: part.shape.clone(),
        rows: part.rows,
        exported_at: part.exported_at.to_string(),
        is_corrections: part.is_corrections,
    }
}

fn rollout(rollout: &plan::RolloutInput, personal: Personal) -> Rollout {
    let notes = match personal {
        Personal::None => Vec::new(),
        _ => rollout.notes.iter().map(|note| personal.addresses_in(note)).collect(),
    };
    let git = rollout.git.as_ref().map(|git| Git { commit: git.commit.clone(), dirty: git.is_dirty });
    Rollout { path: rollout.path.clone(), sha256: rollout.sha256.clone(), git, cohorts: rollout.cohorts as u64, notes }
}

fn capabilities(of: crate::model::capability::LmsCapabilities) -> Capabilities {
    Capabilities {
        marker: of.has_marker,
        update: of.can_update,
        disable: of.can_disable,
        by_hand: of.carrier.is_person(),
    }
}

fn state(state: &plan::StateInput) -> State {
    State {
        path: state.path.clone(),
        lineage: state.lineage.as_ref().map(ToString::to_string),
        run: state.run.0,
        serial: state.serial,
        head: state.head.clone(),
        active: state.active,
        schema: state.schema,
    }
}
