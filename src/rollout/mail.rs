//! How letters look and leave, as it is meant. Secrets are never here: only the names under which this machine knows them.

use camino::Utf8PathBuf;
use jiff::civil::{Date, Time, Weekday};

/// How letters look and leave.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The `From` header: name and address.
    pub from: Mailbox,
    /// The `Reply-To` header.
    pub reply_to: Option<Mailbox>,
    /// How they leave.
    pub transport: Transport,
    /// How fast.
    pub pace: Pace,
    /// When (does not bind the outbox).
    pub hours: Option<Hours>,
    /// The letter's folder without its language: `letters/welcome` for `letters/welcome.en`, as written.
    pub letter: String,
    /// The same on this machine.
    pub letter_path: Utf8PathBuf,
    /// The language of the letter for those whose language has none.
    pub default_language: String,
    /// Whether the roster's language column chooses the letter.
    pub by_language: bool,
    /// How long the sealed letter is kept after sending, in seconds.
    pub retain_for_bounce: u64,
}

/// A name and an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// The name shown; may be empty.
    pub name: String,
    /// The address.
    pub email: String,
}

/// How letters leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// One `.eml` file a letter, in this folder.
    Outbox {
        /// The folder on this machine.
        path: Utf8PathBuf,
    },
    /// The school's mail server.
    Smtp(SmtpSettings),
}

/// The school's mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is made safe.
    pub tls: Tls,
    /// Certificates (PEM) that vouch for it besides the usual ones, on this machine.
    pub ca: Option<Utf8PathBuf>,
    /// How to sign in, where one signs in.
    pub sign_in: Option<SignIn>,
    /// How many connections at once; at least 1.
    pub connections: usize,
}

/// How a connection is made safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// It begins in clear and turns to TLS before anything is said.
    Starttls,
    /// It is TLS from the start.
    Implicit,
    /// It stays in clear: to this machine only.
    None,
}

/// How to sign in at a mail server. The secret itself is never here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The name.
    pub username: String,
    /// In which way.
    pub how: SignInWith,
    /// The environment variable that holds password or token, where the rollout names one.
    pub variable: Option<String>,
}

/// In which way one signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInWith {
    /// A password, in the way that the server offers.
    Password,
    /// A password, as PLAIN.
    Plain,
    /// A password, as LOGIN.
    Login,
    /// A token.
    Xoauth2,
}

/// How fast letters may leave; `None` where nothing bounds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// In a minute.
    pub per_minute: Option<u32>,
    /// In 24 hours.
    pub per_day: Option<u32>,
}

/// When letters may leave.
#[derive(Clone, Debug)]
pub struct Hours {
    /// On these days.
    pub days: Vec<Weekday>,
    /// From this time on.
    pub from: Time,
    /// Until this time.
    pub to: Time,
    /// Not on these days.
    pub holidays: Vec<Date>,
}
