//! One caregiver's change: what is done for them, in order, and everything that is needed to do it.

use jiff::Timestamp;

use crate::model::activation::Channel;
use crate::model::email::EmailAddress;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId, CohortName, LetterNumber, StudentId, Username};
use crate::model::recorded::Identity;

/// What is done for one caregiver.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whom.
    pub caregiver: CaregiverId,
    /// The SMS id that their account carries in the LMS: another one only where the rollout says that they have moved and
    /// the LMS does not know yet.
    pub known_as: CaregiverId,
    /// The cohort they belong to, where they still belong to one.
    pub cohort: Option<CohortName>,
    /// In this order, at least one. At most one of them sets a password or sends a letter.
    pub acts: Vec<Act>,
    /// Why, in one sentence, without personal data.
    pub reason: String,
    /// Who they are: for the letter, and for showing where personal data may be shown.
    pub person: Person,
    /// The same as fingerprints, for the record.
    pub identity: Identity,
}

/// One thing to do for a caregiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Create an account with a password, send the letter.
    Create {
        /// The activation that this is.
        activation: ActivationNumber,
        /// The name of the account to be.
        username: Username,
        /// Where the letter goes.
        recipient: Recipient,
        /// Recipient and children, as a fingerprint.
        letter: Fingerprint,
    },
    /// Set a new password on an account that exists, send the letter.
    Reset {
        /// The activation that this is; above 1 only by a `reissue` line.
        activation: ActivationNumber,
        /// The account.
        username: Username,
        /// Where the letter goes.
        recipient: Recipient,
        /// Recipient and children, as a fingerprint.
        letter: Fingerprint,
        /// Whether its owner has been seen signing in (only a `reissue` resets those).
        has_signed_in: bool,
    },
    /// A run stopped while the password was being set: find out, set the same password if it was not, then send.
    Settle {
        /// The activation.
        activation: ActivationNumber,
        /// Its random id: the marker to look for.
        key: ActivationKey,
        /// When it was begun: whoever has signed in after that may have changed the password.
        since: Timestamp,
        /// What the LMS said when the plan was made.
        proof: Proof,
        /// Whether the account was to be created.
        is_create: bool,
        /// Where the letter goes.
        recipient: Recipient,
        /// Recipient and children, as a fingerprint.
        letter: Fingerprint,
        /// Which letter.
        source: LetterSource,
    },
    /// The password is set: send the letter that tells it.
    Email {
        /// The activation.
        activation: ActivationNumber,
        /// Where the letter goes.
        recipient: Recipient,
        /// Recipient and children, as a fingerprint.
        letter: Fingerprint,
        /// Which letter.
        source: LetterSource,
        /// What became of it before.
        earlier: Earlier,
    },
    /// Correct name or address in the LMS; never a password.
    Update {
        /// The account.
        username: Username,
        /// What changes, at least one.
        fields: Vec<FieldChange>,
        /// Enable the account that we disabled when they had left.
        enable: bool,
    },
    /// Disable the account of somebody who has left.
    Withdraw {
        /// The account.
        username: Username,
    },
    /// Record that somebody is active without us.
    Adopt {
        /// How it is known, in one phrase.
        evidence: String,
        /// The marker that stands in the LMS, where there is one.
        marker: Option<ActivationKey>,
    },
}

/// What became of a letter before it is to be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// It was not tried, or once and certainly not taken.
    Nothing,
    /// It was tried more than once, and each time certainly not taken: whoever has not been tried goes first.
    PutOff,
    /// The same, again and again for a day and more.
    PutOffForLong,
    /// Perhaps it was taken.
    PerhapsSent,
}

impl Change {
    /// The way its letter goes; by mail also where it has none.
    pub fn channel(&self) -> Channel {
        self.acts.iter().find_map(Act::recipient).map_or(Channel::Mail, Recipient::channel)
    }

    /// Whether its letter was tried more than once, and each time certainly not taken.
    pub fn is_put_off(&self) -> bool {
        self.was(Earlier::PutOff) || self.is_put_off_for_long()
    }

    /// Whether that went on for a day and more.
    pub fn is_put_off_for_long(&self) -> bool {
        self.was(Earlier::PutOffForLong)
    }

    /// Whether its letter was perhaps taken before.
    pub fn was_perhaps_sent(&self) -> bool {
        self.was(Earlier::PerhapsSent)
    }

    fn was(&self, wanted: Earlier) -> bool {
        self.acts.iter().any(|act| matches!(act, Act::Email { earlier, .. } if *earlier == wanted))
    }
}

impl Act {
    /// The column in front of the line: `+ * @ ~ - =` and `?`.
    pub fn symbol(&self) -> char {
        self.kind().symbol()
    }

    /// The words of the JSON plan's `actions`.
    pub fn words(&self) -> &'static [&'static str] {
        match self {
            Self::Settle { proof: Proof::WasSet, recipient: Recipient::Paper, .. }
            | Self::Email { recipient: Recipient::Paper, .. } => &["print"],
            Self::Create { recipient: Recipient::Paper, .. }
            | Self::Settle { is_create: true, recipient: Recipient::Paper, .. } => &["create", "print"],
            Self::Reset { recipient: Recipient::Paper, .. }
            | Self::Settle { is_create: false, recipient: Recipient::Paper, .. } => &["reset", "print"],
            Self::Settle { proof: Proof::WasSet, .. } | Self::Email { .. } => &["email"],
            Self::Create { .. } | Self::Settle { is_create: true, .. } => &["create", "email"],
            Self::Reset { .. } | Self::Settle { is_create: false, .. } => &["reset", "email"],
            Self::Update { .. } => &["update"],
            Self::Withdraw { .. } => &["withdraw"],
            Self::Adopt { .. } => &["adopt"],
        }
    }

    /// Where its letter goes, where it has one.
    pub fn recipient(&self) -> Option<&Recipient> {
        match self {
            Self::Create { recipient, .. }
            | Self::Reset { recipient, .. }
            | Self::Settle { recipient, .. }
            | Self::Email { recipient, .. } => Some(recipient),
            Self::Adopt { .. } | Self::Update { .. } | Self::Withdraw { .. } => None,
        }
    }

    /// Whether its letter is printed.
    pub fn is_on_paper(&self) -> bool {
        matches!(self.recipient(), Some(Recipient::Paper))
    }

    /// The activation that it is about, where it is about one.
    pub fn activation(&self) -> Option<ActivationNumber> {
        match self {
            Self::Create { activation, .. }
            | Self::Reset { activation, .. }
            | Self::Settle { activation, .. }
            | Self::Email { activation, .. } => Some(*activation),
            Self::Adopt { .. } => Some(ActivationNumber::FIRST),
            Self::Update { .. } | Self::Withdraw { .. } => None,
        }
    }
}

/// Where a letter goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// To this address.
    Mail(EmailAddress),
    /// Onto paper: it is printed, and no apply sends it.
    Paper,
}

impl Recipient {
    /// The way it goes.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Paper => Channel::Paper,
        }
    }

    /// The address; blank for a letter on paper.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Mail(address) => address.as_str(),
            Self::Paper => "",
        }
    }
}

/// What the LMS says about a password that was being set when a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The marker stands: it was set.
    WasSet,
    /// The driver writes markers and this one does not stand: it was not set.
    NotSet,
    /// The driver can't say: the same password is set again, under the conditions of `apply::settle`.
    Unknown,
}

/// Which letter goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterSource {
    /// The sealed bytes of this letter.
    Sealed(LetterNumber),
    /// A new letter under this number with the same password: recipient or children changed before it was sent.
    Rendered(LetterNumber),
}

/// A field of an account that is corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Which.
    pub field: FieldName,
    /// What the LMS has.
    pub old: String,
    /// What the SMS has.
    pub new: String,
}

/// A field of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldName {
    /// Address.
    Email,
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// The link with a child, by the child's id.
    Child,
}

impl FieldName {
    /// The word in the plan.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::FirstName => "first name",
            Self::LastName => "last name",
            Self::Child => "child",
        }
    }
}

/// Who somebody is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Given name, as the SMS writes it.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Address, as the SMS writes it; may be unusable.
    pub email: String,
    /// Postal address, its lines separated by commas; empty where the SMS has none.
    pub postal: String,
    /// Language code, lower-case; empty where the SMS has none.
    pub language: String,
    /// The permitted children, ordered by id: the only ones that a letter may name.
    pub children: Vec<Child>,
}

impl Person {
    /// A text of somebody else's, without the names that a letter to this person has in it: each is `…`.
    pub fn masked_in(&self, text: &str) -> String {
        let own = [&self.first_name, &self.last_name];
        let names = self.children.iter().flat_map(|child| [&child.first_name, &child.last_name]).chain(own);
        let names: Vec<String> = names.flat_map(|name| name.split_whitespace().map(str::to_lowercase)).collect();
        let is_name = |word: &str| {
            let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
            names.contains(&bare)
        };
        text.split(' ').map(|word| if is_name(word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
    }
}

/// A permitted child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// The SMS's id.
    pub id: StudentId,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Year level.
    pub year: String,
    /// Class.
    pub class: String,
}
