//! `firstbell resolve`: a person says what the program could not find out about a password or a letter.

use crate::model::activation::{ActivationStage, Channel, LetterStage};
use crate::model::entry::{Entry, LetterSubject, Subject};
use crate::model::handover::HandOver;
use crate::model::ids::CaregiverId;
use crate::model::recorded::{History, LetterRecord};
use crate::rollout::Rollout;

use super::exit::Exit;
use super::record::record_next;
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;
use super::{doors, project};

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["reset", "letter"]))]
pub struct Args {
    /// The caregiver's id in the SMS
    id: String,
    /// Whether the LMS has the password
    #[arg(long, value_enum, value_name = "VERDICT", requires = "evidence")]
    reset: Option<Verdict>,
    /// Whether the letter arrived
    #[arg(long, value_enum, value_name = "VERDICT")]
    letter: Option<LetterVerdict>,
    /// What was seen; kept in the record
    #[arg(long, value_name = "TEXT")]
    evidence: Option<String>,
}

/// Whether a password was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Verdict {
    /// It was set, and the next apply sends the letter that tells it
    Done,
    /// It was not set, and the next apply draws another
    NotDone,
}

/// Whether a letter arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LetterVerdict {
    /// It arrived, and nothing more is due
    Arrived,
    /// It did not, and the next apply sends the same letter again
    SendAgain,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let evidence = args.evidence.as_deref().unwrap_or_default().trim();
    if args.evidence.is_some() && evidence.is_empty() {
        return Err(Trouble::new(Exit::Usage, "`--evidence` must say what was seen"));
    }
    let rollout = project::load_rollout(session)?;
    let mut state = Writing::open(session, &rollout)?;
    let caregiver = CaregiverId::new(args.id.as_str());
    let history = state
        .recorded
        .histories
        .get(&caregiver)
        .cloned()
        .ok_or_else(|| Trouble::new(Exit::Usage, format!("nothing is recorded about a caregiver `{caregiver}`")))?;
    if args.reset.is_some() {
        not_handed_over(&caregiver, &state)?;
    }
    if args.reset == Some(Verdict::NotDone) {
        let former = state.store(session)?.0.former_ids(&caregiver)?;
        not_shown(session, &rollout, (&caregiver, former), &history)?;
    }
    let (entry, said) = match (args.reset, args.letter) {
        (Some(verdict), _) => of_reset(caregiver, &history, verdict, evidence)?,
        (None, Some(verdict)) => of_letter(caregiver, &history, verdict, evidence)?,
        (None, None) => return Err(Trouble::new(Exit::Usage, "say `--reset` or `--letter`")),
    };
    record_next(session, &mut state, "resolve", vec![entry])?;
    session.screen.answer(&format!("Recorded for {}: {said}. `firstbell plan` shows what is due now.\n", args.id));
    Ok(Exit::Done)
}

/// Of somebody in a hand-over the word of the one who imports it counts.
fn not_handed_over(caregiver: &CaregiverId, state: &Writing) -> Result<(), Trouble> {
    let in_handover = |handover: &&HandOver| handover.rows.iter().any(|row| row.caregiver == *caregiver);
    let Some(handover) = state.recorded.open_handovers().find(in_handover) else { return Ok(()) };
    let number = handover.number;
    let what = format!("{caregiver} stands in hand-over {number}, which `firstbell confirm {number}` settles");
    Err(Trouble::new(Exit::Usage, what))
}

/// What the LMS shows is not undone by a word: the next apply would be refused, because it found a password that nobody knows of.
fn not_shown(
    session: &Session<'_>,
    rollout: &Rollout,
    (caregiver, former): (&CaregiverId, Vec<CaregiverId>),
    history: &History,
) -> Result<(), Trouble> {
    let mut reader = doors::lms_reader(session, rollout)?;
    if !reader.capabilities().has_marker {
        return Ok(());
    }
    // The account may carry the id they had before, whether the line that says so still stands or not.
    let moved = rollout.moved.iter().find(|line| line.to == *caregiver).map(|line| &line.from);
    for id in std::iter::once(caregiver).chain(moved).chain(&former) {
        if reader.observe_one(id)?.iter().any(|account| account.marker == Some(history.key)) {
            let what = format!(
                "the LMS shows that activation {} of {caregiver} was set: say `--reset done`; nothing was recorded",
                history.number
            );
            return Err(Trouble::new(Exit::Usage, what));
        }
    }
    Ok(())
}

fn of_reset(
    caregiver: CaregiverId,
    history: &History,
    verdict: Verdict,
    evidence: &str,
) -> Result<(Entry, &'static str), Trouble> {
    if !matches!(history.stage, ActivationStage::Setting | ActivationStage::ResetUnknown) {
        let what = format!(
            "nothing is open about the password of {caregiver}: activation {} is `{}`",
            history.number, history.stage
        );
        return Err(Trouble::new(Exit::Usage, what));
    }
    let subject = Subject { caregiver, activation: history.number };
    let was_set = verdict == Verdict::Done;
    let said = if was_set { "the password was set" } else { "the password was not set" };
    Ok((Entry::Resolved { subject, was_set, evidence: evidence.to_owned() }, said))
}

fn of_letter(
    caregiver: CaregiverId,
    history: &History,
    verdict: LetterVerdict,
    evidence: &str,
) -> Result<(Entry, &'static str), Trouble> {
    if history.letter.as_ref().is_some_and(|letter| letter.channel == Channel::Paper) {
        let cohort = history.cohort.as_ref().map_or("NAME", |cohort| cohort.as_str());
        let what =
            format!("the letter of {caregiver} is on paper: say `firstbell letters --cohort {cohort} --printed`");
        return Err(Trouble::new(Exit::Usage, what));
    }
    // One that was refused has certainly not arrived, but may be sent again once whatever refused it is mended.
    let open = |letter: &&LetterRecord| match letter.stage {
        LetterStage::Sending | LetterStage::Unknown => true,
        // What came back may have been a copy, a full mailbox, or a mistake of whoever read it.
        LetterStage::Bounced => verdict == LetterVerdict::Arrived || history.has_secret,
        LetterStage::Rejected => verdict == LetterVerdict::SendAgain,
        _ => false,
    };
    let is_set = history.stage == ActivationStage::Set;
    let Some(letter) = history.letter.as_deref().filter(open).filter(|_| is_set) else {
        let stage = history.letter.as_ref().map_or("not there", |letter| letter.stage.as_str());
        let is_wiped = stage == LetterStage::Bounced.as_str() && !history.has_secret;
        let wiped = if is_wiped { ", and its password is wiped: a `reissue:` line gives them another" } else { "" };
        let what = format!("nothing is open about the letter of {caregiver}: it is `{stage}`{wiped}");
        return Err(Trouble::new(Exit::Usage, what));
    };
    let letter = LetterSubject { caregiver, activation: history.number, letter: letter.number };
    let arrived = verdict == LetterVerdict::Arrived;
    let said = if arrived { "the letter arrived" } else { "the letter did not arrive, and goes out again" };
    Ok((Entry::LetterResolved { letter, arrived, evidence: evidence.to_owned() }, said))
}
