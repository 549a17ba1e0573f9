//! Several pieces of work at once, the only place that begins a thread: reading the state while the roster is read, deciding
//! for one half of the people while the other half is decided, taking rows apart while those before them are used, handing
//! over letters on several connections, also while the next ones are made. What comes out never depends on which is done first.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// From so many people on, a second thread is worth its while.
pub const MANY: usize = 20_000;

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

/// Makes batches on a thread of their own while those before them are used here, in order, until `make` says that one was
/// the last. The same few batches go round and round. Where the system grants no thread, one after the other.
///
/// # Panics
///
/// When one of the two does.
pub fn ahead<T: Default + Send>(batches: usize, make: impl FnMut(&mut T) -> bool + Send, mut take: impl FnMut(&mut T)) {
    let waiting = Mutex::new(Some(make));
    let making = || waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    thread::scope(|scope| {
        let (to_fill, empty) = sync_channel(batches);
        let (filled, full) = sync_channel(batches);
        for _ in 0..batches {
            let _ = to_fill.send(T::default());
        }
        let work = move || {
            let Some(mut make) = making() else { return };
            while let Ok(mut batch) = empty.recv() {
                let is_last = !make(&mut batch);
                if filled.send(batch).is_err() || is_last {
                    return;
                }
            }
        };
        let Ok(maker) = thread::Builder::new().spawn_scoped(scope, work) else {
            let (mut make, mut batch) = (making(), T::default());
            while make.as_mut().is_some_and(|make| make(&mut batch)) {
                take(&mut batch);
            }
            return take(&mut batch);
        };
        for mut batch in full {
            take(&mut batch);
            let _ = to_fill.send(batch);
        }
        maker.join().unwrap_or_else(|panic| resume_unwind(panic));
    });
}

/// Somebody at a desk of their own: takes one thing after the other, and hands back what was made of each, in order.
pub struct Aside<'w, T, R> {
    /// `None` where the system grants no thread: then it is made when it is taken.
    things: Option<Sender<T>>,
    made: Receiver<R>,
    work: &'w (dyn Fn(T) -> R + Sync),
    waiting: VecDeque<T>,
    begun: usize,
}

/// Does `main` with somebody beside it who does `work`. What was begun and not taken is dropped.
///
/// # Panics
///
/// When one of the two does.
pub fn aside<T: Send, R: Send, O>(work: impl Fn(T) -> R + Sync, main: impl FnOnce(&mut Aside<'_, T, R>) -> O) -> O {
    let work: &(dyn Fn(T) -> R + Sync) = &work;
    thread::scope(|scope| {
        let ((things, given), (told, made)) = (channel(), channel());
        let take = move || {
            for thing in given {
                if told.send(work(thing)).is_err() {
                    return;
                }
            }
        };
        let is_granted = thread::Builder::new().spawn_scoped(scope, take).is_ok();
        let things = is_granted.then_some(things);
        main(&mut Aside { things, made, work, waiting: VecDeque::new(), begun: 0 })
    })
}

impl<T, R> Aside<'_, T, R> {
    /// Gives them something to do.
    pub fn begin(&mut self, thing: T) {
        self.begun += 1;
        match &self.things {
            // Nobody takes it where the work broke off, which is told when it is waited for.
            Some(things) => drop(things.send(thing)),
            None => self.waiting.push_back(thing),
        }
    }

    /// How many are begun and not taken yet.
    pub fn begun(&self) -> usize {
        self.begun
    }

    /// Waits for the one that was begun first; `None` where there is none, or the work broke off.
    pub fn take(&mut self) -> Option<R> {
        self.begun = self.begun.checked_sub(1)?;
        match self.things {
            Some(_) => self.made.recv().ok(),
            None => self.waiting.pop_front().map(self.work),
        }
    }
}

/// Threads that take one thing after the other, whoever is free, and what came of each: what has to be waited for, while
/// something else is done.
pub struct Crew<T, R> {
    /// Taken on dropping, which ends the threads.
    things: Option<Sender<(u64, T)>>,
    done: Receiver<(u64, Option<R>)>,
    threads: Vec<JoinHandle<()>>,
}

impl<T: Send + 'static, R: Send + 'static> Crew<T, R> {
    /// One thread for each way of working; `None` where the system grants not even one.
    pub fn new<W: FnMut(T) -> R + Send + 'static>(ways: Vec<W>) -> Option<Self> {
        let ((things, waiting), (told, done)) = (channel(), channel());
        let waiting = Arc::new(Mutex::new(waiting));
        let begin = |mut work: W| {
            let (waiting, told) = (Arc::clone(&waiting), told.clone());
            let take = move || {
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((ticket, thing)) = next else { return };
                    // Of a thing that nothing came of it is said so, instead of never.
                    let result = catch_unwind(AssertUnwindSafe(|| work(thing))).ok();
                    if told.send((ticket, result)).is_err() {
                        return;
                    }
                }
            };
            thread::Builder::new().spawn(take).ok()
        };
        let threads: Vec<JoinHandle<()>> = ways.into_iter().filter_map(begin).collect();
        (!threads.is_empty()).then(|| Self { things: Some(things), done, threads })
    }

    /// Gives them something to do.
    pub fn begin(&self, ticket: u64, thing: T) {
        let _ = self.things.as_ref().map(|things| things.send((ticket, thing)));
    }

    /// What is done by now, each with its ticket; `None` where the work broke off. Waits for one where `waits`; something
    /// must be under way then.
    pub fn done(&self, waits: bool) -> Vec<(u64, Option<R>)> {
        let first = if waits { self.done.recv().ok() } else { None };
        first.into_iter().chain(self.done.try_iter()).collect()
    }
}

impl<T, R> Drop for Crew<T, R> {
    /// Waits until all are done.
    fn drop(&mut self) {
        drop(self.things.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// What comes of a piece of work, if it comes soon enough. One that does not is left alone: it ends with the process, or by
/// itself. Where the system grants no thread, nothing comes of it.
pub fn in_time<T: Send + 'static>(time: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, wait) = sync_channel(1);
    thread::Builder::new().spawn(move || done.send(work())).ok()?;
    wait.recv_timeout(time).ok()
}

/// Waits in earnest: for a server that is coming back, which no pretend clock makes come sooner.
pub fn pause(time: Duration) {
    let (_kept, never) = sync_channel::<()>(0);
    let _ = never.recv_timeout(time);
}

#[cfg(test)]
mod tests {
    use super::{Crew, ahead, aside, both, each};

    #[test]
    fn each_thing_is_done_once_and_keeps_its_place() {
        assert_eq!(each((0..20).collect(), |number| number * 2), (0..20).map(|number| number * 2).collect::<Vec<_>>());
        assert_eq!(each(Vec::<u8>::new(), |number| number), Vec::<u8>::new());
    }

    #[test]
    fn a_crew_does_everything_once_and_says_what_broke_off() {
        let double = |number: u64| {
            assert!(number != 7, "seven");
            number * 2
        };
        let crew = Crew::new(vec![double; 3]).unwrap();
        for number in 0..20 {
            crew.begin(number + 100, number);
        }
        let mut done = Vec::new();
        while done.len() < 20 {
            done.extend(crew.done(true));
        }
        done.sort_unstable();
        let expected = |number: u64| (number + 100, (number != 7).then_some(number * 2));
        assert_eq!(done, (0..20).map(expected).collect::<Vec<_>>());
        assert!(crew.done(false).is_empty());
    }

    #[test]
    fn what_is_made_aside_comes_back_in_order() {
        let taken = aside(
            |number: u64| number * 2,
            |beside| {
                (0..10).for_each(|number| beside.begin(number));
                let some: Vec<_> = (0..4).filter_map(|_| beside.take()).collect();
                assert_eq!(beside.begun(), 6);
                some
            },
        );
        assert_eq!(taken, [0, 2, 4, 6]);
        assert_eq!(aside(|number: u64| number, |beside: &mut super::Aside<_, _>| beside.take()), None);
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_of_who_works_aside_is_not_lost() {
        aside(
            |_: u8| -> u8 { panic!("aside") },
            |beside| {
                beside.begin(1);
                assert_eq!(beside.take(), None);
            },
        );
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

    /// Makes batches of the numbers below `end`, each once, and gives what was taken.
    fn numbers(end: usize, batches: usize) -> Vec<usize> {
        let (mut next, mut taken) = (0, Vec::new());
        let make = |batch: &mut Vec<usize>| {
            batch.clear();
            batch.extend((next..end).take(3));
            next += batch.len();
            next < end
        };
        ahead(batches, make, |batch| taken.extend_from_slice(batch));
        taken
    }

    #[test]
    fn batches_come_in_order_and_none_is_lost() {
        for (end, batches) in [(0, 1), (1, 1), (3, 2), (100, 1), (100, 4)] {
            assert_eq!(numbers(end, batches), (0..end).collect::<Vec<_>>(), "{end} in {batches}");
        }
    }

    #[test]
    #[should_panic(expected = "the maker")]
    fn a_panic_of_the_maker_is_not_lost() {
        let make = |_: &mut u8| -> bool { panic!("the maker") };
        ahead(2, make, |_| {});
    }

    #[test]
    #[should_panic(expected = "the taker")]
    fn a_panic_of_the_taker_ends_the_maker() {
        ahead(2, |_: &mut u8| true, |_| panic!("the taker"));
    }
}
