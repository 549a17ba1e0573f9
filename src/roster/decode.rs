//! The text of an export on its way to the CSV reader: line ends made equal, lines counted, NUL bytes and endless lines
//! refused.
//!
//! A fault stops the reading and knows its place. Behind the last character an [`END`] record is added: where it comes out
//! as anything but a record of its own, a quotation mark was still open at the end of the file.

use std::fmt;
use std::io::{self, Read};

use crate::diagnostic::Diagnostic;
use crate::model::source::Encoding;

use super::shape::{self, Shape};
use super::utf8::{Bad, Found, Stop, Utf8};

/// The record behind the last one. No export can hold it: a NUL byte is a fault.
pub(super) const END: &str = "\0";
/// A line longer than this is no row of a roster.
const LONGEST_LINE: u64 = 1024 * 1024;
/// The heading line lies within this.
const HEAD: usize = 64 * 1024;

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The bytes are no text.
    Bad { bad: Bad, line: u64 },
    /// A NUL character.
    Nul { line: u64 },
    /// A line that does not end.
    LongLine { line: u64 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad { bad: Bad::NotUtf8 { offset, byte }, .. } => {
                write!(f, "this is not UTF-8: byte {offset} is 0x{byte:02X}")
            }
            Self::Bad { bad: Bad::NotUtf16 { offset }, .. } => write!(f, "this is not UTF-16 from byte {offset} on"),
            Self::Bad { bad: Bad::NotWindows1252 { offset, byte }, .. } => {
                write!(f, "this is neither UTF-8 nor Windows-1252: byte {offset} is 0x{byte:02X}")
            }
            Self::Bad { bad: Bad::Mixed { offset }, .. } => {
                write!(f, "this is Windows-1252 further up, and UTF-8 at byte {offset}")
            }
            Self::Nul { line } => write!(f, "there is a NUL byte in line {line}"),
            Self::LongLine { line } => write!(f, "line {line} is longer than 1 MiB"),
        }
    }
}

impl std::error::Error for Fault {}

/// Where a file turned out to be Windows-1252.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guess {
    /// The line with the first byte that is no UTF-8.
    pub(super) line: u64,
    /// That byte, counted from 0.
    pub(super) offset: u64,
    /// That byte.
    pub(super) byte: u8,
}

/// A reader that hands on what it has checked.
pub(super) struct Decoded<R> {
    input: Utf8<R>,
    /// Text that has been checked; what lies before `at` has been handed on.
    ready: Vec<u8>,
    at: usize,
    line: u64,
    /// Characters since the last line end, in bytes.
    since_line_end: u64,
    /// Whether the last chunk ended with a CR, which is a line end unless an LF follows.
    has_cr: bool,
    lone_crs: u64,
    guess: Option<Guess>,
    fault: Option<Fault>,
    is_over: bool,
}

impl<R: Read> Decoded<R> {
    /// Opens an input, and finds its shape or says why it is no CSV.
    pub(super) fn open(input: R, encoding: Encoding) -> Result<(Shape, Self), Box<Diagnostic>> {
        let input = Utf8::open(input, encoding).map_err(|error| Box::new(shape::unreadable(&error)))?;
        shape::not_csv(input.head())?;
        let mut decoded = Self {
            input,
            ready: Vec::new(),
            at: 0,
            line: 1,
            since_line_end: 0,
            has_cr: false,
            lone_crs: 0,
            guess: None,
            fault: None,
            is_over: false,
        };
        let mut head = Vec::new();
        while head.len() < HEAD {
            match decoded.input.next() {
                Ok(Some(chunk)) => head.extend_from_slice(chunk),
                Ok(None) => break,
                Err(Stop::Bad(_)) if !head.is_empty() => break,
                Err(stop) => return Err(Box::new(decoded.stopped(stop))),
            }
            decoded.note_guess(&head);
        }
        let shape = Shape::find(&head)?;
        decoded.ready = head;
        decoded.check();
        Ok((shape, decoded))
    }

    /// What the bytes were.
    pub(super) fn found(&self) -> Found {
        self.input.found()
    }

    /// Where the file turned out to be Windows-1252, if nobody has said so.
    pub(super) fn guess(&self) -> Option<Guess> {
        self.guess
    }

    /// How many lines end with CR alone.
    pub(super) fn lone_crs(&self) -> u64 {
        self.lone_crs
    }

    /// Whether the file ended in the middle of a line; many an export does.
    pub(super) fn ends_in_a_line(&self) -> bool {
        self.is_over && self.since_line_end > 0 && !self.has_cr
    }

    /// SHA-256 of all bytes read, as hexadecimal digits.
    pub(super) fn sha256(self) -> String {
        self.input.sha256()
    }

    /// Makes ready what comes next; nothing behind the end.
    fn fill(&mut self) -> io::Result<()> {
        if let Some(fault) = self.fault {
            return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
        }
        self.at = 0;
        self.ready.clear();
        if self.is_over {
            return Ok(());
        }
        match self.input.next() {
            Ok(Some(chunk)) => self.ready.extend_from_slice(chunk),
            Ok(None) => {
                self.finish();
                return Ok(());
            }
            Err(Stop::Io(error)) => return Err(error),
            Err(Stop::Bad(bad)) => {
                self.fault = Some(Fault::Bad { bad, line: self.line + u64::from(self.has_cr) });
                return self.fill();
            }
        }
        let text = std::mem::take(&mut self.ready);
        self.note_guess(&text);
        self.ready = text;
        self.check();
        Ok(())
    }

    fn finish(&mut self) {
        self.is_over = true;
        self.ready.extend_from_slice(if self.has_cr { b"\n\n\0" } else { b"\n\0" });
    }

    /// Notes the line in which the file turned out to be Windows-1252; `text` ends with the chunk that showed it.
    fn note_guess(&mut self, text: &[u8]) {
        let Some(turn) = self.input.turned() else { return };
        let before = text.get(..text.len() - self.input.chunk_len() + turn.at).unwrap_or_default();
        let lone_crs = before.windows(2).filter(|pair| pair[0] == b'\r' && pair[1] != b'\n').count() as u64;
        let line = self.line + line_ends(before) + lone_crs + u64::from(self.has_cr);
        self.guess = Some(Guess { line, offset: turn.offset, byte: turn.byte });
    }

    /// Makes line ends equal, and looks for what can't be in an export; what comes before a fault is handed on.
    fn check(&mut self) {
        self.make_line_ends_equal();
        let nul = if self.ready.contains(&0) { self.ready.iter().position(|&byte| byte == 0) } else { None };
        if let Some(at) = nul {
            self.ready.truncate(at);
        }
        let ends = line_ends(&self.ready);
        let first = self.ready.iter().position(|&byte| byte == b'\n').unwrap_or(self.ready.len());
        if self.since_line_end + first as u64 > LONGEST_LINE {
            self.fault = Some(Fault::LongLine { line: self.line });
            return self.ready.clear();
        }
        self.since_line_end = match self.ready.iter().rposition(|&byte| byte == b'\n') {
            Some(last) => (self.ready.len() - last - 1) as u64,
            None => self.since_line_end + self.ready.len() as u64,
        };
        self.line += ends;
        if nul.is_some() {
            self.fault = Some(Fault::Nul { line: self.line });
        }
    }

    /// A CR behind which no LF comes is a line end; one before an LF is white space at the end of a cell.
    fn make_line_ends_equal(&mut self) {
        if std::mem::take(&mut self.has_cr) && self.ready.first() != Some(&b'\n') {
            self.ready.insert(0, b'\n');
            self.lone_crs += 1;
        }
        if !self.ready.contains(&b'\r') {
            return;
        }
        if self.ready.last() == Some(&b'\r') {
            self.ready.pop();
            self.has_cr = true;
        }
        for at in 1..self.ready.len() {
            if self.ready[at - 1] == b'\r' && self.ready[at] != b'\n' {
                self.ready[at - 1] = b'\n';
                self.lone_crs += 1;
            }
        }
    }

    fn stopped(&self, stop: Stop) -> Diagnostic {
        match stop {
            Stop::Io(error) => shape::unreadable(&error),
            Stop::Bad(bad) => Fault::Bad { bad, line: self.line }.diagnostic(),
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() {
            self.fill()?;
            if self.ready.is_empty() && self.is_over {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.ready.len() - self.at);
        buffer[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl Fault {
    /// The line, where the fault has one.
    pub(super) fn line(self) -> u64 {
        match self {
            Self::Bad { line, .. } | Self::Nul { line } | Self::LongLine { line } => line,
        }
    }

    /// The problem in words, without its place.
    pub(super) fn diagnostic(self) -> Diagnostic {
        let (code, help) = match self {
            Self::Bad { bad: Bad::NotUtf8 { .. }, .. } => (
                "roster::not-utf8",
                "Excel's plain \"CSV\" is Windows-1252: save it as \"CSV UTF-8 (Comma delimited)\", or choose UTF-8 in the \
                 SMS; if all of it is Windows-1252, write `encoding: windows-1252`",
            ),
            Self::Bad { bad: Bad::NotUtf16 { .. }, .. } => {
                ("roster::not-utf16", "the export may have been cut short: export it again, as UTF-8 if the SMS asks")
            }
            Self::Bad { bad: Bad::NotWindows1252 { .. } | Bad::Mixed { .. }, .. } => (
                "roster::mixed-encodings",
                "parts of two files may have been put together: export it again, as UTF-8; or name the encoding, as in \
                 `encoding: windows-1252`",
            ),
            Self::Nul { .. } => ("roster::nul-byte", "the file is damaged or no text; export it again"),
            Self::LongLine { .. } => {
                ("roster::long-line", "this is no CSV export of caregivers, or its line ends are lost; export it again")
            }
        };
        Diagnostic::error(code, self.to_string()).with_help(help)
    }
}

#[expect(clippy::naive_bytecount, reason = "the compiler makes vector code of it; no crate needed")]
fn line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out `step` bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            self.0.read(&mut buffer[..count])
        }
    }

    fn open(bytes: &[u8], step: usize) -> Decoded<Slow<'_>> {
        Decoded::open(Slow(bytes, step), Encoding::Auto).unwrap_or_else(|problem| panic!("{problem:?}")).1
    }

    fn decode(bytes: &[u8], step: usize) -> Result<(Vec<u8>, String), Fault> {
        let mut decoded = open(bytes, step);
        let mut text = Vec::new();
        match decoded.read_to_end(&mut text) {
            Ok(_) => Ok((text, decoded.sha256())),
            Err(error) => Err(*error.get_ref().unwrap().downcast_ref::<Fault>().unwrap()),
        }
    }

    /// More than is read at once, in lines of ten bytes.
    fn many() -> Vec<u8> {
        b"012345678\n".repeat(30_000)
    }

    #[test]
    fn the_hash_is_of_the_files_bytes_mark_included() {
        let (text, sha256) = decode(b"\xEF\xBB\xBFabc", 1).unwrap();
        assert_eq!(text, b"abc\n\0");
        assert_eq!(sha256, "1c28dc3f1f804a1ad9c9b4b4cf5e2658d16ad4ed08e3020d04a8d2865018947c");
    }

    #[test]
    fn a_byte_of_another_encoding_is_named_with_its_line() {
        for before in [b"ab\nM\xC4\x81ia\n".to_vec(), [many(), "Māia\n".into()].concat()] {
            let line = line_ends(&before) + 1;
            let offset = before.len() as u64 + 1;
            let bad = Bad::NotUtf8 { offset, byte: 0xE4 };
            let bytes = [before.as_slice(), b"M\xE4ia\n"].concat();
            assert_eq!(decode(&bytes, 3), Err(Fault::Bad { bad, line }));
            assert_eq!(decode(&[before.as_slice(), b"a\0d"].concat(), 100), Err(Fault::Nul { line }));
        }
    }

    #[test]
    fn the_line_that_turns_a_file_into_windows_1252_is_known() {
        for (before, line) in [(b"ab\r\ncd\r".to_vec(), 3), (many(), 30_001), (b"ab\rcd\r".to_vec(), 3)] {
            let bytes = [before.as_slice(), b"M\xE4ia\n"].concat();
            let mut decoded = open(&bytes, 7);
            let mut text = String::new();
            decoded.read_to_string(&mut text).unwrap();
            assert!(text.contains("Mäia"));
            let offset = before.len() as u64 + 1;
            assert_eq!(decoded.guess(), Some(Guess { line, offset, byte: 0xE4 }));
        }
    }

    #[test]
    fn a_line_without_end_stops_the_reading() {
        let long = [b"ab\n".as_slice(), &vec![b'x'; 10_000_000], b"\ncd\n"].concat();
        assert_eq!(decode(&long, 65_536), Err(Fault::LongLine { line: 2 }));
        let lines = b"0123456789\n".repeat(200_000);
        assert!(decode(&lines, 65_536).is_ok());
    }

    #[test]
    fn lone_line_ends_come_out_as_line_feeds() {
        for (bytes, text) in [
            (b"a,b\rc,d\r".as_slice(), b"a,b\nc,d\n\n\0".as_slice()),
            (b"a,b\r\nc,d\r", b"a,b\r\nc,d\n\n\0"),
            (b"a,b\nc,d\re,f\r\n", b"a,b\nc,d\ne,f\r\n\n\0"),
        ] {
            assert_eq!(decode(bytes, 2).unwrap().0, text);
        }
        for cut in 0..4 {
            let lines = ["x".repeat(256 * 1024 - cut).as_str(), "\rab\r\ncd\r"].concat();
            let text = String::from_utf8(decode(lines.as_bytes(), 65_536).unwrap().0).unwrap();
            assert_eq!(
                text.lines().skip(1).collect::<Vec<_>>(),
                ["ab", "cd", "", "\0"][..text.lines().count() - 1],
                "{cut}"
            );
        }
    }
}
