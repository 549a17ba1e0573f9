//! Why a command could not do its work: what the module below said, and the exit code that stands for it.

use crate::apply::{ApplyError, Halted};
use crate::diagnostic::Diagnostics;
use crate::edge::{LmsError, StateError};

use super::exit::Exit;

/// A command that could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Mistakes in documents and exports: all of them.
    #[error("there are mistakes to mend first")]
    Documents(Diagnostics),
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
    /// The LMS.
    #[error(transparent)]
    Lms(#[from] LmsError),
    /// An apply that could not go on.
    #[error(transparent)]
    Apply(Box<Halted>),
    /// A file that could not be written or read.
    #[error("{what}")]
    File {
        /// What was attempted.
        what: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file that was handed in and can't be read.
    #[error("{what}")]
    Unreadable {
        /// Which.
        what: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Anything else, with its code.
    #[error("{what}")]
    Other {
        /// What and what to do.
        what: String,
        /// The code.
        exit: Exit,
    },
}

impl Trouble {
    /// Something said in words.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self::Other { what: what.into(), exit }
    }

    /// A file that could not be written or read.
    pub fn file(what: impl Into<String>, source: std::io::Error) -> Self {
        Self::File { what: what.into(), source }
    }

    /// The code that the process answers with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Documents(_) | Self::Lms(LmsError::Garbled { .. }) | Self::Unreadable { .. } => Exit::BadInput,
            Self::State(error) => exit_of(error),
            Self::Lms(LmsError::Unreachable { .. }) => Exit::Unreachable,
            Self::File { .. } => Exit::Error,
            Self::Apply(halted) => match (&halted.error, halted.tally.has_effects()) {
                (ApplyError::RecordLost(_), _) => Exit::Unknown,
                (ApplyError::State(error), false) => exit_of(error),
                (ApplyError::State(_), true) => Exit::WorkLeft,
                (ApplyError::Mark(_), _) => Exit::Error,
            },
            Self::Other { exit, .. } => *exit,
        }
    }
}

/// The code for what became of a state.
pub fn exit_of(error: &StateError) -> Exit {
    match error {
        StateError::Locked { .. } => Exit::Locked,
        StateError::Foreign { .. } => Exit::Stale,
        StateError::Io { .. } => Exit::Unreachable,
        StateError::Conflict { .. } => Exit::Error,
    }
}

impl From<Diagnostics> for Trouble {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Documents(diagnostics)
    }
}

/// The sentence and, indented under it, what the systems below said.
pub fn in_words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        words.push_str("\n  because: ");
        words.push_str(&source.to_string());
        cause = source.source();
    }
    words
}
