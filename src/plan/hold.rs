//! A hold: somebody who is due, but for whom nothing is done now, with a reason code and the fix.

use std::fmt;

use crate::model::ids::{CaregiverId, CohortName};

use super::change::Person;

/// Somebody who is due, but for whom nothing is done now.
#[derive(Clone, Debug)]
pub struct Held {
    /// Whom.
    pub caregiver: CaregiverId,
    /// The cohort they belong to, where they belong to one.
    pub cohort: Option<CohortName>,
    /// Why.
    pub code: HoldCode,
    /// Why, in one sentence; may hold an address or a reason from the rollout.
    pub sentence: String,
    /// What to do about it, in one sentence; `reissue` and `moved` lines are ready to copy.
    pub fix: String,
    /// Who they are.
    pub person: Person,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $title:literal;)*) => {
        /// Why somebody is held back. The order is the order of the stops.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum HoldCode {
            $($(#[$doc])* $variant,)*
        }

        impl HoldCode {
            /// All codes, in the order of the stops.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code, as plans and documents write it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// A few words for lists.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)*
                }
            }
        }
    };
}

codes! {
    /// S1. Nobody knows whether the password was set.
    ResetUnknown = "reset-unknown", "nobody knows whether the password was set";
    /// S1. Perhaps the mail server has the letter.
    LetterUnknown = "letter-unknown", "perhaps the letter went out";
    /// S1. A file waits for a person to import it.
    AwaitingConfirmation = "awaiting-confirmation", "waits for somebody to import a file";
    /// S1. Somebody else touched the account while the password was being set.
    ChangedMeanwhile = "changed-meanwhile", "the account was changed in between";
    /// S1. Recipient or children changed after the letter may have gone out.
    AddressChanged = "address-changed", "the address changed after the letter may have gone out";
    /// S1. The mail server refused the letter, for its address or another reason.
    LetterRejected = "letter-rejected", "the mail server refused the letter";
    /// S1. The sealed password can't be opened any more.
    SecretLost = "secret-lost", "the sealed password can't be opened";
    /// S1. The letter is written, and waits for somebody to print it.
    ToPrint = "to-print", "the letter waits to be printed";
    /// S2. Two full rosters in a row do not have them.
    Left = "left", "gone from the roster";
    /// S2. The last full roster does not have them.
    AbsentOnce = "absent-once", "missing from the last roster";
    /// S3. No child they may see.
    NoAccess = "no-access", "no child they may see";
    /// S4. The rollout says to wait.
    AskedToWait = "asked-to-wait", "the rollout says to wait";
    /// S5. They work at the school.
    StaffAccount = "staff-account", "works at the school";
    /// S5. They sign in through another system.
    OtherSignIn = "other-sign-in", "signs in through another system";
    /// S5. Several accounts could be theirs.
    AmbiguousAccount = "ambiguous-account", "several accounts could be theirs";
    /// S5. The LMS has their account disabled.
    DisabledAccount = "disabled-account", "the account is disabled in the LMS";
    /// S6. The id stands for somebody else than it did.
    AnotherPerson = "another-person", "the id stands for somebody else now";
    /// S6. Probably somebody who had another id before.
    PossibleRename = "possible-rename", "probably had another id before";
    /// S6. Another account has the address.
    EmailTaken = "email-taken", "another account has the address";
    /// S6. The LMS has not exactly one account of a child of theirs, to link them with.
    ChildNotLinked = "child-not-linked", "a child can't be linked with them";
    /// S7. Joined a cohort already opened.
    NewArrival = "new-arrival", "joined after the cohort was opened";
    /// S8. The LMS can't say whether they have signed in.
    SignInUnknown = "sign-in-unknown", "the LMS can't say whether they have signed in";
    /// S9. The SMS has no address.
    NoEmail = "no-email", "no email address";
    /// S9. The address can't be written to.
    MalformedEmail = "malformed-email", "unusable email address";
    /// S9. The SMS has several addresses.
    ConflictingEmails = "conflicting-emails", "several different addresses";
    /// S9. The address stands for "none".
    PlaceholderEmail = "placeholder-email", "placeholder address";
    /// S9. A staff address.
    StaffEmail = "staff-email", "staff address";
    /// S9. The letter on paper can't show a name or address of theirs.
    NotPrintable = "not-printable", "a character that can't be printed";
    /// S9. Somebody else has the same address.
    SharedEmail = "shared-email", "address shared with somebody else";
    /// S9. The LMS still has another address, and would mail that one.
    FullUploadNeeded = "full-upload-needed", "the LMS still has another address";
    /// S9. The LMS's import would refuse the row.
    RowRefused = "row-refused", "the LMS's import would refuse the row";
    /// S10. The last letter came back.
    Bounced = "bounced", "the last letter came back";
    /// S10. The password is wiped; another needs a reviewed line.
    ReissueNeeded = "reissue-needed", "needs a reissue line";
}

impl HoldCode {
    /// Reads a code.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Codes that say something about a family: where personal data is not shown, they appear only as counts.
    pub fn is_sensitive(self) -> bool {
        matches!(self, Self::NoAccess | Self::AskedToWait | Self::StaffAccount | Self::StaffEmail)
    }

    /// Codes that mean that something is unknown: exit code 4.
    pub fn is_unknown(self) -> bool {
        matches!(self, Self::ResetUnknown | Self::LetterUnknown | Self::ChangedMeanwhile)
    }

    /// Codes of those whose password is set and who don't have it until a person acts: exit code 8.
    pub fn needs_person(self) -> bool {
        matches!(
            self,
            Self::AwaitingConfirmation
                | Self::ToPrint
                | Self::AddressChanged
                | Self::LetterRejected
                | Self::SecretLost
                | Self::ChildNotLinked
        )
    }

    /// Codes for which the cohort does not count as settled.
    pub fn is_unsettled(self) -> bool {
        self.is_unknown() || matches!(self, Self::AwaitingConfirmation | Self::ToPrint)
    }
}

impl fmt::Display for HoldCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
