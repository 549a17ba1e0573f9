//! Ultranet: its users are read from the file that its Export Users screen gives, and a person carries the file that its Import
//! Users screen takes. Nothing here speaks to a server, and no call sets a password.
//!
//! The columns, A to H, and where each is known from, stand in `docs/ultranet.md`.

mod altered;
mod export;
mod note;
mod reader;
mod row;
mod writer;

pub use reader::UltranetReader;
pub use writer::UltranetWriter;

use crate::model::capability::{Carrier, LmsCapabilities};

/// What can be done through an import screen: hand over, nothing else.
fn capabilities(has_letters: bool) -> LmsCapabilities {
    LmsCapabilities {
        has_marker: false,
        can_update: false,
        can_disable: false,
        batch: 1,
        can_link: false,
        works_on: false,
        needs_email: false,
        carrier: Carrier::Person { has_letters },
    }
}
