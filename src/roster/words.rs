//! The words of a yes-or-no column. What a word that is neither means is for the caller to say: an unknown is never
//! counted as a no.

/// What a cell of a yes-or-no column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// `yes`, `y`, `true`, `t`, `1`, `on`.
    Yes,
    /// `no`, `n`, `false`, `f`, `0`, `off`.
    No,
    /// Nothing.
    Blank,
    /// Something else.
    Strange,
}

const YES: [&str; 6] = ["y", "yes", "true", "1", "t", "on"];
const NO: [&str; 6] = ["n", "no", "false", "0", "f", "off"];

/// Reads a cell, in any case.
pub(super) fn answer(cell: &str) -> Answer {
    let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(cell));
    if cell.is_empty() {
        Answer::Blank
    } else if is_one_of(&YES) {
        Answer::Yes
    } else if is_one_of(&NO) {
        Answer::No
    } else {
        Answer::Strange
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_in_any_case() {
        for word in ["yes", "Y", "TRUE", "t", "1", "On"] {
            assert_eq!(answer(word), Answer::Yes, "{word}");
        }
        for word in ["No", "n", "false", "F", "0", "OFF"] {
            assert_eq!(answer(word), Answer::No, "{word}");
        }
    }

    #[test]
    fn what_is_neither_is_not_guessed() {
        assert_eq!((answer(""), answer("court order")), (Answer::Blank, Answer::Strange));
    }
}
