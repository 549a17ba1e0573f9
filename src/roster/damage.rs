//! Names whose letters were lost or mixed up on the way, mostly by a spreadsheet that saved macrons in another encoding.

/// What a letter outside ASCII begins with when its UTF-8 was read as Windows-1252 (`ē` becomes `Ä“`, `é` becomes `Ã©`).
const LEADS: [char; 5] = ['Ã', 'Â', 'Ä', 'Å', 'â'];

/// Whether a name shows that letters of it are gone: a replacement character, a question mark where a letter stood, or UTF-8
/// that was read as something else.
pub fn is_damaged(name: &str) -> bool {
    if name.is_ascii() && !name.contains('?') {
        return false;
    }
    let letters: Vec<char> = name.chars().collect();
    let is_pair = |two: &[char]| match two {
        [lead, next] if LEADS.contains(lead) => is_no_letter_of_a_name(*next),
        ['?', letter] | [letter, '?'] => letter.is_alphabetic(),
        _ => false,
    };
    letters.contains(&char::REPLACEMENT_CHARACTER) || letters.windows(2).any(is_pair)
}

/// What Windows-1252 makes of the bytes 0x80 to 0xBF, which follow a first byte of UTF-8.
fn is_no_letter_of_a_name(character: char) -> bool {
    let is_mark = "€‚ƒ„…†‡ˆ‰‹“”•–—˜™›".contains(character);
    is_mark || matches!(character, '\u{80}'..='\u{BF}' | 'Œ' | 'œ' | 'Š' | 'š' | 'Ž' | 'ž' | 'Ÿ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_and_mixed_up_letters_are_seen() {
        for name in [
            "H\u{FFFD}mi",
            "H?mi",
            "P?",
            "?wen",
            "HÄ“mi",
            "PÅ\u{8D}tae",
            "Ä\u{81}wen",
            "JosÃ©",
            "Oâ€™Brien",
            "MÄ\u{81}ori",
        ] {
            assert!(is_damaged(name), "{name}");
        }
    }

    #[test]
    fn names_as_they_are_written_are_not() {
        for name in [
            "",
            "Hēmi",
            "Āwen",
            "O’Brien",
            "Åse",
            "Ängström",
            "Ãoife",
            "Łukasz",
            "דנה",
            "Ma\u{304}ia",
            "?",
            "Lê Thị Ánh",
            "Bjørn",
        ] {
            assert!(!is_damaged(name), "{name}");
        }
    }
}
