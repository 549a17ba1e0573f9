//! Puts the plan together from the decisions: changes, holds and counts, in the plan's order.

use std::collections::{BTreeMap, HashSet};

use crate::model::email::EmailAddress;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{ActivationNumber, CaregiverId, CohortName, RosterNumber};
use crate::model::recorded::{History, Identity};
use crate::plan::{Act, Change, CohortState, CohortSummary, Held, Idle, Plan, Proof};

use super::cohort::{Member, Openness};
use super::decide::Decision;
use super::due::{self, Due};
use super::ground::Ground;
use super::identity::{identity_of, letter_fingerprint, person_of};
use super::inputs::inputs;
use super::stop::Stop;
use super::username::Usernames;
use super::{guard, notes, update, words};

/// The whole plan.
pub(super) fn plan<'a>(
    ground: &Ground<'a>,
    members: &[Member<'a>],
    decisions: &[Decision<'a>],
    openness: &[Openness],
) -> Plan {
    let mut draft = Draft::new(ground, openness);
    for (member, decision) in members.iter().zip(decisions) {
        draft.add(member, decision);
    }
    draft.add_gone();
    draft.finish()
}

/// The plan while it is being made.
pub(super) struct Draft<'g, 'a> {
    pub(super) ground: &'g Ground<'a>,
    openness: &'g [Openness],
    cohorts: Vec<CohortSummary>,
    usernames: Usernames<'a>,
    pub(super) changes: Vec<Change>,
    pub(super) held: Vec<Held>,
    unchanged: BTreeMap<Idle, u64>,
    identities: Vec<(CaregiverId, Identity)>,
    /// Ids that are gone and whose people are probably here under another, once that was asked.
    pub(super) suspects: Option<HashSet<&'a str>>,
}

impl<'g, 'a> Draft<'g, 'a> {
    fn new(ground: &'g Ground<'a>, openness: &'g [Openness]) -> Self {
        let cohorts = ground.rollout.cohorts.iter().zip(openness);
        Self {
            ground,
            openness,
            cohorts: cohorts.map(|(cohort, openness)| empty_summary(&cohort.name, openness)).collect(),
            usernames: Usernames::new(ground.observed),
            changes: Vec::new(),
            held: Vec::new(),
            unchanged: BTreeMap::new(),
            identities: Vec::new(),
            suspects: None,
        }
    }

    fn add(&mut self, member: &Member<'a>, decision: &Decision<'a>) {
        if let Some(cohort) = member.cohort {
            self.cohorts[cohort].caregivers += 1;
        }
        for &also in &member.also {
            self.cohorts[also].in_earlier += 1;
        }
        let closed = member.cohort.filter(|&cohort| !self.openness[cohort].is_open());
        match (decision, closed) {
            (_, Some(cohort)) if decision.waits_for_opening() => self.idle(self.not_open(cohort)),
            (Decision::Act(due), _) => self.act(member, due),
            (Decision::Hold { stop, .. }, _) => self.hold(member, stop),
            (Decision::Active, _) => self.active(member),
            (Decision::Outside, _) => self.idle(Idle::Outside),
        }
    }

    pub(super) fn idle(&mut self, reason: Idle) {
        *self.unchanged.entry(reason).or_default() += 1;
    }

    fn not_open(&self, cohort: usize) -> Idle {
        let name = self.ground.rollout.cohorts[cohort].name.clone();
        match &self.openness[cohort].state {
            CohortState::Later(day) => Idle::Opens(name, *day),
            CohortState::After(before) => Idle::After(name, before.clone()),
            CohortState::Open(_) | CohortState::Opens => Idle::Outside,
        }
    }

    fn cohort_name(&self, member: &Member<'_>) -> Option<CohortName> {
        member.cohort.map(|cohort| self.ground.rollout.cohorts[cohort].name.clone())
    }

    fn act(&mut self, member: &Member<'a>, due: &Due<'a>) {
        if let Some(cohort) = member.cohort {
            self.cohorts[cohort].changing += 1;
        }
        let mut acts = vec![self.act_of(member, due)];
        match update::of(self.ground, member) {
            // A password is of no use on an account that is still disabled.
            Some(update @ Act::Update { enable: true, .. }) => acts.insert(0, update),
            update => acts.extend(update),
        }
        self.change(member, acts, words::reason(due));
    }

    /// D4: nothing is due, but the account may need correcting.
    fn active(&mut self, member: &Member<'a>) {
        if let Some(cohort) = member.cohort {
            self.cohorts[cohort].active += 1;
        }
        match update::of(self.ground, member) {
            Some(act) => {
                if let Some(cohort) = member.cohort {
                    self.cohorts[cohort].changing += 1;
                }
                self.change(member, vec![act], words::UPDATE.to_owned());
            }
            None if member.has_permitted_child => self.idle(Idle::Active),
            None => self.idle(Idle::AccessRevoked),
        }
        self.identify(member);
    }

    /// Notes who an active caregiver is now, where that has changed: the next rename is found by it.
    fn identify(&mut self, member: &Member<'_>) {
        let id = member.caregiver.id();
        let Some(history) = self.ground.history(id) else { return };
        let now = identity_of(member.caregiver, self.ground.context.fingerprinter);
        if history.identity != now {
            self.identities.push((CaregiverId::new(id), now));
        }
    }

    fn change(&mut self, member: &Member<'a>, acts: Vec<Act>, reason: String) {
        self.changes.push(Change {
            caregiver: CaregiverId::new(member.caregiver.id()),
            known_as: CaregiverId::new(self.ground.known_as(member.caregiver.id())),
            cohort: self.cohort_name(member),
            acts,
            reason,
            person: person_of(member.caregiver, self.ground.rollout),
            identity: identity_of(member.caregiver, self.ground.context.fingerprinter),
        });
    }

    fn hold(&mut self, member: &Member<'a>, stop: &Stop<'a>) {
        if let Some(cohort) = member.cohort {
            self.cohorts[cohort].held += 1;
        }
        let (sentence, fix) = words::of(stop, self.ground, Some(member.caregiver), member.caregiver.id());
        self.held.push(Held {
            caregiver: CaregiverId::new(member.caregiver.id()),
            cohort: self.cohort_name(member),
            code: stop.code(),
            sentence,
            fix,
            person: person_of(member.caregiver, self.ground.rollout),
        });
    }

    fn act_of(&mut self, member: &Member<'a>, due: &Due<'a>) -> Act {
        let ground = self.ground;
        let recipient = EmailAddress::from_judged(member.caregiver.address().unwrap_or_default());
        let letter = letter_fingerprint(member.caregiver, ground.rollout, ground.context.fingerprinter);
        let number = ground.history(member.caregiver.id()).map_or(1, |history| due::last_done(history) + 1);
        let activation = ActivationNumber(number);
        match *due {
            Due::Settle { history, proof, source } => Act::Settle {
                activation: history.number,
                key: history.key,
                proof,
                is_create: is_missing_account(ground, member, history, proof),
                recipient,
                letter,
                source,
            },
            Due::Email { history, source } => Act::Email { activation: history.number, recipient, letter, source },
            Due::Reissue { .. } => self.reissue(member, activation, recipient, letter),
            Due::Adopt { account, by_gateway } => Act::Adopt {
                evidence: words::evidence(account, by_gateway, &ground.rollout.timezone),
                marker: account.marker,
            },
            Due::Create => {
                let username = self.usernames.draw(member.caregiver);
                Act::Create { activation, username, recipient, letter }
            }
            Due::Reset { account } => {
                Act::Reset { activation, username: account.username.clone(), recipient, letter, has_signed_in: false }
            }
        }
    }

    /// D3: on the account that stands; where it has vanished, a new one is made.
    fn reissue(
        &mut self,
        member: &Member<'a>,
        activation: ActivationNumber,
        recipient: EmailAddress,
        letter: Fingerprint,
    ) -> Act {
        use crate::model::account::SignIn;
        match self.ground.accounts(member.caregiver.id()).one() {
            Some(account) => Act::Reset {
                activation,
                username: account.username.clone(),
                recipient,
                letter,
                has_signed_in: matches!(account.sign_in, SignIn::At(_)),
            },
            None => Act::Create { activation, username: self.usernames.draw(member.caregiver), recipient, letter },
        }
    }

    /// Leaves out whom the plan is not for.
    fn narrow(&mut self) {
        let narrowing = self.ground.context.narrowing;
        let before = self.changes.len() + self.held.len();
        self.changes.retain(|change| narrowing.admits(&change.caregiver, change.cohort.as_ref()));
        self.held.retain(|held| narrowing.admits(&held.caregiver, held.cohort.as_ref()));
        let left_out = before - self.changes.len() - self.held.len();
        if left_out > 0 {
            *self.unchanged.entry(Idle::NotMeant).or_default() += left_out as u64;
        }
    }

    /// The cohorts that open with this plan. One for some only opens those in which it does something.
    fn openings(&self) -> Vec<CohortName> {
        let is_whole = self.ground.context.narrowing.is_everybody();
        let has_change = |name: &CohortName| self.changes.iter().any(|change| change.cohort.as_ref() == Some(name));
        let opens = self.cohorts.iter().filter(|cohort| cohort.state == CohortState::Opens);
        opens.map(|cohort| cohort.name.clone()).filter(|name| is_whole || has_change(name)).collect()
    }

    fn finish(mut self) -> Plan {
        let ground = self.ground;
        self.narrow();
        let place: BTreeMap<&str, usize> =
            ground.rollout.cohorts.iter().enumerate().map(|(index, cohort)| (cohort.name.as_str(), index)).collect();
        let cohort_of = |name: &Option<CohortName>| name.as_ref().and_then(|name| place.get(name.as_str()).copied());
        let rank = |name: &Option<CohortName>| cohort_of(name).unwrap_or(usize::MAX);
        self.changes
            .sort_by(|a, b| (rank(&a.cohort), order(a), &a.caregiver).cmp(&(rank(&b.cohort), order(b), &b.caregiver)));
        self.held.sort_by(|a, b| (a.code, rank(&a.cohort), &a.caregiver).cmp(&(b.code, rank(&b.cohort), &b.caregiver)));
        let openings = self.openings();
        let mut plan = Plan {
            inputs: inputs(ground),
            openings,
            cohorts: self.cohorts,
            changes: self.changes,
            held: self.held,
            unchanged: self.unchanged,
            guards: Vec::new(),
            last_roster: ground.recorded.last_roster().map_or(RosterNumber::FIRST, |last| last.number),
            partial: Some(ground.context.narrowing.in_words()).filter(|words| !words.is_empty()),
            moves: ground.moves(),
            acceptance: ground.absences.acceptance(ground.context.now),
            identities: self.identities,
        };
        plan.guards = guard::all(ground, &plan);
        plan.inputs.rollout.notes = notes::all(ground, &plan.changes);
        plan
    }
}

/// A create that was begun and is proven not to have happened is a create still.
fn is_missing_account(ground: &Ground<'_>, member: &Member<'_>, history: &History, proof: Proof) -> bool {
    use crate::model::activation::ActivationKind;
    let has_account = ground.accounts(member.caregiver.id()).one().is_some();
    history.kind == ActivationKind::Create && !has_account && proof != Proof::WasSet
}

fn empty_summary(name: &CohortName, openness: &Openness) -> CohortSummary {
    CohortSummary {
        name: name.clone(),
        state: openness.state.clone(),
        caregivers: 0,
        in_earlier: 0,
        active: 0,
        changing: 0,
        held: 0,
        is_settled: openness.is_settled,
    }
}

/// Within a cohort those come first who are locked out as long as nothing is done.
fn order(change: &Change) -> usize {
    let ranks = change.acts.iter().filter_map(|act| "?@+*~-=".find(act.symbol()));
    ranks.min().unwrap_or(usize::MAX)
}
