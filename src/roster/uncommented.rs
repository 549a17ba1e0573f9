//! Blanks out lines that begin with `#`, before anything else looks at the bytes: a quotation mark in a comment must swallow
//! no rows. Offsets and lines stay as they are.

use std::io::{self, Read};

/// A reader of an export without its comments.
pub(super) struct Uncommented<R> {
    input: R,
    state: Line,
    offset: u64,
    width: Width,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Start,
    Comment,
    Other,
}

/// Where a character's own byte is; in UTF-16 the other one is zero for all that matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Width {
    NotKnown,
    One,
    /// UTF-16: whether offsets are odd.
    Two(bool),
}

impl<R: Read> Uncommented<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, state: Line::Start, offset: 0, width: Width::NotKnown }
    }

    fn take(&mut self, byte: u8) -> u8 {
        let is_odd = self.offset % 2 == 1;
        self.offset += 1;
        if let Width::Two(own) = self.width
            && own != is_odd
        {
            return if self.state == Line::Comment { 0 } else { byte };
        }
        self.state = match (self.state, byte) {
            // A byte order mark stands before the first line.
            (_, b'\n' | b'\r') | (Line::Start, 0xEF | 0xBB | 0xBF | 0xFE | 0xFF | b' ') => Line::Start,
            (Line::Start, b'#') | (Line::Comment, _) => Line::Comment,
            (Line::Start | Line::Other, _) => Line::Other,
        };
        if self.state == Line::Comment { b' ' } else { byte }
    }
}

impl<R: Read> Read for Uncommented<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        if self.width == Width::NotKnown {
            self.width = match &buffer[..count] {
                [0xFF, 0xFE, ..] | [_, 0, ..] => Width::Two(false),
                [0xFE, 0xFF, ..] | [0, ..] => Width::Two(true),
                _ => Width::One,
            };
        }
        for byte in &mut buffer[..count] {
            *byte = self.take(*byte);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        Uncommented::new(bytes).read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn comments_become_blanks_and_everything_else_stays() {
        let text = "\u{FEFF}# one \"\nid,#2\r#three\n  #four\nx";
        let blank = "\u{FEFF}       \nid,#2\r      \n       \nx";
        assert_eq!(read(text.as_bytes()), blank.as_bytes());
    }

    #[test]
    fn comments_in_utf_16_become_blanks_too() {
        let (text, blank) = ("\u{FEFF}#K\u{14D}\nid,#2\n#\nx", "\u{FEFF}   \nid,#2\n \nx");
        for encode in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes = |text: &str| text.encode_utf16().flat_map(encode).collect::<Vec<u8>>();
            assert_eq!(read(&bytes(text)), bytes(blank));
            assert_eq!(read(&bytes(&text[3..])), bytes(&blank[3..]));
        }
    }
}
