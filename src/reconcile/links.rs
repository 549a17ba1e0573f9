//! Links between caregivers and their children in the LMS, for those who are active: a child that joins them is linked, one
//! that they may not see any more is unlinked or reported. For all others linking is a part of their activation.
//!
//! The LMS tells nobody who is linked; the record does, by the fingerprints of [`super::identity_of`].

use crate::model::recorded::{History, Identity};
use crate::plan::{FieldChange, FieldName};
use crate::rollout::AccessRevoked;
use crate::roster::{Caregiver, Child};

use super::ground::Ground;
use super::identity::{identity_of, link_fingerprint};

/// The links that are to be made or taken away for an active caregiver; those that are only reported too.
pub(super) fn due(ground: &Ground<'_>, caregiver: Caregiver<'_>) -> Vec<FieldChange> {
    let links = ground.rollout.links_children() && ground.context.lms.can_link;
    let Some(history) = ground.history(caregiver).filter(|history| links && history.is_active()) else {
        return Vec::new();
    };
    let is_linked = |child: &Child<'_>| {
        history.identity.students.contains(&link_fingerprint(child.id(), ground.context.fingerprinter))
    };
    let change = |child: Child<'_>| match (ground.is_permitted(&child), is_linked(&child)) {
        (true, false) if ground.observed.can_link(child.id()) => Some(field("", child.id())),
        (false, true) => Some(field(child.id(), "")),
        _ => None,
    };
    caregiver.children().filter_map(change).collect()
}

/// The same as far as it is carried out.
pub(super) fn to_do(ground: &Ground<'_>, caregiver: Caregiver<'_>) -> Vec<FieldChange> {
    let unlinks = ground.rollout.access_revoked == AccessRevoked::Unlink;
    due(ground, caregiver).into_iter().filter(|change| unlinks || change.old.is_empty()).collect()
}

/// Who a caregiver is once the changes that are planned for them are made. Whom they are linked with follows from whom they were: a
/// child without an account yet is not linked, and one that is kept from them stays linked until that is taken away. Beside a new
/// password nothing counts as taken away: the record is written before, and a crash between them would forget the link.
pub(super) fn identity_after(ground: &Ground<'_>, caregiver: Caregiver<'_>, is_correction: bool) -> Identity {
    let fingerprinter = ground.context.fingerprinter;
    let mut identity = identity_of(caregiver, ground.rollout, fingerprinter);
    let links = ground.rollout.links_children() && ground.context.lms.can_link;
    let Some(history) = ground.history(caregiver).filter(|history| links && history.is_active()) else {
        return identity;
    };
    let unlinks = is_correction && ground.rollout.access_revoked == AccessRevoked::Unlink;
    let mut students = identity.students.into_vec();
    for child in caregiver.children() {
        let link = link_fingerprint(child.id(), fingerprinter);
        let was = history.identity.students.contains(&link);
        students.retain(|one| *one != link);
        let will_be = match (ground.is_permitted(&child), was) {
            (true, false) => ground.observed.can_link(child.id()),
            (true, true) => true,
            (false, true) => !unlinks,
            (false, false) => false,
        };
        students.extend(will_be.then_some(link));
    }
    students.sort_unstable();
    identity.students = students.into_boxed_slice();
    identity
}

/// Caregivers who are active and linked with a child that they may not see any more, each with the child.
pub(super) fn revoked(ground: &Ground<'_>) -> Vec<String> {
    let is_active = |caregiver: &Caregiver<'_>| ground.history(*caregiver).is_some_and(History::is_active);
    let caregivers = ground.roster.caregivers().filter(is_active);
    let of = |caregiver: Caregiver<'_>| {
        let gone = due(ground, caregiver).into_iter().filter(|change| !change.old.is_empty());
        gone.map(|change| format!("{} ({})", caregiver.id(), change.old)).collect::<Vec<_>>()
    };
    caregivers.flat_map(of).collect()
}

fn field(old: &str, new: &str) -> FieldChange {
    FieldChange { field: FieldName::Child, old: old.to_owned(), new: new.to_owned() }
}
