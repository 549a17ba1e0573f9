//! Writes a plan down in full: every change with all that carrying it out needs, every hold with its sentence and fix, in
//! the plan's order.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use crate::model::activation::Channel;
use crate::model::email::EmailAddress;
use crate::model::entry::Subject;
use crate::model::ids::{ActivationNumber, CaregiverId, CohortName, LetterNumber, RosterNumber, Username};
use crate::model::recorded::{History, Identity};
use crate::plan::{
    Act, ActKind, Change, CohortState, CohortSummary, Earlier, Held, HoldCode, Idle, LetterSource, Person, Plan,
    Recipient,
};

use super::canary::Gate;
use super::cohort::{Member, Openness};
use super::decide::Cases;
use super::draft::{Draft, Scribe, draft};
use super::due::{self, Due};
use super::ground::Ground;
use super::identity::{self, letter_fingerprint, person_of};
use super::inputs::{departure, inputs};
use super::stop::Stop;
use super::username::Usernames;
use super::{guard, links, notes, paper, words};

/// The whole plan.
pub(super) fn plan<'a>(ground: &Ground<'a>, cases: &Cases<'a>, openness: &[Openness]) -> Plan {
    let Draft { mut cohorts, mut unchanged, scribe: mut lists, mut typing_errors, gates, .. } =
        draft(ground, cases, openness, Lists::new(ground));
    // Another school's export is one, also where the plan is for some only.
    let strangers = lists.held.iter().filter(|held| held.code == HoldCode::AnotherPerson).count() as u64;
    let left_out = lists.narrow();
    if left_out > 0 {
        *unchanged.entry(Idle::NotMeant).or_default() += left_out;
    }
    lists.narrow_cohorts(&mut cohorts);
    lists.sort();
    let unplaced = ground.recorded.open_handovers().filter(|handover| !handover.is_placed);
    let mut plan = Plan {
        inputs: inputs(ground),
        openings: lists.openings(&cohorts),
        cohorts,
        changes: lists.changes,
        held: lists.held,
        unchanged,
        guards: Vec::new(),
        last_roster: ground.recorded.last_roster().map_or(RosterNumber::FIRST, |last| last.number),
        drift: Vec::new(),
        partial: Some(ground.context.narrowing.in_words()).filter(|words| !words.is_empty()),
        moves: ground.moves(),
        acceptance: ground.absences.acceptance(ground.context.now),
        identities: lists.identities,
        wipes: wipes(ground).collect(),
        due_again: gates.iter().filter_map(Gate::until).chain(lists.due_again).min(),
        unplaced: unplaced.map(|handover| handover.number).collect(),
        next_handover: ground.recorded.next_handover(),
    };
    let is_mailed: HashSet<&str> = plan.changes.iter().map(|change| change.caregiver.as_str()).collect();
    typing_errors.retain(|(id, _)| is_mailed.contains(id));
    // After a lost key everybody would seem to be another.
    plan.inputs.roster.changed = Some(plan.identities.len() as u64).filter(|_| !ground.recorded.is_key_lost);
    plan.inputs.rollout.notes = notes::all(ground, openness, &typing_errors, &gates);
    plan.inputs.departure = departure(ground, plan.effects().emails);
    let second = guard::second_resets_of(&plan.changes);
    plan.guards = guard::all(ground, &plan.inputs, &plan.totals(), &second, strangers);
    plan
}

/// Activations of which something is kept after sending for longer than the rollout says.
pub(super) fn wipes(ground: &Ground<'_>) -> impl Iterator<Item = Subject> {
    let is_over = |history: &History| history.has_secret && history.is_active() && !ground.keeps_secret(history);
    let histories = ground.recorded.histories.iter().filter(move |(_, history)| is_over(history));
    histories.map(|(id, history)| Subject { caregiver: CaregiverId::new(id), activation: history.number })
}

/// The plan's lists while they are written.
struct Lists<'g, 'a> {
    ground: &'g Ground<'a>,
    usernames: Usernames<'a>,
    changes: Vec<Change>,
    held: Vec<Held>,
    identities: Vec<(CaregiverId, Identity)>,
    /// When a hold ends by itself, the earliest.
    due_again: Option<Timestamp>,
}

impl<'a> Scribe<'a> for Lists<'_, 'a> {
    fn act(&mut self, member: &Member<'a>, due: &Due<'a>, _: Channel, update: Option<Act>) {
        let mut acts = vec![self.act_of(member, due)];
        match update {
            // A password is of no use on an account that is still disabled.
            Some(update @ Act::Update { enable: true, .. }) => acts.insert(0, update),
            update => acts.extend(update),
        }
        self.change(member, acts, words::reason(due));
    }

    fn update(&mut self, member: &Member<'a>, update: Act) {
        let is_back = matches!(&update, Act::Update { enable: true, .. });
        let reason = if is_back { words::ENABLE } else { words::UPDATE };
        self.change(member, vec![update], reason.to_owned());
    }

    fn withdraw(&mut self, id: &'a str, history: &History, withdraw: Act) {
        self.changes.push(Change {
            caregiver: CaregiverId::new(id),
            known_as: CaregiverId::new(self.ground.known_as(id)),
            cohort: None,
            acts: vec![withdraw],
            reason: words::WITHDRAW.to_owned(),
            person: Person::default(),
            identity: history.identity.clone(),
        });
    }

    fn hold(&mut self, member: &Member<'a>, stop: &Stop<'a>) {
        self.due_again = [self.due_again, stop.again()].into_iter().flatten().min();
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

    fn hold_gone(&mut self, id: &CaregiverId, stop: &Stop<'_>) {
        let (sentence, fix) = words::of(stop, self.ground, None, id.as_str());
        self.held.push(Held {
            caregiver: id.clone(),
            cohort: None,
            code: stop.code(),
            sentence,
            fix,
            person: Person::default(),
        });
    }

    /// Notes who an active caregiver is now, where that has changed: the next rename is found by it.
    fn active(&mut self, member: &Member<'a>) {
        let now = identity::changed(self.ground, member.caregiver);
        self.identities.extend(now.map(|now| (CaregiverId::new(member.caregiver.id()), now)));
    }
}

impl<'g, 'a> Lists<'g, 'a> {
    fn new(ground: &'g Ground<'a>) -> Self {
        let usernames = Usernames::new(ground);
        Self { ground, usernames, changes: Vec::new(), held: Vec::new(), identities: Vec::new(), due_again: None }
    }

    fn cohort_name(&self, member: &Member<'_>) -> Option<CohortName> {
        member.cohort().map(|cohort| self.ground.rollout.cohorts[cohort].name.clone())
    }

    fn change(&mut self, member: &Member<'a>, acts: Vec<Act>, reason: String) {
        let is_correction = acts.iter().all(|act| matches!(act, Act::Update { .. }));
        self.changes.push(Change {
            caregiver: CaregiverId::new(member.caregiver.id()),
            known_as: CaregiverId::new(self.ground.known_as(member.caregiver.id())),
            cohort: self.cohort_name(member),
            acts,
            reason,
            person: person_of(member.caregiver, self.ground.rollout),
            identity: links::identity_after(self.ground, member.caregiver, is_correction),
        });
    }

    fn act_of(&mut self, member: &Member<'a>, due: &Due<'a>) -> Act {
        let ground = self.ground;
        let recipient = match paper::channel(ground.rollout, member.caregiver) {
            Some(Channel::Paper) => Recipient::Paper,
            _ => Recipient::Mail(EmailAddress::from_judged(member.caregiver.address().unwrap_or_default())),
        };
        let letter = letter_fingerprint(member.caregiver, ground.rollout, ground.context.fingerprinter);
        let number = ground.history(member.caregiver).map_or(1, |history| history.last_done() + 1);
        let activation = ActivationNumber(number);
        match *due {
            Due::Settle { history, proof, is_create, source } => Act::Settle {
                activation: history.number,
                key: history.key,
                since: history.stage_at,
                proof,
                is_create,
                recipient,
                letter,
                source,
            },
            // A page that is written is held, and never comes to an act.
            Due::Print { history, .. } => {
                let source =
                    LetterSource::Sealed(history.letter.as_ref().map_or(LetterNumber::FIRST, |one| one.number));
                Act::Email { activation: history.number, recipient, letter, source, earlier: Earlier::Nothing }
            }
            Due::Email { history, source } => {
                let earlier = due::earlier(history, source, ground.context.now);
                Act::Email { activation: history.number, recipient, letter, source, earlier }
            }
            Due::Adopt { account, by_gateway } => Act::Adopt {
                evidence: words::evidence(account.view().sign_in, by_gateway, &ground.rollout.timezone),
                marker: account.view().marker,
            },
            Due::Create | Due::Reissue { account: None, .. } => {
                let username = self.usernames.draw(member.caregiver);
                Act::Create { activation, username, recipient, letter }
            }
            Due::Reset { account } | Due::Reissue { account: Some(account), .. } => {
                let has_signed_in = matches!(due.kind(), ActKind::Reset { has_signed_in: true, .. });
                Act::Reset {
                    activation,
                    username: Username::new(account.view().username),
                    recipient,
                    letter,
                    has_signed_in,
                }
            }
        }
    }

    /// Leaves out whom the plan is not for. How many that are.
    fn narrow(&mut self) -> u64 {
        let narrowing = self.ground.context.narrowing;
        let before = self.changes.len() + self.held.len();
        self.changes.retain(|change| narrowing.admits(&change.caregiver, change.cohort.as_ref()));
        self.held.retain(|held| narrowing.admits(&held.caregiver, held.cohort.as_ref()));
        (before - self.changes.len() - self.held.len()) as u64
    }

    /// Of a plan for some only, the cohorts that it is about, and of those what it does.
    fn narrow_cohorts(&self, cohorts: &mut Vec<CohortSummary>) {
        let narrowing = self.ground.context.narrowing;
        if narrowing.is_everybody() {
            return;
        }
        let (mut changing, mut held) = (BTreeMap::new(), BTreeMap::new());
        for name in self.changes.iter().filter_map(|change| change.cohort.as_ref()) {
            *changing.entry(name).or_default() += 1;
        }
        for name in self.held.iter().filter_map(|held| held.cohort.as_ref()) {
            *held.entry(name).or_default() += 1;
        }
        for cohort in &mut *cohorts {
            cohort.changing = changing.get(&cohort.name).copied().unwrap_or_default();
            cohort.held = held.get(&cohort.name).copied().unwrap_or_default();
        }
        cohorts.retain(|cohort| cohort.changing + cohort.held > 0 || narrowing.cohorts.contains(&cohort.name));
    }

    /// The cohorts that open with this plan. One for some only opens those in which it does something.
    fn openings(&self, cohorts: &[CohortSummary]) -> Vec<CohortName> {
        let is_whole = self.ground.context.narrowing.is_everybody();
        let has_change = |name: &CohortName| self.changes.iter().any(|change| change.cohort.as_ref() == Some(name));
        let opens = cohorts.iter().filter(|cohort| cohort.state == CohortState::Opens);
        opens.map(|cohort| cohort.name.clone()).filter(|name| is_whole || has_change(name)).collect()
    }

    fn sort(&mut self) {
        let cohorts = self.ground.rollout.cohorts.iter().enumerate();
        let place: BTreeMap<&str, usize> = cohorts.map(|(index, cohort)| (cohort.name.as_str(), index)).collect();
        let cohort_of = |name: &Option<CohortName>| name.as_ref().and_then(|name| place.get(name.as_str()).copied());
        let rank = |name: &Option<CohortName>| cohort_of(name).unwrap_or(usize::MAX);
        // Letters that were put off again and again come last, lest the same few stop every run before anybody else has theirs.
        let place = |change: &Change| (change.is_put_off(), rank(&change.cohort), order(change));
        self.changes.sort_by(|a, b| (place(a), &a.caregiver).cmp(&(place(b), &b.caregiver)));
        self.held.sort_by(|a, b| (a.code, rank(&a.cohort), &a.caregiver).cmp(&(b.code, rank(&b.cohort), &b.caregiver)));
    }
}

/// Within a cohort those come first who are locked out as long as nothing is done.
fn order(change: &Change) -> usize {
    let ranks = change.acts.iter().filter_map(|act| "?@+*~-=".find(act.symbol()));
    ranks.min().unwrap_or(usize::MAX)
}
