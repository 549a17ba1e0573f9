//! `firstbell explain`: one page about one caregiver, for the help desk. Never the password.

use crate::edge::{PersonRecord, StateStore};
use crate::model::ids::CaregiverId;
use crate::report::{self, Explained};
use crate::rollout::{Leavers, LmsSettings, Moved};

use super::doors;
use super::exit::Exit;
use super::looking;
use super::project::{self, Scope};
use super::session::Session;
use super::trouble::Trouble;
use super::who;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The caregiver's id in the SMS; or their email address, or their name, where only one has it
    #[arg(value_name = "ID")]
    who: String,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let (loaded, mut state) = project::load_to_look(session)?;
    let moved = &loaded.rollout.moved;
    let is_known =
        |id: &CaregiverId| state.recorded.histories.contains_key(id) || moved.iter().any(|line| line.to == *id);
    let asked = CaregiverId::new(args.who.trim());
    let now = loaded.roster.caregiver(asked.as_str()).is_none().then(|| moved_to(moved, &asked)).flatten();
    let id = now.map_or_else(|| who::find(&loaded.roster, is_known, &args.who), |to| Ok(to.clone()))?;
    let mut lms = looking::in_order(&loaded, &mut state, doors::lms_reader(session, &loaded.rollout)?)?;
    let plan =
        project::make_plan(session, &loaded, &state.recorded, &state.fingerprinter, &mut *lms, &Scope::default())?;
    let caregiver = loaded.roster.caregiver(id.as_str());
    // While a `moved:` line is not followed by record or LMS, what they know stands under the id before.
    let former = moved.iter().find(|line| line.to == id).map(|line| line.from.clone());
    let former = former.unwrap_or_else(|| id.clone());
    let is_recorded = state.recorded.histories.contains_key(&id);
    let recorded_id = if is_recorded { &id } else { &former };
    let history = state.recorded.histories.get(recorded_id);
    let mut accounts = lms.observe_one(&id)?;
    if accounts.is_empty() {
        accounts = lms.observe_one(&former)?;
    }
    let record = state.store.as_mut().map_or_else(|| Ok(PersonRecord::default()), |store| store.person(recorded_id))?;
    let is_forgotten =
        |id: &CaregiverId| state.recorded.forgotten.contains_key(&state.fingerprinter.of_forgotten(id.as_str()));
    let explained = Explained {
        id: &id,
        asked_as: now.map(|_| &asked),
        plan: &plan,
        person: caregiver.map(|found| crate::reconcile::person_of(found, &loaded.rollout)),
        history,
        accounts: &accounts,
        record: &record,
        cohort: project::cohort_of(&loaded, id.as_str()),
        is_forgotten: is_forgotten(&id) || is_forgotten(&former),
        leavers_are_disabled: loaded.rollout.leavers == Leavers::Disable && lms.capabilities().can_disable,
        forgotten_page: match &loaded.rollout.lms {
            LmsSettings::Moodle(moodle) => {
                Some(format!("{}/login/forgot_password.php", moodle.url.trim_end_matches('/')))
            }
            LmsSettings::Sandbox { .. } | LmsSettings::Ultranet(_) => None,
        },
    };
    let text = report::explain(&explained, &session.screen.view(false));
    session.screen.answer(&text);
    Ok(Exit::Done)
}

/// The id that somebody has now by a `moved:` line; `None` where none is about this one.
fn moved_to<'a>(moved: &'a [Moved], asked: &CaregiverId) -> Option<&'a CaregiverId> {
    moved.iter().find(|line| line.from == *asked).map(|line| &line.to)
}
