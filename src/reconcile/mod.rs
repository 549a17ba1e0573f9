//! Desired x Recorded x Observed -> Plan. Pure: no clock, no chance, no input or output; the same inputs give the same plan.
//!
//! One concern a file: who belongs where (`cohort`), what is due (`due`), what stops it (`stop`), corrections and
//! leavers (`update`), rosters and absence (`presence`), limits (`guard`). It does not read, write, show or carry
//! out anything.

mod canary;
mod check;
mod cohort;
mod decide;
mod draft;
mod drift;
mod due;
mod figures;
mod forgotten;
mod gone;
mod ground;
mod guard;
mod hand_over;
mod identity;
mod inputs;
mod join;
mod links;
mod lists;
mod notes;
mod paper;
mod presence;
mod rename;
mod shared;
mod stop;
mod update;
mod username;
mod words;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::model::capability::{LmsCapabilities, MailCapabilities};
use crate::model::fingerprint::Fingerprinter;
use crate::model::handover::HandOverNumber;
use crate::model::ids::CaregiverId;
use crate::model::observed::Observed;
use crate::model::recorded::Recorded;
use crate::plan::pace::Timetable;
use crate::plan::{GitInput, Narrowing, Outline, Plan};
use crate::rollout::Rollout;
use crate::roster::Roster;

pub use check::{check, expired_overrides, past_holds};
pub use cohort::cohort_of;
pub use drift::{behind, drift};
pub use identity::{address_fingerprint, identity_of, is_another, person_of};
pub use paper::is_on_paper;
pub use shared::sharers;

/// What the school wants: its rollout, over its roster.
#[derive(Clone, Copy, Debug)]
pub struct Desired<'a> {
    /// The cohorts and rules.
    pub rollout: &'a Rollout,
    /// The people.
    pub roster: &'a Roster,
}

/// Everything else that a plan depends on, handed in by the caller.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time of the plan.
    pub now: Timestamp,
    /// Takes fingerprints under the state's key.
    pub fingerprinter: &'a Fingerprinter,
    /// What the LMS driver can do.
    pub lms: LmsCapabilities,
    /// What the mail transport can do.
    pub mail: MailCapabilities,
    /// When letters may leave; `None` where they go to a folder.
    pub timetable: Option<&'a Timetable>,
    /// Whether letters of which nobody knows whether they went out are sent again at once.
    pub retry_unknown: bool,
    /// The state's place, for the header.
    pub state_path: &'a str,
    /// The number of the form in which the state is stored, for the header.
    pub state_schema: u32,
    /// SHA-256 of the letters, for the header.
    pub letters_sha256: &'a str,
    /// Where the rollout stands in version control, for the header.
    pub git: Option<&'a GitInput>,
    /// Whom the plan is for.
    pub narrowing: &'a Narrowing,
    /// The LMS in one phrase, for the header.
    pub lms_description: &'a str,
}

/// No plan can be made, because the record can't be trusted (exit code 5).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The LMS holds activations that the state does not know.
    #[error(
        "the LMS holds activations that this state does not know ({}): the state is older than the LMS, or another one",
        list(caregivers)
    )]
    MarkerNewer {
        /// Whose accounts.
        caregivers: Vec<CaregiverId>,
    },
    /// Everything that is recorded of somebody would go to a stranger.
    #[error(
        "rollout.yaml, line {line}: `moved` from `{from}` to `{to}`, and nothing of the one is as it was of the other: name, address \
         and children are all others. See whether `to` is mistyped; if they are one person all the same, say `firstbell state move \
         {from} {to} --because …` instead of this line"
    )]
    MovedToStranger {
        /// The id before.
        from: CaregiverId,
        /// The id that is said to be theirs now.
        to: CaregiverId,
        /// Where it stands in the rollout.
        line: u32,
    },
    /// What shows the LMS's accounts is older than the last word on what was imported into it.
    #[error(
        "the export of the LMS's users is from {exported}, but hand-over {number} was confirmed on {confirmed}: export the \
         users again"
    )]
    ExportOlder {
        /// When it was exported.
        exported: String,
        /// The hand-over confirmed last.
        number: HandOverNumber,
        /// When.
        confirmed: String,
    },
}

fn list(caregivers: &[CaregiverId]) -> String {
    let mut shown: Vec<&str> = caregivers.iter().take(5).map(CaregiverId::as_str).collect();
    let more = format!("and {} more", caregivers.len().saturating_sub(5));
    if caregivers.len() > 5 {
        shown.push(&more);
    }
    shown.join(", ")
}

/// Whom an LMS must be asked for that lists nobody by itself: each caregiver's id, usable address, and what the name of an
/// account of theirs would begin with.
pub fn ask_for(rollout: &Rollout, roster: &Roster) -> Vec<(String, Option<String>, Option<String>)> {
    let recipe = username::recipe(rollout);
    let one = |caregiver: crate::roster::Caregiver<'_>| {
        let email = caregiver.address().ok().map(str::to_owned);
        (caregiver.id().to_owned(), email, Some(username::beginning(&recipe, caregiver)))
    };
    roster.caregivers().map(one).collect()
}

/// Makes the plan.
pub fn reconcile(
    desired: Desired<'_>,
    recorded: &Recorded,
    observed: &Observed,
    context: &Context<'_>,
) -> Result<Plan, Refusal> {
    check::moves(desired, recorded, observed, context.fingerprinter)?;
    let marked = check::markers(recorded, observed)?;
    check::export_is_newer(desired.rollout, recorded, observed, context)?;
    let recorded = &*forgotten::remember(desired, recorded, observed, context.fingerprinter);
    let ground = ground::Ground::new(desired, recorded, ground::Sighting { observed, marked }, context);
    let cases = decide::Cases::new(&ground);
    let openness = cohort::openness(&ground, &cases);
    Ok(lists::plan(&ground, &cases, &openness))
}

/// Makes the plan's outline: the same as [`Plan::outline`], without writing a million changes down.
pub fn outline(
    desired: Desired<'_>,
    recorded: &Recorded,
    observed: &Observed,
    context: &Context<'_>,
) -> Result<Outline, Refusal> {
    if !context.narrowing.is_everybody() {
        return reconcile(desired, recorded, observed, context).map(|plan| plan.outline());
    }
    check::moves(desired, recorded, observed, context.fingerprinter)?;
    let marked = check::markers(recorded, observed)?;
    check::export_is_newer(desired.rollout, recorded, observed, context)?;
    let recorded = &*forgotten::remember(desired, recorded, observed, context.fingerprinter);
    let ground = ground::Ground::new(desired, recorded, ground::Sighting { observed, marked }, context);
    let cases = decide::Cases::new(&ground);
    let openness = cohort::openness(&ground, &cases);
    Ok(figures::outline(&ground, &cases, &openness))
}
