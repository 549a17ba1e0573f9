//! The top: arguments, settings, the terminal, words for errors, the exit code. Knows nothing of rosters or plans.

mod reference;
mod settings;
mod system;
mod terminal;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::command::exit::Exit;
use crate::command::session::{Screen, Session};
use crate::command::trouble::Trouble;
use crate::command::{self, Command};
use crate::edge::{Clock, Random};
use crate::report::Personal;

pub use reference::commands_page;
use settings::Settings;
use system::{FixedClock, OsRandom, SystemClock};
use terminal::TerminalWatch;

/// The heading of the options that every command has.
const EVERYWHERE: &str = "Options of every command";

/// Give parents their accounts, cohort by cohort, and never reset one twice.
#[derive(Debug, Parser)]
#[command(name = "firstbell", version, max_term_width = 100)]
#[command(after_help = "Example:\n  firstbell -C kowhai-college plan")]
pub struct Cli {
    /// The project's folder, where rollout.yaml lies
    #[arg(short = 'C', value_name = "DIR", default_value = ".", global = true, help_heading = EVERYWHERE)]
    dir: Utf8PathBuf,
    /// What may be shown of people; unless said: full on a terminal, none elsewhere and where CI is set
    #[arg(long, value_enum, value_name = "HOW", global = true, help_heading = EVERYWHERE)]
    personal: Option<PersonalArg>,
    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = When::Auto, global = true, help_heading = EVERYWHERE)]
    color: When,
    /// Where rollout.lock lies, if not beside rollout.yaml
    #[arg(long, value_name = "FILE", global = true, help_heading = EVERYWHERE)]
    lock: Option<Utf8PathBuf>,
    /// Fix the clock (tests and rehearsals)
    #[arg(long, value_name = "TIME", global = true, hide = true, value_parser = moment, help_heading = EVERYWHERE)]
    now: Option<jiff::Timestamp>,
    #[command(subcommand)]
    command: Command,
}

fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse().map_err(|_| "write a moment with its offset, as in 2027-02-01T09:00:00+13:00".to_owned())
}

/// What may be shown of people.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum PersonalArg {
    /// Ids, domains, reason codes
    None,
    /// Initials
    Masked,
    /// Names and addresses
    Full,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Runs the program with the process's arguments, and says how it ended.
pub fn main() -> ExitCode {
    let settings = Settings::read();
    match parse(&std::env::args_os().collect::<Vec<_>>()) {
        Ok(cli) => ExitCode::from(run(&cli, &settings).code()),
        Err(error) => {
            let exit = match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
                _ => Exit::Usage,
            };
            match error.print() {
                // A closed pipe is no reason to fail.
                Err(lost) if lost.kind() != io::ErrorKind::BrokenPipe => ExitCode::from(Exit::Error.code()),
                _ => ExitCode::from(exit.code()),
            }
        }
    }
}

/// Nothing that the program takes is ever empty: a script's variable was unset where something is.
fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let cli = Cli::try_parse_from(arguments)?;
    let mut words = arguments.iter().map(|one| one.to_string_lossy());
    let mut before = words.next().unwrap_or_default();
    let empty = words.find_map(|word| match word.strip_suffix('=') {
        Some(flag) if flag.starts_with("--") && !flag.contains('=') => Some(format!("the value of `{flag}`")),
        _ if word.is_empty() && before.starts_with('-') => Some(format!("the value of `{before}`")),
        _ if word.is_empty() => Some("an argument".to_owned()),
        _ => {
            before = word;
            None
        }
    });
    let Some(what) = empty else { return Ok(cli) };
    let message = format!("{what} is empty (in a script: is a variable unset?)");
    Err(Cli::command().error(ErrorKind::InvalidValue, message))
}

fn run(cli: &Cli, settings: &Settings) -> Exit {
    let clock: Box<dyn Clock> = match cli.now {
        Some(now) => Box::new(FixedClock::new(now)),
        None => Box::new(SystemClock),
    };
    let random = || Box::new(OsRandom::new()) as Box<dyn Random>;
    let (mut out, mut err) = (io::stdout().lock(), io::stderr());
    let mut watch = TerminalWatch::new(io::stderr().is_terminal());
    let mut ask = terminal::ask;
    let is_interactive = io::stdin().is_terminal();
    let mut session = Session {
        dir: cli.dir.clone(),
        config_dir: settings.config_dir.clone(),
        temporary: settings.temporary.clone(),
        key: settings.key.clone(),
        hosts: settings.hosts(&cli.dir),
        actor: settings.actor.clone(),
        clock: &*clock,
        is_clock_fixed: cli.now.is_some(),
        random: &random,
        screen: Screen {
            out: &mut out,
            err: &mut err,
            personal: personal(cli, settings),
            colour: is_coloured(cli, settings, io::stdout().is_terminal()),
            err_colour: is_coloured(cli, settings, io::stderr().is_terminal()),
            width: terminal::width(),
            ask: is_interactive.then_some(&mut ask),
            events: None,
            lost: None,
        },
        watch: &mut watch,
        program: Cli::command,
        lock: cli.lock.clone(),
    };
    let exit = match command::run(&cli.command, &mut session) {
        Ok(exit) => exit,
        Err(trouble) => {
            explain(&mut session, &trouble);
            trouble.exit()
        }
    };
    if let Some(events) = session.screen.events.take() {
        session.screen.lost = events.end(exit).or(session.screen.lost.take());
    }
    answered(&cli.command, exit, &mut session)
}

/// An answer that was lost (a full disk behind `plan > FILE`) must not look like a good end. Where something was done,
/// the code goes on saying what.
fn answered(command: &Command, exit: Exit, session: &mut Session<'_>) -> Exit {
    let Some(error) = session.screen.lost.take() else { return exit };
    session.screen.say(&format!("error: the answer could not be written to its end: {error}"));
    if command.only_looks() { Exit::worst([exit, Exit::Error]) } else { exit }
}

fn explain(session: &mut Session<'_>, trouble: &Trouble) {
    session.screen.trouble(trouble);
    let _ = session.screen.err.flush();
}

fn personal(cli: &Cli, settings: &Settings) -> Personal {
    match cli.personal {
        Some(PersonalArg::Masked) => Personal::Masked,
        Some(PersonalArg::Full) => Personal::Full,
        None if io::stdout().is_terminal() && !settings.is_ci => Personal::Full,
        Some(PersonalArg::None) | None => Personal::None,
    }
}

fn is_coloured(cli: &Cli, settings: &Settings, is_terminal: bool) -> bool {
    match cli.color {
        When::Always => true,
        When::Never => false,
        When::Auto => is_terminal && !settings.is_colour_unwanted,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        super::Cli::command().debug_assert();
    }
}
