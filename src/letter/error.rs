//! What can go wrong with one letter. No variant holds a name, an address or a password.

use thiserror::Error;

/// Why a letter could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LetterError {
    /// There is no letter in this language, nor in the default one.
    #[error("there is no letter in the default language")]
    NoLanguage,
    /// A template did what it did for no sample.
    #[error("rendering `{file}`{} failed: {what}", at(*.line))]
    Render {
        /// The part.
        file: String,
        /// Its line.
        line: Option<u32>,
        /// What kind of mistake.
        what: String,
    },
    /// The subject came out empty.
    #[error("`{file}` gives an empty subject for this person")]
    EmptySubject {
        /// The part.
        file: String,
    },
    /// The password is not in it.
    #[error("`{file}` does not show the password to this person")]
    NoPassword {
        /// The part.
        file: String,
    },
    /// The password is in a link, a picture's address or a style.
    #[error(
        "`{file}` puts the password into a link, a picture's address or a style: whoever serves that would learn it"
    )]
    PasswordInAddress {
        /// The part.
        file: String,
    },
    /// An address is none.
    #[error("the {whose} address can't stand in a message: only plain ASCII addresses can")]
    Address {
        /// `sender's`, `reply`, `recipient's`.
        whose: &'static str,
    },
    /// The Message-ID is none.
    #[error("a Message-ID is 3 to 250 plain characters with one `@`")]
    MessageId,
    /// The boundary is none, or stands in the text.
    #[error("a boundary is 1 to 70 letters and digits that the letter does not hold")]
    Boundary,
    /// The date is before 1970 or after 9999.
    #[error("the date can't stand in a message")]
    Date,
    /// The message could not be put together.
    #[error("putting the message together failed: {0}")]
    Build(String),
}

fn at(line: Option<u32>) -> String {
    line.map_or_else(String::new, |line| format!(", line {line},"))
}
