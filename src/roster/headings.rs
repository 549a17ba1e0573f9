//! Finds the columns that a format has in the heading line of a file.
//!
//! Real files differ from the format: headings in another order or case, under an older name, or misspelt. What can be meant
//! only one way is taken, with a warning; a needed column that can't be found is an error that names the nearest heading.

use crate::diagnostic::Diagnostic;

use super::suggest;

/// A column that a format has.
pub(super) struct Heading {
    /// Its name.
    pub(super) name: &'static str,
    /// Names that it has in other files of this kind.
    pub(super) others: &'static [&'static str],
    /// Whether the file can't be understood without it.
    pub(super) is_needed: bool,
}

/// A column that can't be missing.
pub(super) const fn needed(name: &'static str) -> Heading {
    Heading { name, others: &[], is_needed: true }
}

/// A column that may be missing.
pub(super) const fn optional(name: &'static str) -> Heading {
    Heading { name, others: &[], is_needed: false }
}

/// Where a column is, and what is wrong or odd with it.
pub(super) type Found = (Option<usize>, Option<Diagnostic>);

/// Where each of these columns is among the headings of a file.
pub(super) fn find(headings: &[String], wanted: &[Heading]) -> Vec<Found> {
    wanted.iter().map(|heading| Headings(headings).find(heading, wanted)).collect()
}

/// A file without a heading line: its first line must not be shown.
pub(super) fn look_like_data(headings: &[String]) -> bool {
    headings.iter().any(|heading| heading.contains('@'))
}

/// What is said of such a file.
pub(super) fn none() -> Diagnostic {
    Diagnostic::error("roster::no-headings", "the first line holds an email address, so it is no heading line")
        .with_help("export with column headings")
}

struct Headings<'a>(&'a [String]);

impl Headings<'_> {
    fn find(&self, wanted: &Heading, all: &[Heading]) -> Found {
        let places = |name: &str| -> Vec<usize> {
            let is_it = |(_, heading): &(usize, &String)| heading.eq_ignore_ascii_case(name);
            self.0.iter().enumerate().filter(is_it).map(|(at, _)| at).collect()
        };
        match places(wanted.name).as_slice() {
            [] => {}
            [at] => return (Some(*at), None),
            [first, second, ..] => return (Some(*first), Some(twofold(wanted.name, *first, *second))),
        }
        let other = wanted.others.iter().find_map(|name| places(name).first().copied());
        let near = || self.near(wanted.name, all);
        match other.or_else(near) {
            Some(at) => (Some(at), Some(taken_for(&self.0[at], wanted.name))),
            None if wanted.is_needed => (None, Some(self.missing(wanted.name))),
            None => (None, None),
        }
    }

    /// A heading so near that only a slip can lie between, and that is no other column's.
    fn near(&self, name: &str, all: &[Heading]) -> Option<usize> {
        let is_free = |heading: &&str| !all.iter().any(|other| other.name.eq_ignore_ascii_case(heading));
        let free: Vec<&str> = self.0.iter().map(String::as_str).filter(is_free).collect();
        let near = suggest::misspelt(name, &free)?;
        self.0.iter().position(|heading| heading == near)
    }

    fn missing(&self, name: &str) -> Diagnostic {
        let headings: Vec<&str> = self.0.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        let near = suggest::heading(name, &headings).map(|near| format!("did you mean `{near}`? "));
        let help =
            format!("{}the headings are: {}", near.unwrap_or_default(), headings[..headings.len().min(40)].join(", "));
        Diagnostic::error("roster::missing-heading", format!("there is no column `{name}`")).with_help(help)
    }
}

fn twofold(name: &str, first: usize, second: usize) -> Diagnostic {
    let message = format!("there are two columns `{name}` ({} and {})", first + 1, second + 1);
    Diagnostic::error("roster::duplicate-heading", message).with_help("leave one of them out of the export")
}

fn taken_for(found: &str, meant: &str) -> Diagnostic {
    let message = format!("column `{found}` is taken for `{meant}`");
    Diagnostic::warning("roster::other-heading", message).with_help(format!("the format calls it `{meant}`"))
}
