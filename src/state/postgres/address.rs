//! Where the database is. The address comes whole from this machine's own environment, host and password together: whoever set the
//! variable has bound the secret to that host, and no rollout can send it elsewhere.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use camino::Utf8PathBuf;
use postgres::Config;
use postgres::config::{Host, SslMode};

use crate::model::ids::Lineage;

const CONNECT: Duration = Duration::from_secs(10);
/// A connection of which nothing is heard for so long is taken for lost.
const SILENCE: Duration = Duration::from_secs(30);

/// A database, and which rollout in it.
pub struct Address {
    pub(super) config: Config,
    /// Further certificates to trust, in PEM.
    pub(super) roots: Option<Utf8PathBuf>,
    /// What the rollout is called in the database.
    pub(super) name: String,
    /// Which state it is, where that is known already: then the name does not matter.
    pub(super) lineage: Option<Lineage>,
    shown: String,
}

/// Why an address is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is not in the form of one.
    #[error("is not the address of a database: `postgres://user:password@host/database` is expected")]
    Form,
    /// No host is in it.
    #[error("names no host: `postgres://user:password@host/database` is expected")]
    NoHost,
    /// No database is in it.
    #[error("names no database: `postgres://user:password@host/database` is expected")]
    NoDatabase,
    /// A part that can't have one has an `@`: the rest of a password, which must not be shown, nor looked up as a host.
    #[error("has an `@` too many: in a user or a password it is written `%40`, a `/` is `%2F`, a `:` is `%3A`")]
    AtSign,
    /// `sslmode` says something that is not known: taken for the nearest it might be weaker than what was meant.
    #[error(
        "has an unknown `sslmode`: leave it out, or write `verify-full`, or `disable` for a tunnel that ends on this machine"
    )]
    Mode,
    /// A parameter that others know.
    #[error(
        "has the parameter `{0}`, which firstbell does not know: take it out (`docs/postgres.md` says which there are)"
    )]
    Parameter(&'static str),
    /// A parameter that nobody knows. It is counted, for it may be the rest of a password with a `?` in it.
    #[error(
        "has an unknown parameter, number {0} behind the `?`: correct it or take it out (`docs/postgres.md` says which there are; \
         a `?` in a password is written `%3F`)"
    )]
    UnknownParameter(usize),
    /// A parameter whose value means nothing.
    #[error("has a value for `{0}` that means nothing: correct it or take it out")]
    Value(&'static str),
}

/// The parameters of an address that are handed on.
const KNOWN: &[&str] = &[
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "load_balance_hosts",
    "options",
    "password",
    "port",
    "sslnegotiation",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
];

/// Those of PostgreSQL's own programs that mean nothing here.
const FOREIGN: &[&str] = &[
    "client_encoding",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "keepalives_count",
    "krbsrvname",
    "max_protocol_version",
    "min_protocol_version",
    "passfile",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "service",
    "servicefile",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "sslpassword",
    "sslsni",
];

impl Address {
    /// Reads an address. What is wrong with it is said without showing any of it.
    pub fn parse(url: &str, name: &str, lineage: Option<Lineage>) -> Result<Self, AddressError> {
        // A line end is easily kept with a secret.
        let url = url.trim();
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(AddressError::Form);
        }
        let (rest, own) = take_own(url)?;
        let mut config = Config::from_str(&rest).map_err(|_| AddressError::Form)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(AddressError::NoHost);
        }
        let Some(database) = config.get_dbname().map(str::to_owned) else { return Err(AddressError::NoDatabase) };
        let is_name = |host: &Host| matches!(host, Host::Tcp(name) if name.contains('@'));
        if config.get_hosts().iter().any(is_name) || database.contains('@') {
            return Err(AddressError::AtSign);
        }
        config.ssl_mode(ssl_mode(own.mode.as_deref(), is_here(&config))?);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        config.keepalives_idle(SILENCE).tcp_user_timeout(SILENCE);
        let shown = format!("{}/{database}", hosts(&config));
        Ok(Self { config, roots: own.roots, name: name.to_owned(), lineage, shown })
    }
}

/// The rollout, host and database; nobody's password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.name, self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// What we read of an address ourselves, because the crate does not know it or means something weaker.
#[derive(Default)]
struct Own {
    mode: Option<String>,
    roots: Option<Utf8PathBuf>,
}

fn take_own(url: &str) -> Result<(String, Own), AddressError> {
    let mut own = Own::default();
    // As the crate reads it: whatever stands before the first `@` is user and password.
    let secret = url.find('@').unwrap_or_default();
    let Some(at) = url[secret..].find('?').map(|at| secret + at) else { return Ok((url.to_owned(), own)) };
    let (head, query) = (&url[..at], &url[at + 1..]);
    let mut kept = Vec::new();
    for (number, pair) in (1..).zip(query.split('&')) {
        match pair.split_once('=') {
            Some(("sslmode", mode)) => own.mode = Some(mode.to_owned()),
            Some(("sslrootcert", path)) => own.roots = Some(path.replace("%2F", "/").replace("%2f", "/").into()),
            Some((key, _)) => {
                check_parameter(number, key, pair)?;
                kept.push(pair);
            }
            None => kept.push(pair),
        }
    }
    let rest = if kept.is_empty() { head.to_owned() } else { format!("{head}?{}", kept.join("&")) };
    Ok((rest, own))
}

fn check_parameter(number: usize, key: &str, pair: &str) -> Result<(), AddressError> {
    let among = |names: &[&'static str]| names.iter().find(|name| **name == key).copied();
    if let Some(name) = among(FOREIGN) {
        return Err(AddressError::Parameter(name));
    }
    let name = among(KNOWN).ok_or(AddressError::UnknownParameter(number))?;
    Config::from_str(&format!("postgres:///?{pair}")).map_err(|_| AddressError::Value(name))?;
    Ok(())
}

/// Over a network always encrypted and verified, unless the machine's own setting says `sslmode=disable`; a server that
/// offers no encryption is then refused, for anybody in between could make it seem so. On this machine not, unless asked for.
fn ssl_mode(written: Option<&str>, is_here: bool) -> Result<SslMode, AddressError> {
    match written {
        Some("disable") => Ok(SslMode::Disable),
        None | Some("allow" | "prefer") if is_here => Ok(SslMode::Disable),
        None | Some("allow" | "prefer" | "require" | "verify-ca" | "verify-full") => Ok(SslMode::Require),
        Some(_) => Err(AddressError::Mode),
    }
}

fn is_here(config: &Config) -> bool {
    let is_own = |host: &Host| match host {
        Host::Tcp(name) => ["localhost", "127.0.0.1", "::1"].contains(&name.as_str()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(is_own) && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

fn hosts(config: &Config) -> String {
    let ports = config.get_ports();
    let one = |(at, host): (usize, &Host)| {
        let port = ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            #[cfg(unix)]
            Host::Unix(folder) => Path::join(folder, format!(".s.PGSQL.{port}")).display().to_string(),
        }
    };
    config.get_hosts().iter().enumerate().map(one).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Address, AddressError> {
        Address::parse(url, "Kōwhai College", None)
    }

    #[test]
    fn over_a_network_it_is_encrypted_unless_this_machine_says_otherwise() {
        let mode = |url: &str| parse(url).unwrap().config.get_ssl_mode();
        for weak in ["", "?sslmode=prefer", "?sslmode=allow", "?sslmode=verify-full", "?sslmode=require"] {
            assert_eq!(mode(&format!("postgres://kowhai:pw@db.example.nz/firstbell{weak}")), SslMode::Require);
        }
        assert_eq!(mode("postgres://kowhai:pw@db.example.nz/firstbell?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://kowhai:pw@localhost/firstbell"), SslMode::Disable);
        assert_eq!(mode("postgres://kowhai:pw@localhost/firstbell?sslmode=require"), SslMode::Require);
    }

    #[test]
    fn what_is_shown_of_it_is_no_secret() {
        let address = parse("postgres://kowhai:s3cret@db.example.nz/firstbell?sslrootcert=/etc/ca.pem").unwrap();
        assert_eq!(format!("{address}"), "Kōwhai College in db.example.nz:5432/firstbell");
        assert_eq!(format!("{address:?}"), "Address(Kōwhai College in db.example.nz:5432/firstbell)");
        assert_eq!(address.roots.as_deref().unwrap(), "/etc/ca.pem");
    }

    #[test]
    fn what_is_no_address_is_said_without_showing_it() {
        for url in ["s3cret", "mysql://s3cret@db/x", "postgres://s3cret@db:99999999/x", "host=db password=s3cret"] {
            assert_eq!(parse(url).unwrap_err(), AddressError::Form, "{url}");
        }
        for url in ["postgres://kowhai:s3@cret@db/x", "postgres://kowhai:5432/s3@cret@db/x"] {
            assert_eq!(parse(url).unwrap_err(), AddressError::AtSign, "{url}");
        }
        assert_eq!(parse("postgres:///firstbell").unwrap_err(), AddressError::NoHost);
        let kept_with_a_line_end = parse(" postgres://kowhai:s3cret@db.example.nz/firstbell\n").unwrap();
        assert_eq!(format!("{kept_with_a_line_end}"), "Kōwhai College in db.example.nz:5432/firstbell");
        assert_eq!(parse("postgres://kowhai@db.example.nz").unwrap_err(), AddressError::NoDatabase);
    }

    #[test]
    fn a_parameter_that_would_not_do_what_it_says_is_named() {
        let refused =
            |rest: &str| parse(&format!("postgres://kowhai:s3cret@db.example.nz/firstbell?{rest}")).unwrap_err();
        assert_eq!(refused("sslcert=/etc/me.pem"), AddressError::Parameter("sslcert"));
        assert_eq!(refused("sslmode=require&passfile=/x"), AddressError::Parameter("passfile"));
        assert_eq!(refused("sslmode=require&sslrotcert=/x"), AddressError::UnknownParameter(2));
        assert_eq!(refused("connect_timeout=soon"), AddressError::Value("connect_timeout"));
        for mode in ["garbage", "", "disabled", "verify_full"] {
            assert_eq!(refused(&format!("sslmode={mode}")), AddressError::Mode, "{mode}");
        }
        // What stands before the `@` is no parameter.
        assert!(parse("postgres://kowhai:s3?cr=et@db.example.nz/firstbell?connect_timeout=5").is_ok());
        let half = parse("postgres://kowhai:s3@cret?s3cret=x@db.example.nz/firstbell").unwrap_err();
        assert_eq!(half, AddressError::UnknownParameter(1));
    }
}
