//! Addresses that an export gives beside the one that is kept of each caregiver: of rows that disagree, of several in one cell, of
//! rows that are left out. No letter goes to them. They tell whether a mailbox may be read by somebody who is kept from a child.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::email::fold;

use super::store::Roster;
use super::view::Caregiver;

/// The further addresses, folded.
#[derive(Default)]
pub(super) struct Further {
    /// By the caregiver's id: numbers change until all rows are read.
    of_people: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// Of rows that don't say who the caregiver is, and that this one may not see the child.
    of_nobody: BTreeSet<Box<str>>,
}

impl Further {
    /// Takes in what stands in a cell about a caregiver.
    pub(super) fn note(&mut self, id: &str, cell: &str) {
        for address in addresses_in(cell) {
            self.of_people.entry(id.into()).or_default().insert(address);
        }
    }

    /// Takes in what stands in a row without a caregiver who is kept from its child.
    pub(super) fn note_nobody(&mut self, cell: &str) {
        self.of_nobody.extend(addresses_in(cell));
    }

    /// A correction says which address is theirs.
    pub(super) fn forget(&mut self, id: &str) {
        self.of_people.remove(id);
    }

    /// Takes in those of another export.
    pub(super) fn absorb(&mut self, other: Self) {
        for (id, addresses) in other.of_people {
            self.of_people.entry(id).or_default().extend(addresses);
        }
        self.of_nobody.extend(other.of_nobody);
    }
}

/// The addresses that can be made out in a text, folded: it may hold several, or an address and more.
fn addresses_in(text: &str) -> impl Iterator<Item = Box<str>> {
    // An apostrophe may be part of one.
    let is_between = |letter: char| letter.is_whitespace() || ",;/|<>()[]\"".contains(letter);
    let bare = |part: &str| fold(part.strip_prefix("mailto:").unwrap_or(part).trim_matches(['.', ':', '\'']));
    text.split(is_between).filter(|part| part.contains('@')).map(move |part| bare(part).into())
}

impl Roster {
    /// Each caregiver with each address, folded, that the exports give for them beside a usable one.
    pub fn further_addresses(&self) -> impl Iterator<Item = (Caregiver<'_>, Box<str>)> {
        let unusable = self.caregivers().filter(|one| one.address().is_err());
        let written = unusable.flat_map(|one| addresses_in(one.email_as_written()).map(move |address| (one, address)));
        let noted = self.people.further.of_people.iter().filter_map(|(id, all)| Some((self.caregiver(id)?, all)));
        written.chain(noted.flat_map(|(one, all)| all.iter().map(move |address| (one, address.clone()))))
    }

    /// The addresses, folded, of rows that don't say who the caregiver is, and that this one may not see the child.
    pub fn barred_addresses_of_nobody(&self) -> impl Iterator<Item = &str> {
        self.people.further.of_nobody.iter().map(|address| &**address)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{read, roster, source};
    use super::*;

    fn further(rows: &[&str]) -> Vec<String> {
        let roster = roster(rows);
        let of_people = roster.further_addresses().map(|(one, address)| format!("{} {address}", one.id()));
        let of_nobody = roster.barred_addresses_of_nobody().map(|address| format!("nobody {address}"));
        let mut all: Vec<String> = of_people.chain(of_nobody).collect();
        all.sort();
        all.dedup();
        all
    }

    #[test]
    fn an_address_that_is_not_kept_is_known_all_the_same() {
        assert_eq!(
            further(&["C1,,,A@x.nz,S1,,,,,,,,,,", "C1,,,b@x.nz,S2,,,,,,,,,,", "C2,,,c@x.nz,S1,,,,,,,,,,"]),
            ["C1 a@x.nz", "C1 b@x.nz"]
        );
        assert_eq!(further(&["C1,,,\"a@x.nz; Mere <B@x.nz>\",S1,,,,,,,,,,"]), ["C1 a@x.nz", "C1 b@x.nz"]);
        assert_eq!(further(&["C1,,,'a.o'brien@x.nz'; b@x.nz,S1,,,,,,,,,,"]), ["C1 a.o'brien@x.nz", "C1 b@x.nz"]);
        assert_eq!(further(&["C1,,,none,S1,,,,,,,,,,"]), [""; 0]);
    }

    #[test]
    fn a_row_that_is_left_out_still_has_an_address() {
        let allowed = [",,,b@x.nz,S1,,,,,,,,Y,,", ",,,c@x.nz,,,,,,,,,N,,", ",,,d@x.nz,S1,,,,,,,,,,"];
        let rows = ["C1,,,a@x.nz,S1,,,,,,,,Y,,", ",,,a@x.nz,S1,,,,,,,,N,,", allowed[0], allowed[1], allowed[2]];
        assert_eq!(further(&rows), ["nobody a@x.nz"], "not whose access is unknown, or who has no child there");
    }

    #[test]
    fn what_the_rows_of_two_exports_say_stays_together() {
        let one = |email: &str| {
            let text =
                super::super::testing::export(&[&format!("C1,,,{email},S1,,,,,,,,,,"), ",,,z@x.nz,S1,,,,,,,,N,,"]);
            read(&source(), text).unwrap().0
        };
        let (both, _) = super::super::combine::combine(vec![one("a@x.nz"), one("b@x.nz")]);
        let addresses: BTreeSet<_> = both.further_addresses().map(|(_, address)| address.into_string()).collect();
        assert_eq!(addresses.into_iter().collect::<Vec<_>>(), ["a@x.nz", "b@x.nz"]);
        assert_eq!(both.barred_addresses_of_nobody().collect::<Vec<_>>(), ["z@x.nz"]);
    }
}
