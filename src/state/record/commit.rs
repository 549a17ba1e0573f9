//! One commit: every entry goes to its tables and into the log, in one transaction, or nothing does.

use std::fmt::Write;

use crate::state::sql::{self, Connection, Optional};

use super::fault::Fault;
use super::log::{Log, has_event};
use super::seen::Seen;
use super::value::{At, Count};
use super::{activation, forgotten, handover, keys, letter, person, roster, run};
use crate::edge::Random;
use crate::model::entry::{Commit, Entry};
use crate::model::ids::{Lineage, RunNumber};
use crate::model::recorded::Position;
use crate::state::chain::Hash;
use crate::state::event;
use crate::state::transition::{ActivationStep, LetterStep};

/// What every entry of one commit shares.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) conn: &'a Connection,
    pub(super) at: At,
    pub(super) run: RunNumber,
    pub(super) seen: &'a Seen,
}

/// Makes all entries durable, or none; also where the connection is lost in the middle: it is made again, and the log says whether
/// the commit is there. Nothing is ever written twice, for the log would have to end where it ended before.
pub(super) fn write_for_certain(
    conn: &Connection,
    random: &mut dyn Random,
    seen: &Seen,
    commit: &Commit,
) -> Result<Position, Fault> {
    let written = try_to_write(conn, random, seen, commit);
    if written.is_err() {
        // It may have seen what was undone.
        seen.forget();
    }
    written
}

fn try_to_write(conn: &Connection, random: &mut dyn Random, seen: &Seen, commit: &Commit) -> Result<Position, Fault> {
    for _ in 0..ATTEMPTS {
        let mut expected = None;
        match write(conn, random, seen, commit, &mut expected) {
            Err(fault) if fault.is_lost() => {
                seen.forget();
                conn.regain()?;
            }
            other => return other,
        }
        if let Some(expected) = expected
            && has_event(conn, &expected.head)?
        {
            return Ok(expected);
        }
    }
    write(conn, random, seen, commit, &mut None)
}

/// How often a commit is tried again when the connection is lost in its midst.
const ATTEMPTS: u32 = 3;

/// Makes all entries durable, or none. `expected` is where the state will stand, known just before that is made durable.
fn write(
    conn: &Connection,
    random: &mut dyn Random,
    seen: &Seen,
    commit: &Commit,
    expected: &mut Option<Position>,
) -> Result<Position, Fault> {
    let transaction = conn.writing()?;
    let scope = Scope { conn: &transaction, at: At(commit.at), run: commit.run, seen };
    let (mut log, last_run) = Log::at_head(&transaction)?;
    if !matches!(commit.entries.first(), Some(Entry::RunBegun(_))) {
        run::is_current(commit.run, last_run)?;
    }
    let accepts_position = commit.entries.iter().any(|entry| matches!(entry, Entry::PositionAccepted { .. }));
    for entry in &commit.entries {
        record(scope, entry, accepts_position)?;
        log.append(scope, random, &event::tell(entry))?;
    }
    let position = log.close(&transaction, commit.run)?;
    *expected = Some(position.clone());
    transaction.commit()?;
    Ok(position)
}

fn record(scope: Scope<'_>, entry: &Entry, accepts_position: bool) -> Result<(), Fault> {
    use ActivationStep as Step;
    match entry {
        Entry::RunBegun(begun) => run::begin(scope, begun, accepts_position),
        Entry::RunEnded { outcome } => run::end(scope, outcome),
        Entry::RosterAccepted { roster, arrivals, absent, returned } => {
            roster::accept(scope, roster)?;
            roster::arrive(scope, roster.number, arrivals)?;
            roster::mark_absent(scope, absent, Some(roster.number))?;
            roster::mark_absent(scope, returned, None)
        }
        Entry::Moved { from, to, .. } => person::move_to(scope, from, to),
        Entry::CohortOpened { cohort, roster } => roster::open_cohort(scope, cohort, *roster),
        Entry::Prepared(prepared) => activation::prepare(scope, prepared),
        Entry::Setting(subject) => activation::step(scope, subject, Step::Announce),
        Entry::Set { subject, .. } => activation::step(scope, subject, Step::Set),
        Entry::ResetRefused { subject, .. } => activation::step(scope, subject, Step::Refuse),
        Entry::ResetUnknown { subject, .. } => activation::step(scope, subject, Step::Doubt),
        Entry::Voided(subject) => activation::step(scope, subject, Step::Void),
        Entry::Resolved { subject, was_set: true, .. } => activation::step(scope, subject, Step::ResolveSet),
        Entry::Resolved { subject, was_set: false, .. } => activation::step(scope, subject, Step::ResolveNotSet),
        Entry::Adopted(adopted) => activation::adopt(scope, adopted),
        Entry::LetterPrepared { subject, letter } => letter::supersede(scope, subject, letter),
        Entry::Sending(letter) => letter::step(scope, letter, LetterStep::Announce),
        Entry::Sent(letter) | Entry::Printed(letter) | Entry::LetterResolved { letter, arrived: true, .. } => {
            letter::step(scope, letter, LetterStep::Send)
        }
        Entry::PageReady(letter) => letter::step(scope, letter, LetterStep::Ready),
        Entry::NotPrinted { letter, .. } => letter::step(scope, letter, LetterStep::TakeBack),
        Entry::SentAndKept(letter) => letter::step(scope, letter, LetterStep::SendAndKeep),
        Entry::Wiped(subject) => letter::wipe_sent(scope, subject),
        Entry::LetterBounced { letter, .. } => letter::step(scope, letter, LetterStep::Bounce),
        Entry::LetterRejected { letter, .. } => letter::step(scope, letter, LetterStep::Reject),
        Entry::LetterDeferred { letter, .. } => letter::step(scope, letter, LetterStep::Defer),
        Entry::LetterResolved { letter, arrived: false, .. } => letter::begin_again(scope, letter),
        Entry::LetterUnknown { letter, .. } => letter::step(scope, letter, LetterStep::Doubt),
        Entry::Withdrawn { caregiver } => person::withdraw(scope, caregiver, true),
        Entry::Restored { caregiver } => person::withdraw(scope, caregiver, false),
        Entry::Identified { caregiver, identity, .. } => person::identify(scope, caregiver, identity),
        Entry::Recovered(found) => activation::recover(scope, found),
        Entry::PositionAccepted { serial, .. } => {
            one(scope.conn, "UPDATE meta SET serial = CASE WHEN serial < ?1 THEN ?1 ELSE serial END", [Count(*serial)])
        }
        Entry::Forgotten { caregiver, hashes, number, .. } => forgotten::forget(scope, caregiver, hashes, *number),
        Entry::Rekeyed(rekeyed) => keys::rekey(scope, rekeyed),
        Entry::KeyLost { key_check, .. } => keys::lose(scope, *key_check),
        Entry::HandOverBegun(begun) => handover::begin(scope, begun),
        Entry::HandOverPlaced { number } => handover::placed(scope, *number),
        Entry::HandedOver { subject, .. } => activation::step(scope, subject, Step::HandOver),
        Entry::Confirmed { subject, number } => handover::settle_row(scope, subject, *number, true),
        Entry::HandedBack { subject, number } => handover::settle_row(scope, subject, *number, false),
        Entry::HandOverUnsure { number } => handover::unsure(scope, *number),
        Entry::HandOverSettled { number, outcome } => handover::settle(scope, *number, *outcome),
        // Only the log changes.
        Entry::Updated { .. } | Entry::EffectFailed { .. } => Ok(()),
    }
}

/// Where the state stands; `None` before the first run.
pub(super) fn position(conn: &Connection) -> Result<Option<Position>, Fault> {
    let last_run: Option<RunNumber> =
        conn.prepare_cached("SELECT max(number) FROM runs")?.query_row([], |row| row.get(0))?;
    let Some(run) = last_run else { return Ok(None) };
    let position = conn.prepare_cached("SELECT lineage, serial, head FROM meta")?.query_row([], |row| {
        let (lineage, Count(serial), head) = (row.get::<_, Lineage>(0)?, row.get(1)?, row.get::<_, Hash>(2)?);
        Ok(Position { lineage, run, serial, head: head.to_string() })
    })?;
    Ok(Some(position))
}

/// One value of one row, where there is such a row.
pub(super) fn lookup<T: sql::FromSql>(
    conn: &Connection,
    sql: &str,
    params: impl sql::Params,
) -> Result<Option<T>, Fault> {
    conn.prepare_cached(sql)?.query_row(params, |row| row.get(0)).optional()
}

/// Runs a statement that touches one row if its condition holds; whether it did. So a stage is looked at and changed in one step.
pub(super) fn one_if(conn: &Connection, sql: &str, params: impl sql::Params) -> Result<bool, Fault> {
    match conn.prepare_cached(sql)?.execute(params)? {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(sql::Error::StatementChangedRows(other).into()),
    }
}

/// Runs a statement that must touch exactly one row.
pub(super) fn one(conn: &Connection, sql: &str, params: impl sql::Params) -> Result<(), Fault> {
    if one_if(conn, sql, params)? { Ok(()) } else { Err(sql::Error::StatementChangedRows(0).into()) }
}

/// Stages as a list in SQL.
pub(super) fn listed<S: std::fmt::Display>(stages: impl Iterator<Item = S>) -> String {
    let mut list = String::new();
    for stage in stages {
        let _ = write!(list, "{}'{stage}'", if list.is_empty() { "" } else { ", " });
    }
    list
}
