//! A roster source and small exports for this module's tests.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Roster;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::model::source::{Column, Encoding, IdentityBy, Part, RosterFormat, RosterSource, RowShape, Upload};

/// The clock of the tests.
pub(super) const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

/// Every column that [`source`] maps, as the heading line.
pub(super) const HEADINGS: &str =
    "CaregiverID,First,Last,Email,StudentID,SFirst,SLast,Year,Class,School,Relationship,Language,Portal,Priority,Staff";

/// The columns of [`HEADINGS`].
const COLUMNS: [Column; 15] = [
    Column::CaregiverId,
    Column::FirstName,
    Column::LastName,
    Column::Email,
    Column::StudentId,
    Column::StudentFirstName,
    Column::StudentLastName,
    Column::Year,
    Column::Class,
    Column::School,
    Column::Relationship,
    Column::Language,
    Column::PortalAccess,
    Column::Priority,
    Column::Staff,
];

/// The columns of [`HEADINGS`] mapped.
pub(super) fn source() -> RosterSource {
    let columns = COLUMNS.into_iter().zip(HEADINGS.split(',').map(|heading| vec![heading.to_owned()])).collect();
    RosterSource {
        format: RosterFormat::Csv,
        written_path: "roster/caregivers.csv".into(),
        path: "/nowhere/roster/caregivers.csv".into(),
        upload: Upload::Full,
        max_age: Some(Duration::from_hours(7 * 24)),
        identity: IdentityBy::CaregiverId,
        encoding: Encoding::Auto,
        rows: RowShape::Complete,
        part: Part::Roster,
        columns,
        caregivers: Vec::new(),
        require: BTreeSet::new(),
        blank_is_no: BTreeSet::new(),
        is_unknown_access_chosen: true,
        traced: None,
        timezone: TimeZone::UTC,
        year_from: None,
        placeholder_emails: vec!["office@kowhai.example.nz".into()],
        staff_domains: vec!["kowhai.example.nz".into()],
    }
}

/// [`source`] with these columns only.
pub(super) fn source_of(columns: &[Column]) -> RosterSource {
    let mut source = source();
    source.columns.retain(|column, _| columns.contains(column));
    source
}

/// A caregiver with two children, and another caregiver of each of them.
pub(super) fn two_families() -> String {
    export(&[
        "C2,Mere,Ngata,mere@example.nz,S2,Tama,Ngata,8,8A,1001,Mother,mi,Y,1,N",
        "C2,Mere,Ngata,mere@example.nz,S1,Ana,Ngata,7,7B,1001,Mother,mi,Y,1,N",
        "C1,Wiremu,Ngata,wiremu@example.nz,S1,Ana,Ngata,7,7B,1001,Father,mi,Y,2,N",
        "C3,Sione,Fonoti,sione@example.nz,S2,Tama,Ngata,8,8A,1001,Caregiver,sm,N,3,N",
    ])
}

/// An export with [`HEADINGS`].
pub(super) fn export(rows: &[&str]) -> String {
    [&[HEADINGS], rows].concat().join("\n") + "\n"
}

/// Reads an export that is as old as now.
pub(super) fn read(source: &RosterSource, bytes: impl AsRef<[u8]>) -> Result<(Roster, Diagnostics), Diagnostics> {
    super::read_bytes(source, bytes.as_ref(), NOW, NOW)
}

/// Reads rows under [`HEADINGS`] that must make a roster.
pub(super) fn roster(rows: &[&str]) -> Roster {
    read(&source(), export(rows)).unwrap().0
}

/// The problems of an export, whether or not it makes a roster: sorted.
pub(super) fn problems(source: &RosterSource, bytes: impl AsRef<[u8]>) -> Vec<Diagnostic> {
    let found = read(source, bytes).map_or_else(|problems| problems, |(_, problems)| problems);
    found.sorted().into_iter().cloned().collect()
}

/// The one error of an export.
pub(super) fn error(source: &RosterSource, bytes: impl AsRef<[u8]>) -> Diagnostic {
    let mut errors = problems(source, bytes);
    errors.retain(|problem| problem.severity == Severity::Error);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.remove(0)
}

/// The line a problem is at.
pub(super) fn line(problem: &Diagnostic) -> Option<u32> {
    problem.place.as_ref()?.span.map(|span| span.line)
}
