//! The doors to the outside: one small trait each for the LMS, the mail, the state, the clock, chance, and whoever
//! watches. Drivers implement them; everything below this floor is pure, `apply` alone calls the writing halves.
//!
//! The reading and the writing half of the LMS are different traits: what cannot write cannot harm.

mod clock;
mod lms;
mod mail;
mod mark;
mod random;
mod store;
mod watch;

pub use clock::Clock;
pub use lms::{AccountChange, How, LmsError, LmsRead, LmsWrite, NewAccount, Wanted};
pub use mail::{Envelope, MailTransport};
pub use mark::{MarkCounts, RunMark};
pub use random::Random;
pub use store::{LetterLog, LogEvent, PersonRecord, SealedActivation, StateError, StateStore};
pub use watch::{Step, Watch};
