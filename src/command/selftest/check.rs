//! What a round left behind, held against what was due: pure, so that a doctored round shows that it can fail.

use std::collections::{BTreeMap, BTreeSet};

use crate::mail::arrived::{self, Arrived};
use crate::model::secret::Password;

use super::school::Caregiver;

/// The letters of an outbox: by name, the bytes.
pub(super) type Letters = BTreeMap<String, Vec<u8>>;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Passwords that the LMS set.
    pub(super) passwords: usize,
    /// Passwords that were set again, the same: a reset that was taken up where a run died.
    pub(super) replays: usize,
    /// Copies of a letter with the same bytes.
    pub(super) copies: usize,
    /// Passwords that were set although the caregiver had got one.
    pub(super) second_resets: usize,
    /// Passwords that were set for somebody who signs in already, or whom the school does not have.
    pub(super) uninvited: usize,
    /// Caregivers who were due and have no letter.
    pub(super) lost: usize,
    /// Letters to one caregiver that differ from the first.
    pub(super) twice: usize,
    /// Letters whose password does not sign in.
    pub(super) refused: usize,
    /// Letters, or lines of the log of effects, that can't be read, and letters to people who were not due.
    pub(super) odd: usize,
    /// Files beside the outbox in which a password stands.
    pub(super) leaks: usize,
}

impl Counts {
    /// Each thing that must not be, in words, and how often it was.
    pub(super) fn breaches(&self) -> [(&'static str, usize); 7] {
        [
            ("second resets", self.second_resets),
            ("resets of people who sign in already", self.uninvited),
            ("lost letters", self.lost),
            ("letters sent twice", self.twice),
            ("passwords that don't sign in", self.refused),
            ("letters or effects that make no sense", self.odd),
            ("files outside the outbox with a password", self.leaks),
        ]
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.passwords += other.passwords;
        self.replays += other.replays;
        self.copies += other.copies;
        self.second_resets += other.second_resets;
        self.uninvited += other.uninvited;
        self.lost += other.lost;
        self.twice += other.twice;
        self.refused += other.refused;
        self.odd += other.odd;
        self.leaks += other.leaks;
    }
}

/// User name and password, as a letter tells them.
pub(super) struct Told {
    pub(super) username: String,
    pub(super) password: Password,
}

/// Reads what a letter tells.
pub(super) fn told(letter: &Arrived) -> Option<Told> {
    let after = |heading: &str| {
        let mut lines = letter.text.lines().map(str::trim).skip_while(|line| *line != heading);
        lines.nth(1).filter(|line| !line.is_empty()).map(str::to_owned)
    };
    Some(Told { username: after("User name:")?, password: Password::new(after("Password:")?) })
}

/// Counts what the LMS did: `effects` is the sandbox's log.
pub(super) fn effects(people: &[Caregiver], effects: &str) -> Counts {
    let mut counts = Counts::default();
    let mut done: BTreeSet<String> = BTreeSet::new();
    for line in effects.lines() {
        let Ok(effect) = serde_json::from_str::<serde_json::Value>(line) else {
            counts.odd += 1;
            continue;
        };
        if effect["op"] != "set-password" {
            continue;
        }
        if effect["replay"] == true {
            counts.replays += 1;
            continue;
        }
        counts.passwords += 1;
        let id = effect["caregiver"].as_str().unwrap_or_default();
        let is_due = people.iter().any(|person| person.id == id && !person.has_signed_in);
        counts.uninvited += usize::from(!is_due);
        counts.second_resets += usize::from(!done.insert(id.to_owned()));
    }
    counts
}

/// Counts what became of the letters; `signs_in` tries a password at the LMS.
pub(super) fn letters(people: &[Caregiver], letters: &Letters, signs_in: &dyn Fn(&Told) -> bool) -> Counts {
    let mut counts = Counts::default();
    let mut first: BTreeMap<String, &[u8]> = BTreeMap::new();
    for bytes in letters.values() {
        let Some((letter, told)) = arrived::read(bytes).and_then(|letter| told(&letter).map(|told| (letter, told)))
        else {
            counts.odd += 1;
            continue;
        };
        let is_due = people.iter().any(|person| person.email == letter.to && !person.has_signed_in);
        counts.odd += usize::from(!is_due);
        counts.refused += usize::from(!signs_in(&told));
        match first.get(&letter.to) {
            Some(same) if *same == bytes.as_slice() => counts.copies += 1,
            Some(_) => counts.twice += 1,
            None => drop(first.insert(letter.to, bytes)),
        }
    }
    let due = people.iter().filter(|person| !person.has_signed_in);
    counts.lost = due.filter(|person| !first.contains_key(&person.email)).count();
    counts
}

#[cfg(test)]
mod tests {
    use super::super::school::caregivers;
    use super::*;

    fn set(id: &str, replay: bool) -> String {
        format!("{{\"op\": \"set-password\", \"caregiver\": \"{id}\", \"replay\": {replay}}}\n")
    }

    fn letter(to: &str, password: &str) -> Vec<u8> {
        format!("To: {to}\r\n\r\nUser name:\r\nx.y\r\n\r\nPassword:\r\n{password}\r\n").into_bytes()
    }

    /// A letter for everybody who is due.
    fn whole(people: &[Caregiver]) -> Letters {
        let due = people.iter().filter(|person| !person.has_signed_in);
        due.map(|person| (person.id.clone(), letter(&person.email, "Right"))).collect()
    }

    fn is_right(told: &Told) -> bool {
        told.password.reveal() == "Right" && told.username == "x.y"
    }

    #[test]
    fn a_good_round_has_no_breach() {
        let people = caregivers();
        let log: String = people
            .iter()
            .filter(|one| !one.has_signed_in)
            .map(|one| set(&one.id, false) + &set(&one.id, true))
            .collect();
        let mut counts = effects(&people, &log);
        counts.add(&letters(&people, &whole(&people), &is_right));
        assert_eq!((counts.passwords, counts.replays), (30, 30));
        assert!(counts.breaches().iter().all(|(_, times)| *times == 0), "{counts:?}");
    }

    #[test]
    fn a_second_reset_is_found_and_a_replay_is_none() {
        let people = caregivers();
        let log = set("C1001", false) + &set("C1001", true) + &set("C1002", false) + &set("C1001", false);
        assert_eq!(effects(&people, &log), Counts { passwords: 3, replays: 1, second_resets: 1, ..Counts::default() });
    }

    #[test]
    fn a_reset_of_somebody_who_signs_in_and_a_torn_line_are_found() {
        let people = caregivers();
        let signed_in = people.iter().find(|person| person.has_signed_in).unwrap();
        let counts = effects(&people, &(set(&signed_in.id, false) + "{\"op\": \"set-"));
        assert_eq!((counts.uninvited, counts.odd), (1, 1));
    }

    #[test]
    fn a_missing_letter_is_lost_and_other_bytes_are_a_second_letter() {
        let people = caregivers();
        let mut found = whole(&people);
        found.remove("C1003");
        found.insert("again".to_owned(), letter(&people[0].email, "Wrong"));
        found.insert("copy".to_owned(), letter(&people[1].email, "Right"));
        let counts = letters(&people, &found, &is_right);
        assert_eq!(counts, Counts { copies: 1, lost: 1, twice: 1, refused: 1, ..Counts::default() });
    }

    #[test]
    fn a_letter_that_tells_no_password_or_goes_to_a_stranger_is_odd() {
        let people = caregivers();
        let mut found = whole(&people);
        found.insert("empty".to_owned(), b"To: a@example.nz\r\n\r\nKia ora\r\n".to_vec());
        found.insert("stranger".to_owned(), letter("stranger@example.nz", "Right"));
        assert_eq!(letters(&people, &found, &is_right).odd, 2);
    }
}
