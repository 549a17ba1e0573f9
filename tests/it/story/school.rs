//! The school of a story: its project's files, its clock, and the commands run in it as a person at a terminal would.

use std::cell::{Cell, RefCell};
use std::fs;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Parser;
use firstbell::command::hosts::Hosts;
use firstbell::command::session::{Screen, Session};
use firstbell::command::trouble::{Trouble, in_words};
use firstbell::command::{self, Command};
use firstbell::edge::{Random, Step, Watch};
use firstbell::lms::sandbox;
use firstbell::report::{self, Personal, View};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::accident::Accident;
use crate::database::Database;
use crate::world::{Crashed, SeededRandom, World, actor};

const ZONE: &str = "Pacific/Auckland";
/// 09:00 there.
const FIRST_DAY: &str = "2027-01-31T20:00:00Z";
/// The columns of the terminal.
const WIDTH: usize = 120;

/// The words behind `firstbell`.
#[derive(Debug, Parser)]
#[command(name = "firstbell", no_binary_name = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

/// What a command said.
#[derive(Default)]
pub(super) struct Said {
    /// The answer and what stands beside it, in the order in which they appear on the terminal.
    pub(super) text: String,
    /// How it ended: `exit 0`.
    pub(super) end: String,
}

pub(super) struct School {
    folder: PathBuf,
    pub(super) world: World,
    seed: Cell<u64>,
    pub(super) accident: Accident,
    pub(super) interrupt_after: Option<usize>,
    /// Whether the program takes the clock for the real one, though a server of the state has its own.
    pub(super) believes_clock: bool,
}

impl School {
    pub(super) fn new(folder: &Path) -> Self {
        let world = World::bare(FIRST_DAY);
        let believes_clock = world.database.is_none();
        Self::of(folder, world, believes_clock)
    }

    /// A school whose clock is far ahead of the server that has its state.
    pub(super) fn ahead_of(server: Database, folder: &Path) -> Self {
        Self::of(folder, World::bare_in(Some(server), "2099-01-31T20:00:00Z"), true)
    }

    fn of(folder: &Path, mut world: World, believes_clock: bool) -> Self {
        world.keeps_lock = true;
        let school = Self {
            folder: folder.to_owned(),
            world,
            seed: Cell::new(1000),
            accident: Accident::None,
            interrupt_after: None,
            believes_clock,
        };
        let head = fs::read_to_string(folder.parent().unwrap().join("head.yaml")).unwrap();
        let own = school.own("rollout.yaml");
        let whole = if own.starts_with("version:") { own } else { head + &own };
        school.world.write("rollout.yaml", &whole);
        let accounts =
            if folder.join("lms.json").exists() { school.own("lms.json") } else { "{\"accounts\": []}".into() };
        school.world.write("state/lms.json", &accounts);
        school
    }

    /// A file of the story's folder.
    pub(super) fn own(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(super) fn has_own(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    pub(super) fn set_clock(&self, at: DateTime) {
        self.world.clock.set(moment(at));
    }

    pub(super) fn put_roster(&self, text: &str, exported: Option<DateTime>) {
        use firstbell::edge::Clock;
        let at = exported.map_or_else(|| self.world.clock.now(), moment);
        self.world.put_roster(text, at);
    }

    /// Changes one value of a caregiver's account, as somebody at the LMS would.
    pub(super) fn change_account(&self, caregiver: &str, key: &str, value: &serde_json::Value) {
        self.change_accounts(|accounts| {
            let account = accounts.iter_mut().find(|account| account["caregiver"] == caregiver);
            account.unwrap_or_else(|| panic!("no account carries {caregiver}"))[key] = value.clone();
        });
    }

    /// An account that came into being without us.
    pub(super) fn add_account(&self, account: &serde_json::Value) {
        self.change_accounts(|accounts| accounts.push(account.clone()));
    }

    fn change_accounts(&self, change: impl FnOnce(&mut Vec<serde_json::Value>)) {
        sandbox::compact(&self.world.path().join("state/lms.json")).unwrap();
        let mut document: serde_json::Value = serde_json::from_str(&self.world.read("state/lms.json")).unwrap();
        change(document["accounts"].as_array_mut().unwrap());
        self.world.write("state/lms.json", &document.to_string());
    }

    /// Runs a command; an apply with an accident goes through the crash world, with the same words.
    pub(super) fn run(&mut self, words: &[String]) -> Said {
        let mut said = if words[0] == "apply" && self.accident != Accident::None {
            self.apply_with_accident()
        } else {
            self.run_command(words)
        };
        self.accident = Accident::None;
        self.interrupt_after = None;
        let mut text = said.text.replace(&format!("{}/", self.world.path()), "");
        if let Some(database) = &self.world.database {
            // The stories are the same wherever the state is; where it is, is told as for a file.
            text = text.replace(&database.shown("Kōwhai College"), "state/firstbell.db");
        }
        said.text = without_long_numbers(&text);
        said
    }

    fn run_command(&self, words: &[String]) -> Said {
        // A file of the project, as somebody would name it who stands in that folder.
        let path = |word: &String| self.world.path().join(word).to_string();
        let words = words.iter().map(|word| if self.has_own(word) { path(word) } else { word.clone() });
        let line = Line::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
        let terminal = Terminal::default();
        let (mut out, mut err) = (terminal.clone(), terminal.clone());
        let mut ask = |question: &str| {
            terminal.print(&format!("{question}yes\n"));
            true
        };
        let random = || -> Box<dyn Random> {
            self.seed.set(self.seed.get() + 1);
            Box::new(SeededRandom::new(self.seed.get()))
        };
        let mut watch = Watching { finished: 0, interrupt_after: self.interrupt_after, terminal: terminal.clone() };
        let mut session = Session {
            dir: self.world.path().to_owned(),
            config_dir: None,
            temporary: self.world.path().to_owned(),
            key: Some("07".repeat(32)),
            hosts: Hosts { variable: Some(crate::database::variable), ..Hosts::default() },
            actor: actor(),
            clock: &self.world.clock,
            is_clock_fixed: !self.believes_clock,
            random: &random,
            screen: Screen {
                out: &mut out,
                err: &mut err,
                personal: Personal::Full,
                colour: false,
                err_colour: false,
                width: Some(WIDTH),
                ask: Some(&mut ask),
                events: None,
                lost: None,
            },
            watch: &mut watch,
            program: <firstbell::cli::Cli as clap::CommandFactory>::command,
            lock: None,
        };
        let code = match command::run(&line.command, &mut session) {
            Ok(exit) => exit.code(),
            Err(trouble) => {
                explain(&mut session, &trouble);
                trouble.exit().code()
            }
        };
        Said { text: terminal.text(), end: format!("exit {code}") }
    }

    /// The same words as the command's: the plan, then what came of it.
    fn apply_with_accident(&mut self) -> Said {
        let view = View { personal: Personal::Full, colour: false, width: Some(WIDTH), summary_only: false };
        let plan = self.world.plan();
        let text = report::text(&plan, &view);
        self.world.accident = self.accident.clone();
        let result = catch_unwind(AssertUnwindSafe(|| self.world.apply()));
        self.world.accident = Accident::None;
        match result {
            Ok(applied) => {
                let text = text + "\n" + &report::applied(&applied.unwrap(), &plan, Some("outbox/"), &view);
                Said { text, end: "it came to its end".to_owned() }
            }
            Err(payload) => {
                assert!(payload.is::<Crashed>(), "the apply panicked by itself");
                Said { text, end: "the process is dead".to_owned() }
            }
        }
    }
}

/// Message-IDs and hashes are not told: they would change with every draw.
fn without_long_numbers(text: &str) -> String {
    let pieces = text.split_inclusive(|char: char| !char.is_ascii_hexdigit());
    let shown = pieces.map(|piece| {
        let digits = piece.trim_end_matches(|char: char| !char.is_ascii_hexdigit());
        if digits.len() >= 32 { piece.replace(digits, "…") } else { piece.to_owned() }
    });
    shown.collect()
}

/// What answer and messages are written to, as on a terminal.
#[derive(Clone, Default)]
struct Terminal(Rc<RefCell<Vec<u8>>>);

impl Terminal {
    fn print(&self, text: &str) {
        self.0.borrow_mut().extend_from_slice(text.as_bytes());
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn explain(session: &mut Session<'_>, trouble: &Trouble) {
    match trouble {
        Trouble::Documents(diagnostics) => session.screen.problems(diagnostics),
        other => session.screen.say(&format!("error: {}", in_words(other))),
    }
}

/// The moment of this time at the school.
pub(super) fn moment(at: DateTime) -> Timestamp {
    TimeZone::get(ZONE).unwrap().to_timestamp(at).unwrap()
}

/// Says what the terminal's plain lines say, and stops like Ctrl-C.
struct Watching {
    finished: usize,
    interrupt_after: Option<usize>,
    terminal: Terminal,
}

impl Watch for Watching {
    fn step(&mut self, step: Step<'_>) {
        match step {
            Step::Finished { caregiver, result, is_done } => {
                self.finished += 1;
                if !is_done {
                    self.terminal.print(&format!("! {caregiver}: {result}\n"));
                }
            }
            Step::Note(text) => self.terminal.print(&format!("{text}\n")),
            Step::Begin { .. } | Step::Intent { .. } | Step::Settled { .. } | Step::End => {}
        }
    }

    fn is_interrupted(&self) -> bool {
        self.interrupt_after.is_some_and(|after| self.finished >= after)
    }
}
