//! Reconcile as a whole, with a record and an LMS made by hand: the rows of the due table, the stops and the rules beside
//! them, also those that no driver of today brings about.

mod canary;
mod cohorts;
mod drift;
mod due;
mod gone;
mod guards;
mod letters;
mod markers;
mod moved;
mod settling;
mod stops;
mod updates;
mod usernames;

use camino::Utf8Path;
use jiff::{SignedDuration, Timestamp};

use crate::diagnostic::Diagnostics;
use crate::model::account::{Account, SignIn, SignInMethod};
use crate::model::activation::{ActivationKind, ActivationStage, Channel, LetterStage};
use crate::model::capability::{Carrier, LmsCapabilities, MailCapabilities};
use crate::model::fingerprint::Fingerprinter;
use crate::model::handover::{HandOver, HandOverNumber, HandOverRow};
use crate::model::ids::{ActivationKey, ActivationNumber, CaregiverId, LetterNumber, RosterNumber};
use crate::model::observed::Observed;
use crate::model::recorded::{AcceptedRoster, History, Identity, LetterRecord, Opening, Presence, Recorded};
use crate::model::secret::SealingKey;
use crate::plan::{Act, Held, HoldCode, Narrowing, Plan};
use crate::rollout::{self, Project, Rollout};
use crate::roster::{self, Caregiver, Roster};

use super::identity::{identity_of, letter_fingerprint};
use super::{Context, Desired, Refusal, paper};

/// Monday, 1 February 2027, 08:00 at the school.
const NOW: Timestamp = Timestamp::constant(1_801_422_000, 0);

const HEAD: &str = "version: 1
school: Kōwhai College
timezone: Pacific/Auckland
roster:
  path: roster.csv
  columns: {caregiver-id: ID, first-name: First, last-name: Last, email: Email, student-id: Student, year: Year,
    portal-access: Access, priority: Priority}
  unknown-access: hold
sign-in-url: https://portal.kowhai.example.nz
mail: {from: Kōwhai College <office@kowhai.example.nz>}
";
const YEAR_7: &str = "cohorts:\n  - {name: year-7, select: {years: [7]}}\n";
const HEADING: &str = "ID,First,Last,Email,Student,Year,Access,Priority\n";

const MERE: &str = "C1,Mere,Tamihana,mere@example.nz,S1,7,yes,1\n";
const HONE: &str = "C2,Hōne,Tamihana,hone@example.nz,S1,7,yes,2\n";

/// A school of which everything can be changed before it is planned for.
struct School {
    rollout: Rollout,
    roster: Roster,
    recorded: Recorded,
    accounts: Vec<Account>,
    lms: LmsCapabilities,
    mail: MailCapabilities,
    retry_unknown: bool,
    now: Timestamp,
    narrowing: Narrowing,
}

impl School {
    /// With these lines below the rollout's usual head, and these rows. The LMS writes markers, the mail can be sent twice.
    fn new(rollout: &str, rows: &str) -> Self {
        let rollout = read_rollout(rollout);
        Self {
            roster: read_roster(&rollout, rows),
            rollout,
            recorded: Recorded::default(),
            accounts: Vec::new(),
            lms: LmsCapabilities {
                has_marker: true,
                can_update: true,
                can_disable: true,
                batch: 1,
                can_link: false,
                works_on: false,
                needs_email: false,
                carrier: Carrier::Program,
            },
            mail: MailCapabilities { is_idempotent: true, sessions: 1 },
            now: NOW,
            narrowing: Narrowing::default(),
            retry_unknown: false,
        }
    }

    /// Mere and Hōne in year 7, which opens.
    fn year_7() -> Self {
        Self::new(YEAR_7, &format!("{MERE}{HONE}"))
    }

    fn set_rollout(&mut self, rollout: &str) {
        self.rollout = read_rollout(rollout);
    }

    fn set_roster(&mut self, rows: &str) {
        self.roster = read_roster(&self.rollout, rows);
    }

    fn plan(&self) -> Plan {
        self.try_plan().unwrap()
    }

    fn try_plan(&self) -> Result<Plan, Refusal> {
        let observed = Observed::new(self.accounts.clone(), self.now);
        let fingerprinter = fingerprinter();
        let context = Context {
            now: self.now,
            fingerprinter: &fingerprinter,
            lms: self.lms,
            mail: self.mail,
            timetable: None,
            retry_unknown: self.retry_unknown,
            state_path: "state",
            state_schema: 1,
            letters_sha256: "",
            git: None,
            narrowing: &self.narrowing,
            lms_description: "an LMS",
        };
        let mistakes = self.mistakes();
        assert!(!mistakes.has_errors(), "{mistakes:?}");
        let desired = Desired { rollout: &self.rollout, roster: &self.roster };
        super::reconcile(desired, &self.recorded, &observed, &context)
    }

    /// Puts somebody into a hand-over that waits for its import.
    fn hand_over(&mut self, id: &str) {
        self.recorded.handovers.push(HandOver {
            number: HandOverNumber::FIRST,
            name: "0001-year-7".into(),
            cohort: Some("year-7".into()),
            at: self.now,
            has_letters: true,
            fingerprint: String::new(),
            note: String::new(),
            is_placed: true,
            is_unsure: false,
            settled: None,
            rows: vec![HandOverRow {
                caregiver: id.into(),
                activation: ActivationNumber::FIRST,
                username: "mere".into(),
                is_create: false,
                is_imported: None,
            }],
        });
    }

    fn mistakes(&self) -> Diagnostics {
        let today = self.now.to_zoned_datetime(self.rollout.timezone.clone()).date();
        super::check(&self.rollout, &self.roster, &self.recorded, &fingerprinter(), today)
    }

    fn caregiver(&self, id: &str) -> Caregiver<'_> {
        self.roster.caregiver(id).unwrap()
    }

    /// What the roster says of somebody now, as the record keeps it.
    fn identity(&self, id: &str) -> Identity {
        identity_of(self.caregiver(id), &self.rollout, &fingerprinter())
    }

    /// Records this of somebody.
    fn record(&mut self, id: &str, history: History) {
        self.recorded.histories.insert(id, history);
    }

    /// An activation of somebody who is in the roster, begun an hour ago, with a letter to their address of today.
    fn history(&self, id: &str, stage: ActivationStage, letter: LetterStage) -> History {
        let hour_ago = self.now - SignedDuration::from_hours(1);
        let is_adopted = stage == ActivationStage::Adopted;
        let letter = LetterRecord {
            channel: paper::channel(&self.rollout, self.caregiver(id)).unwrap_or(Channel::Mail),
            number: LetterNumber::FIRST,
            stage: letter,
            stage_at: hour_ago,
            attempts: 1,
            fingerprint: letter_fingerprint(self.caregiver(id), &self.rollout, &fingerprinter()),
            message_id: "m@example.nz".into(),
        };
        History {
            number: ActivationNumber::FIRST,
            key: ActivationKey(7),
            kind: if is_adopted { ActivationKind::Adopt } else { ActivationKind::Reset },
            stage,
            stage_at: hour_ago,
            cohort: Some("year-7".into()),
            has_secret: !is_adopted && letter.stage != LetterStage::Sent,
            letter: (!is_adopted).then(|| Box::new(letter)),
            identity: self.identity(id),
            is_withdrawn: false,
        }
    }

    /// Somebody was activated, with everything done.
    fn activate(&mut self, id: &str) {
        let history = self.history(id, ActivationStage::Set, LetterStage::Sent);
        self.record(id, history);
    }

    /// A cohort was opened with the roster accepted then, which had these people.
    fn opened(&mut self, cohort: &str, people: &[&str]) {
        let roster = self.accept("before", self.now - SignedDuration::from_hours(48), people);
        self.recorded.openings.insert(cohort.into(), Opening { at: self.now, roster });
    }

    /// A full roster was accepted that had exactly these people.
    fn accept(&mut self, sha256: &str, exported_at: Timestamp, people: &[&str]) -> RosterNumber {
        let number = self.recorded.last_roster().map_or(RosterNumber::FIRST, |last| last.number.next());
        for presence in self.recorded.presence.values_mut() {
            presence.absent_since = presence.absent_since.or(Some(number));
        }
        for id in people {
            let known = self.recorded.presence.get(*id).map_or(number, |presence| presence.first);
            self.recorded.presence.insert(*id, Presence { first: known, absent_since: None });
        }
        self.recorded.rosters.push(AcceptedRoster {
            number,
            accepted_at: exported_at,
            exported_at,
            sha256: sha256.into(),
            rows: people.len() as u64,
            caregivers: people.len() as u64,
            is_full: true,
        });
        number
    }
}

fn read_rollout(below_the_head: &str) -> Rollout {
    read_whole_rollout(&format!("{HEAD}{below_the_head}"))
}

fn read_whole_rollout(text: &str) -> Rollout {
    let read = rollout::read_bytes(Utf8Path::new("rollout.yaml"), text.as_bytes(), &Project::new("/nowhere"));
    read.unwrap_or_else(|problems| panic!("{problems:?}")).0
}

fn read_roster(rollout: &Rollout, rows: &str) -> Roster {
    let bytes = format!("{HEADING}{rows}");
    let read = roster::read_bytes(&rollout.roster[0], bytes.as_bytes(), NOW, NOW);
    read.unwrap_or_else(|problems| panic!("{problems:?}")).0
}

fn fingerprinter() -> Fingerprinter {
    Fingerprinter::new(&SealingKey::new([7; 32]))
}

/// An account as the SMS would have it, that nobody has signed in to.
fn account(id: &str, username: &str, email: &str) -> Account {
    Account {
        caregiver: Some(CaregiverId::new(id)),
        username: username.into(),
        first_name: "".into(),
        last_name: "".into(),
        email: email.into(),
        is_disabled: false,
        is_staff: false,
        method: SignInMethod::Password,
        sign_in: SignIn::Never,
        marker: None,
    }
}

/// Mere's account, with nothing to correct.
fn mere() -> Account {
    Account { first_name: "Mere".into(), last_name: "Tamihana".into(), ..account("C1", "mere", "mere@example.nz") }
}

/// Hōne's account, with nothing to correct.
fn hone() -> Account {
    Account { first_name: "Hōne".into(), last_name: "Tamihana".into(), ..account("C2", "hone", "hone@example.nz") }
}

/// What is done for somebody.
fn acts(plan: &Plan, id: &str) -> Vec<Act> {
    let change = plan.changes.iter().find(|change| change.caregiver.as_str() == id);
    change.map(|change| change.acts.clone()).unwrap_or_default()
}

/// The symbols of what is done for somebody.
fn symbols(plan: &Plan, id: &str) -> String {
    acts(plan, id).iter().map(Act::symbol).collect()
}

/// How somebody is held.
fn held<'p>(plan: &'p Plan, id: &str) -> Option<&'p Held> {
    plan.held.iter().find(|held| held.caregiver.as_str() == id)
}

/// Why somebody is held; they must not be in the changes at the same time.
fn code(plan: &Plan, id: &str) -> Option<HoldCode> {
    let code = held(plan, id).map(|held| held.code);
    assert!(code.is_none() || acts(plan, id).is_empty(), "{id} is held and changed");
    code
}
