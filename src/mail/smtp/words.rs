//! Why there is no way to the mail server, each in a sentence that an admin can act on.

use std::error::Error as _;
use std::io::ErrorKind;

use super::reply::{Said, without_people};
use super::wire::Fault;
use crate::rollout::{SignInWith, Tls};

/// What was attempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The connection, and the first words.
    Connect,
    /// Turning to TLS.
    Tls,
}

/// Why a step failed.
pub(super) fn explain(step: Step, host: &str, port: u16, tls: Tls, fault: &Fault) -> String {
    let place = format!("{host}:{port}");
    if let Said::Reply(code, text) = Said::of_fault(fault) {
        let text = without_people(&text, "");
        return format!(
            "the mail server `{place}` does not want us now: {code} {text}. Try again later, or ask whoever runs it"
        );
    }
    let causes = causes(fault);
    if let Some(sentence) = of_tls(host, port, tls, &causes) {
        return sentence;
    }
    match kind(fault) {
        _ if causes.contains("lookup address") || causes.contains("could not resolve") => format!(
            "there is no server `{host}` (its name can't be found): check `mail.smtp.host`, and this machine's network"
        ),
        Some(ErrorKind::ConnectionRefused) => format!(
            "nothing answers at `{place}`: check `mail.smtp.port` (587 with `tls: starttls`, 465 with `tls: implicit`), or the mail server is down"
        ),
        Some(ErrorKind::WouldBlock | ErrorKind::TimedOut) => format!(
            "no answer from `{place}` in time: a firewall may be in the way, or the port wants {}",
            other_way(tls)
        ),
        Some(ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) => {
            format!("`{host}` can't be reached from this machine: check its network")
        }
        _ if step == Step::Tls => {
            format!("`{place}` broke off while the connection was made safe: ask whoever runs it")
        }
        _ => format!(
            "`{place}` does not answer like a mail server: check `mail.smtp.port`, or the port wants {}",
            other_way(tls)
        ),
    }
}

fn of_tls(host: &str, port: u16, tls: Tls, causes: &str) -> Option<String> {
    let says = |words: &[&str]| words.iter().any(|word| causes.contains(word));
    // Two CAs of one name are told apart by their signature alone.
    if says(&["UnknownIssuer", "BadSignature"]) {
        return Some(format!(
            "nobody that this machine trusts vouches for the certificate of `{host}`, so nothing was sent: if the server is the school's own, name its CA's certificate in `mail.smtp.ca`"
        ));
    }
    if says(&["expired", "Expired"]) {
        return Some(format!(
            "the certificate of `{host}` has expired, so nothing was sent: whoever runs it has to renew it (or this machine's clock is wrong)"
        ));
    }
    if says(&["not valid for name", "NotValidForName"]) {
        return Some(format!(
            "the certificate that `{host}` shows is another server's, so nothing was sent: write the name in `mail.smtp.host` that stands in the certificate"
        ));
    }
    if says(&["CaUsedAsEndEntity"]) {
        return Some(format!(
            "`{host}` shows as its own a certificate that it made itself (or a CA's), so nothing was sent: whoever runs it has to give it one that a CA has signed; name that CA in `mail.smtp.ca` if it is the school's own"
        ));
    }
    if says(&["InvalidContentType", "corrupt message"]) {
        return Some(format!("`{host}:{port}` does not speak TLS from the start: the port wants {}", other_way(tls)));
    }
    if says(&["invalid peer certificate", "alert", "HandshakeFailure", "ProtocolVersion", "peer is incompatible"]) {
        return Some(format!(
            "no safe connection to `{host}:{port}` came about, so nothing was sent ({}): ask whoever runs it",
            causes.trim()
        ));
    }
    None
}

fn other_way(tls: Tls) -> &'static str {
    match tls {
        Tls::Implicit => "`tls: starttls`",
        Tls::Starttls | Tls::None => "`tls: implicit`",
    }
}

/// The server does not turn to TLS.
pub(super) fn no_starttls(host: &str, port: u16) -> String {
    format!(
        "`{host}:{port}` does not offer STARTTLS, and letters hold passwords, so nothing was sent: try `tls: implicit` with port 465, or ask whoever runs it"
    )
}

/// The server does not take what we have.
pub(super) fn no_mechanism(host: &str, how: SignInWith) -> String {
    let (what, instead) = match how {
        SignInWith::Xoauth2 => ("a token (XOAUTH2)", "`sign-in: auto` with a password"),
        _ => ("a password (PLAIN, LOGIN)", "`sign-in: xoauth2` with a token, or no `username` where none is needed"),
    };
    format!("`{host}` does not let anybody sign in with {what}: try {instead}")
}

/// The server does not take this secret.
pub(super) fn not_signed_in(host: &str, how: SignInWith, said: &str) -> String {
    let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
    match how {
        SignInWith::Xoauth2 => format!(
            "`{host}` does not accept the token{said}: fetch a new one; it must be for this mailbox, and allow sending mail"
        ),
        _ => format!(
            "`{host}` does not accept user name and password{said}: check `mail.smtp.username` and the secret; Google and Microsoft want an app password, or `sign-in: xoauth2`"
        ),
    }
}

/// Signing in did not come to its end.
pub(super) fn sign_in_failed(host: &str, port: u16, tls: Tls, how: SignInWith, fault: &Fault) -> String {
    match Said::of_fault(fault) {
        Said::Reply(code @ 400..500, text) => {
            let text = without_people(&text, "");
            format!("`{host}` can't let anybody sign in now ({code} {text}): try again later")
        }
        Said::Reply(code, text) => not_signed_in(host, how, &format!("{code} {}", without_people(&text, ""))),
        Said::Nothing(what) if kind(fault).is_none() => {
            format!("{what} during the sign-in at `{host}`: check user name and secret, or ask whoever runs it")
        }
        Said::Nothing(_) => explain(Step::Connect, host, port, tls, fault),
    }
}

fn causes(fault: &Fault) -> String {
    let Fault::Broken(error) = fault else { return String::new() };
    let mut causes = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        causes.push(' ');
        causes.push_str(&cause.to_string());
        source = cause.source();
    }
    causes
}

fn kind(fault: &Fault) -> Option<ErrorKind> {
    if let Fault::Broken(error) = fault { Some(error.kind()) } else { None }
}
