//! The event stream of `--json-into`: a JSON object a line, as things happen. The doc comments become the schema's
//! descriptions. What may be shown of people is the plan's rule; of an effect only the id is named.

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::edge::{Effect, Step};
use crate::plan::{self, Plan};
use crate::report::view::{Personal, View};

use super::check::{Problem, problem};
use super::document::{Change, Effects, Guard, Summary, Tool};
use super::{FORMAT_VERSION, build};

/// One line of the event stream. The first is `version`, the last `summary`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schemars(title = "firstbell event")]
pub(super) enum Event {
    /// What writes, and in which form.
    Version {
        /// The version of this form.
        format_version: &'static str,
        /// What writes it.
        tool: Tool,
    },
    /// A problem in a document or export, or why the command could not do its work.
    Diagnostic(Problem),
    /// Why the command could not do its work.
    Error {
        /// In words.
        message: String,
    },
    /// What the plan does for one caregiver.
    PlannedChange(Change),
    /// A guard, with its figures.
    Guard(Guard),
    /// The intent is durable, the effect begins now.
    EffectIntent {
        /// Which.
        #[schemars(regex(pattern = "^(set-password|send-letter)$"))]
        effect: &'static str,
        /// Whom.
        caregiver: String,
        /// Which activation.
        activation: u32,
    },
    /// What became of an effect.
    EffectSettled {
        /// Which.
        #[schemars(regex(pattern = "^(set-password|send-letter)$"))]
        effect: &'static str,
        /// Whom.
        caregiver: String,
        /// Which activation.
        activation: u32,
        /// `done`, `refused` (certainly not done) or `unknown`.
        #[schemars(regex(pattern = "^(done|refused|unknown)$"))]
        outcome: &'static str,
    },
    /// A caregiver is finished, one way or another.
    Progress {
        /// Whom.
        caregiver: String,
        /// Whether everything planned for them was done.
        done: bool,
        /// How many are finished.
        finished: u64,
        /// Of how many.
        total: u64,
    },
    /// The end.
    Summary {
        /// The exit code.
        exit: u8,
        /// Acts by kind, and people; null where no plan was made.
        plan: Option<Summary>,
        /// What the plan does outside; null where no plan was made.
        effects: Option<Effects>,
        /// Caregivers of whom everything planned was done.
        done: u64,
        /// Caregivers of whom something was not.
        failed: u64,
    },
}

/// Writes events as lines, and counts.
#[derive(Debug)]
pub struct Events {
    personal: Personal,
    totals: Option<(plan::Summary, plan::Effects)>,
    total: u64,
    done: u64,
    failed: u64,
}

impl Events {
    /// Nothing has happened yet.
    pub fn new(personal: Personal) -> Self {
        Self { personal, totals: None, total: 0, done: 0, failed: 0 }
    }

    /// The first line.
    pub fn version(&self) -> String {
        let tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
        line(&Event::Version { format_version: FORMAT_VERSION, tool })
    }

    /// A problem.
    pub fn diagnostic(&self, diagnostic: &Diagnostic) -> String {
        line(&Event::Diagnostic(problem(diagnostic, self.personal)))
    }

    /// Why the command could not do its work.
    pub fn error(&self, message: &str) -> String {
        line(&Event::Error { message: self.personal.addresses_in(message) })
    }

    /// The plan: its changes and its guards.
    pub fn planned(&mut self, plan: &Plan, view: &View) -> String {
        let totals = plan.totals();
        self.totals = Some((totals.summary, totals.effects));
        let changes = plan.changes.iter().map(|change| Event::PlannedChange(build::change(change, view.personal)));
        let guards = plan.guards.iter().map(|guard| Event::Guard(build::guard(guard, view.personal)));
        changes.chain(guards).map(|event| line(&event)).collect()
    }

    /// A step of an apply; nothing for those that are none.
    pub fn step(&mut self, step: &Step<'_>) -> Option<String> {
        let event = match step {
            Step::Begin { total } => {
                self.total = *total as u64;
                return None;
            }
            Step::Intent { effect, caregiver, activation } => Event::EffectIntent {
                effect: name(*effect),
                caregiver: self.personal.id(caregiver),
                activation: activation.0,
            },
            Step::Settled { effect, caregiver, activation, outcome } => Event::EffectSettled {
                effect: name(*effect),
                caregiver: self.personal.id(caregiver),
                activation: activation.0,
                outcome,
            },
            Step::Finished { caregiver, is_done, .. } => {
                *(if *is_done { &mut self.done } else { &mut self.failed }) += 1;
                let finished = self.done + self.failed;
                Event::Progress { caregiver: self.personal.id(caregiver), done: *is_done, finished, total: self.total }
            }
            Step::Note(_) | Step::End => return None,
        };
        Some(line(&event))
    }

    /// The last line.
    pub fn summary(&self, exit: u8) -> String {
        let plan = self.totals.map(|(summary, _)| build::summary(summary));
        let effects = self.totals.map(|(_, effects)| build::effects(effects));
        line(&Event::Summary { exit, plan, effects, done: self.done, failed: self.failed })
    }
}

fn name(effect: Effect) -> &'static str {
    match effect {
        Effect::SetPassword => "set-password",
        Effect::SendLetter => "send-letter",
    }
}

fn line(event: &Event) -> String {
    format!("{}\n", super::value_of(event))
}
