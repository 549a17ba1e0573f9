//! Email addresses, their domains, and the address of the sign-in page.

use serde_json::{Value, json};

use super::super::Mailbox;
use super::word::is_line;
use super::{Form, Misfit};

/// A sender: an address, with or without a name before it.
pub(in crate::rollout) struct Mail;

impl Form for Mail {
    type Meaning = Mailbox;
    const FORMAT: &'static str = "mailbox";
    const CODE: &'static str = "rollout::bad-address";

    fn read(text: &str) -> Result<Mailbox, Misfit> {
        mailbox(text).ok_or_else(|| {
            let help = "write `Kōwhai College <office@example.nz>` or the address alone, on one line";
            Misfit::new(format!("`{text}` is not a sender"), help)
        })
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 3, "examples": ["Kōwhai College <office@kowhai.example.nz>"]})
    }
}

fn mailbox(text: &str) -> Option<Mailbox> {
    let text = Some(text.trim()).filter(|text| is_line(text))?;
    let (name, email) = match text.strip_suffix('>') {
        Some(rest) => rest.rsplit_once('<')?,
        None => ("", text),
    };
    let name = name.trim();
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    let is_right = is_address(email) && !name.contains(['<', '>', '"', '\\']);
    is_right.then(|| Mailbox { name: name.to_owned(), email: email.to_owned() })
}

/// An email address.
pub(in crate::rollout) struct Address;

impl Form for Address {
    type Meaning = String;
    const FORMAT: &'static str = "address";
    const CODE: &'static str = "rollout::bad-address";

    fn read(text: &str) -> Result<String, Misfit> {
        let address = text.trim();
        let misfit = || Misfit::new(format!("`{text}` is not an email address"), "write it like office@example.nz");
        is_address(address).then(|| address.to_owned()).ok_or_else(misfit)
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^\\s*[^@\\s]+@[^@\\s]+\\.[^@\\s]+\\s*$", "examples": ["office@kowhai.example.nz"]})
    }
}

/// An address that any mail server takes: ASCII, one `@`, a domain with a top level.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    let has_atoms = local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom));
    local.len() <= 64 && text.len() <= 254 && has_atoms && is_domain(domain)
}

/// The part of an address behind the `@`.
pub(in crate::rollout) struct Domain;

impl Form for Domain {
    type Meaning = String;
    const FORMAT: &'static str = "domain";
    const CODE: &'static str = "rollout::bad-domain";

    fn read(text: &str) -> Result<String, Misfit> {
        let domain = text.trim().to_ascii_lowercase();
        let help = "write what stands behind the `@`: kowhai.example.nz";
        is_domain(&domain).then_some(domain).ok_or_else(|| Misfit::new(format!("`{text}` is not a domain"), help))
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^\\s*[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+\\s*$", "examples": ["kowhai.example.nz"]})
    }
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let has_letters = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (1..=63).contains(&label.len()) && has_letters && !label.starts_with('-') && !label.ends_with('-')
    };
    text.contains('.') && text.len() <= 253 && text.split('.').all(is_label)
}

/// A machine in a network: a name, or an address.
pub(in crate::rollout) struct Host;

impl Form for Host {
    type Meaning = String;
    const FORMAT: &'static str = "host";
    const CODE: &'static str = "rollout::bad-host";

    fn read(text: &str) -> Result<String, Misfit> {
        let host = text.trim().to_ascii_lowercase();
        let is_host = is_domain(&host) || is_domain(&format!("{host}.x")) || host.parse::<std::net::IpAddr>().is_ok();
        let help = "write its name alone, without port and `://`: smtp.kowhai.example.nz";
        is_host.then_some(host).ok_or_else(|| Misfit::new(format!("`{text}` is not the name of a server"), help))
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^\\s*[A-Za-z0-9.:-]+\\s*$", "examples": ["smtp.kowhai.example.nz"]})
    }
}

/// Whether a host is the machine that asks.
pub(in crate::rollout) fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The address of a page: `https`, or `http` on this machine.
pub(in crate::rollout) struct WebAddress;

impl Form for WebAddress {
    type Meaning = String;
    const FORMAT: &'static str = "web-address";
    const CODE: &'static str = "rollout::bad-url";

    fn read(text: &str) -> Result<String, Misfit> {
        let misfit = |why: &str| Misfit::new(format!("`{text}` {why}"), "write it like https://portal.example.nz");
        let (scheme, rest) = text.split_once("://").ok_or_else(|| misfit("is not the address of a page"))?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
        if authority.contains('@') {
            return Err(misfit("has a name or password before its host"));
        }
        let host = host(authority).ok_or_else(|| misfit("is not the address of a page"))?;
        if !text.chars().all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c)) {
            return Err(misfit("has characters that an address of a page cannot have"));
        }
        match scheme {
            "https" => Ok(text.to_owned()),
            "http" if matches!(host, "localhost" | "127.0.0.1" | "[::1]") => Ok(text.to_owned()),
            "http" => Err(misfit("would send passwords in clear: only https is safe")),
            _ => Err(misfit("is not an address of the web")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^https?://", "examples": ["https://portal.kowhai.example.nz"]})
    }
}

/// The host in `host:port`; `None` where either is malformed.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rfind(':').filter(|at| !authority[*at..].contains(']')) {
        Some(at) => (&authority[..at], &authority[at + 1..]),
        None => (authority, "443"),
    };
    let is_name = host
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    let is_literal = host.starts_with('[') && host.ends_with(']') && host.len() > 3;
    (port.parse::<u16>().is_ok_and(|port| port > 0) && (is_name || is_literal)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::super::refused;
    use super::*;

    #[test]
    fn a_sender_has_an_address_and_perhaps_a_name() {
        let read = |text| Mail::read(text).map(|mailbox| (mailbox.name, mailbox.email)).unwrap();
        let email = || "office@example.nz".to_owned();
        assert_eq!(read("office@example.nz"), (String::new(), email()));
        assert_eq!(read("Kōwhai College <office@example.nz>"), ("Kōwhai College".into(), email()));
        assert_eq!(read("\"Kōwhai, College\" <office@example.nz>"), ("Kōwhai, College".into(), email()));
        for text in
            ["", "office", "a@b", "a b@example.nz", "A <a@example.nz", "A\r\nBcc: x <a@example.nz>", "ā@example.nz"]
        {
            assert!(refused::<Mail>(text), "{text}");
        }
    }

    #[test]
    fn a_sign_in_page_is_https_unless_it_is_on_this_machine() {
        for text in ["https://portal.example.nz", "https://x.nz:8443/a?b=c#d", "http://localhost:8080", "http://[::1]/"]
        {
            assert!(!refused::<WebAddress>(text), "{text}");
        }
        let refused_ones = [
            "http://portal.example.nz",
            "portal.example.nz",
            "https://",
            "https:///x",
            "https://user:pw@example.nz",
            "javascript://x",
            "https://a b.nz",
            "https://x.nz:0",
            "https://x.nz:99999",
            "https://x.nz/\"><script>",
            "http://localhost.evil.example",
        ];
        for text in refused_ones {
            assert!(refused::<WebAddress>(text), "{text}");
        }
    }

    #[test]
    fn a_domain_has_no_at() {
        assert_eq!(Domain::read(" Kowhai.Example.NZ ").unwrap(), "kowhai.example.nz");
        for text in ["@example.nz", "nz", "a..nz", "-a.nz", ""] {
            assert!(refused::<Domain>(text), "{text}");
        }
    }
}
