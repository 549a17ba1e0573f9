//! The rollout as it is meant: checked, with defaults filled in, nothing left to look up.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::diagnostic::Place;
use crate::model::ids::CohortName;
use crate::model::source::{Column, RosterSource};

use super::mail::MailSettings;
use super::people::{Distinct, HoldRule, Moved, Reissue};
use super::{MoodleSettings, Ultranet};

/// What the school wants.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// The file, as messages name it.
    pub file: Utf8PathBuf,
    /// SHA-256 of its bytes (64 hexadecimal digits).
    pub sha256: String,
    /// The school's name.
    pub school: String,
    /// Where its days begin.
    pub timezone: TimeZone,
    /// The SMS exports, and the corrections to them.
    pub roster: Vec<RosterSource>,
    /// The LMS.
    pub lms: LmsSettings,
    /// Where the state lives.
    pub state: StateSettings,
    /// The address of the sign-in page, for the letter.
    pub sign_in_url: String,
    /// Whom parents ask.
    pub help: Help,
    /// What passwords look like.
    pub password: PasswordStyle,
    /// How letters look and leave.
    pub mail: MailSettings,
    /// Limits that stop a plan that does too much.
    pub guards: Guards,
    /// Two people, one address.
    pub shared_email: SharedEmail,
    /// Nobody to write to.
    pub no_email: NoEmail,
    /// A letter came back.
    pub bounced: Bounced,
    /// Gone from the roster.
    pub leavers: Leavers,
    /// No permitted child any more.
    pub access_revoked: AccessRevoked,
    /// Somebody who joins a cohort already opened.
    pub new_arrivals: NewArrivals,
    /// What an unknown in an access column means.
    pub unknown_access: UnknownAccess,
    /// Cohorts whose members count as never signed in where the LMS can't say.
    pub assume_never_signed_in: BTreeSet<CohortName>,
    /// The cohorts, in the order that decides who belongs where.
    pub cohorts: Vec<Cohort>,
    /// People to leave alone for now.
    pub hold: Vec<HoldRule>,
    /// People whose SMS id changed.
    pub moved: Vec<Moved>,
    /// People who look like one and are not.
    pub distinct: Vec<Distinct>,
    /// People who get another password.
    pub reissue: Vec<Reissue>,
    /// Guards overridden, one at a time.
    pub overrides: Vec<Override>,
}

impl Rollout {
    /// What the first roster that names its columns calls the one with the caregivers' ids.
    pub fn id_heading(&self) -> Option<&str> {
        let headings = self.roster.iter().filter_map(|source| source.columns.get(&Column::CaregiverId));
        headings.flatten().next().map(String::as_str)
    }

    /// The cohort with this name.
    pub fn cohort(&self, name: &CohortName) -> Option<&Cohort> {
        self.cohorts.iter().find(|cohort| cohort.name == *name)
    }
}

/// Where the record of what was done to whom lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateSettings {
    /// In a file on this machine (`SQLite`).
    File(Utf8PathBuf),
    /// In a database that several people share (PostgreSQL).
    Database {
        /// The environment variable that holds its address.
        variable: String,
    },
}

/// Which LMS.
#[derive(Clone, Debug)]
pub enum LmsSettings {
    /// A JSON file of accounts on this machine.
    Sandbox {
        /// As the rollout names it.
        written_path: String,
        /// On this machine.
        path: Utf8PathBuf,
    },
    /// Ultranet, through its export and its import screen.
    Ultranet(Ultranet),
    /// Moodle, by its web service.
    Moodle(MoodleSettings),
}

impl LmsSettings {
    /// The driver, as the rollout names it.
    pub fn driver(&self) -> &'static str {
        match self {
            Self::Sandbox { .. } => "sandbox",
            Self::Ultranet(_) => "ultranet",
            Self::Moodle(_) => "moodle",
        }
    }
}

/// Whom parents ask.
#[derive(Clone, Debug, Default)]
pub struct Help {
    /// By mail.
    pub email: Option<String>,
    /// By telephone.
    pub phone: Option<String>,
}

/// What passwords look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordStyle {
    /// Words from a list, with a digit between them.
    Words {
        /// How many, 4 to 10.
        words: u32,
    },
    /// Letters and digits without look-alikes.
    Characters {
        /// How many, 10 to 64.
        length: u32,
    },
}

/// A limit: a number, or a share of the caregivers it is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// So many.
    Number(u64),
    /// So many of a hundred.
    Percent(f64),
}

/// Limits that stop a plan that does too much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guards {
    /// Passwords reset on accounts that exist.
    pub resets: Limit,
    /// Letters.
    pub emails: Limit,
    /// Accounts created.
    pub creates: Limit,
    /// Accounts disabled.
    pub withdrawals: Limit,
    /// Rows more or fewer than in the roster accepted last; or, where more than half of its people are gone, they.
    pub roster_change: Limit,
}

/// Two people, one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedEmail {
    /// Both are held.
    Hold,
    /// The first by priority, then by id, gets the letter; the others are held.
    First,
}

/// Nobody to write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEmail {
    /// They are held.
    Hold,
    /// They get a letter on paper.
    Paper,
}

/// A letter came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounced {
    /// Held until the address changes.
    Hold,
    /// The same password goes to a corrected address while it is still sealed.
    Resend,
}

/// Gone from the roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leavers {
    /// Nothing happens.
    Keep,
    /// The account is disabled.
    Disable,
}

/// No permitted child any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessRevoked {
    /// It is said in the plan.
    Report,
    /// The link with the child is taken away, not the account.
    Unlink,
}

/// Somebody who joins a cohort already opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewArrivals {
    /// Gets access like the others (the origin's setting *True*, done by firstbell).
    Activate,
    /// Is held (the origin's setting *False*).
    Hold,
    /// The LMS's own gateway mails them (the origin's setting *True*): adopted, once they have an account.
    Gateway,
}

/// What an unknown in an access column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownAccess {
    /// The child is not counted, and not named.
    Hold,
    /// The child counts.
    Allow,
}

/// The caregivers rolled out together.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// Its name.
    pub name: CohortName,
    /// Who is in it.
    pub select: Select,
    /// Not before this day.
    pub opens: Option<Date>,
    /// Not before these are settled (indices into the list of cohorts).
    pub after: Vec<usize>,
    /// A first few letters, and a wait; `None` also where nothing can come back.
    pub canary: Option<Canary>,
    /// Where it stands.
    pub place: Place,
}

/// A first few letters, and a wait to see whether they arrive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Canary {
    /// How many go first.
    pub first: u32,
    /// How long to wait, in seconds.
    pub wait: u64,
    /// The rest goes out only while fewer than so many of a hundred came back.
    pub bounces_below: f64,
}

/// Who is in a cohort: all that is written must fit one and the same child, or name the caregiver.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// Everybody with a permitted child.
    pub all: bool,
    /// The child is in one of these years.
    pub years: Option<BTreeSet<String>>,
    /// The child is in one of these classes.
    pub classes: Option<BTreeSet<String>>,
    /// The child is at one of these schools.
    pub schools: Option<BTreeSet<String>>,
    /// The child is one of these.
    pub students: Option<BTreeSet<String>>,
    /// The caregiver is one of these (also from the id file).
    pub caregivers: Option<BTreeSet<String>>,
    /// Where `caregivers` or the id file is named, for messages about these ids.
    pub place: Option<Place>,
    /// The lines of the id file that they stand in.
    pub lines: BTreeMap<String, u32>,
}

/// A guard overridden.
#[derive(Clone, Debug)]
pub struct Override {
    /// Which guard.
    pub guard: GuardName,
    /// The limit instead.
    pub value: Limit,
    /// Why.
    pub because: String,
    /// From this day on it is an error, until the line is taken out.
    pub expires: Date,
    /// Where it stands.
    pub place: Place,
}

/// The name of a guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardName {
    /// Passwords reset on accounts that exist.
    Resets,
    /// Letters.
    Emails,
    /// Accounts created.
    Creates,
    /// Accounts disabled.
    Withdrawals,
    /// Rows more or fewer than in the roster accepted last; or, where more than half of its people are gone, they.
    RosterChange,
    /// Further activations: exactly those that `reissue` declares.
    SecondResets,
    /// Passwords set on accounts whose owner has signed in: none.
    SignedInReset,
}

impl GuardName {
    /// All of them, in the order of the documents.
    pub const ALL: &'static [Self] = &[
        Self::Resets,
        Self::Emails,
        Self::Creates,
        Self::Withdrawals,
        Self::RosterChange,
        Self::SecondResets,
        Self::SignedInReset,
    ];

    /// The word in the rollout and in the plan.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resets => "resets",
            Self::Emails => "emails",
            Self::Creates => "creates",
            Self::Withdrawals => "withdrawals",
            Self::RosterChange => "roster-change",
            Self::SecondResets => "second-resets",
            Self::SignedInReset => "signed-in-reset",
        }
    }
}
