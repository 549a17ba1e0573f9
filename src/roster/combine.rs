//! Several exports as one roster: the schools of a district, or one school's exports of several kinds. Who has the same id
//! in two of them is one person, and where they disagree the same rules hold as between the rows of one export.

use sha2::{Digest, Sha256};

use crate::diagnostic::Diagnostics;

use super::address::Rules;
use super::facts::{PartFacts, RosterFacts};
use super::interned::short;
use super::left_out::Records;
use super::order;
use super::people::{People, Words};
use super::problems::{FileNumber, Problems};
use super::store::{Link, Roster, Shared};
use super::students::Students;
use super::tally::Tallies;
use super::utf8::digits;

/// Makes one of them. One alone is left as it is.
pub(super) fn combine(mut rosters: Vec<Roster>) -> (Roster, Diagnostics) {
    let mut problems = Diagnostics::new();
    if rosters.len() == 1
        && let Some(only) = rosters.pop()
    {
        return (only, problems);
    }
    let facts = facts(&rosters);
    let mut all = All::default();
    for roster in rosters {
        problems.append(all.absorb(roster));
    }
    (all.roster(facts), problems)
}

/// The roster as far as it has been put together.
#[derive(Default)]
struct All {
    people: People,
    students: Students,
    links: Vec<Link>,
    shared: Shared,
    rules: Rules,
    traced: Vec<(FileNumber, u32)>,
    left_out: Records,
    /// The files so far: a file's number is its place here.
    files: Vec<String>,
}

impl All {
    fn absorb(&mut self, other: Roster) -> Diagnostics {
        let first = FileNumber::try_from(self.files.len()).unwrap_or(FileNumber::MAX);
        let mut tallies = Tallies::default();
        for number in 0..short(other.people.len()) {
            let words = Words { from: &other.shared, to: &mut self.shared };
            self.people.absorb(first, number, &other.people, words, &mut tallies);
        }
        let mut known: Vec<Option<u32>> = vec![None; other.students.all.len()];
        for link in &other.links {
            let student = known.get(link.student as usize).copied().flatten();
            let student = student.unwrap_or_else(|| {
                let words = Words { from: &other.shared, to: &mut self.shared };
                self.students.absorb(link.student, (link.file + first, link.line), &other.students, words, &mut tallies)
            });
            if let Some(place) = known.get_mut(link.student as usize) {
                *place = Some(student);
            }
            let Some(person) = self.people.find(other.people.ids.get(link.person)) else { continue };
            let relationship = self.shared.copy(&other.shared, link.relationship);
            self.links.push(Link { person, student, relationship, file: link.file + first, ..*link });
        }
        self.people.further.absorb(other.people.further);
        self.rules.add(other.rules);
        self.traced.extend(other.traced.into_iter().map(|(file, line)| (file + first, line)));
        self.left_out.absorb(first, other.left_out);
        self.files.extend(other.facts.files);
        let mut problems = Problems::of_files(&self.files);
        tallies.report(&mut problems);
        problems.finish()
    }

    fn roster(self, facts: RosterFacts) -> Roster {
        let Self { mut people, mut students, mut links, mut shared, rules, traced, left_out, .. } = self;
        people.ids.close();
        let by_id = order::by_text(&people.ids);
        people.settle(&by_id, &rules);
        let starts = order::group(&mut links, &by_id, &students.ids, &shared);
        students.shrink();
        shared.shrink();
        let facts = RosterFacts { links: links.len() as u64, ..facts };
        Roster { facts, people, students, links, starts, shared, rules, traced, left_out }
    }
}

fn facts(rosters: &[Roster]) -> RosterFacts {
    let each = || rosters.iter().map(|roster| &roster.facts);
    let joined = |text: fn(&RosterFacts) -> &str| {
        let mut texts: Vec<&str> = each().map(text).collect();
        texts.dedup();
        texts.join(" + ")
    };
    RosterFacts {
        rows: each().map(|facts| facts.rows).sum(),
        links: 0,
        sha256: sha256(each().map(|facts| facts.sha256.as_str())),
        exported_at: each().map(|facts| facts.exported_at).min().unwrap_or_default(),
        shape: joined(|facts| &facts.shape),
        is_full: each().all(|facts| facts.is_full),
        path: joined(|facts| &facts.path),
        format: each().next().map_or("csv", |facts| facts.format),
        files: each().flat_map(|facts| facts.files.clone()).collect(),
        parts: each().map(|facts| part(facts, false)).collect(),
    }
}

/// What is known of one of several.
pub(super) fn part(facts: &RosterFacts, is_corrections: bool) -> PartFacts {
    PartFacts {
        path: facts.path.clone(),
        format: facts.format,
        shape: facts.shape.clone(),
        sha256: facts.sha256.clone(),
        rows: facts.rows,
        exported_at: facts.exported_at,
        is_corrections,
    }
}

/// The hash of several hashes.
pub(super) fn sha256<'a>(hashes: impl Iterator<Item = &'a str>) -> String {
    let mut all = Sha256::new();
    hashes.for_each(|hash| all.update(hash));
    digits(&all.finalize())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, NOW, export, source};
    use super::super::{AddressProblem, LeftOut, Roster, read_bytes};
    use super::*;
    use crate::model::source::{RosterSource, Upload};

    /// Reads exports as the parts of one roster.
    fn read(exports: &[(&str, &[&str])]) -> (Roster, Vec<String>) {
        let read = |(path, rows): &(&str, &[&str])| {
            let source = RosterSource { written_path: (*path).to_owned(), ..source() };
            read_bytes(&source, export(rows).as_bytes(), NOW, NOW).unwrap().0
        };
        let (roster, problems) = combine(exports.iter().map(read).collect());
        let place = |problem: &crate::diagnostic::Diagnostic| {
            let place = problem.place.as_ref().unwrap();
            format!("{}:{} {}", place.file, place.span.unwrap().line, problem.code)
        };
        let told = problems.sorted().into_iter().map(place).collect();
        (roster, told)
    }

    #[test]
    fn the_schools_of_a_district_are_one_roster_and_each_line_knows_its_file() {
        let (roster, told) = read(&[
            ("a.csv", &["C1,Mere,Ngata,mere@example.nz,S1,Ana,Ngata,7,7A,A,Mother,mi,Y,1,N"]),
            (
                "b.csv",
                &[
                    "C2,Sione,Fono,sione@example.nz,S3,Lea,Fono,9,9B,B,Father,sm,N,1,N",
                    "C1,Mere,Ngata,mere@example.nz,S2,Tama,Ngata,9,9B,B,Mother,mi,Y,1,N",
                ],
            ),
        ]);
        assert!(told.is_empty(), "{told:?}");
        let mere = roster.caregiver("C1").unwrap();
        let children: Vec<_> =
            mere.children().map(|child| (child.id(), child.school(), child.file(), child.line())).collect();
        assert_eq!(children, [("S1", "A", "a.csv", 2), ("S2", "B", "b.csv", 3)]);
        assert_eq!((mere.file(), mere.line(), roster.caregiver("C2").unwrap().file()), ("a.csv", 2, "b.csv"));
        let facts = roster.facts();
        assert_eq!((facts.rows, facts.links, facts.parts.len(), facts.is_full), (3, 3, 2, true));
        assert_eq!(facts.path, "a.csv + b.csv");
    }

    /// Two systems that number their people apart.
    #[test]
    fn one_id_with_the_names_of_two_people_is_an_error() {
        let (_, told) = read(&[
            ("a.csv", &["C1,Mere,Ngata,,S1,Ana,Ngata,7,7A,A,Mother,mi,Y,1,N"]),
            ("b.csv", &["C1,Bob,Smith,bob@example.nz,S2,Tom,Smith,8,8A,B,Father,mi,Y,1,N"]),
        ]);
        assert_eq!(told, ["b.csv:2 roster::two-caregivers"]);
    }

    #[test]
    fn exports_that_disagree_are_treated_like_rows_that_do() {
        let (roster, told) = read(&[
            ("a.csv", &["C1,Mere,Ngata,mere@example.nz,S1,Ana,Ngata,7,7A,A,Mother,mi,Y,1,N"]),
            ("b.csv", &["C1,Ani,Ngata,ani@example.nz,S1,Anna,Ngata,8,8A,A,Mother,en,N,1,N"]),
        ]);
        assert_eq!(
            told,
            [
                "b.csv:2 roster::several-classes",
                "b.csv:2 roster::several-languages",
                "b.csv:2 roster::several-names",
                "b.csv:2 roster::several-student-names"
            ]
        );
        let caregiver = roster.caregiver("C1").unwrap();
        assert_eq!(caregiver.address(), Err(AddressProblem::Conflicting));
        assert_eq!(caregiver.children().next().unwrap().access(), crate::model::access::Access::Blocked);
    }

    #[test]
    fn the_rows_left_out_of_each_are_known_with_their_files() {
        let nobody = ",Ani,Cohen,ani@example.nz,S1,Ana,Ngata,7,7A,A,Mother,en,Y,1,N";
        let somebody = "C1,Mere,Ngata,mere@example.nz,S1,Ana,Ngata,7,7A,A,Mother,mi,Y,1,N";
        let (roster, _) = read(&[("a.csv", &[somebody]), ("b.csv", &[somebody, nobody])]);
        let left_out: Vec<_> = roster.left_out().collect();
        let expected =
            LeftOut { file: "b.csv", line: 3, caregiver: "Ani Cohen", student: "Ana Ngata (S1)", is_address: false };
        assert_eq!((left_out, roster.left_out_beyond()), (vec![expected], 0));
    }

    #[test]
    fn one_partial_export_makes_the_whole_partial_and_the_oldest_date_counts() {
        let text = testing::two_families();
        let one = |upload, seconds| {
            let source = RosterSource { upload, max_age: None, ..source() };
            let at = NOW - std::time::Duration::from_secs(seconds);
            read_bytes(&source, text.as_bytes(), at, NOW).unwrap().0
        };
        let (roster, _) = combine(vec![one(Upload::Full, 5), one(Upload::Partial, 9)]);
        assert_eq!(
            (roster.facts().is_full, roster.facts().exported_at),
            (false, NOW - std::time::Duration::from_secs(9))
        );
    }
}
