//! What the mail server said, and what it means for a letter: done, refused (for whom?), or unknown. Pure; the table at the
//! foot of this file is the whole of it.

use std::io::ErrorKind;

use super::wire::{Fault, Reply};
use crate::model::outcome::{Outcome, Reach, Refusal};

/// Longer texts of a server are cut.
const LONGEST: usize = 500;

/// How far a letter had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The sender was named.
    Sender,
    /// The recipient was named.
    Recipient,
    /// The message was announced.
    Data,
    /// The final dot has gone out: from here on silence is no answer.
    Message,
}

impl Phase {
    /// Whether this code says yes: of the mail system's own (RFC 5321, 4.2.1) each that begins with 2, whatever its last digit.
    fn is_yes(self, code: u16) -> bool {
        match self {
            Self::Sender | Self::Recipient | Self::Message => (250..260).contains(&code),
            Self::Data => code == 354,
        }
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A reply with its code and text.
    Reply(u16, String),
    /// Nothing that can be understood: the connection broke, the time was up, or what came is no reply.
    Nothing(String),
}

impl Said {
    /// What came back on a command.
    pub(super) fn of(result: Result<Reply, Fault>) -> Self {
        match result {
            Ok(reply) => Self::Reply(reply.code, reply.text()),
            Err(fault) => Self::of_fault(&fault),
        }
    }

    pub(super) fn of_fault(fault: &Fault) -> Self {
        let nothing = match fault {
            Fault::No(reply) => return Self::Reply(reply.code, reply.text()),
            Fault::HungUp => "the mail server hung up",
            Fault::NoReply => "the mail server answered something that is no reply",
            Fault::Broken(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => "the mail server gave no answer in time",
                ErrorKind::InvalidData => "the mail server answered something that is no reply",
                _ => "the connection to the mail server broke",
            },
        };
        Self::Nothing(nothing.to_owned())
    }

    /// Whether a connection that was kept has gone away in the meantime: nothing was begun, so a new one may be used.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Nothing(_) | Self::Reply(421, _))
    }

    /// Whether the letter may go on.
    pub(super) fn is_expected(&self, phase: Phase) -> bool {
        matches!(self, Self::Reply(code, _) if phase.is_yes(*code))
    }

    /// What it means that this came back in this phase, for the letter to this address.
    pub(super) fn outcome(&self, phase: Phase, recipient: &str) -> Outcome {
        match self {
            Self::Reply(..) if phase == Phase::Message && self.is_expected(phase) => Outcome::Done(()),
            Self::Reply(code, text) if (400..600).contains(code) => {
                let said = format!("the mail server says {code} {}", without_people(text, recipient));
                let reach = reach(phase, *code, text);
                // Of the others, a server that names its quota, or goes away, says nothing of an address.
                let is_open = reach == Reach::Passing || (500..600).contains(code) && is_policy(text);
                let about_address = phase == Phase::Recipient && is_open;
                Outcome::Refused(Refusal { reason: said.trim_end().to_owned(), reach, about_address })
            }
            Self::Reply(code, _) if phase == Phase::Message => {
                Outcome::Unknown(format!("the mail server answered the letter with {code}, which means nothing here"))
            }
            Self::Reply(code, _) => {
                let said = format!("the mail server answered {code}, which means nothing here");
                Outcome::refused(said, Reach::Passing)
            }
            Self::Nothing(what) if phase == Phase::Message => {
                Outcome::Unknown(format!("{what} after the whole letter had gone out"))
            }
            Self::Nothing(what) => Outcome::refused(format!("{what} before it had the letter"), Reach::Passing),
        }
    }
}

/// How far a certain no reaches.
fn reach(phase: Phase, code: u16, text: &str) -> Reach {
    match code {
        // The server goes away, wants a sign-in, or has taken it back.
        421 | 454 | 530 | 534 | 535 | 538 => Reach::Everybody,
        500.. if stops_everybody(text) => Reach::Everybody,
        // The sender is the same in every letter.
        500.. if phase == Phase::Sender => Reach::Everybody,
        500.. => Reach::Caregiver,
        _ => Reach::Passing,
    }
}

/// Quota used up, not allowed to send, sender not authenticated for the receiving service.
fn stops_everybody(text: &str) -> bool {
    let enhanced = text.split_whitespace().next().unwrap_or_default();
    ["5.4.5", "5.7.1", "5.7.515"].contains(&enhanced)
}

/// Not allowed: to send at all, or to write to this address.
fn is_policy(text: &str) -> bool {
    text.split_whitespace().next() == Some("5.7.1")
}

/// What a server wrote, as it may stand in a log: on one line, without addresses, not endless.
pub(super) fn without_people(text: &str, recipient: &str) -> String {
    let local = recipient.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let names_somebody = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.contains('@') || (local.len() > 2 && word.contains(&local))
    };
    let words = text.split_whitespace().map(|word| if names_somebody(word) { "…" } else { word });
    let plain: String = words.collect::<Vec<_>>().join(" ").chars().filter(|char| !char.is_control()).collect();
    plain.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code, text, then who is refused at MAIL, RCPT, DATA and after the final dot: n nobody (goes on, or done), c this
    /// caregiver, p for now, e everybody, ? unknown.
    const TABLE: &[(u16, &str, &str)] = &[
        (220, "hello", "ppp?"),
        (250, "ok", "nnpn"),
        (251, "will forward", "nnpn"),
        (252, "can't tell, will try", "nnpn"),
        (259, "ok", "nnpn"),
        (260, "what", "ppp?"),
        (354, "go ahead", "ppn?"),
        (421, "4.3.2 shutting down", "eeee"),
        (450, "4.2.1 too fast", "pppp"),
        (451, "4.7.1 greylisted", "pppp"),
        (452, "4.3.1 no space", "pppp"),
        (454, "4.7.0 sign-in failed for now", "eeee"),
        (530, "5.7.0 sign in first", "eeee"),
        (535, "5.7.8 wrong password", "eeee"),
        (550, "5.1.1 no such user", "eccc"),
        (550, "no such user", "eccc"),
        (550, "5.4.5 daily quota", "eeee"),
        (550, "5.7.1 not allowed", "eeee"),
        (550, "5.7.515 sender not authenticated", "eeee"),
        (552, "5.2.2 mailbox full", "eccc"),
        (553, "5.1.3 bad address", "eccc"),
        (554, "5.6.0 content refused", "eccc"),
    ];
    const PHASES: [Phase; 4] = [Phase::Sender, Phase::Recipient, Phase::Data, Phase::Message];

    fn letter_of(said: &Said, phase: Phase) -> char {
        if said.is_expected(phase) {
            return 'n';
        }
        match said.outcome(phase, "aroha@example.nz") {
            Outcome::Done(()) => 'n',
            Outcome::Refused(refusal) => match refusal.reach {
                Reach::Caregiver => 'c',
                Reach::Passing => 'p',
                Reach::Everybody => 'e',
            },
            Outcome::Unknown(_) => '?',
        }
    }

    #[test]
    fn every_reply_in_every_phase_has_its_outcome() {
        for (code, text, expected) in TABLE {
            let said = Said::Reply(*code, (*text).to_owned());
            let got: String = PHASES.iter().map(|phase| letter_of(&said, *phase)).collect();
            assert_eq!(got, *expected, "{code} {text}");
        }
    }

    #[test]
    fn silence_is_a_certain_no_until_the_final_dot_and_unknown_after_it() {
        let said = Said::Nothing("the connection broke".to_owned());
        let got: String = PHASES.iter().map(|phase| letter_of(&said, *phase)).collect();
        assert_eq!(got, "ppp?");
    }

    #[test]
    fn what_a_server_writes_about_people_stays_out_of_the_log() {
        let text = "5.1.1 <aroha.t@example.nz>: Recipient\r\n address aroha.t unknown\u{7}";
        assert_eq!(without_people(text, "Aroha.T@example.nz"), "5.1.1 … Recipient address … unknown");
        assert_eq!(without_people(&"x".repeat(999), "a@b.nz").len(), LONGEST);
    }
}
