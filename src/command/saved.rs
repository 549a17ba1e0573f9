//! Saved plans: writing one for review, and holding one against the present before it is applied.
//!
//! What was reviewed is what is applied: a change whose roster row, record or account is another than at the review is stale.
//! Last night's new export alone is no reason to refuse.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::files;
use crate::model::activation::{ActivationStage, Channel, LetterStage};
use crate::model::fingerprint::Fingerprinter;
use crate::model::ids::CaregiverId;
use crate::model::moment;
use crate::model::recorded::{History, Recorded};
use crate::plan::saved::{self, SavedChange, SavedPlan, Stamp};
use crate::plan::{Act, Change, LetterSource, Plan};
use crate::report::{self, Personal, View};

use super::exit::Exit;
use super::mark;
use super::output;
use super::project::Loaded;
use super::session::Session;
use super::trouble::Trouble;

/// Larger files are no plans.
const LARGEST: u64 = 512 << 20;
/// How far another machine's clock may be ahead.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Writes the plan to a file. It holds no names, addresses or passwords, whatever the flags.
pub(super) fn write(
    session: &Session<'_>,
    plan: &Plan,
    fingerprinter: &Fingerprinter,
    path: &Utf8Path,
    lives: SignedDuration,
) -> Result<SavedPlan, Trouble> {
    let view = View { personal: Personal::None, colour: false, width: None, summary_only: false };
    let Value::Object(document) = report::json(plan, &view, &[]) else {
        return Err(Trouble::new(Exit::Error, "the plan could not be written as JSON"));
    };
    let now = session.clock.now();
    let stamp = Stamp {
        plan_id: format!("{:032x}", (session.random)().id()),
        created_at: now,
        expires_at: now.checked_add(lives).map_err(|_| Trouble::new(Exit::Usage, "the plan would live too long"))?,
    };
    let text = format!("{:#}\n", saved::seal(document, plan, &stamp, fingerprinter));
    output::check(path, "a saved plan", is_saved_plan)?;
    not_the_projects_own(session, plan, path)?;
    files::replace(path, text.as_bytes())
        .map_err(|error| Trouble::file(format!("writing the plan to `{path}`"), error))?;
    saved::open(text.as_bytes()).map_err(|error| Trouble::new(Exit::Error, format!("`{path}`: {error}")))
}

/// A plan in the place of the lock, or of the state to be, would be taken for that.
fn not_the_projects_own(session: &Session<'_>, plan: &Plan, path: &Utf8Path) -> Result<(), Trouble> {
    if path == "-" {
        return Err(Trouble::new(Exit::Usage, "a plan is saved to a file; `--format json` alone prints it"));
    }
    let real = |path: &Utf8Path| {
        let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
        Some(files::canonical(folder).ok()?.join(path.file_name()?))
    };
    let own = [mark::rollout_lock_path(session), session.path(&plan.inputs.state.path)];
    if real(path).is_some() && own.iter().any(|own| real(own) == real(path)) {
        let what = format!(
            "`{path}` is the place of the project's own record: name another file for the plan; nothing was written"
        );
        return Err(Trouble::new(Exit::Usage, what));
    }
    Ok(())
}

/// Whether it is one, though its day may be over.
fn is_saved_plan(bytes: &[u8]) -> bool {
    let document: Option<Value> = serde_json::from_slice(bytes).ok();
    document.is_some_and(|document| document.get("plan_id").is_some() && document.get("mac").is_some())
}

/// Reads a saved plan; a link, a folder or a huge file is none.
pub(super) fn read(path: &Utf8Path) -> Result<SavedPlan, Trouble> {
    let refused = |what: &str| Trouble::new(Exit::BadInput, format!("`{path}` {what}; nothing was done"));
    let kind = files::kind(path).map_err(|error| Trouble::new(Exit::BadInput, format!("{error}; nothing was done")))?;
    match kind {
        files::Kind::Link => return Err(refused("is a link: name the plan file itself")),
        files::Kind::File(size) if size > LARGEST => return Err(refused("is too large for a plan")),
        files::Kind::File(_) => {}
        files::Kind::Other => return Err(refused("is no file")),
    }
    let bytes =
        files::read(path).map_err(|error| Trouble::new(Exit::BadInput, format!("{error}; nothing was done")))?;
    saved::open(&bytes).map_err(|error| {
        let exit = if error == saved::SavedError::Edited { Exit::Stale } else { Exit::BadInput };
        Trouble::new(exit, format!("`{path}` can't be used: {error}; nothing was done"))
    })
}

/// What a saved plan comes to now.
pub(super) struct Standing {
    /// Those for whom what was reviewed still holds, or was begun and is to be finished.
    pub(super) holds: BTreeSet<CaregiverId>,
    /// Changes that are done.
    pub(super) done: usize,
    /// Those for whom it does not hold any more, and why.
    pub(super) stale: Vec<(String, &'static str)>,
}

impl Standing {
    /// Whether the plan asked for something and all of it is done.
    pub(super) fn is_all_done(&self) -> bool {
        self.done > 0 && self.holds.is_empty() && self.stale.is_empty()
    }
}

/// The reasons for which a saved plan as a whole can't be applied: other state, other rollout, other letters, too old.
pub(super) fn check(
    saved: &SavedPlan,
    loaded: &Loaded,
    fingerprinter: &Fingerprinter,
    lineage: Option<&str>,
    is_resumed: bool,
    now: Timestamp,
) -> Result<(), Trouble> {
    let stale =
        |what: String| Err(Trouble::new(Exit::Stale, format!("the plan can't be applied: {what}; nothing was done")));
    if !saved.is_ours(fingerprinter) {
        return stale("it was not made with this state's key, or it was edited".to_owned());
    }
    if saved.inputs.state.lineage.as_deref() != lineage {
        return stale("it was made for another state".to_owned());
    }
    if saved.inputs.rollout.sha256 != loaded.rollout.sha256 {
        return stale("rollout.yaml has changed since".to_owned());
    }
    if saved.inputs.letters.sha256 != loaded.letters.sha256() {
        return stale("the letters have changed since".to_owned());
    }
    if is_resumed {
        return Ok(());
    }
    let zone = &loaded.rollout.timezone;
    if now >= saved.expires_at {
        return stale(format!("it expired at {}", moment::local(saved.expires_at, zone)));
    }
    if now + CLOCK_SKEW < saved.created_at {
        return stale(format!(
            "it was made at {}, which is yet to come: is this machine's clock right?",
            moment::local(saved.created_at, zone)
        ));
    }
    Ok(())
}

/// Holds each change of a saved plan against the plan as it would be made now.
pub(super) fn stand(saved: &SavedPlan, now: &Plan, recorded: &Recorded, fingerprinter: &Fingerprinter) -> Standing {
    let current: BTreeMap<String, &Change> =
        now.changes.iter().map(|change| (saved::subject(&change.caregiver, fingerprinter), change)).collect();
    let mut standing = Standing { holds: BTreeSet::new(), done: 0, stale: Vec::new() };
    let mut active = None;
    for one in &saved.changes {
        match current.get(&one.subject) {
            Some(change) if still_holds(one, change, fingerprinter) => {
                standing.holds.insert(change.caregiver.clone());
            }
            Some(_) => standing
                .stale
                .push((one.caregiver.clone(), "the roster, the record or the account says something else now")),
            None => {
                let known = active.get_or_insert_with(|| active_subjects(recorded, fingerprinter));
                let is_held =
                    || now.held.iter().any(|held| saved::subject(&held.caregiver, fingerprinter) == one.subject);
                if is_done(one, known.get(&one.subject).copied()) && (one.activation.is_some() || !is_held()) {
                    standing.done += 1;
                } else {
                    standing.stale.push((one.caregiver.clone(), "nothing is due for them now, or they are held"));
                }
            }
        }
    }
    standing
}

/// The same change as reviewed, or the end of one that was begun: its letter, its unsettled password. A letter to another address
/// or about other children than the sealed one was reviewed by nobody, nor was a correction that comes with it.
fn still_holds(saved: &SavedChange, change: &Change, fingerprinter: &Fingerprinter) -> bool {
    use LetterSource::Sealed;
    let finishes = matches!(
        change.acts[..],
        [Act::Settle { activation, source: Sealed(_), .. } | Act::Email { activation, source: Sealed(_), .. }]
            if Some(activation.0) == saved.activation
    );
    finishes || saved::precondition(change, fingerprinter) == saved.precondition
}

/// The last activation of everybody for whom nothing is left to an apply, by the keyed hash of their id.
fn active_subjects(recorded: &Recorded, fingerprinter: &Fingerprinter) -> BTreeMap<String, u32> {
    let is_for_people = |history: &History| {
        let page = history.letter.as_ref().filter(|letter| letter.channel == Channel::Paper);
        let waits_for_printer =
            page.is_some_and(|page| matches!(page.stage, LetterStage::ToPrint | LetterStage::Sending));
        history.stage == ActivationStage::HandedOver || history.stage == ActivationStage::Set && waits_for_printer
    };
    let active = recorded.histories.iter().filter(|(_, history)| history.is_active() || is_for_people(history));
    active.map(|(id, history)| (saved::subject(&CaregiverId::new(id), fingerprinter), history.number.0)).collect()
}

/// An activation is done when it, or a later one, is active, or waits for a person to print or import it; a correction when none is
/// due any more.
fn is_done(saved: &SavedChange, active: Option<u32>) -> bool {
    match saved.activation {
        Some(activation) => active.is_some_and(|last| last >= activation),
        None => true,
    }
}
