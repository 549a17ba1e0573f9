//! The plan itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::model::entry::Subject;
use crate::model::handover::HandOverNumber;
use crate::model::ids::{CaregiverId, CohortName, RosterNumber};
use crate::model::recorded::AcceptedRoster;

use super::change::Change;
use super::drift::Finding;
use super::guard::GuardResult;
use super::hold::Held;
use super::inputs::Inputs;

/// What will be done, what not, and why.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it was made from.
    pub inputs: Inputs,
    /// The cohorts in the rollout's order.
    pub cohorts: Vec<CohortSummary>,
    /// What is done, ordered by cohort, action, id.
    pub changes: Vec<Change>,
    /// Who is held back, ordered by code, cohort, id.
    pub held: Vec<Held>,
    /// Who is in no change and not held, counted by reason.
    pub unchanged: BTreeMap<Idle, u64>,
    /// The guards, always all of them.
    pub guards: Vec<GuardResult>,
    /// What somebody else did in the LMS, as far as it is why something is done.
    pub drift: Vec<Finding>,
    /// Whom it is for, in words, where it is not for everybody.
    pub partial: Option<String>,
    /// The roster accepted last, before this plan.
    pub last_roster: RosterNumber,
    /// Whether the roster is taken as the school's, and what that changes.
    pub acceptance: Option<RosterAcceptance>,
    /// People whose SMS id has become another, in the record too: old id, new id, why.
    pub moves: Vec<(CaregiverId, CaregiverId, String)>,
    /// Cohorts that open with this plan.
    pub openings: Vec<CohortName>,
    /// Activations whose sealed letter was kept after sending, and need not be any longer.
    pub wipes: Vec<Subject>,
    /// When something that waits now becomes due by itself, the earliest.
    pub due_again: Option<Timestamp>,
    /// Active caregivers whose name, address or children changed in the SMS: only the record learns of it.
    pub identities: Vec<(CaregiverId, crate::model::recorded::Identity)>,
    /// Hand-overs that a run committed, and stopped before their files were in place: they are put there.
    pub unplaced: Vec<HandOverNumber>,
    /// The number of the next hand-over.
    pub next_handover: HandOverNumber,
}

impl Plan {
    /// The roster that openings of this plan refer to: the one it accepts, else the one accepted last.
    pub fn roster_number(&self) -> RosterNumber {
        self.acceptance.as_ref().map_or(self.last_roster, |acceptance| acceptance.roster.number)
    }

    /// Whether any guard blocks.
    pub fn is_blocked(&self) -> bool {
        self.guards.iter().any(|guard| guard.blocks)
    }

    /// Whether something is done for somebody.
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Whether an apply would write anything at all: also an accepted roster, an opening.
    pub fn has_records(&self) -> bool {
        self.has_changes()
            || self.acceptance.is_some()
            || !self.openings.is_empty()
            || !self.identities.is_empty()
            || !self.moves.is_empty()
            || !self.wipes.is_empty()
            || !self.unplaced.is_empty()
    }

    /// Whether something is unknown: a hold that says so, or a change that must find out first.
    pub fn has_unknown(&self) -> bool {
        self.held.iter().any(|held| held.code.is_unknown())
            || self.changes.iter().flat_map(|change| &change.acts).any(|act| act.symbol() == '?')
    }

    /// The counts of the closing lines.
    pub fn summary(&self) -> Summary {
        self.totals().summary
    }

    /// What happens outside: passwords, letters, accounts.
    pub fn effects(&self) -> Effects {
        self.totals().effects
    }
}

/// The counts of the closing lines: acts by their symbol, and people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// `+`
    pub create: u64,
    /// `*`
    pub reset: u64,
    /// `@`: a letter alone.
    pub email: u64,
    /// `~`
    pub update: u64,
    /// `-`
    pub withdraw: u64,
    /// `=`
    pub adopt: u64,
    /// `!`
    pub held: u64,
    /// `?`
    pub unknown: u64,
    /// Not listed.
    pub unchanged: u64,
}

/// What happens outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Accounts that come into being.
    pub accounts_created: u64,
    /// Passwords set, on new and on existing accounts.
    pub passwords_set: u64,
    /// Letters sent.
    pub emails: u64,
    /// Letters written that the office prints.
    pub pages: u64,
    /// Passwords for people who had one from us already: only by `reissue`.
    pub second_resets: u64,
    /// Passwords taken from people who have signed in: only by `reissue`.
    pub signed_in_reset: u64,
}

/// One cohort in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortSummary {
    /// Its name.
    pub name: CohortName,
    /// Whether it is open.
    pub state: CohortState,
    /// Its members.
    pub caregivers: u64,
    /// People whom it selects too, but who belong to an earlier cohort.
    pub in_earlier: u64,
    /// Members who are active.
    pub active: u64,
    /// Members for whom this plan does something.
    pub changing: u64,
    /// Members held back.
    pub held: u64,
    /// Whether nobody in it has anything due, unknown or handed over.
    pub is_settled: bool,
}

/// Whether a cohort is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CohortState {
    /// Since this day.
    Open(Date),
    /// With this plan.
    Opens,
    /// Not before this day.
    Later(Date),
    /// Not before these are settled.
    After(Vec<CohortName>),
}

/// Why nothing is done for somebody who is not held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Idle {
    /// Active: done already.
    Active,
    /// Active, without a child they may see any more: reported.
    AccessRevoked,
    /// Their cohort opens on this day.
    Opens(CohortName, Date),
    /// Their cohort waits for these.
    After(CohortName, Vec<CohortName>),
    /// The first letters of their cohort are to arrive before: until then, where that is known, by the school's clock.
    Canary(CohortName, Option<DateTime>),
    /// Too many of the first letters of their cohort came back: so many, of so many.
    CanaryStopped(CohortName, u64, u64),
    /// In no cohort.
    Outside,
    /// Missing from the last full roster; the next one that misses them too has their account disabled.
    AbsentOnce,
    /// Recorded, but gone from the roster: kept as they are.
    Gone,
    /// Something is due or held for them, but this plan is for others.
    NotMeant,
}

/// What taking the roster as the school's changes in the record.
#[derive(Clone, Debug)]
pub struct RosterAcceptance {
    /// The roster, with the number it gets.
    pub roster: AcceptedRoster,
    /// Ids that no accepted roster had.
    pub arrivals: Vec<CaregiverId>,
    /// Ids missing for the first time in a row.
    pub absent: Vec<CaregiverId>,
    /// Ids that are there again.
    pub returned: Vec<CaregiverId>,
}
