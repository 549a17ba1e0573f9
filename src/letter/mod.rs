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
mod html;
mod leak;
mod line;
mod links;
mod lint;
mod load;
mod message;
pub mod page;
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
    /// Whether it is printed.
    pub on_paper: bool,
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

    /// The letter for one person. One that does not show the password is refused: it would leave somebody locked out; and one that
    /// would tell it to whoever serves a link, a picture or a style.
    pub fn render(&self, wanted_language: &str, context: &Context<'_>) -> Result<Rendered, LetterError> {
        let rendered = self.render_unguarded(self.language_for(wanted_language), context)?;
        for (part, body) in [(Part::Text, &rendered.text), (Part::Html, &rendered.html)] {
            if !body.contains(context.password.reveal()) {
                return Err(LetterError::NoPassword { file: self.file(&rendered.language, part) });
            }
            if leak::beyond_text(part, body).contains(context.password.reveal()) {
                return Err(LetterError::PasswordInAddress { file: self.file(&rendered.language, part) });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::sample::Project;

    /// The default letter for a sample person, changed as the test wants it.
    fn letter(language: &str, help: &Help, change: impl FnOnce(&mut Person)) -> Rendered {
        let mut person = sample::person_with_children();
        change(&mut person);
        render(&Project::with_default_letters(), language, help, &person).unwrap()
    }

    fn render(project: &Project, language: &str, help: &Help, person: &Person) -> Result<Rendered, LetterError> {
        let password = Password::new("Harbour4-kettle7-mossy2-lantern".to_owned());
        let context = Context {
            school: "Kōwhai College",
            sign_in_url: "https://portal.kowhai.example.nz",
            help,
            person,
            username: sample::USERNAME,
            password: &password,
            on_paper: false,
        };
        project.load().render(language, &context)
    }

    #[test]
    fn the_english_letter_reads_like_this() {
        let letter = letter("en", &sample::help(), |_| {});
        assert_eq!(letter.subject, "Your parent account at Kōwhai College");
        insta::assert_snapshot!(letter.text, @r#"
        Kia ora Mere,

        Kōwhai College has made an account for you as a parent or caregiver of Aroha, Wiremu and Tāne. With it you can sign in to the school's parent portal.


        Sign in at:
        https://portal.kowhai.example.nz

        User name:
        mere.kahurangi

        Password:
        Harbour4-kettle7-mossy2-lantern


        Please type or copy the password exactly as it is written here. It matters which letters are capitals, and the hyphens (-) are part of the password.

        If you were given a password before, use this one from now on. If the portal asks you to choose a new password, choose one that only you know.

        The account is for you alone. Please don't share the password, and don't send it to us: the school will never ask you for it.


        QUESTIONS

        If you can't sign in, or if a child's name is wrong or missing, please ask us:
        Email: office@school.example.nz
        Phone: 09 555 0100

        If you did not expect this email, or if it names a child you don't know, please don't use the account. Tell the school, then delete this email.

        If you are not sure that this email really comes from us, phone the school on the number you already have before you sign in.

        Ngā mihi,
        Kōwhai College
        "#);
    }

    #[test]
    fn the_letter_in_te_reo_joins_names_in_te_reo() {
        let letter = letter("mi", &sample::help(), |_| {});
        assert_eq!(letter.subject, "Tō pūkete mātua mō Kōwhai College");
        for body in [&letter.text, &letter.html] {
            assert!(
                body.contains("Aroha, Wiremu me Tāne") && body.contains("Harbour4-kettle7-mossy2-lantern"),
                "{body}"
            );
        }
    }

    #[test]
    fn what_a_school_does_not_give_leaves_no_trace() {
        for language in ["en", "mi"] {
            let letter = letter(language, &Help::default(), |_| {});
            for body in [&letter.text, &letter.html] {
                assert!(!body.contains("none") && !body.contains("Phone:") && !body.contains("Waea:"), "{body}");
                assert!(!body.contains("\n\n\n\n"), "{body}");
            }
        }
    }

    #[test]
    fn a_person_without_a_name_is_greeted_too() {
        let letter = letter("en", &Help::default(), |person| *person = sample::person_without_names());
        assert!(letter.text.starts_with("Kia ora,\n"), "{}", letter.text);
    }

    #[test]
    fn html_is_escaped_and_text_is_not() {
        let letter = letter("en", &sample::help(), |person| {
            person.first_name = "<script>alert(\"1\")</script>".to_owned();
            person.children[0].first_name = "O'Neil & Co <b>".to_owned();
        });
        assert!(letter.text.contains("Kia ora <script>alert(\"1\")</script>,\n"), "{}", letter.text);
        assert!(!letter.html.contains("<script>") && !letter.html.contains("<b>"), "{}", letter.html);
        assert!(
            letter.html.contains("&lt;script&gt;") && letter.html.contains("O&#x27;Neil &amp; Co"),
            "{}",
            letter.html
        );
    }

    #[test]
    fn a_name_cannot_add_lines_or_turn_the_text() {
        let name = "Mere\r\n\r\nPassword:\nhunter2\u{202E}";
        let letter = letter("en", &sample::help(), |person| person.first_name = name.to_owned());
        assert!(letter.text.starts_with("Kia ora Mere Password: hunter2,\n"), "{}", letter.text);
    }

    #[test]
    fn a_name_of_300_characters_stands_whole_in_the_letter_and_short_in_the_subject() {
        let project = Project::with_default_letters();
        project.write("letters/welcome.en/subject.txt", b"For {{ caregiver.name }}");
        let person = Person { first_name: "ā".repeat(300), ..sample::person() };
        let letter = render(&project, "en", &sample::help(), &person).unwrap();
        assert!(letter.text.contains(&person.first_name) && letter.html.contains(&person.first_name));
        assert_eq!(letter.subject.chars().count(), line::LONGEST_SUBJECT);
    }

    #[test]
    fn a_language_without_a_letter_gets_the_default() {
        let letters = Project::with_default_letters().load();
        for (wanted, given) in
            [("mi", "mi"), ("MI-nz", "mi"), ("mi_NZ", "mi"), ("en-GB", "en"), ("sm", "en"), ("", "en")]
        {
            assert_eq!(letters.language_for(wanted), given, "{wanted}");
        }
    }

    #[test]
    fn a_letter_that_hides_the_password_from_somebody_is_never_sent() {
        let project = Project::with_default_letters();
        project.write("letters/welcome.en/body.txt", b"{% if children | length > 1 %}{{ password }}{% endif %} Hello");
        assert!(render(&project, "en", &sample::help(), &sample::person_with_children()).is_ok());
        let file = "letters/welcome.en/body.txt".to_owned();
        assert_eq!(render(&project, "en", &sample::help(), &sample::person()), Err(LetterError::NoPassword { file }));
    }

    #[test]
    fn what_fails_for_one_person_only_is_told_without_their_data() {
        let project = Project::with_default_letters();
        project.write(
            "letters/welcome.en/subject.txt",
            b"{% if school != 'Example School' %}\n{{ password | int }}{% endif %}x",
        );
        let error = render(&project, "en", &sample::help(), &sample::person()).unwrap_err();
        assert_eq!(error.to_string(), "rendering `letters/welcome.en/subject.txt`, line 2, failed: invalid operation");
    }

    #[test]
    fn nothing_shows_the_password_for_debugging() {
        let letter = letter("en", &sample::help(), |_| {});
        assert_eq!(format!("{letter:?}"), "Rendered { language: \"en\", .. }");
    }
}
