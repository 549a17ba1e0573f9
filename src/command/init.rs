//! `firstbell init`: lays out a new project. Never overwrites a file.

use camino::{Utf8Path, Utf8PathBuf};

use crate::files;
use crate::letter::default_letters;
use crate::rollout;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

const ROLLOUT: &str = include_str!("init/rollout.yaml");
const IGNORE: &str = include_str!("init/gitignore");

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder to lay it out in, made where it is missing; without it, the folder of `-C`
    // Not named `dir`: clap takes arguments of one name for one argument, and `-C` has that name.
    #[arg(value_name = "DIR")]
    folder: Option<Utf8PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let dir = args.folder.as_ref().map_or_else(|| session.dir.clone(), |folder| session.path(folder));
    let contents = contents();
    if let Some((taken, _)) = contents.iter().find(|(name, _)| files::exists(&dir.join(name))) {
        let what = format!("`{}` is there already; `init` never overwrites, so nothing was written", dir.join(taken));
        return Err(Trouble::new(Exit::Error, what));
    }
    for (name, text) in &contents {
        put(&dir.join(name), text)?;
    }
    files::make_dir(&dir.join("roster")).map_err(|error| Trouble::file(format!("making `{dir}/roster`"), error))?;
    session.screen.answer(&next_steps(&dir));
    Ok(Exit::Done)
}

/// What a new project holds: path and text of each file.
fn contents() -> Vec<(String, String)> {
    let mut contents = vec![
        ("rollout.yaml".to_owned(), ROLLOUT.to_owned()),
        ("rollout.schema.json".to_owned(), format!("{:#}\n", rollout::schema())),
        (".gitignore".to_owned(), IGNORE.to_owned()),
    ];
    contents.extend(default_letters().iter().map(|(name, text)| (format!("letters/{name}"), (*text).to_owned())));
    contents
}

fn put(path: &Utf8Path, text: &str) -> Result<(), Trouble> {
    let failed = |error| Trouble::file(format!("writing `{path}`"), error);
    if let Some(folder) = path.parent() {
        files::make_dir(folder).map_err(failed)?;
    }
    files::create_new(path, text.as_bytes()).map_err(failed)
}

fn next_steps(dir: &Utf8Path) -> String {
    let at = if dir == "." { String::new() } else { format!("-C {dir} ") };
    format!(
        "Laid out in `{dir}`:\n\
         \x20 rollout.yaml         what the school wants: fill in the lines marked CHANGE\n\
         \x20 letters/             what parents read, in English and te reo Māori\n\
         \x20 roster/              put the SMS export here as caregivers.csv (it stays out of version control)\n\
         \n\
         Next:\n\
         \x20 firstbell {at}check      says what is still wrong\n\
         \x20 firstbell {at}plan       shows what would be done; writes nothing\n"
    )
}
