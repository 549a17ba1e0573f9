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

/// A letter that goes its way while others are made: what an [`Envelope`] lends, kept.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// By which its fate is told.
    pub ticket: u64,
    /// The sender's address for bounces.
    pub sender: String,
    /// The one recipient's address.
    pub recipient: String,
    /// The Message-ID inside the bytes.
    pub message_id: MessageId,
    /// The message, headers and all.
    pub bytes: Vec<u8>,
}

impl Parcel {
    /// The same as it is handed over.
    pub fn envelope(&self) -> Envelope<'_> {
        let Self { sender, recipient, message_id, bytes, .. } = self;
        Envelope { sender, recipient, message_id, bytes }
    }
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

    /// Whether letters go their way while something else is done: [`MailTransport::launch`] and [`MailTransport::landed`].
    fn can_launch(&self) -> bool {
        false
    }

    /// Begins to hand over letters and does not wait. No more are on their way at once than [`MailCapabilities::sessions`].
    fn launch(&mut self, parcels: Vec<Parcel>) {
        let _ = parcels;
    }

    /// What became of letters that were launched, each told once, in any order. Waits for one where `waits`.
    fn landed(&mut self, waits: bool) -> Vec<(u64, Outcome)> {
        let _ = waits;
        Vec::new()
    }
}
