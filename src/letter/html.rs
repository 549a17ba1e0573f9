//! What mail programs drop from a letter's HTML, or show otherwise than meant; what a screen reader misses; and where links
//! lead. Found in the template, so each has its place. It does not judge taste, and knows HTML only as far as tags and quotes.

use std::ops::Range;

use super::spot;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Taken out, or emptied, by one big mail program or another.
const DROPPED: [&str; 19] = [
    "script", "style", "link", "base", "iframe", "object", "embed", "form", "input", "button", "select", "textarea",
    "video", "audio", "svg", "canvas", "picture", "marquee", "template",
];
/// Tags that end where they begin.
const VOID: [&str; 11] = ["area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "base"];
/// Tags that HTML lets go without an end.
const OPTIONAL_END: [&str; 6] = ["p", "li", "tr", "td", "th", "option"];
/// Styles that the mail programs with Word or a sanitizer in them ignore.
const IGNORED: [(&str, &str); 5] = [
    ("position:", "position"),
    ("display:flex", "display: flex"),
    ("display:grid", "display: grid"),
    ("url(", "url(…)"),
    ("float:", "float"),
];
/// Languages that are written from right to left.
const RIGHT_TO_LEFT: [&str; 12] = ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"];

/// Whether a language is written from right to left.
pub(super) fn is_right_to_left(language: &str) -> bool {
    let main = language.split('-').next().unwrap_or_default();
    RIGHT_TO_LEFT.iter().any(|known| known.eq_ignore_ascii_case(main))
}

/// A tag of a template, in which what Jinja fills in is left blank.
pub(super) struct Tag<'a> {
    name: String,
    is_end: bool,
    pub(super) attributes: &'a str,
    at: Range<usize>,
}

/// Everything that is worth a warning in one letter's `body.html`.
pub(super) fn judge(source: &str, file: &str, language: &str, found: &mut Diagnostics) {
    let blanked = blanked(source);
    let mut open: Vec<Tag<'_>> = Vec::new();
    let mut say = |at: Range<usize>, diagnostic| found.push(spot::mark(diagnostic, file, source, at));
    for tag in tags(&blanked) {
        if tag.is_end {
            close(&tag, &mut open, &mut say);
            continue;
        }
        for problem in of_tag(&tag, source, language) {
            say(tag.at.clone(), problem);
        }
        if !VOID.contains(&tag.name.as_str()) && !tag.attributes.ends_with('/') {
            open.push(tag);
        }
    }
    for tag in open.into_iter().filter(|tag| !OPTIONAL_END.contains(&tag.name.as_str())) {
        say(tag.at.clone(), unclosed(&tag.name));
    }
}

fn close<'a>(end: &Tag<'a>, open: &mut Vec<Tag<'a>>, say: &mut impl FnMut(Range<usize>, Diagnostic)) {
    let Some(at) = open.iter().rposition(|tag| tag.name == end.name) else {
        let text = format!("`</{}>` ends what was not begun", end.name);
        return say(end.at.clone(), Diagnostic::warning("letter::html-unclosed", text).with_help("remove it"));
    };
    for tag in open.drain(at..).skip(1).filter(|tag| !OPTIONAL_END.contains(&tag.name.as_str())) {
        say(tag.at.clone(), unclosed(&tag.name));
    }
}

fn unclosed(name: &str) -> Diagnostic {
    Diagnostic::warning("letter::html-unclosed", format!("`<{name}>` is not ended"))
        .with_help(format!("write `</{name}>`: some mail programs show nothing behind a tag that is left open"))
}

fn of_tag(tag: &Tag<'_>, source: &str, language: &str) -> Vec<Diagnostic> {
    let name = tag.name.as_str();
    let mut found = Vec::new();
    if DROPPED.contains(&name) {
        let help = if name == "style" { "write `style=\"…\"` at the element itself" } else { "leave it out" };
        found.push(dropped(format!("mail programs drop `<{name}>`"), help));
    }
    if attributes(tag.attributes).any(|(key, _)| key.starts_with("on")) {
        found.push(dropped("mail programs drop what runs on a click".to_owned(), "leave the `on…` attribute out"));
    }
    let style =
        attribute(tag.attributes, "style").unwrap_or_default().replace(char::is_whitespace, "").to_ascii_lowercase();
    for (_, shown) in IGNORED.iter().filter(|(sought, _)| style.contains(sought)) {
        let text = format!("some mail programs ignore the style `{shown}`");
        found.push(dropped(text, "say it with margins, padding or a table"));
    }
    match name {
        "img" => found.extend(of_image(tag)),
        "html" => found.extend(of_page(tag, source, language)),
        "meta" if attribute(tag.attributes, "http-equiv").is_some_and(|what| what.eq_ignore_ascii_case("refresh")) => {
            found.push(dropped("mail programs drop a page that leads on by itself".to_owned(), "leave it out"));
        }
        _ => {}
    }
    found
}

fn dropped(text: String, help: &str) -> Diagnostic {
    Diagnostic::warning("letter::html-dropped", text).with_help(help)
}

fn of_image(tag: &Tag<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if attribute(tag.attributes, "src").is_some_and(|src| src.trim_start().starts_with("http") || src.starts_with("//"))
    {
        let help = "leave it out: the letter must do without it, and who reads the mail is nobody else's business";
        let text =
            "an image from elsewhere is not shown until the parent allows it, and tells its server who reads the mail";
        found.push(Diagnostic::warning("letter::external-image", text).with_help(help));
    }
    if attribute(tag.attributes, "alt").is_none() {
        let help = "write `alt=\"…\"`, or `alt=\"\"` where it is an ornament";
        found.push(
            Diagnostic::warning("letter::no-alt", "a screen reader can't say what this image is").with_help(help),
        );
    }
    found
}

/// What a screen reader pronounces by, and which side the text begins on.
fn of_page(tag: &Tag<'_>, source: &str, language: &str) -> Vec<Diagnostic> {
    let whole = source.get(tag.at.clone()).unwrap_or_default();
    let mut found = Vec::new();
    if attribute(tag.attributes, "lang").is_none() {
        let help = format!("write `<html lang=\"{language}\">`");
        found.push(
            Diagnostic::warning("letter::no-language", "a screen reader can't say which language this is")
                .with_help(help),
        );
    }
    let says_direction =
        whole.contains("direction") || attribute(tag.attributes, "dir").is_some_and(|dir| dir == "rtl");
    if is_right_to_left(language) && !says_direction {
        let text = format!("`{language}` is written from right to left, and the page does not say so");
        let help = format!("write `<html lang=\"{language}\" dir=\"rtl\">`");
        found.push(Diagnostic::warning("letter::no-direction", text).with_help(help));
    }
    found
}

/// The template with everything of Jinja made blank, byte for byte.
pub(super) fn blanked(source: &str) -> String {
    let mut bytes = source.as_bytes().to_vec();
    for (begin, end) in [("{{", "}}"), ("{%", "%}"), ("{#", "#}")] {
        let mut from = 0;
        while let Some(start) = source[from..].find(begin).map(|at| from + at) {
            let stop = source[start..].find(end).map_or(source.len(), |at| start + at + end.len());
            bytes[start..stop].fill(b' ');
            from = stop;
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

pub(super) fn tags(text: &str) -> Vec<Tag<'_>> {
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(start) = text[from..].find('<').map(|at| from + at) {
        let rest = &text[start..];
        let stop = if rest.starts_with("<!--") {
            rest.find("-->").map_or(text.len(), |at| start + at + 3)
        } else {
            end_of(rest).map_or(text.len(), |at| start + at)
        };
        found.extend(tag(text, start, stop));
        from = stop.max(start + 1);
    }
    found
}

/// Behind the `>` that ends a tag; one between quotation marks does not.
fn end_of(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn tag(text: &str, start: usize, stop: usize) -> Option<Tag<'_>> {
    let inner = text.get(start + 1..stop)?.strip_suffix('>')?;
    let (is_end, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    let length = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let (name, attributes) = inner.split_at(length);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic());
    is_name.then(|| Tag { name: name.to_ascii_lowercase(), is_end, attributes, at: start..stop })
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    self::attributes(attributes).find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Names, in lower case, and values; a value without quotation marks ends at white space.
pub(super) fn attributes(text: &str) -> impl Iterator<Item = (String, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let length = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let (name, behind) = rest.split_at(length);
        if name.is_empty() && !behind.starts_with('=') {
            return None;
        }
        let (value, behind) = match behind.trim_start().strip_prefix('=') {
            Some(value) => valued(value.trim_start()),
            None => ("", behind),
        };
        rest = behind;
        Some((name.to_ascii_lowercase(), value))
    })
}

fn valued(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Codes with line and column.
    fn found(source: &str, language: &str) -> Vec<String> {
        let mut found = Diagnostics::new();
        judge(source, "body.html", language, &mut found);
        shown(&found)
    }

    fn shown(found: &Diagnostics) -> Vec<String> {
        let show = |problem: &&Diagnostic| {
            let place = problem.place.as_ref().unwrap();
            let code = problem.code.trim_start_matches("letter::").to_owned();
            let span = place.span.unwrap();
            format!("{code} {}:{}", span.line, span.column)
        };
        found.sorted().iter().map(show).collect()
    }

    #[test]
    fn what_mail_programs_drop_is_told_with_its_place() {
        for (source, codes) in [
            ("<style>p {}</style>", &["html-dropped 1:1"][..]),
            ("<p>Hi\n <SCRIPT>x</SCRIPT></p>", &["html-dropped 2:2"]),
            ("<a onclick=\"x\" href='y'>z</a>", &["html-dropped 1:1"]),
            ("<div style=\"POSITION : absolute; color: red\">x</div>", &["html-dropped 1:1"]),
            ("<meta http-equiv='Refresh' content=1>", &["html-dropped 1:1"]),
            ("<img src=\"https://x.example/y.png\">", &["external-image 1:1", "no-alt 1:1"]),
            ("<img src=cid:logo alt=''>", &[]),
            ("<div style=\"margin: 0\"><b>x</b><br>y</div>", &[]),
        ] {
            assert_eq!(found(source, "en"), codes, "{source}");
        }
    }

    #[test]
    fn a_tag_that_is_not_ended_is_told_and_jinja_is_not_html() {
        for (source, codes) in [
            ("<div>\n<b>x</div>", &["html-unclosed 2:1"][..]),
            ("<div>x", &["html-unclosed 1:1"]),
            ("x</div>", &["html-unclosed 1:2"]),
            ("<p>one<p>two<ul><li>x<li>y</ul>", &[]),
            ("{% if a < b %}<i>{{ '<u>' }}</i>{% endif %}<!-- <div> -->", &[]),
            ("<a title=\"a > b\">x</a>", &[]),
        ] {
            assert_eq!(found(source, "en"), codes, "{source}");
        }
    }

    #[test]
    fn a_page_says_its_language_and_its_direction() {
        assert_eq!(found("<html>x</html>", "en"), ["no-language 1:1"]);
        assert_eq!(found("<html lang=ar>x</html>", "ar"), ["no-direction 1:1"]);
        assert_eq!(found("<html lang=\"fa-IR\" dir=\"rtl\">x</html>", "fa-IR"), [""; 0]);
        assert_eq!(found("<html lang=\"{{ language }}\" dir=\"{{ direction }}\">x</html>", "ur"), [""; 0]);
        assert!(is_right_to_left("HE") && !is_right_to_left("hei") && !is_right_to_left("mi"));
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_makes_it_panic(source in "[<>/a-c\"'={}%# \\n!ā-]{0,80}") {
            found(&source, "ar");
        }
    }
}
