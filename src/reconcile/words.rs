//! The sentences of a plan: why something is done, why somebody is held, and what to do about it.
//!
//! A fix is one instruction that the reader can carry out; lines for the rollout are ready to copy.

mod letters;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::account::SignIn;
use crate::model::handover::HandOver;
use crate::model::ids::ActivationNumber;
use crate::plan::Proof;
use crate::rollout::SharedEmail;
use crate::roster::{AddressProblem, Caregiver};

use super::due::Due;
use super::ground::Ground;
use super::hand_over;
use super::shared::Sharing;
use super::stop::Stop;

pub(super) const UPDATE: &str = "the SMS has other values than the LMS";
pub(super) const ENABLE: &str = "they are in the roster again, and firstbell had disabled the account";
pub(super) const WITHDRAW: &str = "gone from two full rosters in a row; `leavers: disable`";

/// Why something is done.
pub(super) fn reason(due: &Due<'_>) -> String {
    match due {
        Due::Settle { proof: Proof::WasSet, .. } => {
            "an earlier run stopped: the LMS shows that the password was set, its letter is still to go".to_owned()
        }
        Due::Settle { proof: Proof::NotSet, .. } => {
            "an earlier run stopped: the LMS shows that the password was not set; the same one is set now".to_owned()
        }
        Due::Settle { proof: Proof::Unknown, .. } => {
            "an earlier run stopped while the password was being set: the same one is set again, which nobody can notice"
                .to_owned()
        }
        Due::Email { .. } | Due::Print { .. } => "the password is set, its letter is still to go".to_owned(),
        Due::Reissue { line, .. } => format!("reissue, activation {}: {}", line.activation, line.because),
        Due::Adopt { by_gateway: true, .. } => "joined later; the LMS's gateway mails new parents by itself".to_owned(),
        Due::Adopt { .. } => "has signed in already, without firstbell".to_owned(),
        Due::Create => "in an open cohort, without an account".to_owned(),
        Due::Reset { .. } => "in an open cohort, never activated".to_owned(),
    }
}

/// How it is known that somebody is active.
pub(super) fn evidence(sign_in: SignIn, by_gateway: bool, zone: &TimeZone) -> String {
    match sign_in {
        SignIn::At(at) => format!("signed in {}", at.to_zoned_datetime(zone.clone()).date()),
        SignIn::Never | SignIn::Unknown if by_gateway => "mailed by the gateway".to_owned(),
        SignIn::Never | SignIn::Unknown => "adopted".to_owned(),
    }
}

/// The sentence and the fix of a stop.
pub(super) fn of(stop: &Stop<'_>, ground: &Ground<'_>, caregiver: Option<Caregiver<'_>>, id: &str) -> (String, String) {
    match stop {
        Stop::Address(problem) => address(*problem, caregiver),
        Stop::ResetUnknown { again } => reset_unknown(*again, ground, id),
        Stop::LetterUnknown { again } => letter_unknown(*again, ground, id),
        Stop::Left | Stop::AbsentOnce => gone(stop, id),
        Stop::AwaitingConfirmation { handover } => awaiting(handover),
        Stop::ImportUnknown { handover } => import_unknown(handover),
        Stop::NotInExport { handover, next } => not_in_export(handover, *next, id),
        Stop::ImportedAfterAll { handover, username } => imported_after_all(handover, username, id),
        Stop::RowRefused(fault) => hand_over::fault_in_words(*fault, id),
        Stop::FullUploadNeeded { is_default } => full_upload_needed(*is_default),
        Stop::AskedToWait { because, until } => {
            let until = until.map_or_else(String::new, |until| format!(" until {until}"));
            (
                format!("The rollout holds them{until}: {because}"),
                "Remove the line under `hold:` when they may have access".to_owned(),
            )
        }
        Stop::PossibleRename { from } if ground.roster.caregiver(from).is_some() => (
            format!("Their account in the LMS shows the activation of {from}, who is in the roster too"),
            format!(
                "See in the LMS whose account it is, and give it the SMS id of that person; if the account is theirs now: \
                 `distinct: [{{caregivers: [{from}, {id}], because: …}}]`"
            ),
        ),
        Stop::PossibleRename { from } => (
            format!("{from} is gone from the roster and looks like the same person, who was activated already"),
            format!(
                "If they are one person: `moved: [{{from: {from}, to: {id}, because: …}}]`; if they are two: \
                 `distinct: [{{caregivers: [{from}, {id}], because: …}}]`"
            ),
        ),
        Stop::AnotherPerson => (
            "Name, address and children under this id are all others than when it was activated, so the account is left as it is"
                .to_owned(),
            format!(
                "See in the SMS whose id it is: one that was given to somebody else must be a new one. If they are the same person, \
                 `firstbell adopt {id} --because …`"
            ),
        ),
        Stop::EmailTaken { by } => (
            format!("The account `{by}` in the LMS has their address, but not their SMS id"),
            "If that account is theirs, give it their SMS id in the LMS; else correct the address there or in the SMS"
                .to_owned(),
        ),
        Stop::ChildNotLinked { child } => (
            format!("The LMS does not have exactly one account of their child {child}, so they could not see it there"),
            format!(
                "Give the child's account in the LMS the student id {child}, and no other account the same one; or correct the \
                 student id in the SMS"
            ),
        ),
        Stop::ChangedMeanwhile => (
            "A run stopped while their password was being set, and the account was signed in to since".to_owned(),
            format!(
                "Ask them whether they can sign in now: if so, `firstbell resolve {id} --reset not-done --evidence …`; if \
                 not, `--reset done`, and their letter goes out"
            ),
        ),
        Stop::AddressChanged { next } => {
            letters::changed(*next, id, caregiver.is_some_and(|one| !ground.has_permitted_child(one)))
        }
        Stop::PageChanged { cohort, next } => {
            let may_see_nobody = caregiver.is_some_and(|one| !ground.has_permitted_child(one));
            letters::page_changed(cohort, *next, id, may_see_nobody)
        }
        Stop::ToPrint { cohort, is_made: false } => (
            "The password is set, and their letter is written to be printed".to_owned(),
            format!("`firstbell letters --cohort {cohort}` makes a file of the cohort's pages"),
        ),
        Stop::ToPrint { cohort, is_made: true } => (
            "Their page was made to be printed".to_owned(),
            format!(
                "Print it, then `firstbell letters --cohort {cohort} --printed`; where it can't be, `--not-printed`"
            ),
        ),
        Stop::NotPrintable { character } => (
            format!("Their name, address or children have a character that the printed letter lacks: {character}"),
            "Write them in Latin, Greek or Cyrillic letters in the SMS, or give them access by hand".to_owned(),
        ),
        Stop::LetterRejected => (
            "The mail server refused their letter".to_owned(),
            format!(
                "`firstbell explain {id}` shows what it said. Correct the address in the SMS and export again: the same letter \
                 goes there. If the address is right, `firstbell resolve {id} --letter send-again`"
            ),
        ),
        Stop::SecretLost { next } => (
            "The password is set, nobody has it, and the sealed copy is gone".to_owned(),
            format!("`reissue: [{{caregiver: {id}, activation: {next}, because: …}}]`"),
        ),
        Stop::SecretLostMeanwhile { proof } => secret_lost(*proof, id),
        Stop::Bounced { next, is_kept } => letters::came_back(*next, *is_kept, id),
        Stop::ReissueNeeded { next, is_kept } => letters::address_has_changed(*next, *is_kept, id),
        _ => plain(stop, ground),
    }
}

fn secret_lost(proof: Proof, id: &str) -> (String, String) {
    let (knows, verdict) = match proof {
        Proof::WasSet => ("the LMS shows that it was", "done"),
        Proof::NotSet => ("it was not", "not-done"),
        Proof::Unknown => ("the LMS can't say whether it was", "done|not-done"),
    };
    let then = match proof {
        Proof::WasSet => "; then a `reissue:` line gives them another",
        Proof::NotSet => "; then another is drawn",
        Proof::Unknown => "",
    };
    (
        format!("A run stopped while their password was being set, {knows}, and the sealed copy is gone"),
        format!("`firstbell resolve {id} --reset {verdict} --evidence …`{then}"),
    )
}

fn awaiting(handover: &HandOver) -> (String, String) {
    let HandOver { number, name, .. } = handover;
    if !handover.is_placed {
        return (
            format!("In hand-over {number}; a run stopped before its file was in place"),
            "`firstbell apply` puts it in place, as it was to be".to_owned(),
        );
    }
    (
        format!("In hand-over {number}, which waits for somebody to import it"),
        format!(
            "Import `handover/{name}.csv` as `handover/{name}.md` says, then `firstbell confirm {number} --imported`"
        ),
    )
}

fn import_unknown(handover: &HandOver) -> (String, String) {
    let HandOver { number, .. } = handover;
    (
        format!("In hand-over {number}, of which nobody knows whether it was imported"),
        format!(
            "Find out (do the new users show? can one of them sign in?), then `firstbell confirm {number} --imported` or \
             `--not-imported`"
        ),
    )
}

fn not_in_export(handover: &HandOver, next: ActivationNumber, id: &str) -> (String, String) {
    let number = handover.number;
    (
        format!("Hand-over {number} was confirmed as imported, and the export has no account of theirs"),
        format!(
            "See in the LMS whether they have one. If the export is an old one, export the users again; if their row was left out, \
             `reissue: [{{caregiver: {id}, activation: {next}, because: …}}]`; a `hold:` line leaves them alone"
        ),
    )
}

fn imported_after_all(handover: &HandOver, username: &str, id: &str) -> (String, String) {
    let number = handover.number;
    (
        format!(
            "Hand-over {number} was confirmed as not imported, and the export has the account `{username}`, which only that file \
             would have made"
        ),
        format!(
            "Ask whoever imports. If it was imported, the LMS has mailed its people: `firstbell adopt {id} --because …`; if not, \
             give that account another user id in the LMS, and export the users again"
        ),
    )
}

fn full_upload_needed(is_default: bool) -> (String, String) {
    let has = if is_default { "the gateway's default address" } else { "another address than the SMS" };
    (
        format!("Ultranet has {has} for them, and would mail the password there"),
        "Run a full upload from the SMS, and export Ultranet's users again".to_owned(),
    )
}

fn plain(stop: &Stop<'_>, ground: &Ground<'_>) -> (String, String) {
    let (sentence, fix) = match stop {
        Stop::NoAccess { is_unknown: true } => (
            "The SMS does not say for any of their children that they may see them",
            "Fill in the access column in the SMS, or set `unknown-access: allow`",
        ),
        Stop::NoAccess { is_unknown: false } => {
            ("The SMS keeps them from every child of theirs", "Nothing to do, unless the SMS is wrong")
        }
        Stop::StaffInSms => (
            "The SMS says that they work at the school",
            "Give them access by hand: accounts of staff are never touched",
        ),
        Stop::StaffAccount if ground.context.lms.carrier.is_person() => (
            "The user of the LMS with their SMS id is no Parent: staff, a student or a guest",
            "See whose account it is: only accounts of the type Parent are ever touched",
        ),
        Stop::StaffAccount => (
            "Their account in the LMS is a staff account",
            "Give them access by hand: accounts of staff are never touched",
        ),
        Stop::StaffAddress => (
            "A staff account in the LMS has their address",
            "Put a private address into the SMS, or give them access by hand: accounts of staff are never touched",
        ),
        Stop::OtherSignIn => {
            ("Their account signs in through another system", "Nothing to do: their password is not the LMS's")
        }
        Stop::SeveralAccounts => {
            ("Several accounts in the LMS carry their SMS id", "Leave the id on one of them, in the LMS")
        }
        Stop::DisabledAccount => {
            ("Their account is disabled in the LMS", "Enable it in the LMS, or leave it: a password would be of no use")
        }
        Stop::NewArrival { waits_for_gateway: true } => (
            "Joined after the cohort was opened; the LMS's gateway is to create and mail their account",
            "Nothing to do; they are adopted once they have an account",
        ),
        Stop::NewArrival { .. } => (
            "Joined after the cohort was opened, and `new-arrivals: hold` is set",
            "Set `new-arrivals: activate`, or put them into a cohort of their own",
        ),
        Stop::SignInUnknown => (
            "The LMS can't say whether they have signed in, and a reset would lock out somebody who has",
            "If nobody in this cohort can have signed in, list it under `assume-never-signed-in:`",
        ),
        Stop::SharedEmail(Sharing::WithBlocked) => (
            "Somebody else has the same address who must not see one of their children",
            "Ask for an address of their own and put it into the SMS",
        ),
        Stop::SharedEmail(Sharing::Shared) if ground.rollout.shared_email == SharedEmail::First => (
            "Somebody else who comes before them has the same address, and gets the letter there",
            "Ask for an address of their own and put it into the SMS",
        ),
        Stop::SharedEmail(Sharing::Shared) => {
            ("Somebody else has the same address", "Ask for an address of their own, or set `shared-email: first`")
        }
        _ => ("", ""),
    };
    (sentence.to_owned(), fix.to_owned())
}

fn address(problem: AddressProblem, caregiver: Option<Caregiver<'_>>) -> (String, String) {
    let suggestion = caregiver.and_then(Caregiver::suggestion);
    let fix = match (suggestion, problem) {
        (Some(suggestion), _) => format!("Correct it in the SMS (`{suggestion}`?) and export again"),
        (None, AddressProblem::None) => "Put an address into the SMS and export again".to_owned(),
        (None, AddressProblem::Conflicting) => "Leave one address in the SMS and export again".to_owned(),
        (None, AddressProblem::Placeholder | AddressProblem::Staff) => {
            "Put a private address into the SMS and export again".to_owned()
        }
        (None, AddressProblem::Malformed(_)) => "Correct it in the SMS and export again".to_owned(),
    };
    (capitalised(problem.sentence()), fix)
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn reset_unknown(again: Option<Timestamp>, ground: &Ground<'_>, id: &str) -> (String, String) {
    let sentence = "A run stopped while their password was being set, and the LMS can't say whether it was".to_owned();
    let fix = again.map_or_else(
        || format!("Try to find out, then `firstbell resolve {id} --reset done|not-done --evidence …`"),
        |at| format!("Run `firstbell apply` again after {}", clock(at, ground)),
    );
    (sentence, fix)
}

fn letter_unknown(again: Option<Timestamp>, ground: &Ground<'_>, id: &str) -> (String, String) {
    let sentence = "The mail server perhaps has their letter: its answer was lost".to_owned();
    let fix = again.map_or_else(
        || format!("Ask them whether it arrived, then `firstbell resolve {id} --letter arrived|send-again`"),
        |at| format!("Run `firstbell apply` again after {}: the same letter goes out once more", clock(at, ground)),
    );
    (sentence, fix)
}

fn gone(stop: &Stop<'_>, id: &str) -> (String, String) {
    if matches!(stop, Stop::Left) {
        let fix = "Nothing to do: no letter is sent";
        return (
            "Gone from two full rosters in a row; what was begun for them is not finished".to_owned(),
            fix.to_owned(),
        );
    }
    let fix = format!("Export the roster again; if {id} has got another id, add a `moved:` line");
    ("Not in this roster; what was begun for them waits".to_owned(), fix)
}

fn clock(at: Timestamp, ground: &Ground<'_>) -> String {
    at.to_zoned_datetime(ground.rollout.timezone.clone()).strftime("%H:%M").to_string()
}
