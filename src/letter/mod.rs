//! Letters: a folder of templates per language in, the subject, the text, the HTML and the exact bytes of the message out.
//!
//! Pure but for [`load`], which reads the folders: all that a message holds is given (Date, Message-ID, boundary), nothing
//! is drawn and nothing sent. Whom a letter goes to, and when, is decided elsewhere; every mistake that a template can make is
//! found here before any password is touched. `template` alone names `minijinja`, `message` alone names `lettre`.
//!
//! ```text
//! letters/welcome.en/subject.txt  body.txt  body.html      the default language
//! letters/welcome.mi/subject.txt  body.txt  body.html      for those whose language is `mi`
//! ```

mod check;
mod default;
mod error;
mod line;
mod lint;
mod load;
mod message;
mod part;
pub mod sample;
mod spot;
mod template;
mod values;

use std::collections::BTreeMap;
use std::fmt;

use crate::model::secret::Password;
use crate::plan::Person;
use crate::rollout::Help;

pub use default::default_letters;
pub use error::LetterError;
pub use load::load;
pub use message::{Frame, message};

use part::Part;
use template::Template;

/// A letter in all its languages, checked.
pub struct Letters {
    /// As the rollout names it: `letters/welcome`.
    written: String,
    /// The language for those whose own has no letter.
    default_language: String,
    /// By language, lower-case.
    by_language: BTreeMap<String, Edition>,
    /// Folders beside them that look like a language of this letter, and are not.
    strays: Vec<String>,
    sha256: String,
}

/// The letter in one language.
struct Edition {
    /// The language as its folder spells it: `zh-Hans`.
    spelling: String,
    template: Template,
}

/// What a letter tells, and whom.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The school's name.
    pub school: &'a str,
    /// The address of the sign-in page.
    pub sign_in_url: &'a str,
    /// Whom parents ask.
    pub help: &'a Help,
    /// Whom it goes to, and their permitted children.
    pub person: &'a Person,
    /// The name they sign in with.
    pub username: &'a str,
    /// The password they sign in with.
    pub password: &'a Password,
}

/// A letter for one person, not yet a message. Holds the password in clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The language it is written in.
    pub language: String,
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

impl Letters {
    /// SHA-256 over all files of all languages (64 hexadecimal digits): tells whether the letter has changed.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The languages, in alphabetical order.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.by_language.keys().map(String::as_str)
    }

    /// The language that somebody gets who wants this one: itself (`mi-NZ`), its main language (`mi`), or the default.
    pub fn language_for<'a>(&'a self, wanted: &'a str) -> &'a str {
        let wanted = wanted.trim().to_ascii_lowercase();
        let main = wanted.split(['-', '_']).next().unwrap_or_default();
        [wanted.as_str(), main]
            .into_iter()
            .find_map(|language| self.by_language.get_key_value(language))
            .map_or(&self.default_language, |(language, _)| language)
    }

    /// The letter for one person. One that does not show the password is refused: it would leave somebody locked out.
    pub fn render(&self, wanted_language: &str, context: &Context<'_>) -> Result<Rendered, LetterError> {
        let rendered = self.render_unguarded(self.language_for(wanted_language), context)?;
        for (part, body) in [(Part::Text, &rendered.text), (Part::Html, &rendered.html)] {
            if !body.contains(context.password.reveal()) {
                return Err(LetterError::NoPassword { file: self.file(&rendered.language, part) });
            }
        }
        Ok(rendered)
    }

    fn render_unguarded(&self, language: &str, context: &Context<'_>) -> Result<Rendered, LetterError> {
        let template = &self.by_language.get(language).ok_or(LetterError::NoLanguage)?.template;
        let values = values::of(context, language);
        let part = |part| {
            template.render(part, &values).map_err(|mistake| LetterError::Render {
                file: self.file(language, mistake.part),
                line: mistake.line(template.source(mistake.part)),
                what: mistake.kind,
            })
        };
        let subject = line::for_header(&part(Part::Subject)?, line::LONGEST_SUBJECT);
        if subject.is_empty() {
            return Err(LetterError::EmptySubject { file: self.file(language, Part::Subject) });
        }
        let (text, html) = (part(Part::Text)?, part(Part::Html)?);
        Ok(Rendered { language: language.to_owned(), subject, text, html })
    }

    /// A part's file, as the school names it.
    fn file(&self, language: &str, part: Part) -> String {
        let spelling = self.by_language.get(language).map_or(language, |edition| &edition.spelling);
        part.file(&self.written, spelling)
    }
}

impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let languages: Vec<&str> = self.languages().collect();
        f.debug_struct("Letters").field("written", &self.written).field("languages", &languages).finish_non_exhaustive()
    }
}

/// Shows whom it is about to nobody, and the password to nobody.
impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("school", &self.school).finish_non_exhaustive()
    }
}

/// Shows no subject and no body: they hold names and the password.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered").field("language", &self.language).finish_non_exhaustive()
    }
}
