//! The way to a mail server: who it is, how the connection is made safe, how one signs in. Nothing of a letter is sent here,
//! so whatever goes wrong on this way is a certain no for every letter.

use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::Ehlo;
use lettre::transport::smtp::extension::ClientId;

use super::line::Line;
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

/// A mail server, and how to get to it.
pub(super) struct Server {
    host: String,
    port: u16,
    tls: Tls,
    parameters: Option<TlsParameters>,
    sign_in: Option<(Credentials, SignInWith)>,
    hello: ClientId,
    pub(super) patience: Patience,
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
                Some((credentials, sign_in.how))
            }
            _ => None,
        };
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            tls: settings.tls,
            parameters: if settings.tls == Tls::None { None } else { Some(parameters(&settings.host, ca)?) },
            sign_in,
            hello: ClientId::Domain(own_domain.to_owned()),
            patience,
        })
    }

    /// Connects, makes the connection safe, signs in. The error is a sentence for whoever runs the school's computers.
    pub(super) fn connect(&self) -> Result<Line, String> {
        let in_words = |step, error| words::explain(step, &self.host, self.port, self.tls, &error);
        let implicit = self.parameters.as_ref().filter(|_| self.tls == Tls::Implicit);
        let place = (self.host.as_str(), self.port);
        let mut connection = SmtpConnection::connect(place, Some(self.patience.command), &self.hello, implicit, None)
            .map_err(|error| in_words(Step::Connect, error))?;
        if let Some(parameters) = self.parameters.as_ref().filter(|_| self.tls == Tls::Starttls) {
            if !connection.can_starttls() {
                return Err(words::no_starttls(&self.host, self.port));
            }
            connection.starttls(parameters, &self.hello).map_err(|error| in_words(Step::Tls, error))?;
        }
        // lettre forgets what it does not know itself, so the server is asked once more what it can do.
        let extensions =
            connection.command(Ehlo::new(self.hello.clone())).map_err(|error| in_words(Step::Connect, error))?;
        let pipelines = extensions.message().any(|line| line.trim().eq_ignore_ascii_case("PIPELINING"));
        self.sign_in(&mut connection)?;
        Ok(Line::new(connection, pipelines, self.patience))
    }

    fn sign_in(&self, connection: &mut SmtpConnection) -> Result<(), String> {
        let Some((credentials, how)) = &self.sign_in else { return Ok(()) };
        let mechanisms: &[Mechanism] = match how {
            SignInWith::Password => &[Mechanism::Plain, Mechanism::Login],
            SignInWith::Plain => &[Mechanism::Plain],
            SignInWith::Login => &[Mechanism::Login],
            SignInWith::Xoauth2 => &[Mechanism::Xoauth2],
        };
        if connection.server_info().get_auth_mechanism(mechanisms).is_none() {
            return Err(words::no_mechanism(&self.host, *how));
        }
        let answer = connection.auth(mechanisms, credentials);
        match answer {
            // Anything else than 235 is no yes, whatever its first digit.
            Ok(answer) if answer.has_code(235) => Ok(()),
            Ok(_) => Err(words::not_signed_in(&self.host, *how, "")),
            Err(error) => Err(words::sign_in_failed(&self.host, self.port, self.tls, *how, &error)),
        }
    }
}

/// Certificates are always verified: against those that browsers trust, and the school's own.
fn parameters(host: &str, ca: Option<&[u8]>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = ca {
        // Something that is no certificate at all is read as an empty list of them.
        let is_certificate = pem.windows(27).any(|part| part == b"-----BEGIN CERTIFICATE-----");
        let certificate =
            Certificate::from_pem(pem).ok().filter(|_| is_certificate).ok_or_else(words::no_certificate)?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|_| words::no_certificate())
}
