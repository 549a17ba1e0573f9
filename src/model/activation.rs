//! The stages of an activation and of its letters, each announced by one durable commit.
//!
//! ```text
//! prepared -> setting -> set -> sending -> sent
//!             (password set in the LMS)    (letter taken by the mail server)
//! ```
//!
//! The first three belong to the activation, the last two to its letter.

use std::fmt;

macro_rules! stages {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that the state and the reports use.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// Reads the word that the state uses.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

stages! {
    /// How far one activation has come.
    ActivationStage {
        /// Password drawn, letter rendered, both sealed. Announces nothing: voided and decided afresh on resume.
        Prepared = "prepared",
        /// The password is about to be set: from here on it is the only one of this activation.
        Setting = "setting",
        /// The LMS has the password.
        Set = "set",
        /// The LMS said a certain no: another password may be drawn under this number.
        Refused = "refused",
        /// Nobody knows whether the LMS has the password; a person decides with `resolve`.
        ResetUnknown = "reset-unknown",
        /// Written into a file that a person imports; only `confirm` settles it.
        HandedOver = "handed-over",
        /// Done before firstbell, or by somebody else: recorded, never reset.
        Adopted = "adopted",
        /// Prepared and given up before anything was announced.
        Voided = "voided",
    }
}

stages! {
    /// How far one letter has come.
    LetterStage {
        /// The exact bytes exist, sealed.
        Prepared = "prepared",
        /// About to be handed to the mail transport.
        Sending = "sending",
        /// The mail transport has it.
        Sent = "sent",
        /// Perhaps the mail server has it: the same bytes go out again later.
        Unknown = "letter-unknown",
        /// The mail server refused this recipient.
        Rejected = "rejected",
        /// It came back.
        Bounced = "bounced",
        /// Never handed over; a later letter of the same activation took its place.
        Replaced = "replaced",
        /// On paper: nothing more is due but that a person prints it.
        ToPrint = "to-print",
    }
}

stages! {
    /// The way a letter goes.
    Channel {
        /// By mail, to an address.
        Mail = "mail",
        /// On paper, printed by the office.
        Paper = "paper",
    }
}

/// How an activation gives access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActivationKind {
    /// A new account with a password.
    Create,
    /// A new password for an account that exists.
    Reset,
    /// No password of ours: somebody was active already.
    Adopt,
}

impl ActivationKind {
    /// The word that the state and the reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Reset => "reset",
            Self::Adopt => "adopt",
        }
    }

    /// Reads the word that the state uses.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "create" => Some(Self::Create),
            "reset" => Some(Self::Reset),
            "adopt" => Some(Self::Adopt),
            _ => None,
        }
    }
}
