//! Pages as one PDF, tagged so that it can be read aloud. The only file that names `krilla`.

use std::num::NonZeroU16;

use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag, Tag, TagGroup, TagKind, TagTree};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings};

use super::layout::{self, Block, Face, Line, Role};
use super::{Page, PageError};

/// All pages. The same ones give the same bytes: no clock and no chance goes in.
pub(super) fn write(pages: &[Page], title: &str) -> Result<Vec<u8>, PageError> {
    let language = pages.first().map_or("en", |page| page.language.as_str());
    let configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let configuration = configuration.map_err(|error| PageError::Pdf(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let fonts = [font(Face::Plain)?, font(Face::Bold)?, font(Face::Typed)?];
    let (mut tree, mut outline) = (TagTree::new().with_lang(Some(language.to_owned())), Outline::new());
    for (number, page) in pages.iter().enumerate() {
        tree.push(draw(&mut document, page, &fonts)?);
        let top = XyzDestination::new(number, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new(page.foot.clone(), top));
    }
    document.set_tag_tree(tree);
    document.set_outline(outline);
    document.set_metadata(Metadata::new().title(title.to_owned()).language(language.to_owned()));
    document.finish().map_err(|error| PageError::Pdf(format!("{error:?}")))
}

fn font(face: Face) -> Result<Font, PageError> {
    Font::new(face.bytes().into(), 0).ok_or_else(|| PageError::Pdf("a font can't be read".to_owned()))
}

fn draw(document: &mut Document, page: &Page, fonts: &[Font; 3]) -> Result<TagGroup, PageError> {
    let settings = PageSettings::from_wh(layout::WIDTH, layout::HEIGHT);
    let settings = settings.ok_or_else(|| PageError::Pdf("a page can't be that large".to_owned()))?;
    let mut letter = TagGroup::new(Tag::Section.with_lang(Some(page.language.clone())));
    let blocks = layout::lay(page)?;
    let mut sheet = document.start_page_with(settings);
    let mut surface = sheet.surface();
    for block in &blocks {
        let Some(tag) = tag(block) else {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
            draw_lines(&mut surface, block, fonts);
            surface.end_tagged();
            continue;
        };
        let mut group = TagGroup::new(tag);
        group.push(surface.start_tagged(ContentTag::Span(SpanTag::empty())));
        draw_lines(&mut surface, block, fonts);
        surface.end_tagged();
        letter.push(group);
    }
    surface.finish();
    sheet.finish();
    Ok(letter)
}

fn tag(block: &Block) -> Option<TagKind> {
    let heading = |level: u16| {
        let text = block.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
        NonZeroU16::new(level).map(|level| Tag::Hn(level, Some(text)).into())
    };
    match block.role {
        Role::Paragraph => Some(Tag::P.into()),
        Role::Heading => heading(1),
        Role::Subheading => heading(2),
        Role::Foot => None,
    }
}

fn draw_lines(surface: &mut Surface<'_>, block: &Block, fonts: &[Font; 3]) {
    for (number, line) in block.lines.iter().enumerate() {
        // A blank at the end of each line but the last, so that two words are not read as one.
        let has_more = number + 1 < block.lines.len() && !line.text.ends_with('-');
        draw_line(surface, line, &fonts[line.face as usize], has_more);
    }
}

fn draw_line(surface: &mut Surface<'_>, line: &Line, font: &Font, has_more: bool) {
    let text = if has_more { format!("{} ", line.text) } else { line.text.clone() };
    let mut glyphs: Vec<KrillaGlyph> = Vec::with_capacity(line.glyphs.len() + 1);
    for ((at, character), glyph) in line.text.char_indices().zip(&line.glyphs) {
        let range = at..at + character.len_utf8();
        glyphs.push(KrillaGlyph::new(GlyphId::new(glyph.id), glyph.advance, 0.0, 0.0, 0.0, range, None));
    }
    if has_more {
        let range = line.text.len()..text.len();
        glyphs.push(KrillaGlyph::new(GlyphId::new(line.blank), 0.0, 0.0, 0.0, 0.0, range, None));
    }
    surface.draw_glyphs(Point::from_xy(line.x, line.y), &glyphs, font.clone(), &text, line.size, false);
}
