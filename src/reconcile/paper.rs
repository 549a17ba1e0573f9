//! Letters on paper: who gets one instead of a mail, and what becomes of one that is written.
//!
//! An apply sets the password and writes the page; printing it is a person's work, and `firstbell letters` records that. So
//! a page that is written is due to nobody but that person: a hold, behind all the stops that would hold a mail too.

use crate::model::activation::{Channel, LetterStage};
use crate::model::recorded::History;
use crate::model::repertoire;
use crate::rollout::{NoEmail, Rollout};
use crate::roster::{AddressProblem, Caregiver};

use super::due::{Due, Row};
use super::ground::Ground;
use super::stop::Stop;

/// Whether somebody's letter is printed.
pub fn is_on_paper(rollout: &Rollout, caregiver: Caregiver<'_>) -> bool {
    channel(rollout, caregiver) == Some(Channel::Paper)
}

/// The way a letter to this caregiver goes now; `None` where there is none.
///
/// Of two different addresses one is right, in one with a slip somebody can be reached, and an address of the staff leads to
/// somebody: those are for the office to mend. A field that says `none` says that there is no address.
pub(super) fn channel(rollout: &Rollout, caregiver: Caregiver<'_>) -> Option<Channel> {
    let has_at = caregiver.email_as_written().contains('@');
    match (caregiver.address(), rollout.no_email) {
        (Ok(_), _) => Some(Channel::Mail),
        (Err(AddressProblem::Malformed(_)), _) if has_at => None,
        (Err(AddressProblem::None | AddressProblem::Placeholder | AddressProblem::Malformed(_)), NoEmail::Paper) => {
            Some(Channel::Paper)
        }
        (Err(_), _) => None,
    }
}

/// The first character of what the page says of somebody that can't be printed.
pub(super) fn unprintable(ground: &Ground<'_>, caregiver: Caregiver<'_>) -> Option<char> {
    let own = [caregiver.first_name(), caregiver.last_name(), caregiver.postal(), caregiver.id()];
    let children = caregiver.children().filter(|child| ground.is_permitted(child));
    let texts = children.flat_map(|child| [child.first_name(), child.last_name(), child.year(), child.class()]);
    own.into_iter().chain(texts).find_map(repertoire::unprintable)
}

/// D2 of a letter on paper.
pub(super) fn letter<'a>(history: &'a History, is_same: bool, email: Row<'a>) -> Row<'a> {
    let cohort = history.cohort.as_ref().map_or("", |cohort| cohort.as_str());
    match (history.letter.as_ref().map(|letter| letter.stage), is_same) {
        (Some(LetterStage::Sending), false) => Row::Stop(Stop::PageChanged { cohort, next: history.number.next() }),
        (Some(stage @ (LetterStage::ToPrint | LetterStage::Sending)), true) => {
            Row::Due(Due::Print { history, cohort, is_made: stage == LetterStage::Sending })
        }
        _ => email,
    }
}
