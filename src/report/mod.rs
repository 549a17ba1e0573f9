//! A plan as people and programs read it: text for a terminal or a log, JSON, and the `status` of every cohort.
//!
//! Pure functions of a [`Plan`](crate::plan::Plan) and a [`View`]: the same inputs give the same bytes. Nothing here decides what is done;
//! what may be shown of a person is decided in one place, `personal`.

mod applied;
mod bar;
mod blocks;
mod clean;
mod closing;
mod diff;
mod explain;
mod fixes;
mod guards;
mod handovers;
mod header;
mod held;
mod idle;
mod json;
pub mod names;
mod page;
mod paint;
mod personal;
mod record;
mod saved;
mod sensitive;
mod status;
mod table;
mod text;
mod view;
mod words;

#[cfg(test)]
mod fixture;

pub use applied::{applied, halted};
pub use closing::asked;
pub use explain::{Explained, explain};
pub use handovers::handovers;
pub use json::{FORMAT_VERSION, json, plan_schema};
pub use names::count;
pub use record::{listed, state, verified};
pub use saved::{saved_markdown, saved_text};
pub use status::status;
pub use text::{outline, text};
pub use view::{Personal, View};
