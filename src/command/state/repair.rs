//! `firstbell state repair`: after a restored backup, or where the state is lost. What the LMS and the outbox show is recorded,
//! whoever is in doubt is held, and the position is accepted in `rollout.lock`. Nobody is reset by it, then or later.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use camino::Utf8Path;

use crate::files;
use crate::model::activation::ActivationStage;
use crate::model::email::fold;
use crate::model::entry::Entry;
use crate::model::handover::{HandOver, HandOverRow};
use crate::model::observed::Observed;
use crate::model::recorded::{History, Recorded};
use crate::report;
use crate::rollout::Transport;
use crate::state::rollout_lock;

use super::super::exit::Exit;
use super::super::project::{self, Loaded};
use super::super::record::{next_run, reason, record};
use super::super::session::Session;
use super::super::trouble::Trouble;
use super::super::writing::Writing;
use super::super::{confirm, doors, mark};
use super::rebuild::{EARLIER, Evidence, Finding, SIGNED_IN, strays};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Why this state is the one to go on with; without it, what would be recorded is only shown
    #[arg(long, value_name = "TEXT")]
    because: Option<String>,
}

/// Runs it.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let because = args.because.as_deref().map(reason).transpose()?;
    let loaded = project::load(session)?;
    let (mut state, mismatch) = Writing::open_to_repair(session, &loaded.rollout)?;
    let mut reader = doors::lms_reader(session, &loaded.rollout)?;
    let observed = reader.observe(&project::ask(&loaded, &state.recorded))?;
    let is_named_only = state.is_shared() && rollout_lock::read(&mark::rollout_lock_path(session))?.is_none();
    if is_named_only && shows_nobody(&state.recorded, &observed, reader.capabilities().has_marker) {
        return Err(Trouble::new(Exit::Stale, OF_OTHERS));
    }
    let is_carried = reader.capabilities().carrier.is_person();
    if is_carried && mismatch.is_some() {
        export_is_new(session, observed.read_at)?;
    }
    let outbox = outbox(session, &loaded)?;
    let letters = unknown_letters(&outbox, &mut state)?;
    let handed = unknown_hand_overs(&loaded, &state)?;
    let evidence = Evidence {
        rollout: &loaded.rollout,
        roster: &loaded.roster,
        recorded: &state.recorded,
        observed: &observed,
        has_marker: reader.capabilities().has_marker,
        letters: &letters,
        handed: &handed,
        fingerprinter: &state.fingerprinter,
    };
    let found = evidence.judge((session.random)().as_mut());
    let is_needed = mismatch.is_some() || found.iter().any(|one| ![SIGNED_IN, EARLIER].contains(&one.because));
    if !is_needed {
        session.screen.answer("State, `rollout.lock` and LMS agree: there is nothing to repair.\n");
        return Ok(Exit::Done);
    }
    let is_behind = mismatch.is_some();
    let mut text = mismatch.map_or_else(String::new, |mismatch| {
        let what = mismatch.to_string();
        let lost = if is_carried { LOST_HAND_OVERS } else { "" };
        format!("Refused so far: {}.\n\n{lost}", what.lines().next().unwrap_or_default().trim_end_matches('.'))
    });
    text.push_str(&listed(session, &found, strays(&evidence)));
    let doubted = if is_behind { placed_and_open(&state) } else { Vec::new() };
    text.extend(doubted.iter().map(|handover| in_doubt(handover, &state, &outbox)));
    let Some(because) = because else {
        text.push_str("\nNothing was recorded: run it again with `--because TEXT` to accept this.\n");
        session.screen.answer(&text);
        return Ok(Exit::Stale);
    };
    let found_entries = found.iter().map(|one| evidence.entry(one, &because));
    let entries: Vec<Entry> = found_entries.chain(doubted.iter().flat_map(confirm::doubted)).collect();
    accept(session, &mut state, &because, entries)?;
    text.push_str("\nRecorded, and `rollout.lock` stands here now: commit it. `firstbell plan` shows what is due.\n");
    session.screen.answer(&text);
    let is_open = !doubted.is_empty() || found.iter().any(|one| !one.is_active);
    Ok(if is_open { Exit::PersonNeeded } else { Exit::Done })
}

/// Without the lock, nothing but the school's name says whose a state is.
const OF_OTHERS: &str = "this LMS shows nothing of what is recorded, of nobody, and no `rollout.lock` says that this state is this \
                         rollout's: it is probably another school's. Give this school another `school:`, or put its \
                         `rollout.lock` back; nothing was recorded";

/// Whether something was done for people, and the LMS shows of none of them that it was: a marker, or at least an account.
fn shows_nobody(recorded: &Recorded, observed: &Observed, has_marker: bool) -> bool {
    let done = || recorded.histories.iter().filter(|(_, history)| history.is_begun());
    let is_marked = |(id, history): (&str, &History)| {
        observed.of_caregiver(id).any(|account| account.view().marker == Some(history.key))
    };
    let mut set = done().filter(|(_, history)| has_marker && history.stage == ActivationStage::Set).peekable();
    if set.peek().is_some() {
        return !set.any(is_marked);
    }
    let mut others = done().peekable();
    others.peek().is_some() && !others.any(|(id, _)| observed.of_caregiver(id).next().is_some())
}

const LOST_HAND_OVERS: &str = "A hand-over of the runs that are lost must not be imported any more, wherever a copy of its file lies: \
                               delete them first.\n\n";

/// What was imported by the runs that are lost does not show in an export from before them.
fn export_is_new(session: &Session<'_>, exported_at: jiff::Timestamp) -> Result<(), Trouble> {
    let path = mark::rollout_lock_path(session);
    let written_at = match files::modified(&path) {
        Ok(at) => at,
        // Without the lock nothing says when the last run was.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Trouble::file(format!("reading `{path}`"), error)),
    };
    if exported_at >= written_at {
        return Ok(());
    }
    let what = format!(
        "the export of Ultranet's users is older than `{path}`, so it can't show what the lost runs handed over: export the users \
         again, then repair; nothing was recorded"
    );
    Err(Trouble::new(Exit::Stale, what))
}

/// The run goes on behind the one that `rollout.lock` knows, so that the newer state, found again, is refused and not taken
/// for this one.
fn accept(
    session: &mut Session<'_>,
    state: &mut Writing,
    because: &str,
    mut entries: Vec<Entry>,
) -> Result<(), Trouble> {
    let lock = rollout_lock::read(&mark::rollout_lock_path(session))?;
    let (run, serial) = lock.map_or((next_run(state), 0), |lock| (lock.run.next().max(next_run(state)), lock.serial));
    entries.insert(0, Entry::PositionAccepted { serial, because: because.to_owned() });
    record(session, state, (run, "state repair"), entries)
}

/// The hand-overs that wait for a word which the runs that are lost may have had already.
fn placed_and_open(state: &Writing) -> Vec<HandOver> {
    let is_waiting = |one: &&HandOver| one.is_placed && !one.is_unsure;
    state.recorded.open_handovers().filter(is_waiting).cloned().collect()
}

/// Says that a hand-over may have been imported since, and what shows it.
fn in_doubt(handover: &HandOver, state: &Writing, outbox: &HashMap<String, String>) -> String {
    let number = handover.number;
    let letter_of =
        |row: &HandOverRow| state.recorded.histories.get(&row.caregiver).and_then(|one| one.letter.as_ref());
    let has_gone =
        |row: &&HandOverRow| letter_of(row).is_some_and(|letter| outbox.contains_key(letter.message_id.as_str()));
    let gone = handover.rows.iter().filter(has_gone).count() as u64;
    let seen = match gone {
        0 => "see in Ultranet whether it was".to_owned(),
        _ => format!("it was: {} in the outbox", report::count(gone, "letter of it lies", "letters of it lie")),
    };
    format!(
        "? hand-over {number}: the runs that are lost may have been told that it was imported; {seen}\n      held until `firstbell \
         confirm {number} --imported|--not-imported`; don't import it before\n"
    )
}

/// Message-ID and recipient of each letter in the outbox.
fn outbox(session: &Session<'_>, loaded: &Loaded) -> Result<HashMap<String, String>, Trouble> {
    // What a mail server took leaves no trace here.
    let Transport::Outbox { path: folder } = &loaded.rollout.mail.transport else { return Ok(HashMap::new()) };
    if !files::is_dir(folder) {
        return Ok(HashMap::new());
    }
    let mut letters = HashMap::new();
    for name in super::secrets::list(folder)? {
        let path = folder.join(&name);
        let shown = project::shown(session, &path);
        let bytes =
            files::read(&path).map_err(|error| Trouble::file(format!("reading the letter `{shown}`"), error))?;
        let (id, to) = heading(&String::from_utf8_lossy(&bytes)).ok_or_else(|| unreadable(&shown))?;
        letters.insert(id, to);
    }
    Ok(letters)
}

/// The addresses of letters in the outbox that the record does not know.
fn unknown_letters(outbox: &HashMap<String, String>, state: &mut Writing) -> Result<HashSet<String>, Trouble> {
    let known = state.message_ids()?;
    Ok(outbox.iter().filter(|(id, _)| !known.contains(*id)).map(|(_, to)| fold(to)).collect())
}

/// The cells of the hand-overs that the record does not know.
fn unknown_hand_overs(loaded: &Loaded, state: &Writing) -> Result<HashSet<String>, Trouble> {
    let Some(ultranet) = loaded.rollout.lms.ultranet() else { return Ok(HashSet::new()) };
    let is_known = |name: &str| state.recorded.handovers.iter().any(|one| name.strip_suffix(".csv") == Some(&one.name));
    let mut cells = HashSet::new();
    for name in super::secrets::imports(&ultranet.folder)?.iter().filter(|name| !is_known(name)) {
        let path = ultranet.folder.join(name);
        let bytes =
            files::read(&path).map_err(|error| Trouble::file(format!("reading the hand-over `{path}`"), error))?;
        let text = String::from_utf8_lossy(&bytes);
        cells.extend(text.split(['\n', '\r', ',']).map(|cell| cell.trim_matches('"').to_owned()));
    }
    Ok(cells)
}

fn unreadable(path: &Utf8Path) -> Trouble {
    let what = format!(
        "`{path}` is not a letter that firstbell wrote, so it can't be said whom it went to: move it out of the outbox; \
         nothing was recorded"
    );
    Trouble::new(Exit::BadInput, what)
}

/// Message-ID and recipient of a letter.
fn heading(letter: &str) -> Option<(String, String)> {
    let head = letter.lines().take_while(|line| !line.trim().is_empty()).fold(String::new(), |mut head, line| {
        if !line.starts_with([' ', '\t']) {
            head.push('\n');
        }
        head + line
    });
    let field = |name: &str| {
        let value = head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })?;
        let bare = value.rsplit_once('<').map_or(value, |(_, bare)| bare);
        Some(bare.trim().trim_end_matches('>').to_owned()).filter(|bare| bare.contains('@'))
    };
    field("Message-ID").zip(field("To"))
}

fn listed(session: &Session<'_>, found: &[Finding], strays: usize) -> String {
    let mut text = String::new();
    let id = |one: &Finding| session.screen.personal.id(&one.caregiver);
    // One line for each person: the last of theirs.
    let found: Vec<&Finding> = found.iter().filter(|one| one.because != EARLIER).collect();
    for one in found.iter().filter(|one| one.is_active) {
        let _ = writeln!(text, "= {}  activation {}: {}", id(one), one.number, one.because);
        if one.because != SIGNED_IN && !one.has_letter {
            let _ = writeln!(
                text,
                "      no letter of it was found; if they never got one: `reissue: [{{caregiver: {}, activation: {}, because: …}}]`",
                id(one),
                one.number.next()
            );
        }
    }
    for one in found.iter().filter(|one| !one.is_active) {
        let _ = writeln!(text, "? {}  activation {}: {}", id(one), one.number, one.because);
        let _ = writeln!(text, "      held until `firstbell resolve {} --reset done|not-done --evidence …`", id(one));
    }
    if strays > 0 {
        let letters = report::count(strays as u64, "address", "addresses");
        let _ =
            writeln!(text, "! letters in the outbox went to {letters} that nobody in roster or LMS has: look at them");
    }
    let active = found.iter().filter(|one| one.is_active).count();
    let _ =
        writeln!(text, "{active} active by the evidence, {} in doubt and held. Nobody is reset.", found.len() - active);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_tells_whom_it_went_to_however_its_heading_is_folded() {
        let letter =
            "Message-ID: <a1@example.nz>\r\nTo: =?utf-8?q?M=C4=81ui?=\r\n <mere@example.nz>\r\n\r\nTo: <x@y>\r\n";
        assert_eq!(heading(letter), Some(("a1@example.nz".to_owned(), "mere@example.nz".to_owned())));
        assert_eq!(heading("To: mere@example.nz\n\n"), None);
        assert_eq!(heading(""), None);
    }
}
