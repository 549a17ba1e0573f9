//! Where a letter must not have the password: in a link, in a picture's address, in a style. Whoever serves that address would
//! learn it, as soon as the letter is opened.

use super::part::Part;

/// What of a part is more than text to a mail program. In a part without markup a `<` is a sign like others, as in a name.
pub(super) fn beyond_text(part: Part, body: &str) -> String {
    if part == Part::Html { markup(body) + &addresses(body) } else { addresses(body) }
}

/// Tags with their attributes, styles, scripts and comments.
fn markup(html: &str) -> String {
    let mut markup = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let inside = &rest[start..];
        let end = match inside {
            _ if inside.starts_with("<!--") => inside.find("-->").map_or(inside.len(), |at| at + 3),
            _ => end_of_tag(inside),
        };
        markup.push_str(&inside[..end]);
        rest = &inside[end..];
        // What stands in these two is no text either.
        if let Some(name) = ["style", "script"].into_iter().find(|name| begins(inside, name)) {
            let end = find_end(rest, name);
            markup.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    markup
}

/// Outside tags too, what looks like an address becomes a link.
fn addresses(body: &str) -> String {
    let words = body.split(|c: char| c.is_whitespace() || "<>\"'".contains(c)).filter(|word| is_address(word));
    words.collect::<Vec<_>>().join("\n")
}

fn is_address(word: &str) -> bool {
    word.contains("://") || word.contains("www.") || word.contains("mailto:")
}

/// Behind the `>` that ends a tag; one within quotes ends none.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, letter) in tag.char_indices() {
        match (quote, letter) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            _ => {}
        }
    }
    tag.len()
}

fn begins(tag: &str, name: &str) -> bool {
    tag.get(1..=name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
}

fn find_end(text: &str, name: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    lower.find(&format!("</{name}")).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_as_text_is_none_of_it() {
        for text in ["<p>Harbour4</p>", "<td class=\"a>b\">Harbour4</td>", "a > Harbour4", "see https://x.nz Harbour4"]
        {
            assert!(!beyond_text(Part::Html, text).contains("Harbour4"), "{text}");
        }
    }

    #[test]
    fn whatever_is_asked_for_or_kept_aside_is() {
        for text in [
            "<img src=\"https://x.nz/?p=Harbour4\">",
            "<img alt=\">\" src='//x.nz/Harbour4'>",
            "<a href=https://x.nz/Harbour4>here</a>",
            "<STYLE>p { background: url(//x.nz/Harbour4) }</STYLE>",
            "<style>p { background: url(//x.nz/Harbour4) }",
            "<!-- Harbour4 -->",
            "<p title='Harbour4'>",
            "go to https://x.nz/?p=Harbour4 now",
            "<img src=\"//x.nz/Harbour4",
        ] {
            assert!(beyond_text(Part::Html, text).contains("Harbour4"), "{text}");
        }
    }

    /// Names stand in it as the SMS has them.
    #[test]
    fn a_part_without_markup_has_links_only() {
        let text = "Kia ora Mere <3,\nyour password: Harbour4\nsign in at https://x.nz";
        assert!(!beyond_text(Part::Text, text).contains("Harbour4"));
        assert!(beyond_text(Part::Text, "https://x.nz/?p=Harbour4").contains("Harbour4"));
    }
}
