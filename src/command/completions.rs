//! `firstbell completions`: what a shell needs to complete commands and flags, from the program's own arguments.

use clap_complete::Shell as Generator;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// For which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// The shells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    /// For example into ~/.local/share/bash-completion/completions/firstbell
    Bash,
    /// For example into a file `_firstbell` in a folder of $fpath
    Zsh,
    /// For example into ~/.config/fish/completions/firstbell.fish
    Fish,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let shell = match args.shell {
        Shell::Bash => Generator::Bash,
        Shell::Zsh => Generator::Zsh,
        Shell::Fish => Generator::Fish,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut (session.program)(), "firstbell", &mut text);
    session.screen.answer(&String::from_utf8_lossy(&text));
    Ok(Exit::Done)
}
