//! Puts a folded roster in order: caregivers by id, their links behind each other, each child once.

use super::interned::{Interned, ranks, short};
use super::store::{Link, Shared};

/// The numbers of all texts, by the texts' bytes.
pub(super) fn by_text(texts: &Interned) -> Vec<u32> {
    // The first bytes decide almost always, and lie beside the number: sorting does not jump through all the texts.
    let mut keys: Vec<(u128, u32)> =
        (0..short(texts.len())).map(|number| (prefix(texts.get(number)), number)).collect();
    keys.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| texts.get(a.1).cmp(texts.get(b.1))));
    keys.into_iter().map(|(_, number)| number).collect()
}

fn prefix(text: &str) -> u128 {
    let mut bytes = [0; 16];
    let count = text.len().min(16);
    bytes[..count].copy_from_slice(&text.as_bytes()[..count]);
    u128::from_be_bytes(bytes)
}

/// Sorts links by caregiver (whose new order this is) and student id, folds repeated ones, and says where each
/// caregiver's begin; one more place stands behind the last.
pub(super) fn group(links: &mut Vec<Link>, people: &[u32], students: &Interned, shared: &Shared) -> Vec<u32> {
    let ranks = ranks(people);
    for link in links.iter_mut() {
        link.person = ranks[link.person as usize];
    }
    links.sort_unstable_by(|a, b| {
        a.person.cmp(&b.person).then_with(|| students.get(a.student).cmp(students.get(b.student)))
    });
    fold_neighbours(links, shared);
    links.shrink_to_fit();
    starts(links, people.len())
}

/// Folds repeated links while more are to come.
pub(super) fn fold_repeated(links: &mut Vec<Link>, shared: &Shared) {
    links.sort_unstable_by_key(|link| (link.person, link.student));
    fold_neighbours(links, shared);
}

fn fold_neighbours(links: &mut Vec<Link>, shared: &Shared) {
    links.dedup_by(|again, kept| {
        let is_same = (again.person, again.student) == (kept.person, kept.student);
        if is_same {
            merge(kept, again, shared);
        }
        is_same
    });
}

fn merge(kept: &mut Link, again: &Link, shared: &Shared) {
    kept.relationship.merge(again.relationship, shared);
    (kept.file, kept.line) = (kept.file, kept.line).min((again.file, again.line));
    kept.access = kept.access.stricter(again.access);
}

fn starts(links: &[Link], people: usize) -> Vec<u32> {
    let mut starts = Vec::with_capacity(people + 1);
    let mut at = 0;
    for person in 0..short(people) {
        starts.push(short(at));
        while links.get(at).is_some_and(|link| link.person == person) {
            at += 1;
        }
    }
    starts.push(short(at));
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_ordered_by_all_their_bytes() {
        let mut texts = Interned::default();
        let words = ["0123456789abcdef-b", "b", "0123456789abcdef", "ā", "", "0123456789abcdef-a", "a"];
        for word in words {
            texts.add(word);
        }
        let mut sorted = words;
        sorted.sort_unstable();
        assert_eq!(by_text(&texts).into_iter().map(|number| texts.get(number)).collect::<Vec<_>>(), sorted);
    }
}
