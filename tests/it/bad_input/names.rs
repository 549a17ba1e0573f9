//! Names as attacks: line ends, quotes, HTML, marks that turn the writing, templates, escapes, no end.

use mail_parser::{Message, MessageParser};

use super::{fresh, no_panic, run_untouched};
use crate::binary::Project;

const ROSTER: &str = "roster/caregivers.csv";

/// What follows the child's first name in a row.
const REST: &str = ",T,7,7A,Mother,en,Yes,1,No\n";

/// First and last name, and the child's first name.
const NAMES: [[&str; 3]; 9] = [
    ["Eve\r\nBcc: thief@example.com", "Line\nBreak", "Kahu\r\n\r\nX"],
    ["\"Quoted\" 'n", "<script>alert(1)</script>", "<b>Kahu</b>"],
    ["\u{202e}evE\u{200f}", "M\u{2066}x\u{2069}", "\u{202e}uhaK"],
    ["=cmd|calc", "@SUM(1)", "+1"],
    ["{{ password }}", "{% raw %}", "{{ 7*7 }}"],
    ["\u{1b}[31mred\u{7}", "\u{7f}\u{9b}2J", "\u{8}\u{c}"],
    ["名前", "🙂👨\u{200d}👩\u{200d}👧", "ل"],
    ["=?utf-8?B?YmNj?=", "?=", "=?x?Q?y?="],
    ["", "", ""],
];

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// The example with these people, and one whose names have 300 characters each.
fn school() -> Project {
    let project = fresh();
    let mut text = project.read(ROSTER);
    let long = ["A", "B", "C"].map(|letter| letter.repeat(300));
    let names = NAMES.iter().map(|names| names.map(str::to_owned)).chain([long]);
    for (number, [first, last, child]) in names.enumerate() {
        let [first, last, child] = [quoted(&first), quoted(&last), quoted(&child)];
        let row = [&format!("X{number},{first},{last},x{number}@example.com,SX{number},{child}"), REST].concat();
        text.push_str(&row);
    }
    project.write(ROSTER, text);
    project
}

fn letter_to<'a>(letters: &'a [Vec<u8>], address: &str) -> Message<'a> {
    let is_theirs = |message: &Message<'_>| message.to().unwrap().first().unwrap().address() == Some(address);
    let mut found = letters.iter().map(|bytes| MessageParser::default().parse(bytes).unwrap()).filter(is_theirs);
    let message = found.next().unwrap_or_else(|| panic!("no letter to {address}"));
    assert!(found.next().is_none());
    message
}

#[test]
fn no_name_adds_a_header_or_breaks_the_html() {
    let project = school();
    let said = project.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 0, "{}", said.all());
    no_panic(&said);
    let letters = project.letters();
    let harmless = letter_to(&letters, "wiremu.tamihana@home.example.nz");
    let headers =
        |message: &Message<'_>| message.headers().iter().map(|header| header.name().to_owned()).collect::<Vec<_>>();
    for number in 0..=NAMES.len() {
        let address = format!("x{number}@example.com");
        let message = letter_to(&letters, &address);
        assert_eq!(headers(&message), headers(&harmless), "{address}");
        assert_eq!(message.to().unwrap().iter().count(), 1, "{address}");
        assert!(message.bcc().is_none() && message.cc().is_none(), "{address}");
        assert_eq!(message.parts.len(), harmless.parts.len(), "{address}");
        let html = message.body_html(0).unwrap();
        assert!(!html.contains("<script") && !html.contains("<b>Kahu"), "{address}: {html}");
        let text = message.body_text(0).unwrap();
        assert!(text.chars().all(|char| char == '\n' || char == '\r' || !char.is_control()), "{address}: {text:?}");
    }
    let template = letter_to(&letters, "x4@example.com");
    assert!(template.body_text(0).unwrap().contains("{{ password }}"), "a name is no template");
    assert!(letter_to(&letters, "x1@example.com").body_html(0).unwrap().contains("&lt;b&gt;Kahu"));
}

#[test]
fn every_line_of_a_letter_is_short_enough_for_a_mail_server() {
    let project = school();
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    for letter in project.letters() {
        for line in letter.split(|byte| *byte == b'\n') {
            assert!(line.len() <= 998, "a line of {} bytes", line.len());
            assert!(!line.strip_suffix(b"\r").unwrap_or(line).contains(&b'\r'), "a CR in the middle of a line");
        }
    }
}

#[test]
fn no_name_commands_the_terminal() {
    let project = school();
    for args in [&["plan"][..], &["status"], &["explain", "X0"], &["explain", "X5"], &["check"], &["preview", "X2"]] {
        let full = [args, &["--personal", "full"]].concat();
        let said = run_untouched(&project, &full);
        assert_eq!(said.code, 0, "{args:?}: {}", said.all());
        let is_fit = |char: char| char == '\n' || !(char.is_control() || ('\u{202a}'..='\u{202e}').contains(&char));
        assert!(said.all().chars().all(is_fit), "{args:?}: {:?}", said.all());
    }
    let list = project.path().join("fixes.csv");
    let said = project.run(&["check", "--fixes", list.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.all());
    for line in project.read("fixes.csv").lines() {
        assert!(!line.starts_with(['=', '@', '+', '-']), "{line}");
    }
}
