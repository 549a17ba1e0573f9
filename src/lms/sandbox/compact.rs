//! Folding the log into the accounts file, for people who want to edit by hand what a rehearsal left.
//!
//! Never done by itself, and only between runs. The log stays as it is: the accounts file says how many of its lines it
//! holds already.

use camino::Utf8Path;

use crate::edge::LmsError;
use crate::files;

use super::document::{Document, WrittenAccount};
use super::problem::unreachable;
use super::source;

/// Writes all accounts as they stand into the accounts file, all or nothing.
pub fn compact(path: &Utf8Path) -> Result<(), LmsError> {
    let failed = |error| unreachable("can't write the sandbox LMS", path, error);
    let loaded = source::load(path)?;
    let accounts = loaded.accounts.into_holdings().into_iter().map(WrittenAccount::from).collect();
    let document = Document { folded_effects: loaded.lines, accounts };
    let mut bytes = serde_json::to_vec_pretty(&document).map_err(|error| failed(error.into()))?;
    bytes.push(b'\n');
    files::replace_private(path, &bytes).map_err(failed)
}
