//! The plan's header: what it was made from.

use crate::model::ids::RunNumber;
use crate::plan::{Departure, Inputs, LmsInput, RolloutInput, RosterInput, RosterPart, StateInput};
use crate::roster::PartFacts;

use super::ground::Ground;

/// What the plan was made from.
pub(super) fn inputs(ground: &Ground<'_>) -> Inputs {
    let position = ground.recorded.position.as_ref();
    let rollout = ground.rollout;
    Inputs {
        now: ground.context.now,
        school: rollout.school.clone(),
        timezone: rollout.timezone.clone(),
        roster: roster_input(ground),
        rollout: RolloutInput {
            path: rollout.file.to_string(),
            sha256: rollout.sha256.clone(),
            git: ground.context.git.cloned(),
            cohorts: rollout.cohorts.len(),
            notes: Vec::new(),
        },
        state: StateInput {
            path: ground.context.state_path.to_owned(),
            lineage: position.map(|position| position.lineage.clone()),
            run: position.map_or(RunNumber(0), |position| position.run),
            serial: position.map_or(0, |position| position.serial),
            head: position.map_or_else(String::new, |position| position.head.clone()),
            active: ground.recorded.histories.values().filter(|history| history.is_active()).count() as u64,
            schema: ground.context.state_schema,
        },
        lms: LmsInput {
            driver: rollout.lms.driver(),
            description: ground.context.lms_description.to_owned(),
            read_at: ground.observed.read_at,
            accounts: ground.observed.len() as u64,
            capabilities: ground.context.lms,
        },
        letters_sha256: ground.context.letters_sha256.to_owned(),
        departure: None,
    }
}

/// How so many letters will leave.
pub(super) fn departure(ground: &Ground<'_>, letters: u64) -> Option<Departure> {
    let (context, pace) = (ground.context, ground.rollout.mail.pace);
    let is_paced = context.timetable.is_some() || !context.mail.is_idempotent;
    let forecast = context.timetable.filter(|_| letters > 0).and_then(|table| table.forecast(context.now, letters));
    is_paced.then_some(Departure { pace, forecast })
}

fn roster_input(ground: &Ground<'_>) -> RosterInput {
    let facts = ground.roster.facts();
    RosterInput {
        path: facts.path.clone(),
        format: facts.format,
        shape: facts.shape.clone(),
        sha256: facts.sha256.clone(),
        rows: facts.rows,
        caregivers: ground.roster.len() as u64,
        exported_at: facts.exported_at,
        previous_rows: ground.recorded.last_roster().map(|last| last.rows),
        arrivals: ground.absences.arrivals,
        gone: ground.absences.gone,
        changed: None,
        is_unchanged: !ground.absences.is_new_roster(),
        parts: facts.parts.iter().map(part).collect(),
    }
}

fn part(facts: &PartFacts) -> RosterPart {
    RosterPart {
        path: facts.path.clone(),
        format: facts.format,
        shape: facts.shape.clone(),
        rows: facts.rows,
        exported_at: facts.exported_at,
        is_corrections: facts.is_corrections,
    }
}
