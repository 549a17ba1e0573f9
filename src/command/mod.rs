//! One thin file a command, with its arguments: loads what it needs, asks the floors below, prints. Nothing here decides
//! what is done to whom.

pub mod adopt;
pub mod apply;
pub mod bounces;
pub mod check;
mod clock;
pub mod completions;
pub mod confirm;
mod doors;
pub mod drift;
pub mod events;
pub mod exit;
pub mod explain;
mod git;
mod hand_kept;
pub mod handovers;
pub mod hosts;
pub mod init;
mod key;
pub mod letters;
mod lineage;
pub mod lms;
mod looking;
pub mod mail;
pub mod man;
mod mark;
pub mod narrow;
mod offline;
mod output;
mod place;
pub mod plan;
pub mod preview;
mod project;
mod record;
pub mod resolve;
pub mod roster;
pub mod sandbox;
mod saved;
pub mod schema;
pub mod selftest;
pub mod session;
pub mod show;
pub mod state;
pub mod status;
pub mod trouble;
mod wait;
mod who;
mod writing;

use crate::files;

use exit::Exit;
use session::Session;
use trouble::Trouble;

/// The commands.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Lay out a new project: rollout.yaml, its schema, letters, .gitignore
    #[command(after_help = "Example:\n  firstbell init kowhai-college")]
    Init(init::Args),
    /// Say everything that is wrong with rollout, letters and roster
    #[command(after_help = "Example:\n  firstbell check --fixes fixes.csv")]
    Check(check::Args),
    /// Show what would be done to whom, and who is held back and why; does nothing
    #[command(after_help = "Example:\n  firstbell plan --summary")]
    Plan(plan::Args),
    /// Show the plan, ask, and carry it out
    #[command(after_help = "Example:\n  firstbell apply")]
    Apply(apply::Args),
    /// Show a saved plan, and say whether it is stale
    #[command(after_help = "Example:\n  firstbell show plan.json")]
    Show(show::Args),
    /// Show each cohort: active, to do, held back, later
    #[command(after_help = "Example:\n  firstbell status\n  firstbell status schools/*")]
    Status(status::Args),
    /// Show what somebody else did in the LMS: changed, vanished, strays; repairs nothing
    #[command(after_help = "Example:\n  firstbell drift")]
    Drift(drift::Args),
    /// Tell everything about one caregiver, for the help desk
    #[command(after_help = "Example:\n  firstbell explain C1001")]
    Explain(explain::Args),
    /// Record that people have access already, so that they are never reset
    #[command(after_help = "Example:\n  firstbell adopt C1001 C1002 --because \"done by hand in term 1\"")]
    Adopt(adopt::Args),
    /// Say whether a password was set, or a letter arrived, where the program could not find out
    #[command(after_help = "Example:\n  firstbell resolve C1001 --reset done --evidence \"audit log: changed 09:14\"")]
    Resolve(resolve::Args),
    /// Read mails that came back, and note whose letters they were
    #[command(after_help = "Example:\n  firstbell bounces bounces.mbox Maildir/.Bounces")]
    Bounces(bounces::Args),
    /// Try the way that letters leave
    Mail(mail::Args),
    /// Say what became of a hand-over that a person was to import
    #[command(after_help = "Example:\n  firstbell confirm 0001 --imported --except left-out.csv")]
    Confirm(confirm::Args),
    /// List the hand-overs: which wait for a person, what became of the others
    #[command(after_help = "Example:\n  firstbell handovers")]
    Handovers(handovers::Args),
    /// Make one file of a cohort's letters on paper, and say what became of it
    #[command(
        after_help = "Example:\n  firstbell letters --cohort year-7\n  firstbell letters --cohort year-7 --printed"
    )]
    Letters(letters::Args),
    /// Show the letter as a parent would get it, with a made-up password
    #[command(after_help = "Example:\n  firstbell preview C1001\n  firstbell preview --html letter.html")]
    Preview(preview::Args),
    /// Look at what was read of the roster, and at what differs between two; changes nothing
    #[command(after_help = "Example:\n  firstbell roster show")]
    Roster(roster::Args),
    /// Look into the record of what was done, move it, mend it
    #[command(after_help = "Example:\n  firstbell state verify")]
    State(state::Args),
    /// Look at the LMS: can it be reached, is everything granted
    #[command(after_help = "Example:\n  firstbell lms check")]
    Lms(lms::Args),
    /// Print the JSON Schema of a document that the program reads or writes
    #[command(after_help = "Example:\n  firstbell schema plan")]
    Schema(schema::Args),
    /// Print the completions for a shell
    #[command(after_help = "Example:\n  firstbell completions bash")]
    Completions(completions::Args),
    /// Print the manual page, or write the pages of all commands into a folder
    #[command(after_help = "Example:\n  firstbell man man1")]
    Man(man::Args),
    /// Prove on this machine's disk that a killed run resets nobody twice; needs no project
    #[command(after_help = "Example:\n  firstbell selftest --crash --rounds 2")]
    Selftest(selftest::Args),
    /// Do at the sandbox, the pretend LMS, what a parent would do
    #[command(
        after_help = "Example:\n  echo 'Harbour4-kettle7-mossy2-lantern' | firstbell sandbox sign-in aroha.tamihana"
    )]
    Sandbox(sandbox::Args),
}

impl Command {
    /// Whether its answer is all that it is run for.
    pub fn only_looks(&self) -> bool {
        !matches!(
            self,
            Self::Init(_)
                | Self::Apply(_)
                | Self::Adopt(_)
                | Self::Resolve(_)
                | Self::Confirm(_)
                | Self::Bounces(_)
                | Self::Mail(_)
        )
    }
}

/// Runs one command.
pub fn run(command: &Command, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let needs_no_folder = matches!(command, Command::Init(_) | Command::Selftest(_));
    if !needs_no_folder && !files::is_dir(&session.dir) {
        let what = format!("there is no folder `{}`: `-C` names the folder that rollout.yaml lies in", session.dir);
        return Err(Trouble::new(Exit::Usage, what));
    }
    match command {
        Command::Init(args) => init::run(args, session),
        Command::Check(args) => check::run(args, session),
        Command::Plan(args) => plan::run(args, session),
        Command::Apply(args) => apply::run(args, session),
        Command::Show(args) => show::run(args, session),
        Command::Status(args) => status::run(args, session),
        Command::Drift(args) => drift::run(args, session),
        Command::Schema(args) => schema::run(args, session),
        Command::Completions(args) => completions::run(args, session),
        Command::Man(args) => man::run(args, session),
        Command::Explain(args) => explain::run(args, session),
        Command::Adopt(args) => adopt::run(args, session),
        Command::Resolve(args) => resolve::run(args, session),
        Command::Bounces(args) => bounces::run(args, session),
        Command::Mail(args) => mail::run(args, session),
        Command::Confirm(args) => confirm::run(args, session),
        Command::Handovers(args) => handovers::run(args, session),
        Command::Letters(args) => letters::run(args, session),
        Command::Preview(args) => preview::run(args, session),
        Command::Roster(args) => roster::run(args, session),
        Command::State(args) => state::run(args, session),
        Command::Lms(args) => lms::run(args, session),
        Command::Selftest(args) => selftest::run(args, session),
        Command::Sandbox(args) => sandbox::run(args, session),
    }
}
