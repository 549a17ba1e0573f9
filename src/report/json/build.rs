//! From the plan to its JSON form, as far as it may be shown.

use serde_json::{Map, Value};

use crate::plan::{self, Act, Person, Plan};
use crate::report::view::{Personal, View};
use crate::report::{held, idle, sensitive, words};

use super::FORMAT_VERSION;
use super::document::{Change, Corrected, Document, Effects, Guard, Held, Summary, Tool};
use super::drift::found;
use super::inputs::inputs;

pub(super) fn document(plan: &Plan, view: &View, diagnostics: &[Value]) -> Document {
    let (personal, totals) = (view.personal, plan.totals());
    Document {
        format_version: FORMAT_VERSION,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        inputs: inputs(&plan.inputs, personal),
        summary: summary(totals.summary),
        effects: effects(totals.effects),
        guards: plan.guards.iter().map(|guard| self::guard(guard, personal)).collect(),
        changes: plan.changes.iter().map(|change| self::change(change, personal)).collect(),
        drift: plan.drift.iter().map(|finding| found(finding, personal)).collect(),
        held: all_held(plan, view),
        unchanged: idle::by_code(plan),
        diagnostics: diagnostics.iter().filter_map(|value| diagnostic(value, personal)).collect(),
        partial: plan.partial.clone(),
        plan_id: None,
        created_at: None,
        expires_at: None,
        digest: None,
        mac: None,
    }
}

pub(super) fn summary(of: plan::Summary) -> Summary {
    let plan::Summary { create, reset, email, update, withdraw, adopt, held, unknown, unchanged } = of;
    Summary { create, reset, email, update, withdraw, adopt, held, unknown, unchanged }
}

pub(super) fn effects(of: plan::Effects) -> Effects {
    let plan::Effects { accounts_created, passwords_set, emails, pages, second_resets, signed_in_reset } = of;
    Effects { accounts_created, passwords_set, emails, pages, second_resets, signed_in_reset }
}

pub(super) fn guard(guard: &plan::GuardResult, personal: Personal) -> Guard {
    Guard {
        name: guard.name,
        actual: guard.actual,
        limit: guard.limit,
        written: guard.written.clone(),
        overridden: guard.overridden.is_some(),
        because: guard.overridden.clone().filter(|_| personal == Personal::Full),
        blocks: guard.blocks,
        fix: personal.addresses_in(&guard.fix),
        caregivers: guard.caregivers.iter().map(|id| personal.id(id)).collect(),
    }
}

pub(super) fn change(change: &plan::Change, personal: Personal) -> Change {
    let reason = personal.sentence(&change.reason, &change.person);
    Change {
        caregiver: personal.id(&change.caregiver),
        cohort: change.cohort.as_ref().map(ToString::to_string),
        actions: actions(change),
        reason: reason.unwrap_or_else(|| words::reason_code(change).to_owned()),
        activation: change.acts.iter().find_map(Act::activation).map(|number| number.0),
        fields: change.acts.iter().flat_map(|act| fields(act, personal)).collect(),
        name: name(&change.person, personal),
        email: email(&change.person, personal),
        subject: None,
        precondition: None,
    }
}

fn actions(change: &plan::Change) -> Vec<&'static str> {
    change.acts.iter().flat_map(|act| act.words().iter().copied()).collect()
}

fn fields(act: &Act, personal: Personal) -> Vec<Corrected> {
    let Act::Update { fields, .. } = act else { return Vec::new() };
    let shown = |value: String| Some(value).filter(|value| personal == Personal::Full || !value.is_empty());
    let field = |change: &plan::FieldChange| {
        let (old, new) = words::values(change, personal);
        Corrected { field: change.field.as_str(), old: shown(old), new: shown(new) }
    };
    fields.iter().map(field).collect()
}

/// In the order of the stops. Whose code is not shown comes last, by id: their place would tell it.
fn all_held(plan: &Plan, view: &View) -> Vec<Held> {
    let is_hidden = |held: &&plan::Held| sensitive::is_hidden(held.code, view.personal);
    let (mut hidden, shown): (Vec<&plan::Held>, Vec<&plan::Held>) = plan.held.iter().partition(is_hidden);
    hidden.sort_by(|one, other| one.caregiver.cmp(&other.caregiver));
    shown.into_iter().chain(hidden).map(|one| held(one, view)).collect()
}

fn held(of: &plan::Held, view: &View) -> Held {
    let is_hidden = sensitive::is_hidden(of.code, view.personal);
    Held {
        caregiver: view.personal.id(&of.caregiver),
        cohort: of.cohort.as_ref().filter(|_| !is_hidden).map(ToString::to_string),
        code: if is_hidden { sensitive::CODE } else { of.code.as_str() },
        fix: if is_hidden { sensitive::FIX.to_owned() } else { held::fix(of, view) },
        name: name(&of.person, view.personal),
        email: email(&of.person, view.personal),
    }
}

fn name(person: &Person, personal: Personal) -> Option<String> {
    (personal != Personal::None).then(|| personal.name(person))
}

fn email(person: &Person, personal: Personal) -> Option<String> {
    (personal != Personal::None).then(|| personal.address(&person.email))
}

/// A problem without its source lines, and with its addresses treated like any other, where not all may be shown.
pub(super) fn diagnostic(value: &Value, personal: Personal) -> Option<Map<String, Value>> {
    let mut fields = value.as_object()?.clone();
    if personal != Personal::Full {
        fields.remove("source");
        for value in fields.values_mut() {
            if let Value::String(text) = value {
                *text = personal.addresses_in(text);
            }
        }
    }
    Some(fields)
}
