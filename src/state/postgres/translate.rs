//! Places for values: `?` and `?2`, as the record writes them, become `$1` and `$2`.

/// A statement in PostgreSQL's form. No text in our statements has a question mark.
pub(super) fn translate(sql: &str) -> String {
    let mut translated = String::with_capacity(sql.len() + 16);
    let mut letters = sql.chars().peekable();
    let mut last = 0;
    while let Some(letter) = letters.next() {
        translated.push(if letter == '?' { '$' } else { letter });
        if letter == '?' && !letters.peek().is_some_and(char::is_ascii_digit) {
            last += 1;
            translated.push_str(&last.to_string());
        }
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn places_are_counted_unless_they_have_a_number() {
        assert_eq!(translate("UPDATE a SET b = ?, c = ? WHERE d = ?"), "UPDATE a SET b = $1, c = $2 WHERE d = $3");
        assert_eq!(translate("SELECT ?2 FROM a WHERE b = ?1 OR c = ?1"), "SELECT $2 FROM a WHERE b = $1 OR c = $1");
    }
}
