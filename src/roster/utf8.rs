//! The bytes of an export as UTF-8, whatever they were: found from a byte order mark, from zero bytes, or from the first
//! byte that can't be UTF-8. Hashes what it reads; hands on whole characters only.
//!
//! Windows-1252 has no mark. A file is taken for it where the first byte outside ASCII is no UTF-8; one that has both is
//! damaged, and refused. Nothing is known here of lines and cells.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use sha2::{Digest, Sha256};

use crate::model::source::Encoding;

/// So much is read at once.
const STEP: usize = 256 * 1024;
/// The most that can be left of a character that is cut.
const LONGEST_REST: usize = 8;
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";
const LE_MARK: &[u8] = b"\xFF\xFE";
const BE_MARK: &[u8] = b"\xFE\xFF";
/// Bytes that Windows-1252 does not use.
const UNUSED: [u8; 5] = [0x81, 0x8D, 0x8F, 0x90, 0x9D];

/// What the bytes were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// UTF-8.
    Utf8 {
        /// Whether a byte order mark stood before it.
        has_mark: bool,
    },
    /// UTF-16, the lower byte first.
    Utf16Le,
    /// UTF-16, the higher byte first.
    Utf16Be,
    /// Windows-1252.
    Windows1252,
}

impl Found {
    /// The name, for the plan's header.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 { has_mark: false } => "UTF-8",
            Self::Utf8 { has_mark: true } => "UTF-8 with BOM",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "Windows-1252",
        }
    }

    fn decoder(self) -> Option<Decoder> {
        let encoding = match self {
            Self::Utf8 { .. } => return None,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        };
        Some(encoding.new_decoder_without_bom_handling())
    }

    /// What the first bytes say, and how long the mark is.
    fn of(head: &[u8], wanted: Encoding) -> (Self, usize) {
        let has_mark = head.starts_with(UTF8_MARK);
        let mark = if has_mark { UTF8_MARK.len() } else { 0 };
        match wanted {
            Encoding::Utf8 => (Self::Utf8 { has_mark }, mark),
            Encoding::Windows1252 => (Self::Windows1252, mark),
            Encoding::Auto | Encoding::Utf16 => match wide(head) {
                Some(found) => found,
                None if wanted == Encoding::Utf16 => (Self::Utf16Le, 0),
                None => (Self::Utf8 { has_mark }, mark),
            },
        }
    }
}

/// UTF-16 by its mark, or else by the zero bytes that every second byte of a Latin text is.
fn wide(head: &[u8]) -> Option<(Found, usize)> {
    if head.starts_with(LE_MARK) {
        return Some((Found::Utf16Le, LE_MARK.len()));
    }
    if head.starts_with(BE_MARK) {
        return Some((Found::Utf16Be, BE_MARK.len()));
    }
    let head = &head[..head.len().min(512)];
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let is_most = |count: usize| count > 1 && count * 5 > head.len() * 2;
    match (is_most(even), is_most(odd)) {
        (false, true) if even == 0 => Some((Found::Utf16Le, 0)),
        (true, false) if odd == 0 => Some((Found::Utf16Be, 0)),
        _ => None,
    }
}

/// Why the bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// A byte that is not UTF-8, counted from 0.
    NotUtf8 { offset: u64, byte: u8 },
    /// Half a character of UTF-16.
    NotUtf16 { offset: u64 },
    /// A byte that Windows-1252 does not use.
    NotWindows1252 { offset: u64, byte: u8 },
    /// Windows-1252 before, UTF-8 here.
    Mixed { offset: u64 },
}

/// Why there is no next chunk.
pub(super) enum Stop {
    /// The bytes are no text.
    Bad(Bad),
    /// The file can't be read on.
    Io(io::Error),
}

/// Where the bytes turned out to be Windows-1252.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// The place in the chunk.
    pub(super) at: usize,
    /// The byte that is no UTF-8, counted from 0.
    pub(super) offset: u64,
    /// That byte.
    pub(super) byte: u8,
}

/// Where the next characters lie.
enum Good {
    Nothing,
    /// As they were read.
    Raw(usize, usize),
    /// Decoded.
    Out,
}

/// Reads an input as UTF-8, a chunk at a time.
pub(super) struct Utf8<R> {
    input: R,
    hash: Sha256,
    found: Found,
    /// Whether the first byte that is not UTF-8 may turn it into Windows-1252, or has: not behind a letter of UTF-8.
    may_turn: bool,
    decoder: Option<Decoder>,
    /// What was read last; between `used` and `end` lies what has not been handed on.
    raw: Vec<u8>,
    used: usize,
    end: usize,
    /// Where `raw` begins in the file.
    offset: u64,
    /// Whether nothing of what lies in `raw` has been looked at.
    is_fresh: bool,
    /// Whether the end has been reached: a decoder must not be asked again.
    is_over: bool,
    out: Vec<u8>,
    /// Comes behind the chunk handed on last.
    bad: Option<Bad>,
    turned: Option<Turn>,
}

impl<R: Read> Utf8<R> {
    /// Stands before the first character, and knows the first bytes as they are.
    pub(super) fn open(mut input: R, wanted: Encoding) -> io::Result<Self> {
        let mut raw = Vec::with_capacity(STEP + LONGEST_REST);
        (&mut input).take(STEP as u64).read_to_end(&mut raw)?;
        let (found, used) = Found::of(&raw, wanted);
        let end = raw.len();
        let hash = Sha256::new_with_prefix(&raw);
        raw.resize(STEP + LONGEST_REST, 0);
        Ok(Self {
            input,
            hash,
            found,
            may_turn: wanted == Encoding::Auto && found == Found::Utf8 { has_mark: false },
            decoder: found.decoder(),
            raw,
            used,
            end,
            offset: 0,
            is_fresh: true,
            is_over: false,
            out: Vec::new(),
            bad: None,
            turned: None,
        })
    }

    /// The first bytes of the file, before any is handed on.
    pub(super) fn head(&self) -> &[u8] {
        &self.raw[..self.end]
    }

    /// What the bytes are, as far as they have been read.
    pub(super) fn found(&self) -> Found {
        self.found
    }

    /// How long a decoded chunk handed on last is.
    pub(super) fn chunk_len(&self) -> usize {
        self.out.len()
    }

    /// Where the chunk handed on last turned out to be Windows-1252.
    pub(super) fn turned(&mut self) -> Option<Turn> {
        self.turned.take()
    }

    /// SHA-256 of all bytes read, as hexadecimal digits.
    pub(super) fn sha256(self) -> String {
        digits(&self.hash.finalize())
    }

    /// The next characters; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<&mut [u8]>, Stop> {
        loop {
            if let Some(bad) = self.bad {
                return Err(Stop::Bad(bad));
            }
            if self.is_over {
                return Ok(None);
            }
            let is_last = self.more().map_err(Stop::Io)?;
            self.is_over = is_last;
            let good = if self.decoder.is_some() { self.decoded(is_last) } else { self.as_it_is(is_last) };
            match good {
                Good::Raw(start, end) => return Ok(Some(&mut self.raw[start..end])),
                Good::Out => return Ok(Some(&mut self.out)),
                Good::Nothing => {}
            }
        }
    }

    /// Reads on behind what is left. Whether there is no more.
    fn more(&mut self) -> io::Result<bool> {
        if std::mem::replace(&mut self.is_fresh, false) && self.used < self.end {
            return Ok(false);
        }
        self.raw.copy_within(self.used..self.end, 0);
        self.offset += self.used as u64;
        self.end -= self.used;
        self.used = 0;
        let count = self.input.read(&mut self.raw[self.end..])?;
        self.hash.update(&self.raw[self.end..self.end + count]);
        self.end += count;
        Ok(count == 0)
    }

    fn as_it_is(&mut self, is_last: bool) -> Good {
        let (start, chunk) = (self.used, &self.raw[self.used..self.end]);
        let (good, is_cut) = match std::str::from_utf8(chunk) {
            Ok(_) => (chunk.len(), true),
            Err(error) => (error.valid_up_to(), error.error_len().is_none() && !is_last),
        };
        self.may_turn = self.may_turn && chunk[..good].is_ascii();
        if !is_cut {
            let (offset, byte) = (self.offset + (start + good) as u64, chunk[good]);
            if self.may_turn {
                self.found = Found::Windows1252;
                self.decoder = self.found.decoder();
                self.turned = Some(Turn { at: good, offset, byte });
                return self.decoded(is_last);
            }
            self.bad = Some(Bad::NotUtf8 { offset, byte });
        }
        self.used += good;
        if good == 0 { Good::Nothing } else { Good::Raw(start, start + good) }
    }

    fn decoded(&mut self, is_last: bool) -> Good {
        let Some(decoder) = &mut self.decoder else { return Good::Nothing };
        let (chunk, offset) = (&self.raw[self.used..self.end], self.offset + self.used as u64);
        let is_narrow = self.found == Found::Windows1252;
        let stray = if is_narrow { stray(chunk, offset, self.may_turn) } else { None };
        let good = &chunk[..stray.map_or(chunk.len(), |(at, _)| at)];
        self.out.resize(good.len() * 3 + 16, 0);
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(good, &mut self.out, is_last && stray.is_none());
        self.out.truncate(written);
        self.bad = match result {
            DecoderResult::Malformed(..) => Some(Bad::NotUtf16 { offset: offset + read as u64 }),
            DecoderResult::InputEmpty | DecoderResult::OutputFull => stray.map(|(_, bad)| bad),
        };
        self.used += read;
        if written == 0 { Good::Nothing } else { Good::Out }
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn digits(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
        // Writing to a string can't fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// The first byte that Windows-1252 does not use; where the encoding was guessed, also the first pair that looks like a
/// letter of UTF-8 (`Ä` behind which comes no letter but a sign): a file is not half the one and half the other.
fn stray(chunk: &[u8], offset: u64, is_guess: bool) -> Option<(usize, Bad)> {
    let unused = chunk.iter().position(|byte| UNUSED.contains(byte));
    let pair = |pair: &[u8]| matches!(pair, [0xC3..=0xC5, 0x80..=0xBF]);
    let pair = if is_guess { chunk.windows(2).position(pair) } else { None };
    match (pair, unused) {
        (Some(pair), unused) if unused.is_none_or(|unused| pair < unused) => {
            Some((pair, Bad::Mixed { offset: offset + pair as u64 }))
        }
        (_, Some(at)) => Some((at, Bad::NotWindows1252 { offset: offset + at as u64, byte: chunk[at] })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out `step` bytes at a time behind the first ones, so that characters are cut.
    pub(super) struct Slow<'a>(pub(super) &'a [u8], pub(super) usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            self.0.read(&mut buffer[..count])
        }
    }

    fn read(bytes: &[u8], wanted: Encoding) -> Result<(String, Found), Bad> {
        let mut utf8 = Utf8::open(Slow(bytes, 7), wanted).unwrap_or_else(|error| panic!("{error}"));
        let mut text = Vec::new();
        loop {
            match utf8.next() {
                Ok(Some(chunk)) => text.extend_from_slice(chunk),
                Ok(None) => return Ok((String::from_utf8(text).unwrap(), utf8.found())),
                Err(Stop::Bad(bad)) => return Err(bad),
                Err(Stop::Io(error)) => panic!("{error}"),
            }
        }
    }

    fn wide(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    /// Longer than one step, with a character that is cut by it.
    fn long(text: &str) -> String {
        "x".repeat(STEP - 1) + text
    }

    #[test]
    fn utf_16_is_known_by_its_mark_or_its_zero_bytes() {
        for text in ["id,name\nC1,Māia 🌱\n", &long("Māia 🌱")] {
            for mark in ["", "\u{feff}"] {
                let marked = format!("{mark}{text}");
                let little = read(&wide(&marked, u16::to_le_bytes), Encoding::Auto);
                assert_eq!(little, Ok((text.to_owned(), Found::Utf16Le)), "{mark:?}");
                let big = read(&wide(&marked, u16::to_be_bytes), Encoding::Utf16);
                assert_eq!(big, Ok((text.to_owned(), Found::Utf16Be)), "{mark:?}");
            }
        }
    }

    #[test]
    fn half_a_character_of_utf_16_is_told() {
        let mut bytes = wide("\u{feff}id,name\n", u16::to_le_bytes);
        bytes.push(b'C');
        assert!(matches!(read(&bytes, Encoding::Auto), Err(Bad::NotUtf16 { .. })));
    }

    #[test]
    fn a_first_letter_outside_ascii_that_is_no_utf_8_turns_all_into_windows_1252() {
        for before in ["id,name\n", &long("")] {
            let bytes = [before.as_bytes(), b"Ren\xE9 \x96 Zo\xEB"].concat();
            assert_eq!(read(&bytes, Encoding::Auto), Ok((format!("{before}René – Zoë"), Found::Windows1252)));
            let offset = before.len() as u64 + 3;
            assert_eq!(read(&bytes, Encoding::Utf8), Err(Bad::NotUtf8 { offset, byte: 0xE9 }));
        }
    }

    #[test]
    fn half_the_one_and_half_the_other_is_refused() {
        let utf8_first = [long("Māia").as_bytes(), b"Ren\xE9 "].concat();
        assert!(matches!(read(&utf8_first, Encoding::Auto), Err(Bad::NotUtf8 { byte: 0xE9, .. })));
        let utf8_last = [b"Ren\xE9 ".as_slice(), "Mīria".as_bytes()].concat();
        assert_eq!(read(&utf8_last, Encoding::Auto), Err(Bad::Mixed { offset: 6 }));
        assert!(read(&utf8_last, Encoding::Windows1252).is_ok());
        assert_eq!(read(b"Ren\xE9 \x81", Encoding::Auto), Err(Bad::NotWindows1252 { offset: 5, byte: 0x81 }));
    }

    #[test]
    fn a_character_may_be_cut_anywhere() {
        for cut in 0..8 {
            let text = "x".repeat(STEP - cut) + "Māia,ʻOfa,🌱";
            let found = Found::Utf8 { has_mark: false };
            assert_eq!(read(text.as_bytes(), Encoding::Auto), Ok((text.clone(), found)));
        }
        assert!(matches!(
            read("x🌱".as_bytes().split_last().unwrap().1, Encoding::Utf8),
            Err(Bad::NotUtf8 { offset: 1, .. })
        ));
    }
}
