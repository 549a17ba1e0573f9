//! One way that mail leaves.

use crate::model::capability::MailCapabilities;
use crate::model::ids::MessageId;
use crate::model::outcome::Outcome;

/// A letter as it is handed over: one recipient, the exact bytes.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The sender's address for bounces.
    pub sender: &'a str,
    /// The one recipient's address.
    pub recipient: &'a str,
    /// The Message-ID inside the bytes; a transport may name its copy after it.
    pub message_id: &'a MessageId,
    /// The message, headers and all. Handing over the same letter again hands over the same bytes.
    pub bytes: &'a [u8],
}

/// One way that mail leaves.
pub trait MailTransport {
    /// What planning has to know of it.
    fn capabilities(&self) -> MailCapabilities;

    /// Whether letters can leave at all, so that a run is refused before any password is touched. The text says what is in
    /// the way and what to do.
    fn check(&mut self) -> Result<(), String>;

    /// Hands over one letter. `Refused` means certainly not taken, `Unknown` perhaps taken.
    fn send(&mut self, envelope: &Envelope<'_>) -> Outcome;

    /// Hands over several letters, at most as many as [`MailCapabilities::sessions`], and says of each what became of it,
    /// in the same order. One that is refused costs the others nothing.
    fn send_all(&mut self, envelopes: &[Envelope<'_>]) -> Vec<Outcome> {
        envelopes.iter().map(|envelope| self.send(envelope)).collect()
    }
}
