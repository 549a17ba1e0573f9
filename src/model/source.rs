//! What a roster export is like: format, place, columns. Written in the rollout, obeyed by the reader.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use camino::Utf8PathBuf;
use jiff::tz::TimeZone;
use regex::Regex;

/// A roster's settings, as meant.
#[derive(Clone, Debug)]
pub struct RosterSource {
    /// The format.
    pub format: RosterFormat,
    /// The file, folder or ZIP as the rollout names it: relative to the project, forward slashes.
    pub written_path: String,
    /// The file, folder or ZIP on this machine.
    pub path: Utf8PathBuf,
    /// The zone of the times that an export holds, and where the school's days begin: for the last day of a correction.
    pub timezone: TimeZone,
    /// Whether it is the whole truth.
    pub upload: Upload,
    /// Older than this is refused.
    pub max_age: Option<Duration>,
    /// What tells one caregiver from another.
    pub identity: IdentityBy,
    /// How its characters are encoded.
    pub encoding: Encoding,
    /// Whether a row may go on with the caregiver of the row above.
    pub rows: RowShape,
    /// What it is among several.
    pub part: Part,
    /// Headings of each column that is read; of several, the first that is not blank in a row counts.
    pub columns: BTreeMap<Column, Vec<String>>,
    /// Where a row has several caregivers: the columns of each, in order.
    pub caregivers: Vec<BTreeMap<Column, Vec<String>>>,
    /// Columns that must say yes for a child, besides portal access.
    pub require: BTreeSet<Column>,
    /// Columns in which a blank cell is a no.
    pub blank_is_no: BTreeSet<Column>,
    /// Whether the rollout says what an unknown access means.
    pub is_unknown_access_chosen: bool,
    /// Whose lines are noted, for those who ask what made one caregiver.
    pub traced: Option<String>,
    /// Where the year level is found, for a format that has no column for it.
    pub year_from: Option<YearFrom>,
    /// Addresses that stand for "none": folded.
    pub placeholder_emails: Vec<String>,
    /// Domains of staff addresses: lower-case, without `@`.
    pub staff_domains: Vec<String>,
}

impl RosterSource {
    /// Whether this column is read, of one caregiver or of all.
    pub fn has(&self, column: Column) -> bool {
        self.columns.contains_key(&column) || self.caregivers.iter().any(|columns| columns.contains_key(&column))
    }
}

/// What an export is among several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Caregivers and children.
    Roster,
    /// Cells that win over those of the rosters, each with a reason.
    Corrections,
}

/// How characters are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Found from the bytes.
    Auto,
    /// UTF-8.
    Utf8,
    /// UTF-16, either order of bytes.
    Utf16,
    /// Windows-1252.
    Windows1252,
}

/// Whether a row stands for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowShape {
    /// Each row says whom it is about.
    Complete,
    /// A row without a caregiver id goes on with the caregiver above, and one without a student adds no child.
    Continued,
}

/// Which reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RosterFormat {
    /// One row per caregiver-student link, columns by heading.
    Csv,
    /// The same in an Excel workbook.
    Xlsx,
    /// New Zealand's Identity Data Extract: `SMSIAM.csv`.
    Ide,
    /// MUSAC edge's three files.
    Edge,
    /// A push of KAMAR's Directory Services, as JSON.
    Kamar,
    /// `OneRoster` 1.1 or 1.2, as CSV.
    OneRoster,
    /// Microsoft School Data Sync 2.1 or 1.
    Sds,
}

impl RosterFormat {
    /// The word in the rollout.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ide => "ide",
            Self::Edge => "edge",
            Self::Kamar => "kamar",
            Self::OneRoster => "oneroster",
            Self::Sds => "sds",
        }
    }
}

/// Whether an export is the whole truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upload {
    /// Everybody is in it: absence means something.
    Full,
    /// Only some are in it: absence means nothing.
    Partial,
    /// It says itself whether everybody is in it.
    ByManifest,
}

/// Where a student's year level is found: the first text that the pattern fits, or the pattern's first group in it.
#[derive(Clone, Debug)]
pub struct YearFrom {
    /// Which texts are looked at.
    pub field: YearField,
    /// What a year level looks like in them.
    pub pattern: Regex,
}

/// The texts of a student that may hold the year level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearField {
    /// The home group.
    HomeGroup,
    /// The names of the groups that the student is in.
    Groups,
}

/// What tells one caregiver from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityBy {
    /// The SMS's caregiver id.
    CaregiverId,
    /// The address, where the SMS has no caregiver id: a changed address is then a new person.
    Email,
}

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What a column of the export holds.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column {
            $($(#[$doc])* $variant,)*
        }

        impl Column {
            /// All columns that can be mapped.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in the rollout's `columns:`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

columns! {
    /// The SMS's id of the caregiver.
    CaregiverId = "caregiver-id",
    /// The caregiver's given name.
    FirstName = "first-name",
    /// The caregiver's family name.
    LastName = "last-name",
    /// The caregiver's address.
    Email = "email",
    /// The SMS's id of the student.
    StudentId = "student-id",
    /// The student's given name.
    StudentFirstName = "student-first-name",
    /// The student's family name.
    StudentLastName = "student-last-name",
    /// The student's year level.
    Year = "year",
    /// The student's class.
    Class = "class",
    /// The student's school.
    School = "school",
    /// What the caregiver is to the student.
    Relationship = "relationship",
    /// The caregiver's language.
    Language = "language",
    /// Whether `Email` is the one to use, where a caregiver has a row for each address.
    PrimaryEmail = "primary-email",
    /// The caregiver's telephone number.
    Phone = "phone",
    /// The caregiver's postal address.
    PostalAddress = "postal-address",
    /// Whether the caregiver may see this child in the portal.
    PortalAccess = "portal-access",
    /// Whether a court has barred the caregiver from this child.
    CourtOrder = "court-order",
    /// Whether the caregiver must have no contact with this child.
    NoContact = "no-contact",
    /// Whether the caregiver is this child's legal guardian.
    LegalGuardian = "legal-guardian",
    /// Whether this child lives with the caregiver.
    LivesWith = "lives-with",
    /// Which caregiver of the student comes first.
    Priority = "priority",
    /// Whether the caregiver works at the school.
    Staff = "staff",
    /// Why a correction is made.
    Because = "because",
    /// From which day on a correction does not count any more.
    Until = "until",
}
