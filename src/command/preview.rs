//! `firstbell preview`: the letter as a parent would get it, with a made-up password.

use crate::apply::password;
use crate::letter::Context;
use crate::plan::{Child, Person};
use crate::reconcile::person_of;

use super::exit::Exit;
use super::project::{self, Loaded};
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The caregiver whose letter it is, by their id in the SMS; without it, a made-up one
    id: Option<String>,
    /// The language, instead of the caregiver's
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// Print the HTML part instead of the text
    #[arg(long)]
    html: bool,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let loaded = project::load(session)?;
    let person = match &args.id {
        Some(id) => person(&loaded, id)?,
        None => made_up(),
    };
    let rollout = &loaded.rollout;
    let password = password::draw(rollout.password, &mut *(session.random)());
    let context = Context {
        school: &rollout.school,
        sign_in_url: &rollout.sign_in_url,
        help: &rollout.help,
        person: &person,
        username: "user.name",
        password: &password,
    };
    let own = if rollout.mail.by_language { person.language.as_str() } else { "" };
    let language = args.language.as_deref().unwrap_or(own);
    let rendered = loaded
        .letters
        .render(language, &context)
        .map_err(|error| Trouble::new(Exit::BadInput, format!("the letter can't be written: {error}")))?;
    let body = if args.html { &rendered.html } else { &rendered.text };
    session.screen.say("The password and the user name are made up; nothing was sent.");
    session.screen.answer(&format!("Subject: {}\n\n{}\n", rendered.subject.trim_end(), body.trim_end()));
    Ok(Exit::Done)
}

fn person(loaded: &Loaded, id: &str) -> Result<Person, Trouble> {
    let found = loaded.roster.caregiver(id);
    found.map(|caregiver| person_of(caregiver, &loaded.rollout)).ok_or_else(|| no_such(id))
}

/// The words for an id that the roster does not have.
pub(super) fn no_such(id: &str) -> Trouble {
    Trouble::new(Exit::Usage, format!("the roster has no caregiver with the id `{id}`"))
}

fn made_up() -> Person {
    let child = |id: &str, first: &str, year: &str, class: &str| Child {
        id: id.into(),
        first_name: first.to_owned(),
        last_name: "Tamihana".to_owned(),
        year: year.to_owned(),
        class: class.to_owned(),
    };
    Person {
        first_name: "Mere".to_owned(),
        last_name: "Tamihana".to_owned(),
        email: "mere.tamihana@example.nz".to_owned(),
        language: String::new(),
        children: vec![child("S1", "Āwhina", "7", "7A"), child("S2", "Tāne", "9", "9C")],
    }
}
