//! A plan as people and programs read it: text for a terminal or a log, JSON, and the `status` of every cohort.
//!
//! Pure functions of a [`Plan`](crate::plan::Plan) and a [`View`]: the same inputs give the same bytes. Nothing here decides what is done;
//! what may be shown of a person is decided in one place, `personal`.

mod applied;
mod bar;
mod blocks;
mod clean;
mod closing;
mod departure;
mod diff;
mod drift;
mod explain;
mod fixes;
mod guards;
mod handovers;
mod header;
mod held;
mod html;
mod idle;
mod json;
mod markdown;
pub mod names;
mod page;
mod paint;
mod personal;
mod record;
mod roster;
mod saved;
mod schools;
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
pub use drift::{drift_markdown, drift_text};
pub use explain::{Explained, explain};
pub use handovers::handovers;
pub use html::html;
pub use json::events;
pub use json::{
    FORMAT_VERSION, check_json, check_schema, drift_json, drift_schema, events_schema, json, plan_schema,
    saved_plan_schema,
};
pub use markdown::markdown;
pub use names::{count, list, quoted};
pub use page::folded;
pub use record::{listed, state, verified};
pub use roster::{
    diff_json, diff_schema, diff_text, harmless, roster_csv, roster_json, roster_schema, roster_text, why_text,
};
pub use saved::saved_moment;
pub use saved::saved_text;
pub use sensitive::{is_too_few, roughly};

pub use schools::{SchoolStatus, schools};
pub use status::status;
pub use text::{outline, text};
pub use view::{Personal, View};
