//! The bytes on their way from the file to the CSV reader: hashed, checked to be UTF-8 without NUL, lines counted.
//!
//! A fault stops the reading and knows its place. Behind the last byte a [`END`] record is added: where it comes out as
//! anything but a record of its own, a quotation mark was still open at the end of the file.

use std::fmt;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::shape::Shape;

/// The record behind the last one. No export can hold it: a NUL byte is a fault.
pub(super) const END: &str = "\0";
/// A line longer than this is no row of a roster.
const LONGEST_LINE: u64 = 1024 * 1024;
/// The roster's texts are found by 32 bits (`interned`).
const LARGEST_FILE: u64 = u32::MAX as u64;

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A byte that is not UTF-8, counted from 0.
    NotUtf8 { offset: u64, line: u64, byte: u8 },
    /// A NUL byte, counted from 0.
    Nul { offset: u64, line: u64 },
    /// A line that does not end.
    LongLine { line: u64 },
    /// 4 GiB and more.
    TooLarge,
}

impl Fault {
    /// Up to where the bytes are good, where that is known.
    fn offset(self) -> Option<u64> {
        match self {
            Self::NotUtf8 { offset, .. } | Self::Nul { offset, .. } => Some(offset),
            Self::LongLine { .. } | Self::TooLarge => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { offset, byte, .. } => write!(f, "this is not UTF-8: byte {offset} is 0x{byte:02X}"),
            Self::Nul { offset, .. } => write!(f, "there is a NUL byte at byte {offset}"),
            Self::LongLine { line } => write!(f, "line {line} is longer than 1 MiB"),
            Self::TooLarge => write!(f, "this is larger than 4 GiB"),
        }
    }
}

impl std::error::Error for Fault {}

/// A reader that hands on what it has checked.
pub(super) struct Decoded<R> {
    input: R,
    hash: Sha256,
    offset: u64,
    line: u64,
    line_start: u64,
    cut: Vec<u8>,
    has_lone_cr: bool,
    end: &'static [u8],
    fault: Option<Fault>,
}

impl<R: Read> Decoded<R> {
    /// Wraps an input that stands at its first byte; the byte order mark is hashed and left out.
    pub(super) fn new(shape: Shape, mut input: R) -> io::Result<Self> {
        let mut bom = vec![0; shape.bom];
        input.read_exact(&mut bom)?;
        let offset = bom.len() as u64;
        Ok(Self {
            input,
            hash: Sha256::new_with_prefix(&bom),
            offset,
            line: 1,
            line_start: offset,
            cut: Vec::new(),
            has_lone_cr: shape.has_lone_cr,
            end: b"\n\0",
            fault: None,
        })
    }

    /// SHA-256 of all bytes read, as hexadecimal digits.
    pub(super) fn sha256(self) -> String {
        use std::fmt::Write;
        self.hash.finalize().iter().fold(String::with_capacity(64), |mut digits, byte| {
            // Writing to a string can't fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    }

    fn check(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        if chunk.contains(&0) {
            let before = chunk.split(|&byte| byte == 0).next().unwrap_or_default();
            return Err(Fault::Nul { offset: self.offset + before.len() as u64, line: self.line_behind(before) });
        }
        self.check_utf8(chunk)?;
        self.count_lines(chunk)?;
        self.offset += chunk.len() as u64;
        if self.offset > LARGEST_FILE { Err(Fault::TooLarge) } else { Ok(()) }
    }

    fn line_behind(&self, before: &[u8]) -> u64 {
        self.line + line_ends(before)
    }

    /// A character may be cut by the end of a chunk; its first bytes wait in `cut`.
    fn check_utf8(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        let mut at = 0;
        while !self.cut.is_empty() && at < chunk.len() {
            let start = self.offset + at as u64 - self.cut.len() as u64;
            self.cut.push(chunk[at]);
            match std::str::from_utf8(&self.cut) {
                Ok(_) => self.cut.clear(),
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(Fault::NotUtf8 { offset: start, line: self.line, byte: self.cut[0] }),
            }
            at += 1;
        }
        let Err(error) = std::str::from_utf8(&chunk[at..]) else { return Ok(()) };
        let (before, rest) = chunk.split_at(at + error.valid_up_to());
        if error.error_len().is_some() {
            let offset = self.offset + before.len() as u64;
            return Err(Fault::NotUtf8 { offset, line: self.line_behind(before), byte: rest[0] });
        }
        self.cut.extend_from_slice(rest);
        Ok(())
    }

    fn count_lines(&mut self, chunk: &[u8]) -> Result<(), Fault> {
        let is_line_end = |&byte: &u8| byte == b'\n';
        let first = chunk.iter().position(is_line_end).unwrap_or(chunk.len());
        if self.offset + first as u64 - self.line_start > LONGEST_LINE {
            return Err(Fault::LongLine { line: self.line });
        }
        if let Some(last) = chunk.iter().rposition(is_line_end) {
            self.line_start = self.offset + last as u64 + 1;
            self.line += line_ends(chunk);
        }
        Ok(())
    }

    /// Hands on what is good, so that the rows before a fault are judged too, and stops the next time.
    fn stop_at(&mut self, found: Fault) -> io::Result<usize> {
        self.fault = Some(found);
        match found.offset().and_then(|offset| offset.checked_sub(self.offset)) {
            None | Some(0) => Err(fault(found)),
            Some(good) => Ok(usize::try_from(good).unwrap_or_default()),
        }
    }

    fn finish(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(&byte) = self.cut.first() {
            let offset = self.offset - self.cut.len() as u64;
            return Err(fault(Fault::NotUtf8 { offset, line: self.line, byte }));
        }
        self.end.read(buffer)
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(found) = self.fault {
            return Err(fault(found));
        }
        let count = self.input.read(buffer)?;
        if count == 0 {
            return self.finish(buffer);
        }
        let chunk = &mut buffer[..count];
        self.hash.update(&*chunk);
        if self.has_lone_cr {
            chunk.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        self.check(chunk).map_or_else(|found| self.stop_at(found), |()| Ok(count))
    }
}

fn fault(fault: Fault) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, fault)
}

#[expect(clippy::naive_bytecount, reason = "the compiler makes vector code of it; no crate needed")]
fn line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out `step` bytes at a time, so that every character is cut somewhere.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            self.0.read(&mut buffer[..count])
        }
    }

    fn decode(bytes: &[u8], step: usize) -> Result<(Vec<u8>, String), Fault> {
        let shape = Shape::find(bytes).unwrap();
        let mut decoded = Decoded::new(shape, Slow(bytes, step)).unwrap();
        let mut text = Vec::new();
        match decoded.read_to_end(&mut text) {
            Ok(_) => Ok((text, decoded.sha256())),
            Err(error) => Err(*error.get_ref().unwrap().downcast_ref::<Fault>().unwrap()),
        }
    }

    #[test]
    fn the_hash_is_of_the_files_bytes_mark_included() {
        let (text, sha256) = decode(b"\xEF\xBB\xBFabc", 1).unwrap();
        assert_eq!(text, b"abc\n\0");
        assert_eq!(sha256, "1c28dc3f1f804a1ad9c9b4b4cf5e2658d16ad4ed08e3020d04a8d2865018947c");
    }

    #[test]
    fn a_character_may_be_cut_anywhere() {
        let text = "Māia,ʻOfa,🌱\n".repeat(3);
        for step in 1..9 {
            assert_eq!(decode(text.as_bytes(), step).unwrap().0, [text.as_bytes(), b"\n\0"].concat());
        }
    }

    #[test]
    fn a_byte_of_another_encoding_is_named_with_its_line() {
        for step in [1, 3, 100] {
            assert_eq!(
                decode(b"ab\ncd\nM\xE4ia\n", step),
                Err(Fault::NotUtf8 { offset: 7, line: 3, byte: 0xE4 }),
                "{step}"
            );
            assert_eq!(decode(b"ab\ncd\xC4", step), Err(Fault::NotUtf8 { offset: 5, line: 2, byte: 0xC4 }), "{step}");
            assert_eq!(decode(b"ab\nc\0d", step), Err(Fault::Nul { offset: 4, line: 2 }), "{step}");
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
        assert_eq!(decode(b"a,b\rc,d\r", 2).unwrap().0, b"a,b\nc,d\n\n\0");
        assert_eq!(decode(b"a,b\r\xE4", 2), Err(Fault::NotUtf8 { offset: 4, line: 2, byte: 0xE4 }));
    }
}
