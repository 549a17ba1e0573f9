//! What a letter that renders may still lack: the password, the sign-in address, a child's name, a short subject.

use std::collections::BTreeSet;

use super::html;
use super::page::{Margin, Page, PageError};
use super::part::Part;
use super::{Context, Letters, Rendered, leak, links, sample};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::plan::Person;
use crate::rollout::Help;

/// Longer subjects are cut off on a telephone.
const SHORT_SUBJECT: usize = 60;
/// A name that shows whether the HTML is escaped.
const TELLTALE: &str = "<Mere>";

impl Letters {
    /// Languages whose letters can't be printed, found on a made-up parent: of the default one that is an error.
    pub fn lint_pages(&self, school: &str, sign_in_url: &str, help: &Help) -> Diagnostics {
        let mut found = Diagnostics::new();
        let (person, password) = (sample::person(), sample::password());
        let (username, on_paper) = (sample::USERNAME, true);
        let context = Context { school, sign_in_url, help, person: &person, username, password: &password, on_paper };
        for language in self.by_language.keys() {
            let Ok(rendered) = self.render_unguarded(language, &context) else { continue };
            let margin = Margin { date: "2027-02-01", foot: "C1001" };
            if let Err(error) = Page::new(&rendered, &context, margin).check() {
                found.push(self.not_printable(language, &error));
            }
        }
        found
    }

    fn not_printable(&self, language: &str, error: &PageError) -> Diagnostic {
        let (file, text) = (self.file(language, Part::Text), format!("this letter can't be printed: {error}"));
        let default = &self.default_language;
        if matches!(error, PageError::Character(_)) && language != default {
            return Diagnostic::warning("letter::not-printable", text)
                .with_place(Place::file(file))
                .with_help(format!("those who get a letter on paper in this language get it in `{default}`"));
        }
        Diagnostic::error("letter::not-printable", text).with_place(Place::file(file)).with_help(
            "shorten it between `{% if on_paper %}` and `{% endif %}`, or write it in Latin, Greek or Cyrillic letters",
        )
    }

    /// Errors and warnings for this school, found on a made-up parent.
    pub fn lint(&self, school: &str, sign_in_url: &str, help: &Help) -> Diagnostics {
        let mut found = Diagnostics::new();
        for stray in &self.strays {
            found.push(not_a_language(stray));
        }
        let (person, password) = (telltale(), sample::password());
        let context = Context {
            school,
            sign_in_url,
            help,
            person: &person,
            username: sample::USERNAME,
            password: &password,
            on_paper: false,
        };
        for language in self.by_language.keys() {
            match self.render_unguarded(language, &context) {
                Ok(rendered) => {
                    self.judge(&rendered, &context, &mut found);
                    self.errors(&rendered, &context, &mut found);
                    self.links(&rendered, &declared(sign_in_url, help), &mut found);
                }
                Err(error) => found.push(Diagnostic::error("letter::template", error.to_string())),
            }
        }
        for (language, edition) in &self.by_language {
            let source = |part| edition.template.source(part);
            let unescaped = escaping_is_off().with_place(Place::file(self.file(language, Part::Html)));
            let is_told = found.iter().any(|one| one.code == unescaped.code && one.place == unescaped.place);
            if turns_escaping_off(source(Part::Html)) && !is_told {
                found.push(unescaped);
            }
            if has_several_lines(source(Part::Subject)) {
                found.push(several_lines().with_place(Place::file(self.file(language, Part::Subject))));
            }
            html::judge(source(Part::Html), &self.file(language, Part::Html), &edition.spelling, &mut found);
        }
        found
    }

    fn links(&self, rendered: &Rendered, declared: &[String], found: &mut Diagnostics) {
        let Some(edition) = self.by_language.get(&rendered.language) else { return };
        for (part, body) in [(Part::Html, &rendered.html), (Part::Text, &rendered.text)] {
            let (source, file) = (edition.template.source(part), self.file(&rendered.language, part));
            links::judge(part, source, body, &file, declared, found);
        }
    }

    /// What would stop the letter of somebody, each once: of this one, or of others, for whom a template may have other words.
    fn errors(&self, rendered: &Rendered, context: &Context<'_>, found: &mut Diagnostics) {
        let language = &rendered.language;
        let mut seen = BTreeSet::new();
        let mut tell = |rendered: &Rendered, context: &Context<'_>| {
            let rules = [no_password, no_password_in_html, password_in_subject, unescaped];
            let broken = rules.into_iter().filter_map(|rule| rule(rendered, context));
            for (part, diagnostic) in broken.chain(self.leaks(rendered, context)) {
                let is_read = !context.on_paper || part == Part::Text;
                if is_read && seen.insert((part, diagnostic.code)) {
                    found.push(diagnostic.with_place(Place::file(self.file(language, part))));
                }
            }
        };
        tell(rendered, context);
        let none = Help::default();
        for person in others() {
            for (help, on_paper) in [(context.help, false), (&none, false), (context.help, true), (&none, true)] {
                let context = Context { person: &person, help, on_paper, ..*context };
                // What does not render is told by the template's own check.
                if let Ok(rendered) = self.render_unguarded(language, &context) {
                    tell(&rendered, &context);
                }
            }
        }
    }

    /// With another password nothing but text may be another: however it is spelled there, it must not get into an address.
    fn leaks(&self, rendered: &Rendered, context: &Context<'_>) -> Vec<(Part, Diagnostic)> {
        let other = sample::other_password();
        let Ok(again) = self.render_unguarded(&rendered.language, &Context { password: &other, ..*context }) else {
            return Vec::new();
        };
        let bodies = [(Part::Text, &rendered.text, &again.text), (Part::Html, &rendered.html, &again.html)];
        let leaking = bodies
            .into_iter()
            .filter(|(part, one, other)| leak::beyond_text(*part, one) != leak::beyond_text(*part, other));
        let told = leaking.map(|(part, ..)| {
            let text =
                "the password is in a link, a picture's address, a style or a comment: whoever serves that would learn it";
            let help = "write {{ password }} as text, on a line of its own, and nowhere else";
            (part, Diagnostic::error("letter::password-in-address", text).with_help(help))
        });
        told.collect()
    }

    fn judge(&self, rendered: &Rendered, context: &Context<'_>, found: &mut Diagnostics) {
        let warnings = [no_username, no_sign_in_address, no_child, long_subject, password_twice];
        for (part, diagnostic) in warnings.into_iter().filter_map(|rule| rule(rendered, context)) {
            found.push(diagnostic.with_place(Place::file(self.file(&rendered.language, part))));
        }
    }
}

/// One rule: which part breaks it, and what to say.
type Finding = Option<(Part, Diagnostic)>;

fn no_password(rendered: &Rendered, context: &Context<'_>) -> Finding {
    let is_missing = !rendered.text.contains(context.password.reveal());
    is_missing.then(|| (Part::Text, missing_password()))
}

fn no_password_in_html(rendered: &Rendered, context: &Context<'_>) -> Finding {
    let is_missing = !rendered.html.contains(context.password.reveal());
    is_missing.then(|| (Part::Html, missing_password()))
}

fn missing_password() -> Diagnostic {
    Diagnostic::error("letter::no-password", "the letter does not show the password")
        .with_help("write {{ password }} on a line of its own")
}

fn password_in_subject(rendered: &Rendered, context: &Context<'_>) -> Finding {
    let is_there = rendered.subject.contains(context.password.reveal());
    is_there.then(|| {
        let help = "subjects are shown on locked screens and kept in mail servers' logs";
        (
            Part::Subject,
            Diagnostic::error("letter::password-in-subject", "the subject shows the password").with_help(help),
        )
    })
}

fn unescaped(rendered: &Rendered, _context: &Context<'_>) -> Finding {
    rendered.html.contains(TELLTALE).then(|| (Part::Html, escaping_is_off()))
}

fn escaping_is_off() -> Diagnostic {
    let text = "a name is put into the HTML as it is: one with `<` in it would break the letter";
    Diagnostic::error("letter::unescaped", text).with_help("leave out the filter `safe`, and `autoescape`")
}

fn no_username(rendered: &Rendered, context: &Context<'_>) -> Finding {
    (!rendered.text.contains(context.username))
        .then(|| (Part::Text, Diagnostic::warning("letter::no-username", "the letter does not tell the user name")))
}

fn no_sign_in_address(rendered: &Rendered, context: &Context<'_>) -> Finding {
    (!rendered.text.contains(context.sign_in_url)).then(|| {
        (Part::Text, Diagnostic::warning("letter::no-sign-in-address", "the letter does not tell where to sign in"))
    })
}

fn no_child(rendered: &Rendered, context: &Context<'_>) -> Finding {
    let names_one = context.person.children.iter().any(|child| rendered.text.contains(&child.first_name));
    (!names_one).then(|| {
        let help = "a parent who reads their child's name trusts the letter: write {{ children_names }}";
        (Part::Text, Diagnostic::warning("letter::no-child", "the letter names no child").with_help(help))
    })
}

fn long_subject(rendered: &Rendered, _context: &Context<'_>) -> Finding {
    let length = rendered.subject.chars().count();
    (length > SHORT_SUBJECT).then(|| {
        let text = format!("the subject has {length} characters; telephones show about {SHORT_SUBJECT}");
        (Part::Subject, Diagnostic::warning("letter::long-subject", text))
    })
}

/// What stands in a second line was hardly meant for the subject. With tags, lines may be there for whoever writes it.
fn has_several_lines(source: &str) -> bool {
    !source.contains("{%") && source.lines().filter(|line| !line.trim().is_empty()).nth(1).is_some()
}

fn several_lines() -> Diagnostic {
    Diagnostic::warning("letter::several-lines", "the subject has several lines, which parents get as one")
        .with_help("leave one line in it; what the letter says comes into body.txt and body.html")
}

/// The second place is where an old one is forgotten, and where somebody looks over a shoulder.
fn password_twice(rendered: &Rendered, context: &Context<'_>) -> Finding {
    let part = [(Part::Text, &rendered.text), (Part::Html, &rendered.html)]
        .into_iter()
        .find(|(_, body)| body.matches(context.password.reveal()).nth(1).is_some())?
        .0;
    let help = "show it once, on a line of its own";
    Some((part, Diagnostic::warning("letter::password-twice", "the letter shows the password twice").with_help(help)))
}

/// Where links may lead: the sign-in address's host, and the domain that the help's address is of.
fn declared(sign_in_url: &str, help: &Help) -> Vec<String> {
    let behind_scheme = sign_in_url.split_once("://").map_or(sign_in_url, |(_, rest)| rest);
    let host = behind_scheme.split(['/', ':', '?', '#']).next().unwrap_or_default();
    let mail = help.email.as_deref().and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    [Some(host), mail].into_iter().flatten().map(str::to_ascii_lowercase).collect()
}

fn not_a_language(stray: &str) -> Diagnostic {
    Diagnostic::warning("letter::not-a-language", format!("`{stray}` is not read: it names no language of its own"))
        .with_place(Place::file(stray))
        .with_help("call the folder by a language code (`en`, `mi`, `zh-Hans`), or move it away")
}

fn telltale() -> Person {
    with_telltales(sample::person_with_children())
}

/// Somebody with one child, with two, and somebody without any names.
fn others() -> [Person; 3] {
    let mut two = sample::person_with_children();
    two.children.truncate(2);
    [with_telltales(sample::person()), with_telltales(two), sample::person_without_names()]
}

fn with_telltales(mut person: Person) -> Person {
    TELLTALE.clone_into(&mut person.first_name);
    for child in &mut person.children {
        TELLTALE.clone_into(&mut child.last_name);
    }
    person
}

/// A filter or a block that puts names into the HTML as they are, for somebody at least.
fn turns_escaping_off(source: &str) -> bool {
    let is_safe = |filter: &str| {
        let filter = filter.trim_start();
        filter
            .strip_prefix("safe")
            .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
    };
    let in_values = source.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
    let in_blocks = source.split("{%").skip(1).filter_map(|rest| rest.split("%}").next());
    let has_filter = |tag: &str| tag.split('|').skip(1).any(is_safe);
    let is_block = |tag: &str| tag.trim_start_matches(['-', '+']).trim_start().starts_with("autoescape");
    in_values.chain(in_blocks.clone()).any(has_filter) || in_blocks.into_iter().any(is_block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::sample::{Project, TEXT};

    fn found(project: &Project, school: &str) -> Vec<String> {
        let found = project.load().lint(school, sample::SIGN_IN_URL, &sample::help());
        let show = |problem: &&Diagnostic| format!("{} {}", problem.place.as_ref().unwrap().file, problem.code);
        found.sorted().iter().map(show).collect()
    }

    fn found_with(file: &str, source: &str) -> Vec<String> {
        let project = Project::with_default_letters();
        project.write(file, source.as_bytes());
        found(&project, "Kōwhai College")
    }

    #[test]
    fn the_default_letters_lack_nothing() {
        assert!(found(&Project::with_default_letters(), "Te Kura Kaupapa Māori o Kōwhai").is_empty());
    }

    /// However it is spelled there.
    #[test]
    fn a_password_in_an_address_is_an_error() {
        for leak in [
            "<img src=\"https://x.example.nz/?p={{ password }}\" alt=\"\">",
            "<p title=\"{{ password | upper | reverse }}\">x</p>",
            "<style>p { background: url(https://x.example.nz/{{ password | first }}) }</style>",
        ] {
            let project = Project::with_default_letters();
            let html = crate::files::read(&project.path("letters/welcome.en/body.html")).unwrap();
            let html = String::from_utf8(html).unwrap().replace("</body>", &format!("{leak}</body>"));
            project.write("letters/welcome.en/body.html", html.as_bytes());
            let found = found(&project, "School");
            let error = "letters/welcome.en/body.html letter::password-in-address".to_owned();
            assert!(found.contains(&error), "{leak}: {found:?}");
        }
    }

    #[test]
    fn a_text_that_tells_nothing_lacks_everything() {
        let codes = ["no-password", "no-child", "no-sign-in-address", "no-username"];
        assert_eq!(found_with(TEXT, "Hello"), codes.map(|code| format!("{TEXT} letter::{code}")));
    }

    #[test]
    fn the_missing_password_is_an_error_in_either_body() {
        let project = Project::with_default_letters();
        project.write("letters/welcome.en/body.html", b"<p>Hello</p>");
        let found = project.load().lint("x", sample::SIGN_IN_URL, &sample::help());
        assert!(found.has_errors());
        assert_eq!(found.sorted()[0].code, "letter::no-password");
    }

    #[test]
    fn a_password_in_the_subject_is_an_error() {
        let file = "letters/welcome.en/subject.txt";
        assert_eq!(found_with(file, "Use {{ password }}"), [format!("{file} letter::password-in-subject")]);
    }

    #[test]
    fn a_second_line_in_the_subject_is_told() {
        let file = "letters/welcome.en/subject.txt";
        let expected = [format!("{file} letter::several-lines")];
        assert_eq!(found_with(file, "Your account\n\nKia ora {{ caregiver.name }},\n"), expected);
        for one in ["\nYour account\n\n", "{% if help.phone %}\nYour account\n{% else %}\nAccount\n{% endif %}"] {
            assert_eq!(found_with(file, one), [""; 0], "{one}");
        }
    }

    #[test]
    fn a_long_name_of_a_school_makes_a_long_subject() {
        let found = found(&Project::with_default_letters(), &"Kōwhai ".repeat(9));
        let files = ["letters/welcome.en/subject.txt", "letters/welcome.mi/subject.txt"];
        assert_eq!(found, files.map(|file| format!("{file} letter::long-subject")));
    }

    #[test]
    fn names_that_are_not_escaped_are_found() {
        let file = "letters/welcome.en/body.html";
        let source = "<p>{{ caregiver.name | safe }} {{ password }}</p>";
        assert_eq!(found_with(file, source), [format!("{file} letter::unescaped")]);
    }

    /// A template may have other words for some: what would stop their letter is an error before anybody's password is set.
    #[test]
    fn what_only_some_letters_lack_is_found_too() {
        let body = "{{ caregiver.name }} {{ username }} {{ sign_in_url }} {{ children_names }}";
        for when in
            ["caregiver.first_name", "help.email", "children|length != 2", "children|length == 3", "not on_paper"]
        {
            let found = found_with(TEXT, &format!("{body} {{% if {when} %}}{{{{ password }}}}{{% endif %}}"));
            assert!(found.contains(&format!("{TEXT} letter::no-password")), "{when}: {found:?}");
        }
        let file = "letters/welcome.en/body.html";
        let leak = "<p>{{ password }}</p>{% if children|length == 2 %}<img alt=\"\" src=\"https://x.nz/{{ password }}\">{% endif %}";
        assert!(found_with(file, leak).contains(&format!("{file} letter::password-in-address")));
        for (source, is_error) in [
            ("{% if caregiver.first_name == \"S\" %}{{ caregiver.name|safe }}{% endif %}", true),
            ("{%- autoescape false %}{{ school }}{% endautoescape %}", true),
            ("{{ school | upper }}", false),
            ("It is safe | safe.", false),
        ] {
            let found = found_with(file, &format!("<p>{{{{ password }}}}</p>{source}"));
            assert_eq!(found.contains(&format!("{file} letter::unescaped")), is_error, "{source}: {found:?}");
        }
    }

    #[test]
    fn folders_that_name_no_language_are_told() {
        for stray in ["welcome.te_reo", "welcome.en.bak", "welcome."] {
            let found = found_with(&format!("letters/{stray}/body.txt"), "x");
            assert_eq!(found, [format!("letters/{stray} letter::not-a-language")], "{stray}");
        }
    }
}
