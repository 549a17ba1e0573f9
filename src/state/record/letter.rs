//! Letters of activations: their stages, and the sealed bytes until they are sent.

use crate::state::sql::{Optional, params};

use super::activation;
use super::commit::{Scope, listed, lookup, one, one_if};
use super::fault::Fault;
use crate::model::activation::{ActivationStage, LetterStage};
use crate::model::entry::{LetterSubject, NewLetter, Subject};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{ActivationNumber, CaregiverId, LetterNumber};
use crate::state::transition::{LetterStep, may_have_another_letter};

/// Stores a new letter, and its form if that is not there yet.
pub(super) fn insert(scope: Scope<'_>, subject: &Subject, letter: &NewLetter) -> Result<(), Fault> {
    let form = letter.form.as_ref().map(|form| Fingerprint(form.id));
    if let (Some(form), Some(id)) = (&letter.form, form)
        && !scope.seen.has_form(form.id)
    {
        let sql = "INSERT INTO letter_forms (id, bytes) VALUES (?, ?) ON CONFLICT (id) DO NOTHING";
        one_if(scope.conn, sql, params![id, form.bytes])?;
        scope.seen.keep_form(form.id);
    }
    one(
        scope.conn,
        "INSERT INTO letters (caregiver, activation, number, stage, stage_at, attempts, fingerprint, message_id,
             recipient, channel, bytes, form)
         VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        params![
            subject.caregiver,
            subject.activation,
            letter.number,
            LetterStage::Prepared,
            scope.at,
            letter.fingerprint,
            letter.message_id,
            letter.recipient,
            letter.channel,
            letter.bytes,
            form
        ],
    )
}

/// Stores a further letter with the same password, in place of one that certainly reached nobody.
pub(super) fn supersede(scope: Scope<'_>, subject: &Subject, letter: &NewLetter) -> Result<(), Fault> {
    holds_password(scope, subject)?;
    let Some((number, now)) = latest(scope, &subject.caregiver, subject.activation)? else {
        return Err(refusal(subject, letter.number, "there is no letter before it"));
    };
    if letter.number != number.next() {
        return Err(refusal(subject, letter.number, &format!("the next one is letter {}", number.next())));
    }
    if !LetterStep::Supersede.may_follow(now) {
        return Err(refusal(subject, letter.number, &format!("letter {number} is {now}")));
    }
    let old = LetterSubject { caregiver: subject.caregiver.clone(), activation: subject.activation, letter: number };
    if matches!(now, LetterStage::Prepared | LetterStage::ToPrint) {
        put_stage(scope, &old, LetterStep::Supersede.leads_to(now))?;
    }
    wipe(scope, &subject.caregiver, subject.activation)?;
    insert(scope, subject, letter)
}

/// Brings a letter to its next stage; once it is sent, nothing of its activation stays sealed.
pub(super) fn step(scope: Scope<'_>, letter: &LetterSubject, step: LetterStep) -> Result<(), Fault> {
    match step {
        LetterStep::Announce => put_at_once(scope, letter, step, "attempts = attempts + 1"),
        LetterStep::Send => {
            put_at_once(scope, letter, step, "bytes = NULL")?;
            activation::wipe_password(scope, &letter.caregiver, letter.activation)?;
            // Those before it were wiped when it took their place; that is made sure of once more.
            if letter.letter > LetterNumber::FIRST { wipe(scope, &letter.caregiver, letter.activation) } else { Ok(()) }
        }
        _ => {
            let stage = step.leads_to(check(scope, letter, step)?);
            put_stage(scope, letter, stage)
        }
    }
}

/// A person says that it goes out again: what was tried before counts no more.
pub(super) fn begin_again(scope: Scope<'_>, letter: &LetterSubject) -> Result<(), Fault> {
    step(scope, letter, LetterStep::Defer)?;
    let LetterSubject { caregiver, activation, letter: number } = letter;
    let sql = "UPDATE letters SET attempts = 0 WHERE caregiver = ? AND activation = ? AND number = ?";
    one(scope.conn, sql, params![caregiver, activation, number])
}

/// What every letter goes through, in one statement each: what `check` asks for is its condition, and the row, which is as long as
/// the letter, is written once.
fn put_at_once(scope: Scope<'_>, letter: &LetterSubject, step: LetterStep, further: &str) -> Result<(), Fault> {
    let before = listed(LetterStage::ALL.iter().filter(|before| step.may_follow(**before)));
    let sql = format!(
        "UPDATE letters SET stage = ?1, stage_at = ?2, {further}
         WHERE caregiver = ?3 AND activation = ?4 AND number = ?5 AND stage IN ({before})
             AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.caregiver = ?3 AND l.activation = ?4 AND l.number > ?5)
             AND EXISTS (SELECT 1 FROM activations a WHERE a.caregiver = ?3 AND a.number = ?4 AND a.stage = ?6)"
    );
    let stage = step.leads_to(LetterStage::Prepared);
    let LetterSubject { caregiver, activation, letter: number } = letter;
    let values = params![stage, scope.at, caregiver, activation, number, ActivationStage::Set];
    if one_if(scope.conn, &sql, values)? {
        return Ok(());
    }
    check(scope, letter, step)?;
    Err(crate::state::sql::Error::StatementChangedRows(0).into())
}

/// Deletes what is sealed of an activation whose letter has gone out; of any other it would be lost to everybody.
pub(super) fn wipe_sent(scope: Scope<'_>, subject: &Subject) -> Result<(), Fault> {
    let Subject { caregiver, activation } = subject;
    let latest = latest(scope, caregiver, *activation)?;
    if matches!(latest, Some((_, LetterStage::Sent | LetterStage::Bounced))) {
        return activation::wipe(scope, caregiver, *activation);
    }
    Err(Fault::rule(format!("activation {activation} of {caregiver} can't be wiped: its letter has not gone out")))
}

/// Deletes the sealed bytes of all letters of an activation.
pub(super) fn wipe(scope: Scope<'_>, caregiver: &CaregiverId, activation: ActivationNumber) -> Result<(), Fault> {
    let mut statement = scope.conn.prepare_cached(
        "UPDATE letters SET bytes = NULL WHERE caregiver = ? AND activation = ? AND bytes IS NOT NULL",
    )?;
    statement.execute(params![caregiver, activation])?;
    Ok(())
}

/// Marks the letters of an activation that was given up: they go to nobody.
pub(super) fn give_up(scope: Scope<'_>, subject: &Subject) -> Result<(), Fault> {
    let mut statement = scope.conn.prepare_cached(
        "UPDATE letters SET stage = ?, stage_at = ? WHERE caregiver = ? AND activation = ? AND stage = ?",
    )?;
    statement.execute(params![
        LetterStage::Replaced,
        scope.at,
        subject.caregiver,
        subject.activation,
        LetterStage::Prepared
    ])?;
    Ok(())
}

/// Removes the letters of an activation whose number is used again; the log keeps their Message-IDs.
pub(super) fn forget(scope: Scope<'_>, subject: &Subject) -> Result<(), Fault> {
    let mut statement = scope.conn.prepare_cached("DELETE FROM letters WHERE caregiver = ? AND activation = ?")?;
    statement.execute(params![subject.caregiver, subject.activation])?;
    Ok(())
}

fn check(scope: Scope<'_>, letter: &LetterSubject, step: LetterStep) -> Result<LetterStage, Fault> {
    let LetterSubject { caregiver, activation, letter: number } = letter;
    let refused =
        |why: String| Err(Fault::rule(format!("letter {number} of activation {activation} of {caregiver} {why}")));
    let Some((latest, now)) = latest(scope, caregiver, *activation)? else {
        return refused("is not there".to_owned());
    };
    if latest != *number {
        return refused(format!("can't go on: the latest is letter {latest}"));
    }
    if !step.may_follow(now) {
        return refused(format!("is {now}: it can't become {}", step.leads_to(now)));
    }
    match activation::stage(scope, caregiver, *activation)? {
        Some(ActivationStage::Set) => Ok(now),
        other => refused(format!(
            "can't become {}: the activation is {}, not set",
            step.leads_to(now),
            other.map_or("not there", ActivationStage::as_str)
        )),
    }
}

fn holds_password(scope: Scope<'_>, subject: &Subject) -> Result<(), Fault> {
    let Subject { caregiver, activation } = subject;
    match activation::stage(scope, caregiver, *activation)? {
        Some(stage) if may_have_another_letter(stage) => {}
        other => {
            let now = other.map_or("not there", ActivationStage::as_str);
            return Err(Fault::rule(format!(
                "activation {activation} of {caregiver} is {now}: no letter goes with it"
            )));
        }
    }
    let is_sealed = lookup::<bool>(
        scope.conn,
        "SELECT password IS NOT NULL FROM activations WHERE caregiver = ? AND number = ?",
        params![caregiver, activation],
    )?;
    if is_sealed == Some(true) {
        return Ok(());
    }
    Err(Fault::rule(format!("the password of activation {activation} of {caregiver} is no longer held")))
}

fn latest(
    scope: Scope<'_>,
    caregiver: &CaregiverId,
    activation: ActivationNumber,
) -> Result<Option<(LetterNumber, LetterStage)>, Fault> {
    let mut statement = scope.conn.prepare_cached(
        "SELECT number, stage FROM letters WHERE caregiver = ? AND activation = ? ORDER BY number DESC LIMIT 1",
    )?;
    statement.query_row(params![caregiver, activation], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn put_stage(scope: Scope<'_>, letter: &LetterSubject, stage: LetterStage) -> Result<(), Fault> {
    one(
        scope.conn,
        "UPDATE letters SET stage = ?, stage_at = ? WHERE caregiver = ? AND activation = ? AND number = ?",
        params![stage, scope.at, letter.caregiver, letter.activation, letter.letter],
    )
}

fn refusal(subject: &Subject, number: LetterNumber, why: &str) -> Fault {
    let Subject { caregiver, activation } = subject;
    Fault::rule(format!("letter {number} of activation {activation} of {caregiver} can't be prepared: {why}"))
}
