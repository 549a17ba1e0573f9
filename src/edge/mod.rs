//! The doors to the outside: one small trait each for the LMS, the mail, the state, the clock, chance, and whoever
//! watches. Drivers implement them; everything below this floor is pure, `apply` alone calls the writing halves.
//!
//! The reading and the writing half of the LMS are different traits: what cannot write cannot harm.

mod clock;
mod handover;
mod lms;
mod mail;
mod mark;
mod random;
mod store;
mod watch;

pub use clock::Clock;
pub use handover::{Altered, HandOverFacts, HandOverLine, HandOverWrite, NotWritten, RowFor};
pub use lms::{
    AccountChange, Answer, Ask, Asked, Finding, How, Links, LmsError, LmsRead, LmsWrite, NewAccount, Wanted,
};
pub use mail::{Envelope, MailTransport, Parcel};
pub use mark::{MarkCounts, RunMark};
pub use random::Random;
pub use store::{
    LetterLog, LogEvent, PersonRecord, SealedActivation, SealedHandOver, SealedLetter, StateError, StateStore,
};
pub use watch::{Effect, Step, Watch};
