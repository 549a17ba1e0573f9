//! Reads format `edge`: the three files of MUSAC edge's Student Lists, in a folder or a ZIP.
//!
//! *Student Detail* and *Caregiver Detail* have headings; *Caregiver Child Mapping* has a caregiver's id in its first column
//! and the ids of the children in those behind it, with a heading line or without. What the headings are called is not known
//! for certain, so the usual names are tried, and `columns:` in the rollout gives others.

use std::collections::HashSet;
use std::io::Read;

use jiff::Timestamp;

use crate::diagnostic::Diagnostic;
use crate::model::access::Access;
use crate::model::source::{Column, RosterSource};

use super::csv;
use super::fold::{Fold, Row};
use super::join::{Adult, Joiner};
use super::notices::Kind;
use super::reading::{Answer, Extent, Reading};
use super::rows::{Next, Rows};
use super::set::{FileSet, Stop};
use super::suggest;
use super::tail::Tail;

const CAREGIVERS: &[(Column, &[&str])] = &[
    (Column::CaregiverId, &["ID number", "Caregiver ID number", "Caregiver ID", "Caregiver Number", "Person ID", "ID"]),
    (Column::FirstName, &["First name", "Caregiver First name", "Given name", "Preferred name"]),
    (Column::LastName, &["Last name", "Caregiver Last name", "Surname", "Family name"]),
    (Column::Email, &["Email", "Email address", "Caregiver Email", "E-mail"]),
];
const STUDENTS: &[(Column, &[&str])] = &[
    (Column::StudentId, &["ID number", "Student ID number", "Student ID", "Student Number", "Person ID", "ID"]),
    (Column::StudentFirstName, &["First name", "Student First name", "Given name", "Preferred name"]),
    (Column::StudentLastName, &["Last name", "Student Last name", "Surname", "Family name"]),
    (Column::Year, &["School year", "Year level", "Year"]),
    (Column::Class, &["Classes", "Class"]),
];
const NEEDED: &[Column] = &[Column::CaregiverId, Column::Email, Column::StudentId];

const NO_CHILD: Kind = Kind {
    code: "roster::no-children",
    what: "caregivers to whom the mapping gives no child",
    unit: "caregiver",
    help: "see in edge whether they belong to a student",
};

const SEVERAL_CLASSES: Kind = Kind {
    code: "roster::several-enrolments",
    what: "students with several classes in one cell, which counts as one name, so that no cohort finds them by their class",
    unit: "student",
    help: "choose cohorts by year; or export the class of the school day alone",
};

/// The three files, as the set spells them.
struct Names {
    students: String,
    caregivers: String,
    mapping: String,
}

/// Reads an export.
pub(super) fn read(source: &RosterSource, mut files: FileSet<'_>, now: Timestamp) -> Answer {
    let mut reading = Reading::new(source, now);
    let exported_at = files.modified();
    let names = match names(&files) {
        Ok(names) => names,
        Err(problem) => {
            reading.stopped(problem);
            return reading.give_up();
        }
    };
    let mut edge = Edge { fold: Fold::new(source, false), joiner: Joiner::default(), linked: HashSet::new() };
    let shape = edge.people(&mut reading, &mut files, &names.students, STUDENTS);
    edge.people(&mut reading, &mut files, &names.caregivers, CAREGIVERS);
    edge.mapping(&mut reading, &mut files, &names.mapping);
    let Edge { mut fold, joiner, .. } = edge;
    let pairs = joiner.len();
    joiner.join(&mut fold, &mut reading);
    if fold.links() == 0 && !reading.problems.has_errors() {
        reading.problems.leave();
        reading.problems.whole(nobody_linked(pairs));
    }
    reading.finish(fold, exported_at, format!("MUSAC edge, {shape}"), &Extent::NotSaid)
}

fn nobody_linked(pairs: usize) -> Diagnostic {
    let message =
        format!("not one of the {pairs} links of the mapping is between a caregiver and a student of the files");
    Diagnostic::error("roster::nobody-linked", message)
        .with_help("see whether the three files are of one export, and whether `columns:` names the right ids")
}

/// The files by the words in their names.
fn names(files: &FileSet<'_>) -> Result<Names, Stop> {
    if files.is_one_file() {
        let message = "this is one file, and edge's export is three";
        let problem = Diagnostic::error("roster::not-a-set", message);
        let help = "name the folder or the ZIP with Student Detail, Caregiver Detail and Caregiver Child Mapping";
        return Err(super::set::stop(&files.place_of(""), problem.with_help(help)));
    }
    let find = |wanted: &str, is_it: fn(&str) -> bool| {
        let folded = |name: &String| name.to_lowercase().replace(['_', '-', ' '], "");
        let mut found = files.names().iter().filter(|name| is_it(&folded(name)));
        match (found.next(), found.next()) {
            (Some(name), None) => Ok(name.clone()),
            (None, _) => Err(files.missing(wanted)),
            (Some(one), Some(other)) => {
                let message = format!("`{one}` and `{other}` could both be the {wanted}");
                let problem = Diagnostic::error("roster::several-files", message);
                Err(super::set::stop(&files.place_of(one), problem.with_help("take the older one out of the folder")))
            }
        }
    };
    Ok(Names {
        students: find("Student Detail.csv", |name| name.contains("studentdetail"))?,
        caregivers: find("Caregiver Detail.csv", |name| name.contains("caregiverdetail"))?,
        mapping: find("Caregiver Child Mapping.csv", |name| name.contains("mapping"))?,
    })
}

/// The export as far as it has been read.
struct Edge {
    fold: Fold,
    joiner: Joiner,
    linked: HashSet<String>,
}

impl Edge {
    /// Reads one of the two files of people; what it looks like.
    fn people(
        &mut self,
        reading: &mut Reading<'_>,
        files: &mut FileSet<'_>,
        name: &str,
        wanted: &[(Column, &[&str])],
    ) -> String {
        let place = files.place_of(name);
        let file = reading.problems.enter(&place);
        let Some(mut rows) = open(reading, files, name) else { return String::new() };
        match rows.next() {
            Next::Row => {}
            stop => {
                stop.report_nothing(rows.line, &mut reading.problems);
                return String::new();
            }
        }
        let headings: Vec<String> = rows.record.iter().map(|cell| cell.trim().to_owned()).collect();
        let found = find_columns(reading, rows.line, &headings, wanted);
        let mut tail = Tail::under(headings.len());
        loop {
            match rows.next() {
                Next::Row => tail.see(&rows.record, rows.line),
                end => {
                    end.report(rows.line, &mut reading.problems);
                    break;
                }
            }
            if let Some(problem) = rows.problem(headings.len()) {
                reading.problems.row(rows.line, problem);
                continue;
            }
            reading.rows += 1;
            let Some(found) = &found else { continue };
            let cells: Vec<(Column, &str, &str)> = found
                .iter()
                .map(|&(column, at)| (column, headings[at].as_str(), rows.record.get(at).unwrap_or_default()))
                .collect();
            self.one(reading, &Row::of_cells(&cells, (file, rows.line)));
        }
        if rows.ends_in_a_line() {
            reading.ends_in_a_line(name, file, &tail);
        }
        let (shape, sha256) = rows.finish();
        reading.has_read(name, &sha256);
        shape.clone()
    }

    fn one(&mut self, reading: &mut Reading<'_>, row: &Row<'_>) {
        let student = row.cell(Column::StudentId);
        if !student.is_empty() {
            if row.cell(Column::Class).contains([',', ';', '|', '\u{1D}']) {
                reading.note(&SEVERAL_CLASSES, row.place());
            }
            if let Some(number) = self.fold.student(row, &mut reading.problems) {
                self.joiner.student(student, number);
            }
        } else if let Some(person) = self.fold.person(row, &mut reading.problems) {
            let adult = Adult { person, relationship: "", access: Access::Allowed };
            self.joiner.adult(row.cell(Column::CaregiverId), adult);
        }
    }

    /// The mapping: rows as wide as there are children.
    fn mapping(&mut self, reading: &mut Reading<'_>, files: &mut FileSet<'_>, name: &str) {
        let place = files.place_of(name);
        let file = reading.problems.enter(&place);
        let Some(mut rows) = open(reading, files, name) else { return };
        let mut is_first = true;
        loop {
            match rows.next() {
                Next::Row => {}
                end => {
                    end.report(rows.line, &mut reading.problems);
                    break;
                }
            }
            let mut cells = rows.record.iter().map(str::trim);
            let caregiver = cells.next().unwrap_or_default();
            let is_heading = std::mem::take(&mut is_first) && !self.joiner.has_adult(caregiver) && is_word(caregiver);
            if is_heading || caregiver.is_empty() {
                continue;
            }
            reading.rows += 1;
            for child in cells.filter(|child| !child.is_empty()) {
                self.linked.insert(caregiver.to_owned());
                self.joiner.pair((child, caregiver), None, Access::Allowed, (file, rows.line));
            }
            if !self.linked.contains(caregiver) {
                reading.note(&NO_CHILD, (file, rows.line));
            }
        }
        let (_, sha256) = rows.finish();
        reading.has_read(name, &sha256);
    }
}

/// A heading, not an id: ids have digits in them.
fn is_word(cell: &str) -> bool {
    !cell.bytes().any(|byte| byte.is_ascii_digit())
}

fn open<'f>(
    reading: &mut Reading<'_>,
    files: &'f mut FileSet<'_>,
    name: &str,
) -> Option<Rows<impl Read + Send + use<'f>>> {
    let input = reading.open(files, name)?;
    match csv::open(input, reading.source.encoding) {
        Ok(rows) => Some(rows),
        Err(problem) => {
            reading.problems.whole(*problem);
            None
        }
    }
}

/// Where the columns are; `None` where one that is needed can't be found.
fn find_columns(
    reading: &mut Reading<'_>,
    line: u32,
    headings: &[String],
    wanted: &[(Column, &[&str])],
) -> Option<Vec<(Column, usize)>> {
    if headings.iter().any(|heading| heading.contains('@')) {
        let message = "the first line holds an email address, so it is no heading line";
        let problem = Diagnostic::error("roster::no-headings", message);
        reading.problems.at_line(line, problem.with_help("leave the headings of this file as edge writes them"));
        return None;
    }
    let mut found = Vec::new();
    let mut is_complete = true;
    for (column, usual) in wanted {
        let given = reading.source.columns.get(column).cloned();
        let names: Vec<&str> =
            given.as_deref().map_or_else(|| usual.to_vec(), |names| names.iter().map(String::as_str).collect());
        let at = names.iter().find_map(|name| headings.iter().position(|heading| heading.eq_ignore_ascii_case(name)));
        if let Some(at) = at {
            found.push((*column, at));
        } else if given.is_some() || NEEDED.contains(column) {
            is_complete = false;
            let problem = missing(*column, names[0], headings);
            reading.problems.heading(line, &headings.join(","), problem);
        }
    }
    is_complete.then_some(found)
}

fn missing(column: Column, name: &str, headings: &[String]) -> Diagnostic {
    let listed: Vec<&str> = headings.iter().map(String::as_str).filter(|heading| !heading.is_empty()).collect();
    let near = suggest::heading(name, &listed).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    let word = column.as_str();
    let message = format!("there is no column `{name}` for {word}");
    let help = format!("{near}name it, as in `columns: {{{word}: …}}`; the headings are: {}", listed.join(", "));
    Diagnostic::error("roster::missing-heading", message).with_help(help)
}
