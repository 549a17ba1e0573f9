//! Puts a folded roster in order: caregivers by id, their links behind each other, each child once.

use super::interned::{Interned, ranks, short};
use super::store::{Link, Shared};

/// The numbers of all texts, by the texts' bytes.
pub(super) fn by_text(texts: &Interned) -> Vec<u32> {
    let shared = shared_beginning(texts);
    // The first bytes in which they differ decide almost always, and lie beside the number: sorting does not jump through
    // all the texts.
    let mut keys: Vec<(u64, u32)> =
        (0..short(texts.len())).map(|number| (prefix(texts.get(number), shared), number)).collect();
    keys.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| texts.get(a.1).cmp(texts.get(b.1))));
    keys.into_iter().map(|(_, number)| number).collect()
}

/// With how many bytes all of them begin alike, as ids do that count from 100001.
fn shared_beginning(texts: &Interned) -> usize {
    let first = texts.get(0).as_bytes();
    let alike = |text: &str, most: usize| {
        first.iter().zip(text.as_bytes()).take(most).take_while(|(one, other)| one == other).count()
    };
    (1..short(texts.len())).fold(first.len(), |most, number| alike(texts.get(number), most))
}

fn prefix(text: &str, from: usize) -> u64 {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let mut bytes = [0; 8];
    let count = rest.len().min(8);
    bytes[..count].copy_from_slice(&rest[..count]);
    u64::from_be_bytes(bytes)
}

/// Gives what has number `order[n]` the number `n`, in place: a million records are not written a second time.
pub(super) fn arrange<T: Copy>(all: &mut [T], order: &[u32]) {
    let mut is_there = vec![false; all.len()];
    for begin in 0..all.len() {
        let (first, mut at) = (all[begin], begin);
        // Once around: each takes what belongs in its place, and the last what stood in the first.
        while !std::mem::replace(&mut is_there[at], true) {
            let from = order[at] as usize;
            all[at] = if from == begin { first } else { all[from] };
            at = from;
        }
    }
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
    kept.answers = kept.answers.stricter(again.answers);
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn arranged_in_place_is_what_is_picked_in_order(
            order in (0_u32..40).prop_flat_map(|count| Just((0..count).collect::<Vec<_>>()).prop_shuffle())
        ) {
            let mut all: Vec<u32> = (0..short(order.len())).map(|number| number * 7).collect();
            let picked: Vec<u32> = order.iter().map(|&old| all[old as usize]).collect();
            arrange(&mut all, &order);
            prop_assert_eq!(all, picked);
        }

        #[test]
        fn texts_that_begin_alike_are_ordered_as_their_bytes_are(
            words in prop::collection::btree_set("(CG-2026-0)?[0-9ab]{0,10}", 0..20).prop_map(Vec::from_iter).prop_shuffle()
        ) {
            let mut texts = Interned::default();
            for word in &words {
                texts.add(word);
            }
            let mut sorted: Vec<&str> = words.iter().map(String::as_str).collect();
            sorted.sort_unstable();
            let ordered: Vec<&str> = by_text(&texts).into_iter().map(|number| texts.get(number)).collect();
            prop_assert_eq!(ordered, sorted);
        }
    }

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
