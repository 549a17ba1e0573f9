//! People who are in the SMS twice, under two ids: listed for the office, never made one here.
//!
//! Two with the same name and the same address or telephone number are one beyond doubt; two with the same family name,
//! the same first letter and the same address or number may be a parent and their child, or one person twice.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::model::email;

use super::store::Roster;
use super::view::Caregiver;

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same name.
    Exact,
    /// The same family name, and a given name that begins alike or is missing.
    Likely,
}

/// Two caregivers who may be one; the first has the smaller id.
#[derive(Clone, Copy, Debug)]
pub struct Duplicate<'a> {
    /// The one.
    pub first: Caregiver<'a>,
    /// The other.
    pub second: Caregiver<'a>,
    /// How sure it is.
    pub likeness: Likeness,
    /// Whether they have the same address; else it is the telephone number.
    pub is_by_address: bool,
}

/// Somebody's marks are shared by a household, hardly by more: a switchboard's number would make a list without end.
const MOST_WITH_ONE_MARK: usize = 8;

impl Roster {
    /// All pairs who may be one person, by id.
    pub fn duplicates(&self) -> Vec<Duplicate<'_>> {
        let mut by_mark: BTreeMap<(bool, String), Vec<Caregiver<'_>>> = BTreeMap::new();
        for caregiver in self.caregivers() {
            if caregiver.last_name().is_empty() {
                continue;
            }
            if caregiver.address().is_ok() {
                by_mark.entry((true, email::fold(caregiver.email_as_written()))).or_default().push(caregiver);
            }
            if let Some(phone) = number(caregiver.phone()) {
                by_mark.entry((false, phone)).or_default().push(caregiver);
            }
        }
        let mut found: BTreeMap<(&str, &str), Duplicate<'_>> = BTreeMap::new();
        for ((is_by_address, _), people) in
            by_mark.iter().rev().filter(|(_, people)| people.len() <= MOST_WITH_ONE_MARK)
        {
            for (at, &first) in people.iter().enumerate() {
                for &second in &people[at + 1..] {
                    if let Some(likeness) = likeness(first, second) {
                        let is_by_address = *is_by_address;
                        let duplicate = Duplicate { first, second, likeness, is_by_address };
                        found.entry((first.id(), second.id())).or_insert(duplicate);
                    }
                }
            }
        }
        found.into_values().collect()
    }
}

fn likeness(a: Caregiver<'_>, b: Caregiver<'_>) -> Option<Likeness> {
    let first = [a, b].map(|one| folded_name(one.first_name()));
    if folded_name(a.last_name()) != folded_name(b.last_name()) {
        return None;
    }
    if first[0] == first[1] {
        return Some(Likeness::Exact);
    }
    let initials = first.each_ref().map(|name| name.chars().next());
    (initials[0].is_none() || initials[1].is_none() || initials[0] == initials[1]).then_some(Likeness::Likely)
}

/// Letters alone, without case and accents: the office types macrons one day and not the other.
pub fn folded_name(name: &str) -> String {
    name.nfd().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The digits of a number, without what stands for the country; too few are none.
fn number(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let local = digits.trim_start_matches("00").trim_start_matches("64").trim_start_matches('0');
    (local.len() >= 6).then(|| local.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::model::source::Column;

    fn found(rows: &[&str]) -> Vec<(String, Likeness, bool)> {
        let mut source = testing::source_of(&[
            Column::CaregiverId,
            Column::FirstName,
            Column::LastName,
            Column::Email,
            Column::StudentId,
        ]);
        source.columns.insert(Column::Phone, vec!["Phone".into()]);
        let text = format!("CaregiverID,First,Last,Email,StudentID,Phone\n{}\n", rows.join("\n"));
        let roster = testing::read(&source, text).unwrap().0;
        let pair = |two: &Duplicate<'_>| format!("{} {}", two.first.id(), two.second.id());
        roster.duplicates().iter().map(|two| (pair(two), two.likeness, two.is_by_address)).collect()
    }

    #[test]
    fn the_same_name_with_the_same_address_or_number_is_one_person_twice() {
        let rows = [
            "C1,Māia,Ngata,maia@example.nz,S1,021 555 0100",
            "C2,Maia,NGATA,Maia@example.nz,S2,",
            "C3,Maia,Ngata,other@example.nz,S3,+64 21 555 0100",
            "C4,Maia,Ngata,,S4,",
        ];
        assert_eq!(
            found(&rows),
            [("C1 C2".to_owned(), Likeness::Exact, true), ("C1 C3".to_owned(), Likeness::Exact, false)]
        );
    }

    #[test]
    fn a_name_that_begins_alike_is_likely_and_another_is_a_partner() {
        let rows = [
            "C1,Robert,Lee,lee@example.nz,S1,",
            "C2,Rob,Lee,lee@example.nz,S2,",
            "C3,Ani,Lee,lee@example.nz,S1,",
            "C4,,Lee,lee@example.nz,S1,",
        ];
        let pairs: Vec<_> = found(&rows).into_iter().map(|(pair, likeness, _)| (pair, likeness)).collect();
        let likely = |pair: &str| (pair.to_owned(), Likeness::Likely);
        assert_eq!(pairs, [likely("C1 C2"), likely("C1 C4"), likely("C2 C4"), likely("C3 C4")]);
    }

    #[test]
    fn a_number_that_everybody_has_is_nobodys() {
        let rows: Vec<String> = (0..9).map(|at| format!("C{at},Ani,Lee,,S1,09 555 0100")).collect();
        assert!(found(&rows.iter().map(String::as_str).collect::<Vec<_>>()).is_empty());
    }
}
