//! `firstbell preview`: the letter as a parent would get it, with a made-up password.

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use crate::apply::password;
use crate::files;
use crate::letter::{Context, Letters, Rendered, page};
use crate::plan::{Child, Person};
use crate::reconcile::{is_on_paper, person_of};

use super::exit::Exit;
use super::output;
use super::project::{self, Loaded};
use super::session::Session;
use super::trouble::Trouble;
use super::who;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The caregiver whose letter it is, by their id in the SMS; without it, a made-up one
    id: Option<String>,
    /// The language, instead of the caregiver's
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// Write the HTML part into this file, to be opened in a browser: one for each language, `letter.html` becoming
    /// `letter.mi.html`; `-` prints it
    #[arg(long, value_name = "FILE")]
    html: Option<Utf8PathBuf>,
    /// Write the letter on paper into this file, as PDF: a page for each language
    #[arg(long, value_name = "FILE", conflicts_with = "html")]
    pdf: Option<Utf8PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let (rollout, letters, person, is_on_paper) = if let Some(id) = &args.id {
        let loaded = project::load(session)?;
        let person = person(&loaded, id)?;
        let is_on_paper = loaded.roster.caregiver(id).is_some_and(|one| is_on_paper(&loaded.rollout, one));
        (loaded.rollout, loaded.letters, person, is_on_paper)
    } else {
        // The letter is often written before there is a roster.
        let rollout = project::load_rollout(session)?;
        let (letters, found) = project::read_letters(&rollout)?;
        session.screen.problems(&found);
        (rollout, letters, made_up(), false)
    };
    let password = password::draw(rollout.password, &mut *(session.random)());
    let context = Context {
        school: &rollout.school,
        sign_in_url: &rollout.sign_in_url,
        help: &rollout.help,
        person: &person,
        username: "user.name",
        password: &password,
        on_paper: args.pdf.is_some() || is_on_paper,
    };
    let own = if rollout.mail.by_language { person.language.as_str() } else { "" };
    let language = args.language.as_deref().unwrap_or(own);
    session.screen.say("The password and the user name are made up; nothing was sent.");
    if args.id.is_some() && person.children.is_empty() {
        session.screen.say("They may see no child, so they get no letter at all.");
    } else if is_on_paper && args.pdf.is_none() {
        session.screen.say("They get it on paper: `--pdf FILE` shows the page.");
    }
    if let Some(wanted) = args.language.as_deref().filter(|wanted| !letters.languages().any(|one| one == *wanted)) {
        let instead = letters.language_for(wanted);
        session.screen.say(&format!("There is no letter in `{wanted}`: whoever reads it gets the one in `{instead}`."));
    }
    if let Some(path) = args.html.as_deref().filter(|path| *path != "-") {
        write(args, session, &letters, &context, path)?;
        return Ok(Exit::Done);
    }
    if let Some(path) = &args.pdf {
        let foot = args.id.as_deref().unwrap_or_default();
        let day = session.clock.now().to_zoned_datetime(rollout.timezone.clone()).date().to_string();
        print(args, session, &letters, &context, page::Margin { date: &day, foot }, path)?;
        return Ok(Exit::Done);
    }
    let rendered = rendered(&letters, language, &context)?;
    let body = if args.html.is_some() { &rendered.html } else { &rendered.text };
    session.screen.answer(&format!("Subject: {}\n\n{}\n", rendered.subject.trim_end(), body.trim_end()));
    Ok(Exit::Done)
}

fn rendered(letters: &Letters, language: &str, context: &Context<'_>) -> Result<Rendered, Trouble> {
    letters
        .render(language, context)
        .map_err(|error| Trouble::new(Exit::BadInput, format!("the letter can't be written: {error}")))
}

/// A printed page for each language, or for the one that was asked for.
fn print(
    args: &Args,
    session: &mut Session<'_>,
    letters: &Letters,
    context: &Context<'_>,
    margin: page::Margin<'_>,
    path: &Utf8Path,
) -> Result<(), Trouble> {
    let languages = languages(args, letters);
    let (mut pages, mut printed) = (Vec::new(), Vec::new());
    for language in &languages {
        let page = page::Page::new(&rendered(letters, language, context)?, context, margin);
        // Whoever reads a language that can't be printed gets the page in the default one.
        if let (Err(error), true) = (page.check(), languages.len() > 1) {
            session.screen.say(&format!("note: `{language}` is left out: {error}"));
            continue;
        }
        printed.push(*language);
        pages.push(page);
    }
    let pdf = page::print(&pages, context.school)
        .map_err(|error| Trouble::new(Exit::BadInput, format!("the letter can't be printed: {error}")))?;
    output::check(path, "a PDF", |there| there.starts_with(b"%PDF"))?;
    files::replace_private(path, &pdf)
        .map_err(|error| Trouble::file(format!("writing the letter to `{path}`"), error))?;
    session.screen.answer(&format!("{path}: {}\n", printed.join(", ")));
    Ok(())
}

/// Whether it is an HTML page; the template of one is not.
fn is_page(there: &[u8]) -> bool {
    let text = String::from_utf8_lossy(there);
    let begins = text.trim_start().get(..5).unwrap_or_default().to_ascii_lowercase();
    (begins == "<!doc" || begins == "<html") && !text.contains("{{") && !text.contains("{%")
}

/// All languages, or the one that was asked for.
fn languages<'l>(args: &'l Args, letters: &'l Letters) -> Vec<&'l str> {
    let asked = args.language.as_deref().map(|wanted| letters.language_for(wanted));
    asked.map_or_else(|| letters.languages().collect(), |one| vec![one])
}

/// A page for each language, or for the one that was asked for.
fn write(
    args: &Args,
    session: &mut Session<'_>,
    letters: &Letters,
    context: &Context<'_>,
    path: &Utf8Path,
) -> Result<(), Trouble> {
    let languages = languages(args, letters);
    let mut said = String::new();
    for language in &languages {
        let page = if languages.len() == 1 { path.to_owned() } else { path_for(path, language) };
        let Rendered { subject, html, .. } = rendered(letters, language, context)?;
        // A page of a person is theirs to see, and a made-up one harms nobody.
        output::check(&page, "the page of a letter", is_page)?;
        files::replace_private(&page, html.as_bytes())
            .map_err(|error| Trouble::file(format!("writing the letter to `{page}`"), error))?;
        let _ = writeln!(said, "{page}: {language}, \"{}\"", subject.trim_end());
    }
    session.screen.answer(&said);
    Ok(())
}

/// `letter.html` in `mi` is `letter.mi.html`.
fn path_for(path: &Utf8Path, language: &str) -> Utf8PathBuf {
    match path.extension() {
        Some(extension) => path.with_extension(format!("{language}.{extension}")),
        None => Utf8PathBuf::from(format!("{path}.{language}")),
    }
}

fn person(loaded: &Loaded, id: &str) -> Result<Person, Trouble> {
    let found = loaded.roster.caregiver(id);
    found.map(|caregiver| person_of(caregiver, &loaded.rollout)).ok_or_else(|| who::no_such(id))
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
        postal: String::new(),
        language: String::new(),
        children: vec![child("S1", "Āwhina", "7", "7A"), child("S2", "Tāne", "9", "9C")],
    }
}
