//! Letters to a server that takes its time: while some are on their way, the next ones are made ready, and whichever
//! connection is free goes on.
//!
//! ```text
//! commit: those back are sent, these are about to be set -> the LMS sets them -> commit: they are set, their letters are about to
//! go -> the letters begin to go, and nobody waits for them
//! ```
//!
//! A letter takes a connection from its announcement until what became of it is known, and whoever is about to get a password
//! has a connection kept for them: so no more caregivers are in doubt after a crash than there are connections. How many
//! begin together follows the server: all while it is faster than this program, a quarter while it is slower, so that
//! the others are on their way meanwhile.

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

/// The least that begin together, as a part of the connections.
const LEAST: usize = 4;
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
    flying: BTreeMap<u64, Flight<'a>>,
    tickets: u64,
    /// How many begin together, if so many connections are free.
    together: usize,
}

/// A letter on its way.
struct Flight<'a> {
    job: Job<'a>,
    subject: Subject,
    letter: LetterSubject,
}

/// What is to be done next.
enum Turn {
    Prepare,
    Begin(usize),
    Wait,
    End,
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
        let (ready, flying) = (VecDeque::new(), BTreeMap::new());
        let together = self.sessions();
        let mut flow = Flow { all: changes, given: 0, taken: 0, ready, flying, tickets: 0, together };
        let desk = self.desk.clone();
        let make = |group: Group<'a>| {
            group.into_iter().map(|(change, slip)| (change, slip.map(|slip| desk.make(slip)))).collect()
        };
        let ended = both::aside(make, |beside| self.flow_on(&mut flow, beside));
        while !flow.flying.is_empty() {
            self.land(&mut flow, true)?;
        }
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
            match flow.turn(self.sessions(), beside.begun()) {
                Turn::End => return Ok(End::Done),
                Turn::Wait => self.land(flow, true)?,
                Turn::Prepare => {
                    for (change, made) in beside.take().unwrap_or_default() {
                        flow.taken += 1;
                        let ready = made.map(|made| self.take(made));
                        flow.ready.push_back(Job::new(change, ready));
                    }
                }
                Turn::Begin(many) => match self.wait_for_place(many)? {
                    Place::Now => {
                        let jobs = flow.ready.drain(..many).collect();
                        self.begin(flow, jobs)?;
                    }
                    Place::Interrupted => return Ok(End::Interrupted),
                    Place::Later => {
                        let behind = flow.all.iter().skip(flow.taken).copied();
                        let left = flow.ready.iter().map(|job| job.change).chain(behind);
                        self.pacer.left += left.filter(|change| super::sends_letter(change)).count() as u64;
                        return Ok(End::Done);
                    }
                },
            }
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

    /// Everything up to the letters, which begin to go.
    fn begin(&mut self, flow: &mut Flow<'_, 'a>, mut jobs: Vec<Job<'a>>) -> Result<(), Halt> {
        for job in &mut jobs {
            self.until_effect(job)?;
        }
        self.set_passwords(&mut jobs)?;
        self.link_children(&mut jobs)?;
        self.ready_pages(&mut jobs);
        let mut letters = Vec::with_capacity(jobs.len());
        for mut job in jobs {
            match job.letter.take() {
                Some((subject, letter)) => letters.push((job, subject, letter)),
                None => self.end(job)?,
            }
        }
        self.launch(flow, letters)
    }

    fn launch(&mut self, flow: &mut Flow<'_, 'a>, letters: Vec<(Job<'a>, Subject, ReadyLetter)>) -> Result<(), Halt> {
        if letters.is_empty() {
            return Ok(());
        }
        for (_, subject, letter) in &letters {
            self.ledger.note(Entry::Sending(which(subject, letter)));
        }
        self.ledger.flush()?;
        let mut parcels = Vec::with_capacity(letters.len());
        for (job, subject, letter) in letters {
            self.watch.step(intent(Effect::SendLetter, &subject));
            flow.tickets += 1;
            let flight = Flight { job, letter: which(&subject, &letter), subject };
            flow.flying.insert(flow.tickets, flight);
            parcels.push(self.parcel(flow.tickets, letter));
        }
        self.mail.launch(parcels);
        Ok(())
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
            let result = self.letter_outcome(letter, outcome);
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

impl Flow<'_, '_> {
    /// `coming` are the groups that are being prepared.
    fn turn(&mut self, sessions: usize, coming: usize) -> Turn {
        let free = sessions - self.flying.len();
        if self.ready.is_empty() && coming > 0 {
            return Turn::Prepare;
        }
        if self.ready.is_empty() {
            return if self.flying.is_empty() { Turn::End } else { Turn::Wait };
        }
        if self.flying.is_empty() {
            self.together = (self.together * 2).min(sessions);
        }
        if free == 0 && self.ready.len() < sessions && coming > 0 {
            return Turn::Prepare;
        }
        let wanted = self.together.min(self.ready.len());
        if free >= wanted {
            return Turn::Begin(wanted);
        }
        if free == 0 {
            self.together = (self.together / 2).max(sessions.div_ceil(LEAST));
        }
        Turn::Wait
    }
}
