//! Who a caregiver is: as the plan shows them, and as the record keeps them.

use unicode_normalization::UnicodeNormalization;

use crate::model::activation::Channel;
use crate::model::email::{fold, folded};
use crate::model::fingerprint::{Fingerprint, Fingerprinter, Purpose};
use crate::model::ids::StudentId;
use crate::model::recorded::Identity;
use crate::plan::Person;
use crate::rollout::Rollout;
use crate::roster::{Caregiver, Child};

use super::forgotten;
use super::ground::{Ground, is_permitted};
use super::paper;

/// The caregiver as the plan and the letter show them: with the permitted children only.
pub fn person_of(caregiver: Caregiver<'_>, rollout: &Rollout) -> Person {
    Person {
        first_name: caregiver.first_name().to_owned(),
        last_name: caregiver.last_name().to_owned(),
        email: caregiver.email_as_written().to_owned(),
        postal: caregiver.postal().to_owned(),
        language: caregiver.language().to_owned(),
        children: caregiver
            .children()
            .filter(|child| is_permitted(rollout, child))
            .map(|child| crate::plan::Child {
                id: StudentId::new(child.id()),
                first_name: child.first_name().to_owned(),
                last_name: child.last_name().to_owned(),
                year: child.year().to_owned(),
                class: child.class().to_owned(),
            })
            .collect(),
    }
}

/// The caregiver as the record keeps them: fingerprints, by which a person is known again under another id.
pub fn identity_of(caregiver: Caregiver<'_>, rollout: &Rollout, fingerprinter: &Fingerprinter) -> Identity {
    let mut students: Vec<Fingerprint> =
        caregiver.children().map(|child| student_fingerprint(child.id(), fingerprinter)).collect();
    if rollout.links_children() {
        let linked = caregiver.children().filter(|child| is_permitted(rollout, child));
        students.extend(linked.map(|child| link_fingerprint(child.id(), fingerprinter)));
    }
    students.sort_unstable();
    Identity {
        address: caregiver.address().ok().map(|address| address_fingerprint(address, fingerprinter)),
        name: name_fingerprint(caregiver, fingerprinter),
        students: students.into_boxed_slice(),
    }
}

/// Who a caregiver is now, where the record knows them otherwise: the next rename is found by it.
pub(super) fn changed(ground: &Ground<'_>, caregiver: Caregiver<'_>) -> Option<Identity> {
    let history = ground.history(caregiver)?;
    // Until a link is made or taken away, who was linked must be remembered: the correction itself records it then.
    if !super::links::due(ground, caregiver).is_empty() {
        return None;
    }
    // Who was forgotten stays so: nothing is written down of them again.
    if forgotten::is_of_forgotten(history) {
        return None;
    }
    Some(super::links::identity_after(ground, caregiver, true)).filter(|now| history.identity != *now)
}

/// Whether the record knows somebody else under this id: name, address and all children are others than they were. An SMS that gave
/// the id away, another school's export, or a column that slipped.
pub fn is_another(caregiver: Caregiver<'_>, then: &Identity, fingerprinter: &Fingerprinter) -> bool {
    let Some(name) = then.name.filter(|_| !then.students.is_empty()) else { return false };
    if name_fingerprint(caregiver, fingerprinter).is_none_or(|now| now == name) {
        return false;
    }
    let address = caregiver.address().ok().map(|address| address_fingerprint(address, fingerprinter));
    let has_address = then.address.is_some() && then.address == address;
    let mut children = caregiver.children().map(|child| student_fingerprint(child.id(), fingerprinter)).peekable();
    let has_children = children.peek().is_some();
    !has_address && has_children && !children.any(|child| then.students.binary_search(&child).is_ok())
}

pub(super) fn student_fingerprint(student: &str, fingerprinter: &Fingerprinter) -> Fingerprint {
    fingerprinter.of(Purpose::Student, [student])
}

/// That a caregiver is linked with a child in the LMS.
pub(super) fn link_fingerprint(student: &str, fingerprinter: &Fingerprinter) -> Fingerprint {
    fingerprinter.of(Purpose::Student, ["linked with", student])
}

/// Whose address it is, without saying it.
pub fn address_fingerprint(address: &str, fingerprinter: &Fingerprinter) -> Fingerprint {
    fingerprinter.of(Purpose::Address, [&*folded(address)])
}

/// First and last name, so that two spellings of one are the same.
pub(super) fn folded_name(caregiver: Caregiver<'_>) -> [String; 2] {
    [caregiver.first_name(), caregiver.last_name()].map(fold_name)
}

pub(super) fn name_fingerprint(caregiver: Caregiver<'_>, fingerprinter: &Fingerprinter) -> Option<Fingerprint> {
    let [first, last] = folded_name(caregiver);
    let is_named = !first.is_empty() || !last.is_empty();
    is_named.then(|| fingerprinter.of(Purpose::Name, [first.as_str(), last.as_str()]))
}

/// Recipient and children of the letter that this caregiver would get now: when it differs from the sealed letter's, that
/// one must not go out.
pub(super) fn letter_fingerprint(
    caregiver: Caregiver<'_>,
    rollout: &Rollout,
    fingerprinter: &Fingerprinter,
) -> Fingerprint {
    if paper::channel(rollout, caregiver) == Some(Channel::Paper) {
        return page_fingerprint(caregiver, rollout, fingerprinter);
    }
    mailed_fingerprint(caregiver, children_of(caregiver, rollout), fingerprinter)
}

/// Of a letter that is mailed to their address of today and names these children.
fn mailed_fingerprint<'a>(
    caregiver: Caregiver<'_>,
    children: impl Iterator<Item = &'a str>,
    fingerprinter: &Fingerprinter,
) -> Fingerprint {
    let address = fold(caregiver.address().unwrap_or_default());
    let parts = std::iter::once(address.as_str()).chain(children.map(|child| -> &str { child }));
    fingerprinter.of(Purpose::Letter, parts)
}

/// A child whom their letter named, and whom they may not see any more. The record has the letter as a fingerprint alone, so the
/// children of today are tried: all of them, and each that is kept from them beside those who are not. Somebody whose address has
/// changed since is not found.
pub(super) fn was_told_of<'a>(
    caregiver: Caregiver<'a>,
    letter: Fingerprint,
    rollout: &Rollout,
    fingerprinter: &Fingerprinter,
) -> Option<&'a str> {
    let is_kept = |child: &Child<'_>| !is_permitted(rollout, child);
    let named = |is_named: &dyn Fn(&Child<'_>) -> bool| {
        let children = caregiver.children().filter(is_named).map(Child::id);
        letter == mailed_fingerprint(caregiver, children, fingerprinter)
    };
    let mut kept = caregiver.children().filter(is_kept).peekable();
    let first = kept.peek()?.id();
    let one = kept.map(Child::id).find(|kept| named(&|child| child.id() == *kept || !is_kept(child)));
    one.or_else(|| named(&|_| true).then_some(first))
}

/// The same of a letter on paper.
pub(super) fn page_fingerprint(
    caregiver: Caregiver<'_>,
    rollout: &Rollout,
    fingerprinter: &Fingerprinter,
) -> Fingerprint {
    let page = ["on paper", caregiver.postal()].into_iter();
    fingerprinter.of(Purpose::Letter, page.chain(children_of(caregiver, rollout)))
}

/// The ids of the children whom a letter names.
fn children_of<'a>(caregiver: Caregiver<'a>, rollout: &Rollout) -> impl Iterator<Item = &'a str> {
    caregiver.children().filter(|child| is_permitted(rollout, child)).map(Child::id)
}

/// The form that two spellings of one name share.
fn fold_name(name: &str) -> String {
    let name = name.trim();
    if name.is_ascii() { name.to_ascii_lowercase() } else { name.nfc().flat_map(char::to_lowercase).collect() }
}
