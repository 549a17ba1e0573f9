//! What stops something that is due: the table S1 to S10, one function a row, first row that fits.
//!
//! S1 stands in `due`, because it follows from the record alone.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::account::{SignIn, SignInMethod};
use crate::model::activation::Channel;
use crate::model::handover::HandOver;
use crate::model::ids::ActivationNumber;
use crate::model::observed::Seen;
use crate::plan::{HoldCode, Proof};
use crate::rollout::NewArrivals;
use crate::roster::{AddressProblem, Caregiver};

use super::cohort::Member;
use super::due::Due;
use super::ground::{Ground, Match};
use super::hand_over::{self, RowFault};
use super::paper;
use super::shared::Sharing;

/// Why something that is due is not done now.
#[derive(Clone, Debug)]
pub(super) enum Stop<'a> {
    ResetUnknown { again: Option<Timestamp> },
    LetterUnknown { again: Option<Timestamp> },
    AwaitingConfirmation { handover: &'a HandOver },
    ImportUnknown { handover: &'a HandOver },
    NotInExport { handover: &'a HandOver, next: ActivationNumber },
    ImportedAfterAll { handover: &'a HandOver, username: &'a str },
    ChangedMeanwhile,
    AddressChanged { next: ActivationNumber },
    PageChanged { cohort: &'a str, next: ActivationNumber },
    ToPrint { cohort: &'a str, is_made: bool },
    LetterRejected,
    SecretLost { next: ActivationNumber },
    SecretLostMeanwhile { proof: Proof },
    Left,
    AbsentOnce,
    NoAccess { is_unknown: bool },
    AskedToWait { because: &'a str, until: Option<Date> },
    StaffInSms,
    StaffAccount,
    StaffAddress,
    OtherSignIn,
    SeveralAccounts,
    DisabledAccount,
    AnotherPerson,
    PossibleRename { from: &'a str },
    EmailTaken { by: &'a str },
    ChildNotLinked { child: &'a str },
    NewArrival { waits_for_gateway: bool },
    SignInUnknown,
    Address(AddressProblem),
    NotPrintable { character: char },
    SharedEmail(Sharing),
    FullUploadNeeded { is_default: bool },
    RowRefused(RowFault),
    Bounced { next: ActivationNumber, is_kept: bool },
    ReissueNeeded { next: ActivationNumber, is_kept: bool },
}

impl Stop<'_> {
    /// When it ends by itself, where it does.
    pub(super) fn again(&self) -> Option<Timestamp> {
        match self {
            Self::ResetUnknown { again } | Self::LetterUnknown { again } => *again,
            _ => None,
        }
    }

    pub(super) fn code(&self) -> HoldCode {
        match self {
            Self::ResetUnknown { .. }
            | Self::ImportUnknown { .. }
            | Self::NotInExport { .. }
            | Self::ImportedAfterAll { .. } => HoldCode::ResetUnknown,
            Self::LetterUnknown { .. } => HoldCode::LetterUnknown,
            Self::AwaitingConfirmation { .. } => HoldCode::AwaitingConfirmation,
            Self::ChangedMeanwhile => HoldCode::ChangedMeanwhile,
            Self::AddressChanged { .. } | Self::PageChanged { .. } => HoldCode::AddressChanged,
            Self::ToPrint { .. } => HoldCode::ToPrint,
            Self::LetterRejected => HoldCode::LetterRejected,
            Self::SecretLost { .. } | Self::SecretLostMeanwhile { .. } => HoldCode::SecretLost,
            Self::Left => HoldCode::Left,
            Self::AbsentOnce => HoldCode::AbsentOnce,
            Self::NoAccess { .. } => HoldCode::NoAccess,
            Self::AskedToWait { .. } => HoldCode::AskedToWait,
            Self::StaffInSms | Self::StaffAccount | Self::StaffAddress => HoldCode::StaffAccount,
            Self::OtherSignIn => HoldCode::OtherSignIn,
            Self::SeveralAccounts => HoldCode::AmbiguousAccount,
            Self::DisabledAccount => HoldCode::DisabledAccount,
            Self::AnotherPerson => HoldCode::AnotherPerson,
            Self::PossibleRename { .. } => HoldCode::PossibleRename,
            Self::EmailTaken { .. } => HoldCode::EmailTaken,
            Self::ChildNotLinked { .. } => HoldCode::ChildNotLinked,
            Self::NewArrival { .. } => HoldCode::NewArrival,
            Self::SignInUnknown => HoldCode::SignInUnknown,
            Self::Address(problem) => address_code(*problem),
            Self::NotPrintable { .. } => HoldCode::NotPrintable,
            Self::SharedEmail(_) => HoldCode::SharedEmail,
            Self::FullUploadNeeded { .. } => HoldCode::FullUploadNeeded,
            Self::RowRefused(_) => HoldCode::RowRefused,
            Self::Bounced { .. } => HoldCode::Bounced,
            Self::ReissueNeeded { .. } => HoldCode::ReissueNeeded,
        }
    }
}

fn address_code(problem: AddressProblem) -> HoldCode {
    match problem {
        AddressProblem::None => HoldCode::NoEmail,
        AddressProblem::Malformed(_) => HoldCode::MalformedEmail,
        AddressProblem::Conflicting => HoldCode::ConflictingEmails,
        AddressProblem::Placeholder => HoldCode::PlaceholderEmail,
        AddressProblem::Staff => HoldCode::StaffEmail,
    }
}

type Rule = for<'a> fn(&Ground<'a>, &Member<'a>, &Due<'a>) -> Option<Stop<'a>>;

/// The rows behind S1, in their order. S2 stands in `draft`, because it is about people the roster does not have.
const RULES: [Rule; 8] =
    [no_access, asked_to_wait, account, rename, email_taken, child_not_linked, new_arrival, sign_in_unknown];
const ADDRESS_RULES: [Rule; 5] =
    [address, not_printable, shared_email, hand_over::full_upload_needed, hand_over::row_refused];

/// The first row that fits.
pub(super) fn first<'a>(ground: &Ground<'a>, member: &Member<'a>, due: &Due<'a>) -> Option<Stop<'a>> {
    let is_adopt = matches!(due, Due::Adopt { .. });
    let rules = RULES.iter().chain(ADDRESS_RULES.iter().filter(|_| !is_adopt));
    rules.into_iter().find_map(|rule| rule(ground, member, due))
}

/// S3
fn no_access<'a>(_: &Ground<'a>, member: &Member<'a>, _: &Due<'a>) -> Option<Stop<'a>> {
    use crate::model::access::Access;
    let is_unknown = member.caregiver.children().any(|child| child.access() == Access::Unknown);
    (!member.has_permitted_child()).then_some(Stop::NoAccess { is_unknown })
}

/// S4
fn asked_to_wait<'a>(ground: &Ground<'a>, member: &Member<'a>, _: &Due<'a>) -> Option<Stop<'a>> {
    let rule = ground.hold_rule(member.caregiver.id())?;
    Some(Stop::AskedToWait { because: &rule.because, until: rule.until })
}

/// S5
fn account<'a>(ground: &Ground<'a>, member: &Member<'a>, _: &Due<'a>) -> Option<Stop<'a>> {
    match ground.accounts(member.caregiver.id()) {
        Match::Several => Some(Stop::SeveralAccounts),
        Match::One(account) if account.is_staff() => Some(Stop::StaffAccount),
        _ if member.caregiver.is_staff() => Some(Stop::StaffInSms),
        Match::One(account) if account.view().method == SignInMethod::Other => Some(Stop::OtherSignIn),
        Match::One(account) if account.view().is_disabled && !is_withdrawn(ground, member.caregiver) => {
            Some(Stop::DisabledAccount)
        }
        Match::One(_) => None,
        Match::None => staff_address(ground, member.caregiver),
    }
}

fn is_withdrawn(ground: &Ground<'_>, caregiver: Caregiver<'_>) -> bool {
    ground.history(caregiver).is_some_and(|history| history.is_withdrawn)
}

/// Without an account of their own, a staff account with their address is probably theirs.
fn staff_address<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>) -> Option<Stop<'a>> {
    let address = caregiver.address().ok()?;
    ground.observed.with_email(address).any(Seen::is_staff).then_some(Stop::StaffAddress)
}

/// S6
fn rename<'a>(ground: &Ground<'a>, member: &Member<'a>, due: &Due<'a>) -> Option<Stop<'a>> {
    let is_new = due.waits_for_opening() && !ground.is_begun(member.caregiver);
    let from = is_new.then(|| ground.renames.probable(ground, member.caregiver))??;
    Some(Stop::PossibleRename { from })
}

/// S6
fn email_taken<'a>(ground: &Ground<'a>, member: &Member<'a>, due: &Due<'a>) -> Option<Stop<'a>> {
    let address = member.caregiver.address().ok().filter(|_| !matches!(due, Due::Adopt { .. }))?;
    Some(Stop::EmailTaken { by: taken_by(ground, member.caregiver, address)? })
}

/// The username of another person's account with this address. People who share it in the roster are `shared-email`.
pub(super) fn taken_by<'a>(ground: &Ground<'a>, caregiver: Caregiver<'_>, address: &'a str) -> Option<&'a str> {
    let own = caregiver.id();
    let taken = ground.observed.with_email(address).find(|account| {
        let owner = account.view().caregiver;
        owner != Some(own) && !ground.is_former_id(own, owner) && !shares_in_roster(ground, caregiver, owner, address)
    });
    taken.map(|account| account.view().username)
}

fn shares_in_roster(ground: &Ground<'_>, own: Caregiver<'_>, owner: Option<&str>, address: &str) -> bool {
    let other = owner.and_then(|owner| ground.roster.caregiver(owner));
    ground.shared.contains(own)
        && other.is_some_and(|other| other.address().is_ok_and(|theirs| theirs.eq_ignore_ascii_case(address)))
}

/// S6: a letter that says what a parent can see of their child would not be true.
fn child_not_linked<'a>(ground: &Ground<'a>, member: &Member<'a>, due: &Due<'a>) -> Option<Stop<'a>> {
    if matches!(due, Due::Adopt { .. }) {
        return None;
    }
    let mut children = member.caregiver.children().filter(|child| ground.is_permitted(child));
    let child = children.find(|child| !ground.observed.can_link(child.id()))?;
    Some(Stop::ChildNotLinked { child: child.id() })
}

/// S7
fn new_arrival<'a>(ground: &Ground<'a>, member: &Member<'a>, due: &Due<'a>) -> Option<Stop<'a>> {
    let cohort = member.cohort().filter(|_| due.waits_for_opening())?;
    let is_held = match ground.rollout.new_arrivals {
        NewArrivals::Activate => false,
        NewArrivals::Hold => true,
        NewArrivals::Gateway => !matches!(due, Due::Adopt { .. }),
    };
    let waits_for_gateway = ground.rollout.new_arrivals == NewArrivals::Gateway;
    (is_held && is_new_arrival(ground, member.caregiver.id(), cohort)).then_some(Stop::NewArrival { waits_for_gateway })
}

/// Whether somebody was first accepted after their cohort was opened.
pub(super) fn is_new_arrival(ground: &Ground<'_>, id: &str, cohort: usize) -> bool {
    let Some(opening) = ground.recorded.openings.get(&ground.rollout.cohorts[cohort].name) else { return false };
    ground.recorded.presence.get(id).is_none_or(|presence| presence.first > opening.roster)
}

/// S8
fn sign_in_unknown<'a>(ground: &Ground<'a>, member: &Member<'a>, due: &Due<'a>) -> Option<Stop<'a>> {
    let Due::Reset { account } = due else { return None };
    let is_assumed = member
        .cohort()
        .is_some_and(|cohort| ground.rollout.assume_never_signed_in.contains(&ground.rollout.cohorts[cohort].name));
    (account.view().sign_in == SignIn::Unknown && !is_assumed).then_some(Stop::SignInUnknown)
}

/// S9
fn address<'a>(ground: &Ground<'a>, member: &Member<'a>, due: &Due<'a>) -> Option<Stop<'a>> {
    let problem = member.caregiver.address().err()?;
    // An account can't be made on paper where the LMS makes none without an address.
    let wants_address = due.kind().creates_account() && ground.context.lms.needs_email;
    // What waits for the printer needs none, whatever the rollout says of others now.
    let is_page = matches!(due, Due::Print { .. });
    let has_way = is_page || paper::channel(ground.rollout, member.caregiver).is_some();
    (wants_address || !has_way).then_some(Stop::Address(problem))
}

/// S9
fn not_printable<'a>(ground: &Ground<'a>, member: &Member<'a>, _: &Due<'a>) -> Option<Stop<'a>> {
    if paper::channel(ground.rollout, member.caregiver) != Some(Channel::Paper) {
        return None;
    }
    Some(Stop::NotPrintable { character: paper::unprintable(ground, member.caregiver)? })
}

/// S9
fn shared_email<'a>(ground: &Ground<'a>, member: &Member<'a>, _: &Due<'a>) -> Option<Stop<'a>> {
    ground.shared.of(member.caregiver).map(Stop::SharedEmail)
}
