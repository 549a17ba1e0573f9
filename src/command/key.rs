//! The sealing key: from `FIRSTBELL_KEY`, else a file in the user's settings folder, made when it is first needed.
//!
//! It never lies in the project's folder: whoever copies the state must not get the passwords with it.

use camino::Utf8PathBuf;

use crate::files;
use crate::model::secret::SealingKey;

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;

const FILE: &str = "key";

/// The key that is there; `None` where there is none yet.
pub(super) fn find(session: &Session<'_>) -> Result<Option<SealingKey>, Trouble> {
    if let Some(text) = &session.key {
        let key = parse(text).ok_or_else(|| {
            Trouble::new(Exit::Error, "FIRSTBELL_KEY is not a key: 64 hexadecimal digits are expected, as in the file `key` that firstbell makes")
        })?;
        return Ok(Some(key));
    }
    let path = path(session)?;
    if !files::exists(&path) {
        return Ok(None);
    }
    let bytes =
        files::read(&path).map_err(|error| Trouble::file(format!("reading the sealing key `{path}`"), error))?;
    let key = std::str::from_utf8(&bytes).ok().and_then(parse);
    key.map(Some).ok_or_else(|| {
        Trouble::new(Exit::Error, format!("`{path}` is not a sealing key: 64 hexadecimal digits are expected"))
    })
}

/// Refuses a malformed `FIRSTBELL_KEY` also where no key is needed yet: the plan is where people look for mistakes.
pub(super) fn check_named(session: &Session<'_>) -> Result<(), Trouble> {
    if session.key.is_some() { find(session).map(drop) } else { Ok(()) }
}

/// The key for a state that exists.
pub(super) fn existing(session: &mut Session<'_>) -> Result<SealingKey, Trouble> {
    let missing = || {
        let place = path(session).map_or_else(|_| FILE.to_owned(), |path| path.to_string());
        Trouble::new(
            Exit::Error,
            format!(
                "the sealing key of this state is not on this machine: copy `{place}` from the one that made the state, \
                 or set FIRSTBELL_KEY"
            ),
        )
    };
    let key = find(session)?.ok_or_else(missing)?;
    warn_if_open(session);
    Ok(key)
}

/// The key, made where there is none.
pub(super) fn find_or_make(session: &mut Session<'_>) -> Result<SealingKey, Trouble> {
    if let Some(key) = find(session)? {
        warn_if_open(session);
        return Ok(key);
    }
    let path = path(session)?;
    let mut bytes = [0; 32];
    (session.random)().fill(&mut bytes);
    let text = bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let failed = |error| Trouble::file(format!("making the sealing key `{path}`"), error);
    if let Some(folder) = path.parent() {
        files::make_private_dir(folder).map_err(failed)?;
    }
    // Two first runs may be under way at once, in two projects: a key that one of them has used must stay.
    let is_ours = files::create_private_once(&path, format!("{text}\n").as_bytes()).map_err(failed)?;
    if is_ours { Ok(SealingKey::new(bytes)) } else { existing(session) }
}

/// Whoever can read the key can open the letters that still lie sealed in the state. Said, not refused: a first day of
/// term is no time for it, and others may have read it already.
fn warn_if_open(session: &mut Session<'_>) {
    const OTHERS: u32 = 0o077;
    if session.key.is_some() {
        return;
    }
    let Ok(path) = path(session) else { return };
    if files::mode(&path).is_ok_and(|mode| mode & OTHERS != 0) {
        session.screen.say(&format!(
            "warning: the sealing key `{path}` may be read by others on this machine: `chmod 600 {path}` shuts it"
        ));
    }
}

fn path(session: &Session<'_>) -> Result<Utf8PathBuf, Trouble> {
    session.config_dir.as_ref().map(|folder| folder.join(FILE)).ok_or_else(|| {
        Trouble::new(Exit::Error, "there is no home folder to keep the sealing key in: set HOME, or FIRSTBELL_KEY")
    })
}

/// 64 hexadecimal digits, white space around them.
fn parse(text: &str) -> Option<SealingKey> {
    let digits = text.trim();
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(SealingKey::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert_eq!(parse(&"0f".repeat(32)).unwrap().reveal(), &[15; 32]);
        assert!(parse("0f").is_none());
        assert!(parse(&"zz".repeat(32)).is_none());
        assert!(parse(&"é".repeat(32)).is_none());
    }
}
