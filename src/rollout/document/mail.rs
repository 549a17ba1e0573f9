//! Letters and how they leave, as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::form::{self, Clock, Environment, Length, Path, Spelled};

/// How letters look and how they leave.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Mail {
    /// The sender: a name and an address.
    pub(in crate::rollout) from: Spelled<form::Mail>,
    /// Where answers go, if not to the sender.
    #[serde(default)]
    pub(in crate::rollout) reply_to: Option<Spelled<form::Mail>>,
    /// How letters leave.
    #[serde(default)]
    pub(in crate::rollout) transport: Transport,
    /// The folder of the transport `outbox`, inside the project.
    #[serde(default = "outbox")]
    pub(in crate::rollout) outbox: Spelled<Path>,
    /// The mail server of the transport `smtp`.
    #[serde(default)]
    pub(in crate::rollout) smtp: Option<Smtp>,
    /// How fast letters leave. Does not bind the outbox.
    #[serde(default)]
    pub(in crate::rollout) pace: Pace,
    /// When letters leave. Does not bind the outbox.
    #[serde(default)]
    pub(in crate::rollout) hours: Option<Hours>,
    /// The letter's folder without its language: `letters/welcome` for `letters/welcome.en`.
    #[serde(default = "letter")]
    pub(in crate::rollout) letter: Spelled<Path>,
    /// Which language a letter is in.
    #[serde(default)]
    pub(in crate::rollout) language: Language,
    /// How long the sealed letter is kept after sending, so that it can go out again if it comes back. Has no effect with
    /// the outbox, to which nothing comes back.
    #[serde(default = "at_once")]
    pub(in crate::rollout) retain_for_bounce: Spelled<Length>,
}

fn outbox() -> Spelled<Path> {
    Spelled { text: "outbox".into(), meaning: "outbox".into() }
}

fn letter() -> Spelled<Path> {
    Spelled { text: "letters/welcome".into(), meaning: "letters/welcome".into() }
}

fn at_once() -> Spelled<Length> {
    Spelled { text: "0h".into(), meaning: std::time::Duration::ZERO }
}

/// How letters leave.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Transport {
    /// Each becomes a file in a folder.
    #[default]
    Outbox,
    /// Through the school's mail server.
    Smtp,
}

/// The school's mail server.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Smtp {
    /// Its name.
    #[schemars(example = "smtp.kowhai.example.nz")]
    pub(in crate::rollout) host: Spelled<form::Host>,
    /// Its port; unless said, 587 for `starttls`, 465 for `implicit`, 25 for `none`.
    #[serde(default)]
    #[schemars(range(min = 1, max = 65535))]
    pub(in crate::rollout) port: Option<u16>,
    /// How the connection is made safe.
    #[serde(default)]
    pub(in crate::rollout) tls: Tls,
    /// Certificates (PEM) that vouch for the server besides those that browsers know, inside the project.
    #[serde(default)]
    #[schemars(example = "certs/ca.pem")]
    pub(in crate::rollout) ca: Option<Spelled<Path>>,
    /// How to sign in.
    #[serde(default)]
    pub(in crate::rollout) sign_in: SignIn,
    /// The name to sign in with. Without one nobody signs in.
    #[serde(default)]
    pub(in crate::rollout) username: Option<Spelled<form::Line>>,
    /// The password or token to sign in with: the name of an environment variable, never the password itself. Sent only to
    /// the host that this machine's own settings name for it.
    #[serde(default)]
    pub(in crate::rollout) password: Option<Secret>,
    /// How many connections at once. With a pace of less than 12 letters a minute one is used.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 32))]
    pub(in crate::rollout) connections: u8,
}

fn one() -> u8 {
    1
}

/// How a connection is made safe.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Tls {
    /// It begins in clear and turns to TLS before anything is said (port 587).
    #[default]
    Starttls,
    /// It is TLS from the start (port 465).
    Implicit,
    /// It stays in clear: only to this machine itself.
    None,
}

/// How to sign in at the mail server.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum SignIn {
    /// With the password, in the way that the server offers.
    #[default]
    Auto,
    /// With the password, as PLAIN.
    Plain,
    /// With the password, as LOGIN.
    Login,
    /// With a token instead of a password, as Google and Microsoft want it.
    Xoauth2,
}

/// A secret that is not written here.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Secret {
    /// The environment variable that holds it.
    pub(in crate::rollout) env: Spelled<Environment>,
}

/// How fast letters leave: figures, or a preset, or a preset with one figure changed.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Pace {
    /// Figures for a mail service, somewhat below its own limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) preset: Option<Preset>,
    /// Letters in a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000), extend("default" = 20))]
    pub(in crate::rollout) per_minute: Option<u32>,
    /// Letters in 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000), extend("default" = 1500))]
    pub(in crate::rollout) per_day: Option<u32>,
}

/// Figures for a mail service.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum Preset {
    /// A Google Workspace account: 20 a minute, 1500 a day.
    GoogleWorkspace,
    /// Google's SMTP relay: 60 a minute, 9000 a day.
    GoogleRelay,
    /// Exchange Online: 25 a minute, 9000 a day.
    ExchangeOnline,
    /// As fast as the server takes them: for one of the school's own without limits.
    Unlimited,
}

/// When letters leave.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::rollout) struct Hours {
    /// On these days of the week.
    #[serde(default = "school_days")]
    #[schemars(length(min = 1))]
    pub(in crate::rollout) days: Vec<Weekday>,
    /// From this time on.
    pub(in crate::rollout) from: Spelled<Clock>,
    /// Until this time.
    #[schemars(example = &"18:00")]
    pub(in crate::rollout) to: Spelled<Clock>,
    /// Not on these days.
    #[serde(default, deserialize_with = "super::list_or_nothing")]
    pub(in crate::rollout) holidays: Vec<Spelled<form::Day>>,
}

fn school_days() -> Vec<Weekday> {
    vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]
}

/// A day of the week.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(in crate::rollout) enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Which language a letter is in.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::rollout) struct Language {
    /// The language of the letter for everybody whose own has no letter.
    pub(in crate::rollout) default: Spelled<form::Language>,
    /// What chooses another letter; without it all letters are in the default language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::rollout) by: Option<LanguageBy>,
}

impl Default for Language {
    fn default() -> Self {
        Self { default: Spelled { text: "en".into(), meaning: "en".into() }, by: None }
    }
}

/// What chooses a letter.
#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::rollout) enum LanguageBy {
    /// The roster's column `language`: `mi` chooses `letters/welcome.mi`.
    Language,
}
