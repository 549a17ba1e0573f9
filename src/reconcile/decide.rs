//! Decides for each caregiver of the roster: what is due, unless something stops it.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::both::{MANY, both_if};
use crate::model::recorded::History;
use crate::roster::Roster;

use super::cohort::{Belonging, Member};
use super::due::{self, Due, Row};
use super::ground::Ground;
use super::identity;
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

/// What is decided for every caregiver of the roster, ordered by id. Most of a million are active already, or get their first
/// account; there are few different ones of these, and of each of them there are no more than two bytes.
pub(super) struct Cases<'a>([Half<'a>; 2]);

struct Half<'a> {
    roster: &'a Roster,
    first: usize,
    /// For each caregiver the place in `alike`, or `OWN`.
    places: Vec<u16>,
    /// People whose decision says nothing of themselves, one of each kind.
    alike: Vec<(Member<'a>, Decision<'a>)>,
    /// The others, in order.
    own: Vec<(Member<'a>, Decision<'a>)>,
}

/// What is decided stands in `own`.
const OWN: u16 = u16::MAX;

/// A decision that says nothing of the person.
#[derive(PartialEq, Eq, Hash)]
enum Common {
    Active,
    Outside,
    Create,
}

impl Common {
    fn of(decision: &Decision<'_>) -> Option<Self> {
        match decision {
            Decision::Active => Some(Self::Active),
            Decision::Outside => Some(Self::Outside),
            Decision::Act(Due::Create) => Some(Self::Create),
            Decision::Act(_) | Decision::Hold { .. } => None,
        }
    }
}

/// Where the kinds that were met stand in `alike`.
type Kinds = HashMap<(Common, Belonging), u16, FixedState>;

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
        let mut kinds = Kinds::default();
        for caregiver in ground.roster.caregivers().skip(first).take(count) {
            let member = Member::of(ground, caregiver);
            let decision = decide_one(ground, &member);
            half.add(member, decision, &mut kinds);
        }
        half
    }

    fn add(&mut self, member: Member<'a>, decision: Decision<'a>, kinds: &mut Kinds) {
        let place = match Common::of(&decision) {
            Some(common) => self.place(common, &member, kinds),
            None => OWN,
        };
        self.places.push(place);
        if place == OWN {
            self.own.push((member, decision));
        } else if usize::from(place) == self.alike.len() {
            self.alike.push((member, decision));
        }
    }

    /// Where somebody like this stands in `alike`, or would; `OWN` where there are too many kinds.
    fn place(&self, common: Common, member: &Member<'a>, kinds: &mut Kinds) -> u16 {
        let next = next_place(self.alike.len());
        *kinds.entry((common, member.belonging().clone())).or_insert(next)
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

/// The place of a kind that is met when so many are known; `OWN` once two bytes count no further.
fn next_place(known: usize) -> u16 {
    u16::try_from(known).unwrap_or(OWN)
}

fn decide_one<'a>(ground: &Ground<'a>, member: &Member<'a>) -> Decision<'a> {
    let history = ground.history(member.caregiver);
    let row = history.map_or(Row::Fresh, |history| due::from_record(ground, member.caregiver, history));
    if let Some(history) = history
        && is_somebody_else(ground, member, history, &row)
    {
        return Decision::Hold { stop: Stop::AnotherPerson, waits_for_opening: false };
    }
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

/// Whether what would be done concerns somebody else than whom it was begun for; or, of those who are active, whether they are: an LMS
/// that follows the SMS by itself shows nothing of it any more.
fn is_somebody_else(ground: &Ground<'_>, member: &Member<'_>, history: &History, row: &Row<'_>) -> bool {
    let is_in_question = match row {
        Row::Fresh | Row::Stop(_) => false,
        Row::Due(_) => history.is_begun(),
        Row::Active => true,
    };
    // What is said of the id before, a reviewed line says.
    let is_own = ground.own_history(member.caregiver).is_some_and(|own| std::ptr::eq(own, history));
    is_in_question && is_own && identity::is_another(member.caregiver, &history.identity, ground.context.fingerprinter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_too_many_has_no_place_among_those_alike() {
        assert_eq!(next_place(0), 0);
        assert_eq!(next_place(65_534), 65_534);
        for known in [65_535, 65_536, 1_000_000] {
            assert_eq!(next_place(known), OWN, "{known}");
        }
    }
}
