//! What is odd in an export without stopping it: one warning for each kind, with how many there are and the first lines.

use crate::diagnostic::Diagnostic;

use super::problems::{FileNumber, Problems};

/// So many lines are named.
const NAMED: usize = 5;

/// A kind of oddity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// A row says nothing of whom it is about.
    NoCaregiverId,
    /// `identity: email`, and a row without an address that could be one.
    NoUsableAddress,
    /// A row says nothing of the child.
    NoStudentId,
    /// An access cell that is neither yes nor no.
    StrangeAccess,
    /// A staff cell that is neither yes nor no.
    StrangeStaff,
    /// A priority that is no number.
    StrangePriority,
    /// One caregiver id, several names.
    CaregiverNames,
    /// One caregiver id, several languages.
    Languages,
    /// One student id, several names.
    StudentNames,
    /// One student id, several years, classes or schools.
    StudentPlaces,
    /// A year or class that a spreadsheet took for a date.
    ExcelDate,
}

impl Oddity {
    const ALL: [Self; 11] = [
        Self::NoCaregiverId,
        Self::NoUsableAddress,
        Self::NoStudentId,
        Self::StrangeAccess,
        Self::StrangeStaff,
        Self::StrangePriority,
        Self::CaregiverNames,
        Self::Languages,
        Self::StudentNames,
        Self::StudentPlaces,
        Self::ExcelDate,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::NoCaregiverId => "roster::no-caregiver-id",
            Self::NoUsableAddress => "roster::no-identity",
            Self::NoStudentId => "roster::no-student-id",
            Self::StrangeAccess => "roster::strange-access",
            Self::StrangeStaff => "roster::strange-staff",
            Self::StrangePriority => "roster::strange-priority",
            Self::CaregiverNames => "roster::several-names",
            Self::Languages => "roster::several-languages",
            Self::StudentNames => "roster::several-student-names",
            Self::StudentPlaces => "roster::several-classes",
            Self::ExcelDate => "roster::excel-date",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::NoCaregiverId => "without a caregiver id, and left out",
            Self::NoUsableAddress => "without a usable address to tell the caregiver by, and left out",
            Self::NoStudentId => "without a student id, so that a child is missing",
            Self::StrangeAccess => "portal access is neither yes nor no, and counts as unknown",
            Self::StrangeStaff => "staff is neither yes nor no, and counts as yes",
            Self::StrangePriority => "the priority is no whole number, and does not count",
            Self::CaregiverNames | Self::StudentNames => "different names in different rows, of which one is used",
            Self::Languages => "different languages in different rows, of which one is used",
            Self::StudentPlaces => "different years, classes or schools in different rows, of which one is used",
            Self::ExcelDate => "the year or the class is a date (`07-Jul`), so that no cohort finds the child by it",
        }
    }

    /// What is counted.
    fn unit(self) -> &'static str {
        match self {
            Self::CaregiverNames | Self::Languages => "caregiver",
            Self::StudentNames | Self::StudentPlaces => "student",
            _ => "row",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::NoCaregiverId | Self::NoStudentId => "give them an id in the SMS",
            Self::NoUsableAddress => "correct the address in the SMS",
            Self::StrangeAccess | Self::StrangeStaff => {
                "words that are understood: yes, y, true, t, 1, on; no, n, false, f, 0, off"
            }
            Self::StrangePriority => "priorities are 1, 2, 3 …",
            Self::CaregiverNames => "see in the SMS whether two people share one id",
            Self::ExcelDate => "export again from the SMS and don't open or save the file in Excel",
            Self::Languages | Self::StudentNames | Self::StudentPlaces => "make the records in the SMS agree",
        }
    }
}

/// How many there are of one kind, and where the first ones stand.
#[derive(Default)]
pub(super) struct Tally {
    count: u64,
    first: (FileNumber, u32),
    lines: Vec<u32>,
}

impl Tally {
    /// Counts one. The lines named are those of the first one's file.
    pub(super) fn add(&mut self, (file, line): (FileNumber, u32)) {
        if self.count == 0 {
            self.first = (file, line);
        }
        self.count += 1;
        if file == self.first.0 && self.lines.len() < NAMED {
            self.lines.push(line);
        }
    }

    /// Reports what has been counted, at the first one's line.
    pub(super) fn report(
        &self,
        what: &str,
        unit: &str,
        problem: impl FnOnce(String) -> Diagnostic,
        problems: &mut Problems,
    ) {
        if self.count > 0 {
            let message = format!("{what}: {} ({})", plural(self.count, unit), lines(self));
            problems.at(self.first, problem(message));
        }
    }
}

/// The oddities of one export.
#[derive(Default)]
pub(super) struct Tallies([Tally; Oddity::ALL.len()]);

impl Tallies {
    /// Counts one.
    pub(super) fn add(&mut self, oddity: Oddity, place: (FileNumber, u32)) {
        self.0[oddity as usize].add(place);
    }

    /// How many there are of a kind.
    pub(super) fn count(&self, oddity: Oddity) -> u64 {
        self.0[oddity as usize].count
    }

    /// Reports each kind that has occurred, at its first line.
    pub(super) fn report(&self, problems: &mut Problems) {
        for (oddity, tally) in Oddity::ALL.into_iter().zip(&self.0) {
            let problem = |message| Diagnostic::warning(oddity.code(), message).with_help(oddity.help());
            tally.report(oddity.what(), oddity.unit(), problem, problems);
        }
    }
}

fn lines(tally: &Tally) -> String {
    let named: Vec<String> = tally.lines.iter().map(u32::to_string).collect();
    let more = tally.count - named.len() as u64;
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} {}{more}", if tally.count == 1 { "line" } else { "lines" }, named.join(", "))
}

fn plural(count: u64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_the_tallies_are_those_of_the_list() {
        for (at, oddity) in Oddity::ALL.into_iter().enumerate() {
            assert_eq!(oddity as usize, at);
        }
    }

    #[test]
    fn a_kind_is_told_once_with_its_first_lines() {
        let mut tallies = Tallies::default();
        for line in 4..12 {
            tallies.add(Oddity::NoCaregiverId, (0, line));
        }
        tallies.add(Oddity::StrangeAccess, (0, 3));
        let mut problems = Problems::new("r.csv");
        tallies.report(&mut problems);
        let found = problems.finish();
        let messages: Vec<_> = found.sorted().iter().map(|problem| problem.message.clone()).collect();
        assert_eq!(
            messages,
            [
                "portal access is neither yes nor no, and counts as unknown: 1 row (line 3)",
                "without a caregiver id, and left out: 8 rows (lines 4, 5, 6, 7, 8 and 3 more)",
            ]
        );
    }
}
