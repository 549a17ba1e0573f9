//! `firstbell man`: manual pages from the program's own arguments, one for each command.

use camino::{Utf8Path, Utf8PathBuf};
use clap_mangen::Man;

use crate::files;
use crate::report::count;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder for the pages; without it the program's own page is printed
    #[arg(value_name = "FOLDER")]
    folder: Option<Utf8PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    // `help` has no page of its own, so none refers to one.
    let mut program = (session.program)().disable_help_subcommand(true);
    program.build();
    let Some(folder) = &args.folder else {
        let page = page(program, "firstbell")?;
        session.screen.answer(&String::from_utf8_lossy(&page));
        return Ok(Exit::Done);
    };
    files::make_dir(folder).map_err(|error| Trouble::file(format!("making the folder `{folder}`"), error))?;
    let written = write(&program, "firstbell", folder)?;
    session.screen.answer(&format!("{} in `{folder}`.\n", count(written, "page", "pages")));
    Ok(Exit::Done)
}

/// A command's page and those of the commands below it.
fn write(command: &clap::Command, name: &str, folder: &Utf8Path) -> Result<u64, Trouble> {
    let path = folder.join(format!("{name}.1"));
    let bytes = page(command.clone(), name)?;
    files::replace(&path, &bytes).map_err(|error| Trouble::file(format!("writing `{path}`"), error))?;
    let mut written = 1;
    for below in command.get_subcommands() {
        written += write(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(written)
}

/// The page's title is one word: `firstbell-state-show`.
fn page(command: clap::Command, title: &str) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    Man::new(command).title(title).render(&mut bytes).map_err(|error| Trouble::file("making a manual page", error))?;
    Ok(bytes)
}
