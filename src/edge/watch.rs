//! Whoever looks on while a plan is carried out: a progress bar, plain lines, a test. It may also say "stop".

use crate::model::ids::{ActivationNumber, CaregiverId};

/// What happens outside, for one caregiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The LMS sets a password, on a new account or on one that exists.
    SetPassword,
    /// The transport takes a letter.
    SendLetter,
}

/// One thing that an apply tells.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    /// So many changes will be carried out.
    Begin {
        /// How many.
        total: usize,
    },
    /// The intent is durable, the effect begins now.
    Intent {
        /// Which.
        effect: Effect,
        /// For whom.
        caregiver: &'a CaregiverId,
        /// Which activation.
        activation: ActivationNumber,
    },
    /// What became of an effect.
    Settled {
        /// Which.
        effect: Effect,
        /// For whom.
        caregiver: &'a CaregiverId,
        /// Which activation.
        activation: ActivationNumber,
        /// `done`, `refused` or `unknown`.
        outcome: &'static str,
    },
    /// A caregiver is finished, one way or another.
    Finished {
        /// Who.
        caregiver: &'a CaregiverId,
        /// How it ended.
        result: &'a str,
        /// Whether everything planned for them was done.
        is_done: bool,
    },
    /// Something to say that belongs to nobody.
    Note(&'a str),
    /// All has been said.
    End,
}

/// Whoever looks on.
pub trait Watch {
    /// Hears of one step.
    fn step(&mut self, step: Step<'_>);

    /// Whether somebody asked to stop (Ctrl-C): what is in flight is settled, nothing new begins.
    fn is_interrupted(&self) -> bool;
}
