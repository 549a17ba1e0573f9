//! Reads format `ide`: New Zealand's Identity Data Extract, `SMSIAM.csv`, versions 1.6 and 1.71.
//!
//! One file with students, staff and caregivers, columns by heading and in any case. Caregivers name their children by NSN.
//! Lines that begin with `#` are comments; the last line is a trailer with the export's own time, and a file without it may
//! have been cut short. There is no year level in it: the rollout's `year-from` says where to find one.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::diagnostic::Diagnostic;
use crate::model::access::Access;
use crate::model::email;
use crate::model::source::{Column, RosterSource, YearField};

use super::fold::{Fold, Row};
use super::headings::{Heading, needed, optional};
use super::ids;
use super::notices::Kind;
use super::problems::FileNumber;
use super::reading::{Answer, Extent, Reading};
use super::set::FileSet;
use super::table::{self, Table};
use super::uncommented::Uncommented;

const HEADINGS: &[Heading] = &[
    needed("mlepSmsPersonId"),
    needed("mlepRole"),
    needed("mlepStudentNSN"),
    needed("mlepAssociatedNSN"),
    needed("mlepEmail"),
    needed("mlepFirstName"),
    needed("mlepLastName"),
    optional("mlepLastAttendance"),
    optional("mlepOrganisation"),
    optional("mlepGroupMembership"),
    optional("mlepHomeGroup"),
];
const ID: usize = 0;
const ROLE: usize = 1;
const NSN: usize = 2;
const CHILDREN: usize = 3;
const EMAIL: usize = 4;
const FIRST: usize = 5;
const LAST: usize = 6;
const LAST_DAY: usize = 7;
const SCHOOL: usize = 8;
const GROUPS: usize = 9;
const HOME_GROUP: usize = 10;

const UNKNOWN_ROLE: Kind = Kind {
    code: "roster::unknown-role",
    what: "mlepRole is none of Student, TeachingStaff, NonTeachingStaff, ParentCaregiver and Alumni; left out",
    unit: "row",
    help: "correct the role in the SMS",
};
const DANGLING: Kind = Kind {
    code: "roster::dangling-link",
    what: "mlepAssociatedNSN names an NSN that no student of the file has, and the link is left out",
    unit: "link",
    help: "see in the SMS whether the child has left, or has no NSN",
};
const TWO_STUDENTS: Kind = Kind {
    code: "roster::nsn-twice",
    what: "the NSN belongs to two students, so that nobody can be linked by it",
    unit: "row",
    help: "correct the NSN in the SMS",
};
const STRANGE_NSN: Kind = Kind {
    code: "roster::strange-nsn",
    what: "an NSN that has not ten digits; it is compared as it stands",
    unit: "row",
    help: "a spreadsheet takes zeros from the front: export again and don't open the file in Excel",
};
const NO_NSN: Kind = Kind {
    code: "roster::no-nsn",
    what: "students without an NSN, so that no caregiver can be linked to them",
    unit: "row",
    help: "enter the NSN in the SMS",
};
const OWN_GUARDIAN: Kind = Kind {
    code: "roster::own-guardian",
    what: "linked to themselves, and left out",
    unit: "person",
    help: "correct the caregiver in the SMS",
};
const STRANGE_DAY: Kind = Kind {
    code: "roster::strange-date",
    what: "mlepLastAttendance is no date like 2027-02-01, and does not count",
    unit: "row",
    help: "a spreadsheet writes dates in its own way: export again and don't open the file in Excel",
};
const GONE: Kind = Kind {
    code: "roster::students-left",
    what: "students whose last day has passed, and who are left out",
    unit: "student",
    help: "this is as it should be; their caregivers count for their other children only",
};
const NO_YEAR: Kind = Kind {
    code: "roster::no-year",
    what: "`year-from` finds no year level",
    unit: "student",
    help: "see whether the pattern fits the home groups or groups of these students",
};

/// Reads an export.
pub(super) fn read(source: &RosterSource, mut files: FileSet<'_>, now: Timestamp) -> Answer {
    let mut reading = Reading::new(source, now);
    let written_at = files.modified();
    let name = match files.only("SMSIAM.csv", ".csv") {
        Ok(name) => name,
        Err(problem) => {
            reading.stopped(problem);
            return reading.give_up();
        }
    };
    let place = files.place_of(&name);
    let Some(input) = reading.open(&mut files, &name) else { return reading.give_up() };
    let Some(mut table) = table::open(&mut reading, (&place, true), Uncommented::new(input), HEADINGS) else {
        return reading.give_up();
    };
    let mut extract = Extract::new(source);
    while table.advance(&mut reading) {
        extract.take(&table, &mut reading);
    }
    extract.join(&mut reading);
    let (exported_at, version, says) = extract.ending(&reading);
    let shape = table.finish(&mut reading);
    let shape = format!("IDE{version}, {shape}");
    reading.finish(extract.fold, exported_at.unwrap_or(written_at), shape, &says)
}

/// A caregiver's link to a child, by NSN.
struct Pair {
    person: u32,
    nsn: String,
    place: (FileNumber, u32),
}

/// The extract as far as it has been read.
struct Extract {
    fold: Fold,
    students: HashMap<String, Option<u32>>,
    student_ids: HashMap<u32, String>,
    person_ids: HashMap<u32, String>,
    pairs: Vec<Pair>,
    staff: HashSet<String>,
    staff_ids: HashSet<String>,
    trailer: Option<Trailer>,
    has_rows_behind: bool,
}

impl Extract {
    fn new(source: &RosterSource) -> Self {
        Self {
            fold: Fold::new(source, false),
            students: HashMap::new(),
            student_ids: HashMap::new(),
            person_ids: HashMap::new(),
            pairs: Vec::new(),
            staff: HashSet::new(),
            staff_ids: HashSet::new(),
            trailer: None,
            has_rows_behind: false,
        }
    }

    fn take<R: Read>(&mut self, table: &Table<R>, reading: &mut Reading<'_>) {
        let first = table.cells().next().unwrap_or_default();
        if first.starts_with('#') {
            return;
        }
        if table.cells().skip(1).all(str::is_empty)
            && let Some(trailer) = Trailer::read(first)
        {
            self.trailer = Some(trailer);
            return;
        }
        self.has_rows_behind |= self.trailer.is_some();
        if !table.fits(reading) {
            return;
        }
        reading.rows += 1;
        let role = table.get(ROLE);
        if role.eq_ignore_ascii_case("Student") {
            self.student(table, reading);
        } else if role.eq_ignore_ascii_case("ParentCaregiver") {
            self.caregiver(table, reading);
        } else if role.eq_ignore_ascii_case("TeachingStaff") || role.eq_ignore_ascii_case("NonTeachingStaff") {
            self.staff.insert(email::fold(table.get(EMAIL)));
            self.staff_ids.insert(table.get(ID).to_owned());
        } else if !role.eq_ignore_ascii_case("Alumni") {
            reading.note(&UNKNOWN_ROLE, table.place());
        }
    }

    fn student<R: Read>(&mut self, table: &Table<R>, reading: &mut Reading<'_>) {
        match table.get(LAST_DAY).parse::<Date>() {
            Ok(day) if reading.is_past(day) => return reading.note(&GONE, table.place()),
            Err(_) if !table.get(LAST_DAY).is_empty() => reading.note(&STRANGE_DAY, table.place()),
            Ok(_) | Err(_) => {}
        }
        let year = year_of(table, reading);
        let cells = [
            (Column::StudentId, table.heading(ID), table.get(ID)),
            (Column::StudentFirstName, "", table.get(FIRST)),
            (Column::StudentLastName, "", table.get(LAST)),
            (Column::Year, "", year.as_str()),
            (Column::Class, "", table.get(HOME_GROUP)),
            (Column::School, "", table.get(SCHOOL)),
        ];
        let Some(student) = self.fold.student(&Row::of_cells(&cells, table.place()), &mut reading.problems) else {
            return;
        };
        self.student_ids.insert(student, table.get(ID).to_owned());
        let nsn = table.get(NSN);
        if nsn.is_empty() {
            return reading.note(&NO_NSN, table.place());
        }
        if is_sound(nsn, table.heading(NSN), table.place(), reading) {
            let known = self.students.entry(nsn.to_owned()).or_insert(Some(student));
            if *known != Some(student) {
                *known = None;
                reading.note(&TWO_STUDENTS, table.place());
            }
        }
    }

    fn caregiver<R: Read>(&mut self, table: &Table<R>, reading: &mut Reading<'_>) {
        let cells = [
            (Column::CaregiverId, table.heading(ID), table.get(ID)),
            (Column::FirstName, "", table.get(FIRST)),
            (Column::LastName, "", table.get(LAST)),
            (Column::Email, table.heading(EMAIL), table.get(EMAIL)),
        ];
        let Some(person) = self.fold.person(&Row::of_cells(&cells, table.place()), &mut reading.problems) else {
            return;
        };
        self.person_ids.entry(person).or_insert_with(|| table.get(ID).to_owned());
        for nsn in table.get(CHILDREN).split('#').map(str::trim).filter(|nsn| !nsn.is_empty()) {
            if is_sound(nsn, table.heading(CHILDREN), table.place(), reading) {
                self.pairs.push(Pair { person, nsn: nsn.to_owned(), place: table.place() });
            }
        }
    }

    /// Links caregivers and children, when all have been seen.
    fn join(&mut self, reading: &mut Reading<'_>) {
        for pair in &self.pairs {
            let Some(student) = self.students.get(&pair.nsn).copied().flatten() else {
                reading.note_link(&DANGLING, pair.place);
                continue;
            };
            let ids = (self.student_ids.get(&student), self.person_ids.get(&pair.person));
            if ids.0 == ids.1 {
                reading.note(&OWN_GUARDIAN, pair.place);
            } else {
                self.fold.link(pair.person, student, "", Access::Allowed, pair.place);
            }
        }
        self.staff.remove("");
        self.fold.mark_staff(&self.staff);
        let staff: HashSet<u32> =
            self.person_ids.iter().filter(|(_, id)| self.staff_ids.contains(*id)).map(|(&person, _)| person).collect();
        self.fold.mark_staff_people(&staff);
    }

    /// What the trailer says: when, which version, and whether the file is whole.
    fn ending(&self, reading: &Reading<'_>) -> (Option<Timestamp>, &'static str, Extent) {
        let Some(trailer) = &self.trailer else {
            return (
                None,
                "",
                Extent::Incomplete("the last line is no trailer, so the file may have been cut short".into()),
            );
        };
        let at = trailer.at.and_then(|at| reading.moment(at));
        let version = if trailer.is_1_71 { " 1.71" } else { " 1.6" };
        let says = if self.has_rows_behind {
            Extent::Incomplete("there are rows behind the trailer, so two files may have been put together".into())
        } else if at.is_none() {
            Extent::Incomplete("the time in the trailer can't be read, so a program has changed the file".into())
        } else {
            Extent::Full
        };
        (at, version, says)
    }
}

/// The last line: `2027-02-01 06:00:00`, or `1234#1.71#2027-02-01 06:00:00`.
struct Trailer {
    at: Option<DateTime>,
    is_1_71: bool,
}

impl Trailer {
    /// Reads a line that stands alone; `None` where it is something else.
    fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('#').map(str::trim).collect();
        let (at, is_1_71) = match parts.as_slice() {
            [at] => (at, false),
            [_, version, at] if version.starts_with("1.") => (at, true),
            _ => return None,
        };
        let looks_like_time = at.starts_with(|first: char| first.is_ascii_digit()) && at.contains(['-', '/']);
        looks_like_time.then(|| Self { at: DateTime::strptime("%Y-%m-%d %H:%M:%S", at).ok(), is_1_71 })
    }
}

fn is_sound(nsn: &str, heading: &str, place: (FileNumber, u32), reading: &mut Reading<'_>) -> bool {
    if let Err(problem) = ids::judge(nsn) {
        let message = problem.message(nsn, heading);
        reading.problems.row(place.1, Diagnostic::error(problem.code(), message).with_help(problem.help()));
        return false;
    }
    if nsn.len() != 10 || !nsn.bytes().all(|byte| byte.is_ascii_digit()) {
        reading.note(&STRANGE_NSN, place);
    }
    true
}

/// The year level that `year-from` finds; zeros before it are no part of it.
fn year_of<R: Read>(table: &Table<R>, reading: &mut Reading<'_>) -> String {
    let Some(from) = &reading.source.year_from else { return String::new() };
    let texts: Vec<&str> = match from.field {
        YearField::HomeGroup => vec![table.get(HOME_GROUP)],
        YearField::Groups => table.get(GROUPS).split('#').map(str::trim).collect(),
    };
    let found = texts.iter().find_map(|text| from.pattern.captures(text));
    let found = found.and_then(|found| found.get(1).or_else(|| found.get(0)));
    let Some(found) = found else {
        reading.note(&NO_YEAR, table.place());
        return String::new();
    };
    without_zeros(found.as_str()).to_owned()
}

/// `07` is year `7`; what is no number stays as it is.
pub(super) fn without_zeros(year: &str) -> &str {
    let is_number = !year.is_empty() && year.bytes().all(|byte| byte.is_ascii_digit());
    match year.trim_start_matches('0') {
        "" if is_number => "0",
        short if is_number => short,
        _ => year,
    }
}
