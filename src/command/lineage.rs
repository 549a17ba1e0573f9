//! The name of a state that does not exist yet: drawn when a plan is saved before the first run, so that this plan can only
//! ever be applied to this state, and used up when the state is made.

use camino::Utf8Path;

use crate::files;
use crate::model::ids::Lineage;

use super::session::Session;
use super::trouble::Trouble;

/// The name that was drawn, and waits in this file.
pub(super) fn pending(path: &Utf8Path) -> Option<Lineage> {
    let text = String::from_utf8(files::read(path).ok()?).ok()?;
    let digits = text.trim();
    let is_name = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_name.then(|| Lineage::new(digits))
}

/// The name that was drawn, else a new one, kept beside the state to be.
pub(super) fn pending_or_draw(session: &Session<'_>, path: &Utf8Path) -> Result<Lineage, Trouble> {
    if let Some(lineage) = pending(path) {
        return Ok(lineage);
    }
    let lineage = draw(session);
    let folder = path.parent().map_or(Ok(()), files::make_private_dir);
    folder
        .and_then(|()| files::replace_private(path, format!("{lineage}\n").as_bytes()))
        .map_err(|error| Trouble::file(format!("naming the state to be in `{path}`"), error))?;
    Ok(lineage)
}

/// A new name.
pub(super) fn draw(session: &Session<'_>) -> Lineage {
    Lineage::new(format!("{:032x}", (session.random)().id()))
}

/// Forgets the name that was drawn: the state has it now.
pub(super) fn use_up(path: &Utf8Path) {
    // Where it can't be removed it names the state that exists: harmless.
    let _ = files::remove(path);
}
