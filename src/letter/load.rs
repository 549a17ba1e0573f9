//! Reads a letter's folders, and says everything that is wrong with them at once.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use camino::Utf8Path;
use sha2::{Digest, Sha256};

use super::part::Part;
use super::template::{Mistake, Template};
use super::{Edition, Letters, check, spot};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::files;

/// Reads the letter in all its languages: the folders `<base>.<language>`. `written` is the base as the rollout names
/// it, for messages.
pub fn load(base: &Utf8Path, written: &str, default_language: &str) -> Result<Letters, Diagnostics> {
    let default_language = default_language.to_ascii_lowercase();
    let mut problems = Diagnostics::new();
    let found = find(base, written)?;
    if !found.languages.contains_key(&default_language) {
        problems.push(no_default(written, &default_language));
    }
    let mut sum = Sha256::new();
    let mut by_language = BTreeMap::new();
    for (language, spelling) in found.languages {
        match read(base, written, &spelling) {
            Ok(template) => {
                add(&mut sum, &language, &template);
                by_language.insert(language, Edition { spelling, template });
            }
            Err(mistakes) => problems.append(mistakes),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(Letters {
        written: written.to_owned(),
        default_language,
        by_language,
        strays: found.strays,
        sha256: hex(&sum.finalize()),
    })
}

/// The folders of a letter.
struct Found {
    /// By language in lower case, the language as its folder spells it.
    languages: BTreeMap<String, String>,
    /// What begins like a folder of this letter and names no language.
    strays: Vec<String>,
}

fn find(base: &Utf8Path, written: &str) -> Result<Found, Diagnostics> {
    let folder = folder_of(base);
    let prefix = format!("{}.", base.file_name().unwrap_or_default());
    let mut found = Found { languages: BTreeMap::new(), strays: Vec::new() };
    let names = match files::list(folder) {
        Ok(names) => names,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(unreadable(written, &error).into()),
    };
    for name in names {
        let Some(spelling) = name.strip_prefix(&prefix) else { continue };
        if !is_language(spelling) || !files::is_dir(&folder.join(&name)) {
            found.strays.push(format!("{written}.{spelling}"));
        } else if let Some(other) = found.languages.insert(spelling.to_ascii_lowercase(), spelling.to_owned()) {
            return Err(twice(written, &other, spelling).into());
        }
    }
    Ok(found)
}

fn folder_of(base: &Utf8Path) -> &Utf8Path {
    base.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."))
}

/// A language tag in outline: `en`, `mi`, `zh-Hans`, `en-NZ`.
fn is_language(text: &str) -> bool {
    let mut subtags = text.split('-');
    let main = subtags.next().unwrap_or_default();
    let is_main = (2..=8).contains(&main.len()) && main.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_main && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn read(base: &Utf8Path, written: &str, spelling: &str) -> Result<Template, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut sources = [String::new(), String::new(), String::new()];
    for part in Part::ALL {
        match read_part(base, written, spelling, part) {
            Ok(source) => sources[part as usize] = source,
            Err(mistakes) => problems.append(mistakes),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let template = Template::parse(sources.clone()).map_err(|mistakes| {
        let syntax = |mistake: &Mistake| check::syntax(mistake, &mistake.part.file(written, spelling), &sources);
        mistakes.iter().map(syntax).fold(Diagnostics::new(), with)
    })?;
    let mistakes = check::check(&template, spelling, |part| part.file(written, spelling));
    if mistakes.has_errors() { Err(mistakes) } else { Ok(template) }
}

fn with(mut all: Diagnostics, one: Diagnostic) -> Diagnostics {
    all.push(one);
    all
}

fn read_part(base: &Utf8Path, written: &str, spelling: &str, part: Part) -> Result<String, Diagnostics> {
    let file = part.file(written, spelling);
    let path = Utf8Path::new(&part.file(base.as_str(), spelling)).to_owned();
    stays_inside(base, &path, &file)?;
    let bytes = files::read(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => missing(&file),
        _ => unreadable(&file, &error),
    })?;
    let source = String::from_utf8(bytes).map_err(|error| not_utf8(&file, &error))?;
    let source = source.strip_prefix('\u{FEFF}').unwrap_or(&source).to_owned();
    if source.trim().is_empty() {
        return Err(empty(&file, part).into());
    }
    Ok(source)
}

/// A link out of the folder of the letters could put any file of this machine into every parent's mail.
fn stays_inside(base: &Utf8Path, path: &Utf8Path, file: &str) -> Result<(), Diagnostics> {
    let (Ok(real), Ok(folder)) = (files::canonical(path), files::canonical(folder_of(base))) else { return Ok(()) };
    if real.starts_with(&folder) {
        return Ok(());
    }
    Err(Diagnostic::error("letter::outside", format!("`{file}` is a link to a place outside the letters' folder"))
        .with_place(Place::file(file))
        .with_help("put a copy of the file there instead of the link")
        .into())
}

/// Each part told from the next by its length, so that moving a line from one file to another is a change.
fn add(sum: &mut Sha256, language: &str, template: &Template) {
    let parts = Part::ALL.into_iter().flat_map(|part| [part.file_name(), template.source(part)]);
    for text in std::iter::once(language).chain(parts) {
        sum.update((text.len() as u64).to_le_bytes());
        sum.update(text);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn no_default(written: &str, language: &str) -> Diagnostic {
    Diagnostic::error("letter::no-default-language", format!("there is no letter `{written}.{language}`"))
        .with_place(Place::file(format!("{written}.{language}")))
        .with_help(match written.strip_suffix(&format!(".{language}")) {
            Some(bare) => format!("write `letter: {bare}`: the language is added to it"),
            None => format!(
            "make the folder `{written}.{language}` with subject.txt, body.txt and body.html; `firstbell init` in an empty \
             folder shows how they look"
            ),
        })
}

fn twice(written: &str, one: &str, other: &str) -> Diagnostic {
    let text = format!("`{written}.{one}` and `{written}.{other}` are letters in the same language");
    Diagnostic::error("letter::language-twice", text)
        .with_place(Place::file(format!("{written}.{other}")))
        .with_help("remove one of them")
}

fn missing(file: &str) -> Diagnostic {
    Diagnostic::error("letter::missing-part", format!("`{file}` is missing"))
        .with_place(Place::file(file))
        .with_help("every language has subject.txt, body.txt and body.html: some parents read mail without HTML")
}

fn empty(file: &str, part: Part) -> Diagnostic {
    let code = if part == Part::Subject { "letter::empty-subject" } else { "letter::empty-part" };
    Diagnostic::error(code, format!("`{file}` is empty")).with_place(Place::file(file))
}

fn unreadable(file: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("letter::unreadable", format!("reading `{file}` failed: {error}")).with_place(Place::file(file))
}

fn not_utf8(file: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let good = error.utf8_error().valid_up_to();
    let (bytes, before) = (error.as_bytes(), String::from_utf8_lossy(&error.as_bytes()[..good]));
    let (line, column) = spot::position(&before, before.len());
    let byte = bytes.get(good).copied().unwrap_or_default();
    Diagnostic::error("letter::not-utf-8", format!("`{file}` is not UTF-8: byte {byte:#04x} in column {column}"))
        .with_place(Place::line(file, line))
        .with_help("save the file as UTF-8, so that macrons reach every parent as they are")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::sample::{Project, TEXT as FILE, problems, problems_with_text};

    #[test]
    fn the_default_letters_are_in_order() {
        let letters = Project::with_default_letters().load();
        assert_eq!(letters.languages().collect::<Vec<_>>(), ["en", "mi"]);
        assert_eq!(letters.sha256().len(), 64);
    }

    #[test]
    fn where_no_child_has_a_name_the_default_letters_say_nothing_of_children() {
        use crate::letter::{Context, sample};
        let letters = Project::with_default_letters().load();
        let (help, password) = (sample::help(), sample::password());
        let (nameless, mut mixed) = (sample::person_without_names(), sample::person_with_children());
        mixed.children.extend(nameless.children.clone());
        let context = |person| Context {
            school: sample::SCHOOL,
            sign_in_url: sample::SIGN_IN_URL,
            help: &help,
            person,
            username: sample::USERNAME,
            password: &password,
            on_paper: false,
        };
        for (language, about) in [("en", "caregiver of"), ("mi", "kaitiaki r\u{101}nei")] {
            let letter = letters.render(language, &context(&nameless)).unwrap();
            assert!(!letter.text.contains(about) && !letter.html.contains(about), "{}", letter.text);
            let letter = letters.render(language, &context(&mixed)).unwrap();
            assert!(letter.text.contains(about), "{}", letter.text);
            assert!(![" and .", " me .", ", ."].iter().any(|end| letter.text.contains(end)), "{}", letter.text);
        }
    }

    #[test]
    fn every_language_is_checked_and_all_is_told_at_once() {
        let project = Project::with_default_letters();
        project.write(FILE, b"{{ x }}");
        project.write("letters/welcome.mi/body.html", b"{{ y");
        files::remove(&project.path("letters/welcome.mi/subject.txt")).unwrap();
        let found = problems(&project);
        assert_eq!(found.len(), 2, "{found:#?}");
        assert!(found[0].starts_with("letters/welcome.en/body.txt:1:4 letter::undefined-variable"));
        assert!(found[1].starts_with("letters/welcome.mi/subject.txt letter::missing-part"));
    }

    #[test]
    fn a_missing_default_language_is_told_with_the_folder_to_make() {
        for project in [Project::empty(), Project::with_default_letters()] {
            let problems = load(&project.base(), "letters/welcome", "fr").unwrap_err();
            assert_eq!(problems.len(), 1);
            assert_eq!(problems.sorted()[0].code, "letter::no-default-language");
            assert_eq!(problems.sorted()[0].message, "there is no letter `letters/welcome.fr`");
        }
    }

    #[test]
    fn one_language_spelled_twice_is_refused() {
        let project = Project::with_default_letters();
        project.write("letters/welcome.EN/body.txt", b"x");
        assert!(problems(&project)[0].starts_with("letters/welcome.en letter::language-twice"));
    }

    #[test]
    fn missing_and_empty_parts_are_told_apart() {
        let project = Project::with_default_letters();
        for part in Part::ALL {
            files::remove(&project.path(&format!("letters/welcome.en/{}", part.file_name()))).unwrap();
            project.write(&format!("letters/welcome.mi/{}", part.file_name()), b" \r\n");
        }
        let found = problems(&project);
        let codes: Vec<&str> = found.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
        let (missing, empty) = ("letter::missing-part:", "letter::empty-part:");
        assert_eq!(codes, [missing, missing, missing, empty, empty, "letter::empty-subject:"]);
    }

    #[test]
    fn a_folder_in_the_place_of_a_part_is_unreadable() {
        let project = Project::with_default_letters();
        files::remove(&project.path(FILE)).unwrap();
        files::make_dir(&project.path(FILE)).unwrap();
        assert!(problems(&project)[0].contains("letter::unreadable"), "{:?}", problems(&project));
    }

    #[test]
    fn text_that_is_not_utf_8_has_its_line_column_and_byte() {
        let found = problems_with_text(b"T\xc4\x81ne\nK\xf6whai");
        let (place, rest) = found[0].split_once(' ').unwrap();
        assert_eq!(place, "letters/welcome.en/body.txt:2:1");
        assert!(rest.contains("letter::not-utf-8") && rest.contains("byte 0xf6 in column 2"), "{rest}");
    }

    #[test]
    fn a_link_out_of_the_letters_folder_is_refused() {
        let project = Project::with_default_letters();
        project.write("key", b"secret");
        files::remove(&project.path(FILE)).unwrap();
        std::os::unix::fs::symlink(project.path("key"), project.path(FILE)).unwrap();
        let found = problems(&project);
        assert!(found[0].contains("letter::outside") && !found[0].contains("secret"), "{found:?}");
    }

    #[test]
    fn a_byte_order_mark_and_windows_line_ends_do_no_harm() {
        let project = Project::with_default_letters();
        project.write("letters/welcome.en/subject.txt", "\u{FEFF}Your account\r\n".as_bytes());
        assert_eq!(project.load().by_language["en"].template.source(Part::Subject), "Your account\r\n");
    }

    #[test]
    fn any_change_to_any_file_changes_the_sum_and_nothing_else_does() {
        let sum = |change: &dyn Fn(&Project)| {
            let project = Project::with_default_letters();
            change(&project);
            project.load().sha256().to_owned()
        };
        let unchanged = sum(&|_| {});
        assert_eq!(sum(&|project| project.write("letters/welcome.en/notes.txt", b"x")), unchanged);
        for file in ["welcome.en/subject.txt", "welcome.mi/body.txt", "welcome.en/body.html"] {
            let path = format!("letters/{file}");
            let append = |project: &Project| {
                let bytes = files::read(&project.path(&path)).unwrap();
                project.write(&path, &[bytes.as_slice(), b"."].concat());
            };
            assert_ne!(sum(&append), unchanged, "{file}");
        }
    }
}
