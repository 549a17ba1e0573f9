//! `firstbell bounces`: reads mails that came back, and marks the address of each letter as one that nobody is behind. The
//! person is not marked: with another address in the SMS they are written to again, as the rollout says.

use std::collections::HashMap;
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use crate::files;
use crate::mail::bounce::{self, Returned, Verdict};
use crate::model::activation::LetterStage;
use crate::model::entry::{Entry, LetterSubject};
use crate::model::ids::CaregiverId;
use crate::model::recorded::Recorded;
use crate::report::count;

use super::exit::Exit;
use super::project;
use super::resolve::record;
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A Maildir, a folder of .eml files, an mbox file, or single mails
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let rollout = project::load_rollout(session)?;
    let mut mails = Vec::new();
    for path in &args.paths {
        mails.extend(read(path)?);
    }
    let mut state = Writing::open(session, &rollout)?;
    let found = Found::of(&mails, &state.recorded);
    let entries: Vec<Entry> = found.bounced.iter().map(|(letter, reason)| bounced(letter, reason)).collect();
    if !entries.is_empty() {
        record(session, &mut state, "bounces", entries)?;
    }
    let text = found.words(mails.len() as u64, session);
    session.screen.answer(&text);
    Ok(Exit::Done)
}

fn bounced(letter: &LetterSubject, reason: &str) -> Entry {
    Entry::LetterBounced { letter: letter.clone(), reason: reason.to_owned() }
}

/// The mails under a path.
fn read(path: &Utf8Path) -> Result<Vec<Returned>, Trouble> {
    let failed =
        |error| Trouble::Unreadable { what: format!("the mails in `{path}` could not be read"), source: error };
    if !files::is_dir(path) {
        let bytes = files::read(path).map_err(failed)?;
        let mails = bounce::mbox(&bytes).unwrap_or_else(|| vec![bytes]);
        return Ok(mails.iter().map(|mail| bounce::read(mail)).collect());
    }
    let is_maildir = ["cur", "new"].iter().any(|name| files::is_dir(&path.join(name)));
    let folders = if is_maildir { vec![path.join("cur"), path.join("new")] } else { vec![path.to_owned()] };
    let mut mails = Vec::new();
    for folder in folders.iter().filter(|folder| files::is_dir(folder)) {
        for name in files::list(folder).map_err(failed)? {
            let file = folder.join(&name);
            let is_mail = is_maildir || file.extension().is_some_and(|end| end.eq_ignore_ascii_case("eml"));
            if is_mail && !files::is_dir(&file) {
                mails.push(bounce::read(&files::read(&file).map_err(failed)?));
            }
        }
    }
    Ok(mails)
}

/// What the mails say, held against what is recorded.
#[derive(Default)]
struct Found {
    /// To be recorded now: whose letter, and the status.
    bounced: Vec<(LetterSubject, String)>,
    /// Recorded before.
    known: u64,
    delayed: Vec<(CaregiverId, String)>,
    unclear: Vec<CaregiverId>,
    /// Reports about letters that are nobody's last.
    others: u64,
    no_reports: u64,
}

impl Found {
    fn of(mails: &[Returned], recorded: &Recorded) -> Self {
        let mut letters: HashMap<String, (LetterSubject, LetterStage)> = HashMap::new();
        for (id, history) in recorded.histories.iter() {
            let Some(letter) = &history.letter else { continue };
            let caregiver = CaregiverId::new(id);
            let subject = LetterSubject { caregiver, activation: history.number, letter: letter.number };
            letters.insert(letter.message_id.as_str().to_ascii_lowercase(), (subject, letter.stage));
        }
        let mut found = Self::default();
        for mail in mails {
            let letter = mail.message_ids.iter().find_map(|id| letters.get(id));
            found.add(mail, letter);
        }
        found
    }

    fn add(&mut self, mail: &Returned, letter: Option<&(LetterSubject, LetterStage)>) {
        let (letter, stage) = match (&mail.verdict, letter) {
            (Verdict::NoReport, _) => return self.no_reports += 1,
            (_, None) => return self.others += 1,
            (_, Some(letter)) => letter,
        };
        match &mail.verdict {
            Verdict::Permanent(status) => {
                let is_noted = self.bounced.iter().any(|(noted, _)| noted == letter);
                match stage {
                    LetterStage::Bounced => self.known += 1,
                    _ if is_noted => self.known += 1,
                    LetterStage::Sent | LetterStage::Sending | LetterStage::Unknown => {
                        self.bounced.push((letter.clone(), status.clone()));
                    }
                    LetterStage::Prepared | LetterStage::Rejected | LetterStage::Replaced | LetterStage::ToPrint => {
                        self.others += 1;
                    }
                }
            }
            Verdict::Delayed(status) => self.delayed.push((letter.caregiver.clone(), status.clone())),
            Verdict::Unclear | Verdict::NoReport => self.unclear.push(letter.caregiver.clone()),
        }
    }

    fn words(&self, mails: u64, session: &Session<'_>) -> String {
        let personal = session.screen.personal;
        let mut text = format!(
            "{} read: {} came back",
            count(mails, "mail", "mails"),
            count(self.bounced.len() as u64, "letter", "letters")
        );
        let also = [
            (self.known, "known already"),
            (self.delayed.len() as u64, "delayed only"),
            (self.unclear.len() as u64, "unclear"),
            (self.others, "about letters that are nobody's last"),
            (self.no_reports, "no reports"),
        ];
        for (many, words) in also.iter().filter(|(many, _)| *many > 0) {
            let _ = write!(text, ", {many} {words}");
        }
        text.push_str(".\n");
        for (letter, status) in &self.bounced {
            let _ = writeln!(text, "  ! {}  came back ({status})", personal.id(&letter.caregiver));
        }
        for (caregiver, status) in &self.delayed {
            let _ =
                writeln!(text, "    {}  delayed ({status}); their mail server goes on trying", personal.id(caregiver));
        }
        for caregiver in &self.unclear {
            let _ = writeln!(
                text,
                "  ? {}  a report that does not say what became of it: read it yourself",
                personal.id(caregiver)
            );
        }
        if !self.bounced.is_empty() {
            text.push_str(
                "Next: correct these addresses in the SMS, export again; `firstbell plan` says what is due then.\n",
            );
        }
        text
    }
}
