//! Whether an id can be one: ids outlive names and addresses, so a damaged one is an error and never mended here.

/// Longer than any SMS's id.
const LONGEST: usize = 200;

/// Why a text can't be an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdProblem {
    /// `1.23457E+09`: a spreadsheet has cut the digits, and several people now share this "id".
    Shortened,
    /// `1001.0`, `123,1001`: a spreadsheet made a number of it, so that zeros before it may be gone.
    Number,
    /// `="C1001"`, `'C1001`: a spreadsheet's way to keep a text from becoming a number, saved with the text.
    Marked,
    /// `#N/A`, `#####`: a spreadsheet could not compute or show it.
    Failed,
    /// Line ends or other characters that can't be seen.
    Invisible,
    /// Longer than ids are: probably two columns that ran together.
    TooLong,
    /// `S1;S2`: several ids in one cell.
    Several,
}

/// Judges an id that is trimmed and not blank.
pub(super) fn judge(id: &str) -> Result<(), IdProblem> {
    if id.len() > LONGEST {
        Err(IdProblem::TooLong)
    } else if id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        // Nearly every id; what a spreadsheet makes of one has a sign in it.
        Ok(())
    } else if !super::clean::is_clean(id) || id.chars().any(is_format) {
        Err(IdProblem::Invisible)
    } else if is_scientific(id) {
        Err(IdProblem::Shortened)
    } else if is_number(id) {
        Err(IdProblem::Number)
    } else if id.starts_with(['=', '\'']) {
        Err(IdProblem::Marked)
    } else if id.contains([';', '|']) {
        Err(IdProblem::Several)
    } else if is_failed(id) {
        Err(IdProblem::Failed)
    } else {
        Ok(())
    }
}

/// Whether an id is what an export writes where there is none: no letter or digit, zeros alone, or a word for nothing. Many rows would
/// share it, as if they were about one person.
pub(super) fn stands_for_none(id: &str) -> bool {
    const WORDS: [&str; 10] = ["null", "(null)", "<null>", "nil", "none", "n/a", "undefined", "unknown", "tbc", "tba"];
    let is_empty = !id.starts_with('#') && !id.chars().any(char::is_alphanumeric);
    is_empty || id.bytes().all(|byte| byte == b'0') || WORDS.iter().any(|word| id.eq_ignore_ascii_case(word))
}

/// `1E+12`, `1.23457E+09`, `1,23457E+09`: how Excel shows long numbers, and saves them.
fn is_scientific(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['E', 'e']) else { return false };
    let whole_and_rest = mantissa
        .split_once(['.', ','])
        .map_or(is_digits(mantissa), |(whole, rest)| is_digits(whole) && is_digits(rest));
    whole_and_rest && exponent.strip_prefix('+').is_some_and(is_digits)
}

/// `1001.0` and `123,1001`, `1,234.00`: whole numbers with the point or the commas that a spreadsheet gives them.
fn is_number(id: &str) -> bool {
    let (whole, has_point) = match id.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => (whole, true),
        Some(_) => return false,
        None => (id, false),
    };
    whole.split(',').all(is_digits) && (has_point || whole.contains(','))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Unicode's format characters (general category Cf): they take no room, and two ids that differ by one look the same.
fn is_format(character: char) -> bool {
    matches!(
        character,
        '\u{AD}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' | '\u{890}'..='\u{891}' | '\u{8E2}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0001}' | '\u{E0020}'..='\u{E007F}'
    )
}

/// What Excel and its like show where a formula fails, and where a column is too narrow for a number.
fn is_failed(id: &str) -> bool {
    const FAILURES: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"];
    FAILURES.contains(&id) || (id.len() > 1 && id.bytes().all(|byte| byte == b'#'))
}

impl IdProblem {
    /// The diagnostic's code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Shortened | Self::Number => "roster::excel-number",
            Self::Marked => "roster::excel-text",
            Self::Failed => "roster::excel-error",
            Self::Invisible => "roster::bad-id",
            Self::TooLong => "roster::long-id",
            Self::Several => "roster::several-ids",
        }
    }

    /// What is wrong with `id` in the column under `heading`.
    pub(super) fn message(self, id: &str, heading: &str) -> String {
        match self {
            Self::Shortened => format!("`{id}` in column `{heading}` is not an id: Excel has shortened it"),
            Self::Number => {
                format!("`{id}` in column `{heading}` is not an id: a spreadsheet has made a number of it")
            }
            Self::Marked => {
                format!("`{id}` in column `{heading}` is not an id: a spreadsheet's mark for text stands before it")
            }
            Self::Failed => format!("`{id}` in column `{heading}` is not an id: a spreadsheet could not work it out"),
            Self::Invisible => format!("the id in column `{heading}` holds a line end or an invisible character"),
            Self::TooLong => format!("the id in column `{heading}` is {} bytes long", id.len()),
            Self::Several => format!("the cell in column `{heading}` holds several ids"),
        }
    }

    /// What to do.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Shortened => {
                "the lost digits are not in the file: export again from the SMS and don't open or save the file in Excel"
            }
            Self::Number => {
                "export again from the SMS; if it must go through a spreadsheet, format the column as Text before the ids come in"
            }
            Self::Marked => {
                "write the id alone, as the SMS shows it: without `=`, quotation marks or an apostrophe before it"
            }
            Self::Failed => "export again from the SMS and don't open or save the file in Excel",
            Self::Invisible => "correct the id in the SMS, or export again",
            Self::TooLong => {
                "see whether a quotation mark or a delimiter is missing in this line; ids have at most 200 bytes"
            }
            Self::Several => "export a row for each child, or each caregiver",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_excel_has_shortened_is_no_id() {
        for id in ["1.23457E+09", "1E+12", "1,2e+10"] {
            assert_eq!(judge(id), Err(IdProblem::Shortened), "{id}");
        }
    }

    #[test]
    fn a_number_that_a_spreadsheet_has_made_is_no_id() {
        for id in ["1001.0", "00123.00", "123,1001", "1,234,567", "1,234.00"] {
            assert_eq!(judge(id), Err(IdProblem::Number), "{id}");
        }
    }

    #[test]
    fn a_spreadsheets_mark_for_text_is_no_part_of_an_id() {
        for id in ["=\"C1001\"", "=C1001", "'C1001", "=\"\""] {
            assert_eq!(judge(id), Err(IdProblem::Marked), "{id}");
        }
    }

    #[test]
    fn what_a_spreadsheet_could_not_work_out_is_no_id() {
        for id in ["#N/A", "#REF!", "#####"] {
            assert_eq!(judge(id), Err(IdProblem::Failed), "{id}");
        }
        assert_eq!(judge("#12"), Ok(()));
        assert_eq!(judge("#"), Ok(()));
    }

    #[test]
    fn what_an_export_writes_for_nobody_is_no_id() {
        for id in ["0", "000", "-", "--", "?", ".", "null", "NULL", "N/A", "None", "(null)", "unknown"] {
            assert!(stands_for_none(id), "{id}");
        }
        for id in ["10", "00123", "C0", "#", "#N/A", "nullo", "NA", "0a", "ā"] {
            assert!(!stands_for_none(id), "{id}");
        }
    }

    #[test]
    fn ids_that_only_look_like_it_are_taken() {
        for id in [
            "C1001",
            "00123",
            "12E4",
            "E+09",
            "1.2.3E+09",
            "7E",
            "1.5",
            "guid-1e+5x",
            "ID 7/3",
            "1.10",
            "C1.0",
            "O'Neil",
            "A,1",
            "1.2.0",
        ] {
            assert_eq!(judge(id), Ok(()), "{id}");
        }
    }

    #[test]
    fn what_cannot_be_seen_or_is_endless_is_no_id() {
        assert_eq!(judge("C1\nC2"), Err(IdProblem::Invisible));
        assert_eq!(judge("C1\u{202E}"), Err(IdProblem::Invisible));
        for character in ['\u{200B}', '\u{AD}', '\u{200D}', '\u{FEFF}', '\u{E0041}'] {
            assert_eq!(judge(&format!("C1{character}001")), Err(IdProblem::Invisible), "{character:?}");
        }
        assert_eq!(judge(&"9".repeat(201)), Err(IdProblem::TooLong));
        for id in ["S1;S2", "S1|S2"] {
            assert_eq!(judge(id), Err(IdProblem::Several), "{id}");
        }
    }
}
