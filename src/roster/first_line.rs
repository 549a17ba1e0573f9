//! A first line that is not the heading line: Excel's `sep=;`, a title, or headings with another delimiter between them.
//! One error says so; every heading that is missing, and every row of another width, would say it a hundred times.

use csv::StringRecord;

use crate::diagnostic::Diagnostic;
use crate::model::nfc::nfc;
use crate::model::source::RosterSource;

use super::clean::clean;
use super::problems::Problems;

/// So many rows behind the first are looked at: a title is a few lines.
const LOOKED_AT: usize = 5;
/// So many headings are listed.
const LISTED: usize = 40;

/// Whether a first line holds none of the headings that `columns:` gives. A line with an address is a row: `columns` says so.
pub(super) fn is_other(source: &RosterSource, record: &StringRecord) -> bool {
    let wanted = wanted(source);
    !wanted.is_empty() && !record.iter().any(|cell| cell.contains('@') || is_one(cell, &wanted))
}

/// Says what stands in the first line instead. `below` gives the rows below it, each with its line; `delimiter` is what its cells
/// were taken apart at, in words, where they were.
pub(super) fn report(
    source: &RosterSource,
    (line, record): (u32, &StringRecord),
    below: impl Iterator<Item = (u32, StringRecord)>,
    delimiter: Option<&str>,
    problems: &mut Problems,
) {
    let wanted = wanted(source);
    let headings: Vec<String> = record.iter().map(|cell| clean(cell).into_owned()).collect();
    let help = separator_line(line, &headings)
        .or_else(|| other_delimiter(record, &wanted))
        .or_else(|| further_down(below, &wanted))
        .unwrap_or_else(|| listed(&headings));
    let apart = delimiter.map_or_else(String::new, |delimiter| format!(" (taken apart at each {delimiter})"));
    let message = format!("none of the headings that `columns:` gives is in this line{apart}");
    let problem = Diagnostic::error("roster::no-headings", message).with_help(help);
    problems.heading(line, &headings.join(","), problem);
}

/// The headings that the rollout names, as they are compared.
fn wanted(source: &RosterSource) -> Vec<String> {
    let maps = std::iter::once(&source.columns).chain(&source.caregivers);
    let headings = maps.flat_map(|columns| columns.values()).flatten();
    // `ID#2` is the second `ID`, or a heading that is written so.
    headings
        .flat_map(|heading| [Some(heading.as_str()), heading.rsplit_once('#').map(|(name, _)| name)])
        .flatten()
        .map(folded)
        .collect()
}

fn folded(text: &str) -> String {
    nfc(&clean(text)).to_lowercase()
}

fn is_one(cell: &str, wanted: &[String]) -> bool {
    wanted.contains(&folded(cell))
}

/// Excel writes and reads `sep=;` in a line of its own; nobody else does.
fn separator_line(line: u32, headings: &[String]) -> Option<String> {
    let first = headings.first()?;
    let is_separator = first.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    is_separator.then(|| format!("line {line} is Excel's `sep=`, which says what stands between the cells: remove it"))
}

fn other_delimiter(record: &StringRecord, wanted: &[String]) -> Option<String> {
    let is_piped = record.iter().any(|cell| cell.contains('|') && cell.split('|').any(|part| is_one(part, wanted)));
    is_piped.then(|| {
        "the cells seem to be separated by `|`: export with commas, semicolons or tabs between them".to_owned()
    })
}

/// Headings below a title, perhaps with a delimiter that the title does not have.
fn further_down(below: impl Iterator<Item = (u32, StringRecord)>, wanted: &[String]) -> Option<String> {
    let are_headings = |record: &StringRecord| {
        record.iter().flat_map(|cell| cell.split([',', ';', '\t', '|'])).any(|cell| is_one(cell, wanted))
    };
    let (line, _) = below.take(LOOKED_AT).find(|(_, record)| are_headings(record))?;
    Some(format!("line {line} looks like the headings: remove what stands above it"))
}

fn listed(headings: &[String]) -> String {
    let headings: Vec<&str> = headings.iter().map(String::as_str).filter(|heading| !heading.is_empty()).collect();
    let more = if headings.len() > LISTED { " …" } else { "" };
    format!("the headings are: {}{more}", headings[..headings.len().min(LISTED)].join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{error, line, source, two_families};

    #[test]
    fn a_first_line_that_is_no_heading_line_is_one_error_that_says_what_it_is() {
        let semicolons = two_families().replace(',', ";");
        for (text, help) in [
            (format!("sep=;\r\n{semicolons}"), "line 1 is Excel's `sep=`"),
            (format!("SEP=,\n{}", two_families()), "line 1 is Excel's `sep=`"),
            (format!("Caregivers of K\u{14D}whai\n{}", two_families()), "line 2 looks like the headings"),
            (format!("Caregivers\nas of today\n\n{semicolons}"), "line 4 looks like the headings"),
            (two_families().replace(',', "|"), "the cells seem to be separated by `|`"),
            ("a,b\nc,d,e\n".to_owned(), "the headings are: a, b"),
        ] {
            let problem = error(&source(), &text);
            assert_eq!((problem.code, line(&problem)), ("roster::no-headings", Some(1)), "{text}");
            assert!(problem.help.as_deref().unwrap().starts_with(help), "{problem:?}");
        }
    }

    #[test]
    fn the_delimiter_that_was_used_is_named() {
        let message = error(&source(), "a;b\n1;2\n").message;
        assert!(message.ends_with("(taken apart at each semicolon)"), "{message}");
    }
}
