//! An email address that can be written to: ASCII, one `@`, a domain with a top level.
//!
//! Judging why a text is *not* such an address is the roster's business (`roster::address`).

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A usable address, in the spelling of the SMS (trimmed). Compare with [`EmailAddress::key`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(Box<str>);

impl EmailAddress {
    /// Wraps an address that the roster's judgement has found usable.
    pub fn from_judged(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The address as the SMS wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lower-case form that two spellings of one address share.
    pub fn key(&self) -> String {
        fold(&self.0)
    }

    /// The part behind the `@`, lower-case.
    pub fn domain(&self) -> String {
        domain(&self.0)
    }
}

/// The form two spellings of one address share: trimmed, lower-case ASCII.
pub fn fold(address: &str) -> String {
    address.trim().to_ascii_lowercase()
}

/// The same, lent where the address is written in that form already.
pub fn folded(address: &str) -> Cow<'_, str> {
    let trimmed = address.trim();
    if trimmed.bytes().any(|byte| byte.is_ascii_uppercase()) { fold(trimmed).into() } else { trimmed.into() }
}

/// Whether two spellings are one address, as [`fold`] has it.
pub fn is_same(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

/// A hash of [`fold`]'s form, for look-ups in memory alone: it is no fingerprint.
pub fn folded_hash(address: &str) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let mut hasher = foldhash::fast::FixedState::with_seed(0x6d61_696c).build_hasher();
    let mut folded = [0_u8; 64];
    for chunk in address.trim().as_bytes().chunks(folded.len()) {
        folded[..chunk.len()].copy_from_slice(chunk);
        folded[..chunk.len()].make_ascii_lowercase();
        hasher.write(&folded[..chunk.len()]);
    }
    hasher.finish()
}

/// The part behind the last `@`, lower-case; empty where there is none.
pub fn domain(address: &str) -> String {
    address.trim().rsplit_once('@').map_or_else(String::new, |(_, domain)| domain.to_ascii_lowercase())
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Shows the domain only: debug output may end up in a log.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress(…@{})", self.domain())
    }
}
