//! What happened outside: the effects in the LMS and the letters in the outbox that were not there before. Passwords and
//! Message-IDs are not told, but each letter's password is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use firstbell::lms::sandbox;
use firstbell::model::secret::Password;

use crate::world::{World, looks_like_a_password};

/// What has been seen so far.
#[derive(Default)]
pub(super) struct Seen {
    effects: usize,
    letters: BTreeSet<String>,
    /// What lay in `paper/`.
    paper: BTreeSet<String>,
    /// Caregiver -> how many passwords that were no replay.
    passwords: BTreeMap<String, usize>,
}

impl Seen {
    /// Tells what is new.
    pub(super) fn news(&mut self, world: &World) -> String {
        let mut text = self.effects(world);
        let letters = world.outbox();
        let fresh: Vec<_> = letters.iter().filter(|(name, _)| !self.letters.contains(name)).collect();
        let mut lines: Vec<String> = fresh.iter().map(|(_, bytes)| letter(world, bytes)).collect();
        lines.sort();
        for line in lines {
            let _ = writeln!(text, "   letter   {line}");
        }
        self.letters = letters.into_iter().map(|(name, _)| name).collect();
        let before = std::mem::replace(&mut self.paper, paper(world));
        for file in before.symmetric_difference(&self.paper) {
            let what = if self.paper.contains(file) { "was made" } else { "is gone" };
            let _ = writeln!(text, "   paper    {file} {what}");
        }
        text
    }

    fn effects(&mut self, world: &World) -> String {
        let effects = world.effects();
        let mut text = String::new();
        for effect in &effects[self.effects..] {
            let text_of = |key: &str| effect[key].as_str().unwrap_or_default().to_owned();
            let (op, caregiver) = (text_of("op"), text_of("caregiver"));
            let is_replay = effect["replay"] == true;
            let note = match (op.as_str(), is_replay) {
                ("set-password", true) => "  the same password again".to_owned(),
                ("set-password", false) => {
                    let many = self.passwords.entry(caregiver.clone()).or_default();
                    *many += 1;
                    if *many > 1 { format!("  password number {many}") } else { String::new() }
                }
                _ => values(effect),
            };
            let _ = writeln!(text, "   LMS      {op} {caregiver} {}{note}", text_of("username"));
        }
        self.effects = effects.len();
        text
    }
}

/// The files that wait for the printer.
fn paper(world: &World) -> BTreeSet<String> {
    let files = std::fs::read_dir(world.path().join("paper")).into_iter().flatten();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

/// The values that an update or a creation writes.
fn values(effect: &serde_json::Value) -> String {
    let keys = ["first-name", "last-name", "email"];
    let values: Vec<String> =
        keys.iter().filter_map(|key| Some(format!("{key} {}", effect.get(*key)?.as_str()?))).collect();
    if values.is_empty() { String::new() } else { format!("  {}", values.join(", ")) }
}

/// A letter in one line: to whom, about what, naming which children, and whether its password works.
fn letter(world: &World, bytes: &[u8]) -> String {
    let message = mail_parser::MessageParser::default().parse(bytes).unwrap();
    let to = message.to().unwrap().first().unwrap().address().unwrap().to_owned();
    let subject = message.subject().unwrap().to_owned();
    let body = message.body_text(0).unwrap().replace("\r\n", "\n");
    let below = |label: &str| {
        let mut lines = body.lines().skip_while(|line| *line != label).skip(1);
        lines.find(|line| !line.trim().is_empty()).unwrap().to_owned()
    };
    let (username, password) = (below("User name:"), below("Password:"));
    assert!(looks_like_a_password(&password), "{password}");
    let path = world.path().join("state/lms.json");
    let works = sandbox::sign_in(&path, &username, &Password::new(password)).unwrap();
    let works = if works { "signs in" } else { "does NOT sign in" };
    format!("to {to}: \"{subject}\"; {}; {username} {works}", children(&body))
}

/// The children that the letter names.
fn children(body: &str) -> String {
    let sentence = body.split_once(" as a parent or caregiver of ").map_or("nobody", |(_, rest)| rest);
    format!("names {}", sentence.split(". ").next().unwrap().trim())
}
