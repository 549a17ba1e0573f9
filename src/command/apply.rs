//! `firstbell apply`: shows the plan, asks, carries it out, says what came of it and what to do next.

use crate::apply::{self as worker, Applied, Edges, End, Order, Tally};
use crate::edge::{MarkCounts, StateStore};
use crate::lms::sandbox::SandboxWriter;
use crate::model::fingerprint::Fingerprinter;
use crate::model::ids::Lineage;
use crate::model::recorded::Recorded;
use crate::model::secret::SealingKey;
use crate::plan::{HoldCode, Plan};
use crate::report;
use crate::rollout::{LmsSettings, Rollout};
use crate::state::rollout_lock;
use crate::state::run_lock::{self, RunLock};
use crate::state::sqlite::{Access, SqliteStore};

use super::exit::Exit;
use super::key;
use super::mark::{self, LockFile};
use super::plan::{Format, show};
use super::project::{self, Loaded};
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Don't ask before carrying it out
    #[arg(long)]
    auto_approve: bool,
    /// Leave out the line for each caregiver
    #[arg(long)]
    summary: bool,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    if !args.auto_approve && session.screen.ask.is_none() {
        return Err(Trouble::new(
            Exit::Usage,
            "there is no terminal to ask at: say `--auto-approve` if the plan may be carried out unseen",
        ));
    }
    let loaded = project::load(session)?;
    let mut desk = Writing::open(session, &loaded.rollout)?;
    let mut lms = lms_writer(session, &loaded.rollout)?;
    let plan = project::make_plan(session, &loaded, &desk.recorded, &desk.fingerprinter, &mut lms)?;
    show(session, &plan, Format::Text, args.summary);
    if plan.is_blocked() {
        return Ok(Exit::Blocked);
    }
    if !plan.has_records() {
        return Ok(after(&plan, None));
    }
    if plan.has_changes() && !args.auto_approve && !agreed(session, &plan) {
        session.screen.say("Declined. Nothing was done.");
        return Ok(Exit::Declined);
    }
    carry_out(session, &loaded, &plan, &mut desk, &mut lms)
}

fn agreed(session: &mut Session<'_>, plan: &Plan) -> bool {
    let effects = plan.effects();
    let question = format!(
        "\nSend {} and set {}? Only `yes` goes on: ",
        report::count(effects.emails, "email", "emails"),
        report::count(effects.passwords_set, "password", "passwords"),
    );
    session.screen.ask.as_mut().is_some_and(|ask| ask(&question))
}

/// The state, held for writing by this process alone.
pub(super) struct Writing {
    pub(super) recorded: Recorded,
    pub(super) fingerprinter: Fingerprinter,
    pub(super) key: SealingKey,
    pub(super) counts: MarkCounts,
    store: Option<SqliteStore>,
    _lock: RunLock,
}

impl Writing {
    /// Takes the lock, then reads what is recorded. A state that does not exist yet is not made here.
    pub(super) fn open(session: &mut Session<'_>, rollout: &Rollout) -> Result<Self, Trouble> {
        let lock = run_lock::acquire(
            &rollout.state,
            &session.actor,
            &session.clock.now().to_zoned_datetime(rollout.timezone.clone()),
        )?;
        let path = project::rollout_lock_path(session);
        rollout_lock::check_writable(&path)
            .map_err(|error| Trouble::file(format!("`{path}` can't be written, so nothing was done"), error))?;
        let exists = SqliteStore::exists(&rollout.state);
        let mut store = if exists { Some(open_store(session, rollout)?) } else { None };
        let key = if exists { key::existing(session)? } else { key::find_or_make(session)? };
        let fingerprinter = Fingerprinter::new(&key);
        let (mut recorded, mut counts) = (Recorded::default(), MarkCounts::default());
        if let Some(store) = &mut store {
            store.check_key(&fingerprinter)?;
            recorded = store.load()?;
            counts = mark::counts(&recorded, store)?;
        }
        let state = store.as_mut().map(|store| (&recorded, store));
        mark::compare(session, state)?;
        Ok(Self { recorded, fingerprinter, key, counts, store, _lock: lock })
    }

    /// The store, made where there is none yet.
    pub(super) fn store(
        &mut self,
        session: &Session<'_>,
        rollout: &Rollout,
    ) -> Result<(&mut SqliteStore, Lineage), Trouble> {
        let lineage = match (&self.recorded.position, &self.store) {
            (Some(position), Some(_)) => position.lineage.clone(),
            _ => Lineage::new(format!("{:032x}", (session.random)().id())),
        };
        let store = match self.store.take() {
            Some(store) => store,
            None => SqliteStore::create(
                &rollout.state,
                &lineage,
                &self.fingerprinter,
                session.clock.now(),
                (session.random)(),
            )?,
        };
        Ok((self.store.insert(store), lineage))
    }
}

fn open_store(session: &Session<'_>, rollout: &Rollout) -> Result<SqliteStore, Trouble> {
    Ok(SqliteStore::open(&rollout.state, Access::Write((session.random)()))?)
}

fn lms_writer<'s>(session: &Session<'s>, rollout: &Rollout) -> Result<SandboxWriter<'s>, Trouble> {
    let LmsSettings::Sandbox { written_path, path } = &rollout.lms;
    Ok(SandboxWriter::open(path.clone(), written_path.clone(), session.clock, (session.random)())?)
}

fn carry_out(
    session: &mut Session<'_>,
    loaded: &Loaded,
    plan: &Plan,
    desk: &mut Writing,
    lms: &mut SandboxWriter<'_>,
) -> Result<Exit, Trouble> {
    let mut mail = project::mail(&loaded.rollout);
    mail.check().map_err(|what| Trouble::new(Exit::Unreachable, what))?;
    let (key, counts) = (desk.key.clone(), desk.counts);
    let mut mark = LockFile { path: project::rollout_lock_path(session) };
    let (store, lineage) = desk.store(session, &loaded.rollout)?;
    let order = Order {
        plan,
        rollout: &loaded.rollout,
        letters: &loaded.letters,
        lineage: &lineage,
        key: &key,
        actor: &session.actor,
        counts,
    };
    let edges = Edges {
        lms,
        mail: &mut mail,
        store,
        mark: &mut mark,
        clock: session.clock,
        random: &mut *(session.random)(),
        watch: session.watch,
    };
    match worker::apply(order, edges) {
        Ok(applied) => {
            let text = report::applied(&applied, plan, "outbox/", &session.screen.view(false));
            session.screen.answer(&text);
            Ok(after(plan, Some(&applied)))
        }
        Err(halted) => {
            session.screen.answer(&report::halted(&halted.tally));
            Err(Trouble::Apply(halted))
        }
    }
}

/// The exit code of an apply that came to its end.
fn after(plan: &Plan, applied: Option<&Applied>) -> Exit {
    let waits_for_person = |code: HoldCode| matches!(code, HoldCode::LetterRejected | HoldCode::AwaitingConfirmation);
    let mut exits = Vec::new();
    if plan.held.iter().any(|held| held.code.is_unknown()) {
        exits.push(Exit::Unknown);
    }
    if plan.held.iter().any(|held| waits_for_person(held.code)) {
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
        End::Stopped(_) if tally.has_effects() => Some(Exit::WorkLeft),
        End::Stopped(_) => Some(Exit::Unreachable),
    };
    let unknown = tally.has_unknown().then_some(Exit::Unknown);
    let passing = (tally.has_passing() && tally.has_effects()).then_some(Exit::WorkLeft);
    let person = tally.needs_person().then_some(Exit::PersonNeeded);
    [ended, unknown, passing, person].into_iter().flatten().collect()
}
