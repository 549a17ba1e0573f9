//! Several pieces of work at once, the only place that begins a thread: reading the state while the roster is read, deciding
//! for one half of the people while the other half is decided, handing over letters on several connections. What comes out
//! never depends on which is done first.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does both at once if that is worth a thread, else one after the other.
pub fn both_if<A, B: Send>(is_worth_it: bool, first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    if is_worth_it { both(first, second) } else { (first(), second()) }
}

/// Does both, the second on a thread of its own; where the system grants none, one after the other.
///
/// # Panics
///
/// When one of the two does.
pub fn both<A, B: Send>(first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    let waiting = Mutex::new(Some(second));
    let take = || waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    let aside = || take().map(|second| second());
    thread::scope(|scope| {
        let beside = thread::Builder::new().spawn_scoped(scope, aside);
        let first = first();
        let second = match beside {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => aside(),
        };
        #[expect(clippy::expect_used, reason = "it is taken once: by the thread, or here where there is none")]
        (first, second.expect("the second piece of work is done once"))
    })
}

/// Does the same with several things at once, each but the first on a thread of its own. What came of them, in their order.
///
/// # Panics
///
/// When the work does.
pub fn each<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let slots: Vec<Mutex<Option<T>>> = things.into_iter().map(|thing| Mutex::new(Some(thing))).collect();
    let take = |slot: &Mutex<Option<T>>| slot.lock().unwrap_or_else(PoisonError::into_inner).take().map(&work);
    thread::scope(|scope| {
        let begin = |slot| (slot, thread::Builder::new().spawn_scoped(scope, move || take(slot)));
        let beside: Vec<_> = slots.iter().skip(1).map(begin).collect();
        let mut done: Vec<R> = slots.first().and_then(take).into_iter().collect();
        done.extend(beside.into_iter().filter_map(|(slot, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => take(slot),
        }));
        done
    })
}

#[cfg(test)]
mod tests {
    use super::{both, each};

    #[test]
    fn each_thing_is_done_once_and_keeps_its_place() {
        assert_eq!(each((0..20).collect(), |number| number * 2), (0..20).map(|number| number * 2).collect::<Vec<_>>());
        assert_eq!(each(Vec::<u8>::new(), |number| number), Vec::<u8>::new());
    }

    #[test]
    fn both_are_done_and_their_values_keep_their_places() {
        let text = String::from("lent to both");
        let (length, letters) = both(|| text.len(), || text.chars().filter(|letter| letter.is_alphabetic()).count());
        assert_eq!((length, letters), (12, 10));
    }

    #[test]
    #[should_panic(expected = "the second")]
    fn a_panic_of_the_second_is_not_lost() {
        both(|| 1, || assert!(std::hint::black_box(false), "the second"));
    }
}
