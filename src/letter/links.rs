//! Where a letter's links lead, however they are written: a parent who is to type a password must not be led elsewhere.

use std::collections::BTreeSet;

use super::html::{attributes, blanked, tags};
use super::part::Part;
use super::spot;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Attributes whose value is an address that is opened or fetched.
const ADDRESSES: [&str; 6] = ["href", "src", "action", "formaction", "background", "poster"];

/// Under these of a country's names everybody may have one.
const SHARED: [&str; 16] = [
    "ac", "co", "com", "cri", "edu", "geek", "gen", "gov", "govt", "iwi", "kiwi", "maori", "net", "org", "sch",
    "school",
];

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// To this host.
    Host(String),
    /// To something that is no page, by this scheme.
    Scheme(String),
}

/// Links that lead elsewhere than to what the rollout declares, in a template and in a letter that was made with it.
pub(super) fn judge(
    part: Part,
    source: &str,
    rendered: &str,
    file: &str,
    declared: &[String],
    found: &mut Diagnostics,
) {
    let mut targets = BTreeSet::new();
    for text in [&*blanked(source), rendered] {
        targets.extend(links(part, text).iter().filter_map(|link| target(link)));
    }
    for target in targets {
        let (name, text) = match &target {
            Target::Host(host) if declared.iter().any(|known| is_within(host, known)) => continue,
            Target::Host(host) => (host, format!("a link leads to `{host}`, which the rollout does not declare")),
            Target::Scheme(scheme) => (scheme, format!("a link begins with `{scheme}:`, which is no page of a site")),
        };
        let help = "a parent who is to type a password must not be led elsewhere: link to `{{ sign_in_url }}`, or to the school's own site";
        let problem = Diagnostic::warning("letter::other-domain", text).with_help(help);
        let lower = source.to_ascii_lowercase();
        found.push(match lower.find(&**name) {
            Some(at) => spot::mark(problem, file, source, at..at + name.len()),
            // Spelled otherwise there.
            None => problem.with_place(Place::file(file)),
        });
    }
}

/// Everything that a mail program makes a link of, or fetches.
fn links(part: Part, text: &str) -> Vec<String> {
    let mut links = Vec::new();
    if part == Part::Html {
        for tag in tags(text) {
            let addresses = attributes(tag.attributes).filter(|(name, _)| ADDRESSES.contains(&name.as_str()));
            links.extend(addresses.map(|(_, value)| decoded(value)));
        }
    }
    let words = text.split(|c: char| c.is_whitespace() || "<>\"'()".contains(c)).map(decoded);
    links.extend(words.filter_map(|word| {
        let lower = word.to_ascii_lowercase();
        let at = lower.find("http://").or_else(|| lower.find("https://"));
        let bare = || lower.starts_with("www.").then(|| format!("https://{word}"));
        at.map(|at| word.get(at..).unwrap_or_default().to_owned()).or_else(bare)
    }));
    links
}

/// What a browser makes of an address; `None` where it leads to no other place.
fn target(link: &str) -> Option<Target> {
    let link: String = link.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let link = link.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let scheme = link.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme));
    let behind = match scheme.map(str::to_ascii_lowercase).as_deref() {
        Some("http" | "https") => link.split_once(':').map(|(_, rest)| rest).unwrap_or_default(),
        // Nobody types a password into a mail or a telephone call.
        Some("mailto" | "tel" | "sms" | "cid" | "data") => return None,
        Some(other) => return Some(Target::Scheme(other.to_owned())),
        None if link.starts_with(['/', '\\']) && link.get(1..).is_some_and(|rest| rest.starts_with(['/', '\\'])) => {
            link
        }
        None => return None,
    };
    let authority = behind.trim_start_matches(['/', '\\']).split(['/', '\\', '?', '#']).next().unwrap_or_default();
    // Whatever stands before an `@` is a name to sign in with, however much it looks like a host.
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let host = host.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    (!host.is_empty()).then_some(Target::Host(host))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
}

/// The characters behind the entities with which an address can be spelled.
fn decoded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let length = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(inside.len());
        if let Some(letter) = entity(&inside[..length]) {
            plain.push(letter);
            rest = inside[length..].strip_prefix(';').unwrap_or(&inside[length..]);
        } else {
            plain.push('&');
            rest = inside;
        }
    }
    plain + rest
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        return hex
            .map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
    }
    let known = [
        ("amp", '&'),
        ("colon", ':'),
        ("commat", '@'),
        ("sol", '/'),
        ("bsol", '\\'),
        ("period", '.'),
        ("Tab", '\t'),
        ("NewLine", '\n'),
    ];
    known.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)
}

/// The same host, or one below it; or one above it that is the school's own, and not a name under which everybody may have one.
fn is_within(host: &str, known: &str) -> bool {
    let is_below =
        |one: &str, other: &str| one.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let is_own = match host.rsplit_once('.') {
        None => false,
        Some((name, country)) => name.contains('.') || country.len() != 2 || !SHARED.contains(&name),
    };
    is_below(host, known) || (is_own && is_below(known, host))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn led(part: Part, source: &str) -> Vec<String> {
        let declared = ["portal.kowhai.school.nz".to_owned(), "kowhai.school.nz".to_owned()];
        let mut found = Diagnostics::new();
        judge(part, source, &source.replace("{{ evil }}", "evil.example.com"), "f", &declared, &mut found);
        found.sorted().iter().map(|one| one.message.split('`').nth(1).unwrap().to_owned()).collect()
    }

    #[test]
    fn links_lead_where_the_rollout_says() {
        for (text, expected) in [
            ("https://evil.example.com/portal.kowhai.school.nz", "evil.example.com"),
            ("see\nhttp://xkowhai.school.nz.", "xkowhai.school.nz"),
            ("www.evil.example.com", "www.evil.example.com"),
            ("(HTTPS://Evil.example.com)", "evil.example.com"),
            ("https://school.nz/", "school.nz"),
            ("https://nz/", "nz"),
            ("https://{{ evil }}/", "evil.example.com"),
            ("https://portal.kowhai.school.nz@evil.example.com/", "evil.example.com"),
            ("https://pörtal.kowhai.example/", "pörtal.kowhai.example"),
        ] {
            assert_eq!(led(Part::Text, text), [expected], "{text}");
        }
        let own =
            "https://www.kowhai.school.nz/x https://PORTAL.kowhai.school.nz:443 www.kowhai.school.nz {{ sign_in_url }}";
        assert_eq!(led(Part::Text, own), [""; 0]);
        assert_eq!(led(Part::Text, "https://{{ school }}/"), [""; 0]);
    }

    #[test]
    fn however_an_attribute_is_spelled_it_leads_where_a_browser_goes() {
        for value in [
            "//evil.example.com/",
            "\\\\evil.example.com/",
            "https:/evil.example.com",
            "http:\\\\evil.example.com",
            "&#104;ttps://evil.example.com",
            "&#x68;ttps&colon;&sol;&sol;evil.example.com",
            " ht\ntps://evil.example.com",
            "https://a:b@evil.example.com:8443/x",
        ] {
            assert_eq!(led(Part::Html, &format!("<a href=\"{value}\">x</a>")), ["evil.example.com"], "{value}");
        }
        assert_eq!(led(Part::Html, "<img src=https://evil.example.com/a.png>"), ["evil.example.com"]);
        assert_eq!(led(Part::Html, "<a href='JavaScript:x()'>"), ["javascript:"]);
        let fine = "<a href=\"mailto:office@other.example.com\"><a href=\"tel:+6491234567\"><a href=\"#top\"><a href=\"{{ sign_in_url }}\">";
        assert_eq!(led(Part::Html, fine), [""; 0]);
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_makes_it_panic(source in "[<>/a-c\"'={}%#&;:@x0-9 \\n!ā-]{0,80}") {
            led(Part::Html, &source.replace('a', "https://"));
            led(Part::Text, &source.replace('b', "href="));
        }
    }
}
