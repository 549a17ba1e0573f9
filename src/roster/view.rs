//! How the rest of firstbell sees a roster: views of one caregiver or child, ordered by id. They own nothing and cost
//! nothing to copy.

use std::fmt;

use crate::model::access::Access;

use super::address::AddressProblem;
use super::facts::RosterFacts;
use super::interned::short;
use super::people::Person;
use super::problems::FileNumber;
use super::store::{Link, Roster, Word};
use super::students::Student;
use super::suggest;

impl Roster {
    /// How many caregivers there are.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether there is nobody. A roster that was read has somebody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All caregivers, by id (bytes): the order of rows never shows.
    pub fn caregivers(&self) -> impl ExactSizeIterator<Item = Caregiver<'_>> {
        (0..short(self.len())).map(|number| Caregiver { roster: self, number })
    }

    /// The caregiver with this id.
    pub fn caregiver(&self, id: &str) -> Option<Caregiver<'_>> {
        self.people.find(id).map(|number| Caregiver { roster: self, number })
    }

    /// Year, class and school of each student, in the order of [`Child::student_place`].
    pub fn seats(&self) -> impl ExactSizeIterator<Item = Seat> {
        self.students.all.iter().map(Seat::of)
    }

    /// Year, class and school of a seat of this roster.
    pub fn seat_words(&self, seat: Seat) -> [&str; 3] {
        seat.0.map(|word| self.shared.get(word))
    }

    /// File and line of each row about the caregiver who is traced, in the order of the files.
    pub fn traced(&self) -> impl Iterator<Item = (&str, u32)> {
        self.traced.iter().map(|&(file, line)| (self.file(file), line))
    }

    /// What is known of the export as a whole.
    pub fn facts(&self) -> &RosterFacts {
        &self.facts
    }

    pub(super) fn file(&self, number: FileNumber) -> &str {
        self.facts.files.get(usize::from(number)).unwrap_or(&self.facts.path)
    }
}

/// One caregiver of a roster.
#[derive(Clone, Copy)]
pub struct Caregiver<'a> {
    roster: &'a Roster,
    number: u32,
}

impl<'a> Caregiver<'a> {
    /// The place among all caregivers by id, from 0.
    pub fn place(self) -> usize {
        self.number as usize
    }

    /// The SMS's id; the folded address where the rollout says `identity: email`.
    pub fn id(self) -> &'a str {
        self.roster.people.ids.get(self.number)
    }

    /// The given name, fit to be shown.
    pub fn first_name(self) -> &'a str {
        self.roster.shared.get(self.person().name.first)
    }

    /// The family name, fit to be shown.
    pub fn last_name(self) -> &'a str {
        self.roster.shared.get(self.person().name.last)
    }

    /// The postal address, its lines separated by commas; blank if the roster has none.
    pub fn postal(self) -> &'a str {
        self.roster.shared.get(self.person().postal)
    }

    /// The language in lower case, blank if the roster says none.
    pub fn language(self) -> &'a str {
        self.roster.shared.get(self.person().language)
    }

    /// The address as the SMS wrote it, usable or not: trimmed, fit to be shown. Of several the smallest.
    pub fn email_as_written(self) -> &'a str {
        self.roster.people.email(self.person())
    }

    /// The address to write to, in the SMS's spelling, or why there is none.
    pub fn address(self) -> Result<&'a str, AddressProblem> {
        self.person().judged.map(|()| self.email_as_written())
    }

    /// The address that was probably meant, where the written one looks mistyped.
    pub fn suggestion(self) -> Option<String> {
        let may_be_mistyped = matches!(self.address(), Ok(_) | Err(AddressProblem::Malformed(_)));
        may_be_mistyped.then(|| suggest::address(self.email_as_written())).flatten()
    }

    /// Whether the roster says that the caregiver works at the school.
    pub fn is_staff(self) -> bool {
        self.person().is_staff
    }

    /// The smallest priority of the caregiver's rows.
    pub fn priority(self) -> Option<u32> {
        self.person().priority
    }

    /// The telephone number, blank if the roster says none.
    pub fn phone(self) -> &'a str {
        self.roster.shared.get(self.person().phone)
    }

    /// The first line of the file that is about the caregiver.
    pub fn line(self) -> u32 {
        self.person().line
    }

    /// The file with that line, as messages call it.
    pub fn file(self) -> &'a str {
        self.roster.file(self.person().file)
    }

    /// The children, by student id, each once.
    pub fn children(self) -> impl Iterator<Item = Child<'a>> {
        let number = self.number as usize;
        let (start, end) = (self.roster.starts[number] as usize, self.roster.starts[number + 1] as usize);
        self.roster.links[start..end].iter().map(move |link| Child { roster: self.roster, link })
    }

    fn person(self) -> &'a Person {
        &self.roster.people.all[self.number as usize]
    }
}

/// Shows the id only: debug output may end up in a log.
impl fmt::Debug for Caregiver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Caregiver({})", self.id())
    }
}

/// One child of one caregiver.
#[derive(Clone, Copy)]
pub struct Child<'a> {
    roster: &'a Roster,
    link: &'a Link,
}

/// Year, class and school of a student, to be compared within one roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seat([Word; 3]);

impl Seat {
    fn of(student: &Student) -> Self {
        let Student { year, class, school, .. } = *student;
        Self([year, class, school])
    }
}

impl<'a> Child<'a> {
    /// The place of the student among all, from 0; in no order that means anything.
    pub fn student_place(self) -> usize {
        self.link.student as usize
    }

    /// The SMS's id of the student.
    pub fn id(self) -> &'a str {
        self.roster.students.ids.get(self.link.student)
    }

    /// The given name, fit to be shown.
    pub fn first_name(self) -> &'a str {
        self.roster.shared.get(self.student().name.first)
    }

    /// The family name, fit to be shown.
    pub fn last_name(self) -> &'a str {
        self.roster.shared.get(self.student().name.last)
    }

    /// The year level.
    pub fn year(self) -> &'a str {
        self.roster.shared.get(self.student().year)
    }

    /// The class.
    pub fn class(self) -> &'a str {
        self.roster.shared.get(self.student().class)
    }

    /// The school.
    pub fn school(self) -> &'a str {
        self.roster.shared.get(self.student().school)
    }

    /// What the caregiver is to the child.
    pub fn relationship(self) -> &'a str {
        self.roster.shared.get(self.link.relationship)
    }

    /// Whether the caregiver may see this child; of several rows the strictest.
    pub fn access(self) -> Access {
        self.link.answers.access()
    }

    /// The file that [`Child::line`] is in, as messages call it.
    pub fn file(self) -> &'a str {
        self.roster.file(self.link.file)
    }

    /// The first line of the file that is about the two.
    pub fn line(self) -> u32 {
        self.link.line
    }

    fn student(self) -> &'a Student {
        &self.roster.students.all[self.link.student as usize]
    }
}

/// Shows the id only: debug output may end up in a log.
impl fmt::Debug for Child<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Child({})", self.id())
    }
}
