//! What to do about a hold, for everybody it concerns: shown where the fix for the one person might name them.

use crate::plan::HoldCode;

/// What to do, without a word about anybody.
pub(super) fn general(code: HoldCode) -> &'static str {
    match code {
        HoldCode::ResetUnknown => {
            "Ask the LMS whether the password was set, then `firstbell resolve ID --reset done|not-done --evidence TEXT`; for a \
             hand-over, `firstbell confirm NUMBER --imported` or `--not-imported`."
        }
        HoldCode::LetterUnknown => {
            "The same letter goes out again up to three times, after 15 minutes, an hour, six hours; then ask them whether it arrived, and \
             `firstbell resolve ID --letter arrived|send-again`."
        }
        HoldCode::AwaitingConfirmation => {
            "Import the file as the page beside it says, then `firstbell confirm NUMBER --imported`."
        }
        HoldCode::FullUploadNeeded => "Run a full upload from the SMS to the LMS, then export the LMS's users again.",
        HoldCode::RowRefused => {
            "Correct it in the SMS or in the LMS, as `firstbell explain ID --personal full` says, and export again."
        }
        HoldCode::ChangedMeanwhile => {
            "Find out who changed the account, then `firstbell resolve ID --reset done|not-done --evidence TEXT`."
        }
        HoldCode::AddressChanged => {
            "Find out whether the letter or page arrived; `firstbell explain ID --personal full` shows what to say then."
        }
        HoldCode::SecretLost => "Bring the sealing key back, or add a `reissue` line to the rollout.",
        HoldCode::ToPrint => {
            "`firstbell letters --cohort NAME` makes a file of the pages; once they are printed, say `--printed`."
        }
        HoldCode::NotPrintable => "Write the name in Latin, Greek or Cyrillic letters, or give them access by hand.",
        HoldCode::Left => "Nothing, if they have left. Otherwise correct the SMS and export again.",
        HoldCode::AbsentOnce => "Nothing: the next full export shows whether they have left.",
        HoldCode::NoAccess => "Nothing, if the SMS is right about their access.",
        HoldCode::AskedToWait => "Take their `hold` line out of the rollout when they may go on.",
        HoldCode::StaffAccount => "Give them a parent's account of their own in the LMS, or leave them out.",
        HoldCode::OtherSignIn => "Nothing: they sign in with the other system's password.",
        HoldCode::AmbiguousAccount => "Leave their id on one of the LMS accounts only.",
        HoldCode::DisabledAccount => "Enable the account in the LMS if they should have access.",
        HoldCode::PossibleRename => {
            "If it is the same person, add a `moved` line to the rollout; if not, a `distinct` line."
        }
        HoldCode::EmailTaken => "Correct the address on one of the two accounts, in the SMS or in the LMS.",
        HoldCode::NewArrival => "Set `new-arrivals: activate` to let them in.",
        HoldCode::SignInUnknown => {
            "Adopt those who are active; list the cohort under `assume-never-signed-in` if nobody is."
        }
        HoldCode::AnotherPerson => {
            "See in the SMS whose id it is; if it is the same person, `firstbell adopt ID --because TEXT`."
        }
        HoldCode::NoEmail => "Enter an address in the SMS and export again.",
        HoldCode::ChildNotLinked => "Compare the children's student ids in the SMS with those in the LMS.",
        HoldCode::MalformedEmail => "Correct the address in the SMS and export again.",
        HoldCode::LetterRejected => {
            "Correct the address in the SMS and export again; where it is right, `firstbell resolve ID --letter send-again`."
        }
        HoldCode::ConflictingEmails => "Leave one address in the SMS and export again.",
        HoldCode::PlaceholderEmail => "Enter their own address in the SMS and export again.",
        HoldCode::StaffEmail => "Enter their private address in the SMS and export again.",
        HoldCode::SharedEmail => "Enter an address of their own in the SMS, or set `shared-email: first`.",
        HoldCode::Bounced => {
            "Correct the address in the SMS; where it is right, `firstbell resolve ID --letter send-again`, or a `reissue` line."
        }
        HoldCode::ReissueNeeded => {
            "Set `bounced: resend`; or, where the password is wiped, add a `reissue` line with the next number."
        }
    }
}
