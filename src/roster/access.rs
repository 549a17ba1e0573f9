//! Which questions an export answers about a caregiver and a child, and what the answers mean together: a no anywhere is a
//! no, and an unknown counts for neither side.

use crate::model::access::Access;
use crate::model::source::{Column, RosterSource};

use super::columns::Columns;
use super::problems::FileNumber;
use super::take::Row;
use super::tally::{Oddity, Tallies};
use super::words::{Answer, answer};

/// The questions of one export.
pub(super) struct Asked {
    /// Of each of a row's caregivers.
    slots: Vec<Vec<Question>>,
    is_unknown_answered: bool,
}

#[derive(Clone, Copy)]
struct Question {
    column: Column,
    /// Whether a yes keeps the caregiver from the child.
    does_yes_bar: bool,
    /// Whether a blank cell is a no.
    is_blank_no: bool,
}

/// The questions, and whether a yes bars.
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
            let asked = QUESTIONS.iter().filter(move |(column, _)| columns.has(slot, *column) && is_asked(*column));
            asked.map(|&(column, does_yes_bar)| {
                let is_blank_no = source.blank_is_no.contains(&column);
                Question { column, does_yes_bar, is_blank_no }
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
        let question = Question { column: Column::PortalAccess, does_yes_bar: false, is_blank_no: false };
        let slots = vec![has_access.then_some(question).into_iter().collect()];
        Self { slots, is_unknown_answered: source.is_unknown_access_chosen }
    }

    /// What a row says; without any question everybody may.
    pub(super) fn judge(&self, row: &Row<'_>, tallies: &mut Tallies) -> Access {
        let mut access = Access::Allowed;
        for question in self.slots.get(row.slot).map_or(&[][..], Vec::as_slice) {
            access = access.stricter(question.judge(row.cell(question.column), row.place(), tallies));
        }
        if access == Access::Unknown && !self.is_unknown_answered {
            tallies.add(Oddity::UnknownAccess, row.place());
        }
        access
    }
}

impl Asked {
    /// What a row of corrections says; nothing where its cells are blank.
    pub(super) fn corrected(&self, row: &Row<'_>, tallies: &mut Tallies) -> Option<Access> {
        let questions = self.slots.get(row.slot).map_or(&[][..], Vec::as_slice).iter();
        let said = questions.filter(|question| !row.cell(question.column).is_empty());
        said.map(|question| question.judge(row.cell(question.column), row.place(), tallies)).reduce(Access::stricter)
    }
}

impl Question {
    fn judge(self, cell: &str, place: (FileNumber, u32), tallies: &mut Tallies) -> Access {
        let is_yes = match answer(cell) {
            Answer::Yes => true,
            Answer::No => false,
            Answer::Blank if self.is_blank_no => false,
            Answer::Blank => return Access::Unknown,
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
