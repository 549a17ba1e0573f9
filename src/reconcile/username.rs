//! Names for accounts to be: `first.last`, macrons folded, only letters, digits and `. - _`; a name that is taken gets a
//! number. The same inputs give the same names, whatever the order of the roster's rows.

use std::collections::{HashMap, HashSet};

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
    /// For each stem the first number that may be free: names that are taken stay taken.
    next: HashMap<String, u64>,
}

impl<'a> Usernames<'a> {
    pub(super) fn new(observed: &'a Observed) -> Self {
        Self { observed, drawn: HashSet::new(), next: HashMap::new() }
    }

    /// The name for this caregiver's account. Callers go through the caregivers in the order of their ids.
    pub(super) fn draw(&mut self, caregiver: Caregiver<'_>) -> Username {
        self.draw_from(beginning(caregiver))
    }

    fn draw_from(&mut self, stem: String) -> Username {
        let first = self.next.get(&stem).copied().unwrap_or(1);
        let names = (first..u64::MAX).map(|number| (number, numbered(&stem, number)));
        let mut free = names.filter(|(_, name)| !self.drawn.contains(name) && !self.observed.has_username(name));
        let (number, name) = free.next().unwrap_or((first, stem.clone()));
        drop(free);
        self.next.insert(stem, number + 1);
        self.drawn.insert(name.clone());
        Username::new(name)
    }
}

/// The first of a name goes without a number.
fn numbered(stem: &str, number: u64) -> String {
    if number == 1 { stem.to_owned() } else { format!("{stem}{number}") }
}

/// What the name of an account for this caregiver begins with: all of it, unless a number must come behind.
pub(super) fn beginning(caregiver: Caregiver<'_>) -> String {
    stem(caregiver.first_name(), caregiver.last_name(), caregiver.id())
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
    use crate::model::account::{Account, SignIn, SignInMethod};

    #[test]
    fn macrons_and_apostrophes_fall_off() {
        assert_eq!(stem("Māia", "Te Wērā-O’Neill", "C1"), "maia.te-wera-oneill");
    }

    #[test]
    fn a_name_that_is_taken_gets_the_smallest_free_number() {
        let account = |username: &str| Account {
            caregiver: None,
            username: username.into(),
            first_name: "".into(),
            last_name: "".into(),
            email: "".into(),
            is_disabled: false,
            is_staff: false,
            method: SignInMethod::Password,
            sign_in: SignIn::Never,
            marker: None,
        };
        let observed = Observed::new(vec![account("Ana.Lee"), account("ana.lee4")], jiff::Timestamp::UNIX_EPOCH);
        let mut usernames = Usernames::new(&observed);
        let stems = ["ana.lee", "ana.lee", "ana.lee", "ana.lee5", "ana.lee", "ana.lee", "tama"];
        let drawn = stems.map(|stem| usernames.draw_from(stem.to_owned()).to_string());
        assert_eq!(drawn, ["ana.lee2", "ana.lee3", "ana.lee5", "ana.lee52", "ana.lee6", "ana.lee7", "tama"]);
    }

    #[test]
    fn a_name_without_latin_letters_falls_back_to_the_id() {
        assert_eq!(stem("王", "", "C17"), "parent.c17");
        assert_eq!(stem("", "", "!"), "parent");
    }
}
