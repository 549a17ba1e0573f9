//! The observed state: the accounts of the LMS as they are now, findable by caregiver, address and username.

use std::collections::HashSet;

use hashbrown::HashTable;
use jiff::Timestamp;

use super::account::Account;
use super::email::fold;

/// The accounts of the LMS.
#[derive(Debug)]
pub struct Observed {
    accounts: Vec<Account>,
    by_caregiver: HashTable<u32>,
    by_email: HashTable<u32>,
    by_username: HashTable<u32>,
    /// When they were read.
    pub read_at: Timestamp,
    /// The children of the roster that have exactly one account, where caregivers are linked with children.
    students: Option<HashSet<String>>,
}

impl Observed {
    /// Indexes what a driver has read.
    pub fn new(accounts: Vec<Account>, read_at: Timestamp) -> Self {
        let by_caregiver = index(&accounts, |account| account.caregiver.as_ref().map(|id| hash(id.as_str())));
        let by_email = index(&accounts, |account| {
            let email = fold(&account.email);
            (!email.is_empty()).then(|| hash(&email))
        });
        let by_username = index(&accounts, |account| Some(hash(&account.username.as_str().to_lowercase())));
        Self { accounts, by_caregiver, by_email, by_username, read_at, students: None }
    }

    /// The same, with the children that have an account; `None` where the LMS links nobody.
    #[must_use]
    pub fn with_students(mut self, students: Option<HashSet<String>>) -> Self {
        self.students = students;
        self
    }

    /// Whether a caregiver could be linked with this child; an LMS that links nobody has no objection.
    pub fn can_link(&self, student: &str) -> bool {
        self.students.as_ref().is_none_or(|students| students.contains(student))
    }

    /// All accounts, in the driver's order.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The accounts that carry this caregiver's SMS id: none, one, or (a mistake in the LMS) several.
    pub fn of_caregiver<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Account> {
        self.by_caregiver
            .iter_hash(hash(id))
            .map(|&at| &self.accounts[at as usize])
            .filter(move |account| account.caregiver.as_ref().is_some_and(|own| own.as_str() == id))
    }

    /// The accounts with this address, compared without case.
    pub fn with_email<'a>(&'a self, address: &str) -> impl Iterator<Item = &'a Account> {
        let key = fold(address);
        self.by_email
            .iter_hash(hash(&key))
            .map(|&at| &self.accounts[at as usize])
            .filter(move |account| fold(&account.email) == key)
    }

    /// Whether an account signs in with this name, compared without case.
    pub fn has_username(&self, username: &str) -> bool {
        self.with_username(username).next().is_some()
    }

    /// The accounts that sign in with this name, compared without case: several only where the LMS is at odds with itself.
    pub fn with_username<'a>(&'a self, username: &str) -> impl Iterator<Item = &'a Account> {
        let key = username.to_lowercase();
        self.by_username
            .iter_hash(hash(&key))
            .map(|&at| &self.accounts[at as usize])
            .filter(move |account| account.username.as_str().to_lowercase() == key)
    }
}

fn hash(text: &str) -> u64 {
    use std::hash::BuildHasher;
    foldhash::fast::FixedState::with_seed(0x6669_7273).hash_one(text)
}

fn index(accounts: &[Account], key: impl Fn(&Account) -> Option<u64>) -> HashTable<u32> {
    let mut table = HashTable::with_capacity(accounts.len());
    for (at, account) in accounts.iter().enumerate() {
        if let (Some(hashed), Ok(at)) = (key(account), u32::try_from(at)) {
            table.insert_unique(hashed, at, |&other| key(&accounts[other as usize]).unwrap_or_default());
        }
    }
    table
}

impl Default for Observed {
    fn default() -> Self {
        Self::new(Vec::new(), Timestamp::UNIX_EPOCH)
    }
}
