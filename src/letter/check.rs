//! Tries a letter on made-up people, so that every mistake in a template is found before any password is touched.

use std::collections::BTreeSet;

use super::part::Part;
use super::template::{Mistake, Template};
use super::values::{CHILD_NAMES, NAMES};
use super::{Context, sample, spot, values};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::rollout::Help;

/// What stands before a dot in [`NAMES`].
const ROOTS: &[&str] = &["caregiver", "help", "children"];

/// A mistake of syntax.
pub(super) fn syntax(mistake: &Mistake, file: &str, sources: &[String; 3]) -> Diagnostic {
    placed(Diagnostic::error("letter::syntax", in_words(mistake)), mistake, file, &sources[mistake.part as usize])
}

/// Names that no letter knows, and whatever goes wrong for one of the samples; each once.
pub(super) fn check(template: &Template, language: &str, file: impl Fn(Part) -> String) -> Diagnostics {
    let mut found = Diagnostics::new();
    let mut reported = BTreeSet::new();
    let language = language.to_ascii_lowercase();
    for part in Part::ALL {
        let source = template.source(part);
        for name in template.names(part).iter().filter(|name| !is_known(name)) {
            let at = place_of(name, source);
            reported.insert((part, at.start));
            found.push(spot::mark(undefined(name), &file(part), source, at));
        }
        for mistake in try_samples(template, part, &language) {
            let at = mistake.bytes(template.source(mistake.part));
            if reported.insert((mistake.part, at.map_or(0, |bytes| bytes.start))) {
                found.push(rendering(&mistake, &file(mistake.part), template.source(mistake.part)));
            }
        }
    }
    found
}

fn try_samples(template: &Template, part: Part, language: &str) -> Vec<Mistake> {
    let (full, none, password) = (sample::help(), Help::default(), sample::password());
    let (email, phone) = (Help { phone: None, ..full.clone() }, Help { email: None, ..full.clone() });
    let people = [sample::person(), sample::person_with_children(), sample::person_without_names()];
    let mut mistakes = Vec::new();
    let helps = [&full, &none, &email, &phone];
    for (help, on_paper) in helps.into_iter().flat_map(|help| [(help, false), (help, true)]) {
        for person in &people {
            let context = Context {
                school: sample::SCHOOL,
                sign_in_url: sample::SIGN_IN_URL,
                help,
                person,
                username: sample::USERNAME,
                password: &password,
                on_paper,
            };
            mistakes.extend(template.render(part, &values::of(&context, language)).err());
        }
    }
    mistakes
}

/// `caregiver` alone is known as well as `caregiver.name`; so is any item or method of the lists.
fn is_known(name: &str) -> bool {
    let is_prefix = |known: &&str| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    NAMES.contains(&name) || NAMES.iter().any(is_prefix) || name.starts_with("children.")
}

/// Where a name stands for the first time as a name of its own.
fn place_of(name: &str, source: &str) -> std::ops::Range<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    // What parents read may hold the same word.
    let is_inside = |before: &str| {
        let begin = before.rfind("{{").max(before.rfind("{%"));
        begin.is_some_and(|begin| !before[begin..].contains("}}") && !before[begin..].contains("%}"))
    };
    let stands_alone = |at: usize| {
        let (before, after) = (&source[..at], &source[at + name.len()..]);
        is_inside(before) && !before.ends_with(is_word) && !after.starts_with(is_word)
    };
    let first = source.match_indices(name).map(|(at, _)| at).find(|at| stands_alone(*at));
    first.map_or(0..0, |at| at..at + name.len())
}

fn rendering(mistake: &Mistake, file: &str, source: &str) -> Diagnostic {
    let text = mistake.bytes(source).and_then(|bytes| source.get(bytes)).unwrap_or_default();
    let diagnostic = if mistake.is_undefined {
        undefined(text)
    } else if mistake.is_absent {
        Diagnostic::error("letter::absent-value", format!("`{text}` is shown also where there is none"))
            .with_help(format!("put it between `{{% if {text} %}}` and `{{% endif %}}`"))
    } else {
        Diagnostic::error("letter::template", in_words(mistake))
    };
    placed(diagnostic, mistake, file, source)
}

fn in_words(mistake: &Mistake) -> String {
    match &mistake.detail {
        Some(detail) => format!("{}: {detail}", mistake.kind),
        None => mistake.kind.clone(),
    }
}

fn undefined(name: &str) -> Diagnostic {
    Diagnostic::error("letter::undefined-variable", format!("`{name}` is not defined for every parent"))
        .with_help(suggestion(name))
}

fn suggestion(name: &str) -> String {
    if name.starts_with('[') {
        return "many parents have one child: go through all with `{% for child in children %}`".to_owned();
    }
    let (root, last) = (name.split('.').next().unwrap_or(name), name.rsplit('.').next().unwrap_or(name));
    // A name of the letter's own before the dot is most likely a child in a loop.
    let is_own = name.contains('.') && similar::get_close_matches(root, ROOTS, 1, 0.8).is_empty();
    let near = if is_own { CHILD_NAMES } else { NAMES };
    // `frist_name` is held against `first_name`, not against `caregiver.first_name`.
    let ends: Vec<&str> = NAMES.iter().map(|name| name.rsplit('.').next().unwrap_or(name)).collect();
    let of_end = similar::get_close_matches(name, &ends, 1, 0.6).first().filter(|_| !name.contains('.')).copied();
    let whole = of_end.and_then(|end| ends.iter().position(|one| *one == end)).and_then(|at| NAMES.get(at));
    if let Some(whole) = whole {
        return format!("did you mean `{whole}`?");
    }
    match similar::get_close_matches(if is_own { last } else { name }, near, 1, 0.6).first() {
        Some(near) if is_own => format!("did you mean `{root}.{near}`?"),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("a letter can use {}; each of `children` has {}", NAMES.join(", "), CHILD_NAMES.join(", ")),
    }
}

fn placed(diagnostic: Diagnostic, mistake: &Mistake, file: &str, source: &str) -> Diagnostic {
    let bytes = mistake.bytes(source).unwrap_or(0..0);
    spot::mark(diagnostic, file, source, bytes)
}

#[cfg(test)]
mod tests {
    use crate::letter::sample::{TEXT as FILE, problems_with_text};

    /// One problem, and it stands in the text.
    fn assert_problem(source: &str, expected: &str) {
        assert_eq!(problems_with_text(source.as_bytes()), [format!("{FILE}:{expected}")], "{source}");
    }

    #[test]
    fn an_undefined_variable_is_found_with_its_place_and_what_was_meant() {
        let code = "letter::undefined-variable";
        assert_problem(
            "Hi\n{{ caregiver.frist_name }}",
            &format!(
                "2:4 {code}: `caregiver.frist_name` is not defined for every parent | did you mean `caregiver.first_name`?"
            ),
        );
        assert_problem(
            "{% for child in children %}\n{{ child.nmae }}{% endfor %}",
            &format!("2:4 {code}: `child.nmae` is not defined for every parent | did you mean `child.name`?"),
        );
        assert_problem(
            "{{ children[1].name }}",
            &format!(
                "1:12 {code}: `[1].name` is not defined for every parent | many parents have one child: go through all with \
                 `{{% for child in children %}}`"
            ),
        );
    }

    #[test]
    fn the_same_word_in_the_text_is_no_mistake() {
        let expected =
            "2:4 letter::undefined-variable: `Password` is not defined for every parent | did you mean `password`?";
        assert_problem("Password:\n{{ Password }}\nPassword", expected);
    }

    #[test]
    fn several_undefined_variables_are_told_at_once() {
        let found = problems_with_text(
            "Kia ora ā {{ skool }}\n\n{{ pasword }} {% if false %}{{ usrname }}{% endif %}".as_bytes(),
        );
        let starts: Vec<&str> = found.iter().map(|line| line.split(" is").next().unwrap()).collect();
        let start = |rest: &str| format!("{FILE}:{rest}");
        assert_eq!(
            starts,
            [
                start("1:14 letter::undefined-variable: `skool`"),
                start("3:4 letter::undefined-variable: `pasword`"),
                start("3:32 letter::undefined-variable: `usrname`"),
            ]
        );
    }

    #[test]
    fn showing_help_that_a_school_need_not_give_wants_an_if() {
        assert_problem(
            "Hi\nPhone: {{ help.phone }}",
            "2:11 letter::absent-value: `help.phone` is shown also where there is none | put it between `{% if help.phone %}` \
             and `{% endif %}`",
        );
    }

    #[test]
    fn bad_syntax_has_its_line() {
        assert_problem(
            "Hi\n{{ password",
            "2:4 letter::syntax: syntax error: unexpected end of input, expected end of variable block",
        );
        assert_problem(
            "Hi\n\n{% if school %}",
            "3:14 letter::syntax: syntax error: unexpected end of input, expected end of block",
        );
    }

    #[test]
    fn other_mistakes_have_their_line_too() {
        assert_problem("{{ password | shout }}", "1:15 letter::template: unknown filter: filter shout is unknown");
        let include =
            "1:4 letter::template: template not found: tried to include non-existing template '../roster.csv'";
        assert_problem("{% include '../roster.csv' %}", include);
        assert!(problems_with_text(b"{{ 1 / 0 }}")[0].starts_with(&format!("{FILE}:1:4 letter::template:")));
    }

    #[test]
    fn templates_that_call_themselves_or_nest_without_end_are_refused_without_panic() {
        for source in [
            "{% include 'body.txt' %}".to_owned(),
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}".to_owned(),
            format!("{{{{ {}1{} }}}}", "(".repeat(5_000), ")".repeat(5_000)),
            format!("{}{}", "{% if school %}".repeat(5_000), "{% endif %}".repeat(5_000)),
            "{{ [".repeat(2_000),
        ] {
            let found = problems_with_text(source.as_bytes());
            assert_eq!(found.len(), 1, "{found:#?}");
            assert!(found[0].contains(" letter::template: ") || found[0].contains(" letter::syntax: "), "{found:#?}");
        }
    }
}
