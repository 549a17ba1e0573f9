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
    /// An access that is unknown, where the rollout does not say what that means.
    UnknownAccess,
    /// A staff cell that is neither yes nor no.
    StrangeStaff,
    /// A priority that is no number.
    StrangePriority,
    /// A row whose caregiver and student are one, by id and by name.
    OwnGuardian,
    /// One caregiver id, several names.
    CaregiverNames,
    /// One caregiver id, several languages.
    Languages,
    /// One student id, several names.
    StudentNames,
    /// One student id, the names of two children.
    TwoStudents,
    /// One caregiver id, the names of two people in two exports.
    TwoCaregivers,
    /// Letters of a name are lost.
    DamagedName,
    /// One student id, several years, classes or schools.
    StudentPlaces,
    /// A year or class that a spreadsheet took for a date.
    ExcelDate,
    /// A correction whose day has come.
    CorrectionOver,
    /// A correction of somebody whom the exports do not have.
    CorrectsNobody,
    /// A correction of nothing.
    CorrectsNothing,
}

impl Oddity {
    const ALL: [Self; 19] = [
        Self::NoCaregiverId,
        Self::NoUsableAddress,
        Self::NoStudentId,
        Self::StrangeAccess,
        Self::UnknownAccess,
        Self::StrangeStaff,
        Self::StrangePriority,
        Self::OwnGuardian,
        Self::CaregiverNames,
        Self::Languages,
        Self::StudentNames,
        Self::TwoStudents,
        Self::TwoCaregivers,
        Self::DamagedName,
        Self::StudentPlaces,
        Self::ExcelDate,
        Self::CorrectionOver,
        Self::CorrectsNobody,
        Self::CorrectsNothing,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::NoCaregiverId => "roster::no-caregiver-id",
            Self::NoUsableAddress => "roster::no-identity",
            Self::NoStudentId => "roster::no-student-id",
            Self::StrangeAccess => "roster::strange-access",
            Self::UnknownAccess => "roster::unknown-access",
            Self::StrangeStaff => "roster::strange-staff",
            Self::StrangePriority => "roster::strange-priority",
            Self::OwnGuardian => "roster::own-guardian",
            Self::CaregiverNames => "roster::several-names",
            Self::Languages => "roster::several-languages",
            Self::StudentNames => "roster::several-student-names",
            Self::TwoStudents => "roster::two-students",
            Self::TwoCaregivers => "roster::two-caregivers",
            Self::DamagedName => "roster::damaged-name",
            Self::StudentPlaces => "roster::several-classes",
            Self::ExcelDate => "roster::excel-date",
            Self::CorrectionOver => "roster::correction-over",
            Self::CorrectsNobody => "roster::corrects-nobody",
            Self::CorrectsNothing => "roster::corrects-nothing",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::NoCaregiverId => "without a caregiver id, and left out",
            Self::NoUsableAddress => "without a usable address to tell the caregiver by, and left out",
            Self::NoStudentId => "without a student id, so that a child is missing",
            Self::StrangeAccess => "an access cell is neither yes nor no, and counts as unknown",
            Self::UnknownAccess => {
                "whether the caregiver may see the child is unknown, and the rollout does not say what that means"
            }
            Self::StrangeStaff => "staff is neither yes nor no, and counts as yes",
            Self::StrangePriority => "the priority is no whole number, and does not count",
            Self::OwnGuardian => "the student is their own caregiver, by id and by name",
            Self::CaregiverNames | Self::StudentNames => "different names in different rows, of which one is used",
            Self::TwoStudents => {
                "the same id stands for children of quite different names, and one would be named to the parents of the other"
            }
            Self::TwoCaregivers => {
                "the same id stands for people of quite different names in two exports, and one would read of the other's children"
            }
            Self::DamagedName => "letters are lost in names, and parents would read them so",
            Self::Languages => "different languages in different rows, of which one is used",
            Self::StudentPlaces => "different years, classes or schools in different rows, of which one is used",
            Self::ExcelDate => "the year or the class is a date (`07-Jul`), so that no cohort finds the child by it",
            Self::CorrectionOver => "corrections that have ended and do not count any more",
            Self::CorrectsNobody => "corrections of somebody, or of two together, whom no export has",
            Self::CorrectsNothing => "corrections without a value",
        }
    }

    /// What is counted.
    fn unit(self) -> &'static str {
        match self {
            Self::CaregiverNames | Self::TwoCaregivers | Self::Languages => "caregiver",
            Self::StudentNames | Self::TwoStudents | Self::StudentPlaces => "student",
            Self::DamagedName => "name",
            _ => "row",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::NoCaregiverId | Self::NoStudentId => {
                "give them an id in the SMS; `0`, `-`, `null`, `N/A` and their like are none"
            }
            Self::NoUsableAddress => "correct the address in the SMS",
            Self::StrangeAccess | Self::StrangeStaff => {
                "words that are understood: yes, y, true, t, 1, on; no, n, false, f, 0, off"
            }
            Self::UnknownAccess => {
                "write `unknown-access: hold` (the child does not count) or `unknown-access: allow` into `roster`; where the \
                 SMS fills a column in for a yes only, `blank-is-no: [that-column]`"
            }
            Self::StrangePriority => "priorities are 1, 2, 3 …",
            Self::OwnGuardian => "see in the SMS whether that is meant: they would get a parent's account",
            Self::CaregiverNames => "see in the SMS whether two people share one id",
            Self::ExcelDate => "export again from the SMS and don't open or save the file in Excel",
            Self::CorrectionOver => "see whether the SMS is right now, and take the rows out",
            Self::CorrectsNobody => "see whether the ids are right; corrections add nobody",
            Self::CorrectsNothing => "fill the cell in that is to be corrected, or take the rows out",
            Self::TwoCaregivers => {
                "the ids of several exports come from one SMS, or never meet: give each school a rollout of its own, or its ids a prefix"
            }
            Self::TwoStudents => "give each child an id of their own in the SMS, and export again",
            Self::DamagedName => {
                "export again as UTF-8 from the SMS and don't open or save the file in Excel; where the SMS shows them so, correct them there"
            }
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
            let problem = |message| {
                let problem = match oddity {
                    Oddity::UnknownAccess | Oddity::TwoStudents | Oddity::TwoCaregivers => {
                        Diagnostic::error(oddity.code(), message)
                    }
                    _ => Diagnostic::warning(oddity.code(), message),
                };
                problem.with_help(oddity.help())
            };
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
                "an access cell is neither yes nor no, and counts as unknown: 1 row (line 3)",
                "without a caregiver id, and left out: 8 rows (lines 4, 5, 6, 7, 8 and 3 more)",
            ]
        );
    }
}
