//! Which rosters were accepted, who is in them, and since when somebody is missing.
//!
//! Absence is not departure: only two accepted full rosters in a row, with different content and exported at least 20
//! hours apart, say that somebody has left.

use jiff::{SignedDuration, Timestamp};

use crate::model::ids::{CaregiverId, RosterNumber};
use crate::model::recorded::{AcceptedRoster, Recorded};
use crate::plan::RosterAcceptance;
use crate::roster::Roster;

/// Two exports closer than this tell of one and the same state of the SMS.
const APART: SignedDuration = SignedDuration::from_hours(20);

/// What the roster says about somebody with an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// It has them.
    Here,
    /// It is no full roster, or the record never saw them in one: their absence says nothing.
    NotSaid,
    /// Missing, for the first time or too shortly.
    AbsentOnce,
    /// Missing for good.
    Left,
}

/// Tells presence and absence.
pub(super) struct Absences<'a> {
    recorded: &'a Recorded,
    roster: &'a Roster,
    is_new: bool,
}

impl<'a> Absences<'a> {
    pub(super) fn new(recorded: &'a Recorded, roster: &'a Roster) -> Self {
        let is_new = recorded.last_roster().is_none_or(|last| last.sha256 != roster.facts().sha256);
        Self { recorded, roster, is_new }
    }

    /// Whether the roster's content differs from the one accepted last.
    pub(super) fn is_new_roster(&self) -> bool {
        self.is_new
    }

    pub(super) fn of(&self, id: &str) -> Presence {
        if self.roster.caregiver(id).is_some() {
            return Presence::Here;
        }
        let facts = self.roster.facts();
        let Some(known) = self.recorded.presence.get(id).filter(|_| facts.is_full) else { return Presence::NotSaid };
        let accepted = known.absent_since.into_iter().flat_map(|since| self.full_since(since));
        let mut evidence: Vec<(&str, Timestamp)> = accepted.collect();
        if self.is_new {
            evidence.push((&facts.sha256, facts.exported_at));
        }
        if says_left(&evidence) { Presence::Left } else { Presence::AbsentOnce }
    }

    fn full_since(&self, since: RosterNumber) -> impl Iterator<Item = (&str, Timestamp)> {
        self.recorded
            .rosters
            .iter()
            .filter(move |roster| roster.is_full && roster.number >= since)
            .map(|roster| (roster.sha256.as_str(), roster.exported_at))
    }

    /// How many ids of the roster accepted last this one does not have.
    pub(super) fn gone(&self) -> u64 {
        let present = self.recorded.presence.iter().filter(|(_, presence)| presence.absent_since.is_none());
        present.filter(|(id, _)| self.roster.caregiver(id.as_str()).is_none()).count() as u64
    }

    /// How many ids no accepted roster had.
    pub(super) fn arrivals(&self) -> u64 {
        let known = &self.recorded.presence;
        self.roster.caregivers().filter(|caregiver| !known.contains_key(caregiver.id())).count() as u64
    }

    /// What taking this roster as the school's would record; `None` where it is the one accepted last.
    pub(super) fn acceptance(&self, now: Timestamp) -> Option<RosterAcceptance> {
        if !self.is_new {
            return None;
        }
        let facts = self.roster.facts();
        let number = self.recorded.last_roster().map_or(RosterNumber::FIRST, |last| last.number.next());
        let known = &self.recorded.presence;
        let arrivals = self.roster.caregivers().filter(|caregiver| !known.contains_key(caregiver.id()));
        let roster = AcceptedRoster {
            number,
            accepted_at: now,
            exported_at: facts.exported_at,
            sha256: facts.sha256.clone(),
            rows: facts.rows,
            caregivers: self.roster.len() as u64,
            is_full: facts.is_full,
        };
        Some(RosterAcceptance {
            roster,
            arrivals: arrivals.map(|caregiver| CaregiverId::new(caregiver.id())).collect(),
            absent: if facts.is_full { self.changed(true) } else { Vec::new() },
            returned: self.changed(false),
        })
    }

    /// The known ids that went missing (or came back) with this roster, sorted.
    fn changed(&self, went: bool) -> Vec<CaregiverId> {
        let known = self.recorded.presence.iter();
        let mut ids: Vec<CaregiverId> = known
            .filter(|(_, presence)| presence.absent_since.is_none() == went)
            .filter(|(id, _)| self.roster.caregiver(id.as_str()).is_none() == went)
            .map(|(id, _)| id.clone())
            .collect();
        ids.sort_unstable();
        ids
    }
}

/// Whether rosters that lack somebody, oldest first, say that they have left.
fn says_left(evidence: &[(&str, Timestamp)]) -> bool {
    let Some((first_sha, first_at)) = evidence.first() else { return false };
    evidence.iter().any(|(sha, at)| sha != first_sha && at.duration_since(*first_at) >= APART)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3600).unwrap()
    }

    #[test]
    fn one_roster_says_nothing() {
        assert!(!says_left(&[("a", at(0))]));
        assert!(!says_left(&[]));
    }

    #[test]
    fn two_rosters_a_day_apart_say_that_somebody_has_left() {
        assert!(says_left(&[("a", at(0)), ("b", at(20))]));
    }

    #[test]
    fn the_same_file_twice_is_one_roster() {
        assert!(!says_left(&[("a", at(0)), ("a", at(48))]));
    }

    #[test]
    fn two_exports_of_one_morning_are_one() {
        assert!(!says_left(&[("a", at(0)), ("b", at(19))]));
    }
}
