//! The LMS as it is meant.

use super::document::{self, Driver, ExportColumn, Passwords};
use super::mean::{Failure, Setting};
use super::{LmsSettings, Ultranet, mean_moodle};

/// Where hand-overs are written, in the project.
const FOLDER: &str = "handover";

/// What an LMS takes from other parts of the document.
pub(super) struct Elsewhere {
    /// The rosters' `staff-domains`.
    pub(super) staff: Vec<String>,
    /// `access-revoked: unlink`.
    pub(super) unlinks: bool,
}

/// The LMS of a document whose rules all hold.
pub(super) fn lms(written: document::Lms, elsewhere: Elsewhere, setting: &Setting<'_>) -> Result<LmsSettings, Failure> {
    match written.driver {
        Driver::Ultranet => ultranet(written, setting).map(LmsSettings::Ultranet),
        Driver::Moodle => mean_moodle::moodle(written, elsewhere, setting).map(LmsSettings::Moodle),
        Driver::Sandbox => Ok(LmsSettings::Sandbox {
            path: setting.resolve(&written.path.meaning)?,
            written_path: written.path.meaning,
        }),
    }
}

fn ultranet(written: document::Lms, setting: &Setting<'_>) -> Result<Ultranet, Failure> {
    let missing = || setting.failure("rollout::ultranet", "`lms` names no `export`".to_owned());
    let export = written.export.ok_or_else(missing)?.meaning;
    Ok(Ultranet {
        export: setting.resolve(&export)?,
        written_export: export,
        folder: setting.resolve(FOLDER)?,
        is_sms_id_first: written.columns.is_none_or(|columns| columns.g == ExportColumn::SmsId),
        has_letters: !matches!(written.passwords, Some(Passwords::Ultranet)),
        email_notification: written.email_notification.unwrap_or(false),
        default_email: written.default_email.map(|email| email.meaning.to_ascii_lowercase()),
        user_id: written.username.map(|recipe| recipe.meaning).unwrap_or_default(),
    })
}
