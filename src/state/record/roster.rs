//! Accepted rosters, who came and went with them, and the openings of cohorts.

use crate::state::sql::{kept, params};

use super::commit::{Scope, lookup, one};
use super::fault::Fault;
use super::value::{At, Count};
use crate::model::ids::{CaregiverId, CohortName, RosterNumber};
use crate::model::recorded::AcceptedRoster;

/// Takes a roster as the school's; its number follows the last one's.
pub(super) fn accept(scope: Scope<'_>, roster: &AcceptedRoster) -> Result<(), Fault> {
    let last = lookup::<Option<RosterNumber>>(scope.conn, "SELECT max(number) FROM rosters", [])?.flatten();
    let next = last.map_or(RosterNumber::FIRST, RosterNumber::next);
    if roster.number != next {
        return Err(Fault::rule(format!("roster {} can't be accepted: the next one is roster {next}", roster.number)));
    }
    let AcceptedRoster { number, accepted_at, exported_at, sha256, rows, caregivers, is_full } = roster;
    one(
        scope.conn,
        "INSERT INTO rosters (number, run, accepted_at, exported_at, sha256, rows, caregivers, is_full)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            number,
            scope.run,
            At(*accepted_at),
            At(*exported_at),
            sha256,
            Count(*rows),
            Count(*caregivers),
            is_full
        ],
    )
}

/// Notes the first roster of ids that no accepted roster had before.
pub(super) fn arrive(scope: Scope<'_>, roster: RosterNumber, arrivals: &[CaregiverId]) -> Result<(), Fault> {
    let mut many = scope.conn.many(
        "INSERT INTO caregivers (caregiver, first_roster)".to_owned(),
        2,
        "ON CONFLICT (caregiver) DO UPDATE SET first_roster = coalesce(caregivers.first_roster, excluded.first_roster)",
    );
    // In the order of the key: a million rows go to the end of the tree instead of all over it.
    let mut sorted: Vec<&CaregiverId> = arrivals.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    for caregiver in sorted {
        many.add(kept(params![caregiver, roster])?)?;
    }
    many.end()
}

/// Notes since which roster ids have been missing, or that they are there (`None`). Who is missing already stays so
/// since the earlier roster.
pub(super) fn mark_absent(scope: Scope<'_>, ids: &[CaregiverId], since: Option<RosterNumber>) -> Result<(), Fault> {
    let conn = scope.conn;
    let mut statement = conn.prepare_cached(if since.is_some() {
        "UPDATE caregivers SET absent_since = coalesce(absent_since, ?2)
         WHERE caregiver = ?1 AND first_roster IS NOT NULL"
    } else {
        "UPDATE caregivers SET absent_since = NULL WHERE caregiver = ?1 AND first_roster IS NOT NULL"
    })?;
    for caregiver in ids {
        let touched = match since {
            Some(roster) => statement.execute(params![caregiver, roster])?,
            None => statement.execute([caregiver])?,
        };
        if touched == 0 {
            return Err(Fault::rule(format!("no accepted roster has had {caregiver}, who can't be missing or back")));
        }
    }
    Ok(())
}

/// Opens a cohort, once.
pub(super) fn open_cohort(scope: Scope<'_>, cohort: &CohortName, roster: RosterNumber) -> Result<(), Fault> {
    if lookup::<i64>(scope.conn, "SELECT 1 FROM openings WHERE cohort = ?", [cohort])?.is_some() {
        return Err(Fault::rule(format!("the cohort {cohort} is open already")));
    }
    one(
        scope.conn,
        "INSERT INTO openings (cohort, run, at, roster) VALUES (?, ?, ?, ?)",
        params![cohort, scope.run, scope.at, roster],
    )
}
