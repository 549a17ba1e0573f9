//! Counts a plan without writing it down: what `plan --summary` shows. Who comes into it as what is decided in `draft`, for
//! the whole plan and for its figures alike.

use std::collections::BTreeMap;

use crate::model::activation::Channel;
use crate::model::ids::{ActivationNumber, CaregiverId, CohortName};
use crate::model::recorded::History;
use crate::plan::{Act, CohortState, HeldCounts, HoldCode, Outline, Records, Totals};

use super::cohort::{Member, Openness};
use super::decide::{Cases, Decision};
use super::draft::{Draft, Scribe, draft};
use super::due::Due;
use super::ground::Ground;
use super::guard::SecondReset;
use super::inputs::{departure, inputs};
use super::stop::Stop;
use super::{guard, identity, lists, notes};

/// The outline of the whole plan, for everybody.
pub(super) fn outline<'a>(ground: &Ground<'a>, cases: &Cases<'a>, openness: &[Openness]) -> Outline {
    let Draft { cohorts, unchanged, scribe: Figures { mut totals, held, second }, typing_errors, gates, .. } =
        draft(ground, cases, openness, Figures::default());
    totals.summary.unchanged = unchanged.values().sum();
    let opens = cohorts.iter().filter(|cohort| cohort.state == CohortState::Opens);
    let records = Records {
        roster: ground.absences.is_new_roster(),
        openings: opens.map(|cohort| cohort.name.clone()).collect(),
        moves: ground.open_moves().count() as u64,
        identities: if totals.changes == 0 { identities(ground, cases) } else { 0 },
        wipes: lists::wipes(ground).count() as u64,
        unplaced: ground.recorded.open_handovers().filter(|one| !one.is_placed).count() as u64,
    };
    let mut inputs = inputs(ground);
    inputs.rollout.notes = notes::all(ground, openness, &typing_errors, &gates);
    inputs.departure = departure(ground, totals.effects.emails);
    let strangers = held.iter().filter(|((code, _), _)| *code == HoldCode::AnotherPerson).map(|(_, many)| many).sum();
    let guards = guard::all(ground, &inputs, &totals, &second, strangers);
    let held = named(ground, held);
    Outline { inputs, cohorts, held, unchanged, guards, totals, partial: None, records }
}

#[derive(Default)]
struct Figures<'a> {
    totals: Totals,
    /// By reason and the index of the cohort.
    held: BTreeMap<(HoldCode, Option<usize>), u64>,
    /// The second resets, for the guard that wants a line for each.
    second: Vec<SecondReset<'a>>,
}

impl<'a> Scribe<'a> for Figures<'a> {
    fn act(&mut self, member: &Member<'a>, due: &Due<'a>, channel: Channel, update: Option<Act>) {
        if let Due::Reissue { line, .. } = due
            && line.activation > ActivationNumber::FIRST
        {
            self.second.push((member.caregiver.id(), line.activation));
        }
        let acts = [due.kind()].into_iter().chain(update.map(|act| act.kind()));
        self.totals.change(member.cohort().is_none(), channel, acts);
    }

    fn update(&mut self, member: &Member<'a>, update: Act) {
        self.totals.change(member.cohort().is_none(), Channel::Mail, [update.kind()]);
    }

    fn withdraw(&mut self, _: &'a str, _: &History, withdraw: Act) {
        self.totals.change(true, Channel::Mail, [withdraw.kind()]);
    }

    fn hold(&mut self, member: &Member<'a>, stop: &Stop<'a>) {
        self.held(stop.code(), member.cohort());
    }

    fn hold_gone(&mut self, _: &CaregiverId, stop: &Stop<'_>) {
        self.held(stop.code(), None);
    }

    fn active(&mut self, _: &Member<'a>) {}
}

impl Figures<'_> {
    fn held(&mut self, code: HoldCode, cohort: Option<usize>) {
        self.totals.hold(code);
        *self.held.entry((code, cohort)).or_default() += 1;
    }
}

fn named(ground: &Ground<'_>, held: BTreeMap<(HoldCode, Option<usize>), u64>) -> HeldCounts {
    let name = |cohort: usize| -> CohortName { ground.rollout.cohorts[cohort].name.clone() };
    held.into_iter().map(|((code, cohort), many)| ((code, cohort.map(name)), many)).collect()
}

/// How many active caregivers are not quite who they were.
fn identities(ground: &Ground<'_>, cases: &Cases<'_>) -> u64 {
    let active = cases.iter().filter(|case| matches!(case.decision, Decision::Active));
    active.filter(|case| identity::changed(ground, case.member.caregiver).is_some()).count() as u64
}
