//! A roster as it was understood, and what differs between two: for people, programs and spreadsheets.
//!
//! What is shown of a person is decided by `personal`, as everywhere: without personal data a caregiver is an id, a domain
//! and codes, also in JSON and CSV.

mod diff;
mod diff_json;
mod json;
mod table;
mod text;

pub use diff::diff_text;
pub use diff_json::{diff_json, diff_schema};
pub use json::{roster_json, roster_schema};
pub use table::{harmless, roster_csv};
pub use text::{roster_text, why_text};
