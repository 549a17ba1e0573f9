//! The way into an LMS that a person carries: a file for its import screen, and what lies beside it.
//!
//! Its rows hold passwords in clear; they are made once, sealed into the record, and come back from there as they were.

use std::io;

use secrecy::zeroize::Zeroizing;

use crate::model::handover::{HandOver, HandOverNumber};
use crate::model::ids::{CaregiverId, CohortName, Username};
use crate::model::secret::Password;

/// Somebody who is to stand in the file.
#[derive(Clone, Copy, Debug)]
pub struct RowFor<'a> {
    /// The SMS id.
    pub caregiver: &'a CaregiverId,
    /// The name the account signs in with.
    pub username: &'a Username,
    /// Whether it makes the account.
    pub is_create: bool,
    /// Given name.
    pub first_name: &'a str,
    /// Family name.
    pub last_name: &'a str,
    /// Address.
    pub email: &'a str,
    /// The SMS ids of the children they may see.
    pub children: &'a [&'a str],
    /// The password; `None` where the LMS draws it.
    pub password: Option<&'a Password>,
}

/// What the files have of one person. No `Debug`: it holds a password.
pub struct HandOverLine {
    /// Their row, with its line end.
    pub row: Zeroizing<String>,
    /// Their row in the file that links them with their children, with its line end; empty where none is needed.
    pub children: String,
}

/// What the instructions beside the file are written from; nothing in it is about one person.
#[derive(Clone, Copy, Debug)]
pub struct HandOverFacts<'a> {
    /// Which hand-over.
    pub number: HandOverNumber,
    /// What its files are called, without their endings.
    pub name: &'a str,
    /// The school.
    pub school: &'a str,
    /// The cohort.
    pub cohort: Option<&'a CohortName>,
    /// Accounts that it makes.
    pub creates: usize,
    /// Accounts that get a password.
    pub resets: usize,
    /// Whether there is a file that links people with their children.
    pub has_children: bool,
}

/// What somebody changed in a file before it was imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Altered {
    /// Rows of these usernames are not in it any more.
    pub missing: Vec<Username>,
    /// Rows of these usernames say something else.
    pub changed: Vec<Username>,
    /// Lines that firstbell did not write.
    pub foreign: Vec<u64>,
    /// It can't be read as what it was, and why.
    pub unreadable: Option<String>,
}

impl Altered {
    /// Whether it says what was written.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The files can't be put in place; the text says what is in the way and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct NotWritten {
    /// What was attempted.
    pub what: String,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// Writes what a person imports.
pub trait HandOverWrite {
    /// The exact text of one person's rows.
    fn line(&mut self, person: &RowFor<'_>) -> HandOverLine;

    /// The instructions.
    fn note(&mut self, facts: &HandOverFacts<'_>) -> String;

    /// Puts the files in place, each all or nothing, readable by the owner only. The same lines give the same bytes.
    fn place(&mut self, handover: &HandOver, lines: &[HandOverLine]) -> Result<(), NotWritten>;

    /// What somebody changed in the file since; `None` where it is not there any more.
    fn altered(&mut self, handover: &HandOver, lines: &[HandOverLine]) -> Result<Option<Altered>, NotWritten>;

    /// Removes the files of a hand-over that is settled. Those that are gone already are no failure.
    fn remove(&mut self, name: &str) -> Result<(), NotWritten>;
}
