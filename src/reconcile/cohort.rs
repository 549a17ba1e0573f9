//! Who belongs to which cohort, and which cohorts are open.
//!
//! Membership counts permitted children only; a caregiver belongs to the first cohort that selects one of them. Without any
//! permitted child they belong where their children would have put them, to be held there as `no-access`.

use jiff::civil::Date;

use crate::model::ids::CohortName;
use crate::model::recorded::Opening;
use crate::plan::CohortState;
use crate::rollout::{Cohort, Rollout, Select};
use crate::roster::{Caregiver, Child};

use super::decide::Decision;
use super::ground::{Ground, is_permitted};

/// A caregiver of the roster and where they belong.
pub(super) struct Member<'a> {
    pub(super) caregiver: Caregiver<'a>,
    /// The index of their cohort.
    pub(super) cohort: Option<usize>,
    /// Later cohorts that would select them too.
    pub(super) also: Vec<usize>,
    pub(super) has_permitted_child: bool,
}

/// All caregivers of the roster, ordered by id.
pub(super) fn members<'a>(ground: &Ground<'a>) -> Vec<Member<'a>> {
    ground.roster.caregivers().map(|caregiver| member(ground, caregiver)).collect()
}

fn member<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>) -> Member<'a> {
    let has_permitted_child = ground.has_permitted_child(caregiver);
    let counts = |child: &Child<'_>| !has_permitted_child || ground.is_permitted(child);
    let selecting = ground.rollout.cohorts.iter().enumerate();
    let mut indices = selecting
        .filter(|(_, cohort)| {
            caregiver.children().any(|child| counts(&child) && selects(&cohort.select, caregiver, child))
        })
        .map(|(index, _)| index);
    let cohort = indices.next();
    Member { caregiver, cohort, also: indices.collect(), has_permitted_child }
}

/// The cohort that one caregiver belongs to.
pub fn cohort_of(rollout: &Rollout, caregiver: Caregiver<'_>) -> Option<CohortName> {
    let has_permitted_child = caregiver.children().any(|child| is_permitted(rollout, &child));
    let counts = |child: &Child<'_>| !has_permitted_child || is_permitted(rollout, child);
    let selecting = |cohort: &&Cohort| {
        caregiver.children().any(|child| counts(&child) && selects(&cohort.select, caregiver, child))
    };
    rollout.cohorts.iter().find(selecting).map(|cohort| cohort.name.clone())
}

fn selects(select: &Select, caregiver: Caregiver<'_>, child: Child<'_>) -> bool {
    let fits = |wanted: &Option<std::collections::BTreeSet<String>>, value: &str| {
        wanted.as_ref().is_none_or(|wanted| wanted.contains(value))
    };
    select.all
        || (fits(&select.years, child.year())
            && fits(&select.classes, child.class())
            && fits(&select.schools, child.school())
            && fits(&select.students, child.id())
            && fits(&select.caregivers, caregiver.id()))
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
pub(super) fn openness(ground: &Ground<'_>, members: &[Member<'_>], decisions: &[Decision<'_>]) -> Vec<Openness> {
    let mut is_busy = vec![false; ground.rollout.cohorts.len()];
    for (member, decision) in members.iter().zip(decisions) {
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
