//! What differs between two rosters of one school: who is new, who is gone, and what of the others has changed.
//!
//! Which cohort somebody belongs to is not known here; it comes in as a question.

use crate::model::access::Access;

use super::store::Roster;
use super::view::{Caregiver, Child};

/// What differs, each list ordered by id.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    /// Those whom only the new one has.
    pub new: Vec<Caregiver<'a>>,
    /// Those whom only the old one has.
    pub gone: Vec<Caregiver<'a>>,
    /// Those of both who differ.
    pub changed: Vec<Changed<'a>>,
    /// Whether who may see whom is left out of them.
    pub hides_access: bool,
}

/// What has changed of one caregiver.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed<'a> {
    /// Their id.
    pub id: &'a str,
    /// The addresses, where they differ.
    pub email: Option<(&'a str, &'a str)>,
    /// The names, where they differ.
    pub name: Option<(String, String)>,
    /// The cohorts, where they differ.
    pub cohort: Option<(Option<String>, Option<String>)>,
    /// Children whom only the new one has.
    pub new_children: Vec<&'a str>,
    /// Children whom only the old one has.
    pub gone_children: Vec<&'a str>,
    /// Children whom the caregiver may see in the one and not in the other.
    pub access: Vec<(&'a str, Access, Access)>,
}

impl Changes<'_> {
    /// Without who may see whom, for those who must not learn of whom a court order speaks.
    #[must_use]
    pub fn without_access(mut self) -> Self {
        for one in &mut self.changed {
            one.access.clear();
        }
        self.changed.retain(|one| !one.is_nothing());
        self.hides_access = true;
        self
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.changed.is_empty()
    }
}

impl Changed<'_> {
    fn is_nothing(&self) -> bool {
        *self == Changed { id: self.id, ..Changed::default() }
    }
}

/// Compares two rosters.
pub fn changes<'a>(old: &'a Roster, new: &'a Roster, cohort: impl Fn(Caregiver<'a>) -> Option<String>) -> Changes<'a> {
    let gone = old.caregivers().filter(|caregiver| new.caregiver(caregiver.id()).is_none()).collect();
    let mut changes = Changes { gone, ..Changes::default() };
    for caregiver in new.caregivers() {
        match old.caregiver(caregiver.id()) {
            None => changes.new.push(caregiver),
            Some(before) => {
                let mut one = changed(before, caregiver);
                let cohorts = (cohort(before), cohort(caregiver));
                one.cohort = (cohorts.0 != cohorts.1).then_some(cohorts);
                if !one.is_nothing() {
                    changes.changed.push(one);
                }
            }
        }
    }
    changes
}

fn changed<'a>(old: Caregiver<'a>, new: Caregiver<'a>) -> Changed<'a> {
    let emails = (old.email_as_written(), new.email_as_written());
    let name =
        |caregiver: Caregiver<'_>| format!("{} {}", caregiver.first_name(), caregiver.last_name()).trim().to_owned();
    let names = (name(old), name(new));
    let find = |caregiver: Caregiver<'a>, id: &str| caregiver.children().find(|child| child.id() == id);
    let only = |one: Caregiver<'a>, other: Caregiver<'a>| -> Vec<&'a str> {
        one.children().map(Child::id).filter(|id| find(other, id).is_none()).collect()
    };
    let access = new.children().filter_map(|child| {
        let before = find(old, child.id())?.access();
        (before != child.access()).then_some((child.id(), before, child.access()))
    });
    Changed {
        id: new.id(),
        email: (emails.0 != emails.1).then_some(emails),
        name: (names.0 != names.1).then_some(names),
        cohort: None,
        new_children: only(new, old),
        gone_children: only(old, new),
        access: access.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::roster;
    use super::*;

    #[test]
    fn two_rosters_differ_in_people_addresses_children_access_and_cohorts() {
        let old = roster(&[
            "C1,Mere,Ngata,mere@example.nz,S1,,,7,,,,,Y,,",
            "C1,Mere,Ngata,mere@example.nz,S2,,,8,,,,,Y,,",
            "C2,Sione,Fono,sione@example.nz,S3,,,7,,,,,Y,,",
            "C3,Ani,Lee,ani@example.nz,S4,,,7,,,,,Y,,",
        ]);
        let new = roster(&[
            "C1,Mere,Ngata,mere@example.com,S1,,,8,,,,,N,,",
            "C1,Mere,Ngata,mere@example.com,S5,,,8,,,,,Y,,",
            "C3,Ani,Lee,ani@example.nz,S4,,,7,,,,,Y,,",
            "C4,Tama,Lee,tama@example.nz,S4,,,7,,,,,Y,,",
        ]);
        let year = |caregiver: Caregiver<'_>| caregiver.children().next().map(|child| child.year().to_owned());
        let changes = changes(&old, &new, year);
        let ids = |people: &[Caregiver<'_>]| people.iter().map(|one| one.id().to_owned()).collect::<Vec<_>>();
        assert_eq!((ids(&changes.new), ids(&changes.gone)), (vec!["C4".to_owned()], vec!["C2".to_owned()]));
        let expected = Changed {
            id: "C1",
            email: Some(("mere@example.nz", "mere@example.com")),
            name: None,
            cohort: Some((Some("7".to_owned()), Some("8".to_owned()))),
            new_children: vec!["S5"],
            gone_children: vec!["S2"],
            access: vec![("S1", Access::Allowed, Access::Blocked)],
        };
        assert_eq!(changes.changed, [expected]);
        assert!(super::changes(&old, &old, year).is_empty());
    }
}
