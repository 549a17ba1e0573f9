//! What came of an apply: counts, failures, and how it ended.

use std::collections::HashSet;
use std::fmt;

use jiff::Timestamp;

use crate::model::handover::HandOverNumber;
use crate::model::ids::CaregiverId;
use crate::model::outcome::{Reach, Refusal};

/// An apply that came to its end, one way or another.
#[derive(Clone, Debug)]
pub struct Applied {
    /// How it ended.
    pub end: End,
    /// What was done.
    pub tally: Tally,
}

/// How an apply ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All of the plan was gone through.
    Done,
    /// Somebody asked to stop; what was in flight is settled.
    Interrupted,
    /// The pace lets no more letters leave now.
    Paused {
        /// Letters of the plan that have their place later.
        left: u64,
        /// When the next may leave; `None` if never.
        until: Option<Timestamp>,
    },
    /// Going on would not help: the reason.
    Stopped(String),
}

/// What was done so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Accounts that came into being.
    pub created: u64,
    /// Passwords set on accounts that existed.
    pub reset: u64,
    /// Letters handed over.
    pub sent: u64,
    /// Letters on paper that are written, and wait to be printed.
    pub written: u64,
    /// Those of `sent` that tell a second or later password: they go to people who counted as active before.
    pub renewed: u64,
    /// Accounts corrected.
    pub updated: u64,
    /// Accounts disabled.
    pub withdrawn: u64,
    /// People recorded as active already.
    pub adopted: u64,
    /// Rows in the hand-overs that were put in place.
    pub handed_over: u64,
    /// These hand-overs: what their files are called, and their number.
    pub handovers: Vec<(String, HandOverNumber)>,
    /// Changes of which everything was done.
    pub done: u64,
    /// Changes that failed, and why.
    pub failures: Vec<(CaregiverId, Failure)>,
    /// Why the run stops early.
    pub stopped: Option<String>,
    in_a_row: u32,
}

impl Tally {
    /// Caregivers who became active.
    pub fn newly_active(&self) -> u64 {
        self.sent - self.renewed + self.adopted
    }

    /// Whether anything outside was touched.
    pub fn has_effects(&self) -> bool {
        self.created + self.reset + self.sent + self.updated + self.withdrawn + self.handed_over > 0
            || self.has_unknown()
    }

    /// Whether somebody's outcome is unknown.
    pub fn has_unknown(&self) -> bool {
        self.failures.iter().any(|(_, failure)| failure.is_unknown)
    }

    /// Whether running again will do what was not done.
    pub fn has_passing(&self) -> bool {
        self.failures.iter().any(|(_, failure)| !failure.is_unknown && failure.reach != Reach::Caregiver)
    }

    /// Whether a person must act.
    pub fn needs_person(&self) -> bool {
        self.failures.iter().any(|(_, failure)| !failure.is_unknown && failure.reach == Reach::Caregiver)
    }

    /// These failures were not about the people: another run tries them again.
    pub(crate) fn are_put_off<'c>(&mut self, caregivers: impl Iterator<Item = &'c CaregiverId>) {
        let caregivers: HashSet<&CaregiverId> = caregivers.collect();
        for (_, failure) in self.failures.iter_mut().filter(|(caregiver, _)| caregivers.contains(caregiver)) {
            failure.reach = Reach::Passing;
        }
    }

    pub(crate) fn count(&mut self, caregiver: &CaregiverId, result: Result<(), Failure>, limit: u32) {
        let Err(failure) = result else {
            self.done += 1;
            self.in_a_row = 0;
            return;
        };
        self.in_a_row += 1;
        if failure.reach == Reach::Everybody {
            self.stopped = Some(failure.to_string());
        } else if self.in_a_row >= limit {
            self.stopped = Some(format!("{limit} failures in a row, the last: {failure}"));
        }
        self.failures.push((caregiver.clone(), failure));
    }
}

/// Why one change was not carried out to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was attempted and what was said; no personal data.
    pub what: String,
    /// Perhaps it happened.
    pub is_unknown: bool,
    /// How far it reaches.
    pub reach: Reach,
}

impl Failure {
    /// Something about this caregiver that a person must mend.
    pub(crate) fn here(what: impl Into<String>) -> Self {
        Self { what: what.into(), is_unknown: false, reach: Reach::Caregiver }
    }

    pub(crate) fn refused(attempt: &str, refusal: &Refusal) -> Self {
        Self { what: format!("{attempt}: {}", refusal.reason), is_unknown: false, reach: refusal.reach }
    }

    /// This attempt was refused, and an earlier one may have been carried out.
    pub(crate) fn still_unknown(attempt: &str, refusal: &Refusal) -> Self {
        let what = format!("{attempt} again: {}; whether it was done before is still not known", refusal.reason);
        Self { what, is_unknown: true, reach: refusal.reach }
    }

    /// Not done, and nothing is in doubt: another run does it.
    pub(crate) fn passing(attempt: &str, detail: &str) -> Self {
        Self { what: format!("{attempt}: {detail}"), is_unknown: false, reach: Reach::Passing }
    }

    pub(crate) fn unknown(attempt: &str, detail: &str) -> Self {
        Self { what: format!("{attempt}: perhaps done ({detail})"), is_unknown: true, reach: Reach::Passing }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
