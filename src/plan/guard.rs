//! A guard's verdict: what the plan does, what is allowed, whether that blocks.

use crate::model::ids::CaregiverId;

/// One guard, evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct GuardResult {
    /// `resets`, `emails`, `creates`, `withdrawals`, `roster-change`, `second-resets`, `signed-in-reset`.
    pub name: &'static str,
    /// What the plan does.
    pub actual: u64,
    /// What is allowed, in absolute figures.
    pub limit: u64,
    /// The limit as the rollout writes it: `300`, `10%`, `default 10%`.
    pub written: String,
    /// Whether an `override:` raised the limit, and why.
    pub overridden: Option<String>,
    /// Whether the plan is blocked by it.
    pub blocks: bool,
    /// What to do about it; empty unless it blocks.
    pub fix: String,
    /// The caregivers it is about, where they are few and named by it.
    pub caregivers: Vec<CaregiverId>,
}
