//! Keeps the pace of an apply: which letters may leave in this run, when the next may, and the pause after a server that says
//! "later". The arithmetic is the plan's (`plan::pace`); waiting goes through the clock, and Ctrl-C ends it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::edge::Step;
use crate::model::activation::Channel;
use crate::model::moment;
use crate::model::outcome::{Outcome, Reach};
use crate::plan::pace::{SOON, Timetable};
use crate::plan::{Act, Change};

use super::{Halt, Worker};

/// Nobody waits longer than this for Ctrl-C to be heard.
const SLICE: Duration = Duration::from_secs(1);
/// The pause after the first "later"; each further one in a row doubles it.
const BACK_OFF: SignedDuration = SignedDuration::from_secs(30);
const LONGEST_BACK_OFF: SignedDuration = SignedDuration::from_mins(5);

/// The pace of one apply. Letters that go to a folder have none.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    table: Option<Timetable>,
    /// How often in a row a server has said "later".
    put_off: u32,
    not_before: Option<Timestamp>,
    /// The pause of which somebody has been told.
    told: Option<Timestamp>,
    /// Letters whose place is too far away for this run; from the first of them on no other goes.
    pub(crate) left: u64,
}

/// Whether letters may leave now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Now,
    /// Not in this run.
    Later,
    /// Somebody asked to stop.
    Interrupted,
}

impl Pacer {
    pub(crate) fn new(table: Option<&Timetable>) -> Self {
        Self { table: table.cloned(), ..Self::default() }
    }

    /// Whether any letter may leave at any moment.
    pub(crate) fn is_free(&self) -> bool {
        self.table.as_ref().is_none_or(Timetable::is_free)
    }

    /// How many of at most `most` letters are due within five minutes.
    pub(crate) fn room(&self, now: Timestamp, most: usize) -> usize {
        match &self.table {
            _ if self.left > 0 => 0,
            Some(table) => table.room(now, most),
            None => most,
        }
    }

    /// How many letters may leave at the same moment.
    pub(crate) fn at_once(&self, sessions: usize) -> usize {
        self.table.as_ref().map_or(sessions, |table| table.at_once(sessions))
    }

    /// When so many letters may leave; `None` for never.
    pub(crate) fn next(&self, now: Timestamp, many: usize) -> Option<Timestamp> {
        let next = self.table.as_ref().map_or(Some(now), |table| table.next(now, many))?;
        Some(self.not_before.map_or(next, |not_before| next.max(not_before)))
    }

    /// Whether so many letters may leave now.
    pub(crate) fn is_now(&self, now: Timestamp, many: usize) -> bool {
        self.next(now, many).is_some_and(|next| next <= now)
    }

    /// Letters were handed over, and this came of them.
    pub(crate) fn took(&mut self, now: Timestamp, outcomes: &[Outcome]) {
        let Some(table) = &mut self.table else { return };
        table.take(now, outcomes.len());
        let is_put_off =
            |outcome: &Outcome| matches!(outcome, Outcome::Refused(refusal) if refusal.reach == Reach::Passing);
        if !outcomes.iter().any(is_put_off) {
            (self.put_off, self.not_before) = (0, None);
            return;
        }
        let pause = BACK_OFF * (1 << self.put_off.min(4));
        self.not_before = Some(now + pause.min(LONGEST_BACK_OFF));
        self.put_off += 1;
    }
}

impl Worker<'_> {
    /// Says once that a pause is one, and not a program that hangs.
    fn tell_of_pause(&mut self) {
        let Some(until) = self.pacer.not_before.filter(|_| self.pacer.told != self.pacer.not_before) else { return };
        self.pacer.told = Some(until);
        let time = moment::local(until, &self.order.rollout.timezone);
        self.watch
            .step(Step::Note(&format!("the mail server says \"later\": trying again at {time}; Ctrl-C stops safely")));
    }

    /// Waits for the place of so many letters, if it is near.
    pub(crate) fn wait_for_place(&mut self, many: usize) -> Result<Place, Halt> {
        loop {
            if self.watch.is_interrupted() {
                return Ok(Place::Interrupted);
            }
            let now = self.ledger.now();
            let Some(next) = self.pacer.next(now, many) else { return Ok(Place::Later) };
            let rest = next.duration_since(now);
            if rest <= SignedDuration::ZERO {
                return Ok(Place::Now);
            }
            if rest > SOON {
                return Ok(Place::Later);
            }
            self.tell_of_pause();
            // What has gone out is on record before anybody waits.
            self.ledger.flush()?;
            self.ledger.sleep(SLICE.min(rest.unsigned_abs()));
        }
    }
}

/// Whether carrying a change out hands over a letter: one that is printed has no place in the pace.
pub(crate) fn sends_letter(change: &Change) -> bool {
    change.channel() == Channel::Mail && change.acts.iter().map(Act::kind).any(crate::plan::ActKind::sends_letter)
}
