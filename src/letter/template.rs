//! One letter in one language as templates: parsed once, rendered for each person. The only file that names `minijinja`.
//!
//! An undefined variable is a mistake, and so is showing a value that is not there (`help.phone` of a school that gave
//! none): a parent would read "none". Templates see their three parts and nothing else on this machine.

use std::collections::BTreeSet;
use std::ops::Range;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, escape_formatter};
use serde::Serialize;

use super::part::Part;
use super::spot;

/// A letter in one language.
pub(super) struct Template {
    environment: Environment<'static>,
    sources: [String; 3],
}

/// A mistake in a template: in which part, where, and of which kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) part: Part,
    /// May quote the template, never a value.
    pub(super) kind: String,
    /// May quote a value, so it is shown for made-up people only.
    pub(super) detail: Option<String>,
    pub(super) is_undefined: bool,
    pub(super) is_absent: bool,
    bytes: Option<Range<usize>>,
    line: Option<u32>,
}

/// So many steps a letter may take: a hundred times what a long one for many children takes, and no time at all. Loops
/// in loops would keep an apply waiting for hours otherwise.
const LONGEST_WORK: u64 = 200_000;

/// The words of the one mistake that we add to those of minijinja.
const ABSENT: &str = "a value that is not there is shown";

/// What minijinja calls an engine without fuel.
const TOO_LONG: &str = "this takes too many steps: a loop goes round too often, or a text is repeated too often";

impl Template {
    /// Parses the parts; all mistakes of syntax at once, one a part.
    pub(super) fn parse(sources: [String; 3]) -> Result<Self, Vec<Mistake>> {
        let mut environment = environment();
        let mut mistakes = Vec::new();
        for (part, source) in Part::ALL.into_iter().zip(&sources) {
            if let Err(error) = environment.add_template_owned(part.file_name(), source.clone()) {
                mistakes.push(Mistake::of(&error, part));
            }
        }
        if mistakes.is_empty() { Ok(Self { environment, sources }) } else { Err(mistakes) }
    }

    /// A part as it is written.
    pub(super) fn source(&self, part: Part) -> &str {
        &self.sources[part as usize]
    }

    /// A part with these values; ends in one line end.
    pub(super) fn render(&self, part: Part, values: &impl Serialize) -> Result<String, Mistake> {
        let template = self.environment.get_template(part.file_name()).map_err(|error| Mistake::of(&error, part))?;
        let values = Value::from(Serde(values));
        let text = template.render(values).map_err(|error| Mistake::of(&error, part))?;
        Ok(format!("{}\n", text.trim_end()))
    }

    /// The names that a part uses and does not define itself: `school`, `caregiver.first_name`.
    pub(super) fn names(&self, part: Part) -> BTreeSet<String> {
        let Ok(template) = self.environment.get_template(part.file_name()) else { return BTreeSet::new() };
        let globals: BTreeSet<&str> = self.environment.globals().map(|(name, _)| name).collect();
        let names = template.undeclared_variables(true).into_iter();
        names.filter(|name| !globals.contains(name.split('.').next().unwrap_or_default())).collect()
    }
}

impl Mistake {
    fn of(error: &Error, rendered: Part) -> Self {
        let root = innermost(error);
        let is_absent = root.detail() == Some(ABSENT);
        Self {
            part: root.name().and_then(Part::from_file_name).unwrap_or(rendered),
            kind: match root.kind() {
                _ if is_absent => ABSENT.to_owned(),
                ErrorKind::OutOfFuel => TOO_LONG.to_owned(),
                kind => kind.to_string(),
            },
            detail: root.detail().map(str::to_owned),
            is_undefined: root.kind() == ErrorKind::UndefinedError,
            is_absent,
            bytes: root.range(),
            line: root.line().and_then(|line| u32::try_from(line).ok()),
        }
    }

    /// The stretch of the part that it is about.
    pub(super) fn bytes(&self, source: &str) -> Option<Range<usize>> {
        let bytes = self.bytes.clone().filter(|bytes| !bytes.is_empty() && source.get(bytes.clone()).is_some());
        bytes.or_else(|| self.line.map(|line| spot::whole_line(source, line)))
    }

    /// The line that it is about.
    pub(super) fn line(&self, source: &str) -> Option<u32> {
        self.bytes(source).map(|bytes| spot::position(source, bytes.start).0)
    }
}

/// An included part wraps the error in its own; the cause is what helps.
fn innermost(error: &Error) -> &Error {
    let mut root = error;
    while let Some(cause) = std::error::Error::source(root).and_then(|cause| cause.downcast_ref::<Error>()) {
        root = cause;
    }
    root
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A line that holds only a tag leaves no line behind.
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default());
    // With debug on, errors carry the values of the moment, the password among them.
    environment.set_debug(false);
    environment.set_fuel(Some(LONGEST_WORK));
    environment.set_formatter(refuse_absent);
    environment.add_filter("join_and", |names: Vec<String>, word: String| join_and(&names, &word));
    environment
}

fn refuse_absent(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Err(Error::new(ErrorKind::InvalidOperation, ABSENT));
    }
    escape_formatter(out, state, value)
}

/// `Aroha, Wiremu and Tāne`; without a word, `Aroha, Wiremu, Tāne`.
pub(super) fn join_and(names: &[String], word: &str) -> String {
    match names {
        [before @ .., last] if !before.is_empty() && !word.is_empty() => format!("{} {word} {last}", before.join(", ")),
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_as_people_write_them() {
        let names = |count| ["Aroha", "Wiremu", "Tāne"][..count].iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(join_and(&names(0), "and"), "");
        assert_eq!(join_and(&names(1), "and"), "Aroha");
        assert_eq!(join_and(&names(2), "me"), "Aroha me Wiremu");
        assert_eq!(join_and(&names(3), "and"), "Aroha, Wiremu and Tāne");
        assert_eq!(join_and(&names(3), ""), "Aroha, Wiremu, Tāne");
    }
}
