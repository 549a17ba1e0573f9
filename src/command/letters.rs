//! `firstbell letters`: makes one file of a cohort's letters on paper, and records what the office says became of it.
//!
//! ```text
//! to-print -> (recorded) sending -> the file is put in place -> printed: sent, the file is removed
//!                                                            -> not printed: to-print again, the file is removed
//! ```
//!
//! As long as nobody has said what became of a file, making it again makes the same pages of the same people: nobody's page
//! stands in two files that both may have been printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::Utf8PathBuf;

use crate::apply::{SealedRows, open_page};
use crate::edge::StateStore;
use crate::files;
use crate::letter::page::{self, Page};
use crate::model::activation::{ActivationStage, Channel, LetterStage};
use crate::model::entry::{Entry, LetterSubject};
use crate::model::ids::CaregiverId;
use crate::plan::{Held, HoldCode, Narrowing};
use crate::report::{count, folded, quoted};
use crate::rollout::{Rollout, sha256};

use super::doors;
use super::exit::Exit;
use super::project::{self, Scope};
use super::record::record_next;
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The cohort whose letters they are
    #[arg(long, value_name = "NAME")]
    cohort: String,
    /// All pages of the file were printed: they are recorded as sent, and the file is removed
    #[arg(long, conflicts_with = "not_printed")]
    printed: bool,
    /// Nothing of the file was printed, or all of it was destroyed: its pages may be printed later, and it is removed
    #[arg(long)]
    not_printed: bool,
}

/// A letter on paper that is written and not known to be printed.
struct Open {
    letter: LetterSubject,
    is_made: bool,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let rollout = project::load_rollout(session)?;
    let mut state = Writing::open(session, &rollout)?;
    check_cohort(args, &rollout, &state)?;
    let open = open(&args.cohort, &state);
    if args.printed || args.not_printed {
        return settle(args, session, &mut state, open);
    }
    make(args, session, &mut state, &open)
}

fn check_cohort(args: &Args, rollout: &Rollout, state: &Writing) -> Result<(), Trouble> {
    let names: Vec<&str> = rollout.cohorts.iter().map(|cohort| cohort.name.as_str()).collect();
    let is_recorded = || {
        state
            .recorded
            .histories
            .values()
            .any(|one| one.cohort.as_ref().is_some_and(|name| name.as_str() == args.cohort))
    };
    if names.contains(&args.cohort.as_str()) || is_recorded() {
        return Ok(());
    }
    let what = format!("there is no cohort `{}`; the rollout has {}", args.cohort, names.join(", "));
    Err(Trouble::new(Exit::Usage, what))
}

/// The cohort's letters on paper of which nobody has said that they are printed.
fn open(cohort: &str, state: &Writing) -> BTreeMap<CaregiverId, Open> {
    let of = |(id, history): (&str, &crate::model::recorded::History)| {
        let letter = history.letter.as_ref().filter(|letter| letter.channel == Channel::Paper)?;
        let is_cohorts = history.cohort.as_ref().is_some_and(|name| name.as_str() == cohort);
        let is_open = matches!(letter.stage, LetterStage::ToPrint | LetterStage::Sending);
        (is_cohorts && is_open && history.stage == ActivationStage::Set).then(|| {
            let caregiver = CaregiverId::new(id);
            let letter_of =
                LetterSubject { caregiver: caregiver.clone(), activation: history.number, letter: letter.number };
            (caregiver, Open { letter: letter_of, is_made: letter.stage == LetterStage::Sending })
        })
    };
    state.recorded.histories.iter().filter_map(of).collect()
}

fn settle(
    args: &Args,
    session: &mut Session<'_>,
    state: &mut Writing,
    open: BTreeMap<CaregiverId, Open>,
) -> Result<Exit, Trouble> {
    let path = path(session, &args.cohort);
    let made: Vec<LetterSubject> = open.into_values().filter(|one| one.is_made).map(|one| one.letter).collect();
    if made.is_empty() {
        // A stop behind the record may have left its file.
        remove(&path)?;
        let what = format!(
            "no pages of `{}` wait for a word: `firstbell letters --cohort {}` makes a file of those that are written; \
             nothing was recorded",
            args.cohort,
            quoted(&args.cohort)
        );
        return Err(Trouble::new(Exit::Usage, what));
    }
    let many = made.len() as u64;
    let entry = |letter: LetterSubject| {
        if args.printed {
            Entry::Printed(letter)
        } else {
            Entry::NotPrinted { letter, reason: "not printed".to_owned() }
        }
    };
    record_next(session, state, "letters", made.into_iter().map(entry).collect())?;
    remove(&path)?;
    let pages = count(many, "page", "pages");
    let shown = project::shown(session, &path);
    let text = if args.printed {
        format!(
            "Recorded: {pages} of `{}` printed; those people have their letter. `{shown}` is removed.\n\
             Shred pages that the printer spoiled, and any copy of the file; empty the printer's queue.\n",
            args.cohort
        )
    } else {
        format!(
            "Recorded: {pages} of `{}` not printed; the next file has them again. `{shown}` is removed.\n\
             Shred whatever was printed of it all the same: it holds passwords.\n",
            args.cohort
        )
    };
    session.screen.answer(&folded(&text, &session.screen.view(false), 2));
    Ok(Exit::Done)
}

/// What a file is made of.
struct Batch<'o> {
    chosen: Vec<&'o Open>,
    /// Taken out of the file, because a stop has come in; printed only once that is gone.
    stopped: Vec<&'o LetterSubject>,
    /// Written since the file was made.
    later: u64,
}

impl<'o> Batch<'o> {
    /// As long as a file waits for a word, its own pages and no others.
    fn of(open: &'o BTreeMap<CaregiverId, Open>, held: &BTreeMap<CaregiverId, Held>) -> Self {
        let is_free = |one: &&Open| held.contains_key(&one.letter.caregiver);
        let was_made = open.values().filter(is_free).any(|one| one.is_made);
        let (chosen, later) = open.values().filter(is_free).partition(|one| one.is_made == was_made);
        let later: Vec<&Open> = later;
        let stopped = open.values().filter(|one| one.is_made && !is_free(one)).map(|one| &one.letter);
        Self { chosen, stopped: stopped.collect(), later: later.len() as u64 }
    }

    /// What is recorded before the file is put in place.
    fn entries(&self) -> Vec<Entry> {
        let announced = self.chosen.iter().filter(|one| !one.is_made).map(|one| Entry::Sending(one.letter.clone()));
        let taken_out = self.stopped.iter().map(|letter| Entry::NotPrinted {
            letter: (*letter).clone(),
            reason: "held before it was printed".to_owned(),
        });
        announced.chain(taken_out).collect()
    }
}

fn make(
    args: &Args,
    session: &mut Session<'_>,
    state: &mut Writing,
    open: &BTreeMap<CaregiverId, Open>,
) -> Result<Exit, Trouble> {
    let loaded = project::load(session)?;
    let held = to_print(session, &loaded, state)?;
    let batch = Batch::of(open, &held);
    let pages = pages(session, state, &batch, &held)?;
    let pdf = page::print(&pages, &format!("{}: {}", loaded.rollout.school, args.cohort))
        .map_err(|error| Trouble::new(Exit::Error, format!("{error}; nothing was recorded")))?;
    let entries = batch.entries();
    if !entries.is_empty() {
        record_next(session, state, "letters", entries)?;
    }
    if pages.is_empty() {
        remove(&path(session, &args.cohort))?;
    } else {
        put(args, session, &pdf)?;
    }
    let text = said(args, session, &batch);
    session.screen.answer(&folded(&text, &session.screen.view(false), 2));
    Ok(Exit::Done)
}

/// The pages in the order in which they are handed out: by class, then by name.
fn pages(
    session: &Session<'_>,
    state: &mut Writing,
    batch: &Batch<'_>,
    held: &BTreeMap<CaregiverId, Held>,
) -> Result<Vec<Page>, Trouble> {
    let mut pages = Vec::with_capacity(batch.chosen.len());
    for Open { letter, .. } in &batch.chosen {
        pages.push((held.get(&letter.caregiver).map(place), open_sealed(session, state, letter)?));
    }
    pages.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(pages.into_iter().map(|(_, page)| page).collect())
}

fn put(args: &Args, session: &Session<'_>, pdf: &[u8]) -> Result<(), Trouble> {
    let path = path(session, &args.cohort);
    let placed = files::make_private_dir(&folder(session)).and_then(|()| files::replace_private(&path, pdf));
    placed.map_err(|error| {
        let what = format!(
            "writing `{path}`: the pages are recorded as being printed; `firstbell letters --cohort {}` makes the same file \
             again",
            quoted(&args.cohort)
        );
        Trouble::file(what, error)
    })
}

/// Whom the plan holds for nothing but being printed.
fn to_print(
    session: &mut Session<'_>,
    loaded: &project::Loaded,
    state: &mut Writing,
) -> Result<BTreeMap<CaregiverId, Held>, Trouble> {
    let mut lms = doors::lms_reader(session, &loaded.rollout)?;
    let timetable = state.timetable(&loaded.rollout, session.clock.now())?;
    let scope = Scope { narrowing: Narrowing::default(), git: None, timetable, retry_unknown: false, before: None };
    let plan = project::make_plan(session, loaded, &state.recorded, &state.fingerprinter, &mut *lms, &scope)?;
    let held = plan.held.into_iter().filter(|held| held.code == HoldCode::ToPrint);
    Ok(held.map(|held| (held.caregiver.clone(), held)).collect())
}

/// Class, name, id.
fn place(held: &Held) -> (String, String, String, String) {
    let person = &held.person;
    let class = person.children.first().map(|child| child.class.clone()).unwrap_or_default();
    (class, person.last_name.clone(), person.first_name.clone(), held.caregiver.as_str().to_owned())
}

fn open_sealed(session: &Session<'_>, state: &mut Writing, letter: &LetterSubject) -> Result<Page, Trouble> {
    let key = state.key.clone();
    let (store, lineage) = state.store(session)?;
    let sealed = store.sealed(&letter.caregiver, letter.activation)?;
    let under = SealedRows { lineage: &lineage, key: &key };
    let page = sealed.map(|sealed| open_page(&sealed, letter.letter, under)).transpose().map_err(|error| {
        Trouble::new(
            Exit::Error,
            format!("the page of {} can't be opened: {error}; nothing was recorded", letter.caregiver),
        )
    })?;
    page.flatten().ok_or_else(|| {
        Trouble::new(
            Exit::Error,
            format!("the page of {} is not sealed any more; nothing was recorded", letter.caregiver),
        )
    })
}

fn said(args: &Args, session: &Session<'_>, batch: &Batch<'_>) -> String {
    let (cohort, mut text) = (&args.cohort, String::new());
    if batch.chosen.is_empty() {
        let _ = writeln!(
            text,
            "Nothing of `{cohort}` is to be printed: `firstbell apply` writes pages where some are due."
        );
    } else {
        let (shown, many) = (project::shown(session, &path(session, cohort)), batch.chosen.len() as u64);
        let pages = count(many, "page", "pages");
        let _ = writeln!(text, "Made `{shown}`: {pages}, A4. It holds passwords in clear, and only you can read it.");
        let _ = writeln!(
            text,
            "Print all of it, put each page into an envelope, then say `firstbell letters --cohort {} --printed`, which \
             removes the file. Shred what the printer spoils.",
            quoted(cohort)
        );
    }
    for LetterSubject { caregiver, .. } in &batch.stopped {
        let _ = writeln!(
            text,
            "{caregiver} is held now, and not in the file any more: if their page is printed already, shred it."
        );
    }
    if batch.later > 0 {
        let more = count(batch.later, "page is", "pages are");
        let _ = writeln!(
            text,
            "{more} written since: they come into the next file, once you have said what became of this one."
        );
    }
    text
}

/// Where the files of pages are.
pub(super) fn folder(session: &Session<'_>) -> Utf8PathBuf {
    session.path("paper")
}

/// A cohort may be called what a file may not; no two share a file.
fn path(session: &Session<'_>, cohort: &str) -> Utf8PathBuf {
    let safe: String = cohort.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).collect();
    let own = if safe == cohort { String::new() } else { format!("-{}", &sha256(cohort.as_bytes())[..6]) };
    folder(session).join(format!("{safe}{own}.pdf"))
}

fn remove(path: &Utf8PathBuf) -> Result<(), Trouble> {
    files::remove_if_there(path)
        .map_err(|error| Trouble::file(format!("`{path}` holds passwords and could not be removed: remove it"), error))
}
