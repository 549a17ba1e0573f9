//! `firstbell init`: lays out a new project. Never overwrites a file; to a `.gitignore` it adds lines.

use camino::{Utf8Path, Utf8PathBuf};

use crate::files;
use crate::letter::default_letters;
use crate::report;
use crate::rollout;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

const ROLLOUT: &str = include_str!("init/rollout.yaml");
/// What version control leaves alone.
const IGNORED: &str = ".gitignore";
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
    if let Some(taken) = taken(&dir, &contents) {
        let what = format!("`{taken}` is there already; `init` never overwrites, so nothing was written");
        return Err(Trouble::new(Exit::Error, what));
    }
    let ignore = ignored_too(&dir)?;
    for (name, text) in &contents {
        put(&dir.join(name), text)?;
    }
    files::replace(&dir.join(IGNORED), ignore.as_bytes())
        .map_err(|error| Trouble::file(format!("writing `{}`", dir.join(IGNORED)), error))?;
    files::make_dir(&dir.join("roster")).map_err(|error| Trouble::file(format!("making `{dir}/roster`"), error))?;
    session.screen.answer(&next_steps(&dir));
    Ok(Exit::Done)
}

/// The first that stands where a file or a folder of the project must come.
fn taken(dir: &Utf8Path, contents: &[(String, String)]) -> Option<Utf8PathBuf> {
    let mut files = contents.iter().map(|(name, _)| dir.join(name));
    let folders = ["roster", "letters"].into_iter().map(|name| dir.join(name));
    let is_in_the_way = |folder: &Utf8PathBuf| files::exists(folder) && !files::is_dir(folder);
    files.find(|file| files::exists(file)).or_else(|| folders.into_iter().find(is_in_the_way))
}

/// The lines of a `.gitignore` that is there, and those of ours that it lacks: what it has stays as it is.
fn ignored_too(dir: &Utf8Path) -> Result<String, Trouble> {
    let path = dir.join(IGNORED);
    if !files::exists(&path) {
        return Ok(IGNORE.to_owned());
    }
    let unusable = |why: String| Trouble::new(Exit::Error, format!("`{path}` {why}; nothing was written"));
    let bytes = files::read(&path).map_err(|error| unusable(format!("can't be read: {error}")))?;
    let mut text = String::from_utf8(bytes).map_err(|_| unusable("is no text".to_owned()))?;
    let has = |line: &&str| text.lines().any(|there| there.trim_end() == *line);
    let missing: Vec<&str> = IGNORE.lines().filter(|line| !has(line)).collect();
    let added = missing.join("\n");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(if added.is_empty() { text } else { text + &added + "\n" })
}

/// What a new project holds besides [`IGNORED`], which may be there: path and text of each file.
fn contents() -> Vec<(String, String)> {
    let mut contents = vec![
        ("rollout.yaml".to_owned(), ROLLOUT.to_owned()),
        ("rollout.schema.json".to_owned(), format!("{:#}\n", rollout::schema())),
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
    let at = if dir == "." { String::new() } else { format!("-C {} ", report::quoted(dir)) };
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
