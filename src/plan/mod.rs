//! The plan as a value: the ordered list of changes, the people held back and why, the guards, the counts.
//!
//! A plan leaves nothing to decide: apply only carries out. It is made by `reconcile`, shown by `report`, carried out
//! by `apply`; nothing here computes one.

mod canonical;
mod change;
mod drift;
mod guard;
mod hold;
mod inputs;
mod kind;
mod narrowing;
mod outline;
pub mod pace;
#[expect(clippy::module_inception, reason = "the plan's own type stands in the file of its name")]
mod plan;
pub mod saved;

pub use change::{Act, Change, Child, Earlier, FieldChange, FieldName, LetterSource, Person, Proof, Recipient};
pub use drift::{Drift, DriftField, DriftKind, Finding};
pub use guard::GuardResult;
pub use hold::{Held, HoldCode};
pub use inputs::{Departure, GitInput, Inputs, LmsInput, RolloutInput, RosterInput, RosterPart, StateInput};
pub use kind::ActKind;
pub use narrowing::Narrowing;
pub use outline::{HeldCounts, Outline, Records, Totals};
pub use plan::{CohortState, CohortSummary, Effects, Idle, Plan, RosterAcceptance, Summary};
