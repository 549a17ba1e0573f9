//! The caregivers while rows fold into them.

use std::collections::HashSet;

use crate::model::email::fold;
use crate::model::source::Column;

use super::address::{AddressProblem, Rules};
use super::clean::clean;
use super::further::Further;
use super::interned::{Interned, Text, Texts};
use super::order::arrange;
use super::problems::FileNumber;
use super::store::{Name, Shared, Word};
use super::take::Row;
use super::tally::{Oddity, Tallies};
use super::words::{Answer, answer};

/// One caregiver; the id is kept in [`People::ids`] under the same number.
#[derive(Clone, Copy)]
pub(super) struct Person {
    /// The name shown.
    pub(super) name: Name,
    /// The address as written; of several the smallest.
    pub(super) email: Text,
    /// Lower case.
    pub(super) language: Word,
    /// The smallest of the links.
    pub(super) priority: Option<u32>,
    /// The telephone number; of several the smallest.
    pub(super) phone: Word,
    /// The postal address, its lines separated by commas; of several the smallest.
    pub(super) postal: Word,
    /// The first line.
    pub(super) line: u32,
    /// The file of that line.
    pub(super) file: FileNumber,
    /// Whether the address can be written to; said by [`People::settle`].
    pub(super) judged: Result<(), AddressProblem>,
    has_several_emails: bool,
    /// Whether any row says so.
    pub(super) is_staff: bool,
    told: Told,
}

/// Which disagreements of a caregiver's rows have been counted.
#[derive(Clone, Copy, Default)]
struct Told {
    names: bool,
    languages: bool,
}

/// All caregivers.
#[derive(Default)]
pub(super) struct People {
    /// Their ids.
    pub(super) ids: Interned,
    /// They.
    pub(super) all: Vec<Person>,
    emails: Texts,
    /// What else the rows have for addresses.
    pub(super) further: Further,
    /// Those whom the next rows are about, for [`People::visit`].
    visited: Vec<u32>,
}

impl People {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The caregiver with this id.
    pub(super) fn find(&self, id: &str) -> Option<u32> {
        self.ids.find(id)
    }

    /// Reads a little of what is kept of each of these: their place first, then they, then their texts.
    pub(super) fn visit<'a>(&mut self, ids: impl Iterator<Item = &'a str>) {
        self.visited.clear();
        self.visited.extend(ids.filter_map(|id| self.ids.probe(id)));
        let places = self.visited.iter().map(|&number| self.all[number as usize].email.end() + self.ids.end(number));
        let read = places.sum::<usize>();
        let texts = self.visited.iter().map(|&number| {
            let email = self.emails.get(self.all[number as usize].email).as_bytes();
            usize::from(email.first().copied().unwrap_or_default()) + self.ids.get(number).len()
        });
        std::hint::black_box(read + texts.sum::<usize>());
    }

    /// Adds a caregiver who is not there.
    pub(super) fn add(&mut self, id: &str, (file, line): (FileNumber, u32)) -> u32 {
        self.all.push(Person {
            name: Name::default(),
            email: Text::default(),
            language: Word::default(),
            priority: None,
            phone: Word::default(),
            postal: Word::default(),
            line,
            file,
            judged: Err(AddressProblem::None),
            has_several_emails: false,
            is_staff: false,
            told: Told::default(),
        });
        self.ids.add(id)
    }

    /// A caregiver's address, as written.
    pub(super) fn email(&self, person: &Person) -> &str {
        self.emails.get(person.email)
    }

    /// Takes what a row says of its caregiver.
    pub(super) fn merge(&mut self, number: u32, row: &Row<'_>, shared: &mut Shared, tallies: &mut Tallies) {
        if answer(row.cell(Column::PrimaryEmail)) == Answer::No {
            self.further.note(self.ids.get(number), row.cell(Column::Email));
        } else {
            self.merge_email(number, row.cell(Column::Email));
        }
        let person = &mut self.all[number as usize];
        (person.file, person.line) = (person.file, person.line).min(row.place());
        person.merge_priority(row, tallies);
        person.merge_staff(row, tallies);
        person.phone.merge(row.word(Column::Phone, shared), shared);
        person.postal.merge(shared.word(Column::PostalAddress, &row.postal()), shared);
        let name = row.name(Column::FirstName, Column::LastName, shared, tallies);
        if person.name.merge(name, shared) && !std::mem::replace(&mut person.told.names, true) {
            tallies.add(Oddity::CaregiverNames, row.place());
        }
        let language = shared.lower_word(Column::Language, row.cell(Column::Language));
        if person.language.merge(language, shared) && !std::mem::replace(&mut person.told.languages, true) {
            tallies.add(Oddity::Languages, row.place());
        }
    }

    fn merge_email(&mut self, number: u32, written: &str) {
        let person = &mut self.all[number as usize];
        let kept = self.emails.get(person.email);
        if written.is_empty() || written == kept {
            return;
        }
        let written = clean(written);
        if written.is_empty() {
            return;
        }
        if !kept.is_empty() && fold(kept) != fold(&written) {
            person.has_several_emails = true;
            for address in [kept, &*written] {
                self.further.note(self.ids.get(number), address);
            }
        }
        if kept.is_empty() || *written < *kept {
            person.email = self.emails.push(&written);
        }
    }

    /// Takes a caregiver of another export in, whose words are these, and whose files have numbers from `first` on.
    pub(super) fn absorb(
        &mut self,
        first: FileNumber,
        number: u32,
        other: &Self,
        words: Words<'_>,
        tallies: &mut Tallies,
    ) {
        let theirs = &other.all[number as usize];
        let id = other.ids.get(number);
        let place = (theirs.file + first, theirs.line);
        let number = self.find(id).unwrap_or_else(|| self.add(id, place));
        self.merge_email(number, other.email(theirs));
        let person = &mut self.all[number as usize];
        person.has_several_emails |= theirs.has_several_emails;
        person.is_staff |= theirs.is_staff;
        person.priority = [person.priority, theirs.priority].into_iter().flatten().min();
        let Words { from, to } = words;
        person.phone.merge(to.copy(from, theirs.phone), to);
        person.postal.merge(to.copy(from, theirs.postal), to);
        let name = theirs.name.copied(from, to);
        let is_another = person.name != name && person.name.is_of_another(name, to);
        let differs = person.name.merge(name, to);
        if differs && !std::mem::replace(&mut person.told.names, true) {
            // Two schools that number their people apart: no office can tell which of them a letter is for.
            tallies.add(if is_another { Oddity::TwoCaregivers } else { Oddity::CaregiverNames }, place);
        }
        let differs = person.language.merge(to.copy(from, theirs.language), to);
        if differs && !std::mem::replace(&mut person.told.languages, true) {
            tallies.add(Oddity::Languages, place);
        }
    }

    /// Gives a caregiver another address, which wins over every other, and judges it.
    pub(super) fn correct_email(&mut self, number: u32, written: &str, rules: &Rules) {
        let email = self.emails.push(&clean(written));
        self.further.forget(self.ids.get(number));
        let person = &mut self.all[number as usize];
        person.email = email;
        person.has_several_emails = false;
        person.judged = rules.judge(self.emails.get(email));
    }

    /// Marks the caregivers who have one of these addresses, folded, as staff.
    pub(super) fn mark_staff(&mut self, addresses: &HashSet<String>) {
        for person in self.all.iter_mut().filter(|person| !person.is_staff) {
            let email = self.emails.get(person.email);
            person.is_staff = !email.is_empty() && addresses.contains(&fold(email));
        }
    }

    /// Puts the caregivers into this order and judges their addresses, when all rows have been read.
    pub(super) fn settle(&mut self, order: &[u32], rules: &Rules) {
        self.ids.sort(order);
        self.ids.shrink();
        self.visited = Vec::new();
        arrange(&mut self.all, order);
        self.emails = self.emails.packed(self.all.iter_mut().map(|person| &mut person.email));
        for person in &mut self.all {
            person.judged = if person.has_several_emails {
                Err(AddressProblem::Conflicting)
            } else {
                rules.judge(self.emails.get(person.email))
            };
        }
    }
}

/// The words of two rosters: out of the one, into the other.
pub(super) struct Words<'a> {
    /// Where they are.
    pub(super) from: &'a Shared,
    /// Where they go.
    pub(super) to: &'a mut Shared,
}

impl Person {
    fn merge_priority(&mut self, row: &Row<'_>, tallies: &mut Tallies) {
        let cell = row.cell(Column::Priority);
        if cell.is_empty() {
            return;
        }
        match cell.parse() {
            Ok(priority) => self.priority = Some(self.priority.map_or(priority, |kept| kept.min(priority))),
            Err(_) => tallies.add(Oddity::StrangePriority, row.place()),
        }
    }

    /// A word that is not understood counts as staff: their account is then held, and nobody harmed.
    fn merge_staff(&mut self, row: &Row<'_>, tallies: &mut Tallies) {
        let said = answer(row.cell(Column::Staff));
        self.is_staff |= matches!(said, Answer::Yes | Answer::Strange);
        if said == Answer::Strange {
            tallies.add(Oddity::StrangeStaff, row.place());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::AddressProblem;
    use super::super::testing::{self, roster};

    /// The address and its judgement when one caregiver's rows give these.
    fn folded(addresses: &[&str]) -> (String, Result<String, AddressProblem>) {
        let rows: Vec<String> = addresses.iter().map(|email| format!("C1,,,{email},S1,,,,,,,,,,")).collect();
        let roster = roster(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let caregiver = roster.caregiver("C1").unwrap();
        (caregiver.email_as_written().to_owned(), caregiver.address().map(str::to_owned))
    }

    fn both_ways(first: &str, second: &str) -> (String, Result<String, AddressProblem>) {
        let ways = [folded(&[first, second]), folded(&[second, first]), folded(&[second, first, "", second])];
        assert!(ways.iter().all(|way| *way == ways[0]), "{ways:?}");
        ways[0].clone()
    }

    #[test]
    fn one_address_in_two_spellings_is_one_address() {
        assert_eq!(both_ways("Mere@Example.nz", " mere@example.nz ").1.as_deref(), Ok("Mere@Example.nz"));
    }

    #[test]
    fn a_blank_address_does_not_conflict() {
        assert_eq!(both_ways("", "mere@example.nz").1.as_deref(), Ok("mere@example.nz"));
        assert_eq!(both_ways("", " ").1, Err(AddressProblem::None));
    }

    #[test]
    fn different_addresses_conflict_even_where_one_is_unusable() {
        assert_eq!(
            both_ways("b@example.nz", "a@example.nz"),
            ("a@example.nz".to_owned(), Err(AddressProblem::Conflicting))
        );
        assert_eq!(both_ways("mere@example.nz", "mere@").1, Err(AddressProblem::Conflicting));
    }

    #[test]
    fn any_row_can_say_staff_and_the_smallest_priority_counts() {
        let roster = roster(&["C1,,,,S1,,,,,,,,,3,N", "C1,,,,S2,,,,,,,,,1,yes", "C1,,,,S3,,,,,,,,,,"]);
        let caregiver = roster.caregiver("C1").unwrap();
        assert_eq!((caregiver.is_staff(), caregiver.priority()), (true, Some(1)));
    }

    #[test]
    fn words_that_are_not_understood_are_told_once() {
        let rows = testing::export(&["C1,,,,S1,,,,,,,,,first,Teacher", "C2,,,,S2,,,,,,,,,-1,Teacher"]);
        let problems = testing::problems(&testing::source(), &rows);
        let told: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "the priority is no whole number, and does not count: 2 rows (lines 2, 3)",
                "staff is neither yes nor no, and counts as yes: 2 rows (lines 2, 3)",
            ]
        );
        assert!(testing::read(&testing::source(), &rows).unwrap().0.caregiver("C2").unwrap().is_staff());
    }

    #[test]
    fn of_several_names_the_smallest_is_kept_whole_and_told_once() {
        let rows = [
            "C1,Mere,Wilson,,S1,,,,,,,,,,",
            "C1,Aroha,Wilson,,S2,,,,,,,,,,",
            "C1,Zoe,Adams,,S3,,,,,,,,,,",
            "C1,,,,S4,,,,,,,,,,",
        ];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
            let export = testing::export(&order.map(|at| rows[at]));
            let (roster, problems) = testing::read(&testing::source(), export).unwrap();
            let caregiver = roster.caregiver("C1").unwrap();
            assert_eq!((caregiver.first_name(), caregiver.last_name()), ("Zoe", "Adams"));
            assert_eq!(problems.len(), 1);
            assert!(problems.sorted()[0].message.ends_with(": 1 caregiver (line 3)") || order[0] != 0);
        }
    }
}
