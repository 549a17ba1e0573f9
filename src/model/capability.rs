//! What an LMS driver and a mail transport can do, as far as planning depends on it.

/// What an LMS driver can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
