//! Texts, each kept once and known by its number: ids of caregivers and students, and the words that many rows share.
//!
//! All bytes lie in one string, so that a million rows make no million small objects. Numbers are given in the order of
//! arrival until [`Interned::sort`] changes them.

use std::hash::BuildHasher;

use hashbrown::HashTable;

use super::order::arrange;

/// A stretch of a [`Texts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    at: u32,
    len: u32,
}

impl Text {
    /// Where it ends.
    pub(super) fn end(self) -> usize {
        self.at as usize + self.len as usize
    }
}

/// Texts one behind the other. The reader refuses a file of 4 GiB (`decode`), so 32 bits reach.
#[derive(Default)]
pub(super) struct Texts(String);

impl Texts {
    /// Adds a text.
    pub(super) fn push(&mut self, text: &str) -> Text {
        let at = short(self.0.len());
        self.0.push_str(text);
        Text { at, len: short(text.len()) }
    }

    /// The text again.
    pub(super) fn get(&self, text: Text) -> &str {
        let at = text.at as usize;
        self.0.get(at..at + text.len as usize).unwrap_or_default()
    }

    /// The same texts, packed in the order in which they are asked for: who goes through them in that order later reads
    /// memory from front to back.
    pub(super) fn packed<'a>(&self, places: impl Iterator<Item = &'a mut Text>) -> Self {
        let mut packed = Self(String::with_capacity(self.0.len()));
        for place in places {
            *place = packed.push(self.get(*place));
        }
        packed.0.shrink_to_fit();
        packed
    }

    /// Gives back what growing has reserved.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

/// Different texts, numbered.
#[derive(Default)]
pub(super) struct Interned {
    texts: Texts,
    places: Vec<Text>,
    entries: HashTable<Entry>,
    /// In the order of their bytes: then they are found by halves, and `entries` is empty.
    is_sorted: bool,
}

/// A number with its text's hash beside it, so that neither a search among others nor a growing table has to visit the
/// texts all over memory.
#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    number: u32,
}

impl Interned {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The text with this number.
    pub(super) fn get(&self, number: u32) -> &str {
        self.places.get(number as usize).map_or("", |&place| self.texts.get(place))
    }

    /// The number of a text that is there.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        if self.is_sorted {
            let found = self.places.binary_search_by(|&place| self.texts.get(place).cmp(text));
            return found.ok().map(short);
        }
        if self.entries.is_empty() {
            return (0..short(self.len())).find(|&number| self.get(number) == text);
        }
        let hash = hash(text);
        let is_it = |entry: &Entry| entry.hash == hash && self.get(entry.number) == text;
        self.entries.find(spread(hash), is_it).map(|entry| entry.number)
    }

    /// The number that a text probably has, without a look at the text that has it.
    pub(super) fn probe(&self, text: &str) -> Option<u32> {
        let hash = hash(text);
        self.entries.find(spread(hash), |entry| entry.hash == hash).map(|entry| entry.number)
    }

    /// Where a text ends.
    pub(super) fn end(&self, number: u32) -> usize {
        self.places.get(number as usize).map_or(0, |place| place.end())
    }

    /// Adds a text that [`Interned::find`] has not found.
    pub(super) fn add(&mut self, text: &str) -> u32 {
        let number = short(self.places.len());
        self.places.push(self.texts.push(text));
        let entry = Entry { hash: hash(text), number };
        self.entries.insert_unique(spread(entry.hash), entry, |entry| spread(entry.hash));
        number
    }

    /// Gives the text that has number `order[n]` the number `n`. The order is that of their bytes, and none is added any more.
    pub(super) fn sort(&mut self, order: &[u32]) {
        self.entries = HashTable::new();
        self.is_sorted = true;
        arrange(&mut self.places, order);
        self.texts = self.texts.packed(self.places.iter_mut());
    }

    /// From here on texts are asked for by number: one that is looked for is found, but not soon.
    pub(super) fn close(&mut self) {
        self.entries = HashTable::new();
    }

    /// From here on many are looked for again.
    pub(super) fn open(&mut self) {
        if self.is_sorted || !self.entries.is_empty() {
            return;
        }
        let entries = (0..short(self.len())).map(|number| Entry { hash: hash(self.get(number)), number });
        let mut table = HashTable::with_capacity(self.len());
        for entry in entries {
            table.insert_unique(spread(entry.hash), entry, |entry| spread(entry.hash));
        }
        self.entries = table;
    }

    /// Gives back what growing has reserved.
    pub(super) fn shrink(&mut self) {
        self.texts.shrink();
        self.places.shrink_to_fit();
    }
}

/// The new number of each old one.
pub(super) fn ranks(order: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        ranks[old as usize] = short(new);
    }
    ranks
}

/// A count or place as 32 bits.
pub(super) fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
fn hash(text: &str) -> u32 {
    foldhash::fast::FixedState::with_seed(0x726f_7374).hash_one(text) as u32
}

/// The table looks at the highest bits and at the lowest.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_and_keeps_its_spelling() {
        let mut words = Interned::default();
        let (seven, eight) = (words.add("7"), words.add("Māia"));
        assert_eq!((words.get(seven), words.get(eight), words.len()), ("7", "Māia", 2));
        assert_eq!((words.find("Māia"), words.find("maia")), (Some(eight), None));
    }

    #[test]
    fn texts_are_found_under_their_new_numbers() {
        let mut words = Interned::default();
        for word in ["c", "a", "b"] {
            words.add(word);
        }
        words.sort(&[1, 2, 0]);
        assert_eq!(["a", "b", "c"].map(|word| words.find(word)), [Some(0), Some(1), Some(2)]);
        assert_eq!([0, 1, 2].map(|number| words.get(number)), ["a", "b", "c"]);
    }
}
