//! The school's mail server as the way mail leaves, over one connection or several.
//!
//! Three outcomes are kept apart: done, certainly not sent, and perhaps sent. It never tries a letter again by itself, save
//! on a new connection where the kept one was gone before anything was begun. When a letter may go, whether it goes again and
//! what it says are decided elsewhere.

mod dotted;
mod line;
mod reply;
mod server;
#[cfg(test)]
mod tests;
mod tls;
mod wire;
mod words;

use std::sync::Arc;

use crate::both::{Crew, each};
use crate::edge::{Envelope, MailTransport, Parcel};
use crate::model::capability::MailCapabilities;
use crate::model::outcome::{Outcome, Reach};
use crate::model::secret::Password;
use crate::rollout::SmtpSettings;

use line::{Delivery, Line};
use server::Server;

pub use server::Patience;

/// The school's mail server.
pub struct Smtp {
    server: Arc<Server>,
    /// One place a connection; empty where there is none yet, or none any more.
    lines: Vec<Option<Line>>,
    /// Once letters are launched: a thread for each connection, which keeps it.
    crew: Option<Crew<Parcel, Outcome>>,
    /// What can't be launched, because the system grants no thread.
    grounded: Vec<(u64, Outcome)>,
}

impl Smtp {
    /// `ca` are further certificates in PEM, `secret` is what one signs in with, `own_domain` the sender's.
    pub fn new(
        settings: &SmtpSettings,
        ca: Option<&[u8]>,
        secret: Option<&Password>,
        own_domain: &str,
        patience: Patience,
    ) -> Result<Self, String> {
        let server = Arc::new(Server::new(settings, ca, secret, own_domain, patience)?);
        let lines = (0..settings.connections.max(1)).map(|_| None).collect();
        Ok(Self { server, lines, crew: None, grounded: Vec::new() })
    }
}

impl Smtp {
    /// What it can do: a letter sent twice is two letters.
    pub fn capabilities_of(settings: &SmtpSettings) -> MailCapabilities {
        MailCapabilities { is_idempotent: false, sessions: settings.connections.max(1) }
    }
}

impl MailTransport for Smtp {
    fn capabilities(&self) -> MailCapabilities {
        MailCapabilities { is_idempotent: false, sessions: self.lines.len() }
    }

    /// Connects and signs in; the first letter then goes over this connection.
    fn check(&mut self) -> Result<(), String> {
        let line = self.server.connect()?;
        if let Some(place) = self.lines.first_mut() {
            *place = Some(line);
        }
        Ok(())
    }

    fn send(&mut self, envelope: &Envelope<'_>) -> Outcome {
        match self.lines.first_mut() {
            Some(place) => send_on(&self.server, place, envelope),
            None => Outcome::refused("there is no connection to the mail server", Reach::Everybody),
        }
    }

    /// Each letter on a connection of its own, all at once; with more letters than connections, in several rounds.
    fn send_all(&mut self, envelopes: &[Envelope<'_>]) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(envelopes.len());
        for some in envelopes.chunks(self.lines.len().max(1)) {
            let server = &self.server;
            let pairs: Vec<(&mut Option<Line>, &Envelope<'_>)> = self.lines.iter_mut().zip(some).collect();
            outcomes.extend(each(pairs, |(place, envelope)| send_on(server, place, envelope)));
        }
        outcomes
    }

    fn can_launch(&self) -> bool {
        self.lines.len() > 1
    }

    /// Each connection that was made already goes to one of the threads.
    fn launch(&mut self, parcels: Vec<Parcel>) {
        if self.crew.is_none() {
            let way = |place: &mut Option<Line>| {
                let (server, mut place) = (Arc::clone(&self.server), Kept(place.take()));
                move |parcel: Parcel| send_on(&server, &mut place.0, &parcel.envelope())
            };
            self.crew = Crew::new(self.lines.iter_mut().map(way).collect());
        }
        for parcel in parcels {
            if let Some(crew) = &self.crew {
                crew.begin(parcel.ticket, parcel);
            } else {
                let outcome = Outcome::refused("the system grants no thread", Reach::Everybody);
                self.grounded.push((parcel.ticket, outcome));
            }
        }
    }

    fn landed(&mut self, waits: bool) -> Vec<(u64, Outcome)> {
        let Some(crew) = &self.crew else { return std::mem::take(&mut self.grounded) };
        let lost = || Outcome::Unknown("the connection's own thread broke off".to_owned());
        crew.done(waits).into_iter().map(|(ticket, outcome)| (ticket, outcome.unwrap_or_else(lost))).collect()
    }
}

/// A connection that says goodbye when it is given up.
struct Kept(Option<Line>);

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(line) = self.0.take() {
            line.quit();
        }
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        for line in self.lines.drain(..).flatten() {
            line.quit();
        }
    }
}

/// Hands a letter over on this connection, or on a new one. A connection on which anything went wrong is dropped.
fn send_on(server: &Server, place: &mut Option<Line>, envelope: &Envelope<'_>) -> Outcome {
    if let Some(mut line) = place.take() {
        match line.deliver(envelope) {
            Delivery::Kept(outcome) => {
                *place = Some(line);
                return outcome;
            }
            Delivery::Spent(outcome) => return outcome,
            // It stood idle for too long; nothing was begun on it.
            Delivery::Gone(_) => {}
        }
    }
    let mut line = match server.connect() {
        Ok(line) => line,
        Err(what) => return Outcome::refused(what, Reach::Everybody),
    };
    match line.deliver(envelope) {
        Delivery::Kept(outcome) => {
            *place = Some(line);
            outcome
        }
        Delivery::Spent(outcome) | Delivery::Gone(outcome) => outcome,
    }
}
