//! Which column of an export holds what, found by its heading: exactly, or else without regard to case.

use csv::StringRecord;

use crate::diagnostic::Diagnostic;
use crate::model::source::{Column, IdentityBy, RosterSource};

use super::clean::clean;
use super::problems::Problems;
use super::suggest;

/// So many headings are listed.
const LISTED: usize = 40;

/// Where each column is.
#[derive(Debug)]
pub(super) struct Columns {
    at: [Option<usize>; Column::ALL.len()],
    headings: Vec<String>,
    is_complete: bool,
}

impl Columns {
    /// Finds the mapped columns in the heading line, and reports every one that is missing, twofold or not mapped at all.
    pub(super) fn find(source: &RosterSource, line: u32, fields: &StringRecord, problems: &mut Problems) -> Self {
        let headings: Vec<String> = fields.iter().map(|field| clean(field).into_owned()).collect();
        let mut columns = Self { at: [None; Column::ALL.len()], headings, is_complete: false };
        if columns.look_like_data() {
            problems.at_line(line, no_headings());
            return columns;
        }
        let text = columns.headings.join(",");
        let mut found = unmapped(source);
        for (&column, heading) in &source.columns {
            match columns.position(heading) {
                Ok(at) => columns.at[column as usize] = Some(at),
                Err(problem) => found.push(columns.explain(&problem, column, heading)),
            }
        }
        columns.is_complete = found.is_empty();
        for problem in found {
            problems.heading(line, &text, problem);
        }
        columns
    }

    /// Whether rows can be understood: the heading line had no problem.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// How many fields a row must have.
    pub(super) fn width(&self) -> usize {
        self.headings.len()
    }

    /// Whether the export has this column.
    pub(super) fn has(&self, column: Column) -> bool {
        self.at[column as usize].is_some()
    }

    /// The heading of a column, as the export writes it.
    pub(super) fn heading(&self, column: Column) -> &str {
        self.at[column as usize].map_or(column.as_str(), |at| &self.headings[at])
    }

    /// A row's cell, trimmed; blank where there is no such column.
    pub(super) fn cell<'a>(&self, column: Column, record: &'a StringRecord) -> &'a str {
        self.at[column as usize].and_then(|at| record.get(at)).unwrap_or_default().trim()
    }

    /// An export without a heading line: its first line must not be shown.
    fn look_like_data(&self) -> bool {
        self.headings.iter().any(|heading| heading.contains('@'))
    }

    fn position(&self, wanted: &str) -> Result<usize, HeadingProblem> {
        let wanted = wanted.trim();
        let folded = wanted.to_lowercase();
        self.only(|heading| heading == wanted).or_else(|problem| match problem {
            HeadingProblem::Missing => self.only(|heading| heading.to_lowercase() == folded),
            HeadingProblem::Twofold(..) => Err(problem),
        })
    }

    fn only(&self, is_wanted: impl Fn(&str) -> bool) -> Result<usize, HeadingProblem> {
        let mut found = self.headings.iter().enumerate().filter(|(_, heading)| is_wanted(heading)).map(|(at, _)| at);
        match (found.next(), found.next()) {
            (Some(at), None) => Ok(at),
            (Some(first), Some(second)) => Err(HeadingProblem::Twofold(first, second)),
            (None, _) => Err(HeadingProblem::Missing),
        }
    }

    fn explain(&self, problem: &HeadingProblem, column: Column, heading: &str) -> Diagnostic {
        let word = column.as_str();
        match *problem {
            HeadingProblem::Missing => {
                let message = format!("there is no column `{heading}`, which `columns:` gives for {word}");
                Diagnostic::error("roster::missing-heading", message).with_help(self.nearest(heading))
            }
            HeadingProblem::Twofold(first, second) => {
                let message = format!(
                    "there are two columns `{heading}` ({} and {}); which of them is {word} can't be told",
                    first + 1,
                    second + 1
                );
                Diagnostic::error("roster::duplicate-heading", message)
                    .with_help("rename one of them in the export, or leave it out")
            }
        }
    }

    fn nearest(&self, wanted: &str) -> String {
        let headings: Vec<&str> = self.headings.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        let question = suggest::heading(wanted, &headings).map(|near| format!("did you mean `{near}`? "));
        let more = if headings.len() > LISTED { " …" } else { "" };
        let listed = headings[..headings.len().min(LISTED)].join(", ");
        format!("{}the headings are: {listed}{more}", question.unwrap_or_default())
    }
}

enum HeadingProblem {
    Missing,
    Twofold(usize, usize),
}

fn no_headings() -> Diagnostic {
    Diagnostic::error("roster::no-headings", "the first line holds an email address, so it is no heading line")
        .with_help("export with column headings; without them the columns can't be told apart")
}

/// The columns that can't be done without, and that `columns:` does not mention.
fn unmapped(source: &RosterSource) -> Vec<Diagnostic> {
    let mut wanted = vec![Column::Email, Column::StudentId];
    if source.identity == IdentityBy::CaregiverId {
        wanted.push(Column::CaregiverId);
    }
    wanted.retain(|column| !source.columns.contains_key(column));
    wanted.into_iter().map(unmapped_column).collect()
}

fn unmapped_column(column: Column) -> Diagnostic {
    let word = column.as_str();
    let help = if column == Column::CaregiverId {
        "add the caregiver id to the export and name its heading. If the SMS has none, `identity: email` tells caregivers by \
         their address; what that costs: whoever changes their address is a new person and would be given a second account, \
         two people with one address are one person, and rows without a usable address are left out"
            .to_owned()
    } else {
        format!("name its heading, as in `columns: {{{word}: …}}`")
    };
    Diagnostic::error("roster::unmapped-column", format!("`columns:` does not say which column is {word}"))
        .with_help(help)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{self, HEADINGS};
    use super::*;
    use crate::diagnostic::Severity;

    fn find(source: &RosterSource, headings: &str) -> (Columns, Vec<Diagnostic>) {
        let mut problems = Problems::new("r.csv");
        let columns = Columns::find(source, 1, &headings.split(',').collect(), &mut problems);
        (columns, problems.finish().sorted().into_iter().cloned().collect())
    }

    #[test]
    fn headings_match_trimmed_and_without_case() {
        let (columns, problems) = find(&testing::source(), &format!(" {} ,Mobile", HEADINGS.to_lowercase()));
        assert!(problems.is_empty(), "{problems:#?}");
        let record: StringRecord = HEADINGS.split(',').map(|heading| format!(" {heading} ")).collect();
        assert_eq!(columns.cell(Column::Email, &record), "Email");
        assert_eq!((columns.width(), columns.heading(Column::StudentId)), (16, "studentid"));
    }

    #[test]
    fn an_exact_heading_wins_over_one_in_another_case() {
        let source = testing::source_of(&[Column::CaregiverId, Column::Email, Column::StudentId]);
        let (columns, problems) = find(&source, "EMAIL,CaregiverID,Email,StudentID,email");
        assert!(problems.is_empty(), "{problems:#?}");
        assert_eq!(columns.cell(Column::Email, &StringRecord::from(vec!["a", "b", "c", "d", "e"])), "c");
    }

    #[test]
    fn every_missing_heading_is_reported_with_the_nearest_one() {
        let source = testing::source_of(&[Column::CaregiverId, Column::Email, Column::StudentId]);
        let (_, problems) = find(&source, "Caregiver Id,E-Mail Address,StudentID");
        let told: Vec<_> = problems.iter().map(|problem| (problem.code, problem.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (
                    "roster::missing-heading",
                    "there is no column `CaregiverID`, which `columns:` gives for caregiver-id"
                ),
                ("roster::missing-heading", "there is no column `Email`, which `columns:` gives for email"),
            ]
        );
        assert_eq!(
            problems[0].help.as_deref(),
            Some("did you mean `Caregiver Id`? the headings are: Caregiver Id, E-Mail Address, StudentID")
        );
        assert_eq!(problems[0].source.as_deref(), Some("Caregiver Id,E-Mail Address,StudentID"));
    }

    #[test]
    fn a_mapped_heading_that_occurs_twice_is_refused() {
        let source = testing::source_of(&[Column::CaregiverId, Column::Email, Column::StudentId]);
        let (_, problems) = find(&source, "CaregiverID,Email,StudentID,Email,ID,ID");
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert_eq!(problems[0].code, "roster::duplicate-heading");
        assert!(problems[0].message.contains("(2 and 4)"), "{}", problems[0].message);
    }

    #[test]
    fn a_caregiver_id_is_wanted_unless_the_address_is_the_identity() {
        let mut source = testing::source_of(&[Column::Email, Column::StudentId]);
        let (_, problems) = find(&source, "Email,StudentID");
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].code, problems[0].severity), ("roster::unmapped-column", Severity::Error));
        assert!(problems[0].help.as_ref().unwrap().contains("second account"));
        source.identity = IdentityBy::Email;
        assert!(find(&source, "Email,StudentID").1.is_empty());
    }

    #[test]
    fn a_first_line_with_an_address_is_no_heading_and_is_not_shown() {
        let (_, problems) = find(&testing::source(), "C1,Mere,Ngata,mere@example.nz,S1");
        assert_eq!(problems.len(), 1);
        assert_eq!((problems[0].code, problems[0].source.clone()), ("roster::no-headings", None));
        assert!(!format!("{problems:?}").contains("mere@"));
    }
}
