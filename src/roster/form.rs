//! Whether a text has the form of an address, and if not, what exactly is wrong with it.
//!
//! The rule is narrower than RFC 5321 on purpose: ASCII, dot-separated atoms, a domain with a top level. Whether the mailbox
//! exists is not asked here.

/// RFC 5321, 4.5.3.1.3: a path of 256 bytes with its angle brackets.
const LONGEST: usize = 254;
/// RFC 5321, 4.5.3.1.1.
const LONGEST_LOCAL: usize = 64;
/// RFC 1035, 2.3.4.
const LONGEST_LABEL: usize = 63;

/// What is wrong with the form of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Malformed {
    /// `a@example.nz; b@example.nz`
    TwoAddresses,
    /// `a@example.nz (work)`
    NoteBeside,
    /// `aroha.example.nz`
    NoAt,
    /// `aroha@@example.nz`
    SeveralAts,
    /// `aroha m@example.nz`
    BlankInside,
    /// `māia@example.nz`
    NonAscii,
    /// `aroha@`
    NoDomain,
    /// `aroha@gmail`
    NoTopLevel,
    /// `aroha@example..nz`
    BadDomain,
    /// `@example.nz`
    NoLocalPart,
    /// `aroha..m@example.nz`
    BadLocalPart,
    /// More than 254 bytes.
    TooLong,
}

impl Malformed {
    /// What exactly is wrong: one sentence without its full stop, and without the address.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::TwoAddresses => "there are two email addresses in one field",
            Self::NoteBeside => "there is a note beside the email address",
            Self::NoAt => "the email address has no @",
            Self::SeveralAts => "the email address has more than one @",
            Self::BlankInside => "there is a blank inside the email address",
            Self::NonAscii => {
                "the email address has a letter outside a to z (a macron, an accent, an invisible character)"
            }
            Self::NoDomain => "there is nothing behind the @ of the email address",
            Self::NoTopLevel => "the email address has no top-level domain (such as .nz or .com)",
            Self::BadDomain => "the part behind the @ of the email address is not a domain",
            Self::NoLocalPart => "there is nothing before the @ of the email address",
            Self::BadLocalPart => {
                "the part before the @ of the email address has a character or a dot where none may be"
            }
            Self::TooLong => "the email address is too long",
        }
    }
}

/// Judges the form of an address, trimmed and not blank.
pub(super) fn well_formed(address: &str) -> Result<(), Malformed> {
    by_the_rule(address).map_err(|first| match address.bytes().filter(|&byte| byte == b'@').count() {
        0 => Malformed::NoAt,
        1 if !address.contains(is_separator) => first,
        1 => with_something_beside(address),
        _ => with_several_ats(address),
    })
}

/// The rule, with the first mistake against it; what it says of a field that holds more than an address is not helpful.
fn by_the_rule(address: &str) -> Result<(), Malformed> {
    if !address.is_ascii() {
        return Err(Malformed::NonAscii);
    }
    if address.len() > LONGEST {
        return Err(Malformed::TooLong);
    }
    let (local, domain) = address.split_once('@').ok_or(Malformed::NoAt)?;
    check_domain(domain)?;
    check_local(local)
}

fn with_several_ats(address: &str) -> Malformed {
    let with_at = pieces(address).filter(|piece| piece.contains('@')).count();
    if with_at > 1 { Malformed::TwoAddresses } else { Malformed::SeveralAts }
}

/// One `@`, and a blank, a bracket or a separator somewhere.
fn with_something_beside(address: &str) -> Malformed {
    if pieces(address).any(|piece| by_the_rule(piece).is_ok()) && !is_cut_name(address) {
        Malformed::NoteBeside
    } else if address.contains(char::is_whitespace) {
        Malformed::BlankInside
    } else if address.split_once('@').is_some_and(|(local, _)| local.contains([',', ';', ':', '<', '>', '(', ')'])) {
        Malformed::BadLocalPart
    } else {
        Malformed::BadDomain
    }
}

/// `jo smith@example.nz`: what stands before the blank may belong to the address.
fn is_cut_name(address: &str) -> bool {
    let before_at = address.split('@').next().unwrap_or_default();
    before_at.contains(char::is_whitespace) && !before_at.contains(['<', '(', ':', ',', ';'])
}

/// The parts of a field that holds more than an address.
pub(super) fn pieces(field: &str) -> impl Iterator<Item = &str> {
    field.split(is_separator).filter(|piece| !piece.is_empty())
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | ';' | ':' | '<' | '>' | '(' | ')' | '[' | ']' | '|')
}

fn check_domain(domain: &str) -> Result<(), Malformed> {
    if domain.is_empty() {
        return Err(Malformed::NoDomain);
    }
    let Some((_, top)) = domain.rsplit_once('.') else { return Err(Malformed::NoTopLevel) };
    if !domain.split('.').all(is_label) {
        return Err(Malformed::BadDomain);
    }
    let is_top_level = top.len() > 1 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_top_level { Ok(()) } else { Err(Malformed::NoTopLevel) }
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LONGEST_LABEL
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn check_local(local: &str) -> Result<(), Malformed> {
    let is_atom = |atom: &str| !atom.is_empty() && atom.bytes().all(is_atom_byte);
    if local.is_empty() {
        Err(Malformed::NoLocalPart)
    } else if local.len() > LONGEST_LOCAL {
        Err(Malformed::TooLong)
    } else if local.split('.').all(is_atom) {
        Ok(())
    } else {
        Err(Malformed::BadLocalPart)
    }
}

/// RFC 5322, 3.2.3: atext.
fn is_atom_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_usable() {
        let longest = format!("{}@{}.{}.{}.nz", "a".repeat(64), "b".repeat(63), "c".repeat(63), "d".repeat(58));
        assert_eq!(longest.len(), 254);
        for address in ["aroha@example.nz", "O'Brien+school@a-1.Example.co.nz", "a.b_c-d@example.museum", &longest] {
            assert_eq!(well_formed(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn each_mistake_has_its_own_reason() {
        use Malformed::{
            BadDomain, BadLocalPart, BlankInside, NoAt, NoDomain, NoLocalPart, NoTopLevel, NonAscii, NoteBeside,
            SeveralAts, TooLong, TwoAddresses,
        };
        let longer = format!("a@{}.{}.{}.{}.nz", "b".repeat(63), "c".repeat(63), "d".repeat(63), "e".repeat(60));
        let local = format!("{}@example.nz", "a".repeat(65));
        for (address, reason) in [
            ("a@example.nz; b@example.nz", TwoAddresses),
            ("a@example.nz|b@example.nz", TwoAddresses),
            ("a@example.nz,b@example.nz", TwoAddresses),
            ("a@example.nz/b@example.nz", SeveralAts),
            ("a@example.nz b@gmail", TwoAddresses),
            ("a@example.nz Home", NoteBeside),
            ("a@example.nz(mum)", NoteBeside),
            ("Aroha <a@example.nz>", NoteBeside),
            ("mailto:a@example.nz", NoteBeside),
            ("a@example.nz;", NoteBeside),
            ("n/a", NoAt),
            ("aroha.example.nz", NoAt),
            ("a@@example.nz", SeveralAts),
            ("aroha m@example.nz", BlankInside),
            ("aroha@ example.nz", BlankInside),
            ("māia@example.nz", NonAscii),
            ("a@example.nz\u{200b}", NonAscii),
            ("aroha@", NoDomain),
            ("aroha@gmail", NoTopLevel),
            ("aroha@example.c", NoTopLevel),
            ("aroha@127.0.0.1", NoTopLevel),
            ("aroha@example..nz", BadDomain),
            ("aroha@example.nz.", BadDomain),
            ("aroha@-example.nz", BadDomain),
            ("aroha@gmail,com", BadDomain),
            ("aroha@ex_ample.nz", BadDomain),
            ("@example.nz", NoLocalPart),
            ("a..b@example.nz", BadLocalPart),
            (".a@example.nz", BadLocalPart),
            ("\"a\"@example.nz", BadLocalPart),
            (&longer, TooLong),
            (&local, TooLong),
        ] {
            assert_eq!(well_formed(address), Err(reason), "{address}");
        }
    }
}
