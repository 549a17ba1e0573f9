//! Where each line of a page stands. The only file that names `skrifa`.
//!
//! Lines are broken at blanks and no letter is moved towards another: a page that is read once and typed off needs no more.
//! A text that is a little too long is set smaller, and one that is much too long is refused.

use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};
use unicode_normalization::UnicodeNormalization;

use super::{Page, PageError};

/// A4, in points.
pub(super) const WIDTH: f32 = 595.28;
/// A4, in points.
pub(super) const HEIGHT: f32 = 841.89;
const LEFT: f32 = 71.0;
const RIGHT: f32 = WIDTH - 71.0;
/// The window of a DL envelope, when the page is folded twice.
const ADDRESS_TOP: f32 = 146.0;
const BODY_TOP: f32 = 262.0;
const BODY_BOTTOM: f32 = HEIGHT - 62.0;
const FOOT: f32 = HEIGHT - 34.0;
/// The sizes of the text, the best first.
const SIZES: [f32; 4] = [10.5, 10.0, 9.5, 9.0];
const LEADING: f32 = 1.36;
/// More lines than this have no place in the window.
const MOST_ADDRESS: usize = 8;

/// A typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Plain,
    Bold,
    /// In which `0` and `O`, `1` and `l` can be told apart.
    Typed,
}

impl Face {
    /// The font. A subset without hints and ligatures, under the licence beside it.
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Plain => include_bytes!("fonts/NotoSans-Regular.ttf"),
            Self::Bold => include_bytes!("fonts/NotoSans-Bold.ttf"),
            Self::Typed => include_bytes!("fonts/NotoSansMono-Regular.ttf"),
        }
    }
}

/// What a block is to somebody who hears it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Paragraph,
    Heading,
    Subheading,
    /// Not part of the letter.
    Foot,
}

/// Lines that belong together.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) role: Role,
    pub(super) lines: Vec<Line>,
}

/// One line: its base line begins at `x`, `y`, from the top left corner in points.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) face: Face,
    pub(super) size: f32,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) text: String,
    pub(super) glyphs: Vec<Glyph>,
    /// The blank's number in the font.
    pub(super) blank: u32,
}

/// One character: its number in the font, its width in parts of the size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    pub(super) id: u32,
    pub(super) advance: f32,
}

/// The page, laid out.
pub(super) fn lay(page: &Page) -> Result<Vec<Block>, PageError> {
    let mut last = PageError::TooLong;
    for size in SIZES {
        match Sheet::new(size).fill(page) {
            Err(PageError::TooLong) => last = PageError::TooLong,
            laid => return laid,
        }
    }
    Err(last)
}

/// What is read of a font, once for each page.
struct Font {
    letters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    per_em: f32,
}

impl Font {
    fn of(face: Face) -> Self {
        #[expect(clippy::expect_used, reason = "the fonts are part of the program, and a test reads them")]
        let font = FontRef::new(face.bytes()).expect("a font");
        Self {
            letters: font.charmap(),
            widths: font.glyph_metrics(Size::unscaled(), LocationRef::default()),
            per_em: f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em),
        }
    }
}

/// A page that is being filled from top to bottom.
struct Sheet {
    fonts: [Font; 3],
    size: f32,
    y: f32,
    blocks: Vec<Block>,
}

impl Sheet {
    fn new(size: f32) -> Self {
        let fonts = [Face::Plain, Face::Bold, Face::Typed].map(Font::of);
        Self { fonts, size, y: BODY_TOP, blocks: Vec::new() }
    }

    fn fill(mut self, page: &Page) -> Result<Vec<Block>, PageError> {
        self.head(page)?;
        self.address(page)?;
        self.body(page)?;
        let foot = self.line(Face::Plain, 8.0, LEFT, FOOT, &page.foot)?;
        self.blocks.push(Block { role: Role::Foot, lines: vec![foot] });
        Ok(self.blocks)
    }

    fn head(&mut self, page: &Page) -> Result<(), PageError> {
        let date = self.line(Face::Plain, 10.0, LEFT, 70.0, &page.date)?;
        let x = RIGHT - date.width();
        let mut lines = Vec::new();
        for (number, text) in self.broken(Face::Bold, 15.0, x - LEFT - 12.0, &page.school)?.into_iter().enumerate() {
            lines.push(self.line(Face::Bold, 15.0, LEFT, 70.0 + down(number, 15.0), &text)?);
        }
        if lines.len() > 3 {
            return Err(PageError::TooLong);
        }
        self.blocks.push(Block { role: Role::Paragraph, lines });
        self.blocks.push(Block { role: Role::Paragraph, lines: vec![Line { x, ..date }] });
        Ok(())
    }

    fn address(&mut self, page: &Page) -> Result<(), PageError> {
        let mut lines = Vec::new();
        for text in &page.to {
            for text in self.broken(Face::Plain, 10.5, 250.0, text)? {
                let y = ADDRESS_TOP + down(lines.len(), 10.5);
                lines.push(self.line(Face::Plain, 10.5, LEFT, y, &text)?);
            }
        }
        if lines.len() > MOST_ADDRESS {
            return Err(PageError::TooLong);
        }
        if !lines.is_empty() {
            self.blocks.push(Block { role: Role::Paragraph, lines });
        }
        Ok(())
    }

    fn body(&mut self, page: &Page) -> Result<(), PageError> {
        self.paragraph(Role::Heading, Face::Bold, 13.0, &page.heading)?;
        self.y += self.size * 0.6;
        let mut blanks = 0;
        for line in page.text.trim().lines().map(str::trim) {
            if line.is_empty() {
                blanks += 1;
                continue;
            }
            self.y += self.size * [0.0, 0.55, 1.1][blanks.min(2)];
            blanks = 0;
            if page.typed.iter().any(|typed| typed == line) {
                self.paragraph(Role::Paragraph, Face::Typed, self.size + 2.5, line)?;
            } else if is_subheading(line) {
                self.paragraph(Role::Subheading, Face::Bold, self.size, line)?;
            } else {
                self.paragraph(Role::Paragraph, Face::Plain, self.size, line)?;
            }
        }
        Ok(())
    }

    fn paragraph(&mut self, role: Role, face: Face, size: f32, text: &str) -> Result<(), PageError> {
        let mut lines = Vec::new();
        for text in self.broken(face, size, RIGHT - LEFT, text)? {
            self.y += size * LEADING;
            if self.y > BODY_BOTTOM {
                return Err(PageError::TooLong);
            }
            lines.push(self.line(face, size, LEFT, self.y, &text)?);
        }
        self.blocks.push(Block { role, lines });
        Ok(())
    }

    fn line(&self, face: Face, size: f32, x: f32, y: f32, text: &str) -> Result<Line, PageError> {
        let text: String = text.nfc().collect();
        let glyphs = text.chars().map(|character| self.glyph(face, character)).collect::<Result<_, _>>()?;
        let blank = self.glyph(face, ' ')?.id;
        Ok(Line { face, size, x, y, text, glyphs, blank })
    }

    fn glyph(&self, face: Face, character: char) -> Result<Glyph, PageError> {
        let Font { letters, widths, per_em } = &self.fonts[face as usize];
        let id = letters.map(character).ok_or(PageError::Character(character))?;
        Ok(Glyph { id: id.to_u32(), advance: widths.advance_width(id).unwrap_or_default() / per_em })
    }

    /// The text in lines of at most this width, broken at blanks; a word that is wider is broken where it must be.
    fn broken(&self, face: Face, size: f32, width: f32, text: &str) -> Result<Vec<String>, PageError> {
        let (mut lines, mut line, mut wide) = (Vec::new(), String::new(), 0.0);
        let blank = self.measure(face, size, " ")?;
        for word in text.nfc().collect::<String>().split_whitespace() {
            let own = self.measure(face, size, word)?;
            if line.is_empty() && own <= width {
                (line, wide) = (word.to_owned(), own);
            } else if !line.is_empty() && wide + blank + own <= width {
                line = line + " " + word;
                wide += blank + own;
            } else {
                lines.extend(Some(std::mem::take(&mut line)).filter(|line| !line.is_empty()));
                wide = 0.0;
                for character in word.chars() {
                    let one = self.glyph(face, character)?.advance * size;
                    if wide + one > width {
                        lines.push(std::mem::take(&mut line));
                        wide = 0.0;
                    }
                    line.push(character);
                    wide += one;
                }
            }
        }
        lines.extend(Some(line).filter(|line| !line.is_empty()));
        Ok(lines)
    }

    fn measure(&self, face: Face, size: f32, text: &str) -> Result<f32, PageError> {
        let mut width = 0.0;
        for character in text.chars() {
            width += self.glyph(face, character)?.advance * size;
        }
        Ok(width)
    }
}

impl Line {
    fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.advance * self.size).sum()
    }
}

/// So far below the first line the line of this number stands.
#[expect(clippy::cast_precision_loss, reason = "a page has no sixteen million lines")]
fn down(number: usize, size: f32) -> f32 {
    number as f32 * size * LEADING
}

/// A line in capitals: a plain text has no other way to say that it is a heading.
fn is_subheading(line: &str) -> bool {
    let letters = || line.chars().filter(|character| character.is_alphabetic());
    letters().count() > 3 && letters().all(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::repertoire;

    fn page(text: &str) -> Page {
        Page {
            language: "en".to_owned(),
            school: "Kōwhai College".to_owned(),
            date: "2027-02-01".to_owned(),
            to: vec!["Mere Kahurangi".to_owned()],
            heading: "Your parent account".to_owned(),
            text: text.to_owned(),
            typed: vec!["Harbour4-kettle7".to_owned()],
            foot: "C1001".to_owned(),
        }
    }

    #[test]
    fn every_font_has_what_the_repertoire_says() {
        let sheet = Sheet::new(10.0);
        for face in [Face::Plain, Face::Bold] {
            for character in repertoire::all() {
                assert!(sheet.glyph(face, character).is_ok(), "{face:?} {character:?} {:04X}", u32::from(character));
            }
        }
        for character in ' '..='~' {
            assert!(sheet.glyph(Face::Typed, character).is_ok(), "{character}");
        }
    }

    #[test]
    fn no_line_leaves_its_column() {
        let long = format!("{} {}", "Tāne ".repeat(60), "x".repeat(300));
        for block in lay(&page(&long)).unwrap() {
            for line in block.lines {
                assert!(line.x >= LEFT && line.x + line.width() <= RIGHT + 0.01, "{}", line.text);
            }
        }
    }

    #[test]
    fn the_password_stands_in_one_line_of_letters_that_can_be_told_apart() {
        let laid = lay(&page("Password:\nHarbour4-kettle7\n\nQUESTIONS\nAsk us.")).unwrap();
        let of = |text: &str| {
            laid.iter()
                .find_map(|block| block.lines.iter().find(|line| line.text == text).map(|line| (block.role, line.face)))
        };
        assert_eq!(of("Harbour4-kettle7"), Some((Role::Paragraph, Face::Typed)));
        assert_eq!(of("QUESTIONS"), Some((Role::Subheading, Face::Bold)));
        assert_eq!(of("Ask us."), Some((Role::Paragraph, Face::Plain)));
        assert_eq!(of("C1001"), Some((Role::Foot, Face::Plain)));
    }

    #[test]
    fn a_long_letter_is_set_smaller_and_a_longer_one_refused() {
        let size = |lines: usize| {
            let laid = lay(&page(&"A line of the letter.\n".repeat(lines)));
            laid.map(|blocks| blocks.into_iter().rfind(|block| block.role == Role::Paragraph).unwrap().lines[0].size)
        };
        let sizes: Vec<f32> = [10, 36, 38].into_iter().map(|lines| size(lines).unwrap()).collect();
        assert!(sizes[0] > sizes[1] && sizes[1] > sizes[2], "{sizes:?}");
        assert_eq!(size(60).unwrap_err(), PageError::TooLong);
        let to = vec!["x".to_owned(); 9];
        assert_eq!(lay(&Page { to, ..page("x") }).unwrap_err(), PageError::TooLong);
    }

    #[test]
    fn a_character_that_no_font_has_is_named() {
        assert_eq!(lay(&page("Kia ora 李")).unwrap_err(), PageError::Character('李'));
        assert!(lay(&page("Ta\u{304}ne")).is_ok(), "accents are put together with their letters");
    }
}
