//! How a report is to be shown: handed in by `cli`, which alone knows terminal and settings.

/// How much of a person may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personal {
    /// Ids, domains and reason codes only: for logs and other people's screens.
    None,
    /// Initials and domains.
    Masked,
    /// Everything.
    Full,
}

/// How a report is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// How much of a person may be shown.
    pub personal: Personal,
    /// Whether colours are written, as escapes.
    pub colour: bool,
    /// The terminal's columns; `None` where lines are never broken.
    pub width: Option<usize>,
    /// Counts only, without the lines of single caregivers.
    pub summary_only: bool,
}
