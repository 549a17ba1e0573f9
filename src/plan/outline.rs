//! A plan in figures: everything that it says of everybody together, naming nobody.
//!
//! Every [`Plan`] has one; `reconcile` also makes it alone, where a million changes need not be written down.

use std::collections::BTreeMap;

use crate::model::activation::Channel;
use crate::model::ids::CohortName;

use super::guard::GuardResult;
use super::hold::HoldCode;
use super::inputs::Inputs;
use super::kind::ActKind;
use super::plan::{CohortSummary, Effects, Idle, Plan, Summary};

/// A plan in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// What it was made from.
    pub inputs: Inputs,
    /// The cohorts in the rollout's order.
    pub cohorts: Vec<CohortSummary>,
    /// How many are held for which reason, in which cohort.
    pub held: HeldCounts,
    /// Who is in no change and not held, counted by reason.
    pub unchanged: BTreeMap<Idle, u64>,
    /// The guards, always all of them.
    pub guards: Vec<GuardResult>,
    /// Acts and effects.
    pub totals: Totals,
    /// Whom it is for, in words, where it is not for everybody.
    pub partial: Option<String>,
    /// What an apply would record besides.
    pub records: Records,
}

/// How many are held for which reason, in which cohort.
pub type HeldCounts = BTreeMap<(HoldCode, Option<CohortName>), u64>;

/// Acts and what they do outside, counted one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Acts by their symbol, and people.
    pub summary: Summary,
    /// What happens outside.
    pub effects: Effects,
    /// Caregivers for whom something is done.
    pub changes: u64,
    /// Those of them who belong to no cohort.
    pub strays: u64,
    /// Passwords taken from people who have signed in, other than by a `reissue` line.
    pub undeclared: u64,
}

/// What an apply would record besides the changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Whether the roster is taken as the school's.
    pub roster: bool,
    /// Cohorts that open.
    pub openings: Vec<CohortName>,
    /// People whose SMS id has become another.
    pub moves: u64,
    /// Active caregivers whose name, address or children changed in the SMS. Counted only where nothing else is done.
    pub identities: u64,
    /// Sealed letters that were kept after sending, and need not be any longer.
    pub wipes: u64,
    /// Hand-overs whose files are put in place, because a run stopped before.
    pub unplaced: u64,
}

impl Totals {
    /// Counts a caregiver for whom this is done.
    pub fn change(&mut self, is_stray: bool, channel: Channel, acts: impl IntoIterator<Item = ActKind>) {
        self.changes += 1;
        self.strays += u64::from(is_stray);
        for act in acts {
            self.summary.add(act);
            self.effects.add(act, channel);
            self.undeclared += u64::from(matches!(act, ActKind::Reset { is_second: false, has_signed_in: true }));
        }
    }

    /// Counts a caregiver who is held.
    pub fn hold(&mut self, code: HoldCode) {
        if code.is_unknown() {
            self.summary.unknown += 1;
        } else {
            self.summary.held += 1;
        }
    }
}

impl Summary {
    fn add(&mut self, act: ActKind) {
        match act.symbol() {
            '+' => self.create += 1,
            '*' => self.reset += 1,
            '@' => self.email += 1,
            '~' => self.update += 1,
            '-' => self.withdraw += 1,
            '=' => self.adopt += 1,
            _ => self.unknown += 1,
        }
    }
}

impl Effects {
    fn add(&mut self, act: ActKind, channel: Channel) {
        self.accounts_created += u64::from(act.symbol() == '+');
        self.passwords_set += u64::from(act.sets_password());
        match channel {
            Channel::Mail => self.emails += u64::from(act.sends_letter()),
            Channel::Paper => self.pages += u64::from(act.sends_letter()),
        }
        if let ActKind::Reset { is_second, .. } | ActKind::Create { is_second } = act {
            self.second_resets += u64::from(is_second);
        }
        self.signed_in_reset += u64::from(matches!(act, ActKind::Reset { has_signed_in: true, .. }));
    }
}

impl Outline {
    /// Whether something is done for somebody.
    pub fn has_changes(&self) -> bool {
        self.totals.changes > 0
    }

    /// Whether any guard blocks.
    pub fn is_blocked(&self) -> bool {
        self.guards.iter().any(|guard| guard.blocks)
    }

    /// Whether something is unknown: a hold that says so, or a change that must find out first.
    pub fn has_unknown(&self) -> bool {
        self.totals.summary.unknown > 0
    }

    /// Whether an apply would write anything at all: also an accepted roster, an opening.
    pub fn has_records(&self) -> bool {
        let Records { roster, openings, moves, identities, wipes, unplaced } = &self.records;
        let counted = identities + moves + wipes + unplaced;
        self.has_changes() || *roster || !openings.is_empty() || counted > 0
    }
}

impl Plan {
    /// The plan in figures.
    pub fn outline(&self) -> Outline {
        let totals = self.totals();
        let mut inputs = self.inputs.clone();
        // For the figures alone nobody is compared with who they were.
        inputs.roster.changed = None;
        Outline {
            inputs,
            cohorts: self.cohorts.clone(),
            held: self.held_counts(),
            unchanged: self.unchanged.clone(),
            guards: self.guards.clone(),
            totals,
            partial: self.partial.clone(),
            records: Records {
                roster: self.acceptance.is_some(),
                openings: self.openings.clone(),
                moves: self.moves.len() as u64,
                identities: if totals.changes == 0 { self.identities.len() as u64 } else { 0 },
                wipes: self.wipes.len() as u64,
                unplaced: self.unplaced.len() as u64,
            },
        }
    }

    /// How many are held for which reason, in which cohort.
    pub fn held_counts(&self) -> HeldCounts {
        let mut held = HeldCounts::new();
        for one in &self.held {
            *held.entry((one.code, one.cohort.clone())).or_default() += 1;
        }
        held
    }

    /// Acts and effects, counted.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for change in &self.changes {
            totals.change(change.cohort.is_none(), change.channel(), change.acts.iter().map(super::Act::kind));
        }
        for held in &self.held {
            totals.hold(held.code);
        }
        totals.summary.unchanged = self.unchanged.values().sum();
        totals
    }
}
