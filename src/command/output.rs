//! Files that a command is asked to write: never over something else, because a name is soon mistyped, and the record is a file too.

use camino::Utf8Path;

use crate::files;

use super::exit::Exit;
use super::trouble::Trouble;

/// Refuses a path where something stands that is not `what`, as told by its content. A file that is empty may be written to.
pub(super) fn check(path: &Utf8Path, what: &str, is_ours: impl FnOnce(&[u8]) -> bool) -> Result<(), Trouble> {
    // A folder is refused by the system, with a better reason.
    if !files::exists(path) || files::is_dir(path) {
        return Ok(());
    }
    if !files::is_file(path) {
        let why = format!("`{path}` is no file: name a new one, or one that holds {what}; nothing was written");
        return Err(Trouble::new(Exit::Usage, why));
    }
    let bytes =
        files::read(path).map_err(|error| Trouble::file(format!("looking at `{path}`, to write to it"), error))?;
    if bytes.is_empty() || is_ours(&bytes) {
        return Ok(());
    }
    let why = format!(
        "`{path}` holds something else than {what}, and is not overwritten: name another file; nothing was written"
    );
    Err(Trouble::new(Exit::Usage, why))
}
