//! What is due for a caregiver, before anything is asked that could stop it: the table D1 to D6, first row that fits.

use jiff::{SignedDuration, Timestamp};

use crate::model::account::SignIn;
use crate::model::activation::{ActivationKind, ActivationStage, Channel, LetterStage};
use crate::model::ids::ActivationNumber;
use crate::model::observed::Seen;
use crate::model::recorded::{History, LetterRecord};
use crate::plan::{ActKind, Earlier, LetterSource, Proof};
use crate::rollout::{Bounced, NewArrivals, Reissue};
use crate::roster::Caregiver;

use super::ground::{Ground, Match};
use super::hand_over;
use super::identity::{letter_fingerprint, page_fingerprint};
use super::paper;
use super::stop::{Stop, is_new_arrival};

/// Longer than an LMS may still be working on a call whose answer was lost.
pub(super) const SETTLE_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// After this long the same password is not set again without a person's word.
const SETTLE_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// After so many tries in so long a time, a server's "later" about an address is a no.
const PUT_OFF_OFTEN: u32 = 4;
const PUT_OFF_FOR: SignedDuration = SignedDuration::from_hours(24);
/// When a letter that perhaps went out is sent again, by the number of attempts made.
const RETRY_AFTER: [SignedDuration; 3] =
    [SignedDuration::from_mins(15), SignedDuration::from_hours(1), SignedDuration::from_hours(6)];

/// What is due.
#[derive(Clone, Copy)]
pub(super) enum Due<'a> {
    /// D1: a reset was begun and its outcome is open.
    Settle { history: &'a History, proof: Proof, is_create: bool, source: LetterSource },
    /// D2: the password is set, its letter not yet accepted.
    Email { history: &'a History, source: LetterSource },
    /// D2 on paper: the page is written, and a person prints it.
    Print { history: &'a History, cohort: &'a str, is_made: bool },
    /// D3: a reviewed line asks for another activation: on the account that stands; where it has vanished, on a new one.
    Reissue { line: &'a Reissue, account: Option<Seen<'a>> },
    /// D5: seen signing in, or mailed by the LMS's own gateway.
    Adopt { account: Seen<'a>, by_gateway: bool },
    /// D5: no account.
    Create,
    /// D5: an account, never signed in.
    Reset { account: Seen<'a> },
}

impl<'a> Due<'a> {
    fn reissue(ground: &Ground<'a>, caregiver: Caregiver<'a>, line: &'a Reissue) -> Self {
        Self::Reissue { line, account: ground.accounts(caregiver.id()).one() }
    }

    /// What kind of act it comes to.
    pub(super) fn kind(&self) -> ActKind {
        match *self {
            Self::Settle { proof, is_create, .. } => ActKind::Settle { proof, is_create },
            Self::Email { .. } | Self::Print { .. } => ActKind::Email,
            Self::Reissue { line, account: Some(account) } => ActKind::Reset {
                is_second: line.activation > ActivationNumber::FIRST,
                has_signed_in: matches!(account.view().sign_in, SignIn::At(_)),
            },
            Self::Create => ActKind::Create { is_second: false },
            Self::Reissue { line, account: None } => {
                ActKind::Create { is_second: line.activation > ActivationNumber::FIRST }
            }
            Self::Adopt { .. } => ActKind::Adopt,
            Self::Reset { .. } => ActKind::Reset { is_second: false, has_signed_in: false },
        }
    }

    /// D5 waits for the cohort to open; what was begun does not.
    pub(super) fn waits_for_opening(&self) -> bool {
        matches!(self, Self::Adopt { .. } | Self::Create | Self::Reset { .. })
    }
}

/// A row of the table, as far as it is the record that decides.
pub(super) enum Row<'a> {
    /// Something is due.
    Due(Due<'a>),
    /// D1 or D2, but it can't be done now, whatever the roster says.
    Stop(Stop<'a>),
    /// D4.
    Active,
    /// D5 or D6: the cohort decides.
    Fresh,
}

/// D1 to D4.
pub(super) fn from_record<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>, history: &'a History) -> Row<'a> {
    if let Some(stop) = hand_over::unsettled(ground, caregiver.id(), history) {
        return Row::Stop(stop);
    }
    match hand_over::contradicted(ground, caregiver, history) {
        Some(stop @ Stop::NotInExport { .. }) => return reissue_or(ground, caregiver, history, stop),
        Some(stop) => return Row::Stop(stop),
        None => {}
    }
    match history.stage {
        ActivationStage::Setting => settle(ground, caregiver, history),
        ActivationStage::ResetUnknown | ActivationStage::HandedOver => Row::Stop(Stop::ResetUnknown { again: None }),
        ActivationStage::Set => letter(ground, caregiver, history),
        ActivationStage::Adopted => active(ground, caregiver, history),
        ActivationStage::Prepared | ActivationStage::Refused | ActivationStage::Voided if !history.is_begun() => {
            Row::Fresh
        }
        ActivationStage::Prepared | ActivationStage::Refused | ActivationStage::Voided => {
            active(ground, caregiver, history)
        }
    }
}

/// D3 or D4.
fn active<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>, history: &'a History) -> Row<'a> {
    match ground.reissue(caregiver.id(), history.last_done()) {
        Some(line) => Row::Due(Due::reissue(ground, caregiver, line)),
        None => Row::Active,
    }
}

/// D1: what may be done about it, unless nobody has the password any more: then it can't be set again, nor told.
fn settle<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>, history: &'a History) -> Row<'a> {
    match proven(ground, caregiver, history) {
        Row::Due(Due::Settle { proof, .. }) if !history.has_secret => Row::Stop(Stop::SecretLostMeanwhile { proof }),
        row => row,
    }
}

/// The marker tells; without one the same password may be set again, in a window of time.
fn proven<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>, history: &'a History) -> Row<'a> {
    let account = ground.accounts(caregiver.id()).one();
    let source = source(ground, caregiver, history);
    // A create that was begun and is proven not to have happened is a create still.
    let is_create = history.kind == ActivationKind::Create && account.is_none();
    if ground.context.lms.carrier.is_person() {
        // What a run began stands in an open hand-over; this was handed back by the word of the person who imports.
        return Row::Due(Due::Settle { history, proof: Proof::NotSet, is_create, source });
    }
    if account.and_then(|account| account.view().marker) == Some(history.key) {
        return Row::Due(Due::Settle { history, proof: Proof::WasSet, is_create: false, source });
    }
    if account.is_some_and(|account| matches!(account.view().sign_in, SignIn::At(at) if at > history.stage_at)) {
        return Row::Stop(Stop::ChangedMeanwhile);
    }
    let lms = ground.context.lms;
    let waited = ground.context.now.duration_since(history.stage_at);
    // An LMS that may still be working on the lost call has not said no yet.
    if lms.has_marker && (!lms.works_on || waited >= SETTLE_AFTER) {
        return Row::Due(Due::Settle { history, proof: Proof::NotSet, is_create, source });
    }
    if waited < SETTLE_AFTER {
        return Row::Stop(Stop::ResetUnknown { again: Some(history.stage_at + SETTLE_AFTER) });
    }
    if waited > SETTLE_WITHIN {
        return Row::Stop(Stop::ResetUnknown { again: None });
    }
    Row::Due(Due::Settle { history, proof: Proof::Unknown, is_create, source })
}

/// Which letter goes out: the sealed one, unless recipient or children have changed since.
fn source(ground: &Ground<'_>, caregiver: Caregiver<'_>, history: &History) -> LetterSource {
    // A page that is written goes to the printer, also where the rollout has none written any more.
    let is_page = history.letter.as_ref().is_some_and(|letter| letter.channel == Channel::Paper);
    let fingerprint = if is_page && caregiver.address().is_err() { page_fingerprint } else { letter_fingerprint };
    let now = fingerprint(caregiver, ground.rollout, ground.context.fingerprinter);
    match &history.letter {
        Some(letter) if letter.fingerprint == now => LetterSource::Sealed(letter.number),
        Some(letter) => LetterSource::Rendered(letter.number.next()),
        None => LetterSource::Rendered(crate::model::ids::LetterNumber::FIRST),
    }
}

/// D2, else D3 or D4.
fn letter<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>, history: &'a History) -> Row<'a> {
    if history.letter.is_none() {
        // The LMS has told the password by itself.
        return active(ground, caregiver, history);
    }
    let source = source(ground, caregiver, history);
    let is_same = matches!(source, LetterSource::Sealed(_));
    let email = Row::Due(Due::Email { history, source });
    let stage = history.letter.as_ref().map_or(LetterStage::Prepared, |letter| letter.stage);
    match stage {
        LetterStage::Sent => active(ground, caregiver, history),
        LetterStage::Bounced => bounced(ground, caregiver, history, is_same, email),
        // The password is set, nobody has it, and the sealed copy is gone.
        _ if !history.has_secret => {
            reissue_or(ground, caregiver, history, Stop::SecretLost { next: history.number.next() })
        }
        _ if history.letter.as_ref().is_some_and(|letter| letter.channel == Channel::Paper) => {
            paper::letter(history, is_same, email)
        }
        LetterStage::Rejected if is_same => Row::Stop(Stop::LetterRejected),
        LetterStage::Prepared | LetterStage::Replaced | LetterStage::Rejected | LetterStage::ToPrint => email,
        LetterStage::Sending | LetterStage::Unknown if !is_same => {
            reissue_or(ground, caregiver, history, Stop::AddressChanged { next: history.number.next() })
        }
        LetterStage::Sending | LetterStage::Unknown => match (&history.letter, ground.context.mail.is_idempotent) {
            (Some(letter), false) if !ground.context.retry_unknown => again(ground.context.now, letter, email),
            _ => email,
        },
    }
}

/// What became of this letter before.
pub(super) fn earlier(history: &History, source: LetterSource, now: Timestamp) -> Earlier {
    let is_long = |tries: u32| tries >= PUT_OFF_OFTEN && now.duration_since(history.stage_at) >= PUT_OFF_FOR;
    let letter = history.letter.as_ref().filter(|letter| source == LetterSource::Sealed(letter.number));
    match letter.map(|letter| (letter.stage, letter.attempts)) {
        Some((LetterStage::Prepared, tries)) if is_long(tries) => Earlier::PutOffForLong,
        Some((LetterStage::Prepared, 2..)) => Earlier::PutOff,
        Some((LetterStage::Sending | LetterStage::Unknown, _)) => Earlier::PerhapsSent,
        _ => Earlier::Nothing,
    }
}

/// A letter that perhaps went out is sent again after 15 minutes, an hour, six hours; then a person decides.
fn again<'a>(now: Timestamp, letter: &LetterRecord, email: Row<'a>) -> Row<'a> {
    let tries = usize::try_from(letter.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    match RETRY_AFTER.get(tries).map(|wait| letter.stage_at + *wait) {
        Some(at) if at <= now => email,
        at => Row::Stop(Stop::LetterUnknown { again: at }),
    }
}

fn bounced<'a>(
    ground: &Ground<'a>,
    caregiver: Caregiver<'a>,
    history: &'a History,
    is_same: bool,
    email: Row<'a>,
) -> Row<'a> {
    if let Some(line) = ground.reissue(caregiver.id(), history.number.0) {
        return Row::Due(Due::reissue(ground, caregiver, line));
    }
    let (next, is_kept) = (history.number.next(), ground.keeps_secret(history));
    match (is_same, is_kept, ground.rollout.bounced) {
        (false, true, Bounced::Resend) => email,
        (false, ..) => Row::Stop(Stop::ReissueNeeded { next, is_kept }),
        (true, ..) => Row::Stop(Stop::Bounced { next, is_kept }),
    }
}

/// A letter that can't go out any more: a reviewed line gives another password, else they are held.
fn reissue_or<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>, history: &History, stop: Stop<'a>) -> Row<'a> {
    match ground.reissue(caregiver.id(), history.number.0) {
        Some(line) => Row::Due(Due::reissue(ground, caregiver, line)),
        None => Row::Stop(stop),
    }
}

/// D5: what somebody in an open cohort gets who has nothing yet.
pub(super) fn fresh<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>, cohort: usize) -> Due<'a> {
    let is_gateway = ground.rollout.new_arrivals == NewArrivals::Gateway;
    let by_gateway = is_gateway && is_new_arrival(ground, caregiver.id(), cohort);
    match ground.accounts(caregiver.id()) {
        Match::One(account) if matches!(account.view().sign_in, SignIn::At(_)) => {
            Due::Adopt { account, by_gateway: false }
        }
        Match::One(account) if by_gateway => Due::Adopt { account, by_gateway },
        Match::One(account) => Due::Reset { account },
        Match::None | Match::Several => Due::Create,
    }
}
