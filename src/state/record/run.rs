//! Runs: who began which, when, and how it ended.

use crate::state::sql::{self, params};

use super::commit::{Scope, lookup, one};
use super::fault::Fault;
use crate::model::entry::RunBegun;
use crate::model::ids::RunNumber;

/// A run begins; its number follows the last one's, unless a person accepts with it that runs are lost.
pub(super) fn begin(scope: Scope<'_>, begun: &RunBegun, may_skip: bool) -> Result<(), Fault> {
    let next = last(scope)?.map_or(RunNumber::FIRST, RunNumber::next);
    if scope.run != next && !(may_skip && scope.run > next) {
        return Err(Fault::rule(format!("run {} can't begin: the next one is run {next}", scope.run)));
    }
    let RunBegun { command, actor, plan } = begun;
    one(
        scope.conn,
        "INSERT INTO runs (number, begun_at, command, plan, \"user\", host, pid) VALUES (?, ?, ?, ?, ?, ?, ?)",
        params![scope.run, scope.at, command, plan, actor.user, actor.host, actor.pid],
    )
}

/// A run came to its end.
pub(super) fn end(scope: Scope<'_>, outcome: &str) -> Result<(), Fault> {
    one(scope.conn, "UPDATE runs SET ended_at = ?, outcome = ? WHERE number = ?", params![scope.at, outcome, scope.run])
}

/// Nothing is recorded under a run that has been followed by another, or never began.
pub(super) fn is_current(run: RunNumber, last: Option<RunNumber>) -> Result<(), Fault> {
    match last {
        Some(last) if last == run => Ok(()),
        Some(last) => Err(Fault::rule(format!("run {run} is not the current one, that is run {last}"))),
        None => Err(Fault::rule(format!("run {run} was never begun"))),
    }
}

fn last(scope: Scope<'_>) -> Result<Option<RunNumber>, Fault> {
    Ok(lookup::<Option<RunNumber>>(scope.conn, "SELECT max(number) FROM runs", [])?.flatten())
}

/// Whether a run was begun under the saved plan with this digest.
pub(super) fn has_plan(conn: &sql::Connection, digest: &str) -> Result<bool, Fault> {
    Ok(super::commit::lookup::<i64>(conn, "SELECT 1 FROM runs WHERE plan = ? LIMIT 1", [digest])?.is_some())
}
