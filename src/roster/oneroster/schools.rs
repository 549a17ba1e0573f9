//! `orgs.csv`, `classes.csv` and `enrollments.csv`: a student's school and class. Each may be missing.

use std::collections::HashMap;

use super::super::headings::{Heading, needed, optional};
use super::super::notices::Kind;
use super::super::reading::Reading;
use super::super::set::FileSet;
use super::super::table::each;
use super::is_deleted;

const ORGS: &[Heading] = &[needed("sourcedId"), optional("status"), needed("name"), optional("type")];
const CLASSES: &[Heading] =
    &[needed("sourcedId"), optional("status"), needed("title"), optional("classCode"), optional("classType")];
const ENROLLMENTS: &[Heading] =
    &[optional("sourcedId"), optional("status"), needed("classSourcedId"), needed("userSourcedId"), needed("role")];

pub(super) const SEVERAL_CLASSES: Kind = Kind {
    code: "roster::several-enrolments",
    what: "students in several classes of which none is a homeroom; they count as in no class",
    unit: "student",
    help: "choose cohorts by year; or give the classes of the school day the type `homeroom`",
};

/// An organisation.
pub(super) struct Org {
    pub(super) name: String,
    pub(super) is_school: bool,
}

/// A class.
struct Class {
    name: String,
    is_homeroom: bool,
}

/// The class of a student as far as it is known.
pub(super) enum Seat {
    /// The one class, or the homeroom.
    One(String, bool),
    /// Several, none of them a homeroom.
    Several,
}

/// Where students belong.
pub(super) struct Schools {
    pub(super) orgs: HashMap<String, Org>,
    pub(super) seats: HashMap<String, Seat>,
}

/// Reads the three files.
pub(super) fn read(reading: &mut Reading<'_>, files: &mut FileSet<'_>) -> Schools {
    let mut orgs = HashMap::new();
    each(reading, files, ("orgs.csv", false), ORGS, |row, _| {
        if !is_deleted(row.get(1)) {
            let org = Org { name: row.get(2).to_owned(), is_school: row.get(3).eq_ignore_ascii_case("school") };
            orgs.insert(row.get(0).to_owned(), org);
        }
    });
    let mut classes = HashMap::new();
    each(reading, files, ("classes.csv", false), CLASSES, |row, _| {
        if !is_deleted(row.get(1)) {
            let name = if row.get(2).is_empty() { row.get(3) } else { row.get(2) };
            let class = Class { name: name.to_owned(), is_homeroom: row.get(4).eq_ignore_ascii_case("homeroom") };
            classes.insert(row.get(0).to_owned(), class);
        }
    });
    let mut seats = HashMap::new();
    each(reading, files, ("enrollments.csv", false), ENROLLMENTS, |row, _| {
        if is_deleted(row.get(1)) || !row.get(4).eq_ignore_ascii_case("student") {
            return;
        }
        if let Some(class) = classes.get(row.get(2)) {
            sit(&mut seats, row.get(3), class);
        }
    });
    Schools { orgs, seats }
}

/// A homeroom wins; of two the smaller name, so that the order of rows never shows.
fn sit(seats: &mut HashMap<String, Seat>, student: &str, class: &Class) {
    let new = Seat::One(class.name.clone(), class.is_homeroom);
    let kept = match seats.remove(student) {
        None => new,
        Some(Seat::Several) => {
            if class.is_homeroom {
                new
            } else {
                Seat::Several
            }
        }
        Some(Seat::One(name, is_homeroom)) => match (is_homeroom, class.is_homeroom) {
            (true, true) => Seat::One(name.min(class.name.clone()), true),
            (true, false) => Seat::One(name, true),
            (false, true) => new,
            (false, false) if name == class.name => new,
            (false, false) => Seat::Several,
        },
    };
    seats.insert(student.to_owned(), kept);
}

impl Schools {
    /// The name of the first school among organisations, else of the first of them.
    pub(super) fn school<'a>(&'a self, ids: &[&'a str]) -> &'a str {
        let known = || ids.iter().filter_map(|id| self.orgs.get(*id));
        let org = known().find(|org| org.is_school).or_else(|| known().next());
        org.map_or_else(|| ids.first().copied().unwrap_or_default(), |org| org.name.as_str())
    }
}
