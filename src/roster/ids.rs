//! Whether an id can be one: ids outlive names and addresses, so a damaged one is an error and never mended here.

/// Longer than any SMS's id.
const LONGEST: usize = 200;

/// Why a text can't be an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdProblem {
    /// `1.23457E+09`: a spreadsheet has cut the digits, and several people now share this "id".
    Shortened,
    /// `#N/A`, `#####`: a spreadsheet could not compute or show it.
    Failed,
    /// Line ends or other characters that can't be seen.
    Invisible,
    /// Longer than ids are: probably two columns that ran together.
    TooLong,
}

/// Judges an id that is trimmed and not blank.
pub(super) fn judge(id: &str) -> Result<(), IdProblem> {
    if id.len() > LONGEST {
        Err(IdProblem::TooLong)
    } else if !super::clean::is_clean(id) {
        Err(IdProblem::Invisible)
    } else if is_scientific(id) {
        Err(IdProblem::Shortened)
    } else if is_failed(id) {
        Err(IdProblem::Failed)
    } else {
        Ok(())
    }
}

/// `1E+12`, `1.23457E+09`, `1,23457E+09`: how Excel shows long numbers, and saves them.
fn is_scientific(id: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((mantissa, exponent)) = id.split_once(['E', 'e']) else { return false };
    let whole_and_rest = mantissa
        .split_once(['.', ','])
        .map_or(is_number(mantissa), |(whole, rest)| is_number(whole) && is_number(rest));
    whole_and_rest && exponent.strip_prefix('+').is_some_and(is_number)
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
            Self::Shortened => "roster::excel-number",
            Self::Failed => "roster::excel-error",
            Self::Invisible => "roster::bad-id",
            Self::TooLong => "roster::long-id",
        }
    }

    /// What is wrong with `id` in the column under `heading`.
    pub(super) fn message(self, id: &str, heading: &str) -> String {
        match self {
            Self::Shortened => format!("`{id}` in column `{heading}` is not an id: Excel has shortened it"),
            Self::Failed => format!("`{id}` in column `{heading}` is not an id: a spreadsheet could not work it out"),
            Self::Invisible => format!("the id in column `{heading}` holds a line end or an invisible character"),
            Self::TooLong => format!("the id in column `{heading}` is {} bytes long", id.len()),
        }
    }

    /// What to do.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Shortened => {
                "the lost digits are not in the file: export again from the SMS and don't open or save the file in Excel"
            }
            Self::Failed => "export again from the SMS and don't open or save the file in Excel",
            Self::Invisible => "correct the id in the SMS, or export again",
            Self::TooLong => {
                "see whether a quotation mark or a delimiter is missing in this line; ids have at most 200 bytes"
            }
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
    fn what_a_spreadsheet_could_not_work_out_is_no_id() {
        for id in ["#N/A", "#REF!", "#####"] {
            assert_eq!(judge(id), Err(IdProblem::Failed), "{id}");
        }
        assert_eq!(judge("#12"), Ok(()));
        assert_eq!(judge("#"), Ok(()));
    }

    #[test]
    fn ids_that_only_look_like_it_are_taken() {
        for id in ["C1001", "00123", "12E4", "E+09", "1.2.3E+09", "7E", "1.5", "guid-1e+5x", "ID 7/3"] {
            assert_eq!(judge(id), Ok(()), "{id}");
        }
    }

    #[test]
    fn what_cannot_be_seen_or_is_endless_is_no_id() {
        assert_eq!(judge("C1\nC2"), Err(IdProblem::Invisible));
        assert_eq!(judge("C1\u{202E}"), Err(IdProblem::Invisible));
        assert_eq!(judge(&"9".repeat(201)), Err(IdProblem::TooLong));
    }
}
