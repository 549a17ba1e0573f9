//! The effects log: lines read back with a torn end recognised, lines added durably.
//!
//! A group of lines is written in one go and flushed before anybody hears "done". What a crash can leave is a torn last
//! line, or a creation whose second line is missing: neither has happened, and both are cut off before the next write.
//! Damage anywhere else is no crash of ours and is refused.

use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};

use crate::edge::LmsError;
use crate::files::{self, File};
use crate::model::outcome::{Outcome, Reach};

use super::effect::Effect;
use super::problem::{garbled, unreachable};
use super::text;

const FIX: &str = "put a good copy of the log in its place; an effect that is not in it counts as not done";

/// What a log says.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The effects, in order; the first is that of line 1.
    pub(super) effects: Vec<Effect>,
    /// So many bytes count; what follows is torn.
    pub(super) whole: u64,
}

/// Reads a log's bytes.
pub(super) fn parse(path: &Utf8Path, bytes: &[u8]) -> Result<Lines, LmsError> {
    let mut lines = Lines::default();
    let mut begin = 0;
    let mut rest = bytes;
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let (line, behind) = (&rest[..end], &rest[end + 1..]);
        match serde_json::from_slice(line) {
            Ok(effect) => lines.effects.push(checked(path, &lines, effect)?),
            Err(_) if behind.is_empty() && text::syntax_error(line).is_some() => break,
            Err(error) => {
                return Err(broken(path, lines.effects.len() + 1, &format!("this is no effect ({error})")));
            }
        }
        begin = lines.whole;
        lines.whole += line.len() as u64 + 1;
        rest = behind;
    }
    if lines.effects.pop_if(|last| last.wants_completion()).is_some() {
        lines.whole = begin;
    }
    Ok(lines)
}

fn checked(path: &Utf8Path, lines: &Lines, effect: Effect) -> Result<Effect, LmsError> {
    match lines.effects.last() {
        Some(last) if last.wants_completion() && !last.is_completed_by(&effect) => {
            let what = "an account is created here, and the line that sets its password does not follow";
            Err(broken(path, lines.effects.len(), what))
        }
        _ => Ok(effect),
    }
}

/// A line of the log can't be right.
pub(super) fn broken(path: &Utf8Path, line: usize, what: &str) -> LmsError {
    garbled(path, &format!(":{line}"), what, FIX)
}

/// What a log is written to.
pub(super) trait Durable {
    /// How many bytes it has now.
    fn length(&self) -> io::Result<u64>;

    /// Adds bytes at the end.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// On return, what was added outlives a power cut.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts everything behind this length off; on return that outlives a power cut.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

/// The file of a log. Nothing of it is made or changed before the first effect: whoever only looks at a plan and declines
/// has left everything as it was.
struct LogFile {
    path: Utf8PathBuf,
    whole: u64,
    file: Option<File>,
}

impl LogFile {
    fn opened(&mut self) -> io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => opened(&self.path, self.whole)?,
        };
        Ok(self.file.insert(file))
    }
}

impl Durable for LogFile {
    fn length(&self) -> io::Result<u64> {
        match &self.file {
            Some(file) => Ok(file.metadata()?.len()),
            None if files::exists(&self.path) => Ok(files::open(&self.path)?.metadata()?.len()),
            None => Ok(0),
        }
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.opened()?.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| cut(file, length))
    }
}

fn cut(file: &File, length: u64) -> io::Result<()> {
    file.set_len(length)?;
    file.sync_all()
}

/// A log that is open for writing.
pub(super) struct Log {
    end: Box<dyn Durable>,
    length: u64,
    is_in_doubt: bool,
    /// Several groups are written together: nobody hears of any before all are on the disk.
    gathered: Option<Vec<u8>>,
}

impl Log {
    /// A log that can be written, as far as that can be told without writing. The first effect makes it where there is
    /// none, and cuts a torn end off.
    pub(super) fn open(path: &Utf8Path, whole: u64) -> Result<Self, LmsError> {
        if files::exists(path) {
            files::open_append(path)
                .map_err(|error| unreachable("can't write the sandbox's effects to", path, error))?;
        }
        let file = LogFile { path: path.to_owned(), whole, file: None };
        Ok(Self::new(Box::new(file), whole))
    }

    /// A log that ends here.
    pub(super) fn new(end: Box<dyn Durable>, length: u64) -> Self {
        Self { end, length, is_in_doubt: false, gathered: None }
    }

    /// Whether somebody else has written to it: then what is known of it no longer holds.
    pub(super) fn is_changed(&self) -> io::Result<bool> {
        Ok(!self.is_in_doubt && self.gathered.is_none() && self.end.length()? != self.length)
    }

    /// Goes on in the log as it was found now.
    pub(super) fn go_on(&mut self, found: Self) {
        (self.end, self.length) = (found.end, found.length);
    }

    /// Writes effects that happen together, or not at all.
    pub(super) fn write(&mut self, effects: &[Effect]) -> Outcome {
        if self.is_in_doubt {
            return Outcome::refused("the sandbox's log is in doubt since the last write", Reach::Everybody);
        }
        let bytes = match bytes(effects) {
            Ok(bytes) => bytes,
            Err(error) => return Outcome::refused(error.to_string(), Reach::Caregiver),
        };
        match &mut self.gathered {
            Some(gathered) => {
                gathered.extend_from_slice(&bytes);
                Outcome::Done(())
            }
            None => self.append(&bytes),
        }
    }

    fn append(&mut self, bytes: &[u8]) -> Outcome {
        match self.end.append(bytes).and_then(|()| self.end.sync()) {
            Ok(()) => {
                self.length += bytes.len() as u64;
                Outcome::Done(())
            }
            Err(error) => self.give_up(&error),
        }
    }

    /// From here on groups are kept, and "done" means that they are.
    pub(super) fn gather(&mut self) {
        self.gathered = Some(Vec::new());
    }

    /// How many bytes were gathered.
    pub(super) fn gathered(&self) -> usize {
        self.gathered.as_ref().map_or(0, Vec::len)
    }

    /// Writes what was gathered: done for all of them, or for none.
    pub(super) fn flush(&mut self) -> Outcome {
        match self.gathered.take() {
            Some(bytes) if !bytes.is_empty() => self.append(&bytes),
            _ => Outcome::Done(()),
        }
    }

    /// Taken back for certain, it is a no; otherwise nobody knows how much of it is on the disk.
    fn give_up(&mut self, error: &io::Error) -> Outcome {
        if self.end.cut(self.length).is_ok() {
            return Outcome::refused(format!("the sandbox's log can't be written: {error}"), Reach::Everybody);
        }
        self.is_in_doubt = true;
        Outcome::Unknown(format!("the sandbox's log broke off while it was written: {error}"))
    }
}

fn opened(path: &Utf8Path, whole: u64) -> io::Result<File> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_str().is_empty()) {
        files::make_private_dir(folder)?;
    }
    let is_new = !files::exists(path);
    let file = files::open_append(path)?;
    if is_new {
        file.sync_all()?;
        files::sync_folder_of(path)?;
    }
    if file.metadata()?.len() > whole {
        cut(&file, whole)?;
    }
    Ok(file)
}

fn bytes(effects: &[Effect]) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for effect in effects {
        serde_json::to_writer(&mut bytes, effect)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::effect::Op;
    use super::*;
    use crate::model::ids::ActivationKey;
    use jiff::Timestamp;

    fn effect(op: Op, activation: Option<u128>) -> Effect {
        let mut effect = Effect::new(Timestamp::UNIX_EPOCH, op, &"C1".into(), &"mere".into());
        effect.activation = activation.map(ActivationKey);
        effect
    }

    fn created() -> Vec<u8> {
        bytes(&[effect(Op::Create, Some(7)), effect(Op::SetPassword, Some(7))]).unwrap()
    }

    #[test]
    fn a_creation_counts_only_with_both_of_its_lines() {
        let (before, pair) = (bytes(&[effect(Op::Disable, None)]).unwrap(), created());
        for cut in 0..pair.len() {
            let log = [before.as_slice(), &pair[..cut]].concat();
            let lines = parse("log".into(), &log).unwrap();
            assert_eq!((lines.effects.len(), lines.whole), (1, before.len() as u64), "cut at {cut}");
        }
        let lines = parse("log".into(), &[before, pair.clone()].concat()).unwrap();
        assert_eq!(lines.effects.len(), 3);
    }

    #[test]
    fn a_last_line_of_garbage_has_not_happened() {
        let good = bytes(&[effect(Op::Disable, None)]).unwrap();
        for tail in ["\0\0\0\0", "\0\0\0\n", "{\"at\":", "{\"at\":\n"] {
            let lines = parse("log".into(), &[&good, tail.as_bytes()].concat()).unwrap();
            assert_eq!((lines.effects.len(), lines.whole), (1, good.len() as u64), "{tail:?}");
        }
    }

    #[test]
    fn garbage_before_the_last_line_is_refused_with_its_number() {
        let good = String::from_utf8(bytes(&[effect(Op::Disable, None)]).unwrap()).unwrap();
        let message = parse("log".into(), format!("{good}oops\n{good}").as_bytes()).unwrap_err().to_string();
        assert!(message.starts_with("log:2: this is no effect"), "{message}");
    }

    #[test]
    fn a_last_line_that_is_json_but_no_effect_is_not_thrown_away() {
        let message = parse("log".into(), b"{\"op\": \"link\"}\n").unwrap_err().to_string();
        assert!(message.starts_with("log:1: this is no effect"), "{message}");
    }

    #[test]
    fn a_creation_in_the_middle_without_its_password_is_refused() {
        let log = bytes(&[effect(Op::Create, Some(7)), effect(Op::Disable, None)]).unwrap();
        let message = parse("log".into(), &log).unwrap_err().to_string();
        assert!(message.starts_with("log:1: an account is created here"), "{message}");
    }

    struct Full {
        can_cut: bool,
    }

    impl Durable for Full {
        fn length(&self) -> io::Result<u64> {
            Ok(40)
        }

        fn append(&mut self, _: &[u8]) -> io::Result<()> {
            Err(io::Error::from(io::ErrorKind::StorageFull))
        }

        fn sync(&mut self) -> io::Result<()> {
            Ok(())
        }

        fn cut(&mut self, length: u64) -> io::Result<()> {
            assert_eq!(length, 40);
            if self.can_cut { Ok(()) } else { Err(io::Error::other("gone")) }
        }
    }

    /// Takes everything, and can't say that it is on the disk.
    struct Unflushed;

    impl Durable for Unflushed {
        fn length(&self) -> io::Result<u64> {
            Ok(0)
        }

        fn append(&mut self, _: &[u8]) -> io::Result<()> {
            Ok(())
        }

        fn sync(&mut self) -> io::Result<()> {
            Err(io::Error::other("the disk is gone"))
        }

        fn cut(&mut self, _: u64) -> io::Result<()> {
            Err(io::Error::other("gone"))
        }
    }

    #[test]
    fn what_was_gathered_and_not_flushed_is_in_doubt() {
        let mut log = Log::new(Box::new(Unflushed), 0);
        log.gather();
        assert_eq!(log.write(&[effect(Op::Disable, None)]), Outcome::Done(()));
        assert!(matches!(log.flush(), Outcome::Unknown(_)));
        assert!(matches!(log.write(&[effect(Op::Disable, None)]), Outcome::Refused(_)));
        let mut log = Log::new(Box::new(Unflushed), 0);
        assert!(matches!(log.write(&[effect(Op::Disable, None)]), Outcome::Unknown(_)));
    }

    #[test]
    fn a_full_disk_is_a_certain_no_when_the_line_is_taken_back() {
        let mut log = Log::new(Box::new(Full { can_cut: true }), 40);
        let Outcome::Refused(refusal) = log.write(&[effect(Op::Disable, None)]) else { panic!("not refused") };
        assert_eq!(refusal.reach, Reach::Everybody);
    }

    #[test]
    fn what_was_gathered_is_a_certain_no_when_it_is_taken_back() {
        let mut log = Log::new(Box::new(Full { can_cut: true }), 40);
        log.gather();
        assert_eq!(log.write(&[effect(Op::Disable, None)]), Outcome::Done(()));
        assert!(matches!(log.flush(), Outcome::Refused(_)));
    }

    #[test]
    fn a_line_that_can_not_be_taken_back_is_unknown_and_nothing_follows_it() {
        let mut log = Log::new(Box::new(Full { can_cut: false }), 40);
        assert!(matches!(log.write(&[effect(Op::Disable, None)]), Outcome::Unknown(_)));
        assert!(matches!(log.write(&[effect(Op::Disable, None)]), Outcome::Refused(_)));
    }
}
