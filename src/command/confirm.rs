//! `firstbell confirm`: the person who imports says what became of a hand-over. Nothing else settles one, and what they say is
//! checked against the file that they had.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use jiff::tz::TimeZone;

use crate::apply::{SealedRows, open_rows};
use crate::edge::{Altered, HandOverWrite, LmsWrite, SealedHandOver, StateStore};
use crate::model::activation::{ActivationStage, LetterStage};
use crate::model::entry::{Entry, Subject};
use crate::model::handover::{HandOver, HandOverNumber, HandOverOutcome, HandOverRow};
use crate::model::ids::{CaregiverId, Username};
use crate::model::moment;
use crate::report::{Personal, count};
use crate::rollout::{Rollout, read_ids};

use super::exit::Exit;
use super::record::record_next;
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;
use super::{doors, project};

/// So many ids or lines are named.
const NAMED: usize = 20;

/// The arguments.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("answer").required(true).args(["imported", "not_imported", "unsure"]))]
pub struct Args {
    /// The hand-over's number, as in the names of its files
    number: String,
    /// It was imported, and the summary showed what the page beside it says
    #[arg(long)]
    imported: bool,
    /// Nothing of it was imported; its people are due again, with the same passwords where firstbell makes them
    #[arg(long)]
    not_imported: bool,
    /// Nobody knows; its people are left alone until somebody does
    #[arg(long)]
    unsure: bool,
    /// These were not imported: a file of their ids, one a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["not_imported", "unsure"])]
    except: Option<Utf8PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let rollout = project::load_rollout(session)?;
    let mut state = Writing::open(session, &rollout)?;
    let mut lms = doors::lms_writer(session, &rollout)?;
    let handover = find(&args.number, &state, lms.by_hand(), &rollout.timezone)?;
    let except = args
        .except
        .as_ref()
        .map(|path| excepted(path, &handover, &rollout, session.screen.personal))
        .transpose()?
        .unwrap_or_default();
    if args.unsure {
        // A run that was cut short may have put it in place and not said so.
        if !handover.is_placed && is_missing(&mut state, session, &mut *lms, &handover)? {
            return Err(never_placed(&handover, "nobody can have imported it: say `--not-imported`"));
        }
        return unsure(session, &mut state, &handover);
    }
    let is_wiped = is_wiped(session, &mut state, &handover)?;
    match (args.imported, is_wiped) {
        (true, false) => check_file(session, &mut state, &mut *lms, &handover, &except)?,
        (true, true) if !handover.is_placed => return Err(never_placed(&handover, "its rows are wiped: say `--not-imported`")),
        (true, true) => session.screen.say(
            "warning: what firstbell wrote is wiped with the lost key, so the file can't be compared with it; your word counts",
        ),
        (false, _) => {}
    }
    let is_imported = |row: &HandOverRow| args.imported && !except.contains(row.caregiver.as_str());
    let entries = entries(&handover, is_imported);
    let imported = handover.rows.iter().filter(|row| is_imported(row)).count() as u64;
    if !handover.has_letters {
        state.counts.active += imported;
    }
    record_next(session, &mut state, "confirm", entries)?;
    session.screen.answer(&said(&handover, imported, is_wiped));
    // The passwords of those whose letters are lost stand in that file alone.
    if !(is_wiped && imported > 0 && handover.has_letters) {
        remove(lms.by_hand(), &handover)?;
    }
    Ok(Exit::Done)
}

/// The open hand-over with this number.
fn find(
    text: &str,
    state: &Writing,
    writer: Option<&mut dyn HandOverWrite>,
    zone: &TimeZone,
) -> Result<HandOver, Trouble> {
    let number = HandOverNumber::parse(text).ok_or_else(|| {
        Trouble::new(
            Exit::Usage,
            format!("`{text}` is no number of a hand-over: it is the four digits its files begin with"),
        )
    })?;
    let handovers = &state.recorded.handovers;
    let Some(handover) = handovers.iter().find(|handover| handover.number == number) else {
        let open: Vec<String> = state.recorded.open_handovers().map(|open| open.number.to_string()).collect();
        let open = if open.is_empty() { "none is open".to_owned() } else { format!("open: {}", open.join(", ")) };
        return Err(Trouble::new(
            Exit::Usage,
            format!("there is no hand-over {number} ({open}); nothing was recorded"),
        ));
    };
    if let Some((at, outcome)) = handover.settled {
        // A stop behind the record may have left its files; unless they have the only copy of somebody's password.
        if !handover.rows.iter().any(|row| is_lost(state, row)) {
            remove(writer, handover)?;
        }
        let day = moment::local(at, zone);
        let what = format!(
            "hand-over {number} was settled on {day} as `{}`; nothing was recorded. If that was wrong, nobody is reset for \
             it: a `reissue:` line gives somebody another password",
            outcome.as_str()
        );
        return Err(Trouble::new(Exit::Usage, what));
    }
    Ok(handover.clone())
}

/// Those who were left out of the import; all of them must be in the hand-over.
fn excepted(
    path: &Utf8PathBuf,
    handover: &HandOver,
    rollout: &Rollout,
    personal: Personal,
) -> Result<BTreeSet<String>, Trouble> {
    let ids =
        read_ids(path, rollout.id_heading()).map_err(|why| Trouble::new(Exit::BadInput, format!("`{path}` {why}")))?;
    let ids: BTreeSet<String> = ids.into_keys().collect();
    let is_in = |id: &&String| handover.rows.iter().any(|row| row.caregiver.as_str() == id.as_str());
    let strangers: Vec<String> =
        ids.iter().filter(|id| !is_in(id)).map(|id| personal.unknown_id(&CaregiverId::new(id.as_str()))).collect();
    if strangers.is_empty() {
        return Ok(ids);
    }
    Err(Trouble::new(
        Exit::BadInput,
        format!(
            "`{path}` names ids that are not in hand-over {}: {}; nothing was recorded",
            handover.number,
            some(&strangers.iter().map(String::as_str).collect::<Vec<_>>())
        ),
    ))
}

/// What was imported is what was written, as far as the file still tells.
fn check_file(
    session: &mut Session<'_>,
    state: &mut Writing,
    lms: &mut dyn LmsWrite,
    handover: &HandOver,
    except: &BTreeSet<String>,
) -> Result<(), Trouble> {
    let key = state.key.clone();
    let (store, lineage) = state.store(session)?;
    let (Some(writer), Some(sealed)) = (lms.by_hand(), store.hand_over(handover.number)?) else { return Ok(()) };
    let altered = compare(writer, &sealed, SealedRows { lineage: &lineage, key: &key })?;
    let Some(altered) = altered else {
        if handover.is_placed {
            return Ok(());
        }
        return Err(never_placed(handover, "`firstbell apply` does, then import it"));
    };
    let without_excepted = excuse(altered, handover, except);
    if without_excepted.is_nothing() { Ok(()) } else { Err(edited(&without_excepted, handover)) }
}

/// Whether its import file is not there, as far as that can be told without the key that was lost.
fn is_missing(
    state: &mut Writing,
    session: &mut Session<'_>,
    lms: &mut dyn LmsWrite,
    handover: &HandOver,
) -> Result<bool, Trouble> {
    let key = state.key.clone();
    let (store, lineage) = state.store(session)?;
    match (lms.by_hand(), store.hand_over(handover.number)?) {
        (Some(writer), Some(sealed)) if !sealed.is_wiped() => {
            Ok(compare(writer, &sealed, SealedRows { lineage: &lineage, key: &key })?.is_none())
        }
        _ => Ok(true),
    }
}

fn never_placed(handover: &HandOver, then: &str) -> Trouble {
    let what = format!("hand-over {} was never put in place: {then}; nothing was recorded", handover.number);
    Trouble::new(Exit::Usage, what)
}

/// Whether nothing is left of what was written, because the sealing key was lost.
fn is_wiped(session: &mut Session<'_>, state: &mut Writing, handover: &HandOver) -> Result<bool, Trouble> {
    let (store, _) = state.store(session)?;
    Ok(store.hand_over(handover.number)?.is_some_and(|sealed| sealed.is_wiped()))
}

fn compare(
    writer: &mut dyn HandOverWrite,
    sealed: &SealedHandOver,
    under: SealedRows<'_>,
) -> Result<Option<Altered>, Trouble> {
    let lines = open_rows(sealed, under).map_err(|error| Trouble::new(Exit::Error, error.to_string()))?;
    writer.altered(&sealed.handover, &lines).map_err(|not| Trouble::file(not.what, not.source))
}

/// Rows of those who were not imported may say what they like.
fn excuse(altered: Altered, handover: &HandOver, except: &BTreeSet<String>) -> Altered {
    let is_excepted = |username: &Username| {
        handover.rows.iter().any(|row| row.username == *username && except.contains(row.caregiver.as_str()))
    };
    let left = |names: Vec<Username>| names.into_iter().filter(|name| !is_excepted(name)).collect();
    Altered { missing: left(altered.missing), changed: left(altered.changed), ..altered }
}

fn edited(altered: &Altered, handover: &HandOver) -> Trouble {
    let HandOver { number, name, .. } = handover;
    let ids = |names: &[Username]| {
        let rows = handover.rows.iter().filter(|row| names.contains(&row.username));
        some(&rows.map(|row| row.caregiver.as_str()).collect::<Vec<_>>())
    };
    let mut lines = vec![format!(
        "`handover/{name}.csv` is not what firstbell wrote, so that it can't be confirmed as it stands; nothing was recorded"
    )];
    if let Some(why) = &altered.unreadable {
        lines.push(format!("  {why}"));
    }
    if !altered.missing.is_empty() {
        lines.push(format!("  rows taken out: {}", ids(&altered.missing)));
    }
    if !altered.changed.is_empty() {
        lines.push(format!("  rows changed: {}", ids(&altered.changed)));
    }
    if !altered.foreign.is_empty() {
        let at: Vec<String> = altered.foreign.iter().map(u64::to_string).collect();
        let at: Vec<&str> = at.iter().map(String::as_str).collect();
        lines.push(format!("  lines that are not firstbell's: {}", some(&at)));
    }
    lines.push(format!(
        "  If it was imported like this: list the ids of rows taken out or changed in a file, and `firstbell confirm {number} \
         --imported --except FILE` (they come into the next hand-over). Lines of your own were resets that firstbell does not \
         know: take them out of the file, and record their people with `firstbell adopt`.\n  \
         If the file was imported before it was changed: move it away, and confirm again."
    ));
    Trouble::new(Exit::BadInput, lines.join("\n"))
}

fn entries(handover: &HandOver, is_imported: impl Fn(&HandOverRow) -> bool) -> Vec<Entry> {
    let number = handover.number;
    let entry = |row: &HandOverRow| {
        let subject = Subject { caregiver: row.caregiver.clone(), activation: row.activation };
        if is_imported(row) { Entry::Confirmed { subject, number } } else { Entry::HandedBack { subject, number } }
    };
    let imported = handover.rows.iter().filter(|row| is_imported(row)).count();
    let outcome = match imported {
        0 => HandOverOutcome::NotImported,
        all if all == handover.rows.len() => HandOverOutcome::Imported,
        _ => HandOverOutcome::InPart,
    };
    let settled = Entry::HandOverSettled { number, outcome };
    handover.rows.iter().map(entry).chain(std::iter::once(settled)).collect()
}

fn unsure(session: &mut Session<'_>, state: &mut Writing, handover: &HandOver) -> Result<Exit, Trouble> {
    let number = handover.number;
    if !handover.is_unsure {
        record_next(session, state, "confirm", doubted(handover))?;
    }
    session.screen.answer(&format!(
        "Recorded: nobody knows whether hand-over {number} was imported. Its people are left alone until you say \
         `firstbell confirm {number} --imported` or `--not-imported`.\n"
    ));
    Ok(Exit::Unknown)
}

/// Whether somebody's password is set, and neither sealed nor told by a letter.
fn is_lost(state: &Writing, row: &HandOverRow) -> bool {
    let history = state.recorded.histories.get(&row.caregiver).filter(|history| history.number == row.activation);
    history.is_some_and(|history| {
        let is_told = history.letter.as_ref().is_none_or(|letter| letter.stage == LetterStage::Sent);
        history.stage == ActivationStage::Set && !history.has_secret && !is_told
    })
}

/// What is recorded of a hand-over of which nobody knows whether it was imported.
pub(super) fn doubted(handover: &HandOver) -> Vec<Entry> {
    let number = handover.number;
    let doubt = |row: &HandOverRow| Entry::ResetUnknown {
        subject: Subject { caregiver: row.caregiver.clone(), activation: row.activation },
        detail: format!("hand-over {number}: nobody knows whether it was imported"),
    };
    handover.rows.iter().map(doubt).chain([Entry::HandOverUnsure { number }]).collect()
}

fn said(handover: &HandOver, imported: u64, is_wiped: bool) -> String {
    use std::fmt::Write as _;
    let keeps_passwords = handover.has_letters && !is_wiped;
    let (number, rows) = (handover.number, handover.rows.len() as u64);
    let back = rows - imported;
    let mut text = format!("Recorded: of hand-over {number}, {} imported", of_rows(imported));
    if back > 0 {
        let _ = write!(text, ", {} not", of_rows(back));
    }
    text.push_str(".\n");
    if imported > 0 && handover.has_letters && is_wiped {
        let _ = writeln!(
            text,
            "Their letters are lost with the key: they are held as `secret-lost`. Their passwords stand in `handover/{}.csv` alone, which \
             stays: tell them from it, then `firstbell adopt`; or give them others by `reissue:` lines. Then delete it.",
            handover.name
        );
    } else if imported > 0 && handover.has_letters {
        let letters = count(imported, "letter", "letters");
        let _ = writeln!(text, "Next: export Ultranet's users again, then `firstbell apply` sends {letters}.");
    } else if imported > 0 {
        text.push_str(
            "They are active: Ultranet mailed them. Next: export Ultranet's users again, then `firstbell plan`.\n",
        );
    }
    if back > 0 && keeps_passwords {
        text.push_str("The next hand-over has the same passwords for those who were not imported.\n");
    } else if back > 0 {
        let draws = if handover.has_letters { "They get others" } else { "Ultranet draws their passwords" };
        let _ = writeln!(
            text,
            "{draws} with the next hand-over. Delete every copy of this file: imported late, it would give them another."
        );
    }
    text
}

fn of_rows(many: u64) -> String {
    if many == 1 { "1 row was".to_owned() } else { format!("{many} rows were") }
}

/// Its files have done their work, and hold passwords.
fn remove(writer: Option<&mut dyn HandOverWrite>, handover: &HandOver) -> Result<(), Trouble> {
    let Some(writer) = writer else { return Ok(()) };
    writer.remove(&handover.name).map_err(|not| Trouble::file(not.what, not.source))
}

fn some(all: &[&str]) -> String {
    let shown = all.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match all.len().checked_sub(NAMED) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}
