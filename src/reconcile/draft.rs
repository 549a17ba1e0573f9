//! Puts the plan together from the decisions: changes, holds and counts, in the plan's order.

use std::collections::BTreeMap;

use crate::model::email::EmailAddress;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{ActivationNumber, CaregiverId, CohortName, RosterNumber};
use crate::model::recorded::{History, Identity};
use crate::plan::{Act, Change, CohortState, CohortSummary, Held, Idle, Person, Plan, Proof};

use super::cohort::{Member, Openness};
use super::decide::Decision;
use super::due::{self, Due};
use super::ground::Ground;
use super::identity::{identity_of, letter_fingerprint, person_of};
use super::inputs::inputs;
use super::presence::Presence;
use super::stop::Stop;
use super::username::Usernames;
use super::{guard, update, words};

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
struct Draft<'g, 'a> {
    ground: &'g Ground<'a>,
    openness: &'g [Openness],
    cohorts: Vec<CohortSummary>,
    usernames: Usernames<'a>,
    changes: Vec<Change>,
    held: Vec<Held>,
    unchanged: BTreeMap<Idle, u64>,
    identities: Vec<(CaregiverId, Identity)>,
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

    fn idle(&mut self, reason: Idle) {
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
        acts.extend(update::of(self.ground, member));
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
        let Some(history) = self.ground.recorded.histories.get(id) else { return };
        let now = identity_of(member.caregiver, self.ground.context.fingerprinter);
        if history.identity != now {
            self.identities.push((CaregiverId::new(id), now));
        }
    }

    fn change(&mut self, member: &Member<'a>, acts: Vec<Act>, reason: String) {
        self.changes.push(Change {
            caregiver: CaregiverId::new(member.caregiver.id()),
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
            Due::Adopt { account, by_gateway } => {
                Act::Adopt { evidence: words::evidence(account, by_gateway), marker: account.marker }
            }
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

    /// Those with an activation whom the roster does not have, ordered by id.
    fn add_gone(&mut self) {
        let histories = self.ground.recorded.histories.iter();
        let mut gone: Vec<(&CaregiverId, &History)> = histories
            .filter(|(id, _)| self.ground.roster.caregiver(id.as_str()).is_none())
            .filter(|(id, _)| !self.ground.has_moved_away(id.as_str()))
            .collect();
        gone.sort_unstable_by_key(|(id, _)| *id);
        for (id, history) in gone {
            self.add_one_gone(id, history);
        }
    }

    fn add_one_gone(&mut self, id: &CaregiverId, history: &History) {
        let presence = self.ground.absences.of(id.as_str());
        if due::last_done(history) == 0 {
            return;
        }
        let is_begun = !history.is_active() && due::last_done(history) == history.number.0;
        if is_begun || self.ground.reissue(id.as_str(), due::last_done(history)).is_some() {
            return self.hold_gone(id, history, presence);
        }
        match update::withdraw(self.ground, id, history, presence) {
            Some(act) => self.changes.push(Change {
                caregiver: id.clone(),
                cohort: None,
                acts: vec![act],
                reason: words::WITHDRAW.to_owned(),
                person: Person::default(),
                identity: history.identity.clone(),
            }),
            None => self.idle(Idle::Gone),
        }
    }

    /// Begun and not finished, and now they are not in the roster: S1 first, then S2.
    fn hold_gone(&mut self, id: &CaregiverId, history: &History, presence: Presence) {
        use crate::model::activation::ActivationStage;
        let stop = match (history.stage, presence) {
            (ActivationStage::Setting | ActivationStage::ResetUnknown, _) => Stop::ResetUnknown { again: None },
            (ActivationStage::HandedOver, _) => Stop::AwaitingConfirmation,
            (_, Presence::Left) => Stop::Left,
            (_, Presence::Here | Presence::NotSaid | Presence::AbsentOnce) => Stop::AbsentOnce,
        };
        let (sentence, fix) = words::of(&stop, self.ground, None, id.as_str());
        self.held.push(Held {
            caregiver: id.clone(),
            cohort: None,
            code: stop.code(),
            sentence,
            fix,
            person: Person::default(),
        });
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
            moves: moves(ground),
            acceptance: ground.absences.acceptance(ground.context.now),
            identities: self.identities,
        };
        plan.guards = guard::all(ground, &plan);
        plan
    }
}

/// The `moved` lines that the record has not followed yet.
fn moves(ground: &Ground<'_>) -> Vec<(CaregiverId, CaregiverId, String)> {
    let lines = ground.rollout.moved.iter();
    let open = lines.filter(|line| ground.unrecorded_move(line.to.as_str()).is_some());
    open.map(|line| (line.from.clone(), line.to.clone(), line.because.clone())).collect()
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
    let symbol = change.acts.first().map_or(' ', Act::symbol);
    "?@+*~-=".find(symbol).unwrap_or(usize::MAX)
}
