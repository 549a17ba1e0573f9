//! `firstbell adopt`: the school's hand-kept record becomes ours. These were activated already, and are never reset.

use std::collections::{BTreeMap, HashMap};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::edge::LmsRead;
use crate::files;
use crate::model::email::fold;
use crate::model::entry::{Adopted, Entry, Subject};
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId};
use crate::model::observed::Observed;
use crate::model::recorded::Identity;
use crate::reconcile::identity_of;
use crate::roster::Roster;

use super::exit::Exit;
use super::project::{self, Loaded};
use super::resolve::record;
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Caregivers by their ids
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    ids: Vec<String>,
    /// A CSV file with the headings caregiver-id, email, date (the first or the second is enough)
    #[arg(long, value_name = "CSV")]
    file: Option<Utf8PathBuf>,
    /// Why they count as activated; kept in the record
    #[arg(long, value_name = "TEXT")]
    because: String,
}

/// One who was activated before, and when, where that is known.
struct Before {
    caregiver: CaregiverId,
    since: Option<Timestamp>,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    if args.because.trim().is_empty() {
        return Err(Trouble::new(Exit::Usage, "`--because` must say why they count as activated"));
    }
    let loaded = project::load(session)?;
    let named = match &args.file {
        Some(path) => from_file(path, &loaded)?,
        None => from_ids(&args.ids),
    };
    let mut state = Writing::open(session, &loaded.rollout)?;
    let observed = project::lms_reader(session.clock, &loaded.rollout).observe()?;
    let (known, fresh): (Vec<Before>, Vec<Before>) =
        named.into_values().partition(|one| is_done(&state, &one.caregiver));
    let strangers = fresh.iter().filter(|one| loaded.roster.caregiver(one.caregiver.as_str()).is_none()).count();
    let entries = entries(session, &loaded, &state, &observed, &fresh, &args.because);
    if !entries.is_empty() {
        record(session, &loaded.rollout, &mut state, "adopt", entries)?;
    }
    session.screen.answer(&said(fresh.len(), known.len(), strangers));
    Ok(Exit::Done)
}

fn is_done(state: &Writing, caregiver: &CaregiverId) -> bool {
    use crate::model::activation::ActivationStage::{Prepared, Refused, Voided};
    let history = state.recorded.histories.get(caregiver);
    history.is_some_and(|history| !matches!(history.stage, Prepared | Refused | Voided) || history.number.0 > 1)
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
        let marker = observed.of_caregiver(one.caregiver.as_str()).find_map(|account| account.marker);
        Entry::Adopted(Adopted {
            subject: Subject { caregiver: one.caregiver.clone(), activation: ActivationNumber::FIRST },
            key: marker.unwrap_or_else(|| ActivationKey(random.id())),
            cohort: None,
            since: one.since,
            because: because.to_owned(),
            identity: caregiver.map_or_else(Identity::default, |found| identity_of(found, &state.fingerprinter)),
        })
    };
    fresh.iter().map(entry).collect()
}

fn said(fresh: usize, known: usize, strangers: usize) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{fresh} recorded as active already; they are never reset.\n");
    if known > 0 {
        let _ = writeln!(text, "{known} were recorded before; nothing changed for them.");
    }
    if strangers > 0 {
        let _ = writeln!(text, "{strangers} of them are not in the roster: recorded all the same, by their ids.");
    }
    text
}

fn from_ids(ids: &[String]) -> BTreeMap<CaregiverId, Before> {
    let before = |id: &String| Before { caregiver: CaregiverId::new(id.trim()), since: None };
    ids.iter().map(before).map(|one| (one.caregiver.clone(), one)).collect()
}

/// Reads the school's list; every row that names nobody is said, and then nothing is recorded.
fn from_file(path: &Utf8Path, loaded: &Loaded) -> Result<BTreeMap<CaregiverId, Before>, Trouble> {
    let bytes = files::read(path).map_err(|error| {
        Trouble::from(Diagnostics::from(
            Diagnostic::error("adopt::unreadable", error.to_string()).with_place(Place::file(path)),
        ))
    })?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(without_mark(&bytes));
    let headings = Headings::of(reader.headers(), path)?;
    let by_email = by_email(&loaded.roster);
    let (mut found, mut mistakes) = (BTreeMap::new(), Diagnostics::new());
    for record in reader.records() {
        let row = record.map_err(|error| (row_of(&error), error.to_string())).and_then(|record| {
            let line = record.position().map_or(0, csv::Position::line);
            headings.read(&record, &by_email, loaded).map_err(|what| (line, what))
        });
        match row {
            Ok(one) => {
                found.insert(one.caregiver.clone(), one);
            }
            Err((line, what)) => mistakes.push(mistake(path, line, what)),
        }
    }
    if mistakes.has_errors() { Err(mistakes.into()) } else { Ok(found) }
}

fn mistake(path: &Utf8Path, line: u64, what: String) -> Diagnostic {
    let line = u32::try_from(line).unwrap_or(u32::MAX);
    Diagnostic::error("adopt::row", what)
        .with_place(Place::line(path, line))
        .with_help("correct the row or take it out; nothing was recorded")
}

fn row_of(error: &csv::Error) -> u64 {
    error.position().map_or(0, csv::Position::line)
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Addresses that exactly one caregiver of the roster has; `None` where several have it.
fn by_email(roster: &Roster) -> HashMap<String, Option<CaregiverId>> {
    let mut by_email = HashMap::new();
    for caregiver in roster.caregivers() {
        let id = CaregiverId::new(caregiver.id());
        by_email.entry(fold(caregiver.email_as_written())).and_modify(|known| *known = None).or_insert(Some(id));
    }
    by_email
}

/// Where the columns are.
struct Headings {
    id: Option<usize>,
    email: Option<usize>,
    date: Option<usize>,
}

impl Headings {
    fn of(headers: Result<&csv::StringRecord, csv::Error>, path: &Utf8Path) -> Result<Self, Trouble> {
        let refused = |what: String| Trouble::from(Diagnostics::from(mistake(path, 1, what)));
        let headers = headers.map_err(|error| refused(error.to_string()))?;
        let find = |name: &str| headers.iter().position(|heading| heading.eq_ignore_ascii_case(name));
        let found = Self { id: find("caregiver-id"), email: find("email"), date: find("date") };
        if found.id.is_none() && found.email.is_none() {
            return Err(refused("there is neither a heading `caregiver-id` nor `email`".to_owned()));
        }
        Ok(found)
    }

    fn read(
        &self,
        record: &csv::StringRecord,
        by_email: &HashMap<String, Option<CaregiverId>>,
        loaded: &Loaded,
    ) -> Result<Before, String> {
        let cell = |column: Option<usize>| column.and_then(|at| record.get(at)).filter(|cell| !cell.is_empty());
        let caregiver = match (cell(self.id), cell(self.email)) {
            (Some(id), _) => CaregiverId::new(id),
            (None, Some(email)) => match by_email.get(&fold(email)) {
                Some(Some(id)) => id.clone(),
                Some(None) => return Err("several caregivers of the roster have this address".to_owned()),
                None => return Err("no caregiver of the roster has this address".to_owned()),
            },
            (None, None) => return Err("there is neither an id nor an address".to_owned()),
        };
        let since = cell(self.date).map(|date| day(date, loaded)).transpose()?;
        Ok(Before { caregiver, since })
    }
}

fn day(text: &str, loaded: &Loaded) -> Result<Timestamp, String> {
    let zone = loaded.rollout.timezone.clone();
    let date: Result<Date, _> = text.get(..10).unwrap_or(text).parse();
    let start = date.ok().and_then(|date| date.to_zoned_datetime(zone).ok());
    start.map(|start| start.timestamp()).ok_or_else(|| format!("`{text}` is not a date: write 2026-02-27"))
}
