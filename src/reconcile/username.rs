//! Names for accounts to be: `first.last`, macrons folded, only letters, digits and `. - _`; a name that is taken gets a
//! number. The same inputs give the same names, whatever the order of the roster's rows.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::model::ids::Username;
use crate::model::observed::Observed;
use crate::roster::Caregiver;

/// Longest name given out, before a number.
const LONGEST: usize = 60;

/// Gives out names that no account has.
pub(super) struct Usernames<'a> {
    observed: &'a Observed,
    drawn: HashSet<String>,
}

impl<'a> Usernames<'a> {
    pub(super) fn new(observed: &'a Observed) -> Self {
        Self { observed, drawn: HashSet::new() }
    }

    /// The name for this caregiver's account. Callers go through the caregivers in the order of their ids.
    pub(super) fn draw(&mut self, caregiver: Caregiver<'_>) -> Username {
        let stem = stem(caregiver.first_name(), caregiver.last_name(), caregiver.id());
        let name = std::iter::once(stem.clone())
            .chain((2..u64::MAX).map(|number| format!("{stem}{number}")))
            .find(|name| !self.drawn.contains(name) && !self.observed.has_username(name))
            .unwrap_or(stem);
        self.drawn.insert(name.clone());
        Username::new(name)
    }
}

/// `first.last`, else whichever there is, else the id.
fn stem(first: &str, last: &str, id: &str) -> String {
    let parts: Vec<String> = [first, last].into_iter().map(fold).filter(|part| !part.is_empty()).collect();
    let stem: String = parts.join(".").chars().take(LONGEST).collect();
    match (stem.is_empty(), fold(id)) {
        (false, _) => stem,
        (true, id) if !id.is_empty() => format!("parent.{id}"),
        (true, _) => "parent".to_owned(),
    }
}

/// Lower-case ASCII letters, digits and hyphens; accents fall off, everything else too.
fn fold(name: &str) -> String {
    let letters = name.nfd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase);
    let joined: String = letters.map(|letter| if letter.is_whitespace() { '-' } else { letter }).collect();
    let kept: String = joined.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
    kept.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macrons_and_apostrophes_fall_off() {
        assert_eq!(stem("Māia", "Te Wērā-O’Neill", "C1"), "maia.te-wera-oneill");
    }

    #[test]
    fn a_name_without_latin_letters_falls_back_to_the_id() {
        assert_eq!(stem("王", "", "C17"), "parent.c17");
        assert_eq!(stem("", "", "!"), "parent");
    }
}
