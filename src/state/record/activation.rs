//! Activations: every change of stage is checked first, so that no caller can make a second password of one number.

use crate::state::sql::params;

use super::commit::{Scope, listed, lookup, one, one_if};
use super::fault::Fault;
use super::{letter, person};
use crate::model::activation::{ActivationKind, ActivationStage};
use crate::model::entry::{Adopted, Prepared, Recovered, Subject};
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId, CohortName, Username};
use crate::model::secret::Sealed;
use crate::state::transition::{ActivationStep, may_have_successor};

/// Seals password and letter under a number that is free, or was given up or refused.
pub(super) fn prepare(scope: Scope<'_>, prepared: &Prepared) -> Result<(), Fault> {
    let Prepared { subject, key, kind, cohort, username, password, identity, letter } = prepared;
    if password.is_none() {
        // Otherwise `put` asks for the same.
        check(scope, subject, ActivationStep::Prepare)?;
    }
    follows_given_access(scope, subject)?;
    person::identify(scope, &subject.caregiver, identity)?;
    let row = Row {
        key: *key,
        kind: *kind,
        cohort: Some(cohort),
        username: Some(username),
        password: password.as_ref(),
        stage: ActivationStage::Prepared,
        stage_at: scope.at,
    };
    put(scope, subject, &row)?;
    letter.as_ref().map_or(Ok(()), |letter| letter::insert(scope, subject, letter))
}

/// Records that somebody was active already: as number 1, or at the number that was kept when they were forgotten.
pub(super) fn adopt(scope: Scope<'_>, adopted: &Adopted) -> Result<(), Fault> {
    let Adopted { subject, key, cohort, since, because: _, identity } = adopted;
    check(scope, subject, ActivationStep::Adopt)?;
    counts_from(scope, subject.activation)?;
    person::identify(scope, &subject.caregiver, identity)?;
    let row = Row {
        key: *key,
        kind: ActivationKind::Adopt,
        cohort: cohort.as_ref(),
        username: None,
        password: None,
        stage: ActivationStage::Adopted,
        stage_at: since.map_or(scope.at, super::value::At),
    };
    put(scope, subject, &row)
}

fn counts_from(scope: Scope<'_>, number: ActivationNumber) -> Result<(), Fault> {
    let kept = "SELECT count(*) FROM forgotten WHERE number = ?";
    if number == ActivationNumber::FIRST || lookup::<i64>(scope.conn, kept, [number])?.is_some_and(|many| many > 0) {
        return Ok(());
    }
    Err(Fault::rule(format!("adopting counts as activation 1, not {number}: nobody forgotten had that many")))
}

/// Records what a repair found: somebody has access, or may have. Nothing sealed stays under that number.
pub(super) fn recover(scope: Scope<'_>, found: &Recovered) -> Result<(), Fault> {
    let Recovered { subject, key, is_active, because: _, identity } = found;
    let step = if *is_active { ActivationStep::Recover } else { ActivationStep::Suspect };
    check(scope, subject, step)?;
    follows_given_access(scope, subject)?;
    person::identify(scope, &subject.caregiver, identity)?;
    let row = Row {
        key: *key,
        kind: if *is_active { ActivationKind::Adopt } else { ActivationKind::Reset },
        cohort: None,
        username: None,
        password: None,
        stage: step.leads_to(),
        stage_at: scope.at,
    };
    put(scope, subject, &row)
}

/// Brings an activation to its next stage; what is refused or given up keeps nothing sealed.
pub(super) fn step(scope: Scope<'_>, subject: &Subject, step: ActivationStep) -> Result<(), Fault> {
    let stage = step.leads_to();
    let before = ActivationStage::ALL.iter().filter(|before| step.may_follow(Some(**before)));
    let sql = format!(
        "UPDATE activations SET stage = ?, stage_at = ?, run = ? WHERE caregiver = ? AND number = ? AND stage IN ({})",
        listed(before)
    );
    if !one_if(scope.conn, &sql, params![stage, scope.at, scope.run, subject.caregiver, subject.activation])? {
        return Err(refusal(scope, subject, step)?);
    }
    if step == ActivationStep::Announce && subject.activation > ActivationNumber::FIRST {
        // The password before this one is of no use any more, wherever it was kept.
        wipe(scope, &subject.caregiver, ActivationNumber(subject.activation.0 - 1))?;
    }
    if matches!(stage, ActivationStage::Refused | ActivationStage::Voided) {
        wipe(scope, &subject.caregiver, subject.activation)?;
        letter::give_up(scope, subject)?;
    }
    Ok(())
}

/// The stage an activation is at; `None` where there is none of that number.
pub(super) fn stage(
    scope: Scope<'_>,
    caregiver: &CaregiverId,
    number: ActivationNumber,
) -> Result<Option<ActivationStage>, Fault> {
    lookup(scope.conn, "SELECT stage FROM activations WHERE caregiver = ? AND number = ?", params![caregiver, number])
}

/// Deletes what is sealed of an activation: password and letters.
pub(super) fn wipe(scope: Scope<'_>, caregiver: &CaregiverId, number: ActivationNumber) -> Result<(), Fault> {
    wipe_password(scope, caregiver, number)?;
    letter::wipe(scope, caregiver, number)
}

/// Deletes the sealed password of an activation.
pub(super) fn wipe_password(scope: Scope<'_>, caregiver: &CaregiverId, number: ActivationNumber) -> Result<(), Fault> {
    one(
        scope.conn,
        "UPDATE activations SET password = NULL WHERE caregiver = ? AND number = ?",
        params![caregiver, number],
    )
}

fn check(scope: Scope<'_>, subject: &Subject, step: ActivationStep) -> Result<(), Fault> {
    let now = stage(scope, &subject.caregiver, subject.activation)?;
    if step.may_follow(now) { Ok(()) } else { Err(refusal(scope, subject, step)?) }
}

/// Why a step can't be made.
fn refusal(scope: Scope<'_>, subject: &Subject, step: ActivationStep) -> Result<Fault, Fault> {
    let Subject { caregiver, activation } = subject;
    let now = stage(scope, caregiver, *activation)?.map_or("not there", ActivationStage::as_str);
    let next = step.leads_to();
    Ok(Fault::rule(format!("activation {activation} of {caregiver} is {now}: it can't become {next}")))
}

/// A further activation is only for somebody whose earlier one gave access.
fn follows_given_access(scope: Scope<'_>, subject: &Subject) -> Result<(), Fault> {
    let Subject { caregiver, activation: ActivationNumber(number) } = subject;
    if *number <= 1 {
        return Ok(());
    }
    let before = ActivationNumber(number - 1);
    let now = stage(scope, caregiver, before)?;
    if may_have_successor(now) {
        return Ok(());
    }
    let now = now.map_or("not there", ActivationStage::as_str);
    Err(Fault::rule(format!("activation {number} of {caregiver} can't be prepared: activation {before} is {now}")))
}

struct Row<'a> {
    key: ActivationKey,
    kind: ActivationKind,
    cohort: Option<&'a CohortName>,
    username: Option<&'a Username>,
    password: Option<&'a Sealed>,
    stage: ActivationStage,
    stage_at: super::value::At,
}

/// Writes a row: a new one, or in place of one that gives nobody access, whose letters then go.
fn put(scope: Scope<'_>, subject: &Subject, row: &Row<'_>) -> Result<(), Fault> {
    if put_where(scope, subject, row, "DO NOTHING")? {
        return Ok(());
    }
    letter::forget(scope, subject)?;
    let in_its_place = "DO UPDATE SET key = excluded.key, kind = excluded.kind, stage = excluded.stage,
             stage_at = excluded.stage_at, cohort = excluded.cohort, run = excluded.run,
             username = excluded.username, password = excluded.password
         WHERE activations.stage IN ('prepared', 'refused', 'voided')
             OR (activations.stage IN ('setting', 'reset-unknown') AND excluded.password IS NULL)";
    let is_put = put_where(scope, subject, row, in_its_place)?;
    if is_put { Ok(()) } else { Err(refusal(scope, subject, ActivationStep::Prepare)?) }
}

/// Whether a row was written, where `then` says what to do with one that is there.
fn put_where(scope: Scope<'_>, subject: &Subject, row: &Row<'_>, then: &str) -> Result<bool, Fault> {
    let Subject { caregiver, activation } = subject;
    let sql = format!(
        "INSERT INTO activations (caregiver, number, key, kind, stage, stage_at, cohort, run, username, password)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (caregiver, number) {then}"
    );
    one_if(
        scope.conn,
        &sql,
        params![
            caregiver,
            activation,
            row.key,
            row.kind,
            row.stage,
            row.stage_at,
            row.cohort,
            scope.run,
            row.username,
            row.password
        ],
    )
}
