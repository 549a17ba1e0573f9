//! This machine's settings: the only file that reads the environment.

use camino::Utf8PathBuf;

use crate::model::entry::Actor;

/// What the environment says.
pub(super) struct Settings {
    /// `~/.config/firstbell`.
    pub(super) config_dir: Option<Utf8PathBuf>,
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
        let config = set("XDG_CONFIG_HOME").map(Utf8PathBuf::from).filter(|path| path.is_absolute());
        let config = config.or_else(|| set("HOME").map(|home| Utf8PathBuf::from(home).join(".config")));
        Self {
            config_dir: config.map(|folder| folder.join("firstbell")),
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
}

/// A variable that is set to something.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
