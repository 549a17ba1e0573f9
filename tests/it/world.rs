//! A school in a temporary folder: real rollout, roster, letters, SQLite state, sandbox LMS and outbox, with a clock that a
//! test moves and chance that it seeds.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use camino::Utf8Path;
use firstbell::apply::{self, Applied, Edges, Halted, Order, SealedRows};
use firstbell::edge::{Altered, HandOverFacts, HandOverLine, HandOverWrite, NotWritten, RowFor};
use firstbell::edge::{
    Ask, Asked, Clock, Envelope, LmsRead, LmsWrite, MailTransport, MarkCounts, Parcel, Random, RunMark, StateStore,
    Step, Watch,
};
use firstbell::letter;
use firstbell::letter::page::Page;
use firstbell::lms::moodle::{MoodleReader, MoodleWriter};
use firstbell::lms::sandbox::{SandboxReader, SandboxWriter};
use firstbell::lms::ultranet::{UltranetReader, UltranetWriter};
use firstbell::mail::{Outbox, Patience, Smtp};
use firstbell::model::activation::{ActivationStage, Channel, LetterStage};
use firstbell::model::capability::MailCapabilities;
use firstbell::model::entry::Actor;
use firstbell::model::fingerprint::Fingerprinter;
use firstbell::model::handover::HandOver;
use firstbell::model::ids::{CaregiverId, Lineage, StudentId};
use firstbell::model::outcome::Outcome;
use firstbell::model::recorded::{History, Position, Recorded};
use firstbell::model::secret::{Password, SealingKey};
use firstbell::plan::Plan;
use firstbell::plan::pace::{self, Timetable};
use firstbell::reconcile::{self, Context, Desired};
use firstbell::rollout::{self, LmsSettings, Rollout, StateSettings, Transport};
use firstbell::roster::{self, Roster};
use firstbell::state::postgres::Address;
use firstbell::state::record::{Access, Place, Store};
use firstbell::state::rollout_lock::{self, LockStatus, RolloutLock};
use jiff::Timestamp;

use crate::accident::{Accident, Accidental};
use crate::database::{self, Database};
use crate::moodle::standin::{Standin, TOKEN};

/// The columns of every roster that tests write.
pub(crate) const HEADING: &str = "CaregiverID,First,Last,Email,StudentID,StuFirst,StuLast,Year,Class,School,Relationship,Language,Portal,Priority,Staff";

const LINEAGE: &str = "00000000000000000000000000000001";

/// A school in a temporary folder.
pub(crate) struct World {
    /// Where the state is, when the suites are run on a server.
    pub(crate) database: Option<Rc<Database>>,
    folder: tempfile::TempDir,
    pub(crate) clock: TestClock,
    pub(crate) key: SealingKey,
    seed: u64,
    /// Stops the process at the n-th commit or effect.
    pub(crate) crash: Crash,
    /// Says "interrupted" after so many finished changes.
    pub(crate) interrupt_after: Option<usize>,
    /// What goes wrong outside in the next apply.
    pub(crate) accident: Accident,
    /// Whether runs are marked in `rollout.lock`, as the real program does.
    pub(crate) keeps_lock: bool,
    /// Whether somebody keeps the state from being tidied at a run's end.
    pub(crate) wipe_fails: bool,
    /// What the last apply said that belongs to nobody.
    pub(crate) notes: Vec<String>,
    /// How many letters the transport hands over at once: how wide the waves are.
    pub(crate) at_once: usize,
    /// A mail server that is only pretended, in place of the rollout's.
    pub(crate) server: Option<PretendServer>,
    /// Letters that perhaps went out go again at once.
    pub(crate) retry_unknown: bool,
    /// The LMS, where it is a Moodle.
    pub(crate) moodle: Option<Standin>,
}

/// In memory where the system has such a place: tests are about what was written, not about how long a disk takes.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// What a plan is made from, loaded.
pub(crate) struct Loaded {
    pub(crate) rollout: Rollout,
    pub(crate) roster: Roster,
    pub(crate) letters: letter::Letters,
}

impl World {
    /// A school with this rollout (below the usual head), roster rows (below the usual heading) and LMS accounts.
    pub(crate) fn new(rollout: &str, rows: &[&str], accounts: &str) -> Self {
        Self::bare("2026-03-02T20:00:00Z").with_school(rollout, rows, accounts)
    }

    /// The same with its state in a file, whatever store is asked for.
    pub(crate) fn in_a_file(rollout: &str, rows: &[&str], accounts: &str) -> Self {
        Self::bare_in(None, "2026-03-02T20:00:00Z").with_school(rollout, rows, accounts)
    }

    fn with_school(self, rollout: &str, rows: &[&str], accounts: &str) -> Self {
        self.write("rollout.yaml", &format!("{HEAD}{rollout}"));
        self.roster(rows);
        self.write("state/lms.json", &format!("{{\"accounts\": [{accounts}]}}"));
        self
    }

    /// A school whose LMS is a Moodle, with these students there; `more` are further lines of `lms:`.
    pub(crate) fn moodle(rollout: &str, more: &str, rows: &[&str], students: &[&str]) -> Self {
        let mut world = Self::bare("2026-03-02T20:00:00Z");
        let moodle = Standin::start(students);
        let lms = format!("lms:\n  driver: moodle\n  url: {}\n{more}", moodle.url());
        world.write("rollout.yaml", &format!("{HEAD}{lms}{rollout}"));
        world.roster(rows);
        world.moodle = Some(moodle);
        world
    }

    /// Whom the LMS is asked for.
    pub(crate) fn ask(loaded: &Loaded) -> Ask {
        let asked = |(id, email, username): (String, Option<String>, Option<String>)| Asked {
            caregiver: CaregiverId::new(id),
            email,
            username,
        };
        let children = loaded.roster.caregivers().flat_map(|one| one.children().map(|child| child.id().to_owned()));
        let students: BTreeSet<String> = children.collect();
        Ask {
            people: reconcile::ask_for(&loaded.rollout, &loaded.roster).into_iter().map(asked).collect(),
            students: students.into_iter().map(StudentId::new).collect(),
        }
    }

    /// A folder with the letters that ship, and nothing else.
    pub(crate) fn bare(now: &str) -> Self {
        Self::bare_in(Database::if_asked_for(), now)
    }

    /// The same with its state in this database.
    pub(crate) fn bare_in(database: Option<Database>, now: &str) -> Self {
        let world = Self {
            database: database.map(Rc::new),
            folder: folder(),
            clock: TestClock::at(now),
            key: SealingKey::new([7; 32]),
            seed: 1,
            crash: Crash::never(),
            interrupt_after: None,
            accident: Accident::None,
            keeps_lock: false,
            wipe_fails: false,
            notes: Vec::new(),
            at_once: 1,
            server: None,
            retry_unknown: false,
            moodle: None,
        };
        for (name, text) in letter::default_letters() {
            world.write(&format!("letters/{name}"), text);
        }
        world
    }

    pub(crate) fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, if name == "rollout.yaml" { self.with_state(text) } else { text.to_owned() }).unwrap();
    }

    /// The rollout with the line that its state is on the server: in place of one that says what goes without saying, so that
    /// all others keep their number.
    fn with_state(&self, text: &str) -> String {
        const DEFAULT: &str = "timezone: Pacific/Auckland\n";
        if self.database.is_none() || text.contains(database::LINE) {
            return text.to_owned();
        }
        let text = text.replace("state: {store: sqlite}\n", "");
        if text.contains(DEFAULT) { text.replace(DEFAULT, database::LINE) } else { text + database::LINE }
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }

    /// Puts a roster in place, exported now.
    pub(crate) fn roster(&self, rows: &[&str]) {
        self.put_roster(&format!("{HEADING}\n{}\n", rows.join("\n")), self.clock.now());
    }

    /// Puts a roster in place, exported then.
    pub(crate) fn put_roster(&self, text: &str, exported_at: Timestamp) {
        self.write("roster/caregivers.csv", text);
        let file = std::fs::File::options().write(true).open(self.path().join("roster/caregivers.csv")).unwrap();
        let seconds = u64::try_from(exported_at.as_second()).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    pub(crate) fn load(&self) -> Loaded {
        let (rollout, _) = rollout::read(&self.path().join("rollout.yaml")).unwrap_or_else(|bad| panic!("{bad:?}"));
        let (roster, _) = roster::read(&rollout.roster, self.clock.now()).unwrap_or_else(|bad| panic!("{bad:?}"));
        let mail = &rollout.mail;
        let letters = letter::load(&mail.letter_path, &mail.letter, &mail.default_language).unwrap();
        Loaded { rollout, roster, letters }
    }

    fn fingerprinter(&self) -> Fingerprinter {
        Fingerprinter::new(&self.key)
    }

    pub(crate) fn random(&mut self) -> SeededRandom {
        self.seed += 1;
        SeededRandom::new(self.seed)
    }

    /// Where the state is.
    fn place(&self, rollout: &Rollout) -> Place {
        match (&rollout.state, &self.database) {
            (StateSettings::File(path), _) => Place::File(path.clone()),
            (StateSettings::Database { .. }, Some(database)) => {
                let address = Address::parse(&database.url(), &rollout.school, None).unwrap();
                Place::Database(std::sync::Arc::new(address))
            }
            (StateSettings::Database { .. }, None) => panic!("no world says so"),
        }
    }

    fn store(&mut self, rollout: &Rollout) -> Store {
        let random = Box::new(self.random());
        let now = self.clock.now().to_zoned_datetime(rollout.timezone.clone());
        let mut held = self.place(rollout).lock(&actor(), &now).unwrap();
        if held.exists() {
            return held.open(Access::Write(random)).unwrap();
        }
        held.create(&Lineage::new(LINEAGE), &self.fingerprinter(), self.clock.now(), random).unwrap()
    }

    /// The plan as it is now.
    pub(crate) fn plan(&mut self) -> Plan {
        let loaded = self.load();
        let recorded = self.store(&loaded.rollout).load().unwrap();
        self.plan_with(&loaded, &recorded)
    }

    fn lms_reader(&self, rollout: &Rollout) -> Box<dyn LmsRead + '_> {
        match &rollout.lms {
            LmsSettings::Sandbox { written_path, path } => {
                Box::new(SandboxReader::new(path.clone(), written_path.clone(), &self.clock))
            }
            LmsSettings::Ultranet(settings) => Box::new(UltranetReader::new(settings, &self.clock)),
            LmsSettings::Moodle(settings) => {
                Box::new(MoodleReader::new(settings.clone(), Password::new(TOKEN.into()), &self.clock))
            }
        }
    }

    /// The accounts as the LMS shows them now.
    pub(crate) fn observe(&self) -> firstbell::model::observed::Observed {
        let loaded = self.load();
        self.lms_reader(&loaded.rollout).observe(&Self::ask(&loaded)).unwrap()
    }

    fn plan_with(&self, loaded: &Loaded, recorded: &Recorded) -> Plan {
        self.try_plan_with(loaded, recorded).unwrap()
    }

    /// The plan as it is now, or why the record can't be trusted.
    pub(crate) fn try_plan(&mut self) -> Result<Plan, reconcile::Refusal> {
        let loaded = self.load();
        let recorded = self.store(&loaded.rollout).load().unwrap();
        self.try_plan_with(&loaded, &recorded)
    }

    fn try_plan_with(&self, loaded: &Loaded, recorded: &Recorded) -> Result<Plan, reconcile::Refusal> {
        let mut lms = self.lms_reader(&loaded.rollout);
        let observed = lms.observe(&Self::ask(loaded)).unwrap();
        let (fingerprinter, timetable) = (self.fingerprinter(), self.timetable(&loaded.rollout));
        let context = Context {
            now: self.clock.now(),
            fingerprinter: &fingerprinter,
            lms: lms.capabilities(),
            mail: self.mail(&loaded.rollout).capabilities(),
            state_path: "state/firstbell.db",
            state_schema: firstbell::state::sqlite::SCHEMA,
            letters_sha256: loaded.letters.sha256(),
            timetable: timetable.as_ref(),
            retry_unknown: self.retry_unknown,
            git: None,
            narrowing: &firstbell::plan::Narrowing::default(),
            lms_description: &lms.describe(),
        };
        let mistakes =
            reconcile::check(&loaded.rollout, &loaded.roster, recorded, &fingerprinter, jiff::civil::date(2026, 3, 3));
        assert!(!mistakes.has_errors(), "{mistakes:?}");
        let desired = Desired { rollout: &loaded.rollout, roster: &loaded.roster };
        let plan = reconcile::reconcile(desired, recorded, &observed, &context)?;
        // What is counted without a plan is what counting the plan gives, in every story, law and crash.
        assert_eq!(reconcile::outline(desired, recorded, &observed, &context).unwrap(), plan.outline());
        Ok(plan)
    }

    /// Plans and carries out. A crash that was asked for comes as a panic with [`Crashed`].
    pub(crate) fn apply(&mut self) -> Result<Applied, Box<Halted>> {
        let loaded = self.load();
        let mut store = self.store(&loaded.rollout);
        let recorded = store.load().unwrap();
        let timetable = self.timetable(&loaded.rollout);
        let plan = self.plan_with(&loaded, &recorded);
        let mut random = self.random();
        let clock = self.clock.clone();
        let lms: Box<dyn LmsWrite + '_> = match &loaded.rollout.lms {
            LmsSettings::Sandbox { written_path, path } => {
                let random = Box::new(self.random());
                Box::new(SandboxWriter::open(path.clone(), written_path.clone(), &clock, random).unwrap())
            }
            LmsSettings::Ultranet(settings) => Box::new(UltranetWriter::new(settings, &clock)),
            LmsSettings::Moodle(settings) => {
                Box::new(MoodleWriter::new(settings.clone(), Password::new(TOKEN.into()), &clock))
            }
        };
        let lineage =
            recorded.position.as_ref().map_or_else(|| Lineage::new(LINEAGE), |position| position.lineage.clone());
        let order = Order {
            plan: &plan,
            rollout: &loaded.rollout,
            letters: &loaded.letters,
            lineage: &lineage,
            key: &self.key,
            actor: &actor(),
            digest: "",
            timetable: timetable.as_ref(),
            counts: MarkCounts::default(),
        };
        let (crash, at_once) = (&self.crash, self.at_once);
        let mut watch = Counting { finished: 0, stop_after: self.interrupt_after, notes: Vec::new() };
        let edges = Edges {
            lms: &mut Crashing {
                inner: Accidental::new(AnyLms(lms), &self.accident),
                crash: crash.clone(),
                at_once,
                flying: VecDeque::new(),
                wipe_fails: false,
            },
            mail: &mut Crashing {
                inner: Accidental::new(self.mail(&loaded.rollout), &self.accident),
                crash: crash.clone(),
                at_once,
                flying: VecDeque::new(),
                wipe_fails: false,
            },
            store: &mut Crashing {
                inner: store,
                crash: crash.clone(),
                at_once,
                flying: VecDeque::new(),
                wipe_fails: self.wipe_fails,
            },
            mark: &mut Mark { path: self.keeps_lock.then(|| self.path().join("rollout.lock")) },
            clock: &self.clock,
            random: &mut random,
            watch: &mut watch,
        };
        let applied = apply::apply(order, edges);
        self.notes = watch.notes;
        applied
    }

    /// The pages that wait to be printed, by caregiver.
    pub(crate) fn pages(&mut self) -> BTreeMap<String, Page> {
        let loaded = self.load();
        let mut store = self.store(&loaded.rollout);
        let (recorded, lineage) = (store.load().unwrap(), store.lineage().unwrap());
        let under = SealedRows { lineage: &lineage, key: &self.key };
        let mut pages = BTreeMap::new();
        for (id, history) in recorded.histories.iter() {
            let Some(letter) = history.letter.as_ref().filter(|letter| letter.channel == Channel::Paper) else {
                continue;
            };
            let sealed = store.sealed(&CaregiverId::new(id), history.number).unwrap().unwrap();
            pages.insert(id.to_owned(), apply::open_page(&sealed, letter.number, under).unwrap().unwrap());
        }
        pages
    }

    /// What is recorded now.
    pub(crate) fn recorded(&mut self) -> Recorded {
        let loaded = self.load();
        self.store(&loaded.rollout).load().unwrap()
    }

    /// How many caregivers are in doubt: their password was being set, or their letter was on its way.
    pub(crate) fn in_doubt(&mut self) -> (usize, usize) {
        let loaded = self.load();
        let recorded = self.store(&loaded.rollout).load().unwrap();
        let is_sending =
            |history: &History| history.letter.as_ref().is_some_and(|letter| letter.stage == LetterStage::Sending);
        let resets = recorded.histories.values().filter(|one| one.stage == ActivationStage::Setting).count();
        (resets, recorded.histories.values().filter(|one| is_sending(one)).count())
    }

    /// Applies until there is nothing to do; gives the number of rounds that did something.
    pub(crate) fn settle(&mut self, limit: usize) -> usize {
        for round in 0..=limit {
            if !self.plan().has_changes() {
                return round;
            }
            self.apply().unwrap();
        }
        panic!("there is still something to do after {limit} rounds: {:#?}", self.plan().changes);
    }

    /// The letters in the outbox: file name and bytes.
    pub(crate) fn outbox(&self) -> Vec<(String, Vec<u8>)> {
        let Ok(entries) = std::fs::read_dir(self.path().join("outbox")) else { return Vec::new() };
        let mut letters: Vec<(String, Vec<u8>)> = entries
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "eml"))
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
            .collect();
        letters.sort();
        letters
    }

    /// The effects that the sandbox carried out, in order.
    pub(crate) fn effects(&self) -> Vec<serde_json::Value> {
        self.read("state/lms.json.effects.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How often this caregiver's password was set anew, replays of the same one not counted.
    pub(crate) fn passwords_set(&self, caregiver: &str) -> usize {
        let effects = self.effects();
        let own = effects.iter().filter(|effect| effect["op"] == "set-password" && effect["caregiver"] == caregiver);
        own.filter(|effect| effect["replay"] == false).count()
    }
}

/// What is told of one letter, read back as a mail program would.
pub(crate) struct Told {
    pub(crate) to: String,
    pub(crate) username: String,
    pub(crate) password: String,
}

/// Reads a letter back: the default letters give user name and password on lines of their own.
pub(crate) fn told(bytes: &[u8], sandbox_usernames: &[String]) -> Told {
    let message = mail_parser::MessageParser::default().parse(bytes).unwrap();
    let text = message.body_text(0).unwrap().into_owned();
    let to = message.to().unwrap().first().unwrap().address().unwrap().to_owned();
    let words: Vec<&str> = text.split_whitespace().collect();
    let username = words.iter().find(|word| sandbox_usernames.iter().any(|name| name == *word)).unwrap();
    let password = words.iter().find(|word| looks_like_a_password(word)).unwrap();
    Told { to, username: (*username).to_owned(), password: (*password).to_owned() }
}

/// Four words with digits between: `Harbour4-kettle7-mossy2-lantern`.
pub(crate) fn looks_like_a_password(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let is_word = |part: &&str| part.len() >= 3 && part.chars().all(|char| char.is_ascii_alphanumeric());
    parts.len() == 4
        && parts.iter().all(is_word)
        && parts[..3].iter().all(|part| part.ends_with(|char: char| char.is_ascii_digit()))
}

pub(crate) const HEAD: &str = "version: 1
school: Kōwhai College
timezone: Pacific/Auckland
roster:
  format: csv
  path: roster/caregivers.csv
  columns: {caregiver-id: CaregiverID, first-name: First, last-name: Last, email: Email, student-id: StudentID,
    student-first-name: StuFirst, student-last-name: StuLast, year: Year, class: Class, school: School,
    relationship: Relationship, language: Language, portal-access: Portal, priority: Priority, staff: Staff}
  placeholder-emails: [office@kowhai.example.nz]
  staff-domains: [kowhai.example.nz]
  unknown-access: hold
sign-in-url: https://portal.kowhai.example.nz
help: {email: office@kowhai.example.nz, phone: 09 555 0100}
mail: {from: Kōwhai College <office@kowhai.example.nz>, letter: letters/welcome}
";

pub(crate) fn actor() -> Actor {
    Actor { user: "mere".into(), host: "office".into(), pid: 4711 }
}

impl World {
    fn mail(&self, rollout: &Rollout) -> AnyMail {
        if let Some(server) = &self.server {
            return AnyMail(Box::new(server.clone()));
        }
        AnyMail(match &rollout.mail.transport {
            Transport::Outbox { path } => Box::new(Outbox::new(path.clone())),
            Transport::Smtp(settings) => {
                Box::new(Smtp::new(settings, None, None, "kowhai.example.nz", Patience::default()).unwrap())
            }
        })
    }

    fn timetable(&self, rollout: &Rollout) -> Option<Timetable> {
        if matches!(rollout.mail.transport, Transport::Outbox { .. }) {
            return None;
        }
        let mut sent = Vec::new();
        let mut held = self.place(rollout).look().unwrap();
        if held.exists() {
            let mut store = held.open(Access::Read).unwrap();
            sent = store.sent_since(self.clock.now() - pace::DAY).unwrap();
        }
        Some(Timetable::new(&rollout.mail, &rollout.timezone, sent))
    }
}

/// Whichever way mail leaves.
struct AnyMail(Box<dyn MailTransport>);

impl MailTransport for AnyMail {
    fn capabilities(&self) -> MailCapabilities {
        self.0.capabilities()
    }

    fn check(&mut self) -> Result<(), String> {
        self.0.check()
    }

    fn send(&mut self, envelope: &Envelope<'_>) -> Outcome {
        self.0.send(envelope)
    }

    fn send_all(&mut self, envelopes: &[Envelope<'_>]) -> Vec<Outcome> {
        self.0.send_all(envelopes)
    }
}

/// When, to whom, and the bytes.
type TakenLetter = (Timestamp, String, Vec<u8>);

/// A mail server that is only pretended: it keeps what it took and when, and answers as it is told.
#[derive(Clone)]
pub(crate) struct PretendServer {
    pub(crate) taken: Rc<RefCell<Vec<TakenLetter>>>,
    /// What it says to the next letters; then it takes all.
    pub(crate) answers: Rc<RefCell<VecDeque<Outcome>>>,
    clock: TestClock,
}

impl PretendServer {
    pub(crate) fn new(clock: &TestClock) -> Self {
        Self { taken: Rc::default(), answers: Rc::default(), clock: clock.clone() }
    }
}

impl MailTransport for PretendServer {
    fn capabilities(&self) -> MailCapabilities {
        MailCapabilities { is_idempotent: false, sessions: 1 }
    }

    fn check(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn send(&mut self, envelope: &Envelope<'_>) -> Outcome {
        let answer = self.answers.borrow_mut().pop_front().unwrap_or(Outcome::Done(()));
        if !matches!(answer, Outcome::Refused(_)) {
            let letter = (self.clock.now(), envelope.recipient.to_owned(), envelope.bytes.to_vec());
            self.taken.borrow_mut().push(letter);
        }
        answer
    }
}

/// A clock that a test moves, and that goes on by this much whenever somebody looks at it.
#[derive(Clone)]
pub(crate) struct TestClock(Rc<Cell<Timestamp>>, Rc<Cell<jiff::SignedDuration>>);

impl TestClock {
    pub(crate) fn at(text: &str) -> Self {
        Self(Rc::new(Cell::new(text.parse().unwrap())), Rc::default())
    }

    pub(crate) fn set(&self, now: Timestamp) {
        self.0.set(now);
    }

    pub(crate) fn tick(&self, by: jiff::SignedDuration) {
        self.1.set(by);
    }

    pub(crate) fn advance(&self, hours: i64) {
        self.0.set(self.0.get() + jiff::SignedDuration::from_hours(hours));
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.0.set(self.0.get() + self.1.get());
        self.0.get()
    }

    fn sleep(&self, duration: Duration) {
        self.0.set(self.0.get() + jiff::SignedDuration::try_from(duration).unwrap());
    }
}

/// The `SplitMix64` generator: enough for tests, and the same everywhere.
pub(crate) struct SeededRandom(u64);

impl SeededRandom {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Random for SeededRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let drawn = self.next().to_le_bytes();
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
    }
}

/// Marks runs in this file, or nowhere.
struct Mark {
    path: Option<camino::Utf8PathBuf>,
}

impl Mark {
    fn write(&self, position: &Position, counts: MarkCounts, status: LockStatus) -> std::io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let lock = RolloutLock {
            lineage: position.lineage.clone(),
            run: position.run,
            status,
            serial: position.serial,
            head: position.head.clone(),
            active: counts.active,
            letters_sent: counts.letters,
        };
        rollout_lock::write(path, &lock)
    }
}

impl RunMark for Mark {
    fn open(&mut self, position: &Position, counts: MarkCounts) -> std::io::Result<()> {
        self.write(position, counts, LockStatus::Open)
    }

    fn close(&mut self, position: &Position, counts: MarkCounts) -> std::io::Result<()> {
        self.write(position, counts, LockStatus::Closed)
    }
}

struct Counting {
    finished: usize,
    stop_after: Option<usize>,
    notes: Vec<String>,
}

impl Watch for Counting {
    fn step(&mut self, step: Step<'_>) {
        match step {
            Step::Finished { .. } => self.finished += 1,
            Step::Note(text) => self.notes.push(text.to_owned()),
            _ => {}
        }
    }

    fn is_interrupted(&self) -> bool {
        self.stop_after.is_some_and(|after| self.finished >= after)
    }
}

/// The payload of a panic that stands for the process's death.
#[derive(Debug)]
pub(crate) struct Crashed;

/// Counts commits and effects, and stops the process at one of them: before it, or after it and before anybody hears.
#[derive(Clone)]
pub(crate) struct Crash {
    left: Rc<Cell<Option<usize>>>,
    seen: Rc<Cell<usize>>,
    /// What happens there instead of the process's death.
    instead: Option<Rc<dyn Fn()>>,
}

impl Crash {
    pub(crate) fn never() -> Self {
        Self { left: Rc::new(Cell::new(None)), seen: Rc::new(Cell::new(0)), instead: None }
    }

    pub(crate) fn at(point: usize) -> Self {
        Self { left: Rc::new(Cell::new(Some(point))), seen: Rc::new(Cell::new(0)), instead: None }
    }

    /// Does something at one of them; the process lives.
    pub(crate) fn doing(point: usize, what: impl Fn() + 'static) -> Self {
        Self { instead: Some(Rc::new(what)), ..Self::at(point) }
    }

    /// How many points were passed.
    pub(crate) fn seen(&self) -> usize {
        self.seen.get()
    }

    fn point(&self) {
        self.seen.set(self.seen.get() + 1);
        match self.left.get() {
            Some(0) => {
                self.left.set(None);
                match &self.instead {
                    Some(what) => what(),
                    None => std::panic::resume_unwind(Box::new(Crashed)),
                }
            }
            Some(left) => self.left.set(Some(left - 1)),
            None => {}
        }
    }

    fn around<T>(&self, work: impl FnOnce() -> T) -> T {
        self.point();
        let done = work();
        self.point();
        done
    }
}

/// Whichever LMS the rollout names.
struct AnyLms<'a>(Box<dyn LmsWrite + 'a>);

impl LmsRead for AnyLms<'_> {
    fn capabilities(&self) -> firstbell::model::capability::LmsCapabilities {
        self.0.capabilities()
    }

    fn describe(&self) -> String {
        self.0.describe()
    }

    fn observe(&mut self, ask: &Ask) -> Result<firstbell::model::observed::Observed, firstbell::edge::LmsError> {
        self.0.observe(ask)
    }

    fn takes(&self, password: &Password) -> Result<(), String> {
        self.0.takes(password)
    }

    fn observe_one(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
    ) -> Result<Vec<firstbell::model::account::Account>, firstbell::edge::LmsError> {
        self.0.observe_one(caregiver)
    }
}

impl LmsWrite for AnyLms<'_> {
    fn create(
        &mut self,
        account: &firstbell::edge::NewAccount,
        password: &firstbell::model::secret::Password,
        marker: firstbell::model::ids::ActivationKey,
    ) -> firstbell::model::outcome::Outcome {
        self.0.create(account, password, marker)
    }

    fn set_password(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
        username: &firstbell::model::ids::Username,
        password: &firstbell::model::secret::Password,
        marker: firstbell::model::ids::ActivationKey,
    ) -> firstbell::model::outcome::Outcome {
        self.0.set_password(caregiver, username, password, marker)
    }

    fn activate_all(&mut self, wanted: &[firstbell::edge::Wanted<'_>]) -> Vec<firstbell::model::outcome::Outcome> {
        self.0.activate_all(wanted)
    }

    fn link_all(&mut self, links: &[firstbell::edge::Links<'_>]) -> Vec<firstbell::model::outcome::Outcome> {
        self.0.link_all(links)
    }

    fn update(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
        username: &firstbell::model::ids::Username,
        change: &firstbell::edge::AccountChange,
    ) -> firstbell::model::outcome::Outcome {
        self.0.update(caregiver, username, change)
    }

    fn disable(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
        username: &firstbell::model::ids::Username,
    ) -> firstbell::model::outcome::Outcome {
        self.0.disable(caregiver, username)
    }

    fn by_hand(&mut self) -> Option<&mut dyn HandOverWrite> {
        self.0.by_hand()
    }
}

/// An edge with a crash point before and after everything that changes something.
struct Crashing<T> {
    inner: T,
    crash: Crash,
    at_once: usize,
    /// Letters that were launched.
    flying: VecDeque<Parcel>,
    wipe_fails: bool,
}

impl<T: LmsRead> LmsRead for Crashing<T> {
    fn capabilities(&self) -> firstbell::model::capability::LmsCapabilities {
        self.inner.capabilities()
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }

    fn observe(&mut self, ask: &Ask) -> Result<firstbell::model::observed::Observed, firstbell::edge::LmsError> {
        self.inner.observe(ask)
    }

    fn takes(&self, password: &Password) -> Result<(), String> {
        self.inner.takes(password)
    }

    fn observe_one(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
    ) -> Result<Vec<firstbell::model::account::Account>, firstbell::edge::LmsError> {
        self.inner.observe_one(caregiver)
    }
}

impl<T: LmsWrite> LmsWrite for Crashing<T> {
    fn create(
        &mut self,
        account: &firstbell::edge::NewAccount,
        password: &firstbell::model::secret::Password,
        marker: firstbell::model::ids::ActivationKey,
    ) -> firstbell::model::outcome::Outcome {
        self.crash.around(|| self.inner.create(account, password, marker))
    }

    fn set_password(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
        username: &firstbell::model::ids::Username,
        password: &firstbell::model::secret::Password,
        marker: firstbell::model::ids::ActivationKey,
    ) -> firstbell::model::outcome::Outcome {
        self.crash.around(|| self.inner.set_password(caregiver, username, password, marker))
    }

    /// Several are one effect where the driver makes them one.
    fn activate_all(&mut self, wanted: &[firstbell::edge::Wanted<'_>]) -> Vec<firstbell::model::outcome::Outcome> {
        if self.inner.capabilities().batch > 1 {
            return self.crash.around(|| self.inner.activate_all(wanted));
        }
        let activate = |wanted: &firstbell::edge::Wanted<'_>| match wanted.how {
            firstbell::edge::How::Create(account) => self.create(account, wanted.password, wanted.marker),
            firstbell::edge::How::Reset { caregiver, username } => {
                self.set_password(caregiver, username, wanted.password, wanted.marker)
            }
        };
        wanted.iter().map(activate).collect()
    }

    fn link_all(&mut self, links: &[firstbell::edge::Links<'_>]) -> Vec<firstbell::model::outcome::Outcome> {
        if !self.inner.capabilities().can_link {
            return self.inner.link_all(links);
        }
        self.crash.around(|| self.inner.link_all(links))
    }

    fn update(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
        username: &firstbell::model::ids::Username,
        change: &firstbell::edge::AccountChange,
    ) -> firstbell::model::outcome::Outcome {
        self.crash.around(|| self.inner.update(caregiver, username, change))
    }

    fn disable(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
        username: &firstbell::model::ids::Username,
    ) -> firstbell::model::outcome::Outcome {
        self.crash.around(|| self.inner.disable(caregiver, username))
    }

    fn by_hand(&mut self) -> Option<&mut dyn HandOverWrite> {
        self.inner.by_hand()?;
        Some(self)
    }
}

impl<T: LmsWrite> HandOverWrite for Crashing<T> {
    fn line(&mut self, person: &RowFor<'_>) -> HandOverLine {
        self.inner.by_hand().unwrap().line(person)
    }

    fn note(&mut self, facts: &HandOverFacts<'_>) -> String {
        self.inner.by_hand().unwrap().note(facts)
    }

    fn place(&mut self, handover: &HandOver, lines: &[HandOverLine]) -> Result<(), NotWritten> {
        self.crash.around(|| self.inner.by_hand().unwrap().place(handover, lines))
    }

    fn altered(&mut self, handover: &HandOver, lines: &[HandOverLine]) -> Result<Option<Altered>, NotWritten> {
        self.inner.by_hand().unwrap().altered(handover, lines)
    }

    fn remove(&mut self, name: &str) -> Result<(), NotWritten> {
        self.crash.around(|| self.inner.by_hand().unwrap().remove(name))
    }
}

impl<T: MailTransport> MailTransport for Crashing<T> {
    fn capabilities(&self) -> firstbell::model::capability::MailCapabilities {
        firstbell::model::capability::MailCapabilities { sessions: self.at_once, ..self.inner.capabilities() }
    }

    fn check(&mut self) -> Result<(), String> {
        self.inner.check()
    }

    fn send(&mut self, envelope: &firstbell::edge::Envelope<'_>) -> firstbell::model::outcome::Outcome {
        self.crash.around(|| self.inner.send(envelope))
    }

    fn can_launch(&self) -> bool {
        self.at_once > 1
    }

    fn launch(&mut self, parcels: Vec<Parcel>) {
        self.flying.extend(parcels);
    }

    /// As late as can be: a letter goes when somebody waits for it.
    fn landed(&mut self, waits: bool) -> Vec<(u64, Outcome)> {
        let Some(parcel) = waits.then(|| self.flying.pop_front()).flatten() else { return Vec::new() };
        vec![(parcel.ticket, self.send(&parcel.envelope()))]
    }
}

impl<T: StateStore> StateStore for Crashing<T> {
    fn lineage(&mut self) -> Result<Lineage, firstbell::edge::StateError> {
        self.inner.lineage()
    }

    fn load(&mut self) -> Result<Recorded, firstbell::edge::StateError> {
        self.inner.load()
    }

    fn commit(&mut self, commit: &firstbell::model::entry::Commit) -> Result<Position, firstbell::edge::StateError> {
        self.crash.around(|| self.inner.commit(commit))
    }

    fn sealed(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
        activation: firstbell::model::ids::ActivationNumber,
    ) -> Result<Option<firstbell::edge::SealedActivation>, firstbell::edge::StateError> {
        self.inner.sealed(caregiver, activation)
    }

    fn sent_since(&mut self, since: Timestamp) -> Result<Vec<Timestamp>, firstbell::edge::StateError> {
        self.inner.sent_since(since)
    }

    fn hand_over(
        &mut self,
        number: firstbell::model::handover::HandOverNumber,
    ) -> Result<Option<firstbell::edge::SealedHandOver>, firstbell::edge::StateError> {
        self.inner.hand_over(number)
    }

    fn person(
        &mut self,
        caregiver: &firstbell::model::ids::CaregiverId,
    ) -> Result<firstbell::edge::PersonRecord, firstbell::edge::StateError> {
        self.inner.person(caregiver)
    }

    fn last_run(
        &mut self,
    ) -> Result<Option<(firstbell::model::ids::RunNumber, Timestamp, Actor)>, firstbell::edge::StateError> {
        self.inner.last_run()
    }

    fn remember(&mut self, observed: &firstbell::model::observed::Observed) -> Result<(), firstbell::edge::StateError> {
        self.inner.remember(observed)
    }

    fn remembered(&mut self) -> Result<Option<firstbell::model::observed::Observed>, firstbell::edge::StateError> {
        self.inner.remembered()
    }

    fn has_run_of(&mut self, plan: &str) -> Result<bool, firstbell::edge::StateError> {
        self.inner.has_run_of(plan)
    }

    fn has_event(&mut self, hash: &str) -> Result<bool, firstbell::edge::StateError> {
        self.inner.has_event(hash)
    }

    fn wipe(&mut self) -> Result<(), firstbell::edge::StateError> {
        if self.wipe_fails {
            let what = "another program is reading the state".to_owned();
            return Err(firstbell::edge::StateError::Io { what, source: None });
        }
        self.crash.around(|| self.inner.wipe())
    }
}
