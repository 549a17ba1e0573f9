//! Which column of an export holds what, found by its heading: exactly, or else without regard to case.

use std::collections::BTreeMap;

use csv::StringRecord;

use crate::diagnostic::Diagnostic;
use crate::model::nfc::nfc;
use crate::model::source::{Column, IdentityBy, Part, RosterSource};

use super::clean::{clean, trim};
use super::problems::Problems;
use super::suggest;

/// So many headings are listed.
const LISTED: usize = 40;

/// Where each column is.
#[derive(Debug)]
pub(super) struct Columns {
    /// Of each of a row's caregivers.
    slots: Vec<Slot>,
    headings: Vec<String>,
    is_complete: bool,
}

/// Where the columns of one of a row's caregivers are, and those that all of them share.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    at: [Option<usize>; Column::ALL.len()],
    /// The columns that are no other caregiver's.
    own: Vec<usize>,
    /// Further columns of an address, in the order of preference.
    further_emails: Vec<usize>,
    /// The columns of a postal address behind its first line.
    further_postal: Vec<usize>,
}

impl Slot {
    /// A row's cell, trimmed; blank where there is no such column. Of several addresses the first that is there.
    pub(super) fn cell<'a>(&self, column: Column, record: &'a StringRecord) -> &'a str {
        let cell = self.at[column as usize].and_then(|at| record.get(at)).map_or("", trim);
        if column != Column::Email || !cell.is_empty() {
            return cell;
        }
        let mut further = self.further_emails.iter().filter_map(|&at| record.get(at)).map(trim);
        further.find(|cell| !cell.is_empty()).unwrap_or_default()
    }

    /// The lines of a postal address behind the first.
    pub(super) fn further_postal<'a>(&self, record: &'a StringRecord) -> impl Iterator<Item = &'a str> {
        self.further_postal.iter().filter_map(|&at| record.get(at))
    }

    /// Whether a row says nothing of this one of its caregivers.
    pub(super) fn is_blank(&self, record: &StringRecord) -> bool {
        self.own.iter().all(|&at| record.get(at).is_none_or(|cell| trim(cell).is_empty()))
    }

    fn put(&mut self, column: Column, places: &[usize]) {
        self.at[column as usize] = places.first().copied();
        let further = places.iter().skip(1).copied().collect();
        match column {
            Column::Email => self.further_emails = further,
            Column::PostalAddress => self.further_postal = further,
            _ => {}
        }
    }
}

impl Columns {
    /// Finds the mapped columns in the heading line, and reports every one that is missing, twofold or not mapped at all.
    pub(super) fn find(source: &RosterSource, line: u32, fields: &StringRecord, problems: &mut Problems) -> Self {
        let headings: Vec<String> = fields.iter().map(|field| clean(field).into_owned()).collect();
        let mut columns = Self { slots: vec![Slot::default()], headings, is_complete: false };
        if columns.look_like_data() {
            problems.at_line(line, no_headings());
            return columns;
        }
        let mut found = unmapped(source);
        columns.slots = columns.place(source, &mut found);
        found.extend(columns.shared_by_two());
        columns.is_complete = found.is_empty();
        let text = columns.headings.join(",");
        for problem in found {
            problems.heading(line, &text, problem);
        }
        columns
    }

    fn place(&self, source: &RosterSource, problems: &mut Vec<Diagnostic>) -> Vec<Slot> {
        let mut common = Slot::default();
        self.put(&mut common, &source.columns, problems);
        let mut slots: Vec<Slot> = Vec::new();
        for own in &source.caregivers {
            let mut slot = common.clone();
            slot.own = self.put(&mut slot, own, problems);
            slots.push(slot);
        }
        if slots.is_empty() { vec![common] } else { slots }
    }

    /// Puts columns in their places; which these are.
    fn put(
        &self,
        slot: &mut Slot,
        columns: &BTreeMap<Column, Vec<String>>,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<usize> {
        let mut all = Vec::new();
        for (&column, headings) in columns {
            let mut places = Vec::new();
            for heading in headings {
                match self.position(heading) {
                    Ok(at) => places.push(at),
                    Err(problem) => problems.push(self.explain(&problem, column, heading)),
                }
            }
            slot.put(column, &places);
            all.extend(places);
        }
        all
    }

    /// Two caregivers of a row with one and the same id or address: copied, and not changed.
    fn shared_by_two(&self) -> Option<Diagnostic> {
        let is_shared = |column: Column| {
            let mut places: Vec<usize> = self.slots.iter().filter_map(|slot| slot.at[column as usize]).collect();
            let many = places.len();
            places.sort_unstable();
            places.dedup();
            places.len() < many
        };
        let column = [Column::CaregiverId, Column::Email].into_iter().find(|&column| is_shared(column))?;
        let message = format!("two of a row's caregivers have the same column as {}", column.as_str());
        Some(
            Diagnostic::error("roster::shared-column", message).with_help(
                "give each item of `caregivers:` its own; where a heading repeats, `ID#2` is the second `ID`",
            ),
        )
    }

    /// Whether rows can be understood: the heading line had no problem.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// How many fields a row must have.
    pub(super) fn width(&self) -> usize {
        self.headings.len()
    }

    /// Where the columns with ids are.
    #[cfg(feature = "xlsx")]
    pub(super) fn ids(&self) -> Vec<usize> {
        let ids = |slot: &Slot| [Column::CaregiverId, Column::StudentId].map(|column| slot.at[column as usize]);
        self.slots.iter().flat_map(ids).flatten().collect()
    }

    /// Where all columns are that are read.
    #[cfg(feature = "xlsx")]
    pub(super) fn read(&self) -> Vec<usize> {
        let places = |slot: &Slot| {
            let further = slot.further_emails.iter().chain(&slot.further_postal).copied();
            slot.at.into_iter().flatten().chain(further).collect::<Vec<_>>()
        };
        self.slots.iter().flat_map(places).collect()
    }

    /// How many caregivers a row may have.
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Where the columns of this one of a row's caregivers are; there is always a first.
    pub(super) fn slot(&self, slot: usize) -> &Slot {
        &self.slots[slot]
    }

    /// Whether the export has this column for this one of a row's caregivers.
    pub(super) fn has(&self, slot: usize, column: Column) -> bool {
        self.slot(slot).at[column as usize].is_some()
    }

    /// The heading of a column, as the export writes it.
    pub(super) fn heading(&self, slot: usize, column: Column) -> &str {
        self.slot(slot).at[column as usize].map_or(column.as_str(), |at| &self.headings[at])
    }

    /// An export without a heading line: its first line must not be shown.
    fn look_like_data(&self) -> bool {
        self.headings.iter().any(|heading| heading.contains('@'))
    }

    /// Where a heading is: as it is written, or else without regard to case, or else as the second of its like (`ID#2`).
    fn position(&self, wanted: &str) -> Result<usize, HeadingProblem> {
        let wanted = wanted.trim();
        match self.all_of(wanted).as_slice() {
            [at] => Ok(*at),
            [] => self.numbered(wanted).unwrap_or(Err(HeadingProblem::Missing)),
            several => Err(HeadingProblem::Several(several.to_vec())),
        }
    }

    fn numbered(&self, wanted: &str) -> Option<Result<usize, HeadingProblem>> {
        let (heading, number) = wanted.rsplit_once('#')?;
        let number: usize = number.parse().ok().filter(|&number| number > 0)?;
        let all = self.all_of(heading.trim());
        match all.get(number - 1) {
            Some(&at) => Some(Ok(at)),
            None if all.is_empty() => None,
            None => Some(Err(HeadingProblem::TooFew(all.len()))),
        }
    }

    /// The places of a heading, from the left.
    fn all_of(&self, wanted: &str) -> Vec<usize> {
        let (exact, folded) = (nfc(wanted), nfc(wanted).to_lowercase());
        let places = |is_wanted: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let found = self.headings.iter().enumerate().filter(|(_, heading)| is_wanted(heading));
            found.map(|(at, _)| at).collect()
        };
        let exact = places(&|heading| nfc(heading) == exact);
        if exact.is_empty() { places(&|heading| nfc(heading).to_lowercase() == folded) } else { exact }
    }

    fn explain(&self, problem: &HeadingProblem, column: Column, heading: &str) -> Diagnostic {
        let word = column.as_str();
        match problem {
            HeadingProblem::Missing => {
                let message = format!("there is no column `{heading}`, which `columns:` gives for {word}");
                Diagnostic::error("roster::missing-heading", message).with_help(self.nearest(heading))
            }
            HeadingProblem::Several(places) => {
                let numbers: Vec<String> = places.iter().map(|at| (at + 1).to_string()).collect();
                let message = format!(
                    "there are {} columns `{heading}` (columns {}); which of them is {word} can't be told",
                    places.len(),
                    numbers.join(", "),
                );
                let help = format!("number it from the left, as in `{word}: {heading}#2`");
                Diagnostic::error("roster::duplicate-heading", message).with_help(help)
            }
            HeadingProblem::TooFew(many) => {
                let message = format!("`{heading}`, which `columns:` gives for {word}, is one too many");
                let help = match many {
                    1 => "the heading occurs once: name it without a number".to_owned(),
                    many => format!("the heading occurs {many} times; number 1 is the first from the left"),
                };
                Diagnostic::error("roster::missing-heading", message).with_help(help)
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
    Several(Vec<usize>),
    /// So many there are.
    TooFew(usize),
}

fn no_headings() -> Diagnostic {
    Diagnostic::error("roster::no-headings", "the first line holds an email address, so it is no heading line")
        .with_help("export with column headings; without them the columns can't be told apart")
}

/// The columns that can't be done without, and that `columns:` does not mention.
fn unmapped(source: &RosterSource) -> Vec<Diagnostic> {
    let mut wanted = match source.part {
        Part::Roster => vec![Column::Email, Column::StudentId],
        Part::Corrections => vec![Column::Because, Column::Until],
    };
    if source.identity == IdentityBy::CaregiverId {
        wanted.push(Column::CaregiverId);
    }
    wanted.retain(|&column| !source.has(column));
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
        assert_eq!(columns.slot(0).cell(Column::Email, &record), "Email");
        assert_eq!((columns.width(), columns.heading(0, Column::StudentId)), (16, "studentid"));
    }

    #[test]
    fn an_exact_heading_wins_over_one_in_another_case() {
        let source = testing::source_of(&[Column::CaregiverId, Column::Email, Column::StudentId]);
        let (columns, problems) = find(&source, "EMAIL,CaregiverID,Email,StudentID,email");
        assert!(problems.is_empty(), "{problems:#?}");
        assert_eq!(columns.slot(0).cell(Column::Email, &StringRecord::from(vec!["a", "b", "c", "d", "e"])), "c");
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
        assert!(problems[0].message.contains("(columns 2, 4)"), "{}", problems[0].message);
        assert_eq!(problems[0].help.as_deref(), Some("number it from the left, as in `email: Email#2`"));
    }

    #[test]
    fn a_heading_that_repeats_is_found_by_its_number() {
        let mut source = testing::source_of(&[Column::CaregiverId, Column::Email, Column::StudentId]);
        for (column, heading) in [(Column::CaregiverId, "ID#2"), (Column::StudentId, "id#1"), (Column::Email, "Mail#2")]
        {
            source.columns.insert(column, vec![heading.into()]);
        }
        let (columns, problems) = find(&source, "ID,Name,ID,Mail#2,Mail,Mail");
        assert!(problems.is_empty(), "{problems:#?}");
        let record = StringRecord::from(vec!["a", "b", "c", "d", "e", "f"]);
        let cells = [Column::StudentId, Column::CaregiverId, Column::Email].map(|c| columns.slot(0).cell(c, &record));
        assert_eq!(cells, ["a", "c", "d"], "a heading that is written so wins over a number");
        let (_, problems) = find(&source, "ID,Mail,Mail");
        let told: Vec<_> = problems.iter().map(|problem| problem.help.clone().unwrap()).collect();
        assert_eq!(told, ["the heading occurs once: name it without a number"]);
    }

    #[test]
    fn headings_are_the_same_however_their_accents_are_written() {
        let mut source = testing::source_of(&[Column::CaregiverId, Column::Email, Column::StudentId]);
        source.columns.insert(Column::StudentId, vec!["\u{100}konga ID".into()]);
        assert!(find(&source, "CaregiverID,Email,A\u{304}konga id").1.is_empty());
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
