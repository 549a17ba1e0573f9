//! A story: a folder with a rollout, rosters, an LMS and a script, played with the real commands in one process, and told
//! as a transcript: what was typed, what was said, which letters left, what the LMS was made to do.
//!
//! ```text
//! tests/scenarios/head.yaml        the rollout's head that the stories share
//! tests/scenarios/NAME/rollout.yaml   what goes below that head; a whole rollout where it begins with `version:`
//!                      roster.csv     and roster-2.csv …: exports of the SMS
//!                      lms.json       the accounts, one a line; none where it is missing
//!                      story.txt      the script
//!                      transcript.txt what must come of it
//! ```

mod play;
mod school;
mod script;
mod seen;

use std::fs;
use std::path::{Path, PathBuf};

use crate::database::Database;

/// A story that has been played.
pub(crate) struct Played {
    /// Its folder's name.
    pub(crate) name: String,
    pub(crate) transcript: String,
}

/// The folder of all stories.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// The names of all stories.
pub(crate) fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = entries
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Plays one story from its beginning.
pub(crate) fn play(name: &str) -> Played {
    Played { name: name.to_owned(), transcript: play_in(&folder().join(name)) }
}

/// What an apply and a plan say in the school of this story where its clock is far ahead of the server that has its state, and how
/// they end; then an apply with a time that somebody names.
pub(crate) fn ahead_of(server: Database, name: &str) -> String {
    let mut school = school::School::ahead_of(server, &folder().join(name));
    school.put_roster(&school.own("roster.csv"), None);
    let mut run = |line: &str| {
        let said = school.run(&[line.to_owned()]);
        format!("{}[{}]\n", said.text, said.end)
    };
    let refused = run("apply") + &run("plan");
    school.believes_clock = false;
    let said = school.run(&["apply".to_owned()]);
    format!("{refused}{}[{}]\n", said.text, said.end)
}

/// Plays the story in this folder, and tells what came of it.
pub(crate) fn play_in(folder: &Path) -> String {
    let name = folder.file_name().unwrap().display();
    let text = fs::read_to_string(folder.join("story.txt")).unwrap_or_else(|error| panic!("{name}/story.txt: {error}"));
    let mut play = play::Play::new(folder);
    for (number, line) in text.lines().enumerate() {
        let step = script::parse(line).unwrap_or_else(|what| panic!("{name}/story.txt:{}: {what}", number + 1));
        play.step(&step);
    }
    play.finish()
}
