//! Joins students and adults that a set of files names by id, when all files have been read. A link whose other end is not
//! there, or is not what it should be, is counted and left out.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::model::access::Access;

use super::fold::Fold;
use super::notices::Kind;
use super::problems::FileNumber;
use super::reading::Reading;

const DANGLING: Kind = Kind {
    code: "roster::dangling-link",
    what: "links to an id that the export does not have, and left out",
    unit: "link",
    help: "see in the SMS whether that person has left, or is not in the export",
};

const AMBIGUOUS: Kind = Kind {
    code: "roster::ambiguous-link",
    what: "links to what several adults are known by, and left out",
    unit: "link",
    help: "give each of them an address of their own in the SMS",
};

const NOT_A_PARENT: Kind = Kind {
    code: "roster::other-link",
    what: "links that are not between a student and a parent, guardian or relative, and left out",
    unit: "link",
    help: "teachers and other students may be linked too; only families get accounts",
};

/// Somebody who is linked with themselves.
pub(super) const OWN_GUARDIAN: Kind = Kind {
    code: "roster::own-guardian",
    what: "linked to themselves, and left out",
    unit: "person",
    help: "correct the guardian in the SMS",
};

/// An adult at the end of a link.
#[derive(Clone, Debug)]
pub(super) struct Adult {
    /// The fold's number.
    pub(super) person: u32,
    /// What the adult is, where the link does not say it.
    pub(super) relationship: &'static str,
    /// Whether the adult may see anything at all.
    pub(super) access: Access,
}

/// A link as the files have it.
struct Pair {
    ends: [String; 2],
    /// Whether the first end is the student; else either may be.
    is_directed: bool,
    relationship: Option<String>,
    access: Access,
    place: (FileNumber, u32),
}

/// The ends and the links between them.
#[derive(Default)]
pub(super) struct Joiner {
    students: HashMap<String, u32>,
    adults: HashMap<String, Adult>,
    /// What several adults are known by: an address, say.
    shared: HashSet<String>,
    /// People who may be neither.
    others: HashSet<String>,
    pairs: Vec<Pair>,
}

impl Joiner {
    /// A student is there.
    pub(super) fn student(&mut self, id: &str, number: u32) {
        self.students.insert(id.to_owned(), number);
    }

    /// An adult is there. Of several rows about one the strictest counts; who shares an id with another is linked with nobody.
    pub(super) fn adult(&mut self, id: &str, adult: Adult) {
        match self.adults.entry(id.to_owned()) {
            Entry::Vacant(place) => drop(place.insert(adult)),
            Entry::Occupied(known) if known.get().person != adult.person => {
                self.shared.insert(id.to_owned());
            }
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.access = known.access.stricter(adult.access);
                known.relationship = known.relationship.min(adult.relationship);
            }
        }
    }

    /// Whether an adult with this id is there.
    pub(super) fn has_adult(&self, id: &str) -> bool {
        self.adults.contains_key(id)
    }

    /// Somebody is there, whoever it is.
    pub(super) fn other(&mut self, id: &str) {
        self.others.insert(id.to_owned());
    }

    /// Two people are linked, in either direction.
    pub(super) fn either(&mut self, one: &str, other: &str, place: (FileNumber, u32)) {
        let ends = [one.to_owned(), other.to_owned()];
        self.pairs.push(Pair { ends, is_directed: false, relationship: None, access: Access::Allowed, place });
    }

    /// An adult is linked to a student.
    pub(super) fn pair(
        &mut self,
        (student, adult): (&str, &str),
        relationship: Option<&str>,
        access: Access,
        place: (FileNumber, u32),
    ) {
        let ends = [student.to_owned(), adult.to_owned()];
        let relationship = relationship.map(str::to_owned);
        self.pairs.push(Pair { ends, is_directed: true, relationship, access, place });
    }

    /// How many links there are.
    pub(super) fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Gives the links to the fold.
    pub(super) fn join(self, fold: &mut Fold, reading: &mut Reading<'_>) {
        for pair in &self.pairs {
            match self.ends(pair) {
                Ok((student, adult)) => {
                    let relationship = pair.relationship.as_deref().unwrap_or(adult.relationship);
                    let access = if adult.access == Access::Allowed { pair.access } else { adult.access };
                    fold.link(adult.person, student, relationship, access, pair.place);
                }
                Err(kind) => reading.note_link(kind, pair.place),
            }
        }
    }

    fn ends(&self, pair: &Pair) -> Result<(u32, &Adult), &'static Kind> {
        let [one, other] = &pair.ends;
        if one == other && !pair.is_directed {
            return Err(&OWN_GUARDIAN);
        }
        let ends = |student: &str, adult: &str| Some((*self.students.get(student)?, self.adults.get(adult)?));
        let found = ends(one, other).or_else(|| if pair.is_directed { None } else { ends(other, one) });
        if pair.ends.iter().any(|end| self.shared.contains(end)) {
            return Err(&AMBIGUOUS);
        }
        let is_there =
            |id: &String| self.students.contains_key(id) || self.adults.contains_key(id) || self.others.contains(id);
        found.ok_or(if is_there(one) && is_there(other) { &NOT_A_PARENT } else { &DANGLING })
    }
}
