//! Ultranet as it is meant.

use camino::Utf8PathBuf;

use super::LmsSettings;

/// Ultranet, through its export and its import screen.
#[derive(Clone, Debug)]
pub struct Ultranet {
    /// The export, as the rollout names it.
    pub written_export: String,
    /// The export, on this machine.
    pub export: Utf8PathBuf,
    /// Where hand-overs are written.
    pub folder: Utf8PathBuf,
    /// Whether the SMS id stands in column G and the year level in H, or the other way round.
    pub is_sms_id_first: bool,
    /// Whether our letters tell the passwords; else Ultranet draws and mails them.
    pub has_letters: bool,
    /// Whether the gateway mails parents whose accounts it creates.
    pub email_notification: bool,
    /// The gateway's default address, which stands for "none".
    pub default_email: Option<String>,
    /// User ids for accounts to be.
    pub user_id: UserIdRecipe,
}

/// How a user id is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserIdRecipe(pub Vec<UserIdPart>);

/// A part of a user id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserIdPart {
    /// What stands there for everybody.
    Text(String),
    /// The given name.
    First,
    /// The family name.
    Last,
    /// The first letter of the given name.
    FirstInitial,
    /// The first letter of the family name.
    LastInitial,
    /// The SMS id.
    Id,
}

impl Default for UserIdRecipe {
    fn default() -> Self {
        Self(vec![UserIdPart::First, UserIdPart::Text(".".to_owned()), UserIdPart::Last])
    }
}

impl LmsSettings {
    /// Ultranet's settings, where it is Ultranet.
    pub fn ultranet(&self) -> Option<&Ultranet> {
        match self {
            Self::Ultranet(ultranet) => Some(ultranet),
            Self::Sandbox { .. } | Self::Moodle(_) => None,
        }
    }
}
