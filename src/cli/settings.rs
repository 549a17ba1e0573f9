//! This machine's settings: the only file that reads the environment.

use camino::{Utf8Path, Utf8PathBuf};

use crate::command::hosts::Hosts;
use crate::model::entry::Actor;

/// What the environment says.
pub(super) struct Settings {
    /// `~/.config/firstbell`.
    pub(super) config_dir: Option<Utf8PathBuf>,
    /// Where temporary files lie: `TMPDIR`, else `/tmp`.
    pub(super) temporary: Utf8PathBuf,
    /// `FIRSTBELL_KEY`.
    pub(super) key: Option<String>,
    pub(super) actor: Actor,
    /// `CI` is set: nobody is looking at the screen, but many may read the log.
    pub(super) is_ci: bool,
    /// `NO_COLOR` is set, or the terminal is a dumb one.
    pub(super) is_colour_unwanted: bool,
}

impl Settings {
    pub(super) fn read() -> Self {
        let config = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
        Self {
            config_dir: config.map(|folder| folder.join("firstbell")),
            temporary: folder("TMPDIR").unwrap_or_else(|| "/tmp".into()),
            key: set("FIRSTBELL_KEY"),
            actor: Actor {
                user: set("USER").or_else(|| set("LOGNAME")).unwrap_or_else(|| "unknown".to_owned()),
                host: gethostname::gethostname().to_string_lossy().into_owned(),
                pid: std::process::id(),
            },
            is_ci: set("CI").is_some_and(|value| value != "false" && value != "0"),
            is_colour_unwanted: set("NO_COLOR").is_some() || set("TERM").is_some_and(|term| term == "dumb"),
        }
    }

    /// Where this machine's secrets may go, as its settings say.
    pub(super) fn hosts(&self, project: &Utf8Path) -> Hosts {
        Hosts {
            config_dir: self.config_dir.clone(),
            project: project.to_owned(),
            lms: set("FIRSTBELL_LMS_HOST"),
            smtp: set("FIRSTBELL_SMTP_HOST"),
            variable: Some(secret),
        }
    }
}

/// A variable that a secret may stand in: no other is ever looked up because a rollout names it.
fn secret(name: &str) -> Option<String> {
    if name.starts_with("FIRSTBELL_") && name != "FIRSTBELL_KEY" { set(name) } else { None }
}

/// A variable that names a folder. One that depends on where one stands would lay the key into the project.
fn folder(name: &str) -> Option<Utf8PathBuf> {
    set(name).map(Utf8PathBuf::from).filter(|path| path.is_absolute() && !path.as_str().contains('\u{fffd}'))
}

/// A variable that is set to something. What is not UTF-8 comes with marks in it: a key like that must be refused as
/// malformed, not passed over as if it were not set.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn set(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}
