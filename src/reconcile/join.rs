//! The roster beside something recorded: both are in the order of ids, so one pass joins them, without a look-up.

use std::cmp::Ordering;

use crate::model::by_id::ById;
use crate::roster::{Caregiver, Roster};

/// Whom the roster has, whom the record has, or both.
pub(super) enum Joined<'a, T> {
    /// Only the roster has them.
    New(Caregiver<'a>),
    /// Both have them.
    Known(Caregiver<'a>, &'a T),
    /// Only the record has them.
    Gone(&'a str, &'a T),
}

/// Everybody whom either has, ordered by id.
pub(super) fn join<'a, T>(roster: &'a Roster, recorded: &'a ById<T>) -> impl Iterator<Item = Joined<'a, T>> {
    let mut caregivers = roster.caregivers().peekable();
    let mut recorded = recorded.iter().peekable();
    std::iter::from_fn(move || {
        let order = match (caregivers.peek(), recorded.peek()) {
            (Some(caregiver), Some((id, _))) => caregiver.id().cmp(id),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        match order {
            Ordering::Less => caregivers.next().map(Joined::New),
            Ordering::Equal => {
                caregivers.next().zip(recorded.next()).map(|(one, (_, value))| Joined::Known(one, value))
            }
            Ordering::Greater => recorded.next().map(|(id, value)| Joined::Gone(id, value)),
        }
    })
}
