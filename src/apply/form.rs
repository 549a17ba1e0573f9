//! What the letters of one template have in common is recorded once, as a form: a letter for nobody. Of each letter only what it
//! has besides is sealed, a tenth of it, so that the state writes little for each. The only file that names `lz4_flex`.
//!
//! A form is not secret and stands in clear; what is sealed names it by its SHA-256, so that whoever changed it in the state has
//! made a letter that does not open, not another letter.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lz4_flex::block::{compress_with_dict, decompress_with_dict};
use sha2::{Digest, Sha256};

use super::Order;
use crate::letter::{Frame, message, sample};
use crate::model::email::EmailAddress;
use crate::model::ids::MessageId;
use crate::model::letter_form::LetterForm;

/// The form of each language, and its digest.
#[derive(Clone, Default)]
pub(super) struct Forms(BTreeMap<String, (Arc<LetterForm>, Digested)>);

type Digested = [u8; DIGEST];

fn digest(bytes: &[u8]) -> Digested {
    Sha256::digest(bytes).into()
}

impl Forms {
    /// Writes the letter for nobody, in each language. Where there is none of a language its letters are sealed whole.
    pub(super) fn of(order: &Order<'_>) -> Self {
        let languages = order.letters.languages();
        Self(languages.filter_map(|language| Some((language.to_owned(), form(order, language)?))).collect())
    }

    /// What a letter in this language has besides the form, and the form; `None` where it is to be sealed whole.
    pub(super) fn pack(&self, letter: &[u8], language: &str) -> Option<(Vec<u8>, Arc<LetterForm>)> {
        let (form, digest) = self.0.get(language)?;
        Some((pack(letter, form, digest)?, Arc::clone(form)))
    }
}

fn form(order: &Order<'_>, language: &str) -> Option<(Arc<LetterForm>, Digested)> {
    let (rollout, person, password) = (order.rollout, sample::person_with_children(), sample::password());
    let context = sample::context(rollout, &person, &password);
    let rendered = order.letters.render(language, &context).ok()?;
    let frame = Frame {
        from: &rollout.mail.from,
        reply_to: rollout.mail.reply_to.as_ref(),
        to: &EmailAddress::from_judged(person.email.as_str()),
        to_name: "Mere Kahurangi",
        // Always the same, so that the same template makes the same form.
        date: Timestamp::UNIX_EPOCH,
        message_id: &MessageId::new("0@example.nz"),
        boundary: "firstbell",
    };
    let bytes = message(&rendered, &frame).ok()?;
    let digest = digest(&bytes);
    Some((Arc::new(LetterForm::of(bytes)), digest))
}

/// Lengths are rounded up to this, so that they tell nothing of the password.
const ROUND: usize = 64;
const DIGEST: usize = 32;
const LENGTH: usize = size_of::<u32>();

/// What a letter has besides its form; `None` where that is more than the letter.
fn pack(letter: &[u8], form: &LetterForm, digest: &Digested) -> Option<Vec<u8>> {
    let besides = compress_with_dict(letter, &form.bytes);
    let lengths = [u32::try_from(letter.len()).ok()?, u32::try_from(besides.len()).ok()?].map(u32::to_be_bytes);
    let mut packed = [digest.as_slice(), lengths.as_flattened(), &besides].concat();
    packed.resize(packed.len().next_multiple_of(ROUND), 0);
    (packed.len() < letter.len()).then_some(packed)
}

/// The letter; `None` where it was not packed with this form.
pub(super) fn unpack(packed: &[u8], form: &[u8]) -> Option<Vec<u8>> {
    let (of, rest) = packed.split_first_chunk::<DIGEST>()?;
    let (letter, rest) = rest.split_first_chunk::<LENGTH>()?;
    let (besides, rest) = rest.split_first_chunk::<LENGTH>()?;
    let length = |bytes: &[u8; LENGTH]| usize::try_from(u32::from_be_bytes(*bytes)).ok();
    if digest(form) != *of {
        return None;
    }
    let unpacked = decompress_with_dict(rest.get(..length(besides)?)?, length(letter)?, form).ok()?;
    (Some(unpacked.len()) == length(letter)).then_some(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> LetterForm {
        LetterForm::of("Dear Mere, your children are Aroha, Wiremu and others. ".repeat(40).into_bytes())
    }

    fn packed(letter: &[u8]) -> Option<Vec<u8>> {
        pack(letter, &form(), &digest(&form().bytes))
    }

    fn letter() -> Vec<u8> {
        let text = String::from_utf8(form().bytes).unwrap();
        text.replace("Mere", "Hana").replacen("Aroha", "Rangi", 3).into_bytes()
    }

    #[test]
    fn a_letter_comes_out_as_it_went_in_and_is_much_shorter_meanwhile() {
        let packed = packed(&letter()).unwrap();
        assert!(packed.len() * 5 < letter().len(), "{} of {}", packed.len(), letter().len());
        assert_eq!(packed.len() % ROUND, 0);
        assert_eq!(unpack(&packed, &form().bytes).unwrap(), letter());
    }

    #[test]
    fn under_another_form_or_cut_off_nothing_comes_out() {
        let packed = packed(&letter()).unwrap();
        let mut changed = form().bytes;
        changed[7] ^= 1;
        assert_eq!(unpack(&packed, &changed), None);
        for end in [0, DIGEST, DIGEST + LENGTH, DIGEST + 2 * LENGTH, DIGEST + 2 * LENGTH + 5] {
            assert_eq!(unpack(&packed[..end], &form().bytes), None, "{end}");
        }
    }

    #[test]
    fn what_has_nothing_in_common_with_it_is_kept_whole() {
        let other: Vec<u8> = (0..=255).collect();
        assert_eq!(packed(&other), None);
    }
}
