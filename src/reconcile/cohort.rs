//! Who belongs to which cohort, and which cohorts are open.
//!
//! Membership counts permitted children only; a caregiver belongs to the first cohort that selects one of them. Without any
//! permitted child they belong where their children would have put them, to be held there as `no-access`.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use jiff::civil::Date;

use crate::model::ids::CohortName;
use crate::model::recorded::Opening;
use crate::plan::CohortState;
use crate::rollout::{Cohort, Rollout, Select};
use crate::roster::{Caregiver, Child, Roster, Seat};

use super::decide::Case;
use super::ground::{Ground, is_permitted};

/// A caregiver of the roster and where they belong.
pub(super) struct Member<'a> {
    pub(super) caregiver: Caregiver<'a>,
    /// The index of their cohort.
    pub(super) cohort: Option<usize>,
    pub(super) has_permitted_child: bool,
}

impl<'a> Member<'a> {
    pub(super) fn of(ground: &Ground<'a>, caregiver: Caregiver<'a>) -> Self {
        let has_permitted_child = ground.has_permitted_child(caregiver);
        let first = |child: Child<'_>| ground.selecting(caregiver, child).next();
        let cohort = ground.counting(caregiver, has_permitted_child).filter_map(first).min();
        Self { caregiver, cohort, has_permitted_child }
    }
}

/// Which cohorts' years, classes and schools fit a child. There are few different ones, however many children.
pub(super) struct Seats(HashMap<Seat, Vec<usize>, FixedState>);

impl Seats {
    pub(super) fn new(roster: &Roster, rollout: &Rollout) -> Self {
        let mut seats: HashMap<Seat, Vec<usize>, FixedState> = HashMap::default();
        for child in roster.caregivers().flat_map(Caregiver::children) {
            seats.entry(child.seat()).or_insert_with(|| {
                let cohorts = rollout.cohorts.iter().enumerate();
                cohorts.filter(|(_, cohort)| fits_seat(&cohort.select, child)).map(|(index, _)| index).collect()
            });
        }
        Self(seats)
    }
}

impl<'a> Ground<'a> {
    /// The cohorts that select a caregiver because of this child, in order.
    fn selecting(&self, caregiver: Caregiver<'_>, child: Child<'_>) -> impl Iterator<Item = usize> {
        let seated = self.seats.0.get(&child.seat()).into_iter().flatten().copied();
        seated.filter(move |&index| names(&self.rollout.cohorts[index].select, caregiver, child))
    }

    /// The children by which a caregiver belongs somewhere.
    fn counting(&self, caregiver: Caregiver<'a>, has_permitted_child: bool) -> impl Iterator<Item = Child<'a>> {
        caregiver.children().filter(move |child| !has_permitted_child || self.is_permitted(child))
    }

    /// The cohorts behind a member's own that would select them too, each once.
    pub(super) fn each_later_cohort(&self, member: &Member<'a>, mut later: impl FnMut(usize)) {
        let caregiver = member.caregiver;
        let children = || self.counting(caregiver, member.has_permitted_child);
        for (at, child) in children().enumerate() {
            for index in self.selecting(caregiver, child).filter(|&index| Some(index) != member.cohort) {
                let is_known = |before: Child<'_>| self.selecting(caregiver, before).any(|other| other == index);
                if !children().take(at).any(is_known) {
                    later(index);
                }
            }
        }
    }
}

/// The cohort that one caregiver belongs to.
pub fn cohort_of(rollout: &Rollout, caregiver: Caregiver<'_>) -> Option<CohortName> {
    let has_permitted_child = caregiver.children().any(|child| is_permitted(rollout, &child));
    let counts = |child: &Child<'_>| !has_permitted_child || is_permitted(rollout, child);
    let selects = |select: &Select, child| fits_seat(select, child) && names(select, caregiver, child);
    let selecting =
        |cohort: &&Cohort| caregiver.children().any(|child| counts(&child) && selects(&cohort.select, child));
    rollout.cohorts.iter().find(selecting).map(|cohort| cohort.name.clone())
}

fn fits(wanted: Option<&BTreeSet<String>>, value: &str) -> bool {
    wanted.is_none_or(|wanted| wanted.contains(value))
}

fn fits_seat(select: &Select, child: Child<'_>) -> bool {
    select.all
        || (fits(select.years.as_ref(), child.year())
            && fits(select.classes.as_ref(), child.class())
            && fits(select.schools.as_ref(), child.school()))
}

fn names(select: &Select, caregiver: Caregiver<'_>, child: Child<'_>) -> bool {
    select.all || (fits(select.students.as_ref(), child.id()) && fits(select.caregivers.as_ref(), caregiver.id()))
}

/// Whether a cohort is open, and whether everything in it is settled.
#[derive(Clone, Debug)]
pub(super) struct Openness {
    pub(super) state: CohortState,
    pub(super) is_settled: bool,
}

impl Openness {
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, CohortState::Open(_) | CohortState::Opens)
    }
}

/// Which cohorts are open: recorded as opened, or their day has come and the cohorts before them are settled.
pub(super) fn openness(ground: &Ground<'_>, cases: &[Case<'_>]) -> Vec<Openness> {
    let mut is_busy = vec![false; ground.rollout.cohorts.len()];
    for Case { member, decision } in cases {
        if let Some(index) = member.cohort {
            is_busy[index] |= decision.is_unsettled();
        }
    }
    let mut known = vec![None; is_busy.len()];
    for index in 0..is_busy.len() {
        resolve(ground, &is_busy, &mut known, index);
    }
    known.into_iter().flatten().collect()
}

/// The rollout's check refuses circles, so this ends.
fn resolve(ground: &Ground<'_>, is_busy: &[bool], known: &mut [Option<Openness>], index: usize) -> Openness {
    if let Some(openness) = &known[index] {
        return openness.clone();
    }
    let cohort = &ground.rollout.cohorts[index];
    let waits_for: Vec<usize> =
        cohort.after.iter().copied().filter(|&before| !resolve(ground, is_busy, known, before).is_settled).collect();
    let state = state(ground, cohort, ground.recorded.openings.get(&cohort.name), &waits_for);
    let mut openness = Openness { state, is_settled: false };
    openness.is_settled = openness.is_open() && !is_busy[index];
    known[index] = Some(openness.clone());
    openness
}

fn state(ground: &Ground<'_>, cohort: &Cohort, opening: Option<&Opening>, waits_for: &[usize]) -> CohortState {
    if let Some(opening) = opening {
        return CohortState::Open(day_of(ground, opening));
    }
    match cohort.opens {
        Some(opens) if ground.today < opens => CohortState::Later(opens),
        _ if !waits_for.is_empty() => {
            CohortState::After(waits_for.iter().map(|&index| ground.rollout.cohorts[index].name.clone()).collect())
        }
        _ => CohortState::Opens,
    }
}

fn day_of(ground: &Ground<'_>, opening: &Opening) -> Date {
    opening.at.to_zoned_datetime(ground.rollout.timezone.clone()).date()
}
