//! `firstbell schema`: the JSON Schema of each document that the program reads or writes, from the types themselves.

use clap::ValueEnum;
use serde_json::Value;

use crate::{report, rollout};

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of which document
    #[arg(value_enum)]
    name: Name,
}

/// The documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// The file rollout.yaml
    Rollout,
    /// What `plan --format json` prints
    Plan,
    /// What `plan -o FILE` writes
    SavedPlan,
    /// What `drift --format json` prints
    Drift,
    /// A line of what `--json-into FILE` writes
    Events,
    /// What `check --format json` prints
    Check,
    /// What `roster show --format json` prints
    Roster,
    /// What `roster diff --format json` prints
    RosterDiff,
}

impl Name {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Rollout,
        Self::Plan,
        Self::SavedPlan,
        Self::Drift,
        Self::Events,
        Self::Check,
        Self::Roster,
        Self::RosterDiff,
    ];

    /// As the command line and the file in `schemas/` call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rollout => "rollout",
            Self::Plan => "plan",
            Self::SavedPlan => "saved-plan",
            Self::Drift => "drift",
            Self::Events => "events",
            Self::Check => "check",
            Self::Roster => "roster",
            Self::RosterDiff => "roster-diff",
        }
    }

    /// The schema.
    pub fn schema(self) -> Value {
        match self {
            Self::Rollout => rollout::schema(),
            Self::Plan => report::plan_schema(),
            Self::SavedPlan => report::saved_plan_schema(),
            Self::Drift => report::drift_schema(),
            Self::Events => report::events_schema(),
            Self::Check => report::check_schema(),
            Self::Roster => report::roster_schema(),
            Self::RosterDiff => report::diff_schema(),
        }
    }
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    session.screen.answer(&format!("{:#}\n", args.name.schema()));
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_command_line() {
        for name in Name::ALL {
            assert_eq!(name.to_possible_value().unwrap().get_name(), name.as_str());
        }
        assert_eq!(Name::ALL.len(), Name::value_variants().len());
    }
}
