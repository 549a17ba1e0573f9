//! Who has an account: in bulk by id number, then by address and username for those who have none. Two accounts with one id
//! number are both shown; nothing is decided here.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::edge::{Ask, Asked, LmsError};
use crate::model::account::Account;
use crate::model::email::fold;
use crate::model::ids::CaregiverId;
use crate::model::observed::Observed;

use super::fault::Fault;
use super::look::Field;
use super::row::UserRow;
use super::site::Site;

/// So many numbers behind a name are tried.
const MOST_ROUNDS: usize = 40;

impl Site<'_> {
    pub(super) fn observe(&self, ask: &Ask) -> Result<Observed, LmsError> {
        self.probe(ask).and_then(|()| self.collect(ask)).map_err(Fault::while_reading)
    }

    fn collect(&self, ask: &Ask) -> Result<Observed, Fault> {
        let read_at = self.clock.now();
        let ids: Vec<&str> = ask.people.iter().map(|asked| asked.caregiver.as_str()).collect();
        let mut found = Found::default();
        found.take(self.look(Field::IdNumber, &ids)?);
        let carried: HashSet<String> = found.rows.values().map(|row| row.idnumber.clone()).collect();
        let without = || ask.people.iter().filter(|asked| !carried.contains(asked.caregiver.as_str()));
        let emails = addresses(ask, &found);
        let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
        found.take(self.look(Field::Email, &emails)?);
        self.look_for_names(without(), &mut found)?;
        let students = self.found_students(ask)?;
        let accounts = self.accounts(&found);
        Ok(Observed::new(accounts, read_at).with_students(students))
    }

    /// The accounts, by id; and when each was last used.
    fn accounts(&self, found: &Found) -> Vec<Account> {
        let mut seen = self.seen.borrow_mut();
        seen.extend(found.rows.values().filter_map(|row| Some((row.id, row.access?))));
        found.rows.values().filter_map(|row| row.account(&self.settings)).collect()
    }

    /// Names that accounts have already, among those that would be given out: a name that is taken is tried with the next
    /// number, until as many are free as are wanted.
    fn look_for_names<'n>(&self, people: impl Iterator<Item = &'n Asked>, found: &mut Found) -> Result<(), Fault> {
        let mut stems: BTreeMap<&str, Stem> = BTreeMap::new();
        for stem in people.filter_map(|asked| asked.username.as_deref()) {
            stems.entry(stem).or_default().wanted += 1;
        }
        for _ in 0..MOST_ROUNDS {
            let names: BTreeSet<String> = stems.iter_mut().flat_map(|(stem, state)| state.next(stem)).collect();
            if names.is_empty() {
                break;
            }
            let asked: Vec<&str> = names.iter().map(String::as_str).collect();
            let rows = self.look(Field::Username, &asked)?;
            let taken: HashSet<String> = rows.iter().filter_map(|row| row.username.clone()).collect();
            found.take(rows);
            for (stem, state) in &mut stems {
                state.count(stem, &taken);
            }
        }
        Ok(())
    }

    /// Which of the roster's children have exactly one account; `None` where nobody is to be linked.
    fn found_students(&self, ask: &Ask) -> Result<Option<HashSet<String>>, Fault> {
        if self.settings.parent_role.is_none() {
            return Ok(None);
        }
        self.forget_students();
        let students: Vec<_> = ask.students.iter().collect();
        Ok(Some(self.students(&students)?.into_keys().collect()))
    }

    pub(super) fn observe_one(&self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        let id = caregiver.as_str();
        let mut found = self.by_idnumber(&[id]).map_err(Fault::while_reading)?;
        let rows = found.remove(id).unwrap_or_default();
        Ok(rows.iter().filter_map(|row| row.account(&self.settings)).collect())
    }
}

/// The accounts found so far, each once.
#[derive(Default)]
struct Found {
    rows: BTreeMap<u64, UserRow>,
}

impl Found {
    fn take(&mut self, rows: Vec<UserRow>) {
        self.rows.extend(rows.into_iter().map(|row| (row.id, row)));
    }
}

/// The addresses of all whose account does not have theirs, as the SMS writes them and in lower case: one of Moodle's
/// databases finds only what is written the same.
fn addresses(ask: &Ask, found: &Found) -> BTreeSet<String> {
    let standing: HashSet<(&str, String)> = found
        .rows
        .values()
        .map(|row| (row.idnumber.as_str(), fold(row.email.as_deref().unwrap_or_default())))
        .collect();
    let missing = |asked: &&Asked| {
        let email = asked.email.as_deref().map(fold);
        email.is_some_and(|email| !standing.contains(&(asked.caregiver.as_str(), email)))
    };
    let both =
        |asked: &Asked| asked.email.iter().flat_map(|email| [email.clone(), email.to_lowercase()]).collect::<Vec<_>>();
    ask.people.iter().filter(missing).flat_map(both).collect()
}

/// One beginning of names: how many are wanted, and which numbers were tried.
#[derive(Default)]
struct Stem {
    wanted: usize,
    free: usize,
    tried: usize,
    upto: usize,
}

impl Stem {
    /// The names to try next.
    fn next(&mut self, stem: &str) -> Vec<String> {
        self.tried = self.upto;
        self.upto += self.wanted.saturating_sub(self.free);
        (self.tried + 1..=self.upto).map(|number| numbered(stem, number)).collect()
    }

    fn count(&mut self, stem: &str, taken: &HashSet<String>) {
        let is_free = |number: &usize| !taken.contains(&numbered(stem, *number));
        self.free += (self.tried + 1..=self.upto).filter(is_free).count();
        self.tried = self.upto;
    }
}

/// As `reconcile` numbers them: the first goes without.
fn numbered(stem: &str, number: usize) -> String {
    if number == 1 { stem.to_owned() } else { format!("{stem}{number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tried_until_enough_are_free() {
        let mut stem = Stem { wanted: 2, ..Stem::default() };
        assert_eq!(stem.next("ana.lee"), ["ana.lee", "ana.lee2"]);
        stem.count("ana.lee", &HashSet::from(["ana.lee".to_owned()]));
        assert_eq!(stem.next("ana.lee"), ["ana.lee3"]);
        stem.count("ana.lee", &HashSet::new());
        assert!(stem.next("ana.lee").is_empty());
    }
}
