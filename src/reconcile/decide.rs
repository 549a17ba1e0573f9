//! Decides for each caregiver of the roster: what is due, unless something stops it.

use crate::both::{MANY, both_if};
use crate::roster::Caregiver;

use super::cohort::Member;
use super::due::{self, Due, Row};
use super::ground::Ground;
use super::stop::{self, Stop};

/// What is decided for one caregiver of the roster, as if their cohort were open.
pub(super) enum Decision<'a> {
    /// Something is done for them.
    Act(Due<'a>),
    /// Something is due and stopped.
    Hold { stop: Stop<'a>, waits_for_opening: bool },
    /// D4.
    Active,
    /// In no cohort, and nothing begun.
    Outside,
}

impl Decision<'_> {
    /// Whether the cohort can't count as settled because of it.
    pub(super) fn is_unsettled(&self) -> bool {
        match self {
            Self::Act(_) => true,
            Self::Hold { stop, .. } => stop.code().is_unsettled(),
            Self::Active | Self::Outside => false,
        }
    }

    pub(super) fn waits_for_opening(&self) -> bool {
        match self {
            Self::Act(due) => due.waits_for_opening(),
            Self::Hold { waits_for_opening, .. } => *waits_for_opening,
            Self::Active | Self::Outside => false,
        }
    }
}

/// A caregiver of the roster, and what is decided for them.
pub(super) struct Case<'a> {
    pub(super) member: Member<'a>,
    pub(super) decision: Decision<'a>,
}

/// What is decided for every caregiver of the roster, ordered by id.
pub(super) struct Cases<'a>([Vec<Case<'a>>; 2]);

impl<'a> Cases<'a> {
    /// Decides. Each case depends on the ground alone, so two threads may share them.
    pub(super) fn new(ground: &Ground<'a>) -> Self {
        let (len, half) = (ground.roster.len(), ground.roster.len() / 2);
        let decide = |from: usize, count: usize| {
            ground.roster.caregivers().skip(from).take(count).map(|caregiver| case(ground, caregiver)).collect()
        };
        let (first, second) = both_if(len >= MANY, || decide(0, half), || decide(half, len - half));
        Self([first, second])
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Case<'a>> {
        self.0.iter().flatten()
    }
}

fn case<'a>(ground: &Ground<'a>, caregiver: Caregiver<'a>) -> Case<'a> {
    let member = Member::of(ground, caregiver);
    let decision = decide_one(ground, &member);
    Case { member, decision }
}

fn decide_one<'a>(ground: &Ground<'a>, member: &Member<'a>) -> Decision<'a> {
    let history = ground.history(member.caregiver);
    let row = history.map_or(Row::Fresh, |history| due::from_record(ground, member.caregiver, history));
    let due = match (row, member.cohort()) {
        (Row::Active, _) => return Decision::Active,
        (Row::Stop(stop), _) => return Decision::Hold { stop, waits_for_opening: false },
        (Row::Due(due), _) => due,
        (Row::Fresh, Some(cohort)) => due::fresh(ground, member.caregiver, cohort),
        (Row::Fresh, None) => return Decision::Outside,
    };
    match stop::first(ground, member, &due) {
        Some(stop) => Decision::Hold { stop, waits_for_opening: due.waits_for_opening() },
        None if let Due::Print { cohort, is_made, .. } = due => {
            Decision::Hold { stop: Stop::ToPrint { cohort, is_made }, waits_for_opening: false }
        }
        None => Decision::Act(due),
    }
}
