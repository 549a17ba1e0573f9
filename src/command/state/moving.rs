//! `firstbell state move`: the same as a `moved:` line of the rollout, for where nobody wants to wait for a plan.

use crate::model::entry::Entry;
use crate::model::ids::CaregiverId;
use crate::model::recorded::History;
use crate::roster::judge_id;

use super::super::exit::Exit;
use super::super::project;
use super::super::record::{next_run, reason, record};
use super::super::session::Session;
use super::super::trouble::Trouble;
use super::super::writing::Writing;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The id that they had
    from: String,
    /// The id that they have now
    to: String,
    /// Why it is the same person; kept in the record
    #[arg(long, value_name = "TEXT")]
    because: String,
}

/// Runs it.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let because = reason(&args.because)?;
    let loaded = project::load(session)?;
    let mut state = Writing::open(session, &loaded.rollout)?;
    let (from, to) = (CaregiverId::new(args.from.trim()), CaregiverId::new(args.to.trim()));
    let refuse = |what: String| Err(Trouble::new(Exit::Usage, format!("{what}; nothing was recorded")));
    if from == to || judge_id(to.as_str(), "").is_err() {
        return refuse("the second id must be another one, and one that a caregiver can have".to_owned());
    }
    let (shown_from, shown_to) = (session.screen.personal.id(&from), session.screen.personal.id(&to));
    if !state.recorded.histories.contains_key(from.as_str()) {
        return refuse(format!("nothing is recorded of {shown_from}"));
    }
    let hash = state.fingerprinter.of_forgotten(to.as_str());
    let has_begun = state.recorded.histories.get(to.as_str()).is_some_and(History::is_begun);
    if has_begun || state.recorded.forgotten.contains_key(&hash) {
        return refuse(format!("something was done for {shown_to} already, so it is not the same person's new id"));
    }
    if loaded.roster.caregiver(from.as_str()).is_some() {
        return refuse(format!("the roster still has {shown_from}, so that id has not become another"));
    }
    let run = next_run(&state);
    let line = format!("moved: [{{from: {shown_from}, to: {shown_to}, because: …}}]");
    let moved = Entry::Moved { from, to, because };
    record(session, &mut state, (run, "state move"), vec![moved])?;
    session.screen.answer(&format!(
        "All that was recorded of {shown_from} is now recorded of {shown_to}.\nTheir account in the LMS carries the id before until \
         somebody gives it the new one there; as long as it does, `{line}` in rollout.yaml says whose it is.\n"
    ));
    Ok(Exit::Done)
}
