//! The students while rows fold into them. A student is one, however many caregivers have them in a row.

use std::collections::HashMap;

use crate::model::source::Column;

use super::interned::Interned;
use super::people::Words;
use super::problems::FileNumber;
use super::store::{Name, Shared, Word};
use super::take::Row;
use super::tally::{Oddity, Tallies};

/// One student; the id is kept in [`Students::ids`] under the same number.
#[derive(Clone, Copy, Default)]
pub(super) struct Student {
    /// The name shown.
    pub(super) name: Name,
    /// The year level.
    pub(super) year: Word,
    /// The class.
    pub(super) class: Word,
    /// The school.
    pub(super) school: Word,
    has_several_names: bool,
    has_anothers_name: bool,
    has_several_places: bool,
}

impl Student {
    fn merge_places(&mut self, places: [Word; 3], place: (FileNumber, u32), shared: &Shared, tallies: &mut Tallies) {
        let [year, class, school] = places;
        let clashes =
            [self.year.merge(year, shared), self.class.merge(class, shared), self.school.merge(school, shared)];
        if clashes.contains(&true) && !std::mem::replace(&mut self.has_several_places, true) {
            tallies.add(Oddity::StudentPlaces, place);
        }
    }
}

/// All students, in the order of their first rows.
#[derive(Default)]
pub(super) struct Students {
    /// Their ids.
    pub(super) ids: Interned,
    /// They.
    pub(super) all: Vec<Student>,
    /// All names of those with more than one: a name is compared with each, so that the order of rows never shows.
    names: HashMap<u32, Vec<Name>>,
    /// The last one found: the rows of one student often follow each other.
    last: u32,
}

impl Students {
    /// The student with this id.
    pub(super) fn find(&mut self, id: &str) -> Option<u32> {
        if self.ids.get(self.last) == id {
            return Some(self.last);
        }
        let found = self.ids.find(id)?;
        self.last = found;
        Some(found)
    }

    /// Adds a student who is not there.
    pub(super) fn add(&mut self, id: &str) -> u32 {
        self.all.push(Student::default());
        self.last = self.ids.add(id);
        self.last
    }

    /// Takes what a row says of its student.
    pub(super) fn merge(&mut self, number: u32, row: &Row<'_>, shared: &mut Shared, tallies: &mut Tallies) {
        let name = row.name(Column::StudentFirstName, Column::StudentLastName, shared, tallies);
        self.merge_name(number, name, row.place(), shared, tallies);
        if is_date(row.cell(Column::Year)) || is_date(row.cell(Column::Class)) {
            tallies.add(Oddity::ExcelDate, row.place());
        }
        let [year, class, school] =
            [Column::Year, Column::Class, Column::School].map(|column| row.word(column, shared));
        self.all[number as usize].merge_places([year, class, school], row.place(), shared, tallies);
    }

    fn merge_name(
        &mut self,
        number: u32,
        name: Name,
        place: (FileNumber, u32),
        shared: &Shared,
        tallies: &mut Tallies,
    ) {
        let student = &mut self.all[number as usize];
        if name == student.name || name == Name::default() {
            return;
        }
        if student.name == Name::default() {
            student.name = name;
            return;
        }
        let names = self.names.entry(number).or_insert_with(|| vec![student.name]);
        if names.contains(&name) {
            return;
        }
        for known in names.iter().filter(|known| !known.is_same(name, shared)) {
            let (seen, oddity) = if known.is_of_another(name, shared) {
                (&mut student.has_anothers_name, Oddity::TwoStudents)
            } else {
                (&mut student.has_several_names, Oddity::StudentNames)
            };
            if !std::mem::replace(seen, true) {
                tallies.add(oddity, place);
            }
        }
        names.push(name);
        student.name.merge(name, shared);
    }

    /// Takes a student of another export in, whose words are these; the place is the one of a row about them.
    pub(super) fn absorb(
        &mut self,
        number: u32,
        place: (FileNumber, u32),
        other: &Self,
        words: Words<'_>,
        tallies: &mut Tallies,
    ) -> u32 {
        let theirs = other.all[number as usize];
        let id = other.ids.get(number);
        let own = self.find(id).unwrap_or_else(|| self.add(id));
        let Words { from, to } = words;
        let names = other.names.get(&number).map_or(std::slice::from_ref(&theirs.name), Vec::as_slice);
        for name in names {
            self.merge_name(own, name.copied(from, to), place, to, tallies);
        }
        let places = [theirs.year, theirs.class, theirs.school].map(|word| to.copy(from, word));
        self.all[own as usize].merge_places(places, place, to, tallies);
        own
    }

    /// Gives back what growing has reserved: no more come.
    pub(super) fn shrink(&mut self) {
        self.ids.close();
        self.ids.shrink();
        self.all.shrink_to_fit();
    }
}

/// `07-Jul`, `Jul-07`, `7/09/2026`: what Excel makes of `7-7`, `7/9` and their like.
fn is_date(cell: &str) -> bool {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    // Most cells are `7` and `7A`: the shortest date is `7-Jul`, or `7/9/6`.
    if cell.len() < 5 {
        return false;
    }
    let is_number = |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((first, second)) = cell.split_once('-') {
        return (is_number(first) && MONTHS.contains(&second)) || (MONTHS.contains(&first) && is_number(second));
    }
    let Some((day, (month, year))) = cell.split_once('/').and_then(|(day, rest)| Some((day, rest.split_once('/')?)))
    else {
        return false;
    };
    is_number(day) && is_number(month) && is_number(year)
}

#[cfg(test)]
mod tests {
    use super::super::testing;

    #[test]
    fn an_id_that_two_children_have_stops_the_roster() {
        let rows = testing::export(&["C1,,,,S1,Ana,Ngata,8,8A,1001,,,,,", "C2,,,,S1,Wiremu,Tamihana,7,,1001,,,,,"]);
        let problems = testing::read(&testing::source(), rows).unwrap_err();
        let told: Vec<_> = problems.sorted().iter().map(|problem| (problem.code, problem.severity)).collect();
        assert!(told.contains(&("roster::two-students", crate::diagnostic::Severity::Error)), "{told:?}");
    }

    #[test]
    fn a_student_whose_rows_disagree_is_one_student_and_told() {
        let rows = testing::export(&["C1,,,,S1,Ana,Ngata,8,8A,1001,,,,,", "C2,,,,S1,Anna,Ngata,7,,1001,,,,,"]);
        let (roster, problems) = testing::read(&testing::source(), rows).unwrap();
        for id in ["C1", "C2"] {
            let child = roster.caregiver(id).unwrap().children().next().unwrap();
            assert_eq!((child.first_name(), child.year(), child.class()), ("Ana", "7", "8A"));
        }
        let told: Vec<_> = problems.sorted().iter().map(|problem| problem.code).collect();
        assert_eq!(told, ["roster::several-classes", "roster::several-student-names"]);
    }
}
