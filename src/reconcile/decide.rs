//! Decides for each caregiver of the roster: what is due, unless something stops it.

use std::borrow::Cow;

use crate::both::{MANY, both_if};
use crate::roster::Roster;

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
pub(super) struct Case<'c, 'a> {
    pub(super) member: Cow<'c, Member<'a>>,
    pub(super) decision: &'c Decision<'a>,
}

/// What is decided for every caregiver of the roster, ordered by id. Most of a million are active already, and there are few
/// different ones of these: of each of them there is no more than a byte.
pub(super) struct Cases<'a>([Half<'a>; 2]);

struct Half<'a> {
    roster: &'a Roster,
    first: usize,
    /// For each caregiver the place in `alike`, or `OWN`.
    places: Vec<u8>,
    /// People for whom there is nothing to do, one of each kind.
    alike: Vec<(Member<'a>, Decision<'a>)>,
    /// The others, in order.
    own: Vec<(Member<'a>, Decision<'a>)>,
}

/// What is decided stands in `own`.
const OWN: u8 = u8::MAX;

impl<'a> Cases<'a> {
    /// Decides. Each case depends on the ground alone, so two threads may share them.
    pub(super) fn new(ground: &Ground<'a>) -> Self {
        let (len, half) = (ground.roster.len(), ground.roster.len() / 2);
        let (first, second) =
            both_if(len >= MANY, || Half::decide(ground, 0, half), || Half::decide(ground, half, len - half));
        Self([first, second])
    }

    /// All of them.
    pub(super) fn iter<'c>(&'c self) -> impl Iterator<Item = Case<'c, 'a>> {
        self.0.iter().flat_map(Half::iter)
    }
}

impl<'a> Half<'a> {
    fn decide(ground: &Ground<'a>, first: usize, count: usize) -> Self {
        let places = Vec::with_capacity(count);
        let mut half = Self { roster: ground.roster, first, places, alike: Vec::new(), own: Vec::new() };
        for caregiver in ground.roster.caregivers().skip(first).take(count) {
            let member = Member::of(ground, caregiver);
            let decision = decide_one(ground, &member);
            half.add(member, decision);
        }
        half
    }

    fn add(&mut self, member: Member<'a>, decision: Decision<'a>) {
        let place = self.place(&member, &decision);
        self.places.push(place);
        if place == OWN {
            self.own.push((member, decision));
        } else if usize::from(place) == self.alike.len() {
            self.alike.push((member, decision));
        }
    }

    /// Where somebody like this stands in `alike`, or would; `OWN` where there is something to do, or too many kinds.
    fn place(&self, member: &Member<'a>, decision: &Decision<'a>) -> u8 {
        if !matches!(decision, Decision::Active | Decision::Outside) {
            return OWN;
        }
        let is_like = |(one, what): &(Member<'a>, Decision<'a>)| {
            std::mem::discriminant(what) == std::mem::discriminant(decision) && one.belongs_like(member)
        };
        let place = self.alike.iter().position(is_like).unwrap_or(self.alike.len());
        u8::try_from(place).unwrap_or(OWN)
    }

    fn iter<'c>(&'c self) -> impl Iterator<Item = Case<'c, 'a>> {
        let mut own = self.own.iter();
        let caregivers = self.roster.caregivers().skip(self.first);
        caregivers.zip(&self.places).filter_map(move |(caregiver, &place)| {
            if place == OWN {
                return own.next().map(|(member, decision)| Case { member: Cow::Borrowed(member), decision });
            }
            let (member, decision) = self.alike.get(usize::from(place))?;
            Some(Case { member: Cow::Owned(member.with(caregiver)), decision })
        })
    }
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
