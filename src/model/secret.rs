//! Passwords, sealed bytes and the sealing key: values that never show themselves in an error, a log or `Debug`.

use std::fmt;

use secrecy::{ExposeSecret, SecretBox, SecretString};

/// A password in clear. It exists between drawing (or unsealing) and handing it to the LMS, nowhere else.
#[derive(Clone)]
pub struct Password(SecretString);

impl Password {
    /// Takes a drawn or unsealed password.
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The password itself, for the LMS driver, the letter and the seal.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    /// A text of somebody else's, without this password in it, however its letters are written: each word that has it is `…`.
    pub fn masked_in(&self, text: &str) -> String {
        let secret = self.reveal();
        if secret.is_empty() {
            return text.to_owned();
        }
        let folded = secret.to_lowercase();
        let text = text.replace(secret, "…");
        let words = text.split(' ').map(|word| if word.to_lowercase().contains(&folded) { "…" } else { word });
        words.collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What was sealed under the [`SealingKey`]: nonce, ciphertext and tag. Safe to store.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Wraps bytes that a seal made, or that a store kept.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The stored form.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// The 32 bytes that seal passwords and letters, and that key the fingerprints. Kept outside the state's folder.
pub struct SealingKey(SecretBox<[u8; 32]>);

impl SealingKey {
    /// Wraps 32 bytes drawn by the operating system, or read from the key file or `FIRSTBELL_KEY`.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// The bytes, for the cipher and the fingerprints.
    pub fn reveal(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

impl Clone for SealingKey {
    fn clone(&self) -> Self {
        Self::new(*self.reveal())
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(…)")
    }
}
