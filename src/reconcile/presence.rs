//! Which rosters were accepted, who is in them, and since when somebody is missing.
//!
//! Absence is not departure: only two accepted full rosters in a row, with different content and exported at least 20
//! hours apart, say that somebody has left.

use jiff::{SignedDuration, Timestamp};

use crate::model::ids::{CaregiverId, RosterNumber};
use crate::model::recorded::{AcceptedRoster, Recorded};
use crate::plan::RosterAcceptance;
use crate::roster::{Roster, is_another_upload};

use super::join::{Joined, join};

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
    /// What it is told from others by.
    content: String,
    is_new: bool,
    /// How many ids no accepted roster had.
    pub(super) arrivals: u64,
    /// How many ids of the roster accepted last this one does not have.
    pub(super) gone: u64,
}

impl<'a> Absences<'a> {
    pub(super) fn new(recorded: &'a Recorded, roster: &'a Roster) -> Self {
        let content = roster.facts().content();
        let is_new = recorded.last_roster().is_none_or(|last| last.sha256 != content);
        let mut absences = Self { recorded, roster, content, is_new, arrivals: 0, gone: 0 };
        for joined in join(roster, &recorded.presence) {
            match joined {
                Joined::New(_) => absences.arrivals += 1,
                Joined::Known(..) => {}
                Joined::Gone(_, presence) => absences.gone += u64::from(presence.absent_since.is_none()),
            }
        }
        absences
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
            evidence.push((&self.content, facts.exported_at));
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

    /// What taking this roster as the school's would record; `None` where it is the one accepted last.
    pub(super) fn acceptance(&self, now: Timestamp) -> Option<RosterAcceptance> {
        if !self.is_new {
            return None;
        }
        let facts = self.roster.facts();
        let number = self.recorded.last_roster().map_or(RosterNumber::FIRST, |last| last.number.next());
        let roster = AcceptedRoster {
            number,
            accepted_at: now,
            exported_at: facts.exported_at,
            sha256: self.content.clone(),
            rows: facts.rows,
            caregivers: self.roster.len() as u64,
            is_full: facts.is_full,
        };
        let mut acceptance =
            RosterAcceptance { roster, arrivals: Vec::new(), absent: Vec::new(), returned: Vec::new() };
        for joined in join(self.roster, &self.recorded.presence) {
            match joined {
                Joined::New(caregiver) => acceptance.arrivals.push(CaregiverId::new(caregiver.id())),
                Joined::Known(caregiver, presence) if presence.absent_since.is_some() => {
                    acceptance.returned.push(CaregiverId::new(caregiver.id()));
                }
                Joined::Gone(id, presence) if facts.is_full && presence.absent_since.is_none() => {
                    acceptance.absent.push(CaregiverId::new(id));
                }
                Joined::Known(..) | Joined::Gone(..) => {}
            }
        }
        Some(acceptance)
    }
}

/// Whether rosters that lack somebody, oldest first, say that they have left.
fn says_left(evidence: &[(&str, Timestamp)]) -> bool {
    let Some((first_sha, first_at)) = evidence.first() else { return false };
    evidence.iter().any(|(sha, at)| is_another_upload(sha, first_sha) && at.duration_since(*first_at) >= APART)
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
