//! Corrections and leavers: computed apart from what is due, never with a password.

use crate::model::account::AccountView;
use crate::model::email::is_same;
use crate::model::ids::Username;
use crate::model::recorded::History;
use crate::plan::{Act, FieldChange, FieldName};
use crate::rollout::Leavers;
use crate::roster::is_damaged;

use super::cohort::Member;
use super::ground::Ground;
use super::links;
use super::presence::Presence;
use super::stop::taken_by;

/// The correction that this caregiver's account needs.
pub(super) fn of(ground: &Ground<'_>, member: &Member<'_>) -> Option<Act> {
    let caregiver = member.caregiver;
    let is_asked_to_wait = ground.hold_rule(caregiver.id()).is_some();
    let account = ground.accounts(caregiver.id()).one();
    let account = account.filter(|_| ground.context.lms.can_update && !is_asked_to_wait)?.view();
    if account.is_staff {
        return None;
    }
    let links = links::to_do(ground, caregiver);
    if !member.has_permitted_child() {
        // What is taken away is theirs to lose also when no child is left; nothing else is changed then.
        let act = || Act::Update { username: Username::new(account.username), fields: links.clone(), enable: false };
        return (!links.is_empty()).then(act);
    }
    // Moodle shows no names to a service account that lacks a capability in its older versions.
    let shows_names = !account.first_name.is_empty() || !account.last_name.is_empty();
    let name = |field, old: &str, new: &str| name(field, old, new).filter(|_| shows_names);
    let fields: Vec<FieldChange> = [
        email(ground, member, &account),
        name(FieldName::FirstName, account.first_name, caregiver.first_name()),
        name(FieldName::LastName, account.last_name, caregiver.last_name()),
    ]
    .into_iter()
    .flatten()
    .chain(links)
    .collect();
    // Also where somebody else has enabled it already: on record it is ours to disable again when its person leaves again.
    let enable = ground.history(caregiver).is_some_and(|history| history.is_withdrawn);
    (enable || !fields.is_empty()).then(|| Act::Update { username: Username::new(account.username), fields, enable })
}

/// Only an address that could be written to is carried over, and only one that nobody else has.
fn email(ground: &Ground<'_>, member: &Member<'_>, account: &AccountView<'_>) -> Option<FieldChange> {
    let address = member.caregiver.address().ok()?;
    let is_usable = ground.shared.of(member.caregiver).is_none();
    let is_other = !is_same(address, account.email);
    let may_change = is_usable && is_other && taken_by(ground, member.caregiver, address).is_none();
    may_change.then(|| FieldChange { field: FieldName::Email, old: account.email.to_string(), new: address.to_owned() })
}

fn name(field: FieldName, old: &str, new: &str) -> Option<FieldChange> {
    let is_other = !new.is_empty() && old.trim() != new;
    // The LMS may well have it right.
    (is_other && !is_damaged(new)).then(|| FieldChange { field, old: old.to_owned(), new: new.to_owned() })
}

/// Whether the accounts of those who have left are disabled.
pub(super) fn disables_leavers(ground: &Ground<'_>) -> bool {
    ground.rollout.leavers == Leavers::Disable && ground.context.lms.can_disable
}

/// The withdrawal of somebody who has left, where the rollout wants it. Never a deletion.
pub(super) fn withdraw<'a>(ground: &Ground<'a>, id: &'a str, history: &History, presence: Presence) -> Option<Act> {
    let is_wanted = disables_leavers(ground);
    let has_left = presence == Presence::Left && !history.is_withdrawn;
    let mut accounts = ground.observed.of_caregiver(ground.known_as(id));
    let account = accounts.next().filter(|_| is_wanted && has_left)?.view();
    let is_ours = accounts.next().is_none() && !account.is_staff && !account.is_disabled;
    is_ours.then(|| Act::Withdraw { username: Username::new(account.username) })
}
