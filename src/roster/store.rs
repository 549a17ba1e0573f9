//! A roster in memory: a few vectors of small plain records, the texts beside them. A million caregivers are no million
//! objects; whoever wants one is given a view (`view`).

use std::fmt;

use crate::model::nfc::is_same;
use crate::model::source::Column;

use super::access::Answers;
use super::address::Rules;
use super::clean::clean;
use super::facts::RosterFacts;
use super::interned::Interned;
use super::left_out::Records;
use super::people::People;
use super::problems::FileNumber;
use super::students::Students;
use super::suggest;

/// The caregivers and their children, as the SMS exported them.
pub struct Roster {
    pub(super) facts: RosterFacts,
    pub(super) people: People,
    pub(super) students: Students,
    pub(super) links: Vec<Link>,
    /// Where each caregiver's links begin, and where the last one's end.
    pub(super) starts: Vec<u32>,
    pub(super) shared: Shared,
    /// What the school says about addresses.
    pub(super) rules: Rules,
    /// File and line of each row about the caregiver who is traced.
    pub(super) traced: Vec<(FileNumber, u32)>,
    /// The rows that say nothing of whom they are about.
    pub(super) left_out: Records,
}

/// Shows counts only: debug output may end up in a log.
impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roster({} caregivers, {} links)", self.people.len(), self.links.len())
    }
}

/// One caregiver of one student.
#[derive(Clone, Copy)]
pub(super) struct Link {
    /// The caregiver's number.
    pub(super) person: u32,
    /// The student's number.
    pub(super) student: u32,
    /// What the one is to the other.
    pub(super) relationship: Word,
    /// The first line.
    pub(super) line: u32,
    /// Whether the caregiver may see this child, by each question.
    pub(super) answers: Answers,
    /// The file of the line.
    pub(super) file: FileNumber,
}

/// The texts that rows share: names, years, classes, schools, relationships, languages. All are fit to be shown.
#[derive(Default)]
pub(super) struct Shared {
    words: Interned,
    /// The last word of each column: an export is sorted by something, so the next one is often the same.
    last: [Word; Column::ALL.len()],
}

/// One of the [`Shared`]; the default is the blank one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Word(u32);

impl Shared {
    /// Keeps a word of a column.
    pub(super) fn word(&mut self, column: Column, written: &str) -> Word {
        if written.is_empty() {
            return Word::default();
        }
        let last = self.last[column as usize];
        if self.get(last) == written {
            return last;
        }
        // Almost every word has been seen before, and what is kept is clean.
        let word = self.words.find(written).map_or_else(|| self.new_word(written), Word::numbered);
        self.last[column as usize] = word;
        word
    }

    fn new_word(&mut self, written: &str) -> Word {
        let cleaned = clean(written);
        if cleaned.is_empty() {
            return Word::default();
        }
        Word::numbered(self.words.find(&cleaned).unwrap_or_else(|| self.words.add(&cleaned)))
    }

    /// Keeps a word of a column in lower case.
    pub(super) fn lower_word(&mut self, column: Column, written: &str) -> Word {
        if written.contains(char::is_uppercase) {
            self.word(column, &written.to_lowercase())
        } else {
            self.word(column, written)
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The word again.
    pub(super) fn get(&self, word: Word) -> &str {
        word.0.checked_sub(1).map_or("", |number| self.words.get(number))
    }

    /// Keeps a word of another roster, which is fit to be shown.
    pub(super) fn copy(&mut self, from: &Self, word: Word) -> Word {
        let text = from.get(word);
        if text.is_empty() {
            return Word::default();
        }
        Word::numbered(self.words.find(text).unwrap_or_else(|| self.words.add(text)))
    }

    /// Gives back what growing has reserved.
    pub(super) fn shrink(&mut self) {
        self.words.shrink();
    }
}

impl Word {
    /// Number 0 is the blank word's.
    fn numbered(number: u32) -> Self {
        Self(number + 1)
    }

    /// Whether it is blank.
    fn is_blank(self) -> bool {
        self == Self::default()
    }

    /// Keeps the smaller of two words, a blank one counting for nothing. Whether they differed.
    pub(super) fn merge(&mut self, other: Self, shared: &Shared) -> bool {
        if *self == other || other.is_blank() {
            return false;
        }
        let differs = !self.is_blank() && !is_same(shared.get(*self), shared.get(other));
        if self.is_blank() || shared.get(other) < shared.get(*self) {
            *self = other;
        }
        differs
    }
}

/// A person's name; of two names one is kept whole, so that nobody gets a name that no row has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    /// The given name.
    pub(super) first: Word,
    /// The family name.
    pub(super) last: Word,
}

impl Name {
    /// The same name among the words of another roster.
    pub(super) fn copied(self, from: &Shared, to: &mut Shared) -> Self {
        Self { first: to.copy(from, self.first), last: to.copy(from, self.last) }
    }

    /// Keeps the fuller of two names, of equals the smaller (family name first). Whether they differed.
    pub(super) fn merge(&mut self, other: Self, shared: &Shared) -> bool {
        if *self == other || other == Self::default() {
            return false;
        }
        let is_new = *self == Self::default();
        let differs = !is_new && !self.is_same(other, shared);
        if is_new || other.rank(shared) < self.rank(shared) {
            *self = other;
        }
        differs
    }

    /// Whether the two say nothing that differs.
    pub(super) fn is_same(self, other: Self, shared: &Shared) -> bool {
        let is_same = |a: Word, b: Word| is_same(shared.get(a), shared.get(b));
        is_same(self.first, other.first) && is_same(self.last, other.last)
    }

    /// Whether nobody would take the one for the other: both have what the other has, and neither the given nor the family names
    /// look alike.
    pub(super) fn is_of_another(self, other: Self, shared: &Shared) -> bool {
        let differ = |a: Word, b: Word| match (a.is_blank(), b.is_blank()) {
            (true, true) => None,
            (false, false) => Some(!suggest::are_alike(shared.get(a), shared.get(b))),
            _ => Some(false),
        };
        // Where the export has one name only, that one decides.
        match (differ(self.first, other.first), differ(self.last, other.last)) {
            (Some(first), Some(last)) => first && last,
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => false,
        }
    }

    fn rank(self, shared: &Shared) -> (usize, &str, &str) {
        let blanks = [self.first, self.last].into_iter().filter(|word| word.is_blank()).count();
        (blanks, shared.get(self.last), shared.get(self.first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_cleaned_before_it_is_kept() {
        let mut shared = Shared::default();
        let clean = shared.word(Column::LastName, "Mere Ngata");
        let dirty = shared.word(Column::FirstName, "Mere\r\nNgata");
        assert_eq!((clean, shared.get(dirty)), (dirty, "Mere Ngata"));
        let nothing = shared.word(Column::Year, "\u{202E}");
        assert_eq!((nothing, shared.get(nothing)), (Word::default(), ""));
        let language = shared.lower_word(Column::Language, "MI");
        assert_eq!(shared.get(language), "mi");
    }

    #[test]
    fn names_of_two_children_are_told_from_two_names_of_one() {
        let mut shared = Shared::default();
        let mut name = |first: &str, last: &str| Name {
            first: shared.word(Column::FirstName, first),
            last: shared.word(Column::LastName, last),
        };
        let tia = name("Tia", "P\u{14D}tae");
        let one = [
            name("Tia", "Ngata"),
            name("TIA", "Potae"),
            name("T\u{12B}a", "P?tae"),
            name("", "Ngata"),
            name("Kahu", "Potae-Ngata"),
        ];
        let other = [name("Kahu", "Ngata"), name("Wiremu", "Tamihana")];
        let alone = [name("Tia", ""), name("Wiremu", ""), name("TIA", "")];
        assert!(one.iter().all(|name| !name.is_of_another(tia, &shared)));
        assert!(other.iter().all(|name| name.is_of_another(tia, &shared)));
        assert!(alone[1].is_of_another(alone[0], &shared) && !alone[2].is_of_another(alone[0], &shared));
    }

    #[test]
    fn the_fuller_name_is_kept() {
        let mut shared = Shared::default();
        let [aroha, mere, ngata] = ["Aroha", "Mere", "Ngata"].map(|word| shared.word(Column::FirstName, word));
        let mut kept = Name { first: aroha, last: Word::default() };
        assert!(kept.merge(Name { first: mere, last: ngata }, &shared));
        assert!(!kept.merge(Name::default(), &shared));
        assert_eq!((shared.get(kept.first), shared.get(kept.last)), ("Mere", "Ngata"));
    }
}
