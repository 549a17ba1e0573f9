//! The way to a mail server: who it is, how the connection is made safe, how one signs in. Nothing of a letter is sent here,
//! so whatever goes wrong on this way is a certain no for every letter.

use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::{Auth, Ehlo, Starttls};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use rustls::ClientConfig;

use super::line::Line;
use super::tls;
use super::wire::{Fault, Reply, Wire};
use super::words::{self, Step};
use crate::model::secret::Password;
use crate::rollout::{SignInWith, SmtpSettings, Tls};

/// How long to wait for answers.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the connection, and for each command but the last.
    pub command: Duration,
    /// For the answer to the final dot: giving up earlier is how parents get letters twice (RFC 5321, 4.5.3.2.6; RFC 1047).
    pub message: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { command: Duration::from_mins(1), message: Duration::from_mins(10) }
    }
}

/// So many questions of one sign-in are answered: LOGIN has two.
const QUESTIONS: usize = 10;

/// A mail server, and how to get to it.
pub(super) struct Server {
    host: String,
    port: u16,
    tls: Tls,
    encryption: Option<Arc<ClientConfig>>,
    sign_in: Option<SignIn>,
    hello: ClientId,
    pub(super) patience: Patience,
}

/// How one signs in, and with what.
struct SignIn {
    credentials: Credentials,
    how: SignInWith,
    /// The same as in the credentials, which don't give it back.
    secret: Password,
}

impl Server {
    /// `ca` are further certificates in PEM; `own_domain` is the sender's, by which some services know their customers.
    pub(super) fn new(
        settings: &SmtpSettings,
        ca: Option<&[u8]>,
        secret: Option<&Password>,
        own_domain: &str,
        patience: Patience,
    ) -> Result<Self, String> {
        let sign_in = match (&settings.sign_in, secret) {
            (Some(sign_in), Some(secret)) => {
                let credentials = Credentials::new(sign_in.username.clone(), secret.reveal().to_owned());
                Some(SignIn { credentials, how: sign_in.how, secret: secret.clone() })
            }
            _ => None,
        };
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            tls: settings.tls,
            encryption: if settings.tls == Tls::None { None } else { Some(tls::config(ca)?) },
            sign_in,
            hello: ClientId::Domain(own_domain.to_owned()),
            patience,
        })
    }

    /// Connects, makes the connection safe, signs in. The error is a sentence for whoever runs the school's computers.
    pub(super) fn connect(&self) -> Result<Line, String> {
        let in_words = |step, error| words::explain(step, &self.host, self.port, self.tls, &error);
        let encryption = |tls| self.encryption.as_ref().filter(|_| self.tls == tls);
        let place = (self.host.as_str(), self.port);
        let mut wire = Wire::connect(place, self.patience.command, encryption(Tls::Implicit))
            .map_err(|fault| in_words(Step::Connect, fault))?;
        let hello = || Ehlo::new(self.hello.clone());
        let mut extensions = wire.command(hello()).map_err(|fault| in_words(Step::Connect, fault))?;
        if let Some(config) = encryption(Tls::Starttls) {
            if extensions.offers("STARTTLS").is_none() {
                return Err(words::no_starttls(&self.host, self.port));
            }
            // What it says in clear counts no more.
            extensions = wire
                .command(Starttls)
                .and_then(|_| wire.encrypt(&self.host, config))
                .and_then(|()| wire.command(hello()))
                .map_err(|fault| in_words(Step::Tls, fault))?;
        }
        self.sign_in(&mut wire, &extensions)?;
        Ok(Line::new(wire, extensions.offers("PIPELINING").is_some(), self.patience))
    }

    fn sign_in(&self, wire: &mut Wire, extensions: &Reply) -> Result<(), String> {
        let Some(SignIn { credentials, how, secret }) = &self.sign_in else { return Ok(()) };
        let mechanisms: &[Mechanism] = match how {
            SignInWith::Password => &[Mechanism::Plain, Mechanism::Login],
            SignInWith::Plain => &[Mechanism::Plain],
            SignInWith::Login => &[Mechanism::Login],
            SignInWith::Xoauth2 => &[Mechanism::Xoauth2],
        };
        let offered = extensions.offers("AUTH").unwrap_or_default();
        let is_offered = |wanted: &&Mechanism| offered.iter().any(|one| one.eq_ignore_ascii_case(&wanted.to_string()));
        let Some(mechanism) = mechanisms.iter().find(is_offered) else {
            return Err(words::no_mechanism(&self.host, *how));
        };
        match authenticate(wire, *mechanism, credentials) {
            // Anything else than 235 is no yes, whatever its first digit.
            Ok(Some(answer)) if answer.code == 235 => Ok(()),
            Ok(_) => Err(words::not_signed_in(&self.host, *how, "")),
            Err(fault) => {
                let said = words::sign_in_failed(&self.host, self.port, self.tls, *how, &fault);
                // A server may say again what it was told, as it was told.
                let sent = Auth::new(*mechanism, credentials.clone(), None).map(|auth| auth.to_string());
                let sent = sent.ok().and_then(|auth| auth.split_whitespace().nth(2).map(str::to_owned));
                let said = sent.map_or(said.clone(), |sent| Password::new(sent).masked_in(&said));
                Err(secret.masked_in(&said))
            }
        }
    }
}

/// The last word of the server; `None` where it asks for something that we can't answer: after a token or a password, that is
/// why it does not take it.
fn authenticate(wire: &mut Wire, mechanism: Mechanism, credentials: &Credentials) -> Result<Option<Reply>, Fault> {
    let Ok(first) = Auth::new(mechanism, credentials.clone(), None) else { return Ok(None) };
    let mut reply = wire.command(first)?;
    for _ in 0..QUESTIONS {
        if reply.code != 334 {
            break;
        }
        let question: Result<Response, _> = format!("334 {}\r\n", reply.text()).parse();
        match question.and_then(|question| Auth::new_from_response(mechanism, credentials.clone(), &question)) {
            Ok(answer) => reply = wire.command(answer)?,
            Err(error) if error.is_client() => return Ok(None),
            Err(_) => return Err(Fault::NoReply),
        }
    }
    Ok(Some(reply))
}
