//! What an LMS driver and a mail transport can do, as far as planning depends on it.

/// What an LMS driver can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct LmsCapabilities {
    /// An activation's id is written in one transaction with the password, and read back: after a crash the driver
    /// can tell whether the password was set.
    pub has_marker: bool,
    /// It can change an account's name and address without touching its password.
    pub can_update: bool,
    /// It can disable an account.
    pub can_disable: bool,
    /// How many passwords it sets at once; at least 1. So many are in doubt after a crash.
    pub batch: usize,
    /// It links caregivers with their children, and that is done before the letter goes.
    pub can_link: bool,
    /// It may go on working on a call whose answer was lost: a marker that does not stand proves nothing before
    /// `settle-after`.
    pub works_on: bool,
    /// It makes no account, or takes no row, without an address.
    pub needs_email: bool,
    /// Who carries a password into the LMS.
    pub carrier: Carrier,
}

/// Who carries a password into the LMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// The driver itself, while the plan is carried out.
    Program,
    /// A person, who imports a file that is written for them, and says afterwards what became of it.
    Person {
        /// Whether the passwords in the file are ours and our letters tell them; else the LMS draws and mails them while it
        /// imports.
        has_letters: bool,
    },
}

impl Carrier {
    /// Whether a person imports a file.
    pub fn is_person(self) -> bool {
        matches!(self, Self::Person { .. })
    }

    /// Whether our letters tell the passwords.
    pub fn has_letters(self) -> bool {
        !matches!(self, Self::Person { has_letters: false })
    }
}

/// What a mail transport can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailCapabilities {
    /// Sending the same letter again leaves one letter (the outbox folder): an interrupted `sending` is simply
    /// finished, it never becomes `letter-unknown`.
    pub is_idempotent: bool,
    /// How many letters it hands over at once; at least 1. So many are in doubt after a crash.
    pub sessions: usize,
}
