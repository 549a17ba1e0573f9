//! A pattern that finds a part of a text.

use regex::Regex;
use serde_json::{Value, json};

use super::{Form, Misfit};

/// Longer than any pattern for a year level.
const LONGEST: usize = 200;

/// A regular expression.
pub(in crate::rollout) struct Pattern;

impl Form for Pattern {
    type Meaning = Regex;
    const FORMAT: &'static str = "pattern";
    const CODE: &'static str = "rollout::bad-pattern";

    fn read(text: &str) -> Result<Regex, Misfit> {
        const HELP: &str = r"write it in single quotes, as in `'^(\d+)'`, which finds the digits at the beginning";
        if text.is_empty() || text.len() > LONGEST {
            return Err(Misfit::new(format!("a pattern has 1 to {LONGEST} characters"), HELP));
        }
        Regex::new(text).map_err(|_| Misfit::new(format!("`{text}` is no regular expression"), HELP))
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": LONGEST})
    }
}

#[cfg(test)]
mod tests {
    use super::super::refused;
    use super::*;

    #[test]
    fn a_pattern_finds_the_year() {
        let pattern = Pattern::read(r"^Year (\d+)$").unwrap_or_else(|misfit| panic!("{misfit:?}"));
        assert_eq!(&pattern.captures("Year 10").unwrap()[1], "10");
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in ["", "(", "[a", &"x".repeat(201)] {
            assert!(refused::<Pattern>(text), "{text}");
        }
    }
}
