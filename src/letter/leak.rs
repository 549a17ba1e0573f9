//! Where a letter must not have the password: in a link, in a picture's address, in a style. Whoever serves that address would
//! learn it, as soon as the letter is opened.

/// What a mail program reads as markup, and not as text: tags with their attributes, styles, scripts and comments. In the text
/// alone: what it makes a link of.
pub(super) fn markup(html: &str) -> String {
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
    // Outside tags too, what looks like an address becomes a link.
    let addresses = html.split(|c: char| c.is_whitespace() || "<>\"'".contains(c)).filter(|word| is_address(word));
    addresses.fold(markup, |markup, word| markup + "\n" + word)
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
            assert!(!markup(text).contains("Harbour4"), "{text}");
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
            assert!(markup(text).contains("Harbour4"), "{text}");
        }
    }
}
