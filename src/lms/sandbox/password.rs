//! Salted hashes: how the sandbox keeps a password, and how one is checked against it.
//!
//! SHA-256 over salt and password. That is enough for drawn passwords of 50 bits and more in a pretend LMS, and is not
//! how a real one should keep the passwords that people choose.

use std::fmt::{self, Write as _};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::edge::Random;
use crate::model::secret::Password;

use super::text;

const SCHEME: &str = "sha256";
const WANTED: &str = "`sha256:<salt>:<hash>` in hexadecimal digits";

/// A password as it is kept: `sha256:<salt>:<hash>`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PasswordHash {
    salt: Box<[u8]>,
    hash: [u8; 32],
}

impl PasswordHash {
    /// Hashes a password under a fresh salt.
    pub(super) fn of(password: &Password, random: &mut dyn Random) -> Self {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        Self { hash: digest(&salt, password), salt: Box::new(salt) }
    }

    /// Whether this is the password. Looks at every byte, so that the time taken says nothing about the hash.
    pub(super) fn verify(&self, password: &Password) -> bool {
        let offered = digest(&self.salt, password);
        self.hash.iter().zip(offered).fold(0, |differing, (own, other)| differing | (own ^ other)) == 0
    }

    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let (salt, hash) = rest.split_once(':')?;
        let salt = bytes(salt)?.into_boxed_slice();
        let hash = bytes(hash)?.try_into().ok()?;
        (scheme == SCHEME && !salt.is_empty()).then_some(Self { salt, hash })
    }
}

fn digest(salt: &[u8], password: &Password) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(password.reveal().as_bytes());
    hasher.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl Serialize for PasswordHash {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{SCHEME}:{}:{}", hex(&self.salt), hex(&self.hash)))
    }
}

impl<'de> Deserialize<'de> for PasswordHash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&text::read(from, WANTED)?).ok_or_else(|| D::Error::custom(format!("expected {WANTED}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lms::sandbox::tests::Counter;

    #[test]
    fn only_the_same_password_verifies() {
        let hash = PasswordHash::of(&Password::new("kea-4-rata".into()), &mut Counter::default());
        assert!(hash.verify(&Password::new("kea-4-rata".into())));
        assert!(!hash.verify(&Password::new("kea-4-ratA".into())));
        assert!(!hash.verify(&Password::new(String::new())));
    }

    #[test]
    fn equal_passwords_have_different_hashes() {
        let (mut random, password) = (Counter::default(), Password::new("kea-4-rata".into()));
        assert_ne!(PasswordHash::of(&password, &mut random), PasswordHash::of(&password, &mut random));
    }

    #[test]
    fn the_stored_form_reads_back_and_says_its_scheme() {
        let hash = PasswordHash::of(&Password::new("kea-4-rata".into()), &mut Counter::default());
        let text = serde_json::to_string(&hash).unwrap();
        assert!(text.starts_with("\"sha256:"), "{text}");
        assert_eq!(serde_json::from_str::<PasswordHash>(&text).unwrap(), hash);
    }

    #[test]
    fn a_password_in_clear_is_refused_and_not_repeated() {
        for text in ["\"kea-4-rata\"", "8812345", "\"md5:00:00\"", "\"sha256::00\"", "\"sha256:0g:00\"", "[1]"] {
            let error = serde_json::from_str::<PasswordHash>(text).unwrap_err().to_string();
            assert!(error.starts_with("expected `sha256:<salt>:<hash>`"), "{error}");
            assert!(!error.contains("kea") && !error.contains("8812345"), "{error}");
        }
    }
}
