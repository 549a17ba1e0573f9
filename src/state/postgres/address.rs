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
}

impl Address {
    /// Reads an address. What is wrong with it is said without showing any of it.
    pub fn parse(url: &str, name: &str, lineage: Option<Lineage>) -> Result<Self, AddressError> {
        let (rest, own) = take_own(url);
        if !["postgres://", "postgresql://"].iter().any(|scheme| rest.starts_with(scheme)) {
            return Err(AddressError::Form);
        }
        let mut config = Config::from_str(&rest).map_err(|_| AddressError::Form)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(AddressError::NoHost);
        }
        let Some(database) = config.get_dbname().map(str::to_owned) else { return Err(AddressError::NoDatabase) };
        config.ssl_mode(ssl_mode(own.mode.as_deref(), is_here(&config)));
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

fn take_own(url: &str) -> (String, Own) {
    let mut own = Own::default();
    let Some((head, query)) = url.split_once('?') else { return (url.to_owned(), own) };
    let mut kept = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslmode", mode)) => own.mode = Some(mode.to_owned()),
            Some(("sslrootcert", path)) => own.roots = Some(path.replace("%2F", "/").replace("%2f", "/").into()),
            _ => kept.push(pair),
        }
    }
    let rest = if kept.is_empty() { head.to_owned() } else { format!("{head}?{}", kept.join("&")) };
    (rest, own)
}

/// Over a network always encrypted and verified, unless the machine's own setting says `sslmode=disable`; a server that
/// offers no encryption is then refused, for anybody in between could make it seem so. On this machine not, unless asked for.
fn ssl_mode(written: Option<&str>, is_here: bool) -> SslMode {
    match written {
        Some("disable") => SslMode::Disable,
        None | Some("allow" | "prefer") if is_here => SslMode::Disable,
        _ => SslMode::Require,
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
        assert_eq!(parse("postgres:///firstbell").unwrap_err(), AddressError::NoHost);
        assert_eq!(parse("postgres://kowhai@db.example.nz").unwrap_err(), AddressError::NoDatabase);
    }
}
