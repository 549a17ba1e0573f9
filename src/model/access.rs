//! Whether an adult may be given access for one child: three-valued, because an SMS can say nothing.

use serde::{Deserialize, Serialize};

/// What the roster says about one caregiver-student link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// May see this child.
    Allowed,
    /// Must not see this child (no portal access, court order, no contact).
    Blocked,
    /// The column is there and says nothing that can be understood; `unknown-access` decides.
    Unknown,
}
