//! `firstbell sandbox`: what a person would do at a real LMS, for rehearsals: sign in with the password of a letter.

use std::io::BufRead;

use crate::lms::sandbox;
use crate::model::secret::Password;
use crate::rollout::LmsSettings;

use super::exit::Exit;
use super::project;
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to do at the sandbox.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Try a password, read from standard input; the exit code is 0 where it is right, 1 where it is not
    #[command(
        after_help = "Example:\n  echo 'Harbour4-kettle7-mossy2-lantern' | firstbell sandbox sign-in aroha.tamihana"
    )]
    SignIn {
        /// The user name that the letter tells
        username: String,
    },
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let What::SignIn { username } = &args.what;
    let rollout = project::load_rollout(session)?;
    let LmsSettings::Sandbox { path, .. } = &rollout.lms else {
        return Err(Trouble::new(
            Exit::Usage,
            "this rollout's LMS is no sandbox: nobody can be signed in to it from here",
        ));
    };
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Trouble::file("reading the password from standard input", error))?;
    let password = Password::new(line.trim_end_matches(['\n', '\r']).to_owned());
    let is_right = sandbox::sign_in(path, username, &password)?;
    session.screen.say(if is_right { "signed in" } else { "refused" });
    Ok(if is_right { Exit::Done } else { Exit::Error })
}
