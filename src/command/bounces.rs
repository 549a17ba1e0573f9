//! `firstbell bounces`: reads mails that came back, and marks the address of each letter as one that nobody is behind. The
//! person is not marked: with another address in the SMS they are written to again, as the rollout says.

mod mailbox;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use camino::Utf8PathBuf;
use jiff::{SignedDuration, Timestamp};

use crate::mail::bounce::{Returned, Verdict};
use crate::model::activation::LetterStage;
use crate::model::entry::{Entry, LetterSubject};
use crate::model::fingerprint::{Fingerprint, Fingerprinter};
use crate::model::ids::CaregiverId;
use crate::model::recorded::Recorded;
use crate::reconcile::address_fingerprint;
use crate::report::{Personal, count};

use super::exit::Exit;
use super::project;
use super::record::record_next;
use super::session::Session;
use super::trouble::Trouble;
use super::writing::Writing;
use mailbox::Mailbox;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A Maildir, a folder of .eml or mbox files, an mbox file, or single mails
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let rollout = project::load_rollout(session)?;
    let mut mailbox = Mailbox::default();
    for path in &args.paths {
        mailbox.read(path)?;
    }
    let mut state = Writing::open(session, &rollout)?;
    let found = Found::of(&mailbox, &state.recorded, &state.fingerprinter);
    let entries: Vec<Entry> = found.bounced.iter().map(|(letter, reason)| bounced(letter, reason)).collect();
    if !entries.is_empty() {
        record_next(session, &mut state, "bounces", entries)?;
    }
    let personal = session.screen.personal;
    let text = found.words(mailbox.mails.len() as u64, personal) + &passed_over(&mailbox.passed_over);
    session.screen.answer(&text);
    Ok(Exit::Done)
}

fn bounced(letter: &LetterSubject, reason: &str) -> Entry {
    Entry::LetterBounced { letter: letter.clone(), reason: reason.to_owned() }
}

/// What was no mail, so that nobody takes it for read; the first few by name.
fn passed_over(paths: &[Utf8PathBuf]) -> String {
    let Some(many) = paths.len().checked_sub(1) else { return String::new() };
    let names: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = if many < NAMED { "" } else { ", …" };
    format!(
        "Not read: {} that no mails stand in ({}{more}).\n",
        count(many as u64 + 1, "entry", "entries"),
        names.join(", ")
    )
}

/// So many of what was passed over are named.
const NAMED: usize = 5;

/// What is recorded of the letters, by what a report says of them.
struct Letters {
    by_id: HashMap<String, Known>,
    by_address: HashMap<Fingerprint, Vec<(LetterSubject, LetterStage)>>,
    /// The domains of our Message-IDs.
    domains: HashSet<String>,
}

/// A letter of ours.
struct Known {
    letter: LetterSubject,
    stage: LetterStage,
    /// Since when it is at that stage.
    since: Timestamp,
    /// The address that it went to, as a fingerprint.
    address: Option<Fingerprint>,
}

/// So far apart may the clocks of two mail servers be, and more: a report that is passed over is lost.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(1);

impl Letters {
    fn of(recorded: &Recorded) -> Self {
        let mut letters = Self { by_id: HashMap::new(), by_address: HashMap::new(), domains: HashSet::new() };
        for (id, history) in recorded.histories.iter() {
            let Some(letter) = &history.letter else { continue };
            let caregiver = CaregiverId::new(id);
            let subject = LetterSubject { caregiver, activation: history.number, letter: letter.number };
            let message_id = letter.message_id.as_str().to_ascii_lowercase();
            letters.domains.extend(message_id.split_once('@').map(|(_, domain)| domain.to_owned()));
            let (stage, since, address) = (letter.stage, letter.stage_at, history.identity.address);
            letters.by_id.insert(message_id, Known { letter: subject.clone(), stage, since, address });
            if let Some(address) = history.identity.address {
                letters.by_address.entry(address).or_default().push((subject, letter.stage));
            }
        }
        letters
    }

    /// Whose last letters may be meant where a report names none of ours: those that went to the addresses it names.
    fn by_address<'a>(
        &'a self,
        report: &'a Returned,
        fingerprinter: &Fingerprinter,
    ) -> Vec<(&'a str, &'a LetterSubject, LetterStage)> {
        let is_ours = |id: &String| id.split_once('@').is_some_and(|(_, domain)| self.domains.contains(domain));
        // It names a letter of ours: one that is nobody's last.
        if report.message_ids.iter().any(is_ours) {
            return Vec::new();
        }
        let of_address = |address| self.by_address.get(&address_fingerprint(address, fingerprinter));
        let found = report.recipients.iter().filter_map(|address| Some((address.as_str(), of_address(address)?)));
        found
            .flat_map(|(address, letters)| letters.iter().map(move |(subject, stage)| (address, subject, *stage)))
            .filter(|(_, _, stage)| is_out(*stage))
            .collect()
    }
}

/// What a report says of one of several recipients; a copy elsewhere may have failed while their own letter arrived.
fn said_of<'r>(address: Fingerprint, report: &'r Returned, fingerprinter: &Fingerprinter) -> Option<&'r Verdict> {
    let is_theirs = |own: &String| address_fingerprint(own, fingerprinter) == address;
    report.each.iter().find(|(addresses, _)| addresses.iter().any(is_theirs)).map(|(_, verdict)| verdict)
}

/// Whether a letter has left, or may have.
fn is_out(stage: LetterStage) -> bool {
    match stage {
        LetterStage::Sent | LetterStage::Sending | LetterStage::Unknown | LetterStage::Bounced => true,
        LetterStage::Prepared | LetterStage::Rejected | LetterStage::Replaced | LetterStage::ToPrint => false,
    }
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
    /// Reports that name no letter, but an address that we wrote to.
    nameless: Vec<Nameless>,
    /// Reports about letters that are nobody's last.
    others: u64,
    no_reports: u64,
}

/// A report that names no letter.
struct Nameless {
    /// The mail it stands in.
    place: String,
    address: String,
    caregiver: CaregiverId,
}

impl Found {
    fn of(mailbox: &Mailbox, recorded: &Recorded, fingerprinter: &Fingerprinter) -> Self {
        let letters = Letters::of(recorded);
        let mut found = Self::default();
        for mail in &mailbox.mails {
            for report in &mail.reports {
                found.add_report(&mail.place, report, &letters, fingerprinter);
            }
        }
        found
    }

    fn add_report(&mut self, place: &str, report: &Returned, letters: &Letters, fingerprinter: &Fingerprinter) {
        if report.verdict == Verdict::NoReport {
            self.no_reports += 1;
            return;
        }
        let named: Vec<_> = report.message_ids.iter().filter_map(|id| letters.by_id.get(id)).collect();
        // Which of them has which fate, it does not say in a way that could be held against the letters.
        let is_one = named.len() == 1;
        for Known { letter, stage, since, address } in &named {
            // Written before the letter went out again, or before a person said that it had arrived: that is settled.
            if report.written_at.is_some_and(|at| at.checked_add(CLOCKS_DIFFER).is_ok_and(|at| at < *since)) {
                self.known += 1;
                continue;
            }
            let own = address
                .filter(|_| is_one && report.differs)
                .and_then(|address| said_of(address, report, fingerprinter));
            let verdict = own.unwrap_or(if report.differs { &Verdict::Unclear } else { &report.verdict });
            self.add(verdict, letter, *stage);
        }
        if !named.is_empty() {
            return;
        }
        let meant = letters.by_address(report, fingerprinter);
        if meant.is_empty() {
            self.others += 1;
        } else if meant.iter().all(|(_, _, stage)| *stage == LetterStage::Bounced) {
            self.known += 1;
        } else {
            self.nameless.extend(meant.into_iter().map(|(address, letter, _)| Nameless {
                place: place.to_owned(),
                address: address.to_owned(),
                caregiver: letter.caregiver.clone(),
            }));
        }
    }

    fn add(&mut self, verdict: &Verdict, letter: &LetterSubject, stage: LetterStage) {
        match verdict {
            Verdict::Permanent(status) => {
                let is_noted = self.bounced.iter().any(|(noted, _)| noted == letter);
                if stage == LetterStage::Bounced || is_noted {
                    self.known += 1;
                } else if is_out(stage) {
                    self.bounced.push((letter.clone(), status.clone()));
                } else {
                    self.others += 1;
                }
            }
            Verdict::Delayed(status) => self.delayed.push((letter.caregiver.clone(), status.clone())),
            Verdict::Unclear => self.unclear.push(letter.caregiver.clone()),
            // It arrived; what failed is a copy for somebody else.
            Verdict::NoReport => self.no_reports += 1,
        }
    }

    fn words(&self, mails: u64, personal: Personal) -> String {
        let mut text = format!(
            "{} read: {} came back",
            count(mails, "mail", "mails"),
            count(self.bounced.len() as u64, "letter", "letters")
        );
        let also = [
            (self.known, "known already"),
            (self.delayed.len() as u64, "delayed only"),
            ((self.unclear.len() + self.nameless.len()) as u64, "unclear"),
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
        for Nameless { place, address, caregiver } in &self.nameless {
            let _ = writeln!(
                text,
                "  ? {}  a report about {} that names no letter: read it yourself ({place})",
                personal.id(caregiver),
                personal.addresses_in(address)
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
