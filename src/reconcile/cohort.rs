//! Who belongs to which cohort, and which cohorts are open.
//!
//! Membership counts permitted children only; a caregiver belongs to the first cohort that selects one of them. Without any
//! permitted child they belong where their children would have put them, to be held there as `no-access`.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use jiff::civil::Date;

use crate::model::ids::CohortName;
use crate::model::nfc::nfc;
use crate::model::recorded::Opening;
use crate::plan::CohortState;
use crate::rollout::{Cohort, Rollout, Select};
use crate::roster::{Caregiver, Child, Roster, Seat};

use super::decide::{Case, Cases, Decision};
use super::ground::{Ground, is_permitted};
use super::stop::Stop;

/// A caregiver of the roster and where they belong.
#[derive(Clone)]
pub(super) struct Member<'a> {
    pub(super) caregiver: Caregiver<'a>,
    belonging: Belonging,
}

/// What is the same for many people: where they belong, and whether for children that they may see.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Belonging {
    has_permitted_child: bool,
    selecting: Selecting,
}

impl<'a> Member<'a> {
    pub(super) fn of(ground: &Ground<'a>, caregiver: Caregiver<'a>) -> Self {
        let has_permitted_child = ground.has_permitted_child(caregiver);
        let mut selecting = Selecting::default();
        for child in ground.counting(caregiver, has_permitted_child) {
            ground.selecting(caregiver, child).for_each(|index| selecting.add(index));
        }
        Self { caregiver, belonging: Belonging { has_permitted_child, selecting } }
    }

    pub(super) fn belonging(&self) -> &Belonging {
        &self.belonging
    }

    pub(super) fn has_permitted_child(&self) -> bool {
        self.belonging.has_permitted_child
    }

    /// Somebody who belongs like this.
    pub(super) fn with(&self, caregiver: Caregiver<'a>) -> Self {
        Self { caregiver, ..self.clone() }
    }

    /// The index of their cohort.
    pub(super) fn cohort(&self) -> Option<usize> {
        self.belonging.selecting.iter().next()
    }

    /// The cohorts behind their own that would select them too.
    pub(super) fn later_cohorts(&self) -> impl Iterator<Item = usize> {
        self.belonging.selecting.iter().skip(1)
    }
}

/// The cohorts that select somebody, each once, in order. Few rollouts have more than a handful, and there may be a million
/// of these.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Selecting {
    /// A bit for each of the first 64.
    first: u64,
    more: Option<Box<[usize]>>,
}

impl Selecting {
    fn add(&mut self, index: usize) {
        if index < 64 {
            self.first |= 1 << index;
        } else {
            let more = self.more.take().unwrap_or_default();
            let more: BTreeSet<usize> = more.into_iter().chain([index]).collect();
            self.more = Some(more.into_iter().collect());
        }
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        let mut left = self.first;
        let first = std::iter::from_fn(move || {
            let index = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(index)
        });
        first.chain(self.more.iter().flat_map(|more| more.iter().copied()))
    }
}

/// Which cohorts' years, classes and schools fit a child. There are few different ones, however many children.
pub(super) struct Seats {
    /// Which of `cohorts` is each student's.
    of_student: Vec<u32>,
    /// The cohorts that fit one seat, in order.
    cohorts: Vec<Vec<usize>>,
}

impl Seats {
    pub(super) fn new(roster: &Roster, rollout: &Rollout) -> Self {
        let mut known: HashMap<Seat, u32, FixedState> = HashMap::default();
        let mut cohorts = Vec::new();
        let of_student = roster
            .seats()
            .map(|seat| {
                *known.entry(seat).or_insert_with(|| {
                    cohorts.push(fitting(rollout, roster.seat_words(seat)));
                    u32::try_from(cohorts.len() - 1).unwrap_or(u32::MAX)
                })
            })
            .collect();
        Self { of_student, cohorts }
    }

    fn of(&self, child: Child<'_>) -> &[usize] {
        let seat = self.of_student.get(child.student_place()).and_then(|&seat| self.cohorts.get(seat as usize));
        seat.map_or(&[], Vec::as_slice)
    }
}

fn fitting(rollout: &Rollout, words: [&str; 3]) -> Vec<usize> {
    let words = words.map(nfc);
    let words = words.each_ref().map(|word| &**word);
    let cohorts = rollout.cohorts.iter().enumerate();
    cohorts.filter(|(_, cohort)| fits_seat(&cohort.select, words)).map(|(index, _)| index).collect()
}

impl<'a> Ground<'a> {
    /// The cohorts that select a caregiver because of this child, in order.
    fn selecting(&self, caregiver: Caregiver<'_>, child: Child<'_>) -> impl Iterator<Item = usize> {
        self.seats
            .of(child)
            .iter()
            .copied()
            .filter(move |&index| names(&self.rollout.cohorts[index].select, caregiver, child))
    }

    /// The children by which a caregiver belongs somewhere.
    fn counting(&self, caregiver: Caregiver<'a>, has_permitted_child: bool) -> impl Iterator<Item = Child<'a>> {
        caregiver.children().filter(move |child| !has_permitted_child || self.is_permitted(child))
    }
}

/// The cohort that one caregiver belongs to.
pub fn cohort_of(rollout: &Rollout, caregiver: Caregiver<'_>) -> Option<CohortName> {
    let has_permitted_child = caregiver.children().any(|child| is_permitted(rollout, &child));
    let counts = |child: &Child<'_>| !has_permitted_child || is_permitted(rollout, child);
    let selects = |select: &Select, child: Child<'_>| {
        fits_seat(select, [child.year(), child.class(), child.school()]) && names(select, caregiver, child)
    };
    let selecting =
        |cohort: &&Cohort| caregiver.children().any(|child| counts(&child) && selects(&cohort.select, child));
    rollout.cohorts.iter().find(selecting).map(|cohort| cohort.name.clone())
}

fn fits(wanted: Option<&BTreeSet<String>>, value: &str) -> bool {
    wanted.is_none_or(|wanted| wanted.contains(value))
}

fn fits_seat(select: &Select, [year, class, school]: [&str; 3]) -> bool {
    select.all
        || (fits(select.years.as_ref(), year)
            && fits(select.classes.as_ref(), class)
            && fits(select.schools.as_ref(), school))
}

fn names(select: &Select, caregiver: Caregiver<'_>, child: Child<'_>) -> bool {
    // An id lies somewhere else in memory: it is asked for only where it decides.
    let is_student = || select.students.as_ref().is_none_or(|wanted| wanted.contains(child.id()));
    let is_caregiver = || select.caregivers.as_ref().is_none_or(|wanted| wanted.contains(caregiver.id()));
    select.all || (is_student() && is_caregiver())
}

/// Whether a cohort is open, and whether everything in it is settled.
#[derive(Clone, Debug)]
pub(super) struct Openness {
    pub(super) state: CohortState,
    pub(super) is_settled: bool,
    /// It selects nobody, and never did.
    pub(super) has_nobody: bool,
    /// Of nobody in it is it known whether they may see a child, and nobody has access.
    pub(super) is_held_whole: bool,
}

impl Openness {
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, CohortState::Open(_) | CohortState::Opens)
    }
}

/// Which cohorts are open: recorded as opened, or their day has come and the cohorts before them are settled.
pub(super) fn openness(ground: &Ground<'_>, cases: &Cases<'_>) -> Vec<Openness> {
    let cohorts = &ground.rollout.cohorts;
    let (mut is_busy, mut has_members) = (vec![false; cohorts.len()], vec![false; cohorts.len()]);
    let (mut has_held, mut has_others) = (vec![false; cohorts.len()], vec![false; cohorts.len()]);
    for Case { member, decision } in cases.iter() {
        if let Some(index) = member.cohort() {
            is_busy[index] |= decision.is_unsettled();
            has_members[index] = true;
            let is_held = matches!(decision, Decision::Hold { stop: Stop::NoAccess { is_unknown: true }, .. })
                && !ground.is_begun(member.caregiver);
            has_held[index] |= is_held;
            has_others[index] |= !is_held;
        }
        for later in member.later_cohorts() {
            has_members[later] = true;
        }
    }
    // One that selects nobody, and never did, is more likely mistyped than done.
    let has_nobody: Vec<bool> = cohorts
        .iter()
        .zip(has_members)
        .map(|(cohort, has_members)| !has_members && !has_ever_had(ground, cohort))
        .collect();
    // And one of which nobody knows whom it is about, as where a column was misread, is not done either.
    let is_held_whole: Vec<bool> = has_held.into_iter().zip(has_others).map(|(held, others)| held && !others).collect();
    let stuck = has_nobody.iter().zip(&is_held_whole).map(|(has_nobody, is_held_whole)| *has_nobody || *is_held_whole);
    is_busy.iter_mut().zip(stuck).for_each(|(is_busy, is_stuck)| *is_busy |= is_stuck);
    let mut known = vec![None; is_busy.len()];
    for index in 0..is_busy.len() {
        resolve(ground, &is_busy, &mut known, index);
    }
    let known = known.into_iter().flatten().zip(has_nobody).zip(is_held_whole);
    known.map(|((openness, has_nobody), is_held_whole)| Openness { has_nobody, is_held_whole, ..openness }).collect()
}

fn has_ever_had(ground: &Ground<'_>, cohort: &Cohort) -> bool {
    ground.recorded.histories.values().any(|history| history.cohort.as_ref() == Some(&cohort.name))
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
    let mut openness = Openness { state, is_settled: false, has_nobody: false, is_held_whole: false };
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

#[cfg(test)]
mod tests {
    use super::Selecting;

    #[test]
    fn cohorts_come_once_and_in_order_however_many_there_are() {
        let mut selecting = Selecting::default();
        for index in [70, 3, 63, 3, 64, 200, 0, 70] {
            selecting.add(index);
        }
        assert_eq!(selecting.iter().collect::<Vec<_>>(), [0, 3, 63, 64, 70, 200]);
        assert_eq!(Selecting::default().iter().count(), 0);
    }
}
