//! Folds rows to caregivers, students and the links between them, one row after the other in any order.
//!
//! A reader gives it [`Row`]s: a row of a CSV export whose headings have been found, or cells that a reader of another format
//! has put together itself. A row that speaks of a caregiver and a student goes in by [`Fold::add`]; formats that keep
//! people and links apart say [`Fold::person`], [`Fold::student`] and [`Fold::link`] one by one.
//!
//! Where rows of one person disagree, what is kept depends on the values alone, never on which came first: the address is
//! then conflicting, access is the strictest, of names and words the smallest is shown, and a warning says so.

use std::collections::HashSet;

use crate::both::{MANY, both_if};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::access::Access;
use crate::model::email::fold as fold_address;
use crate::model::nfc::nfc;
use crate::model::source::{Column, IdentityBy, RosterSource, RowShape};

use super::access::{Answers, Asked};
use super::address::{AddressProblem, Rules};
use super::columns::Columns;
use super::facts::RosterFacts;
use super::ids;
use super::left_out::Records;
use super::order;
use super::people::People;
use super::problems::{FileNumber, Problems};
use super::store::{Link, Roster, Shared};
use super::students::Students;
pub(super) use super::take::Row;
use super::tally::{Oddity, Tallies};

/// So many links are not worth folding before the end. Tests fold often, so that all of them show that it does no harm.
const FOLD_LINKS_AT: usize = if cfg!(test) { 4 } else { 2 * 1024 * 1024 };

/// The caregiver of the row before, and whether the row before that had them too.
#[derive(Clone, Copy, Default)]
struct Above {
    person: Option<u32>,
    goes_on: bool,
}

/// The lines about one caregiver.
struct Trace {
    id: String,
    places: Vec<(FileNumber, u32)>,
}

/// The roster as far as it has been read.
pub(super) struct Fold {
    identity: IdentityBy,
    asked: Asked,
    rules: Rules,
    /// The caregiver of the row before, where a row may go on with them.
    above: Option<Above>,
    traced: Option<Trace>,
    /// Links are folded while reading, too, when there are so many: a file may say one thing a million times.
    links_limit: usize,
    people: People,
    students: Students,
    links: Vec<Link>,
    shared: Shared,
    tallies: Tallies,
    left_out: Records,
}

impl Fold {
    /// Nothing read yet of an export without headings; whether it says who may see whom, in column `portal-access`.
    pub(super) fn new(source: &RosterSource, has_access: bool) -> Self {
        Self::asking(source, Asked::portal(source, has_access))
    }

    /// Nothing read yet of an export with these columns.
    pub(super) fn of_columns(source: &RosterSource, columns: &Columns) -> Self {
        Self::asking(source, Asked::of(source, columns))
    }

    fn asking(source: &RosterSource, asked: Asked) -> Self {
        Self {
            identity: source.identity,
            asked,
            rules: Rules::of(source),
            above: (source.rows == RowShape::Continued).then(Above::default),
            traced: source.traced.as_ref().map(|id| Trace { id: id.clone(), places: Vec::new() }),
            links_limit: FOLD_LINKS_AT,
            people: People::default(),
            students: Students::default(),
            links: Vec::new(),
            shared: Shared::default(),
            tallies: Tallies::default(),
            left_out: Records::default(),
        }
    }

    /// Visits what rows about these caregivers will need. Of a million people each lies somewhere else in memory, and many
    /// are fetched at once as quickly as one, as long as none waits for the one before.
    pub(super) fn look_ahead<'a>(&mut self, ids: impl Iterator<Item = &'a str>) {
        if self.identity == IdentityBy::CaregiverId && self.people.len() >= MANY {
            self.people.visit(ids);
        }
    }

    /// Takes a row in.
    pub(super) fn add(&mut self, row: &Row<'_>, problems: &mut Problems) {
        let Some(person) = self.person(row, problems) else { return };
        let Some(student) = self.student(row, problems) else { return };
        if is_own_guardian(row) {
            self.tallies.add(Oddity::OwnGuardian, row.place());
        }
        let answers = self.asked.judge(row, &mut self.tallies);
        self.put(person, student, row.cell(Column::Relationship), answers, row.place());
    }

    /// Takes in what a row says of its caregiver: their number, unless the row does not say who it is.
    pub(super) fn person(&mut self, row: &Row<'_>, problems: &mut Problems) -> Option<u32> {
        let known = self.people.len();
        let person = self.find_person(row, problems);
        if let Some(above) = &mut self.above {
            *above = Above { person, goes_on: self.people.len() == known };
        }
        let person = person?;
        self.note(person, row.place());
        self.people.merge(person, row, &mut self.shared, &mut self.tallies);
        Some(person)
    }

    /// Takes in what a row says of its student: their number, unless the row does not say who it is.
    pub(super) fn student(&mut self, row: &Row<'_>, problems: &mut Problems) -> Option<u32> {
        let student = self.find_student(row, problems)?;
        self.students.merge(student, row, &mut self.shared, &mut self.tallies);
        Some(student)
    }

    /// Takes in that a caregiver belongs to a student, and whether they may see them as far as the format says.
    pub(super) fn link(
        &mut self,
        person: u32,
        student: u32,
        relationship: &str,
        access: Access,
        place: (FileNumber, u32),
    ) {
        if access == Access::Unknown {
            self.asked.note_unknown(&mut self.tallies, place);
        }
        self.note(person, place);
        self.put(person, student, relationship, Answers::of_format(access), place);
    }

    fn put(
        &mut self,
        person: u32,
        student: u32,
        relationship: &str,
        answers: Answers,
        (file, line): (FileNumber, u32),
    ) {
        let relationship = self.shared.word(Column::Relationship, relationship);
        self.links.push(Link { person, student, relationship, line, answers, file });
        if self.links.len() >= self.links_limit {
            order::fold_repeated(&mut self.links, &self.shared);
            self.links_limit = FOLD_LINKS_AT.max(2 * self.links.len());
        }
    }

    /// How many links there are, repeated ones included.
    pub(super) fn links(&self) -> usize {
        self.links.len()
    }

    /// How many caregivers there are.
    pub(super) fn caregivers(&self) -> usize {
        self.people.len()
    }

    /// Marks the caregivers who have one of these addresses, folded, as staff.
    pub(super) fn mark_staff(&mut self, addresses: &HashSet<String>) {
        self.people.mark_staff(addresses);
    }

    fn note(&mut self, person: u32, place: (FileNumber, u32)) {
        if let Some(trace) = &mut self.traced
            && self.people.ids.get(person) == trace.id
            && trace.places.last() != Some(&place)
        {
            trace.places.push(place);
        }
    }

    /// Marks these caregivers as staff.
    pub(super) fn mark_staff_people(&mut self, people: &HashSet<u32>) {
        for &person in people {
            self.people.all[person as usize].is_staff = true;
        }
    }

    /// The caregiver whom the row is about: found, or new.
    fn find_person(&mut self, row: &Row<'_>, problems: &mut Problems) -> Option<u32> {
        if self.identity == IdentityBy::Email {
            return self.person_by_address(row);
        }
        let id = nfc(row.cell(Column::CaregiverId));
        if !id.is_empty() {
            let found = self.people.find(&id);
            if found.is_some() {
                return found;
            }
            if !ids::stands_for_none(&id) {
                return is_sound(&id, Column::CaregiverId, row, problems).then(|| self.people.add(&id, row.place()));
            }
        }
        let above = self.above.and_then(|above| above.person).filter(|&person| self.goes_on_with(person, row));
        if above.is_none() {
            self.leave_out(row, Oddity::NoCaregiverId);
        }
        above
    }

    fn leave_out(&mut self, row: &Row<'_>, why: Oddity) {
        self.tallies.add(why, row.place());
        self.left_out.add(row, why);
        // What it says of access is told of nobody, so nothing of it is counted; and it may be about anybody who has that address.
        let student = row.cell(Column::StudentId);
        let is_of_child = !student.is_empty() && !ids::stands_for_none(student);
        if is_of_child && self.asked.judge(row, &mut Tallies::default()).access() == Access::Blocked {
            self.people.further.note_nobody(row.cell(Column::Email));
        }
    }

    /// Whether a row without an id can be about the caregiver of the row above: not where it names somebody else.
    fn goes_on_with(&mut self, person: u32, row: &Row<'_>) -> bool {
        let name = row.name(Column::FirstName, Column::LastName, &mut self.shared, &mut self.tallies);
        !self.people.all[person as usize].name.is_of_another(name, &self.shared)
    }

    /// `identity: email`. A placeholder would make one person of everybody who has no address.
    fn person_by_address(&mut self, row: &Row<'_>) -> Option<u32> {
        let address = row.cell(Column::Email);
        if let Some(above) = self.above.filter(|_| address.is_empty()).and_then(|above| above.person) {
            return Some(above);
        }
        match self.rules.judge(address) {
            Ok(()) | Err(AddressProblem::Staff) => {
                let id = fold_address(address);
                Some(self.people.find(&id).unwrap_or_else(|| self.people.add(&id, row.place())))
            }
            Err(_) => {
                self.leave_out(row, Oddity::NoUsableAddress);
                None
            }
        }
    }

    /// The student whom the row is about: found, or new. A row without one still says that the caregiver is there.
    fn find_student(&mut self, row: &Row<'_>, problems: &mut Problems) -> Option<u32> {
        let id = nfc(row.cell(Column::StudentId));
        if !id.is_empty() {
            let found = self.students.find(&id);
            if found.is_some() {
                return found;
            }
            if !ids::stands_for_none(&id) {
                return is_sound(&id, Column::StudentId, row, problems).then(|| self.students.add(&id));
            }
        }
        if !self.above.is_some_and(|above| above.goes_on) {
            self.tallies.add(Oddity::NoStudentId, row.place());
        }
        None
    }

    /// The roster, unless a problem forbids it.
    pub(super) fn finish(
        self,
        facts: RosterFacts,
        mut problems: Problems,
    ) -> Result<(Roster, Diagnostics), Diagnostics> {
        self.tallies.report(&mut problems);
        problems.leave();
        if !problems.has_errors() && self.people.len() == 0 {
            problems.whole(self.nobody(facts.rows));
        }
        if problems.has_errors() {
            return Err(problems.finish());
        }
        if self.identity == IdentityBy::Email {
            problems.whole(told_by_address());
        }
        let facts = RosterFacts { files: problems.files().to_vec(), ..facts };
        Ok((self.roster(facts), problems.finish()))
    }

    fn nobody(&self, rows: u64) -> Diagnostic {
        let left_out = self.tallies.count(Oddity::NoCaregiverId) + self.tallies.count(Oddity::NoUsableAddress);
        if rows == 0 {
            Diagnostic::error("roster::no-rows", "the roster has a heading line and no rows")
                .with_help("export it from the SMS again; the export may have been cut short or filtered too far")
        } else if left_out == 0 {
            let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
            let message = format!("the export has {rows}, and nobody in it is a parent or caregiver");
            Diagnostic::error("roster::no-caregivers", message).with_help(
                "choose in the SMS that parents and caregivers are exported too, with their links to students",
            )
        } else {
            let missing = if self.identity == IdentityBy::Email { "usable address" } else { "caregiver id" };
            Diagnostic::error("roster::no-caregivers", format!("no row of the roster has a {missing}"))
                .with_help("see whether `columns:` names the right column")
        }
    }

    fn roster(self, facts: RosterFacts) -> Roster {
        let Self { mut people, mut students, mut links, mut shared, rules, traced, left_out, .. } = self;
        people.ids.close();
        let by_id = order::by_text(&people.ids);
        let ((), starts) = both_if(
            by_id.len() >= MANY,
            || people.settle(&by_id, &rules),
            || order::group(&mut links, &by_id, &students.ids, &shared),
        );
        students.shrink();
        shared.shrink();
        let mut traced = traced.map_or_else(Vec::new, |trace| trace.places);
        traced.sort_unstable();
        traced.dedup();
        let facts = RosterFacts { links: links.len() as u64, ..facts };
        Roster { facts, people, students, links, starts, shared, rules, traced, left_out }
    }
}

/// Ids alone say nothing: many an SMS counts caregivers and students each from 1.
fn is_own_guardian(row: &Row<'_>) -> bool {
    let is_same = |one: Column, other: Column| row.cell(one) == row.cell(other);
    is_same(Column::CaregiverId, Column::StudentId)
        && is_same(Column::LastName, Column::StudentLastName)
        && is_same(Column::FirstName, Column::StudentFirstName)
        && !row.cell(Column::LastName).is_empty()
}

fn is_sound(id: &str, column: Column, row: &Row<'_>, problems: &mut Problems) -> bool {
    let judged = ids::judge(id);
    if let Err(problem) = judged {
        let message = problem.message(id, row.heading(column));
        problems.row(row.line, Diagnostic::error(problem.code(), message).with_help(problem.help()));
    }
    judged.is_ok()
}

fn told_by_address() -> Diagnostic {
    Diagnostic::note(
        "roster::identity-by-email",
        "caregivers are told from each other by their address (`identity: email`)",
    )
    .with_help("whoever changes their address is a new person here, and two people with one address are one")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{self, export, problems, read, roster, source, two_families};
    use super::super::{AddressProblem, Roster};
    use super::*;

    #[test]
    fn siblings_and_repeated_rows_fold_to_one_caregiver() {
        let text = two_families();
        let twice = format!("{text}{}", text.split_once('\n').unwrap().1);
        let roster = read(&source(), twice).unwrap().0;
        let ids: Vec<_> = roster.caregivers().map(super::super::view::Caregiver::id).collect();
        assert_eq!((ids, roster.facts().rows, roster.facts().links), (vec!["C1", "C2", "C3"], 8, 4));
        let mere = roster.caregiver("C2").unwrap();
        let children: Vec<_> = mere.children().map(|child| (child.id(), child.year(), child.line())).collect();
        assert_eq!(children, [("S1", "7", 3), ("S2", "8", 2)]);
        assert_eq!((mere.line(), mere.language(), mere.priority(), mere.is_staff()), (2, "mi", Some(1), false));
        let tama = mere.children().last().unwrap();
        assert_eq!((tama.class(), tama.school(), tama.relationship()), ("8A", "1001", "Mother"));
    }

    #[test]
    fn links_that_repeat_are_folded_while_more_are_to_come() {
        let source = source();
        let columns = Columns::find(&source, 1, &testing::HEADINGS.split(',').collect(), &mut Problems::new("r.csv"));
        let mut fold = Fold::of_columns(&source, &columns);
        for row in two_families().lines().skip(1).cycle().take(10_000) {
            let record: csv::StringRecord = row.split(',').collect();
            fold.add(&Row::of_record(&columns, &record, 2), &mut Problems::new("r.csv"));
        }
        assert!(fold.links.len() <= 8 && fold.links.capacity() <= 16, "{}", fold.links.len());
    }

    #[test]
    fn a_student_who_is_their_own_caregiver_is_told() {
        let rows = ["12,Ana,Lee,,12,Ana,Lee,7,,,,,Y,,", "13,Mere,Lee,,13,Ana,Lee,7,,,,,Y,,", "14,,,,14,,,7,,,,,Y,,"];
        let found = problems(&source(), export(&rows));
        let told: Vec<_> = found.iter().map(|problem| (problem.code, testing::line(problem))).collect();
        assert_eq!(told, [("roster::own-guardian", Some(2))]);
    }

    #[test]
    fn access_is_the_links_and_the_strictest_row_counts() {
        let row = |portal: &str| format!("C1,,,,S1,,,,,,,,{portal},,");
        let access = |cells: &[&str]| {
            let rows: Vec<String> = cells.iter().map(|cell| row(cell)).collect();
            let roster = roster(&rows.iter().map(String::as_str).collect::<Vec<_>>());
            roster.caregiver("C1").unwrap().children().next().unwrap().access()
        };
        assert_eq!(access(&["Y"]), Access::Allowed);
        assert_eq!(access(&["Y", "n", "Y"]), Access::Blocked);
        assert_eq!(access(&["", "Y"]), Access::Unknown);
        assert_eq!(access(&["see file"]), Access::Unknown);
    }

    #[test]
    fn strange_words_for_access_are_told_and_blank_ones_are_not() {
        let found = problems(&source(), export(&["C1,,,,S1,,,,,,,,,,", "C2,,,,S1,,,,,,,,see file,,"]));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].code, testing::line(&found[0])), ("roster::strange-access", Some(3)));
    }

    #[test]
    fn without_an_access_column_everybody_is_allowed() {
        let source = testing::source_of(&[Column::CaregiverId, Column::Email, Column::StudentId]);
        let roster = read(&source, two_families()).unwrap().0;
        assert!(
            roster
                .caregivers()
                .flat_map(super::super::view::Caregiver::children)
                .all(|child| child.access() == Access::Allowed)
        );
    }

    #[test]
    fn a_row_without_a_caregiver_id_is_left_out_and_one_without_a_student_id_keeps_its_caregiver() {
        let text = export(&[" ,Mere,,,S1,,,,,,,,,,", "C1,Mere,,mere@example.nz,,,,,,,,,,,", "\u{a0},,,,S2,,,,,,,,,,"]);
        let (roster, found) = read(&source(), text).unwrap();
        let caregiver = roster.caregiver("C1").unwrap();
        assert_eq!((roster.len(), roster.facts().rows, caregiver.children().count()), (1, 3, 0));
        assert_eq!(caregiver.address(), Ok("mere@example.nz"));
        let told: Vec<_> = found.sorted().iter().map(|problem| (problem.code, problem.message.clone())).collect();
        assert_eq!(
            told,
            [
                ("roster::no-caregiver-id", "without a caregiver id, and left out: 2 rows (lines 2, 4)".to_owned()),
                (
                    "roster::no-student-id",
                    "without a student id, so that a child is missing: 1 row (line 3)".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn a_shortened_number_in_an_id_column_is_an_error_that_names_excel() {
        let found = problems(&source(), export(&["1.23457E+09,,,,S1,,,,,,,,,,", "C2,,,,1.23457E+09,,,,,,,,,,"]));
        let told: Vec<_> = found.iter().map(|problem| (testing::line(problem), problem.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (Some(2), "`1.23457E+09` in column `CaregiverID` is not an id: Excel has shortened it"),
                (Some(3), "`1.23457E+09` in column `StudentID` is not an id: Excel has shortened it"),
            ]
        );
    }

    #[test]
    fn with_identity_email_the_folded_address_is_the_id() {
        let mut source = testing::source_of(&[Column::Email, Column::StudentId]);
        source.identity = IdentityBy::Email;
        let rows = "Email,StudentID\nMere@Example.nz,S1\nmere@example.nz,S2\nmere@,S3\noffice@kowhai.example.nz,S4\n\
                    head@kowhai.example.nz,S5\n";
        let (roster, found) = read(&source, rows).unwrap();
        let ids: Vec<_> = roster.caregivers().map(|caregiver| (caregiver.id(), caregiver.address())).collect();
        assert_eq!(
            ids,
            [("head@kowhai.example.nz", Err(AddressProblem::Staff)), ("mere@example.nz", Ok("Mere@Example.nz")),]
        );
        assert_eq!(roster.caregiver("mere@example.nz").unwrap().children().count(), 2);
        let codes: Vec<_> = found.sorted().iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["roster::identity-by-email", "roster::no-identity"]);
    }

    /// Everything that a roster says, line numbers apart.
    fn all_of(roster: &Roster) -> Vec<String> {
        let child = |child: super::super::Child<'_>| {
            let words =
                [child.id(), child.first_name(), child.last_name(), child.year(), child.class(), child.school()];
            format!("{words:?} {} {:?}", child.relationship(), child.access())
        };
        let caregiver = |caregiver: super::super::Caregiver<'_>| {
            let children: Vec<_> = caregiver.children().map(child).collect();
            let words = [caregiver.id(), caregiver.first_name(), caregiver.last_name(), caregiver.language()];
            let email = (caregiver.email_as_written(), caregiver.address(), caregiver.suggestion());
            format!("{words:?} {email:?} {} {:?} {children:?}", caregiver.is_staff(), caregiver.priority())
        };
        roster.caregivers().map(caregiver).collect()
    }

    prop_compose! {
        fn a_row()(
            caregiver in "C?[12]?",
            first in "(Mere|Aroha|Tama)?",
            last in "(Ngata|Cohen)?",
            email in "((a|A|b)@example\\.nz|office@kowhai\\.example\\.nz|a@| )?",
            student in "(S[123])?",
            class in "(8A|8B)?",
            words in "(Mother|Aunt)?,(mi|SM|en)?,(Y|N|maybe)?,[12x]?,(Y|N)?",
        ) -> String {
            format!("{caregiver},{first},{last},{email},{student},{first},{last},8,{class},1001,{words}")
        }
    }

    proptest! {
        #[test]
        fn the_order_of_rows_never_shows(
            (rows, shuffled) in prop::collection::vec(a_row(), 1..12)
                .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        ) {
            let read = |rows: &[String]| read(&source(), export(&rows.iter().map(String::as_str).collect::<Vec<_>>()));
            match (read(&rows), read(&shuffled)) {
                (Ok((one, told)), Ok((other, again))) => {
                    prop_assert_eq!(all_of(&one), all_of(&other));
                    prop_assert_eq!(&one.facts().links, &other.facts().links);
                    prop_assert_eq!(told.len(), again.len());
                }
                (Err(one), Err(other)) => prop_assert_eq!(one.len(), other.len()),
                (one, other) => prop_assert!(false, "{one:?} {other:?}"),
            }
        }
    }
}
