//! "Did you mean": the known word that a misspelt one is closest to.

/// The closest of the known words, if any is close.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // Comparing takes time: nobody misspells a key into a page of text, or looks for one of a thousand.
    if word.len() > 100 || known.len() > 1000 {
        return None;
    }
    let word = word.to_lowercase().replace('_', "-");
    similar::get_close_matches(word.as_str(), known, 1, 0.6).first().copied()
}

/// A help line for a word that is not known: the closest, or all where they are few.
pub(super) fn help(word: &str, known: &[&str]) -> Option<String> {
    if let Some(near) = nearest(word, known) {
        return Some(format!("did you mean `{near}`?"));
    }
    let is_few = (1..=16).contains(&known.len());
    is_few.then(|| format!("known here: {}", known.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_its_neighbour() {
        let known = ["timezone", "roster", "sign-in-url"];
        assert_eq!(nearest("timezon", &known), Some("timezone"));
        assert_eq!(nearest("sign_in_URL", &known), Some("sign-in-url"));
        assert_eq!(nearest("banana", &known), None);
        assert_eq!(help("banana", &known).unwrap(), "known here: timezone, roster, sign-in-url");
    }
}
