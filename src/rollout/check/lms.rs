//! Rules about the LMS: keys that belong to the driver, an address to send a token to, passwords that the site's policy takes.

use crate::diagnostic::Diagnostics;

use super::super::form::{Form, WebAddress};
use super::super::node::{Node, Value};
use super::Page;

/// Which keys mean something with which driver.
const KEYS: &[(&str, &[&str])] = &[
    ("sandbox", &["path"]),
    ("ultranet", &["export", "columns", "passwords", "email-notification", "default-email", "username"]),
    (
        "moodle",
        &[
            "url",
            "token",
            "parent-role",
            "student-field",
            "marker-field",
            "auth",
            "languages",
            "policy",
            "batch",
            "known-student",
        ],
    ),
];

fn driver<'n>(page: &Page<'n>) -> &'n str {
    page.root.at(&["lms", "driver"]).and_then(Node::text).unwrap_or("sandbox")
}

/// A key for another driver would be ignored in silence.
pub(super) fn keys_fit_the_driver(page: &Page<'_>, problems: &mut Diagnostics) {
    let driver = driver(page);
    let Some(lms) = page.root.get("lms").filter(|lms| matches!(lms.value, Value::Map(_))) else { return };
    if !KEYS.iter().any(|(name, _)| *name == driver) {
        return;
    }
    for entry in lms.entries() {
        let owners: Vec<&str> =
            KEYS.iter().filter(|(_, keys)| keys.contains(&entry.key.as_str())).map(|(name, _)| *name).collect();
        if !owners.is_empty() && !owners.contains(&driver) {
            let message = format!("this key has no meaning for the driver `{driver}`");
            let problem = page.error("rollout::lms-key", entry.key_span, message);
            problems.push(problem.with_help("take it out, or choose the driver that it is for"));
        }
    }
}

/// Moodle has an address, and nothing hangs behind it.
pub(super) fn moodle_has_an_address(page: &Page<'_>, problems: &mut Diagnostics) {
    if driver(page) != "moodle" {
        return;
    }
    let Some(entry) = page.root.entry("lms") else { return };
    match entry.value.get("url") {
        None => {
            let problem = page.error("rollout::lms-key", entry.key_span, "`lms` does not name the Moodle's `url`");
            problems.push(problem.with_help("add `url: https://moodle.example.nz`, the site's own address"));
        }
        Some(node) => {
            let url = node.text().filter(|text| WebAddress::read(text).is_ok()).unwrap_or("");
            if url.contains(['?', '#']) || url.contains(".php") {
                let problem = page.error("rollout::bad-url", node.span, format!("`{url}` is a page of the site"));
                problems.push(problem.with_help("write the site's own address, as Moodle's `wwwroot` has it"));
            }
        }
    }
}

/// What every drawn password has at least.
struct Drawn {
    length: u64,
    digits: u64,
    lower: u64,
    upper: u64,
    special: u64,
}

/// A policy that no password of this style keeps would refuse everybody, one after the other.
pub(super) fn passwords_fit_the_policy(page: &Page<'_>, problems: &mut Diagnostics) {
    if driver(page) != "moodle" {
        return;
    }
    let drawn = drawn(page);
    let rules = [
        ("length", 8, drawn.length),
        ("digits", 1, drawn.digits),
        ("lower", 1, drawn.lower),
        ("upper", 1, drawn.upper),
        ("special", 1, drawn.special),
    ];
    for (key, by_itself, has) in rules {
        let node = page.root.at(&["lms", "policy", key]);
        let least = match node.map(|node| node.text().and_then(|text| text.parse::<u64>().ok())) {
            None => by_itself,
            Some(Some(least)) => least,
            Some(None) => continue,
        };
        let Some(span) = node.map(|node| node.span).or_else(|| page.root.entry("lms").map(|entry| entry.key_span))
        else {
            continue;
        };
        if least > has {
            let message = format!("the site wants `{key}: {least}` of a password, and those that are drawn have {has}");
            let problem = page.error("rollout::password-policy", span, message);
            problems.push(problem.with_help(match key {
                "special" => "words have hyphens between them: write `password: {style: words}`; or, if the site asks for none, `special: 0` in `lms.policy`",
                "length" | "digits" | "lower" => "draw longer passwords: more `words`, or a greater `length`, in `password`",
                _ => "firstbell's passwords have one capital: change the site's policy, or the figure in `lms.policy` if it is wrong",
            }));
        }
    }
}

fn drawn(page: &Page<'_>) -> Drawn {
    let number = |key: &str, usual: u64| {
        page.root.at(&["password", key]).and_then(Node::text).and_then(|text| text.parse().ok()).unwrap_or(usual)
    };
    if page.root.at(&["password", "style"]).and_then(Node::text) == Some("characters") {
        return Drawn { length: number("length", 12), digits: 1, lower: 1, upper: 1, special: 0 };
    }
    // The shortest word has three letters; between two of them stand a digit and a hyphen.
    let words = number("words", 4);
    let between = words.saturating_sub(1);
    let letters = words.saturating_mul(3);
    let length = letters.saturating_add(between.saturating_mul(2));
    Drawn { length, digits: between, lower: letters.saturating_sub(1), upper: 1, special: between }
}
