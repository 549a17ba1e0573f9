//! The rosters as they are meant: one after the other, as the rollout lists them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::model::source::{
    Column, Encoding, IdentityBy, Part, RosterFormat, RosterSource, RowShape, Upload, YearField, YearFrom,
};

use super::document::{self, CaregiverColumns, Columns, Headings};
use super::form::{Line, Pattern, Spelled};
use super::mean::{Failure, Setting};

/// All of them.
pub(super) fn sources(
    rosters: Vec<document::Roster>,
    timezone: &TimeZone,
    setting: &Setting<'_>,
) -> Result<Vec<RosterSource>, Failure> {
    let is_chosen = rosters.iter().any(|roster| roster.unknown_access.is_some());
    rosters.into_iter().map(|roster| source(roster, is_chosen, timezone, setting)).collect()
}

fn source(
    roster: document::Roster,
    is_chosen: bool,
    timezone: &TimeZone,
    setting: &Setting<'_>,
) -> Result<RosterSource, Failure> {
    let (columns, caregivers) = columns(roster.columns);
    Ok(RosterSource {
        format: format(roster.format),
        path: setting.resolve(&roster.path.meaning)?,
        written_path: roster.path.meaning,
        upload: match roster.upload {
            document::Upload::Partial => Upload::Partial,
            document::Upload::Full => Upload::Full,
            document::Upload::ByManifest => Upload::ByManifest,
        },
        max_age: Some(roster.max_age.meaning),
        identity: match roster.identity {
            document::Identity::CaregiverId => IdentityBy::CaregiverId,
            document::Identity::Email => IdentityBy::Email,
        },
        encoding: match roster.encoding {
            document::Encoding::Auto => Encoding::Auto,
            document::Encoding::Utf8 => Encoding::Utf8,
            document::Encoding::Utf16 => Encoding::Utf16,
            document::Encoding::Windows1252 => Encoding::Windows1252,
        },
        rows: match roster.rows {
            document::Rows::Complete => RowShape::Complete,
            document::Rows::Continued => RowShape::Continued,
        },
        part: match roster.part {
            document::Part::Roster => Part::Roster,
            document::Part::Corrections => Part::Corrections,
        },
        columns,
        caregivers,
        require: roster.require.into_iter().map(required).collect(),
        blank_is_no: roster.blank_is_no.into_iter().map(flag).collect(),
        is_unknown_access_chosen: is_chosen,
        year_from: roster.year_from.and_then(year_from),
        traced: None,
        timezone: timezone.clone(),
        placeholder_emails: roster.placeholder_emails.iter().map(|email| email.meaning.to_ascii_lowercase()).collect(),
        staff_domains: roster.staff_domains.into_iter().map(|domain| domain.meaning).collect(),
    })
}

fn format(written: document::Format) -> RosterFormat {
    match written {
        document::Format::Csv => RosterFormat::Csv,
        document::Format::Xlsx => RosterFormat::Xlsx,
        document::Format::Ide => RosterFormat::Ide,
        document::Format::Edge => RosterFormat::Edge,
        document::Format::Kamar => RosterFormat::Kamar,
        document::Format::Oneroster => RosterFormat::OneRoster,
        document::Format::Sds => RosterFormat::Sds,
    }
}

/// The rules have made sure that there is one of the two.
fn year_from(written: document::YearFrom) -> Option<YearFrom> {
    let of = |field| move |pattern: Spelled<Pattern>| YearFrom { field, pattern: pattern.meaning };
    let from_home_group = written.home_group.map(of(YearField::HomeGroup));
    from_home_group.or_else(|| written.groups.map(of(YearField::Groups)))
}

fn required(written: document::Required) -> Column {
    match written {
        document::Required::LegalGuardian => Column::LegalGuardian,
        document::Required::LivesWith => Column::LivesWith,
    }
}

fn flag(written: document::Flag) -> Column {
    match written {
        document::Flag::PortalAccess => Column::PortalAccess,
        document::Flag::CourtOrder => Column::CourtOrder,
        document::Flag::NoContact => Column::NoContact,
        document::Flag::LegalGuardian => Column::LegalGuardian,
        document::Flag::LivesWith => Column::LivesWith,
    }
}

/// The headings of each column.
type Found = BTreeMap<Column, Vec<String>>;

fn columns(columns: Columns) -> (Found, Vec<Found>) {
    let caregivers = columns.caregivers.into_iter().map(caregiver_columns).collect();
    let mut found = Found::new();
    let mut one =
        |column, heading: Option<Spelled<Line>>| add(&mut found, column, heading.map(|heading| vec![heading]));
    one(Column::StudentId, columns.student_id);
    one(Column::StudentFirstName, columns.student_first_name);
    one(Column::StudentLastName, columns.student_last_name);
    one(Column::Year, columns.year);
    one(Column::Class, columns.class);
    one(Column::School, columns.school);
    one(Column::Because, columns.because);
    one(Column::Until, columns.until);
    found.append(&mut caregiver_columns(CaregiverColumns {
        caregiver_id: columns.caregiver_id,
        first_name: columns.first_name,
        last_name: columns.last_name,
        email: columns.email,
        primary_email: columns.primary_email,
        phone: columns.phone,
        postal_address: columns.postal_address,
        relationship: columns.relationship,
        language: columns.language,
        portal_access: columns.portal_access,
        court_order: columns.court_order,
        no_contact: columns.no_contact,
        legal_guardian: columns.legal_guardian,
        lives_with: columns.lives_with,
        priority: columns.priority,
        staff: columns.staff,
    }));
    (found, caregivers)
}

fn caregiver_columns(columns: CaregiverColumns) -> Found {
    let mut found = Found::new();
    add(&mut found, Column::Email, columns.email.map(|Headings(headings)| headings));
    add(&mut found, Column::PostalAddress, columns.postal_address.map(|Headings(headings)| headings));
    let mut one =
        |column, heading: Option<Spelled<Line>>| add(&mut found, column, heading.map(|heading| vec![heading]));
    one(Column::CaregiverId, columns.caregiver_id);
    one(Column::FirstName, columns.first_name);
    one(Column::LastName, columns.last_name);
    one(Column::PrimaryEmail, columns.primary_email);
    one(Column::Phone, columns.phone);
    one(Column::Relationship, columns.relationship);
    one(Column::Language, columns.language);
    one(Column::PortalAccess, columns.portal_access);
    one(Column::CourtOrder, columns.court_order);
    one(Column::NoContact, columns.no_contact);
    one(Column::LegalGuardian, columns.legal_guardian);
    one(Column::LivesWith, columns.lives_with);
    one(Column::Priority, columns.priority);
    one(Column::Staff, columns.staff);
    found
}

fn add(found: &mut Found, column: Column, headings: Option<Vec<Spelled<Line>>>) {
    if let Some(headings) = headings {
        found.insert(column, headings.into_iter().map(|heading| heading.meaning).collect());
    }
}
