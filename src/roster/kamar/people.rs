//! The families of a push: students, and the caregivers that each carries.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::model::access::Access;
use crate::model::email;
use crate::model::source::{Column, IdentityBy};

use super::super::fold::{Fold, Row};
use super::super::notices::Kind;
use super::super::problems::FileNumber;
use super::super::reading::Reading;
use super::push::Push;
use super::student::{Caregiver, Student};

const GONE: Kind = Kind {
    code: "roster::students-left",
    what: "students whose leaving date has passed, and who are left out",
    unit: "student",
    help: "this is as it should be; their caregivers count for their other children only",
};
const STRANGE_DAY: Kind = Kind {
    code: "roster::strange-date",
    what: "the leaving date is not written like 20270201, and does not count",
    unit: "student",
    help: "correct the leaving date in KAMAR",
};

/// Takes a push into the fold.
pub(super) struct People<'a> {
    pub(super) fold: &'a mut Fold,
    pub(super) file: FileNumber,
    pub(super) schools: &'a HashMap<String, String>,
}

impl People<'_> {
    /// All of its students.
    pub(super) fn take(&mut self, push: &Push, reading: &mut Reading<'_>) {
        if reading.source.identity == IdentityBy::CaregiverId && !has_ids(push) {
            reading.problems.whole(no_ids());
            return;
        }
        for student in &push.students {
            reading.rows += 1;
            self.student(student, reading);
        }
        let staff: HashSet<String> = push.staff.iter().map(|address| email::fold(address)).collect();
        self.fold.mark_staff(&staff);
    }

    fn student(&mut self, student: &Student, reading: &mut Reading<'_>) {
        let place = (self.file, student.line);
        match Date::strptime("%Y%m%d", &student.leaving) {
            Ok(day) if reading.is_past(day) => return reading.note(&GONE, place),
            Err(_) if !matches!(student.leaving.as_str(), "" | "0") => reading.note(&STRANGE_DAY, place),
            Ok(_) | Err(_) => {}
        }
        let school = self.schools.get(&student.school).unwrap_or(&student.school);
        let cells = [
            (Column::StudentId, "id", student.id.as_str()),
            (Column::StudentFirstName, "", &student.first_name),
            (Column::StudentLastName, "", &student.last_name),
            (Column::Year, "", &student.year),
            (Column::Class, "", &student.class),
            (Column::School, "", school),
        ];
        let number = self.fold.student(&Row::of_cells(&cells, place), &mut reading.problems);
        for caregiver in &student.caregivers {
            let Some(person) = self.caregiver(caregiver, cells, place, reading) else { continue };
            if let Some(number) = number {
                self.fold.link(person, number, &caregiver.relationship, Access::Allowed, place);
            }
        }
    }

    /// A caregiver of a student with these cells.
    fn caregiver(
        &mut self,
        caregiver: &Caregiver,
        [id, given, family, ..]: [(Column, &str, &str); 6],
        place: (FileNumber, u32),
        reading: &mut Reading<'_>,
    ) -> Option<u32> {
        let (first, last) = split(&caregiver.name);
        let cells = [
            id,
            given,
            family,
            (Column::CaregiverId, "caregiver.id", caregiver.id.as_str()),
            (Column::FirstName, "", first),
            (Column::LastName, "", last),
            (Column::Email, "caregiver.email", &caregiver.email),
        ];
        self.fold.person(&Row::of_cells(&cells, place), &mut reading.problems)
    }
}

fn has_ids(push: &Push) -> bool {
    push.students.iter().flat_map(|student| &student.caregivers).any(|caregiver| !caregiver.id.is_empty())
}

fn no_ids() -> Diagnostic {
    Diagnostic::error("roster::no-caregiver-ids", "KAMAR's push has no ids of caregivers").with_help(
        "write `identity: email` in `roster`: caregivers are then told by their address. What that costs: whoever changes \
         their address is a new person and would be given a second account, two people with one address are one person, and \
         caregivers without a usable address are left out",
    )
}

/// `Mrs Mere Ngata`, `Ngata, Mere`: a given and a family name, as far as one string tells.
fn split(name: &str) -> (&str, &str) {
    const TITLES: [&str; 8] = ["mr", "mrs", "ms", "miss", "mx", "dr", "rev", "prof"];
    let name = name.trim();
    if let Some((last, first)) = name.split_once(',') {
        return (first.trim(), last.trim());
    }
    let name = match name.split_once(' ') {
        Some((title, rest)) if TITLES.contains(&title.trim_end_matches('.').to_lowercase().as_str()) => rest.trim(),
        _ => name,
    };
    name.rsplit_once(' ').map_or((name, ""), |(first, last)| (first.trim(), last))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn one_string_becomes_two_names() {
        assert_eq!(split("Mrs Mere Ngata"), ("Mere", "Ngata"));
        assert_eq!(split("Ngata, Mere"), ("Mere", "Ngata"));
        assert_eq!(split("Ana Maria van Dijk"), ("Ana Maria van", "Dijk"));
        assert_eq!(split("Mere"), ("Mere", ""));
        assert_eq!(split(" "), ("", ""));
    }
}
