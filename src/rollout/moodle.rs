//! A Moodle as the rollout means it.

use super::{LmsSettings, Rollout};

/// What is declared of a Moodle. It tells little of it by itself.
#[derive(Clone, Debug, Default)]
pub struct MoodleSettings {
    /// The site's address.
    pub url: String,
    /// The host in it, without a port: the token is sent there alone.
    pub host: String,
    /// The environment variable that the token may stand in.
    pub token: String,
    /// The id of the role by which parents see their children; `None`: nobody is linked.
    pub parent_role: Option<u32>,
    /// What a student's account carries the SMS's id in.
    pub student_field: StudentField,
    /// The short name of the profile field that takes the activation's id.
    pub marker_field: Option<String>,
    /// Authentication methods whose passwords may be set.
    pub auth: Vec<String>,
    /// Languages that are installed.
    pub languages: Vec<String>,
    /// The site's password policy.
    pub policy: PasswordPolicy,
    /// Rows in one call.
    pub batch: u32,
    /// The id number of an account that certainly is there.
    pub known_student: Option<String>,
    /// Accounts with an address of these are staff's (the roster's `staff-domains`).
    pub staff_domains: Vec<String>,
    /// Whether links are taken away again (`access-revoked: unlink`).
    pub unlinks: bool,
}

/// What a student's account carries the SMS's id in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StudentField {
    /// The ID number.
    #[default]
    Idnumber,
    /// The username.
    Username,
}

/// What an LMS asks of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Characters at least.
    pub length: u32,
    /// Digits at least.
    pub digits: u32,
    /// Lower-case letters at least.
    pub lower: u32,
    /// Capitals at least.
    pub upper: u32,
    /// Other characters at least.
    pub special: u32,
}

/// Moodle's own, where nobody has changed it.
impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { length: 8, digits: 1, lower: 1, upper: 1, special: 1 }
    }
}

impl Rollout {
    /// Whether caregivers are linked with their children in the LMS.
    pub fn links_children(&self) -> bool {
        matches!(&self.lms, LmsSettings::Moodle(settings) if settings.parent_role.is_some())
    }
}
