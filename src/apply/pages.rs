//! Pages as they were sealed: what `firstbell letters` prints is what was written before the password was set.

use crate::edge::SealedActivation;
use crate::letter::page::Page;
use crate::model::ids::LetterNumber;

use super::hand_over::SealedRows;
use super::seal::{Seal, SealContext, SealError, SealPurpose};

/// The page of this letter; `None` where it is not the one that is sealed.
pub fn open_page(
    sealed: &SealedActivation,
    wanted: LetterNumber,
    under: SealedRows<'_>,
) -> Result<Option<Page>, SealError> {
    let Some(letter) = sealed.letter.as_ref().filter(|letter| letter.number == wanted) else {
        return Ok(None);
    };
    let context = SealContext { lineage: under.lineage, key: sealed.key, purpose: SealPurpose::Letter };
    let opened = Seal::new(under.key).open(&letter.bytes, &context)?;
    Page::from_bytes(&opened).map(Some).ok_or(SealError::Broken)
}
