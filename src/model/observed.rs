//! The observed state: the accounts of the LMS as they are now, findable by caregiver, address and username.

use std::collections::HashSet;
use std::sync::OnceLock;

use hashbrown::HashTable;
use jiff::Timestamp;

use super::account::{Account, AccountView};
use super::email;
use super::packed::Packed;
pub use super::packed::Seen;

/// The accounts of the LMS.
#[derive(Debug)]
pub struct Observed {
    accounts: Packed,
    by_caregiver: HashTable<Entry>,
    by_email: HashTable<Entry>,
    /// Made when somebody asks: a plan in which nobody gets an account does not.
    by_username: OnceLock<HashTable<Entry>>,
    /// When they were read.
    pub read_at: Timestamp,
    /// The children of the roster that have exactly one account, where caregivers are linked with children.
    students: Option<HashSet<String>>,
}

/// An account's place with half of a hash beside it: a search among others does not visit their texts all over memory.
#[derive(Debug)]
struct Entry {
    hash: u32,
    at: u32,
}

/// Accounts as they come in, one after the other.
#[derive(Debug, Default)]
pub struct Gathered(Packed);

impl Gathered {
    /// Takes one in.
    pub fn add(&mut self, account: &AccountView<'_>) {
        self.0.push(account);
    }

    /// All of them, findable.
    pub fn at(mut self, read_at: Timestamp) -> Observed {
        self.0.shrink();
        let accounts = self.0;
        let (mut by_caregiver, mut by_email) = (table_for(&accounts), table_for(&accounts));
        for at in 0..accounts.len() {
            let account = accounts.get(at).view();
            if let Some(id) = account.caregiver {
                put(&mut by_caregiver, hash(id), at);
            }
            if !account.email.trim().is_empty() {
                put(&mut by_email, email::folded_hash(account.email), at);
            }
        }
        Observed { accounts, by_caregiver, by_email, by_username: OnceLock::new(), read_at, students: None }
    }
}

impl Observed {
    /// Indexes what a driver has read.
    pub fn new(accounts: Vec<Account>, read_at: Timestamp) -> Self {
        let mut gathered = Gathered::default();
        for account in accounts {
            gathered.add(&account.view());
        }
        gathered.at(read_at)
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

    /// How many accounts there are.
    pub fn len(&self) -> usize {
        self.accounts.len() as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All accounts, in the driver's order.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = Seen<'_>> + Clone {
        (0..self.accounts.len()).map(|at| self.accounts.get(at))
    }

    /// The accounts that carry this caregiver's SMS id: none, one, or (a mistake in the LMS) several.
    pub fn of_caregiver<'a>(&'a self, id: &'a str) -> impl Iterator<Item = Seen<'a>> {
        self.found(&self.by_caregiver, hash(id)).filter(move |account| account.view().caregiver == Some(id))
    }

    /// The accounts with this address, compared without case.
    pub fn with_email<'a>(&'a self, address: &'a str) -> impl Iterator<Item = Seen<'a>> {
        self.found(&self.by_email, email::folded_hash(address))
            .filter(move |account| email::is_same(account.view().email, address))
    }

    /// Whether an account signs in with this name, compared without case.
    pub fn has_username(&self, username: &str) -> bool {
        self.with_username(username).next().is_some()
    }

    /// The accounts that sign in with this name, compared without case: several only where the LMS is at odds with itself.
    pub fn with_username<'a>(&'a self, username: &'a str) -> impl Iterator<Item = Seen<'a>> {
        self.found(self.by_username.get_or_init(|| by_username(&self.accounts)), lowercase_hash(username))
            .filter(move |account| is_same_lowercase(account.view().username, username))
    }

    fn found<'a>(&'a self, table: &'a HashTable<Entry>, hash: u64) -> impl Iterator<Item = Seen<'a>> {
        let same = table.iter_hash(hash).filter(move |entry| entry.hash == half(hash));
        same.map(|entry| self.accounts.get(entry.at))
    }
}

fn hash(text: &str) -> u64 {
    use std::hash::BuildHasher;
    foldhash::fast::FixedState::with_seed(0x6669_7273).hash_one(text)
}

/// Most usernames are ASCII, and their lower case needs no room of its own.
fn lowercase_hash(text: &str) -> u64 {
    if text.is_ascii() { email::folded_hash(text) } else { email::folded_hash(&text.to_lowercase()) }
}

fn is_same_lowercase(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        one.eq_ignore_ascii_case(other)
    } else {
        one.to_lowercase() == other.to_lowercase()
    }
}

fn by_username(accounts: &Packed) -> HashTable<Entry> {
    let mut table = table_for(accounts);
    for at in 0..accounts.len() {
        put(&mut table, lowercase_hash(accounts.get(at).view().username), at);
    }
    table
}

fn table_for(accounts: &Packed) -> HashTable<Entry> {
    HashTable::with_capacity(accounts.len() as usize)
}

/// The tables are made large enough, so none ever grows.
fn put(table: &mut HashTable<Entry>, hash: u64, at: u32) {
    table.insert_unique(hash, Entry { hash: half(hash), at }, |_| hash);
}

#[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
fn half(hash: u64) -> u32 {
    (hash >> 16) as u32
}

impl Default for Observed {
    fn default() -> Self {
        Gathered::default().at(Timestamp::UNIX_EPOCH)
    }
}
