//! `firstbell state forget`: who somebody was goes, that they had access stays. Letters in the outbox and the log of the mail
//! server are not reached from here.

use crate::model::activation::{ActivationStage, Channel, LetterStage};
use crate::model::entry::Entry;
use crate::model::ids::{ActivationNumber, CaregiverId};
use crate::model::recorded::History;

use super::super::exit::Exit;
use super::super::project;
use super::super::record::{next_run, reason, record};
use super::super::session::Session;
use super::super::trouble::Trouble;
use super::super::writing::Writing;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The caregiver's id in the SMS
    id: String,
    /// Why; kept in the record, so name a ticket and not the person
    #[arg(long, value_name = "TEXT")]
    because: String,
}

/// Runs it.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let because = reason(&args.because)?;
    let rollout = project::load_rollout(session)?;
    let mut state = Writing::open(session, &rollout)?;
    let caregiver = CaregiverId::new(args.id.trim());
    let shown = session.screen.personal.id(&caregiver);
    let history = state.recorded.histories.get(caregiver.as_str());
    if history.is_none() && !state.recorded.presence.contains_key(caregiver.as_str()) {
        return Err(Trouble::new(Exit::Usage, format!("nothing is recorded of {shown}")));
    }
    let presence = state.recorded.presence.get(caregiver.as_str());
    let is_gone = presence.is_some_and(|presence| presence.absent_since.is_some());
    let is_unsent = history.is_some_and(|history| is_gone && has_open_letter(history));
    if let Some(open) = history.and_then(|history| what_is_open(history, is_gone)) {
        return Err(Trouble::new(Exit::Error, format!("{shown} can't be forgotten yet: {open}; nothing was erased")));
    }
    let number = history.and_then(last_given);
    let run = next_run(&state);
    let former = state.store(session)?.0.former_ids(&caregiver)?;
    let hash = |id: &CaregiverId| state.fingerprinter.of_forgotten(id.as_str());
    let hashes = std::iter::once(&caregiver).chain(&former).map(hash).collect();
    let entry = Entry::Forgotten { caregiver, hashes, number, because };
    record(session, &mut state, (run, "state forget"), vec![entry])?;
    session.screen.answer(&format!("{}\n", said(&shown, number.is_some(), is_unsent)));
    Ok(Exit::Done)
}

/// What must be settled first: forgotten, it could never be. Somebody who is gone gets no letter any more, so none is waited for.
fn what_is_open(history: &History, is_gone: bool) -> Option<&'static str> {
    use ActivationStage::{HandedOver, ResetUnknown, Set, Setting};
    match history.stage {
        Setting => Some("a reset of theirs is under way; `firstbell apply` settles it"),
        ResetUnknown => Some("nobody knows whether their password was set; `firstbell resolve` says so"),
        HandedOver => Some("a hand-over of theirs waits for its confirmation"),
        Set if is_in_a_file(history) || has_open_letter(history) && is_page_open(history) && !is_gone => Some(
            "their page is not out: `firstbell letters --cohort NAME` makes the file of pages, then say `--printed` or \
             `--not-printed`",
        ),
        Set if has_open_letter(history) && !is_gone => {
            Some("their letter has not gone out; `firstbell apply` sends it")
        }
        _ => None,
    }
}

/// Whether their password is set, and its letter has not gone out.
fn has_open_letter(history: &History) -> bool {
    let is_sent = history.letter.as_ref().is_some_and(|letter| letter.stage == LetterStage::Sent);
    history.stage == ActivationStage::Set && history.has_secret && !is_sent
}

/// Whether their page lies in a file of which nobody has said whether it was printed.
fn is_in_a_file(history: &History) -> bool {
    is_page_open(history) && history.letter.as_ref().is_some_and(|page| page.stage == LetterStage::Sending)
}

fn is_page_open(history: &History) -> bool {
    let page = history.letter.as_ref().filter(|letter| letter.channel == Channel::Paper);
    page.is_some_and(|page| page.stage != LetterStage::Sent)
}

/// The last activation that gave access.
fn last_given(history: &History) -> Option<ActivationNumber> {
    let given = match history.stage {
        ActivationStage::Prepared | ActivationStage::Refused | ActivationStage::Voided => {
            history.number.0.saturating_sub(1)
        }
        _ => history.number.0,
    };
    (given > 0).then_some(ActivationNumber(given))
}

fn said(shown: &str, had_access: bool, is_unsent: bool) -> String {
    let what = if is_unsent {
        "No letter goes out to them any more. That a password was set for them stays under a keyed hash: if the id turns \
         up again, they are not reset."
    } else if had_access {
        "That they had access stays under a keyed hash: if the id turns up again, they are not reset."
    } else {
        "They never had access."
    };
    format!(
        "{shown} is forgotten. {what}\n\
         Backups of the state, the files of the outbox, the roster and the LMS are not reached from here."
    )
}
