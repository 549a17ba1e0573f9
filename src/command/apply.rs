//! `firstbell apply`: shows the plan, asks, carries it out, says what came of it and what to do next.

use camino::Utf8PathBuf;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::apply::{self as worker, Applied, Edges, End, Order, Tally};
use crate::edge::LmsWrite;
use crate::model::ids::Lineage;
use crate::plan::pace::Timetable;
use crate::plan::saved::SavedPlan;
use crate::plan::{Narrowing, Plan};
use crate::report;
use crate::rollout::Transport;

use super::events::Recording;
use super::exit::Exit;
use super::mark::{self, LockFile};
use super::plan::{Format, show};
use super::project::{self, Loaded, Scope};
use super::saved::Standing;
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;
use super::{doors, events, narrow, saved, wait};

/// The arguments.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Args {
    /// A saved plan: exactly what was reviewed is carried out, and nothing more is asked
    #[arg(conflicts_with_all = ["cohort", "caregiver", "from_file", "exclude"])]
    file: Option<Utf8PathBuf>,
    /// Refuse a saved plan that has another digest than the reviewed one
    #[arg(long, value_name = "DIGEST", requires = "file")]
    expect_digest: Option<String>,
    /// What to do when something in a saved plan does not hold any more
    #[arg(long, value_enum, default_value_t = Stale::Refuse, requires = "file")]
    stale: Stale,
    /// Don't ask before carrying it out
    #[arg(long)]
    auto_approve: bool,
    /// Leave out the line for each caregiver
    #[arg(long)]
    summary: bool,
    /// How the plan is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,
    /// Write what happens as JSON lines to this file too, as schemas/events.schema.json describes them
    #[arg(long, value_name = "FILE")]
    json_into: Option<Utf8PathBuf>,
    /// Stay until all of it is done: wait for the pace, the hours, the canary (Ctrl-C ends it)
    #[arg(long)]
    wait: bool,
    /// Send letters again at once of which nobody knows whether they went out; a few parents may get one twice
    #[arg(long)]
    retry_unknown: bool,
    #[command(flatten)]
    narrow: narrow::Args,
}

/// What to do when something in a saved plan does not hold any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Stale {
    /// Do nothing
    Refuse,
    /// Carry out what holds, list the rest
    Skip,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    events::begin(session, args.json_into.as_deref())?;
    let mut round = first_round(args, session)?;
    while let Some(at) = round.goes_on.filter(|_| args.wait) {
        if !wait::until(session, at, &round.timezone) {
            return Ok(Exit::Interrupted);
        }
        round = next_round(args, session, round)?;
    }
    Ok(round.exit)
}

/// What came of one plan, and what is needed to go on from it.
struct Round {
    exit: Exit,
    /// When it is worth going on, where something is left that ends by itself.
    goes_on: Option<Timestamp>,
    /// Whom it was agreed to do something for.
    narrowing: Narrowing,
    /// What was reviewed.
    saved: Option<SavedPlan>,
    timezone: TimeZone,
}

impl Round {
    /// The saved plan's; empty where there is none.
    fn digest(&self) -> &str {
        self.saved.as_ref().map_or("", |saved| &saved.digest)
    }
}

fn first_round(args: &Args, session: &mut Session<'_>) -> Result<Round, Trouble> {
    let saved = args.file.as_ref().map(|path| saved::read(path)).transpose()?;
    let is_agreed = args.auto_approve || saved.is_some();
    if !is_agreed && session.screen.ask.is_none() {
        let what = "there is no terminal to ask at: say `--auto-approve` if the plan may be carried out unseen";
        return Err(Trouble::new(Exit::Usage, what));
    }
    let loaded = project::load(session)?;
    let mut desk = Writing::open(session, &loaded.rollout)?;
    let mut lms = doors::lms_writer(session, &loaded.rollout)?;
    let is_recorded = |id: &str| desk.recorded.histories.contains_key(id);
    let narrowing = args.narrow.narrowing(&loaded.rollout, &loaded.roster, is_recorded, session.screen.personal)?;
    let mut scope = scope(args, session, &loaded, &mut desk, narrowing)?;
    let mut plan = project::make_plan(session, &loaded, &desk.recorded, &desk.fingerprinter, &mut *lms, &scope)?;
    let mut is_all_done = false;
    if let Some(saved) = &saved {
        let standing = reviewed(args, session, &loaded, &mut desk, saved, &plan)?;
        is_all_done = standing.is_all_done();
        plan = what_holds(session, &loaded, &desk, &mut *lms, &mut scope, standing)?;
    }
    // Machines that read the answer get a plan always.
    if !is_all_done || args.format != Format::Text {
        show(session, &plan, args.format, args.summary);
    }
    let mut round = Round {
        exit: after(&plan, None),
        goes_on: plan.due_again,
        narrowing: agreed_to(args, &scope.narrowing, &plan),
        saved,
        timezone: loaded.rollout.timezone.clone(),
    };
    if is_all_done {
        return Ok(Round { exit: Exit::Done, goes_on: None, ..round });
    }
    if plan.is_blocked() {
        return Ok(Round { exit: Exit::Blocked, goes_on: None, ..round });
    }
    if !plan.has_records() {
        return Ok(round);
    }
    if plan.has_changes() && !is_agreed && !agreed(session, &plan) {
        session.screen.say("Declined. Nothing was done.");
        return Ok(Round { exit: Exit::Declined, goes_on: None, ..round });
    }
    let terms = Terms { digest: round.digest(), timetable: scope.timetable.as_ref(), format: args.format };
    (round.exit, round.goes_on) = carry_out(session, &loaded, &plan, &mut desk, &mut *lms, &terms)?;
    Ok(round)
}

/// Plans anew after a wait, because roster, LMS and record may have changed meanwhile, and goes on with those it was agreed
/// for. The state is not held while nothing is done.
fn next_round(args: &Args, session: &mut Session<'_>, before: Round) -> Result<Round, Trouble> {
    let loaded = project::load(session)?;
    let mut desk = Writing::open(session, &loaded.rollout)?;
    let mut lms = doors::lms_writer(session, &loaded.rollout)?;
    let mut scope = scope(args, session, &loaded, &mut desk, before.narrowing.clone())?;
    let mut plan = project::make_plan(session, &loaded, &desk.recorded, &desk.fingerprinter, &mut *lms, &scope)?;
    if let Some(saved) = &before.saved {
        // What has changed overnight was reviewed by nobody.
        let standing = reviewed(args, session, &loaded, &mut desk, saved, &plan)?;
        if standing.is_all_done() {
            return Ok(Round { exit: Exit::Done, goes_on: None, ..before });
        }
        plan = what_holds(session, &loaded, &desk, &mut *lms, &mut scope, standing)?;
    }
    let is_text = args.format == Format::Text;
    if plan.is_blocked() {
        if is_text {
            show(session, &plan, Format::Text, args.summary);
        } else {
            session.screen.say("A guard blocks the plan made after the wait: `firstbell plan` shows it.");
        }
        return Ok(Round { exit: Exit::Blocked, goes_on: None, ..before });
    }
    if !plan.has_records() {
        return Ok(Round { exit: after(&plan, None), goes_on: plan.due_again, ..before });
    }
    // One document is what a machine reads: the first plan.
    if is_text {
        show(session, &plan, Format::Text, true);
    }
    let terms = Terms { digest: before.digest(), timetable: scope.timetable.as_ref(), format: args.format };
    let (exit, goes_on) = carry_out(session, &loaded, &plan, &mut desk, &mut *lms, &terms)?;
    Ok(Round { exit, goes_on, ..before })
}

fn scope(
    args: &Args,
    session: &mut Session<'_>,
    loaded: &Loaded,
    desk: &mut Writing,
    narrowing: Narrowing,
) -> Result<Scope, Trouble> {
    if args.retry_unknown {
        session.screen.say(
            "note: letters of which nobody knows whether they went out go out again now: a few parents may get the same \
             letter, with the same password, twice.",
        );
    }
    let timetable = desk.timetable(&loaded.rollout, session.clock.now())?;
    let before = desk.remembered()?;
    Ok(Scope { narrowing, git: None, timetable, retry_unknown: args.retry_unknown, before })
}

/// Those for whom a later round may do something: whom the plan names. Unseen plans were agreed to as they come.
fn agreed_to(args: &Args, narrowing: &Narrowing, plan: &Plan) -> Narrowing {
    if args.auto_approve || !narrowing.is_everybody() {
        return narrowing.clone();
    }
    let changes = plan.changes.iter().map(|change| change.caregiver.clone());
    let held = plan.held.iter().map(|held| held.caregiver.clone());
    Narrowing { caregivers: Some(changes.chain(held).collect()), ..Narrowing::default() }
}

/// What a saved plan comes to now. Everything that speaks against it ends here, before anything is done.
fn reviewed(
    args: &Args,
    session: &mut Session<'_>,
    loaded: &Loaded,
    desk: &mut Writing,
    saved: &SavedPlan,
    plan: &Plan,
) -> Result<Standing, Trouble> {
    if args.expect_digest.as_ref().is_some_and(|expected| *expected != saved.digest) {
        let what = format!("the plan's digest is {}, not the reviewed one; nothing was done", saved.digest);
        return Err(Trouble::new(Exit::Stale, what));
    }
    let lineage = desk.lineage(session)?;
    let is_resumed = desk.has_run_of(&saved.digest)?;
    let lineage = lineage.as_ref().map(Lineage::as_str);
    saved::check(saved, loaded, &desk.fingerprinter, lineage, is_resumed, session.clock.now())?;
    let standing = saved::stand(saved, plan, &desk.recorded, &desk.fingerprinter);
    for (caregiver, why) in &standing.stale {
        session.screen.say(&format!("stale: {caregiver}: {why}"));
    }
    if !standing.stale.is_empty() && args.stale == Stale::Refuse {
        let stale = report::count(standing.stale.len() as u64, "change does", "changes do");
        let what = format!("{stale} not hold any more; plan anew, or say `--stale skip`. Nothing was done");
        return Err(Trouble::new(Exit::Stale, what));
    }
    let done = report::count(standing.done as u64, "change", "changes");
    if standing.is_all_done() {
        session.screen.say(&format!("All of this plan ({done}) is done already; nothing is repeated."));
    } else if standing.done > 0 {
        session.screen.say(&format!("{done} of this plan done already; none is repeated."));
    }
    Ok(standing)
}

/// The plan of what was reviewed and still holds.
fn what_holds(
    session: &mut Session<'_>,
    loaded: &Loaded,
    desk: &Writing,
    lms: &mut dyn LmsWrite,
    scope: &mut Scope,
    standing: Standing,
) -> Result<Plan, Trouble> {
    let people = report::count(standing.holds.len() as u64, "caregiver", "caregivers");
    scope.narrowing = Narrowing { caregivers: Some(standing.holds), ..Narrowing::default() };
    let mut plan = project::make_plan(session, loaded, &desk.recorded, &desk.fingerprinter, lms, scope)?;
    plan.partial = Some(format!("only what was reviewed and still holds, for {people}"));
    Ok(plan)
}

fn agreed(session: &mut Session<'_>, plan: &Plan) -> bool {
    let question = format!("\n{}? Only `yes` goes on: ", report::asked(plan));
    session.screen.ask.as_mut().is_some_and(|ask| ask(&question))
}

/// How a plan is carried out.
struct Terms<'a> {
    /// The saved plan's; empty where there is none.
    digest: &'a str,
    timetable: Option<&'a Timetable>,
    format: Format,
}

/// Says what came of it: beside the answer, where that is a document.
fn tell(session: &mut Session<'_>, format: Format, text: &str) {
    if format == Format::Text {
        session.screen.answer(text);
    } else {
        session.screen.say(text.trim_end());
    }
}

fn carry_out(
    session: &mut Session<'_>,
    loaded: &Loaded,
    plan: &Plan,
    desk: &mut Writing,
    lms: &mut dyn LmsWrite,
    &Terms { digest, timetable, format }: &Terms<'_>,
) -> Result<(Exit, Option<Timestamp>), Trouble> {
    let mut mail = doors::mail(session, &loaded.rollout)?;
    // Whom nothing is sent to need not wait for the mail server.
    if plan.effects().emails > 0 {
        mail.check().map_err(|what| Trouble::new(Exit::Unreachable, what))?;
    }
    let (key, counts) = (desk.key.clone(), desk.counts);
    let mut mark = LockFile { path: mark::rollout_lock_path(session) };
    let (store, lineage) = desk.store(session)?;
    let order = Order {
        plan,
        rollout: &loaded.rollout,
        letters: &loaded.letters,
        lineage: &lineage,
        key: &key,
        actor: &session.actor,
        digest,
        timetable,
        counts,
    };
    let outbox = match &loaded.rollout.mail.transport {
        Transport::Outbox { path } => Some(format!("{}/", project::shown(session, path))),
        Transport::Smtp(_) => None,
    };
    let outbox = outbox.as_deref();
    let edges = Edges {
        lms,
        mail: &mut *mail,
        store,
        mark: &mut mark,
        clock: session.clock,
        random: &mut *(session.random)(),
        watch: &mut Recording { inner: session.watch, events: session.screen.events.as_mut() },
    };
    match worker::apply(order, edges) {
        Ok(applied) => {
            remember(session, loaded, desk, lms);
            let text = report::applied(&applied, plan, outbox, &session.screen.view(false));
            tell(session, format, &format!("\n{text}"));
            Ok((after(plan, Some(&applied)), wait::goes_on(&applied, plan, session.clock.now())))
        }
        Err(halted) => {
            tell(session, format, &report::halted(&halted.tally, outbox));
            Err(Trouble::Apply(halted))
        }
    }
}

/// Keeps what the LMS shows now, for plans without it. That it could not be kept spoils nothing that was done.
fn remember(session: &mut Session<'_>, loaded: &Loaded, desk: &mut Writing, lms: &mut dyn LmsWrite) {
    let ask = project::ask(loaded, &desk.recorded);
    let kept = lms.observe(&ask).map_err(Trouble::from).and_then(|observed| desk.remember(&observed));
    if let Err(trouble) = kept {
        session.screen.say(&format!("note: what the LMS shows was not kept for `plan --offline`: {trouble}"));
    }
}

/// The exit code of an apply that came to its end.
fn after(plan: &Plan, applied: Option<&Applied>) -> Exit {
    let mut exits = Vec::new();
    if plan.held.iter().any(|held| held.code.is_unknown()) {
        exits.push(Exit::Unknown);
    }
    if plan.held.iter().any(|held| held.code.needs_person()) {
        exits.push(Exit::PersonNeeded);
    }
    if let Some(applied) = applied {
        exits.extend(of_end(&applied.end, &applied.tally));
    }
    Exit::worst(exits)
}

fn of_end(end: &End, tally: &Tally) -> Vec<Exit> {
    let ended = match end {
        End::Done => None,
        End::Interrupted => Some(Exit::Interrupted),
        End::Paused { .. } => Some(Exit::WorkLeft),
        End::Stopped(_) if tally.has_effects() => Some(Exit::WorkLeft),
        End::Stopped(_) => Some(Exit::Unreachable),
    };
    let unknown = tally.has_unknown().then_some(Exit::Unknown);
    let passing = tally.has_passing().then_some(Exit::WorkLeft);
    let person = (tally.needs_person() || tally.handed_over + tally.written > 0).then_some(Exit::PersonNeeded);
    [ended, unknown, passing, person].into_iter().flatten().collect()
}
