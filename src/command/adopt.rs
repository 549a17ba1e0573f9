//! `firstbell adopt`: the school's hand-kept record becomes ours. These were activated already, and are never reset.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use crate::model::entry::{Adopted, Entry, Subject};
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId};
use crate::model::observed::Observed;
use crate::model::recorded::Identity;
use crate::reconcile::{identity_of, is_another};
use crate::roster::judge_id;

use super::doors;
use super::exit::Exit;
use super::hand_kept::{self, Before};
use super::project::{self, Loaded};
use super::record::record_next;
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;

/// So many ids that the roster does not have are named.
const LISTED: usize = 20;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The caregivers' ids in the SMS
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    ids: Vec<String>,
    /// A CSV file instead of ids, with the headings caregiver-id or email (or the roster's own), and date if it is known
    #[arg(long, value_name = "CSV")]
    file: Option<Utf8PathBuf>,
    /// Why they count as having access; kept in the record
    #[arg(long, value_name = "TEXT")]
    because: String,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    if args.because.trim().is_empty() {
        return Err(Trouble::new(Exit::Usage, "`--because` must say why they count as activated"));
    }
    let loaded = project::load(session)?;
    let named = match &args.file {
        Some(path) => hand_kept::read(path, &loaded, session.clock.now())?,
        None => from_ids(&args.ids)?,
    };
    let mut state = Writing::open(session, &loaded.rollout)?;
    let ask = project::ask(&loaded, &state.recorded);
    let observed = doors::lms_reader(session, &loaded.rollout)?.observe(&ask)?;
    let (known, fresh): (Vec<Before>, Vec<Before>) =
        named.into_values().partition(|one| is_done(&state, &one.caregiver));
    let is_stranger = |one: &&Before| loaded.roster.caregiver(one.caregiver.as_str()).is_none();
    let strangers: Vec<String> =
        fresh.iter().filter(is_stranger).map(|one| session.screen.personal.unknown_id(&one.caregiver)).collect();
    let mut entries = entries(session, &loaded, &state, &observed, &fresh, &args.because);
    // A list of those who were activated says nothing of who they are now.
    let asked = known.iter().filter(|_| args.file.is_none());
    let still: Vec<(String, Entry)> = asked
        .filter_map(|one| {
            let entry = still_they(&loaded, &state, &one.caregiver, &args.because)?;
            Some((session.screen.personal.id(&one.caregiver), entry))
        })
        .collect();
    let (still, same): (Vec<String>, Vec<Entry>) = still.into_iter().unzip();
    entries.extend(same);
    if !entries.is_empty() {
        record_next(session, &mut state, "adopt", entries)?;
    }
    session.screen.answer(&said(fresh.len(), known.len(), &still, &strangers));
    Ok(Exit::Done)
}

fn is_done(state: &Writing, caregiver: &CaregiverId) -> bool {
    use crate::model::activation::ActivationStage::{Prepared, Refused, Voided};
    let history = state.recorded.histories.get(caregiver);
    history.is_some_and(|history| !matches!(history.stage, Prepared | Refused | Voided) || history.number.0 > 1)
}

/// Somebody who is held because the roster has another name, address and children: the school says that they are the same person.
fn still_they(loaded: &Loaded, state: &Writing, caregiver: &CaregiverId, because: &str) -> Option<Entry> {
    let history = state.recorded.histories.get(caregiver)?;
    let now = loaded.roster.caregiver(caregiver.as_str())?;
    is_another(now, &history.identity, &state.fingerprinter).then(|| Entry::Identified {
        caregiver: caregiver.clone(),
        because: Some(because.to_owned()),
        identity: identity_of(now, &loaded.rollout, &state.fingerprinter),
    })
}

fn entries(
    session: &Session<'_>,
    loaded: &Loaded,
    state: &Writing,
    observed: &Observed,
    fresh: &[Before],
    because: &str,
) -> Vec<Entry> {
    let mut random = (session.random)();
    let entry = |one: &Before| {
        let caregiver = loaded.roster.caregiver(one.caregiver.as_str());
        let marker = observed.of_caregiver(one.caregiver.as_str()).find_map(|account| account.view().marker);
        Entry::Adopted(Adopted {
            subject: Subject { caregiver: one.caregiver.clone(), activation: counts_as(state, &one.caregiver) },
            key: marker.unwrap_or_else(|| ActivationKey(random.id())),
            cohort: None,
            since: one.since,
            because: because.to_owned(),
            identity: caregiver
                .map_or_else(Identity::default, |found| identity_of(found, &loaded.rollout, &state.fingerprinter)),
        })
    };
    fresh.iter().map(entry).collect()
}

/// The first, or for somebody forgotten the last that gave them access: a lower one could be given out a second time.
fn counts_as(state: &Writing, caregiver: &CaregiverId) -> ActivationNumber {
    let hash = state.fingerprinter.of_forgotten(caregiver.as_str());
    state.recorded.forgotten.get(&hash).map_or(ActivationNumber::FIRST, |forgotten| forgotten.number)
}

fn said(fresh: usize, known: usize, still: &[String], strangers: &[String]) -> String {
    use std::fmt::Write as _;
    let mut text = match fresh {
        0 => "Nobody new to record.\n".to_owned(),
        many => format!("{many} recorded as active already; never reset again by itself.\n"),
    };
    if !still.is_empty() {
        let _ = writeln!(
            text,
            "Known from now on by the name, address and children that the roster has: {}.",
            still.join(", ")
        );
    }
    match known - still.len() {
        0 => {}
        1 => text.push_str("1 was recorded before; nothing changed for them.\n"),
        many => {
            let _ = writeln!(text, "{many} were recorded before; nothing changed for them.");
        }
    }
    if !strangers.is_empty() {
        let more = if strangers.len() > LISTED { ", …" } else { "" };
        let listed = strangers.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            text,
            "Not in the roster, and recorded all the same by the id: {} ({listed}{more}).
\
             Where that is a typing error, adopt the right id too: it is not spared yet.",
            strangers.len()
        );
    }
    text
}

fn from_ids(ids: &[String]) -> Result<BTreeMap<CaregiverId, Before>, Trouble> {
    let mut found = BTreeMap::new();
    for id in ids.iter().map(|id| id.trim()) {
        if id.is_empty() || judge_id(id, "").is_err() {
            let shown: String = id.chars().take(60).collect();
            return Err(Trouble::new(
                Exit::Usage,
                format!("{shown:?} can't be the id of a caregiver; nothing was recorded"),
            ));
        }
        let caregiver = CaregiverId::new(id);
        found.insert(caregiver.clone(), Before { caregiver, since: None });
    }
    Ok(found)
}
