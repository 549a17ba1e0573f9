//! Whoever looks on while a plan is carried out: a progress bar, plain lines, a test. It may also say "stop".

use crate::model::ids::CaregiverId;

/// One thing that an apply tells.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    /// So many changes will be carried out.
    Begin {
        /// How many.
        total: usize,
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
