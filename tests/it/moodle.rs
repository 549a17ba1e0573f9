//! The Moodle driver against a stand-in at the wire: the driver by itself, whole applies with stops and lost answers, and
//! the real program.

mod applies;
mod driver;
mod program;
pub(crate) mod standin;
