//! What is different where a person carries a file into the LMS: who waits for that person's word, whom the import screen would
//! refuse, whom the LMS would mail at another address, and what the plan reminds of.
//!
//! The rules for a row are Ultranet's own (docs/ultranet.md says where each is known from): what its validation would refuse is
//! held here, and never written.

use crate::model::activation::{ActivationStage, LetterStage};
use crate::model::email::is_same;
use crate::model::observed::Seen;
use crate::model::recorded::History;
use crate::plan::CohortState;
use crate::rollout::{Leavers, NewArrivals, Ultranet};
use crate::roster::Caregiver;

use super::cohort::{Member, Openness};
use super::due::Due;
use super::ground::{Ground, Match};
use super::presence::Presence;
use super::stop::Stop;

/// So many ids a note names; the rest is counted.
const NAMED: usize = 10;
/// A cell that begins like this is a formula to a spreadsheet.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Why the import screen would refuse a row, or a spreadsheet would run it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowFault {
    /// The SMS id is not only letters and digits.
    SmsId,
    /// The account's user id has other characters than letters, digits and `. - _`.
    UserId,
    /// Several users of the export have the account's user id.
    UserIdTwice,
    /// Somebody else's account has the user id that an earlier hand-over proposed for them.
    UserIdTaken,
    /// It was handed over with a password of ours, which the LMS is not to draw anew.
    OurPassword,
    /// There is no name.
    NoName,
    /// A cell begins like a formula.
    Formula,
}

/// S1: what stands in a hand-over is settled by nobody but the person who imports it.
pub(super) fn unsettled<'a>(ground: &Ground<'a>, id: &str, history: &History) -> Option<Stop<'a>> {
    let handover = ground.handed(id)?;
    match history.stage {
        ActivationStage::ResetUnknown => Some(Stop::ImportUnknown { handover }),
        ActivationStage::Setting | ActivationStage::HandedOver => Some(Stop::AwaitingConfirmation { handover }),
        _ => None,
    }
}

/// S1: the export says something else than the person who imported: an account that they said they made is not there, or one is there
/// that only a hand-over makes of which they said that it was not imported.
pub(super) fn contradicted<'a>(
    ground: &Ground<'a>,
    caregiver: Caregiver<'a>,
    history: &'a History,
) -> Option<Stop<'a>> {
    let told = ground.handed_before(caregiver.id(), history.number)?;
    let handover = told.handover;
    if let Some(username) = told.contradicted_by {
        // With our letters it does no harm: the next file has the same password.
        let is_drawn_anew = !handover.has_letters && history.stage == ActivationStage::Refused;
        return is_drawn_anew.then_some(Stop::ImportedAfterAll { handover, username: username.as_str() });
    }
    let is_said = told.row.is_create && told.row.is_imported == Some(true) && history.stage == ActivationStage::Set;
    let is_to_go = history.letter.as_ref().is_none_or(|letter| {
        matches!(
            letter.stage,
            LetterStage::Prepared | LetterStage::Replaced | LetterStage::Rejected | LetterStage::ToPrint
        )
    });
    let is_missing = matches!(ground.accounts(caregiver.id()), Match::None);
    // Somebody who looks at it may leave them alone.
    let is_left_alone = ground.hold_rule(caregiver.id()).is_some();
    (is_said && is_to_go && is_missing && !is_left_alone)
        .then_some(Stop::NotInExport { handover, next: history.number.next() })
}

/// S9: the LMS mails the passwords that it draws to the address that it has.
pub(super) fn full_upload_needed<'a>(ground: &Ground<'a>, member: &Member<'a>, due: &Due<'a>) -> Option<Stop<'a>> {
    let is_mailed = needs_row(ground, due) && !ground.context.lms.carrier.has_letters();
    let account = ground.accounts(member.caregiver.id()).one().filter(|_| is_mailed)?;
    let address = member.caregiver.address().ok()?;
    (!is_same(account.view().email, address))
        .then(|| Stop::FullUploadNeeded { is_default: is_default(ground.rollout.lms.ultranet(), account) })
}

/// S9
pub(super) fn row_refused<'a>(ground: &Ground<'a>, member: &Member<'a>, due: &Due<'a>) -> Option<Stop<'a>> {
    if !needs_row(ground, due) {
        return None;
    }
    let account = ground.accounts(member.caregiver.id()).one();
    if matches!(due, Due::Settle { .. }) && !ground.context.lms.carrier.has_letters() {
        return Some(Stop::RowRefused(RowFault::OurPassword));
    }
    // What was handed back goes into the next file under the name that it had; a row of that name would overwrite whoever has it now.
    if account.is_none() && matches!(due, Due::Settle { .. }) && ground.is_given_to_another(member.caregiver.id()) {
        return Some(Stop::RowRefused(RowFault::UserIdTaken));
    }
    row_fault(ground, member.caregiver, account).map(Stop::RowRefused)
}

/// Whether a row is to be written.
fn needs_row(ground: &Ground<'_>, due: &Due<'_>) -> bool {
    ground.context.lms.carrier.is_person() && due.kind().sets_password()
}

fn row_fault(ground: &Ground<'_>, caregiver: Caregiver<'_>, account: Option<Seen<'_>>) -> Option<RowFault> {
    let id = caregiver.id();
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Some(RowFault::SmsId);
    }
    if let Some(account) = account {
        let username = account.view().username;
        if !username.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')) {
            return Some(RowFault::UserId);
        }
        if ground.observed.with_username(username).nth(1).is_some() {
            return Some(RowFault::UserIdTwice);
        }
    }
    if caregiver.first_name().is_empty() && caregiver.last_name().is_empty() {
        return Some(RowFault::NoName);
    }
    let username = account.map_or("", |account| account.view().username);
    let address = caregiver.address().unwrap_or_default();
    let cells = [caregiver.first_name(), caregiver.last_name(), address, username];
    cells.iter().any(|cell| cell.starts_with(FORMULA)).then_some(RowFault::Formula)
}

fn is_default(ultranet: Option<&Ultranet>, account: Seen<'_>) -> bool {
    let default = ultranet.and_then(|ultranet| ultranet.default_email.as_deref());
    default.is_some_and(|default| is_same(default, account.view().email))
}

/// The sentence and the fix of a row that would be refused.
pub(super) fn fault_in_words(fault: RowFault, id: &str) -> (String, String) {
    let (sentence, fix) = match fault {
        RowFault::SmsId => (
            format!("Their SMS id `{id}` is not only letters and digits, which is all that Ultranet takes"),
            "Give them access by hand, or give them another id in the SMS",
        ),
        RowFault::UserId => (
            "Their user id in Ultranet has other characters than letters, digits and `. - _`".to_owned(),
            "Give the account a legal user id in Ultranet, and export its users again",
        ),
        RowFault::UserIdTwice => (
            "Several users of the export have the user id of their account".to_owned(),
            "Leave it to one of them in Ultranet, and export its users again",
        ),
        RowFault::UserIdTaken => (
            "Another account in Ultranet has the user id that an earlier hand-over proposed for them".to_owned(),
            "If that account is theirs, give it their SMS id in Ultranet; else give it another user id; then export the users again",
        ),
        RowFault::OurPassword => (
            "They were handed over with a password of ours, which was not imported, and Ultranet would draw another"
                .to_owned(),
            "Set `passwords: firstbell` until they are done",
        ),
        RowFault::NoName => {
            ("The SMS has no name for them".to_owned(), "Put a name into the SMS, and export the roster again")
        }
        RowFault::Formula => (
            "Name, address or user id begins with `=`, `+`, `-` or `@`, which a spreadsheet would run as a formula"
                .to_owned(),
            "Correct it in the SMS or in Ultranet, and export again",
        ),
    };
    (sentence, fix.to_owned())
}

/// The notes of a plan whose file a person carries.
pub(super) fn notes(ground: &Ground<'_>, openness: &[Openness]) -> Vec<String> {
    let Some(ultranet) = ground.rollout.lms.ultranet() else { return Vec::new() };
    let mut notes = Vec::new();
    notes.extend(full_upload(ground, ultranet));
    notes.extend(withdrawals(ground));
    notes.extend(whose_letters(ultranet));
    notes.extend(email_notification(ultranet, ground.rollout.new_arrivals, openness));
    notes
}

/// What only the SMS's upload can carry over.
fn full_upload(ground: &Ground<'_>, ultranet: &Ultranet) -> Option<String> {
    let mut other = Vec::new();
    let mut defaults = 0_usize;
    for caregiver in ground.roster.caregivers() {
        let account = ground.accounts(caregiver.id()).one().filter(|account| !account.is_staff());
        let (Some(account), Ok(address)) = (account, caregiver.address()) else { continue };
        if !is_same(account.view().email, address) {
            defaults += usize::from(is_default(Some(ultranet), account));
            other.push(caregiver.id());
        }
    }
    if other.is_empty() {
        return None;
    }
    let default = match defaults {
        0 => String::new(),
        some => format!(", {some} of them the default address"),
    };
    Some(format!(
        "full-upload-needed: Ultranet has another address than the SMS for {}{default} ({}). Run a full upload from the SMS, and \
         export the users again",
        people(other.len()),
        list(&other)
    ))
}

/// `leavers: disable` can't be done through an import screen.
fn withdrawals(ground: &Ground<'_>) -> Option<String> {
    if ground.rollout.leavers != Leavers::Disable {
        return None;
    }
    let has_left = |id: &str| ground.absences.of(id) == Presence::Left;
    let left: Vec<&str> = ground.gone.iter().map(|(id, _)| *id).filter(|id| has_left(id)).collect();
    (!left.is_empty()).then(|| {
        format!(
            "full-upload-needed: {} left ({}), and a hand-over disables nobody. The gateway does, with the next full upload",
            people(left.len()),
            list(&left)
        )
    })
}

fn whose_letters(ultranet: &Ultranet) -> Option<String> {
    (!ultranet.has_letters).then(|| {
        "`passwords: ultranet`: Ultranet draws the passwords while it imports and mails them; the letters are Ultranet's. A file \
         that is imported late or twice gives its people another password"
            .to_owned()
    })
}

/// The gateway's setting: False while cohorts are still to come, True once the last is done.
fn email_notification(ultranet: &Ultranet, arrivals: NewArrivals, openness: &[Openness]) -> Option<String> {
    const WHERE: &str = "Administration > Gateway Services > Email Notification Settings > parents";
    let is_to_come = |openness: &Openness| matches!(openness.state, CohortState::Later(_) | CohortState::After(_));
    if ultranet.email_notification && openness.iter().any(is_to_come) {
        return Some(format!(
            "cohorts are still to come, but the gateway mails every parent whose account it creates now. Until the last cohort \
             is done, {WHERE} should be False (then write `email-notification: false`)"
        ));
    }
    let is_done = openness.iter().all(|openness| openness.is_open() && openness.is_settled);
    (!ultranet.email_notification && is_done && arrivals != NewArrivals::Hold).then(|| {
        format!(
            "the last cohort is done: set {WHERE} to True, and write `email-notification: true` and `new-arrivals: gateway`, so \
             that the gateway mails those who come later"
        )
    })
}

fn people(many: usize) -> String {
    if many == 1 { "1 caregiver".to_owned() } else { format!("{many} caregivers") }
}

fn list(ids: &[&str]) -> String {
    let shown = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match ids.len().checked_sub(NAMED) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}
