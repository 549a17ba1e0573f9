//! Between the two effects, where the LMS needs it: links the caregivers of a wave with their permitted children. Doing it again
//! changes nothing, so it needs no announcing commit; where it fails the letter waits, and the next run links again.

use crate::edge::Links;
use crate::model::entry::Entry;
use crate::model::outcome::Outcome;

use super::wave::Job;
use super::{Failure, Halt, Worker};

const ATTEMPT: &str = "the password is set, and the letter waits: linking the children";

impl Worker<'_> {
    /// Links all of a wave who have a letter to get. That their passwords are set is made durable first: linking takes a while.
    pub(crate) fn link_children(&mut self, jobs: &mut [Job<'_>]) -> Result<(), Halt> {
        if !self.lms.capabilities().can_link {
            return Ok(());
        }
        let mut due: Vec<&mut Job<'_>> =
            jobs.iter_mut().filter(|job| job.letter.is_some() || job.page.is_some()).collect();
        if due.is_empty() {
            return Ok(());
        }
        self.ledger.flush()?;
        let links: Vec<Links<'_>> = due.iter().filter_map(|job| links(job)).collect();
        let mut outcomes = self.lms.link_all(&links);
        outcomes.resize_with(due.len(), || Outcome::Unknown("the driver gave no answer".to_owned()));
        for (job, outcome) in due.iter_mut().zip(outcomes) {
            let failure = match outcome {
                Outcome::Done(()) => continue,
                Outcome::Refused(refusal) => Failure::refused(ATTEMPT, &refusal),
                // Done again without harm, so nothing is in doubt.
                Outcome::Unknown(detail) => Failure::passing(ATTEMPT, &detail),
            };
            let (caregiver, reason) = (job.change.caregiver.clone(), "linking the children failed".to_owned());
            self.ledger.note_effect(Entry::EffectFailed { caregiver, reason });
            (job.letter, job.page) = (None, None);
            job.failure = Some(failure);
        }
        Ok(())
    }
}

fn links<'j>(job: &'j Job<'_>) -> Option<Links<'j>> {
    let username = job.username.as_ref()?;
    let link = job.change.person.children.iter().map(|child| &child.id).collect();
    Some(Links { caregiver: &job.change.known_as, username, link, unlink: Vec::new() })
}
