//! One call of Moodle's REST web service: POST only, the token in the body, no redirect followed, nothing sent a second
//! time by itself, nothing logged. What an answer means is judged in `fault`.

use std::time::Duration;

use serde_json::Value;
use ureq::{Agent, Body, Error};

use crate::model::secret::Password;

use super::fault::{self, Certainty, Fault};
use super::wire::{self, Form};

const CONNECT: Duration = Duration::from_secs(15);
/// nginx gives up after 60 seconds unless it is told otherwise; Moodle itself may go on for 300.
const ANSWER: Duration = Duration::from_secs(90);
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The way to one Moodle.
pub(super) struct Client {
    agent: Agent,
    url: String,
    token: Password,
}

impl Client {
    /// Nothing is sent yet. `base` is the site's address, with or without a slash behind it.
    pub(super) fn new(base: &str, token: Password) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(ANSWER))
            .user_agent(concat!("firstbell/", env!("CARGO_PKG_VERSION")));
        // A proxy of the environment is not asked for what lies on this machine.
        let is_here = base.starts_with("http://");
        let config = if is_here { config.proxy(None) } else { config };
        let url = format!("{}/webservice/rest/server.php", base.trim_end_matches('/'));
        Self { agent: config.build().new_agent(), url, token }
    }

    /// Calls a function with these fields.
    pub(super) fn call(&self, function: &str, fields: &Form) -> Result<Value, Fault> {
        let mut form = wire::head(self.token.reveal(), function);
        form.extend(fields);
        let sent = self
            .agent
            .post(&self.url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .send(form.as_str());
        let mut answer = sent.map_err(|error| of_error(&error))?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(fault::of_status(
                status,
                header("retry-after").as_deref(),
                location(header("location")).as_deref(),
            ));
        }
        read(answer.body_mut())
    }
}

/// Where a redirect leads, as far as it may be shown: scheme and host.
fn location(header: Option<String>) -> Option<String> {
    let header = header?;
    let (scheme, rest) = header.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let is_plain = host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    (is_plain && matches!(scheme, "http" | "https")).then(|| format!("{scheme}://{host}"))
}

fn read(body: &mut Body) -> Result<Value, Fault> {
    let silent = |words: &str| Fault::new(Certainty::Silence, words);
    let bytes = body
        .with_config()
        .limit(MOST_BYTES)
        .read_to_vec()
        .map_err(|error| silent(&format!("the answer broke off ({})", kind(&error))))?;
    let text = String::from_utf8(bytes).map_err(|_| silent("the answer is not UTF-8, so it can't be understood"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(silent("the answer is empty, as when PHP fails"));
    }
    let value: Value = serde_json::from_str(text).map_err(|_| {
        let is_page = text.starts_with('<');
        silent(if is_page {
            "the answer is a page for people (HTML), not the web service's: is `lms.url` the site's address?"
        } else {
            "the answer can't be understood: it is not JSON"
        })
    })?;
    match &value {
        Value::Object(fields) if fields.contains_key("exception") || fields.contains_key("errorcode") => {
            let code = fields.get("errorcode").and_then(Value::as_str).unwrap_or("");
            Err(fault::of_code(code))
        }
        _ => Ok(value),
    }
}

/// Whether a call got there, by what broke.
fn of_error(error: &Error) -> Fault {
    use std::io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable};
    let never = match error {
        Error::HostNotFound
        | Error::ConnectionFailed
        | Error::BadUri(_)
        | Error::InvalidProxyUrl
        | Error::Tls(_)
        | Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => true,
        Error::Io(io) => {
            is_unresolved(io)
                || matches!(io.kind(), AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkUnreachable)
        }
        _ => false,
    };
    let certainty = if never { Certainty::NotThere } else { Certainty::Silence };
    let words = if never { "the Moodle can't be reached" } else { "no answer came from the Moodle" };
    Fault::new(certainty, format!("{words} ({})", kind(error)))
}

const NO_HOST: &str = "its name is not known: is `lms.url` right, and is this machine online?";

/// Whether the name of the host has no address; there is no kind of error for that.
fn is_unresolved(error: &std::io::Error) -> bool {
    error.to_string().contains("lookup address")
}

/// What broke, in words that quote nothing that was sent.
fn kind(error: &Error) -> String {
    match error {
        Error::HostNotFound => NO_HOST.to_owned(),
        Error::Io(io) if is_unresolved(io) => NO_HOST.to_owned(),
        Error::Timeout(_) => "it took too long".to_owned(),
        Error::Io(io) => io.kind().to_string(),
        Error::ConnectionFailed => "no connection".to_owned(),
        Error::Tls(_) | Error::Rustls(_) => "its certificate or its TLS can't be trusted".to_owned(),
        Error::BodyExceedsLimit(_) => "longer than any answer should be".to_owned(),
        _ => "the connection broke".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_without_an_address_was_never_asked() {
        // As `to_socket_addrs` says it.
        let words = "failed to lookup address information: Name or service not known";
        let error = std::io::Error::other(words);
        let fault = of_error(&Error::Io(error));
        assert_eq!(fault.certainty, Certainty::NotThere);
        assert!(fault.words.contains("its name is not known"), "{}", fault.words);
    }
}
