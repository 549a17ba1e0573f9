//! Whom somebody means who has a parent on the telephone: an id, an address or a name leads to one caregiver, or to the ids of
//! those whom it could be.

use crate::model::email::folded;
use crate::model::ids::CaregiverId;
use crate::roster::{Caregiver, Roster, folded_name};

use super::exit::Exit;
use super::trouble::Trouble;

/// So many ids are listed.
const LISTED: usize = 12;

/// The caregiver whose id this is, in the roster or wherever else one is known; else the one of the roster who has it as id in
/// another case, as address or as name.
pub(super) fn find(
    roster: &Roster,
    is_known: impl Fn(&CaregiverId) -> bool,
    wanted: &str,
) -> Result<CaregiverId, Trouble> {
    let id = CaregiverId::new(wanted.trim());
    if roster.caregiver(id.as_str()).is_some() || is_known(&id) {
        return Ok(id);
    }
    let alike = alike(roster, id.as_str());
    match alike.as_slice() {
        [] => {
            let what = format!("the roster has nobody with the id, the address or the name `{wanted}`");
            Err(Trouble::new(Exit::Usage, what))
        }
        [one] => Ok(CaregiverId::new(*one)),
        several => {
            let more = if several.len() > LISTED { ", …" } else { "" };
            let listed = several[..several.len().min(LISTED)].join(", ");
            let what = format!("`{wanted}` could be {} caregivers: name one by the id: {listed}{more}", several.len());
            Err(Trouble::new(Exit::Usage, what))
        }
    }
}

/// The words for an id that the roster does not have.
pub(super) fn no_such(wanted: &str) -> Trouble {
    Trouble::new(Exit::Usage, format!("the roster has no caregiver with the id `{wanted}`"))
}

/// The ids of those who have this as id but for its case, as address, as first and last name, or as one of the two. Nobody at the
/// telephone types macrons.
fn alike<'r>(roster: &'r Roster, wanted: &str) -> Vec<&'r str> {
    let (address, name) = (folded(wanted), folded_name(wanted));
    let has_address = |one: &Caregiver<'_>| one.address().is_ok_and(|theirs| folded(theirs) == address);
    let has_name = |one: &Caregiver<'_>| {
        let (first, last) = (folded_name(one.first_name()), folded_name(one.last_name()));
        !name.is_empty() && (last == name || first == name || first + &last == name)
    };
    let of = |is_it: &dyn Fn(&Caregiver<'_>) -> bool| -> Vec<&'r str> {
        roster.caregivers().filter(is_it).map(Caregiver::id).collect()
    };
    let by_id = of(&|one| one.id().eq_ignore_ascii_case(wanted));
    if by_id.is_empty() { of(&|one| has_address(one) || has_name(one)) } else { by_id }
}
