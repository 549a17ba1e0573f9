//! A wave: a few caregivers next to each other in the plan, carried out together so that they share their commits.
//!
//! ```text
//! commit: all are about to be set -> the LMS sets them -> commit: they are set, the letters are about to go -> the letters go
//!                                            (where it must: links parents with children)
//! ```
//!
//! What became of the letters is durable with the next commit. So there are two commits a wave, however wide it is, and after a
//! crash no more caregivers are in doubt than the driver sets passwords, or the transport hands over letters, at once. With
//! both at one at a time a wave is a single caregiver. It decides nothing: a caregiver's acts are done in the plan's order,
//! and the first that fails is their last.

use crate::model::activation::Channel;
use crate::model::entry::{Entry, LetterSubject, Subject};
use crate::model::ids::Username;
use crate::plan::{Act, Change};

use super::activate::which;
use super::desk::{Fresh, Ready, ReadyLetter};
use super::settle::Settling;
use super::{Failure, Halt, Worker};

/// One caregiver in a wave.
pub(crate) struct Job<'a> {
    pub(crate) change: &'a Change,
    ready: Option<Ready>,
    /// The acts that are still to be done.
    left: &'a [Act],
    /// The password that is to be set now.
    pub(crate) wanted: Option<Wish>,
    /// The letter that is to go now.
    pub(crate) letter: Option<(Subject, ReadyLetter)>,
    /// The account whose password that letter tells.
    pub(crate) username: Option<Username>,
    /// The letter on paper that is ready once all else is done.
    pub(crate) page: Option<LetterSubject>,
    pub(crate) failure: Option<Failure>,
}

/// A password that is to be set.
pub(crate) struct Wish {
    pub(crate) fresh: Box<Fresh>,
    /// Whether that makes the account.
    pub(crate) is_create: bool,
    /// Whether it may stand already, by an attempt of which nobody knows: a refusal of this one says nothing about that one.
    pub(crate) may_stand: bool,
}

impl<'a> Job<'a> {
    pub(crate) fn new(change: &'a Change, ready: Option<Ready>) -> Self {
        Self {
            change,
            ready,
            left: &change.acts,
            wanted: None,
            letter: None,
            username: None,
            page: None,
            failure: None,
        }
    }

    /// The password stands: the letter may go, unless it stays sealed until it is printed.
    pub(crate) fn is_set(&mut self, fresh: Fresh) {
        self.username = Some(fresh.username);
        if self.change.channel() == Channel::Mail {
            self.letter = Some((fresh.subject, fresh.letter));
        } else {
            self.page = Some(which(&fresh.subject, &fresh.letter));
        }
    }

    /// What was prepared for somebody whose turn has not come.
    pub(crate) fn into_ready(self) -> Option<Ready> {
        self.ready
    }

    /// What is next to be done for them, unless they have failed.
    fn next(&mut self) -> Option<&'a Act> {
        if self.failure.is_some() {
            return None;
        }
        let (act, left) = self.left.split_first()?;
        self.left = left;
        Some(act)
    }

    fn hold(&mut self, result: Result<(), Failure>) {
        self.failure = result.err();
    }
}

impl Worker<'_> {
    /// How many caregivers a wave has at most.
    pub(crate) fn width(&self) -> usize {
        self.lms.capabilities().batch.max(self.mail.capabilities().sessions).max(1)
    }

    /// Carries out one wave to its end.
    pub(crate) fn wave(&mut self, jobs: &mut [Job<'_>]) -> Result<(), Halt> {
        for job in &mut *jobs {
            self.until_effect(job)?;
        }
        self.set_passwords(jobs)?;
        self.link_children(jobs)?;
        self.ready_pages(jobs);
        self.send_letters(jobs)?;
        for job in jobs {
            self.until_effect(job)?;
            let result = job.failure.take().map_or(Ok(()), Err);
            self.finished(job.change, result);
        }
        Ok(())
    }

    /// What is left of letters on paper is a person's work.
    pub(crate) fn ready_pages(&mut self, jobs: &mut [Job<'_>]) {
        for page in jobs.iter_mut().filter_map(|job| job.page.take()) {
            self.ledger.note(Entry::PageReady(page));
            self.tally.written += 1;
        }
    }

    /// Does what touches one caregiver alone, up to a password or a letter, of which a change has at most one.
    pub(crate) fn until_effect(&mut self, job: &mut Job<'_>) -> Result<(), Halt> {
        while let Some(act) = job.next() {
            match act {
                Act::Create { .. } | Act::Reset { .. } => {
                    match job.ready.take() {
                        Some(Ready::Fresh(fresh)) => {
                            let is_create = matches!(act, Act::Create { .. });
                            job.wanted = Some(Wish { fresh, is_create, may_stand: false });
                        }
                        Some(Ready::Failed(failure)) => job.failure = Some(failure),
                        None => job.failure = Some(Failure::here("it was not prepared")),
                    }
                    return Ok(());
                }
                Act::Settle { .. } => return self.settle(job, act),
                Act::Email { activation, source, .. } => {
                    match self.unseal(job.change, *activation, *source)? {
                        Ok(fresh) => job.is_set(fresh),
                        Err(failure) => job.failure = Some(failure),
                    }
                    return Ok(());
                }
                Act::Update { .. } | Act::Withdraw { .. } => {
                    let result = self.correct(job.change, act);
                    job.hold(result);
                }
                Act::Adopt { .. } => self.adopt(job.change, act),
            }
        }
        Ok(())
    }

    fn settle(&mut self, job: &mut Job<'_>, act: &Act) -> Result<(), Halt> {
        match self.look_again(job.change, act)? {
            Ok(Settling::Stands(fresh)) => job.is_set(*fresh),
            Ok(Settling::ToSet(wish)) => job.wanted = Some(wish),
            Err(failure) => job.failure = Some(failure),
        }
        Ok(())
    }
}
