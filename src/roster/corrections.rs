//! A small list of cells that win over those of the SMS until it is mended, each with a reason and a day on which it ends.
//!
//! A row names a caregiver; with a student it is about the two, or about the student's year, class and school. Blank cells
//! correct nothing. Nobody is added here, and nothing is taken away: who is not in the exports can't be corrected.

use std::collections::BTreeMap;

use ::csv::StringRecord;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::access::Access;
use crate::model::nfc::nfc;
use crate::model::source::{Column, RosterSource};

use super::access::{Answers, Asked};
use super::columns::Columns;
use super::combine;
use super::csv;
use super::facts::PartFacts;
use super::problems::Problems;
use super::rows::{Next, Rows};
use super::store::{Roster, Word};
use super::take::Row;
use super::tally::{Oddity, Tallies};
use super::words::{Answer, answer};

/// Corrects a roster. Where there are errors, the roster must not be used.
pub(super) fn apply(source: &RosterSource, roster: &mut Roster, now: Timestamp) -> Diagnostics {
    match super::open(source) {
        Ok((file, written_at)) => {
            roster.students.ids.open();
            let problems = from(source, file, written_at, roster, now);
            roster.students.ids.close();
            problems
        }
        Err(problems) => problems,
    }
}

fn from(
    source: &RosterSource,
    input: impl std::io::Read + Send,
    written_at: Timestamp,
    roster: &mut Roster,
    now: Timestamp,
) -> Diagnostics {
    let mut problems = Problems::new(&source.written_path);
    let mut rows = match csv::open(input, source.encoding) {
        Ok(rows) => rows,
        Err(problem) => {
            problems.whole(*problem);
            return problems.finish();
        }
    };
    let Some(columns) = csv::headings(source, &mut rows, &mut problems) else { return problems.finish() };
    let today = now.to_zoned_datetime(source.timezone.clone()).date();
    let asked = Asked::of(source, &columns);
    let mut desk = Desk { asked, today, seen: BTreeMap::new(), tallies: Tallies::default() };
    let count = desk.all(&columns, &mut rows, roster, &mut problems);
    desk.tallies.report(&mut problems);
    let (shape, sha256) = rows.finish();
    note(source, roster, shape, &sha256, count, written_at);
    problems.finish()
}

/// Adds the list to what is known of the roster as a whole: who changes it has another roster.
fn note(source: &RosterSource, roster: &mut Roster, shape: String, sha256: &str, rows: u64, written_at: Timestamp) {
    let facts = &mut roster.facts;
    if facts.parts.is_empty() {
        let first = combine::part(facts, false);
        facts.parts.push(first);
    }
    facts.sha256 = combine::sha256([facts.sha256.as_str(), sha256].into_iter());
    facts.parts.push(PartFacts {
        path: source.written_path.clone(),
        format: source.format.as_str(),
        shape,
        sha256: sha256.to_owned(),
        rows,
        exported_at: written_at,
        is_corrections: true,
    });
}

/// Carries the rows out, one after the other.
struct Desk {
    asked: Asked,
    today: Date,
    /// The line that corrects this caregiver, this student, or these two.
    seen: BTreeMap<(Option<u32>, Option<u32>), u32>,
    tallies: Tallies,
}

impl Desk {
    fn all(
        &mut self,
        columns: &Columns,
        rows: &mut Rows<impl std::io::Read>,
        roster: &mut Roster,
        problems: &mut Problems,
    ) -> u64 {
        let mut count = 0;
        let stop = loop {
            match rows.next() {
                Next::Row => {}
                stop => break stop,
            }
            count += 1;
            if let Some(problem) = rows.problem(columns.width()) {
                problems.row(rows.line, problem);
            } else if columns.is_complete() {
                self.row(columns, &rows.record, rows.line, roster, problems);
            }
        };
        csv::end(stop, rows, problems);
        count
    }

    fn row(
        &mut self,
        columns: &Columns,
        record: &StringRecord,
        line: u32,
        roster: &mut Roster,
        problems: &mut Problems,
    ) {
        let row = Row::of_record(columns, record, line);
        match self.holds(&row) {
            Err(problem) => problems.row(line, *problem),
            Ok(false) => self.tallies.add(Oddity::CorrectionOver, row.place()),
            Ok(true) => self.correct(&row, roster, problems),
        }
    }

    /// Whether a correction has a reason, and its day has not come.
    fn holds(&self, row: &Row<'_>) -> Result<bool, Box<Diagnostic>> {
        if row.cell(Column::Because).is_empty() {
            let problem = Diagnostic::error("roster::no-reason", "this correction has no reason");
            let help = "write into its `because` column why it is made; a ticket's number will do";
            return Err(Box::new(problem.with_help(help)));
        }
        let until = row.cell(Column::Until);
        until.parse::<Date>().map(|until| self.today < until).map_err(|_| Box::new(bad_until(until)))
    }

    fn correct(&mut self, row: &Row<'_>, roster: &mut Roster, problems: &mut Problems) {
        let person = roster.people.find(&nfc(row.cell(Column::CaregiverId)));
        let id = nfc(row.cell(Column::StudentId));
        if id.is_empty() && self.says_of_child(row) {
            return problems.row(row.line, names_no_child());
        }
        let student = if id.is_empty() { None } else { roster.students.find(&id) };
        let person = person.filter(|&person| match student {
            Some(student) => link_at(roster, person, student).is_some(),
            None => id.is_empty(),
        });
        let Some(person) = person else {
            // In an export of some people only, most are missing.
            if roster.facts.is_full && self.said(row).access() == Access::Blocked {
                return problems.row(row.line, bars_nobody());
            }
            return self.tallies.add(Oddity::CorrectsNobody, row.place());
        };
        let about_person = says_of_person(row).then_some((Some(person), None));
        let about_student = student.filter(|_| says_of_student(row)).map(|student| (None, Some(student)));
        let about_both = student.map(|student| (Some(person), Some(student)));
        let abouts = [about_person, about_student, about_both.or(Some((Some(person), None)))];
        let mut abouts: Vec<_> = abouts.into_iter().flatten().collect();
        abouts.dedup();
        let first = abouts.iter().find_map(|about| self.seen.get(about).copied());
        for about in abouts {
            self.seen.entry(about).or_insert(row.line);
        }
        if let Some(first) = first {
            let message = format!("line {first} corrects the same already");
            let problem = Diagnostic::error("roster::corrected-twice", message);
            return problems
                .row(row.line, problem.with_help("write one row for each caregiver, or caregiver and child"));
        }
        let of_link = match student {
            Some(student) => self.link(row, person, student, roster),
            None => Some(false),
        };
        let of_person = person_cells(row, person, roster);
        match of_link {
            None => self.tallies.add(Oddity::CorrectsNobody, row.place()),
            Some(false) if !of_person => self.tallies.add(Oddity::CorrectsNothing, row.place()),
            Some(_) => {}
        }
    }

    /// What a row says of access, with nothing counted yet.
    fn said(&self, row: &Row<'_>) -> Answers {
        self.asked.corrected(row, &mut Tallies::default())
    }

    /// Whether a row says something that is a matter of each child.
    fn says_of_child(&self, row: &Row<'_>) -> bool {
        self.said(row) != Answers::default() || says_of_student(row) || !row.cell(Column::Relationship).is_empty()
    }

    /// Corrects what the row says of the two, and of the student. Whether it says anything; `None` where the exports do
    /// not have them together.
    fn link(&mut self, row: &Row<'_>, person: u32, student: u32, roster: &mut Roster) -> Option<bool> {
        let at = link_at(roster, person, student)?;
        let link = &mut roster.links[at];
        let said = self.asked.corrected(row, &mut self.tallies);
        link.answers = link.answers.corrected(said);
        let shared = &mut roster.shared;
        let mut says = said != Answers::default();
        let mut put = |column: Column, place: &mut Word| {
            let word = row.word(column, shared);
            if word != Word::default() {
                *place = word;
                says = true;
            }
        };
        put(Column::Relationship, &mut link.relationship);
        let student = &mut roster.students.all[student as usize];
        put(Column::Year, &mut student.year);
        put(Column::Class, &mut student.class);
        put(Column::School, &mut student.school);
        Some(says)
    }
}

/// The place of what the exports say of a caregiver and a student together.
fn link_at(roster: &Roster, person: u32, student: u32) -> Option<usize> {
    let mut range = roster.starts[person as usize] as usize..roster.starts[person as usize + 1] as usize;
    range.find(|&at| roster.links[at].student == student)
}

/// Whether a row says something of the caregiver alone.
fn says_of_person(row: &Row<'_>) -> bool {
    use Column as C;
    let columns = [C::Email, C::FirstName, C::LastName, C::Phone, C::PostalAddress, C::Language, C::Staff];
    columns.into_iter().any(|column| !row.cell(column).is_empty()) || !row.postal().is_empty()
}

/// Whether a row says something of the student, whoever the caregiver is.
fn says_of_student(row: &Row<'_>) -> bool {
    [Column::Year, Column::Class, Column::School].into_iter().any(|column| !row.cell(column).is_empty())
}

/// What it says would be lost without a word.
fn names_no_child() -> Diagnostic {
    let message = "this correction is about a child, and names none: access, relationship, year, class and school are of each child";
    Diagnostic::error("roster::no-child", message)
        .with_help("write the student's id into the row, and one row for each child that it is about")
}

/// A bar that is mistyped is none, and the letter would go out.
fn bars_nobody() -> Diagnostic {
    let message = "this correction keeps somebody from a child, and no export has the two together: it would keep nobody from anything";
    Diagnostic::error("roster::bars-nobody", message).with_help(
        "see whether both ids are right, to the letter; take the row out where they have left the exports for good",
    )
}

fn bad_until(until: &str) -> Diagnostic {
    let message = match until {
        "" => "this correction has no day on which it ends".to_owned(),
        until => format!("`{until}` is not a day"),
    };
    let help = "write the day on which the SMS will be right into its `until` column, as in 2027-03-01";
    Diagnostic::error("roster::bad-until", message).with_help(help)
}

/// Corrects what the row says of the caregiver. Whether it says anything.
fn person_cells(row: &Row<'_>, number: u32, roster: &mut Roster) -> bool {
    let email = row.cell(Column::Email);
    if !email.is_empty() {
        roster.people.correct_email(number, email, &roster.rules);
    }
    let (person, shared) = (&mut roster.people.all[number as usize], &mut roster.shared);
    let mut says = !email.is_empty();
    let mut put = |column: Column, place: &mut Word| {
        let word = row.word(column, shared);
        if word != Word::default() {
            *place = word;
            says = true;
        }
    };
    put(Column::FirstName, &mut person.name.first);
    put(Column::LastName, &mut person.name.last);
    put(Column::Phone, &mut person.phone);
    let postal = shared.word(Column::PostalAddress, &row.postal());
    if postal != Word::default() {
        person.postal = postal;
        says = true;
    }
    let language = shared.lower_word(Column::Language, row.cell(Column::Language));
    if language != Word::default() {
        person.language = language;
        says = true;
    }
    match answer(row.cell(Column::Staff)) {
        Answer::Blank => says,
        said => {
            person.is_staff = said != Answer::No;
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, NOW, export};
    use super::super::{Caregiver, Roster, read_bytes};
    use super::*;
    use crate::model::source::Part;

    const HEADINGS: &str = "Who,Mail,Child,Court,Class,Why,Until";

    fn source() -> RosterSource {
        let mut source = testing::source();
        source.part = Part::Corrections;
        source.written_path = "roster/corrections.csv".into();
        source.columns = [
            (Column::CaregiverId, "Who"),
            (Column::Email, "Mail"),
            (Column::StudentId, "Child"),
            (Column::CourtOrder, "Court"),
            (Column::Class, "Class"),
            (Column::Because, "Why"),
            (Column::Until, "Until"),
        ]
        .into_iter()
        .map(|(column, heading)| (column, vec![heading.to_owned()]))
        .collect();
        source
    }

    fn corrected(rows: &[&str]) -> (Roster, Vec<String>) {
        let mut roster = read_bytes(&testing::source(), testing::two_families().as_bytes(), NOW, NOW).unwrap().0;
        let text = format!("{HEADINGS}\n{}\n", rows.join("\n"));
        let problems = from(&source(), text.as_bytes(), NOW, &mut roster, NOW);
        let told = problems
            .sorted()
            .into_iter()
            .map(|problem| format!("{} {}", testing::line(problem).unwrap_or_default(), problem.code));
        (roster, told.collect())
    }

    #[test]
    fn a_correction_wins_over_the_sms() {
        let (roster, told) = corrected(&[
            "C2,mere.new@example.nz,,,,T-1,2099-01-01",
            "C2,,S1,yes,,court order T-2,2099-01-01",
            "C1,,S1,,7C,T-3,2099-01-01",
        ]);
        assert!(told.is_empty(), "{told:?}");
        let mere = roster.caregiver("C2").unwrap();
        assert_eq!(mere.address(), Ok("mere.new@example.nz"));
        let seen: Vec<_> = mere.children().map(|child| (child.id(), child.access(), child.class())).collect();
        assert_eq!(seen, [("S1", Access::Blocked, "7C"), ("S2", Access::Allowed, "8A")]);
        let plain = read_bytes(&testing::source(), testing::two_families().as_bytes(), NOW, NOW).unwrap().0;
        assert_ne!(roster.facts().sha256, plain.facts().sha256);
        assert!(roster.facts().parts[1].is_corrections && roster.facts().rows == plain.facts().rows);
    }

    #[test]
    fn an_address_that_is_corrected_conflicts_no_more_and_is_judged() {
        let rows = export(&["C1,,,a@example.nz,S1,,,,,,,,,,", "C1,,,b@example.nz,S2,,,,,,,,,,"]);
        let mut roster = read_bytes(&testing::source(), rows.as_bytes(), NOW, NOW).unwrap().0;
        for (mail, is_usable) in [("b@example.nz", true), ("b@", false)] {
            let text = format!("{HEADINGS}\nC1,{mail},,,,T-1,2099-01-01\n");
            assert!(from(&source(), text.as_bytes(), NOW, &mut roster, NOW).is_empty());
            assert_eq!(roster.caregiver("C1").map(Caregiver::address).unwrap().is_ok(), is_usable);
        }
    }

    /// Of what keeps somebody from a child, only what is corrected goes.
    #[test]
    fn a_correction_of_one_answer_leaves_the_others_as_they_are() {
        let columns = [Column::CaregiverId, Column::Email, Column::StudentId];
        let mut exported = testing::source_of(&columns);
        let access = [(Column::PortalAccess, "Portal"), (Column::CourtOrder, "Court")];
        exported.columns.extend(access.map(|(column, heading)| (column, vec![heading.to_owned()])));
        let mut list = source();
        list.columns.insert(Column::PortalAccess, vec!["Portal".to_owned()]);
        for (portal, court, corrected_portal, corrected_court, expected) in [
            ("no", "yes", "yes", "", Access::Blocked),
            ("no", "yes", "", "no", Access::Blocked),
            ("no", "yes", "yes", "no", Access::Allowed),
            ("no", "no", "yes", "", Access::Allowed),
            ("yes", "", "", "no", Access::Allowed),
            ("yes", "no", "", "yes", Access::Blocked),
            ("", "yes", "yes", "", Access::Blocked),
        ] {
            let rows = format!("CaregiverID,Email,StudentID,Portal,Court\nC1,a@example.nz,S1,{portal},{court}\n");
            exported.is_unknown_access_chosen = true;
            let mut roster = read_bytes(&exported, rows.as_bytes(), NOW, NOW).unwrap().0;
            let text = format!("{HEADINGS},Portal\nC1,,S1,{corrected_court},,T-1,2099-01-01,{corrected_portal}\n");
            let problems = from(&list, text.as_bytes(), NOW, &mut roster, NOW);
            assert!(problems.is_empty(), "{problems:?}");
            let access = roster.caregiver("C1").unwrap().children().next().unwrap().access();
            assert_eq!(access, expected, "{portal},{court} corrected by {corrected_portal},{corrected_court}");
        }
    }

    #[test]
    fn a_correction_ends_on_its_day() {
        let today = NOW.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        for (until, is_over) in [(today, true), (today.tomorrow().unwrap(), false)] {
            let (roster, told) = corrected(&[&format!("C2,new@example.nz,,,,T-1,{until}")]);
            assert_eq!(told, if is_over { vec!["2 roster::correction-over"] } else { vec![] });
            assert_eq!(roster.caregiver("C2").unwrap().address() == Ok("new@example.nz"), !is_over);
        }
    }

    #[test]
    fn a_correction_without_reason_or_end_is_an_error() {
        let (_, told) = corrected(&["C2,a@example.nz,,,,,2099-01-01", "C2,a@example.nz,,,,T-1,", "C2,,,,,T,1/05/2099"]);
        assert_eq!(told, ["2 roster::no-reason", "3 roster::bad-until", "4 roster::bad-until"]);
    }

    proptest::proptest! {
        #[test]
        fn no_list_is_a_panic(text in "([C12,a@x.nz\"\n\r S\u{1d}-]{0,80}|(C[129],a@x\\.nz,(S[12])?,(Y|no|x)?,7,T,2099-0[19]-01\n){0,5})") {
            corrected(&[&text]);
        }
    }

    #[test]
    fn two_rows_that_say_something_of_one_person_or_child_are_an_error() {
        for second in ["C2,b@example.nz,S1,,,T-1,2099-01-01", "C2,,S1,,8B,T-1,2099-01-01"] {
            let (_, told) = corrected(&["C2,a@example.nz,,,,T-1,2099-01-01", "C1,,S1,,7C,T-1,2099-01-01", second]);
            assert_eq!(told, ["4 roster::corrected-twice"], "{second}");
        }
        let (roster, told) = corrected(&["C1,zz@example.nz,S2,,,T-1,2099-01-01"]);
        assert_eq!(told, ["2 roster::corrects-nobody"]);
        assert_ne!(roster.caregiver("C1").unwrap().email_as_written(), "zz@example.nz");
    }

    /// Whoever writes a court order down must not have it lost for a missing or mistyped id.
    #[test]
    fn a_bar_that_would_keep_nobody_from_anything_is_an_error() {
        for (row, expected) in [
            ("C2,a@example.nz,,yes,,T-1,2099-01-01", Some("2 roster::no-child")),
            ("C2,,,,7C,T-1,2099-01-01", Some("2 roster::no-child")),
            ("c2,,S1,yes,,T-1,2099-01-01", Some("2 roster::bars-nobody")),
            ("C1,,S2,yes,,T-1,2099-01-01", Some("2 roster::bars-nobody")),
            ("C2,,s1,yes,,T-1,2099-01-01", Some("2 roster::bars-nobody")),
            ("C2,,s1,yes,,T-1,2020-01-01", Some("2 roster::correction-over")),
            ("C2,,S1,yes,,T-1,2099-01-01", None),
        ] {
            assert_eq!(corrected(&[row]).1, expected.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{row}");
        }
    }

    #[test]
    fn nobody_is_added_and_nothing_corrected_twice() {
        let (roster, told) = corrected(&[
            "C9,a@example.nz,,,,T-1,2099-01-01",
            "C1,,S2,no,,T-1,2099-01-01",
            "C1,,,,,T-1,2099-01-01",
            "C2,a@example.nz,,,,T-1,2099-01-01",
            "C2,b@example.nz,,,,T-1,2099-01-01",
        ]);
        assert_eq!(told, ["2 roster::corrects-nobody", "4 roster::corrects-nothing", "6 roster::corrected-twice"]);
        assert_eq!(roster.len(), 3);
    }
}
