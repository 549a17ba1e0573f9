//! Opens what a project holds: rollout, roster, letters, state, LMS. Everything that is wrong with the documents is said in
//! one go, not one by one.

use std::collections::{BTreeSet, HashSet};

use camino::{Utf8Path, Utf8PathBuf};

use jiff::civil::Date;

use crate::both::both;
use crate::diagnostic::Diagnostics;
use crate::edge::{Ask, Asked, LmsRead, StateError, StateStore};
use crate::files;
use crate::letter::{self, Letters};
use crate::model::fingerprint::Fingerprinter;
use crate::model::ids::{CaregiverId, StudentId};
use crate::model::observed::Observed;
use crate::model::recorded::Recorded;
use crate::model::secret::SealingKey;
use crate::plan::pace::Timetable;
use crate::plan::{GitInput, Narrowing, Outline, Plan};
use crate::reconcile::{self, Context, Desired, Refusal};
use crate::rollout::{self, LmsSettings, NoEmail, Rollout, RosterWords};
use crate::roster::{self, Caregiver, Child, Roster};
use crate::state::record::{Access, Held, Place, Store};
use crate::state::sqlite;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;
use super::{clock, doors, key, mark, place};

/// What the school wants, loaded.
pub(super) struct Loaded {
    pub(super) rollout: Rollout,
    pub(super) roster: Roster,
    pub(super) letters: Letters,
}

/// The rollout alone.
pub(super) fn load_rollout(session: &mut Session<'_>) -> Result<Rollout, Trouble> {
    let (rollout, warnings) = rollout::read(&session.path("rollout.yaml"))?;
    session.screen.problems(&warnings);
    Ok(rollout)
}

/// Rollout, roster and letters; all their mistakes together.
pub(super) fn load(session: &mut Session<'_>) -> Result<Loaded, Trouble> {
    let rollout = load_rollout(session)?;
    load_rest(session, rollout)
}

/// All of it, and the state: that is read while the roster is, and with it what the LMS showed last, where that is asked for.
pub(super) fn load_with_state(session: &mut Session<'_>, wants_observed: bool) -> Result<(Loaded, StateView), Trouble> {
    load_beside(session, |place| open_state(place, wants_observed))
}

/// The same for who only looks: also while an apply is at work, and then it is said whose.
pub(super) fn load_to_look(session: &mut Session<'_>) -> Result<(Loaded, StateView), Trouble> {
    load_beside(session, look_at_state)
}

fn load_beside(
    session: &mut Session<'_>,
    open: impl FnOnce(&Place) -> Result<Opened, StateError> + Send,
) -> Result<(Loaded, StateView), Trouble> {
    let rollout = load_rollout(session)?;
    let place = place::of(session, &rollout)?;
    let (loaded, opened) = both(|| load_rest(session, rollout), || open(&place));
    let loaded = loaded?;
    Ok((loaded, trusted(session, opened?)?))
}

fn load_rest(session: &mut Session<'_>, rollout: Rollout) -> Result<Loaded, Trouble> {
    let (loaded, diagnostics) = read_all(session, rollout);
    match loaded {
        Some(loaded) if !diagnostics.has_errors() => {
            session.screen.problems(&diagnostics);
            Ok(loaded)
        }
        _ => Err(diagnostics.into()),
    }
}

/// Roster and letters of a rollout, and everything that is wrong with them.
pub(super) fn read_all(session: &Session<'_>, rollout: Rollout) -> (Option<Loaded>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let roster = keep(roster::read(&rollout.roster, session.clock.now()), &mut diagnostics);
    let letters = keep(read_letters(&rollout), &mut diagnostics);
    if let Some(roster) = &roster {
        diagnostics.append(against_roster(&rollout, roster));
    }
    diagnostics.append(with_lines(reconcile::past_holds(&rollout, today(session, &rollout)), &rollout));
    let loaded = roster.zip(letters).map(|(roster, letters)| Loaded { rollout, roster, letters });
    (loaded, diagnostics)
}

/// The same, with what a plan would refuse whatever is recorded.
pub(super) fn read_to_check(session: &Session<'_>, rollout: Rollout) -> (Option<Loaded>, Diagnostics) {
    let expired = expired(session, &rollout);
    let (loaded, mut diagnostics) = read_all(session, rollout);
    diagnostics.append(expired);
    (loaded, diagnostics)
}

/// Overrides whose day is over: no plan is made with them.
pub(super) fn expired(session: &Session<'_>, rollout: &Rollout) -> Diagnostics {
    with_lines(reconcile::expired_overrides(rollout, today(session, rollout)), rollout)
}

/// The school's day.
fn today(session: &Session<'_>, rollout: &Rollout) -> Date {
    session.clock.now().to_zoned_datetime(rollout.timezone.clone()).date()
}

/// The letters of a rollout; a letter that would not tell what it must is a mistake like any other.
pub(super) fn read_letters(rollout: &Rollout) -> Result<(Letters, Diagnostics), Diagnostics> {
    let mail = &rollout.mail;
    let letters = letter::load(&mail.letter_path, &mail.letter, &mail.default_language)?;
    let mut found = letters.lint(&rollout.school, &rollout.sign_in_url, &rollout.help);
    if rollout.no_email == NoEmail::Paper {
        found.append(letters.lint_pages(&rollout.school, &rollout.sign_in_url, &rollout.help));
    }
    if found.has_errors() { Err(found) } else { Ok((letters, found)) }
}

/// Lines of the rollout that the roster contradicts, with the lines themselves.
fn against_roster(rollout: &Rollout, roster: &Roster) -> Diagnostics {
    let mut found = rollout::check_against_roster(rollout, |id| roster.caregiver(id).is_some());
    found.append(rollout::check_selectors(rollout, &words_of(rollout, roster)));
    with_lines(found, rollout)
}

/// What the roster's children have of what a cohort may select by.
fn words_of<'r>(rollout: &Rollout, roster: &'r Roster) -> RosterWords<'r> {
    let mut words = RosterWords::default();
    let seats: HashSet<_> = roster.seats().collect();
    for [year, class, school] in seats.into_iter().map(|seat| roster.seat_words(seat)) {
        words.years.insert(year);
        words.classes.insert(class);
        words.schools.insert(school);
    }
    if rollout::selects_students(rollout) {
        let children = roster.caregivers().flat_map(Caregiver::children);
        words.students.extend(children.map(Child::id));
    }
    words
}

/// Shows the lines of the rollout that problems are about. Where it can't be read any more, they are shown without.
fn with_lines(mut found: Diagnostics, rollout: &Rollout) -> Diagnostics {
    if let Ok(bytes) = files::read(&rollout.file) {
        found.add_lines_of(&rollout.file, &String::from_utf8_lossy(&bytes));
    }
    found
}

fn keep<T>(read: Result<(T, Diagnostics), Diagnostics>, all: &mut Diagnostics) -> Option<T> {
    match read {
        Ok((value, warnings)) => {
            all.append(warnings);
            Some(value)
        }
        Err(mistakes) => {
            all.append(mistakes);
            None
        }
    }
}

/// The state as a plan sees it: what is recorded, and the key that belongs to it.
pub(super) struct StateView {
    pub(super) recorded: Recorded,
    pub(super) fingerprinter: Fingerprinter,
    pub(super) store: Option<Store>,
    /// What the LMS showed last, where that was asked for and kept.
    pub(super) remembered: Option<Observed>,
    /// Whether somebody is writing meanwhile.
    pub(super) is_written: bool,
    /// While a plan is made, no apply may begin.
    _held: Held,
}

/// Opens the state for reading. Where there is none yet, nothing is recorded.
pub(super) fn read_state(session: &mut Session<'_>, rollout: &Rollout) -> Result<StateView, Trouble> {
    let place = place::of(session, rollout)?;
    trusted(session, open_state(&place, false)?)
}

/// What a state holds, as long as it is not known whether it can be trusted.
struct Opened {
    held: Held,
    stored: Option<Stored>,
    /// Who is writing meanwhile.
    writer: Option<String>,
}

/// A store, and what could be read from it.
struct Stored {
    store: Store,
    recorded: Result<Recorded, StateError>,
    remembered: Result<Option<Observed>, StateError>,
}

fn open_state(place: &Place, wants_observed: bool) -> Result<Opened, StateError> {
    open_held(place.lock_shared()?, wants_observed)
}

fn look_at_state(place: &Place) -> Result<Opened, StateError> {
    match place.lock_shared() {
        Err(StateError::Locked { holder }) => match place.look_on()? {
            Some(held) => Ok(Opened { writer: Some(holder), ..open_held(held, false)? }),
            None => Err(StateError::Locked { holder }),
        },
        held => open_held(held?, false),
    }
}

fn open_held(mut held: Held, wants_observed: bool) -> Result<Opened, StateError> {
    let store = held.exists().then(|| held.open(Access::Read)).transpose()?;
    let stored = store.map(|mut store| {
        let recorded = store.load();
        let remembered = if wants_observed { store.remembered() } else { Ok(None) };
        Stored { store, recorded, remembered }
    });
    Ok(Opened { held, stored, writer: None })
}

/// Holds a state against its key and against `rollout.lock`.
fn trusted(session: &mut Session<'_>, opened: Opened) -> Result<StateView, Trouble> {
    let Opened { held, stored, writer } = opened;
    let Some(Stored { mut store, recorded, remembered }) = stored else {
        let compared = mark::compare(session, None);
        // There was nothing to hold when this looked: the first apply may have begun since.
        if compared.is_err() && held.exists() {
            let what = "somebody has just begun the first apply of this rollout: look again in a moment";
            return Err(Trouble::new(Exit::Locked, what));
        }
        compared?;
        key::check_named(session)?;
        // Nothing is recorded, so no fingerprint is ever compared: any key will do.
        let fingerprinter = Fingerprinter::new(&SealingKey::new([0; 32]));
        return Ok(StateView {
            recorded: Recorded::default(),
            fingerprinter,
            store: None,
            remembered: None,
            is_written: false,
            _held: held,
        });
    };
    let fingerprinter = key::unlock(session, &mut store)?.fingerprinter;
    let recorded = recorded?;
    let is_written = writer.is_some();
    match writer {
        // They have compared it, and are about to write the mark.
        Some(writer) => session.screen.say(&format!(
            "note: {writer}, is at work: this is how far that has come, and whoever is being dealt with may show as half done"
        )),
        None => mark::compare(session, Some((&recorded, &mut store)))?,
    }
    clock::warn(session, &mut store)?;
    Ok(StateView { recorded, fingerprinter, store: Some(store), remembered: remembered?, is_written, _held: held })
}

/// Whom a plan is for, and where its rollout stands.
#[derive(Debug, Default)]
pub(super) struct Scope {
    pub(super) narrowing: Narrowing,
    pub(super) git: Option<GitInput>,
    /// Letters of which nobody knows whether they went out are sent again at once.
    pub(super) retry_unknown: bool,
    /// When letters may leave; `None` where they go to a folder.
    pub(super) timetable: Option<Timetable>,
    /// What the last run saw in the LMS, where the plan is to say what somebody else has done since.
    pub(super) before: Option<Observed>,
}

/// Makes the plan.
pub(super) fn make_plan(
    session: &mut Session<'_>,
    loaded: &Loaded,
    recorded: &Recorded,
    fingerprinter: &Fingerprinter,
    lms: &mut dyn LmsRead,
    scope: &Scope,
) -> Result<Plan, Trouble> {
    let (mut plan, now) = make(reconcile::reconcile, session, loaded, recorded, fingerprinter, lms, scope)?;
    if let Some(before) = &scope.before {
        let desired = Desired { rollout: &loaded.rollout, roster: &loaded.roster };
        plan.drift = reconcile::behind(&plan, reconcile::drift(desired, recorded, Some(before), &now));
    }
    Ok(plan)
}

/// Makes the plan's outline.
pub(super) fn make_outline(
    session: &mut Session<'_>,
    loaded: &Loaded,
    recorded: &Recorded,
    fingerprinter: &Fingerprinter,
    lms: &mut dyn LmsRead,
    scope: &Scope,
) -> Result<Outline, Trouble> {
    Ok(make(reconcile::outline, session, loaded, recorded, fingerprinter, lms, scope)?.0)
}

type Reconcile<T> = fn(Desired<'_>, &Recorded, &Observed, &Context<'_>) -> Result<T, Refusal>;

fn make<T>(
    reconcile: Reconcile<T>,
    session: &mut Session<'_>,
    loaded: &Loaded,
    recorded: &Recorded,
    fingerprinter: &Fingerprinter,
    lms: &mut dyn LmsRead,
    scope: &Scope,
) -> Result<(T, Observed), Trouble> {
    let mistakes =
        reconcile::check(&loaded.rollout, &loaded.roster, recorded, fingerprinter, today(session, &loaded.rollout));
    let mistakes = with_lines(mistakes, &loaded.rollout);
    if mistakes.has_errors() {
        return Err(mistakes.into());
    }
    let observed = lms.observe(&ask(loaded, recorded))?;
    let state_path = place::shown(session, &place::of(session, &loaded.rollout)?);
    let description = lms.describe();
    let context = Context {
        now: session.clock.now(),
        fingerprinter,
        lms: lms.capabilities(),
        mail: doors::mail_capabilities(&loaded.rollout),
        timetable: scope.timetable.as_ref(),
        retry_unknown: scope.retry_unknown,
        state_path: state_path.as_str(),
        state_schema: sqlite::SCHEMA,
        letters_sha256: loaded.letters.sha256(),
        git: scope.git.as_ref(),
        narrowing: &scope.narrowing,
        lms_description: &description,
    };
    let desired = Desired { rollout: &loaded.rollout, roster: &loaded.roster };
    let made = reconcile(desired, recorded, &observed, &context).map_err(|refusal| refused(&refusal))?;
    Ok((made, observed))
}

fn refused(refusal: &Refusal) -> Trouble {
    if matches!(refusal, Refusal::MovedToStranger { .. }) {
        return Trouble::new(Exit::BadInput, refusal.to_string());
    }
    if matches!(refusal, Refusal::ExportOlder { .. }) {
        return Trouble::new(Exit::Stale, refusal.to_string());
    }
    Trouble::new(
        Exit::Stale,
        format!(
            "{refusal}\n  Put the newest copy of the state in place. If those accounts are from before this state, \
             record them with `firstbell adopt ID … --because …`."
        ),
    )
}

/// Whom the LMS is asked for: everybody of the roster, and everybody whom the record knows.
pub(super) fn ask(loaded: &Loaded, recorded: &Recorded) -> Ask {
    if !matches!(loaded.rollout.lms, LmsSettings::Moodle(_)) {
        return Ask::default();
    }
    let mut ask = reconcile::ask_for(&loaded.rollout, &loaded.roster);
    let gone = recorded.histories.iter().map(|(id, _)| id).filter(|id| loaded.roster.caregiver(id).is_none());
    ask.extend(gone.map(|id| (id.to_owned(), None, None)));
    let moved = loaded.rollout.moved.iter().map(|line| line.from.as_str().to_owned());
    ask.extend(moved.map(|id| (id, None, None)));
    let mut seen = HashSet::new();
    ask.retain(|(id, _, _)| seen.insert(id.clone()));
    let asked = |(id, email, username): (String, Option<String>, Option<String>)| Asked {
        caregiver: CaregiverId::new(id),
        email,
        username,
    };
    let children = loaded.roster.caregivers().flat_map(|caregiver| caregiver.children().map(crate::roster::Child::id));
    let students: BTreeSet<&str> = children.collect();
    Ask { people: ask.into_iter().map(asked).collect(), students: students.into_iter().map(StudentId::new).collect() }
}

/// A path of this machine as the project's people know it.
pub(super) fn shown(session: &Session<'_>, path: &Utf8Path) -> Utf8PathBuf {
    path.strip_prefix(&session.dir).map_or_else(|_| path.to_owned(), Utf8Path::to_owned)
}

/// The cohort that a caregiver of the roster belongs to.
pub(super) fn cohort_of(loaded: &Loaded, id: &str) -> Option<crate::model::ids::CohortName> {
    reconcile::cohort_of(&loaded.rollout, loaded.roster.caregiver(id)?)
}
