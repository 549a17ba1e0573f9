//! Which questions an export answers about a caregiver and a child, and what the answers mean together: a no anywhere is a
//! no, and an unknown counts for neither side.

use crate::model::access::Access;
use crate::model::source::{Column, RosterSource};

use super::columns::Columns;
use super::problems::FileNumber;
use super::take::{Fit, Row};
use super::tally::{Oddity, Tallies};
use super::words::{Answer, answer};

/// What was answered to each question about one caregiver and one child; nothing was asked that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Answers([Option<Access>; QUESTIONS.len()]);

impl Answers {
    /// An answer that a format gives by itself.
    pub(super) fn of_format(access: Access) -> Self {
        Self::default().with(0, access)
    }

    fn with(mut self, question: usize, access: Access) -> Self {
        self.0[question] = Some(access);
        self
    }

    /// Of two rows about the same, the stricter answer to each question.
    pub(super) fn stricter(self, other: Self) -> Self {
        Self(std::array::from_fn(|question| match (self.0[question], other.0[question]) {
            (Some(one), Some(other)) => Some(one.stricter(other)),
            (one, other) => one.or(other),
        }))
    }

    /// These, with the answers of a correction in place of those to the same questions. One that it does not mention stays.
    pub(super) fn corrected(self, correction: Self) -> Self {
        Self(std::array::from_fn(|question| correction.0[question].or(self.0[question])))
    }

    /// What they mean together; where nothing was asked everybody may.
    pub(super) fn access(self) -> Access {
        self.0.into_iter().flatten().fold(Access::Allowed, Access::stricter)
    }
}

/// The questions of one export.
pub(super) struct Asked {
    /// Of each of a row's caregivers.
    slots: Vec<Vec<Question>>,
    is_unknown_answered: bool,
}

#[derive(Clone, Copy)]
struct Question {
    /// Its place in [`QUESTIONS`].
    number: usize,
    column: Column,
    /// Whether a yes keeps the caregiver from the child.
    does_yes_bar: bool,
    /// Whether a blank cell is a no.
    is_blank_no: bool,
}

/// The questions, and whether a yes bars. The first is the one that formats without columns answer.
const QUESTIONS: [(Column, bool); 5] = [
    (Column::PortalAccess, false),
    (Column::CourtOrder, true),
    (Column::NoContact, true),
    (Column::LegalGuardian, false),
    (Column::LivesWith, false),
];

impl Asked {
    /// The questions whose columns the export has. Who is guardian, and where a child lives, is asked only where the
    /// rollout requires it.
    pub(super) fn of(source: &RosterSource, columns: &Columns) -> Self {
        let is_asked = |column: Column| match column {
            Column::LegalGuardian | Column::LivesWith => source.require.contains(&column),
            _ => true,
        };
        let question = |slot: usize| {
            let all = QUESTIONS.iter().enumerate();
            let asked = all.filter(move |(_, (column, _))| columns.has(slot, *column) && is_asked(*column));
            asked.map(|(number, &(column, does_yes_bar))| {
                let is_blank_no = source.blank_is_no.contains(&column);
                Question { number, column, does_yes_bar, is_blank_no }
            })
        };
        let slots = (0..columns.slots()).map(|slot| question(slot).collect()).collect();
        Self { slots, is_unknown_answered: source.is_unknown_access_chosen }
    }

    /// An unknown that the format itself says; the rollout must have chosen what that means.
    pub(super) fn note_unknown(&self, tallies: &mut Tallies, place: (FileNumber, u32)) {
        if !self.is_unknown_answered {
            tallies.add(Oddity::UnknownAccess, place);
        }
    }

    /// The question of an export without headings.
    pub(super) fn portal(source: &RosterSource, has_access: bool) -> Self {
        let question = Question { number: 0, column: Column::PortalAccess, does_yes_bar: false, is_blank_no: false };
        let slots = vec![has_access.then_some(question).into_iter().collect()];
        Self { slots, is_unknown_answered: source.is_unknown_access_chosen }
    }

    /// What a row says; without any question everybody may.
    pub(super) fn judge(&self, row: &Row<'_>, tallies: &mut Tallies) -> Answers {
        let mut answers = Answers::default();
        for question in self.slots.get(row.slot).map_or(&[][..], Vec::as_slice) {
            let access = match row.fit(question.column) {
                Fit::TooMany(cell) => question.judge_all(Fit::values(cell), row.place(), tallies),
                // A blank that nobody wrote is no `no`, whatever the rollout says of blanks.
                Fit::Missing => Access::Unknown,
                Fit::Each => question.judge(row.cell(question.column), row.place(), tallies),
            };
            answers = answers.with(question.number, access);
        }
        if answers.access() == Access::Unknown && !self.is_unknown_answered {
            tallies.add(Oddity::UnknownAccess, row.place());
        }
        answers
    }

    /// What a row of corrections says: of each question whose cell is not blank.
    pub(super) fn corrected(&self, row: &Row<'_>, tallies: &mut Tallies) -> Answers {
        let questions = self.slots.get(row.slot).map_or(&[][..], Vec::as_slice).iter();
        let said = questions.filter(|question| !row.cell(question.column).is_empty());
        said.fold(Answers::default(), |answers, question| {
            answers.with(question.number, question.judge(row.cell(question.column), row.place(), tallies))
        })
    }
}

impl Question {
    /// What values mean of which nobody can tell whose they are: one that bars may be any child's, and no other is taken for a yes.
    fn judge_all<'a>(
        self,
        mut values: impl Iterator<Item = &'a str>,
        place: (FileNumber, u32),
        tallies: &mut Tallies,
    ) -> Access {
        let mut unheard = Tallies::default();
        if values.any(|value| self.judge(value, place, &mut unheard) == Access::Blocked) {
            return Access::Blocked;
        }
        tallies.add(Oddity::StrangeAccess, place);
        Access::Unknown
    }

    fn judge(self, cell: &str, place: (FileNumber, u32), tallies: &mut Tallies) -> Access {
        let is_yes = match answer(cell) {
            Answer::Yes => true,
            Answer::No => false,
            Answer::Blank if self.is_blank_no => false,
            Answer::Blank => return Access::Unknown,
            // Several values for one child.
            Answer::Strange if Fit::values(cell).nth(1).is_some() => {
                return self.judge_all(Fit::values(cell), place, tallies);
            }
            Answer::Strange => {
                if !cell.eq_ignore_ascii_case("unknown") {
                    tallies.add(Oddity::StrangeAccess, place);
                }
                return Access::Unknown;
            }
        };
        if is_yes == self.does_yes_bar { Access::Blocked } else { Access::Allowed }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::testing::{self, problems, read};
    use super::*;

    /// An export with the id, and these columns.
    fn source(columns: &[Column]) -> RosterSource {
        let mut source = testing::source_of(&[Column::CaregiverId, Column::Email, Column::StudentId]);
        source.columns.extend(columns.iter().map(|column| (*column, vec![column.as_str().to_owned()])));
        source
    }

    fn access(source: &RosterSource, cells: &str) -> Access {
        let words: BTreeMap<_, _> = source.columns.iter().collect();
        let extra: Vec<&str> = words.keys().map(|column| column.as_str()).filter(|word| cells.contains(word)).collect();
        let values: Vec<&str> = cells.split(' ').map(|pair| pair.split_once('=').unwrap().1).collect();
        let order: Vec<&str> = cells.split(' ').map(|pair| pair.split_once('=').unwrap().0).collect();
        assert_eq!(extra.len(), order.len());
        let text = format!("CaregiverID,Email,StudentID,{}\nC1,,S1,{}\n", order.join(","), values.join(","));
        read(source, text).unwrap().0.caregiver("C1").unwrap().children().next().unwrap().access()
    }

    #[test]
    fn a_court_order_or_no_contact_bars_and_an_unknown_one_is_unknown() {
        let source = source(&[Column::CourtOrder, Column::NoContact]);
        for (cells, expected) in [
            ("court-order=no no-contact=no", Access::Allowed),
            ("court-order=yes no-contact=no", Access::Blocked),
            ("court-order=no no-contact=Y", Access::Blocked),
            ("court-order= no-contact=no", Access::Unknown),
            ("court-order=Unknown no-contact=no", Access::Unknown),
            ("court-order=see file no-contact=yes", Access::Blocked),
        ] {
            let cells = cells.replace("see file", "see_file");
            assert_eq!(access(&source, &cells), expected, "{cells}");
        }
    }

    #[test]
    fn a_blank_cell_is_a_no_only_where_the_rollout_says_so() {
        let mut source = source(&[Column::CourtOrder, Column::PortalAccess]);
        source.blank_is_no.insert(Column::CourtOrder);
        assert_eq!(access(&source, "court-order= portal-access=yes"), Access::Allowed);
        assert_eq!(access(&source, "court-order=unknown portal-access=yes"), Access::Unknown);
        assert_eq!(access(&source, "court-order= portal-access="), Access::Unknown);
    }

    /// `FileMaker`'s repeating fields, with more or fewer values than children.
    #[test]
    fn a_value_of_which_nobody_knows_whose_it_is_never_lets_anybody_in() {
        let mut source = source(&[Column::CourtOrder, Column::PortalAccess]);
        source.blank_is_no.insert(Column::CourtOrder);
        let seen = |court: &str, portal: &str| {
            let text =
                format!("CaregiverID,Email,StudentID,court-order,portal-access\nC1,,S1\u{1d}S2,{court},{portal}\n");
            let roster = read(&source, text).unwrap().0;
            roster.caregiver("C1").unwrap().children().map(super::super::view::Child::access).collect::<Vec<_>>()
        };
        assert_eq!(seen("no\u{1d}yes", "yes\u{1d}yes"), [Access::Allowed, Access::Blocked]);
        assert_eq!(seen("no\u{1d}no\u{1d}yes", "yes\u{1d}yes"), [Access::Blocked; 2]);
        assert_eq!(seen("no\u{1d}no\u{1d}no", "yes\u{1d}yes"), [Access::Unknown; 2]);
        assert_eq!(seen("yes", "yes\u{1d}yes"), [Access::Blocked, Access::Unknown]);
        assert_eq!(seen("no", "yes\u{1d}yes"), [Access::Allowed, Access::Unknown]);
        assert_eq!(seen("", "yes"), [Access::Allowed, Access::Unknown]);
        assert_eq!(seen("", "yes\u{1d}yes"), [Access::Allowed; 2]);
        let one = "CaregiverID,Email,StudentID,court-order,portal-access\nC1,,S1,no\u{1d}yes,yes\n";
        let roster = read(&source, one).unwrap().0;
        assert_eq!(roster.caregiver("C1").unwrap().children().next().unwrap().access(), Access::Blocked);
    }

    #[test]
    fn guardians_and_homes_count_only_where_they_are_required() {
        let mut source = source(&[Column::LegalGuardian, Column::LivesWith]);
        assert_eq!(access(&source, "legal-guardian=no lives-with=no"), Access::Allowed);
        source.require.insert(Column::LegalGuardian);
        assert_eq!(access(&source, "legal-guardian=no lives-with=no"), Access::Blocked);
        assert_eq!(access(&source, "legal-guardian=yes lives-with=no"), Access::Allowed);
        assert_eq!(access(&source, "legal-guardian= lives-with=no"), Access::Unknown);
    }

    #[test]
    fn what_an_unknown_means_must_be_chosen_as_soon_as_there_is_one() {
        let mut source = source(&[Column::PortalAccess]);
        source.is_unknown_access_chosen = false;
        let text = "CaregiverID,Email,StudentID,portal-access\nC1,,S1,yes\n";
        assert!(problems(&source, text).is_empty());
        let error = testing::error(&source, format!("{text}C2,,S1,\n"));
        assert_eq!((error.code, testing::line(&error)), ("roster::unknown-access", Some(3)));
        assert!(error.help.unwrap().contains("unknown-access: hold"));
    }
}
