//! What became of an effect: done, certainly not done, or unknown. A lost answer is never "failed".

/// The outcome of one effect outside our database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T = ()> {
    /// It happened.
    Done(T),
    /// It certainly did not happen.
    Refused(Refusal),
    /// Perhaps it happened: the answer was lost. The text says what was seen.
    Unknown(String),
}

/// A certain no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the other side said, without personal data.
    pub reason: String,
    /// How far the no reaches.
    pub reach: Reach,
    /// Whether it was said as soon as this address was named: said again and again, it is about that address.
    pub about_address: bool,
}

/// How far a refusal reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only this caregiver; asking again as things stand will give the same answer.
    Caregiver,
    /// Only this caregiver, and only for now: another run may succeed.
    Passing,
    /// Everybody: the run stops (no disk, no permission, quota used up).
    Everybody,
}

impl<T> Outcome<T> {
    /// A certain no.
    pub fn refused(reason: impl Into<String>, reach: Reach) -> Self {
        Self::Refused(Refusal { reason: reason.into(), reach, about_address: false })
    }
}
