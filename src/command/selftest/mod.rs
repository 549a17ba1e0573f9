//! `firstbell selftest`: proves on the user's own machine that a run that is killed resets nobody twice and loses no letter.
//! It makes up a school in a folder of its own, starts this program there and kills it. The user's project, key and settings
//! are never touched. It kills a process, not the power: what a power cut needs is told as settings that were found.

mod chance;
mod check;
mod disk;
mod program;
mod report;
mod round;
mod school;

use std::io;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::edge::Step;
use crate::files;
use crate::state::record::{Access, Store};

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;
use chance::Seeded;
use program::Program;
use report::Report;
use round::Round;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Kill runs at random moments, go on, and count what must not be
    #[arg(long, required = true)]
    crash: bool,
    /// So many schools, one after the other
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rounds: u32,
    /// Draw the moments from this number; unless given, from another each time
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// A folder on the disk to try; unless given, where this system keeps temporary files
    #[arg(long = "in", value_name = "DIR")]
    place: Option<Utf8PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    if session.is_clock_fixed {
        return Err(Trouble::new(Exit::Usage, "a selftest waits before it kills: it can't go with `--now`"));
    }
    // From here on Ctrl-C asks to stop, so that the folder can be taken away.
    session.watch.step(Step::Begin { total: 0 });
    let folder = make_folder(args, session)?;
    let ended = rounds(args, &folder, session);
    session.watch.step(Step::End);
    let is_interrupted = session.watch.is_interrupted();
    match &ended {
        Ok(report) if report.holds() && (report.proves() || is_interrupted) => {
            files::remove_tree(&folder).map_err(|error| Trouble::file(format!("removing `{folder}`"), error))?;
        }
        _ => session.screen.say(&format!("Kept, to be looked into: `{folder}` (everybody in it is made up)")),
    }
    let report = ended?;
    session.screen.answer(&report.text());
    if is_interrupted {
        session.screen.say("Stopped before all rounds were done.");
        return Ok(Exit::Interrupted);
    }
    Ok(conclusion(&report, session))
}

fn conclusion(report: &Report, session: &mut Session<'_>) -> Exit {
    match (report.holds(), report.proves()) {
        (true, true) => {
            session.screen.answer("\nAll held.\n");
            Exit::Done
        }
        (true, false) => {
            session.screen.say("error: no run was hit, so nothing is proved: try more `--rounds`");
            Exit::Error
        }
        (false, _) => {
            session.screen.say(
                "error: what must be 0 is not, or a commit may be undone here: don't trust families to this machine",
            );
            Exit::Error
        }
    }
}

/// The folder of this selftest, which nobody else can enter or guess.
fn make_folder(args: &Args, session: &Session<'_>) -> Result<Utf8PathBuf, Trouble> {
    let place = args.place.as_ref().map_or_else(|| session.temporary.clone(), |place| session.path(place));
    let failed = |error| Trouble::file(format!("making a folder for the selftest in `{place}`"), error);
    let place = files::canonical(&place).map_err(failed)?;
    let folder = place.join(format!("firstbell-selftest-{:032x}", (session.random)().id()));
    files::make_new_private_dir(&folder).map_err(failed)?;
    Ok(folder)
}

fn rounds(args: &Args, folder: &Utf8Path, session: &mut Session<'_>) -> Result<Report, Trouble> {
    let failed = |error: io::Error| Trouble::file(format!("trying in `{folder}`"), error);
    let seed = args.seed.unwrap_or_else(|| u64::from((session.random)().below(u32::MAX)));
    let mut random = Seeded::new(seed);
    let mounts = files::read(Utf8Path::new("/proc/mounts")).unwrap_or_default();
    let file_system = disk::file_system(folder, &String::from_utf8_lossy(&mounts));
    let mut report = Report { seed, file_system, ..Report::default() };
    let people = school::caregivers();
    let mut whole = Duration::ZERO;
    for number in 0..=args.rounds {
        if session.watch.is_interrupted() {
            break;
        }
        let own = folder.join(format!("round-{number}"));
        let mut round = Round::new(program(&own, session)?, &people, session.clock).map_err(failed)?;
        let stop = || session.watch.is_interrupted();
        if number == 0 {
            // The first school is left in peace: it tells how long a run takes on this machine.
            whole = round.undisturbed().map_err(failed)?;
        } else {
            round.kill(whole, &mut random, &stop).map_err(failed)?;
        }
        round.finish(&stop).map_err(failed)?;
        if !session.watch.is_interrupted() {
            round.look().map_err(failed)?;
            tell(number, args.rounds, &round, whole, session);
            report.rounds += usize::from(number > 0);
        }
        settle(&mut report, &round, session)?;
        if report.holds() {
            files::remove_tree(&own).map_err(failed)?;
        }
    }
    Ok(report)
}

/// Adds a round to the report, with what its state says of itself.
fn settle(report: &mut Report, round: &Round<'_>, session: &Session<'_>) -> Result<(), Trouble> {
    report.runs.add(&round.runs);
    report.counts.add(&round.counts);
    if report.durability.is_none() && Store::exists(&round.state()) {
        let store = Store::open(&round.state(), Access::Write((session.random)()))?;
        report.durability = store.durability()?;
    }
    Ok(())
}

fn tell(number: u32, of: u32, round: &Round<'_>, whole: Duration, session: &mut Session<'_>) {
    let words = match number {
        0 => format!("A run that nobody disturbs takes {} ms here.", whole.as_millis()),
        _ => format!("Round {number} of {of}: {} runs killed, {} went on.", round.runs.killed, round.runs.resumed),
    };
    session.screen.say(&words);
}

/// This program, in a folder of its own, with a key that is drawn for it.
fn program(folder: &Utf8Path, session: &Session<'_>) -> Result<Program, Trouble> {
    let file = std::env::current_exe()
        .map_err(|error| Trouble::file("finding this program's own file, to start it", error))?;
    let mut random = (session.random)();
    let key = format!("{:032x}{:032x}", random.id(), random.id());
    Ok(Program { file, key, folder: folder.to_owned() })
}
