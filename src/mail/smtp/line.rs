//! One connection, over which letters go one after the other, each to one recipient.
//!
//! Phase by phase, because it matters where a letter is cut off: until the final dot it was certainly not sent. Where the
//! server offers it, the three commands before the message travel together (RFC 2920).

use lettre::Address;
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt};

use super::dotted::Dotted;
use super::reply::{Phase, Said};
use super::server::Patience;
use super::wire::Wire;
use crate::edge::Envelope;
use crate::model::outcome::{Outcome, Reach};

/// One connection.
pub(super) struct Line {
    wire: Wire,
    pipelines: bool,
    patience: Patience,
}

/// What became of one letter on this line.
pub(super) enum Delivery {
    /// This, and the line may be used again.
    Kept(Outcome),
    /// This, and the line is not to be used any more.
    Spent(Outcome),
    /// The line was gone before anything was begun.
    Gone(Outcome),
}

impl Line {
    pub(super) fn new(wire: Wire, pipelines: bool, patience: Patience) -> Self {
        Self { wire, pipelines, patience }
    }

    /// Hands over one letter.
    pub(super) fn deliver(&mut self, envelope: &Envelope<'_>) -> Delivery {
        let (Ok(sender), Ok(recipient)) = (envelope.sender.parse(), envelope.recipient.parse()) else {
            let what = "the address can't be written in an envelope";
            return Delivery::Kept(Outcome::refused(what, Reach::Caregiver));
        };
        let Some(text) = std::str::from_utf8(envelope.bytes).ok().filter(|text| text.is_ascii()) else {
            let what = "the letter has characters that no mail server must take";
            return Delivery::Kept(Outcome::refused(what, Reach::Caregiver));
        };
        if let Err((phase, said)) = self.announce(sender, recipient) {
            let outcome = said.outcome(phase, envelope.recipient);
            let is_gone = phase == Phase::Sender && said.is_gone();
            return if is_gone { Delivery::Gone(outcome) } else { Delivery::Spent(outcome) };
        }
        self.hand_over(text, envelope.recipient)
    }

    /// Names sender and recipient, and asks whether the message may come.
    fn announce(&mut self, sender: Address, recipient: Address) -> Result<(), (Phase, Said)> {
        let (mail, rcpt) = (Mail::new(Some(sender), Vec::new()), Rcpt::new(recipient, Vec::new()));
        if !self.pipelines {
            expect(Phase::Sender, Said::of(self.wire.command(mail)))?;
            expect(Phase::Recipient, Said::of(self.wire.command(rcpt)))?;
            return expect(Phase::Data, Said::of(self.wire.command(Data)));
        }
        expect(Phase::Sender, Said::of(self.wire.command(format!("{mail}{rcpt}{Data}"))))?;
        expect(Phase::Recipient, Said::of(self.wire.read_reply()))?;
        // After a refusal the line is closed without a dot: what the server makes of an empty message is not asked.
        expect(Phase::Data, Said::of(self.wire.read_reply()))
    }

    fn hand_over(&mut self, text: &str, recipient: &str) -> Delivery {
        if self.wire.set_patience(self.patience.message).is_err() {
            let what = "the connection to the mail server broke before it had the letter";
            return Delivery::Spent(Outcome::refused(what, Reach::Passing));
        }
        let said = Said::of(self.wire.command(Dotted(text)));
        let is_well = self.wire.set_patience(self.patience.command).is_ok();
        match said.outcome(Phase::Message, recipient) {
            Outcome::Done(()) if is_well => Delivery::Kept(Outcome::Done(())),
            outcome => Delivery::Spent(outcome),
        }
    }

    /// Says goodbye. What the server answers changes nothing.
    pub(super) fn quit(mut self) {
        let _ = self.wire.command(Quit);
    }
}

fn expect(phase: Phase, said: Said) -> Result<(), (Phase, Said)> {
    if said.is_expected(phase) { Ok(()) } else { Err((phase, said)) }
}
