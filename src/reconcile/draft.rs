//! Goes through the decisions and says who comes into the plan as what: a change, a hold, or one of the counts.
//!
//! A [`Scribe`] puts it down: in full (`lists`) or in figures only (`figures`).

use std::collections::{BTreeMap, HashSet};

use crate::model::activation::Channel;
use crate::model::ids::CaregiverId;
use crate::model::recorded::History;
use crate::plan::{Act, CohortState, CohortSummary, Idle};
use crate::rollout::Cohort;

use super::canary::{self, Gate};
use super::cohort::{Member, Openness};
use super::decide::{Case, Cases, Decision};
use super::due::Due;
use super::ground::Ground;
use super::stop::Stop;
use super::{paper, update};

/// Puts down what comes into a plan.
pub(super) trait Scribe<'a> {
    /// Something is due for a member, and perhaps their account needs correcting too.
    fn act(&mut self, member: &Member<'a>, due: &Due<'a>, channel: Channel, update: Option<Act>);
    /// A member's account needs correcting.
    fn update(&mut self, member: &Member<'a>, update: Act);
    /// Somebody who has left loses their account's use.
    fn withdraw(&mut self, id: &'a str, history: &History, withdraw: Act);
    /// A member is held.
    fn hold(&mut self, member: &Member<'a>, stop: &Stop<'a>);
    /// Somebody is held whom the roster does not have.
    fn hold_gone(&mut self, id: &CaregiverId, stop: &Stop<'_>);
    /// A member is active: who they are now may have to be recorded.
    fn active(&mut self, member: &Member<'a>);
}

/// What is counted while a plan is made, and whoever puts down the rest.
pub(super) struct Draft<'g, 'a, S> {
    pub(super) ground: &'g Ground<'a>,
    openness: &'g [Openness],
    pub(super) cohorts: Vec<CohortSummary>,
    pub(super) unchanged: BTreeMap<Idle, u64>,
    pub(super) scribe: S,
    /// By cohort: whether its letters may go yet.
    pub(super) gates: Vec<Gate<'a>>,
    /// Ids that are gone and whose people are probably here under another, once that was asked.
    pub(super) suspects: Option<HashSet<&'a str>>,
    /// Those who would get a letter at an address that looks like a typing error, and the likely one.
    pub(super) typing_errors: Vec<(&'a str, String)>,
    /// Domains that look like no typing error: asked once, not once a person.
    good_domains: HashSet<&'a str>,
}

/// Goes through all decisions, then through those whom the roster does not have.
pub(super) fn draft<'g, 'a, S: Scribe<'a>>(
    ground: &'g Ground<'a>,
    cases: &Cases<'a>,
    openness: &'g [Openness],
    scribe: S,
) -> Draft<'g, 'a, S> {
    let cohorts = ground.rollout.cohorts.iter().zip(openness).map(empty_summary).collect();
    let mut draft = Draft {
        ground,
        openness,
        cohorts,
        unchanged: BTreeMap::new(),
        gates: canary::gates(ground, cases, openness),
        scribe,
        suspects: None,
        typing_errors: Vec::new(),
        good_domains: HashSet::new(),
    };
    for Case { member, decision } in cases.iter() {
        draft.add(&member, decision);
    }
    draft.add_gone();
    draft
}

impl<'a, S: Scribe<'a>> Draft<'_, 'a, S> {
    fn add(&mut self, member: &Member<'a>, decision: &Decision<'a>) {
        if let Some(cohort) = member.cohort() {
            self.cohorts[cohort].caregivers += 1;
        }
        for later in member.later_cohorts() {
            self.cohorts[later].in_earlier += 1;
        }
        let closed = member.cohort().filter(|&cohort| !self.openness[cohort].is_open());
        match (decision, closed) {
            (_, Some(cohort)) if decision.waits_for_opening() => self.idle(self.not_open(cohort)),
            (Decision::Act(due), _) => match self.behind_gate(member, due) {
                Some(reason) => self.idle(reason),
                None => self.act(member, due),
            },
            (Decision::Hold { stop, .. }, _) => self.hold(member, stop),
            (Decision::Active, _) => self.active(member),
            (Decision::Outside, _) => self.idle(Idle::Outside),
        }
    }

    pub(super) fn idle(&mut self, reason: Idle) {
        *self.unchanged.entry(reason).or_default() += 1;
    }

    /// Why somebody's first letter waits for those of others in their cohort.
    fn behind_gate(&self, member: &Member<'a>, due: &Due<'a>) -> Option<Idle> {
        let cohort = member.cohort().filter(|_| canary::is_bound(self.ground, member, due))?;
        let name = || self.ground.rollout.cohorts[cohort].name.clone();
        match &self.gates[cohort] {
            Gate::Open => None,
            Gate::First(first) if first.contains(member.caregiver.id()) => None,
            Gate::First(_) => Some(Idle::Canary(name(), None)),
            Gate::Waits(until) => {
                let local = |at: jiff::Timestamp| at.to_zoned_datetime(self.ground.rollout.timezone.clone()).datetime();
                Some(Idle::Canary(name(), until.map(local)))
            }
            Gate::Stopped { bounced, sent } => Some(Idle::CanaryStopped(name(), *bounced, *sent)),
        }
    }

    fn not_open(&self, cohort: usize) -> Idle {
        let name = self.ground.rollout.cohorts[cohort].name.clone();
        match &self.openness[cohort].state {
            CohortState::Later(day) => Idle::Opens(name, *day),
            CohortState::After(before) => Idle::After(name, before.clone()),
            CohortState::Open(_) | CohortState::Opens => Idle::Outside,
        }
    }

    fn act(&mut self, member: &Member<'a>, due: &Due<'a>) {
        if let Some(cohort) = member.cohort() {
            self.cohorts[cohort].changing += 1;
        }
        let channel = paper::channel(self.ground.rollout, member.caregiver).unwrap_or(Channel::Mail);
        if due.kind().sends_letter() && channel == Channel::Mail {
            self.look_for_typing_error(member);
        }
        self.scribe.act(member, due, channel, update::of(self.ground, member));
    }

    fn look_for_typing_error(&mut self, member: &Member<'a>) {
        let address = member.caregiver.address().unwrap_or_default();
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        if self.good_domains.contains(domain) {
            return;
        }
        match member.caregiver.suggestion() {
            Some(suggestion) => self.typing_errors.push((member.caregiver.id(), suggestion)),
            None => {
                self.good_domains.insert(domain);
            }
        }
    }

    /// D4: nothing is due, but the account may need correcting.
    fn active(&mut self, member: &Member<'a>) {
        if let Some(cohort) = member.cohort() {
            self.cohorts[cohort].active += 1;
        }
        match update::of(self.ground, member) {
            Some(act) => {
                if let Some(cohort) = member.cohort() {
                    self.cohorts[cohort].changing += 1;
                }
                self.scribe.update(member, act);
            }
            None if member.has_permitted_child() => self.idle(Idle::Active),
            None => self.idle(Idle::AccessRevoked),
        }
        self.scribe.active(member);
    }

    fn hold(&mut self, member: &Member<'a>, stop: &Stop<'a>) {
        if let Some(cohort) = member.cohort() {
            self.cohorts[cohort].held += 1;
        }
        self.scribe.hold(member, stop);
    }
}

fn empty_summary((cohort, openness): (&Cohort, &Openness)) -> CohortSummary {
    CohortSummary {
        name: cohort.name.clone(),
        state: openness.state.clone(),
        caregivers: 0,
        in_earlier: 0,
        active: 0,
        changing: 0,
        held: 0,
        is_settled: openness.is_settled,
    }
}
