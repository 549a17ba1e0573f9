//! The words of the sandbox's errors: what is wrong, in which file and line, and what to do.

use std::io;

use camino::Utf8Path;

use crate::edge::LmsError;

/// A file can't be read or written.
pub(super) fn unreachable(attempt: &str, path: &Utf8Path, source: io::Error) -> LmsError {
    LmsError::Unreachable {
        what: format!("{attempt} `{path}`; check `lms: path` in the rollout, and the file's permissions"),
        source: Some(Box::new(source)),
    }
}

/// A file is there, but can't be understood. `place` is `:line:column`, `:line` or nothing.
pub(super) fn garbled(path: &Utf8Path, place: &str, what: &str, fix: &str) -> LmsError {
    LmsError::Garbled { what: format!("{path}{place}: {what}; {fix}") }
}
