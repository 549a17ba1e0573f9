//! Names for accounts to be: `first.last`, macrons folded, only letters, digits and `. - _`; a name that is taken gets a
//! number. The same inputs give the same names, whatever the order of the roster's rows.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::model::ids::Username;
use crate::model::observed::Observed;
use crate::rollout::{LmsSettings, Rollout, UserIdPart, UserIdRecipe};
use crate::roster::Caregiver;

use super::ground::Ground;

/// Longest name given out, before a number.
const LONGEST: usize = 60;

/// Gives out names that no account has.
pub(super) struct Usernames<'a> {
    observed: &'a Observed,
    drawn: HashSet<String>,
    /// For each stem the first number that may be free: names that are taken stay taken.
    next: HashMap<String, u64>,
    recipe: UserIdRecipe,
    /// Names that somebody has for good, though the LMS may not show them yet.
    given: HashMap<&'a str, &'a Username>,
}

impl<'a> Usernames<'a> {
    pub(super) fn new(ground: &Ground<'a>) -> Self {
        let recipe = recipe(ground.rollout);
        let given: HashMap<&str, &Username> = ground.given_names().collect();
        let drawn = given.values().map(|name| name.as_str().to_lowercase()).collect();
        Self { observed: ground.observed, drawn, next: HashMap::new(), recipe, given }
    }

    /// The name for this caregiver's account. Callers go through the caregivers in the order of their ids.
    pub(super) fn draw(&mut self, caregiver: Caregiver<'_>) -> Username {
        // An account that has it by now is not theirs: else none would be made for them.
        if let Some(given) = self.given.get(caregiver.id()).filter(|given| !self.observed.has_username(given.as_str()))
        {
            return (*given).clone();
        }
        self.draw_from(beginning(&self.recipe, caregiver))
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

/// How names are made for this rollout.
pub(super) fn recipe(rollout: &Rollout) -> UserIdRecipe {
    match &rollout.lms {
        LmsSettings::Ultranet(ultranet) => ultranet.user_id.clone(),
        LmsSettings::Sandbox { .. } | LmsSettings::Moodle(_) => UserIdRecipe::default(),
    }
}

/// What the name of an account for this caregiver begins with: all of it, unless a number must come behind.
pub(super) fn beginning(recipe: &UserIdRecipe, caregiver: Caregiver<'_>) -> String {
    stem(recipe, caregiver.first_name(), caregiver.last_name(), caregiver.id())
}

/// What the recipe makes of a name, where it has what that needs, else whichever name there is, else the id.
fn stem(recipe: &UserIdRecipe, first: &str, last: &str, id: &str) -> String {
    let (first, last, id) = (fold(first), fold(last), fold(id));
    let initial = |name: &str| name.chars().take(1).collect::<String>();
    let parts: Vec<String> = recipe
        .0
        .iter()
        .map(|part| match part {
            UserIdPart::Text(text) => text.clone(),
            UserIdPart::First => first.clone(),
            UserIdPart::Last => last.clone(),
            UserIdPart::FirstInitial => initial(&first),
            UserIdPart::LastInitial => initial(&last),
            UserIdPart::Id => id.clone(),
        })
        .collect();
    let is_whole = parts.iter().all(|part| !part.is_empty());
    let stem = if is_whole { parts.concat() } else { format!("{first}{last}") };
    let stem: String = stem.chars().take(LONGEST).collect();
    match (stem.is_empty(), id.is_empty()) {
        (false, _) => stem,
        (true, false) => format!("parent.{id}"),
        (true, true) => "parent".to_owned(),
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

    fn named(first: &str, last: &str, id: &str) -> String {
        stem(&UserIdRecipe::default(), first, last, id)
    }

    #[test]
    fn a_recipe_puts_names_together_and_falls_back_where_one_is_missing() {
        use UserIdPart::{FirstInitial, Id, Last, Text};
        let recipe = UserIdRecipe(vec![FirstInitial, Last, Text("_".into()), Id]);
        assert_eq!(stem(&recipe, "Māia", "Tūī", "C7"), "mtui_c7");
        assert_eq!(stem(&recipe, "", "Tūī", "C7"), "tui");
    }

    #[test]
    fn macrons_and_apostrophes_fall_off() {
        assert_eq!(named("Māia", "Te Wērā-O’Neill", "C1"), "maia.te-wera-oneill");
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
        let mut usernames = Usernames {
            observed: &observed,
            drawn: HashSet::new(),
            next: HashMap::new(),
            recipe: UserIdRecipe::default(),
            given: HashMap::new(),
        };
        let stems = ["ana.lee", "ana.lee", "ana.lee", "ana.lee5", "ana.lee", "ana.lee", "tama"];
        let drawn = stems.map(|stem| usernames.draw_from(stem.to_owned()).to_string());
        assert_eq!(drawn, ["ana.lee2", "ana.lee3", "ana.lee5", "ana.lee52", "ana.lee6", "ana.lee7", "tama"]);
    }

    #[test]
    fn a_name_without_latin_letters_falls_back_to_the_id() {
        assert_eq!(named("王", "", "C17"), "parent.c17");
        assert_eq!(named("", "", "!"), "parent");
    }
}
