//! The words of an act: what happens, the details that help to decide, and a code for why.

use crate::plan::{Act, Change, FieldChange, LetterSource, Person, Proof};

use super::clean::clean;
use super::diff;
use super::names::list;
use super::paint::Paint;
use super::view::Personal;

/// The symbol of a whole change: the weightiest of its acts.
pub(super) fn symbol(change: &Change) -> char {
    const BY_WEIGHT: [char; 7] = ['?', '+', '*', '@', '-', '=', '~'];
    let has = |symbol: &char| change.acts.iter().any(|act| act.symbol() == *symbol);
    BY_WEIGHT.into_iter().find(has).unwrap_or('~')
}

/// What happens to a caregiver.
pub(super) fn what(change: &Change, personal: Personal) -> String {
    change.acts.iter().map(|act| act_in_words(act, personal)).collect::<Vec<_>>().join("; ")
}

fn act_in_words(act: &Act, personal: Personal) -> String {
    let way = if act.is_on_paper() { "letter on paper" } else { "email" };
    match act {
        Act::Create { .. } | Act::Settle { proof: Proof::NotSet, is_create: true, .. } => {
            format!("create, set password, {way}")
        }
        Act::Reset { .. } | Act::Settle { proof: Proof::NotSet, is_create: false, .. } => format!("reset, {way}"),
        Act::Settle { proof: Proof::WasSet, .. } => format!("{way} (the password is set)"),
        Act::Settle { proof: Proof::Unknown, .. } => format!("find out whether the password was set, {way}"),
        Act::Email { source, .. } => letter_in_words(*source, way),
        Act::Update { fields, enable, .. } => update_in_words(fields, *enable),
        Act::Withdraw { username } if personal == Personal::Full => {
            format!("disable the account {}", clean(username.as_str()))
        }
        Act::Withdraw { .. } => "disable the account".to_owned(),
        Act::Adopt { evidence, .. } => adopted_in_words(evidence, personal),
    }
}

fn letter_in_words(source: LetterSource, way: &str) -> String {
    match source {
        LetterSource::Sealed(_) => format!("{way} (the password is set)"),
        LetterSource::Rendered(number) if way == "email" => format!("email letter {number} (the password stays)"),
        LetterSource::Rendered(_) => format!("another {way} (the password stays)"),
    }
}

fn update_in_words(fields: &[FieldChange], enable: bool) -> String {
    let fields: Vec<&str> = fields.iter().map(|change| change.field.as_str()).collect();
    match (fields.is_empty(), enable) {
        (false, false) => format!("correct {}", list(&fields)),
        (false, true) => format!("enable the account, correct {}", list(&fields)),
        (true, _) => "enable the account".to_owned(),
    }
}

fn adopted_in_words(evidence: &str, personal: Personal) -> String {
    match personal {
        Personal::Full => format!("record as active: {}", clean(evidence)),
        Personal::Masked | Personal::None => "record as active".to_owned(),
    }
}

/// The lines below: only what helps to decide.
pub(super) fn details(change: &Change, personal: Personal, paint: Paint) -> Vec<String> {
    change.acts.iter().flat_map(|act| act_in_detail(act, change, personal, paint)).collect()
}

fn act_in_detail(act: &Act, change: &Change, personal: Personal, paint: Paint) -> Vec<String> {
    match act {
        Act::Update { fields, .. } => fields.iter().map(|field| correction(field, personal, paint)).collect(),
        Act::Settle { proof, source, .. } => {
            let rewritten = matches!(source, LetterSource::Rendered(_)).then(|| REWRITTEN.to_owned());
            std::iter::once(left_by_a_stopped_run(*proof).to_owned()).chain(rewritten).collect()
        }
        Act::Reset { activation, has_signed_in, .. } if activation.0 > 1 || *has_signed_in => {
            second_reset(change, personal, *has_signed_in)
        }
        Act::Create { activation, .. } if activation.0 > 1 => second_reset(change, personal, false),
        Act::Email { source: LetterSource::Rendered(_), .. } => vec![REWRITTEN.to_owned()],
        Act::Withdraw { .. } => vec!["Gone from two full rosters in a row.".to_owned()],
        _ => Vec::new(),
    }
}

const REWRITTEN: &str = "Address or children have changed: the letter is written anew, with the same password.";

fn left_by_a_stopped_run(proof: Proof) -> &'static str {
    match proof {
        Proof::WasSet => "A run stopped here. The LMS has the password: only the letter is missing.",
        Proof::NotSet => "A run stopped here. The LMS does not have the password: this is no second reset.",
        Proof::Unknown => {
            "A run stopped here, and the LMS can't say whether it has the password: the same one is set again."
        }
    }
}

fn second_reset(change: &Change, personal: Personal, has_signed_in: bool) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(personal.sentence(&change.reason, &change.person).map(|reason| clean(&reason)));
    if lines.is_empty() {
        lines.push("A `reissue` line in the rollout asks for it.".to_owned());
    }
    if has_signed_in {
        lines.push("They have signed in: the password they use now stops working.".to_owned());
    }
    lines
}

/// A corrected field: `email: rangi@[-xtra-]{+mail+}.example`, as far as it may be shown.
fn correction(change: &FieldChange, personal: Personal, paint: Paint) -> String {
    let (old, new) = values(change, personal);
    let name = change.field.as_str();
    match (old.is_empty() && new.is_empty(), old == new) {
        (true, _) => format!("{name}: changed"),
        (false, true) => format!("{name}: {new} (what is not shown changes)"),
        (false, false) => format!("{name}: {}", diff::inline(&clean(&old), &clean(&new), paint)),
    }
}

/// Old and new value of a field, as far as they may be shown.
pub(super) fn values(change: &FieldChange, personal: Personal) -> (String, String) {
    use crate::plan::FieldName;
    let shown = |value: &str| match change.field {
        FieldName::Email => personal.address(value),
        FieldName::Child => value.to_owned(),
        FieldName::FirstName | FieldName::LastName => {
            personal.name(&Person { first_name: value.to_owned(), ..Person::default() })
        }
    };
    (shown(&change.old), shown(&change.new))
}

/// Why, as a code: what stands for the sentence where sentences are not shown.
pub(super) fn reason_code(change: &Change) -> &'static str {
    let weightiest = change.acts.iter().find(|act| act.symbol() == symbol(change));
    match weightiest {
        Some(Act::Create { .. }) => "no-account",
        Some(Act::Reset { activation, .. }) if activation.0 > 1 => "reissue",
        Some(Act::Reset { .. }) => "has-account",
        Some(Act::Settle { .. }) => "run-stopped",
        Some(Act::Email { .. }) => "letter-due",
        Some(Act::Update { .. }) | None => "differs",
        Some(Act::Withdraw { .. }) => "left",
        Some(Act::Adopt { .. }) => "active-already",
    }
}
