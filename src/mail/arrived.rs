//! A letter as the one who gets it sees it: to whom it is addressed, and what it says without its markup.

use mail_parser::MessageParser;

/// A letter that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The address in its `To:`.
    pub to: String,
    /// What it says, as plain text.
    pub text: String,
}

/// Reads a letter; `None` where it is no letter to somebody.
pub fn read(bytes: &[u8]) -> Option<Arrived> {
    let message = MessageParser::default().parse(bytes)?;
    let to = message.to()?.first()?.address()?.to_owned();
    let text = message.body_text(0)?.into_owned();
    Some(Arrived { to, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_a_text_in_any_encoding_are_read() {
        let letter = b"To: Aroha <aroha@home.example.nz>\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\nNg=C4=81 mihi\r\n";
        let arrived = read(letter).unwrap();
        assert_eq!((arrived.to.as_str(), arrived.text.trim()), ("aroha@home.example.nz", "Ngā mihi"));
        assert_eq!(read(b"Subject: to nobody\r\n\r\n"), None);
    }
}
