//! Carries a plan out, and is the only place that has effects: intend, carry out, record, wave by wave in the plan's order.
//!
//! Each intent is durable before its effect, so that after a crash at most one caregiver a session is in doubt, and the
//! record says which. It decides nothing: who, what and in which order stands in the plan.

mod account;
mod activate;
mod desk;
mod flow;
mod form;
mod hand_over;
mod ledger;
mod link;
mod pacer;
mod pages;
pub mod password;
mod run;
pub mod seal;
mod settle;
mod tally;
mod wave;

use std::collections::VecDeque;

use crate::edge::{Clock, LmsWrite, MailTransport, MarkCounts, Random, RunMark, StateError, StateStore, Step, Watch};
use crate::letter::Letters;
use crate::model::entry::{Actor, LetterSubject};
use crate::model::ids::Lineage;
use crate::model::secret::SealingKey;
use crate::plan::pace::Timetable;
use crate::plan::{Change, Plan};
use crate::rollout::Rollout;

use desk::Desk;
pub use hand_over::{SealedRows, open_rows};
use ledger::Ledger;
use pacer::{Pacer, Place, sends_letter};
pub use pages::open_page;
pub use tally::{Applied, End, Failure, Tally};
use wave::Job;

/// The doors to the outside that an apply goes through.
pub struct Edges<'a> {
    /// The LMS, with its writing half.
    pub lms: &'a mut dyn LmsWrite,
    /// The way mail leaves.
    pub mail: &'a mut dyn MailTransport,
    /// The recorded state; its lock is held.
    pub store: &'a mut dyn StateStore,
    /// `rollout.lock`.
    pub mark: &'a mut dyn RunMark,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Chance.
    pub random: &'a mut dyn Random,
    /// Whoever looks on.
    pub watch: &'a mut dyn Watch,
}

/// What an apply works with besides the plan.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The plan, shown and agreed to.
    pub plan: &'a Plan,
    /// The rollout it was made from.
    pub rollout: &'a Rollout,
    /// The letters, checked.
    pub letters: &'a Letters,
    /// Which state this is.
    pub lineage: &'a Lineage,
    /// The key that seals.
    pub key: &'a SealingKey,
    /// Who runs it.
    pub actor: &'a Actor,
    /// The digest of the saved plan that this carries out; empty where there is none.
    pub digest: &'a str,
    /// When letters may leave; `None` where they go to a folder.
    pub timetable: Option<&'a Timetable>,
    /// What the mark says before this run.
    pub counts: MarkCounts,
}

/// An apply that could not go on. What had been done by then is recorded, save where it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The state could not be written; no effect was without record.
    #[error("the state could not be written; everything done so far is recorded")]
    State(#[source] StateError),
    /// The state could not be written after an effect: the next run settles it.
    #[error("the state could not be written after an effect; the next `firstbell apply` finds out what was done")]
    RecordLost(#[source] StateError),
    /// `rollout.lock` could not be written before the first effect.
    #[error("`rollout.lock` could not be written, so nothing was done")]
    Mark(#[source] std::io::Error),
}

/// An apply that could not go on, and what it had done by then.
#[derive(Debug)]
pub struct Halted {
    /// Why.
    pub error: ApplyError,
    /// What was done.
    pub tally: Tally,
}

impl std::fmt::Display for Halted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Halted {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// How many changes are prepared together.
const GROUP: usize = 32;
/// So many failures in a row stop the run: it is not the caregivers' fault then.
const FAILURES_IN_A_ROW: u32 = 5;

/// Carries the plan out. An error leaves what was done recorded; running again goes on from there.
pub fn apply<'a>(order: Order<'a>, edges: Edges<'a>) -> Result<Applied, Box<Halted>> {
    let mut worker = Worker::new(order, edges);
    match worker.run() {
        Ok(end) => Ok(Applied { end, tally: worker.tally }),
        Err(halt) => Err(Box::new(Halted { error: worker.ledger.explain(halt), tally: worker.tally })),
    }
}

/// One apply under way.
pub(crate) struct Worker<'a> {
    pub(crate) order: Order<'a>,
    pub(crate) lms: &'a mut dyn LmsWrite,
    pub(crate) mail: &'a mut dyn MailTransport,
    pub(crate) mark: &'a mut dyn RunMark,
    pub(crate) random: &'a mut dyn Random,
    pub(crate) watch: &'a mut dyn Watch,
    pub(crate) ledger: Ledger<'a>,
    pub(crate) desk: Desk<'a>,
    pub(crate) pacer: Pacer,
    pub(crate) tally: Tally,
    /// When `rollout.lock` was written last.
    marked_at: Option<jiff::Timestamp>,
    /// Letters refused since one was taken, and what was said: whether that is about them shows when the next one is taken.
    refused: Vec<(LetterSubject, String)>,
}

/// Why a run can't go on.
#[derive(Debug)]
pub(crate) enum Halt {
    State(StateError),
    Mark(std::io::Error),
}

impl From<StateError> for Halt {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl<'a> Worker<'a> {
    fn new(order: Order<'a>, edges: Edges<'a>) -> Self {
        let Edges { lms, mail, store, mark, clock, random, watch } = edges;
        Self {
            order,
            lms,
            mail,
            mark,
            random,
            watch,
            ledger: Ledger::new(store, clock, run::number(order.plan)),
            desk: Desk::new(order),
            pacer: Pacer::new(order.timetable),
            tally: Tally::default(),
            marked_at: None,
            refused: Vec::new(),
        }
    }

    fn run(&mut self) -> Result<End, Halt> {
        self.open()?;
        self.watch.step(Step::Begin { total: self.order.plan.changes.len() });
        let mut end = self.place_again()?;
        if end == End::Done {
            end = self.directly()?;
        }
        if end == End::Done {
            end = self.by_hand()?;
        }
        if end == End::Done && self.pacer.left > 0 {
            end = End::Paused { left: self.pacer.left, until: self.pacer.next(self.ledger.now(), 1) };
        }
        self.watch.step(Step::End);
        self.close(&end)?;
        Ok(end)
    }

    /// What the program itself carries, group by group.
    fn directly(&mut self) -> Result<End, Halt> {
        let changes = self.order.plan.changes.iter();
        let own: Vec<&'a Change> = changes.filter(|change| !self.is_handed_over(change)).collect();
        if self.flows() {
            return self.flow(&own);
        }
        let (mut end, mut rest) = (End::Done, own.as_slice());
        while end == End::Done && !rest.is_empty() {
            let (group, left) = self.next_group(rest);
            rest = left;
            end = self.group(&group)?;
        }
        Ok(end)
    }

    /// The next few changes, as many as are due soon, and those behind them. A change whose letter has its place later is left
    /// for another run: nobody gets a password today whose letter goes tomorrow.
    fn next_group<'r>(&mut self, rest: &'r [&'a Change]) -> (Vec<&'a Change>, &'r [&'a Change]) {
        let most = GROUP.max(self.width());
        let mut room = self.pacer.room(self.ledger.now(), most);
        let (mut group, mut has_letters) = (Vec::with_capacity(most), false);
        for (index, &change) in rest.iter().enumerate() {
            let sends = sends_letter(change);
            if group.len() == most || (sends && room == 0 && has_letters) {
                return (group, rest.get(index..).unwrap_or_default());
            }
            if sends && room == 0 {
                self.pacer.left += 1;
                continue;
            }
            room -= usize::from(sends);
            has_letters |= sends;
            group.push(change);
        }
        (group, &[])
    }

    /// Prepares a group, then carries it out in waves. What was prepared and not begun is voided.
    fn group(&mut self, changes: &[&'a Change]) -> Result<End, Halt> {
        if self.watch.is_interrupted() {
            return Ok(End::Interrupted);
        }
        let mut left: VecDeque<Job<'a>> =
            changes.iter().zip(self.prepare(changes)).map(|(change, ready)| Job::new(change, ready)).collect();
        let mut end = self.verdict();
        while end == End::Done && !left.is_empty() {
            let (width, letters) = self.next_wave(&left);
            match if letters == 0 { Place::Now } else { self.wait_for_place(letters)? } {
                Place::Now => {}
                Place::Interrupted => {
                    end = End::Interrupted;
                    break;
                }
                Place::Later => {
                    self.pacer.left += left.iter().filter(|job| sends_letter(job.change)).count() as u64;
                    break;
                }
            }
            let mut wave: Vec<Job<'a>> = left.drain(..width).collect();
            self.wave(&mut wave)?;
            self.mark_again();
            end = self.verdict();
        }
        self.void(left.into_iter().filter_map(Job::into_ready).collect());
        Ok(end)
    }

    /// How many are next to be carried out together, and how many letters that are.
    fn next_wave(&self, left: &VecDeque<Job<'a>>) -> (usize, usize) {
        let (most, most_letters) = (self.width(), self.pacer.at_once(self.width()));
        let (mut width, mut letters) = (0, 0);
        for job in left.iter().take(most) {
            let sends = usize::from(sends_letter(job.change));
            if letters + sends > most_letters {
                break;
            }
            (width, letters) = (width + 1, letters + sends);
        }
        (width, letters)
    }

    /// Whether the run goes on.
    fn verdict(&self) -> End {
        match &self.tally.stopped {
            Some(reason) => End::Stopped(reason.clone()),
            None if self.watch.is_interrupted() => End::Interrupted,
            None => End::Done,
        }
    }

    pub(crate) fn finished(&mut self, change: &Change, result: Result<(), Failure>) {
        let words = match &result {
            Ok(()) => "done".to_owned(),
            Err(failure) => failure.to_string(),
        };
        self.watch.step(Step::Finished { caregiver: &change.caregiver, result: &words, is_done: result.is_ok() });
        self.tally.count(&change.caregiver, result, FAILURES_IN_A_ROW);
    }
}
