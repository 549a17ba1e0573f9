//! Letters over several connections: while some are on their way, the next passwords are set and those behind them are prepared, and
//! whichever connection is free goes on.
//!
//! ```text
//! commit: those back are sent, these are set and their letters are about to go, those are about to be set
//! -> the letters begin to go, and nobody waits for them -> the LMS sets the passwords -> the next commit
//! ```
//!
//! A letter takes a connection from its announcement until what became of it is known, and whoever is about to get a password
//! has a connection kept for them: so no more caregivers are in doubt after a crash than there are connections. How many begin
//! together follows from how many are back meanwhile.

use std::collections::{BTreeMap, VecDeque};

use crate::both::{self, Aside};
use crate::edge::{Effect, Parcel};
use crate::model::entry::{Entry, LetterSubject, Subject};
use crate::plan::Change;

use super::activate::{intent, settled, which};
use super::desk::{Made, ReadyLetter, Slip};
use super::pacer::Place;
use super::wave::Job;
use super::{End, GROUP, Halt, Worker};

/// So many groups are prepared ahead of those that are carried out.
const AHEAD: usize = 2;

/// Who prepares groups on the other core.
type Beside<'w, 'a> = Aside<'w, Group<'a>, Vec<(&'a Change, Option<Made>)>>;

/// Changes that are prepared together, each with its slip.
type Group<'a> = Vec<(&'a Change, Option<Slip<'a>>)>;

/// Letters on their way, and those who come behind them.
struct Flow<'r, 'a> {
    all: &'r [&'a Change],
    /// So many of them were given to be prepared.
    given: usize,
    /// So many came back.
    taken: usize,
    ready: VecDeque<Job<'a>>,
    /// Their passwords stand, their letters go with the next commit.
    set: Vec<Job<'a>>,
    flying: BTreeMap<u64, Flight<'a>>,
    tickets: u64,
}

/// A letter on its way.
struct Flight<'a> {
    job: Job<'a>,
    subject: Subject,
    letter: LetterSubject,
}

impl<'a> Worker<'a> {
    /// Whether letters go this way: at any moment, over several connections, with passwords that are not set by the dozen.
    pub(crate) fn flows(&self) -> bool {
        let sessions = self.sessions();
        sessions > 1 && self.mail.can_launch() && self.pacer.is_free() && self.lms.capabilities().batch <= sessions
    }

    fn sessions(&self) -> usize {
        self.mail.capabilities().sessions.max(1)
    }

    /// Carries all of it out. What was prepared and not begun is voided, and whatever happens, what is on its way is waited for.
    pub(crate) fn flow(&mut self, changes: &[&'a Change]) -> Result<End, Halt> {
        let (ready, set, flying) = (VecDeque::new(), Vec::new(), BTreeMap::new());
        let mut flow = Flow { all: changes, given: 0, taken: 0, ready, set, flying, tickets: 0 };
        let desk = self.desk.clone();
        let make = |group: Group<'a>| {
            group.into_iter().map(|(change, slip)| (change, slip.map(|slip| desk.make(slip)))).collect()
        };
        let ended = both::aside(make, |beside| self.flow_on(&mut flow, beside));
        // Nobody keeps a password without its letter because the run stops here.
        let last = if ended.is_ok() { self.turn(&mut flow, 0) } else { Ok(()) };
        while !flow.flying.is_empty() {
            self.land(&mut flow, true)?;
        }
        last?;
        self.void(flow.ready.into_iter().filter_map(Job::into_ready).collect());
        match ended? {
            // What came back last may have been one failure too many.
            End::Done => Ok(self.verdict()),
            other => Ok(other),
        }
    }

    fn flow_on(&mut self, flow: &mut Flow<'_, 'a>, beside: &mut Beside<'_, 'a>) -> Result<End, Halt> {
        loop {
            self.look_ahead(flow, beside);
            self.land(flow, false)?;
            match self.verdict() {
                End::Done => {}
                other => return Ok(other),
            }
            if flow.ready.is_empty() && beside.begun() > 0 {
                self.take_group(flow, beside);
            }
            let most = flow.ready.len().min(self.sessions() - flow.flying.len() - flow.set.len());
            // Where there would be a pause, those whose passwords stand don't wait for it.
            let many = if flow.set.is_empty() || self.pacer.is_now(self.ledger.now(), most) { most } else { 0 };
            // What was taken meanwhile is on record before anybody waits: after a power cut it would go out again.
            if many > 0 && !flow.flying.is_empty() && !self.pacer.is_now(self.ledger.now(), many) {
                self.land(flow, true)?;
                continue;
            }
            match if many > 0 { self.wait_for_place(many)? } else { Place::Now } {
                Place::Interrupted => return Ok(End::Interrupted),
                Place::Later => {
                    let behind = flow.all.iter().skip(flow.taken).copied();
                    let left = flow.ready.iter().map(|job| job.change).chain(behind);
                    self.pacer.left += left.filter(|change| super::sends_letter(change)).count() as u64;
                    return Ok(End::Done);
                }
                Place::Now if many > 0 || !flow.set.is_empty() => {
                    self.turn(flow, many)?;
                    self.mark_again();
                }
                Place::Now if flow.flying.is_empty() => return Ok(End::Done),
                Place::Now => self.land(flow, true)?,
            }
        }
    }

    fn take_group(&mut self, flow: &mut Flow<'_, 'a>, beside: &mut Beside<'_, 'a>) {
        for (change, made) in beside.take().unwrap_or_default() {
            flow.taken += 1;
            let ready = made.map(|made| self.take(made));
            flow.ready.push_back(Job::new(change, ready));
        }
    }

    /// Has the next groups prepared while those before them are carried out.
    fn look_ahead(&mut self, flow: &mut Flow<'_, 'a>, beside: &mut Beside<'_, 'a>) {
        while beside.begun() < AHEAD && flow.given < flow.all.len() {
            let group = flow.all.iter().skip(flow.given).take(GROUP);
            let group: Group<'a> = group.map(|&change| (change, self.slip(change))).collect();
            flow.given += group.len();
            beside.begin(group);
        }
    }

    /// One commit, and what it announces: the letters of those whose passwords stand, and the passwords of the next `many`.
    fn turn(&mut self, flow: &mut Flow<'_, 'a>, many: usize) -> Result<(), Halt> {
        let mut jobs: Vec<Job<'a>> = flow.ready.drain(..many).collect();
        for job in &mut jobs {
            self.until_effect(job)?;
        }
        let (mut to_set, mut others): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.wanted.is_some());
        // Whose password stands already.
        self.link_children(&mut others)?;
        self.ready_pages(&mut others);
        let mut to_send = std::mem::take(&mut flow.set);
        to_send.extend(others);
        let letters = self.announce_letters(to_send)?;
        let due = self.announce_passwords(&mut to_set);
        if !letters.is_empty() || !due.is_empty() {
            self.ledger.flush()?;
        }
        if !letters.is_empty() {
            self.launch(flow, letters);
        }
        if !due.is_empty() {
            self.set_announced(due);
        }
        self.link_children(&mut to_set)?;
        self.ready_pages(&mut to_set);
        flow.set = to_set;
        Ok(())
    }

    /// Notes whose letters are about to go; whoever has none is done.
    fn announce_letters(&mut self, jobs: Vec<Job<'a>>) -> Result<Vec<(Flight<'a>, ReadyLetter)>, Halt> {
        let mut letters = Vec::with_capacity(jobs.len());
        for mut job in jobs {
            match job.letter.take() {
                Some((subject, letter)) => {
                    let flight = Flight { job, letter: which(&subject, &letter), subject };
                    self.ledger.note(Entry::Sending(flight.letter.clone()));
                    letters.push((flight, letter));
                }
                None => self.end(job)?,
            }
        }
        Ok(letters)
    }

    fn launch(&mut self, flow: &mut Flow<'_, 'a>, letters: Vec<(Flight<'a>, ReadyLetter)>) {
        let mut parcels = Vec::with_capacity(letters.len());
        for (flight, letter) in letters {
            self.watch.step(intent(Effect::SendLetter, &flight.subject));
            flow.tickets += 1;
            flow.flying.insert(flow.tickets, flight);
            parcels.push(self.parcel(flow.tickets, letter));
        }
        self.mail.launch(parcels);
    }

    fn parcel(&self, ticket: u64, letter: ReadyLetter) -> Parcel {
        let sender = self.order.rollout.mail.from.email.clone();
        let ReadyLetter { message_id, recipient, bytes, .. } = letter;
        Parcel { ticket, sender, recipient, message_id, bytes }
    }

    /// Notes what became of those that are back.
    fn land(&mut self, flow: &mut Flow<'_, 'a>, waits: bool) -> Result<(), Halt> {
        for (ticket, outcome) in self.mail.landed(waits) {
            let Some(Flight { mut job, subject, letter }) = flow.flying.remove(&ticket) else { continue };
            self.pacer.took(self.ledger.now(), std::slice::from_ref(&outcome));
            let result = self.letter_outcome(job.change, letter, outcome);
            self.watch.step(settled(Effect::SendLetter, &subject, &result));
            job.failure = result.err();
            self.end(job)?;
        }
        Ok(())
    }

    /// What comes behind the letter, and the result.
    fn end(&mut self, mut job: Job<'a>) -> Result<(), Halt> {
        self.until_effect(&mut job)?;
        let result = job.failure.take().map_or(Ok(()), Err);
        self.finished(job.change, result);
        Ok(())
    }
}
