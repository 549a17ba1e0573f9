//! Finds circles among things that point at each other. Knows nothing of what they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Span;

/// Who points at whom, and where that is written.
pub(super) type Edges<'n> = BTreeMap<&'n str, Vec<(&'n str, Span)>>;

/// A circle: the names, the first one again at the end, and where the last step is written.
pub(super) struct Circle<'n> {
    pub(super) names: Vec<&'n str>,
    pub(super) closed_at: Span,
}

/// More than these nobody reads; whoever mends them sees the next.
const MOST: usize = 20;

/// The circles, each once.
pub(super) fn circles<'n>(edges: &Edges<'n>) -> Vec<Circle<'n>> {
    let mut found = Vec::new();
    let mut done = BTreeSet::new();
    for start in edges.keys() {
        if found.len() < MOST && !done.contains(start) {
            walk(edges, start, &mut done, &mut found);
        }
    }
    found.truncate(MOST);
    found
}

/// Depth first, with a stack of its own: a chain of cohorts may be longer than the program's stack is deep.
fn walk<'n>(edges: &Edges<'n>, start: &'n str, done: &mut BTreeSet<&'n str>, found: &mut Vec<Circle<'n>>) {
    let mut trail = vec![(start, 0)];
    let mut place_on_trail = BTreeMap::from([(start, 0)]);
    while let Some((name, tried)) = trail.last_mut() {
        let step = edges.get(name).and_then(|steps| steps.get(*tried)).copied();
        *tried += 1;
        match step {
            None => {
                done.insert(*name);
                place_on_trail.remove(name);
                trail.pop();
            }
            Some((next, closed_at)) => match place_on_trail.get(next) {
                Some(from) if found.len() < MOST => {
                    let names = trail[*from..].iter().map(|(name, _)| *name).chain([next]).collect();
                    found.push(Circle { names, closed_at });
                }
                None if !done.contains(next) => {
                    place_on_trail.insert(next, trail.len());
                    trail.push((next, 0));
                }
                _ => {}
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(steps: &[(&'static str, &'static str)]) -> Vec<String> {
        let at = Span { line: 1, column: 1, end_line: 1, end_column: 2 };
        let mut edges = Edges::new();
        for (from, to) in steps {
            edges.entry(from).or_default().push((to, at));
        }
        circles(&edges).iter().map(|circle| circle.names.join(" ")).collect()
    }

    #[test]
    fn each_circle_is_found_once() {
        assert_eq!(of(&[("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "x")]), ["a b c a", "x y x"]);
        assert_eq!(of(&[("a", "a")]), ["a a"]);
    }

    #[test]
    fn a_chain_or_a_diamond_is_no_circle() {
        assert!(of(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]).is_empty());
    }
}
