//! What the LMS shows against what the last run saw there and what is recorded: everything that somebody else did. Nothing
//! follows from it here; what a plan does about it, the plan's own rules decide.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::model::account::{AccountView, SignIn, SignInMethod};
use crate::model::activation::ActivationStage;
use crate::model::ids::{ActivationKey, CaregiverId, Username};
use crate::model::observed::{Observed, Seen};
use crate::model::recorded::{History, Recorded};
use crate::plan::{Act, Drift, DriftField, DriftKind, Finding, Plan};

use super::Desired;

/// Compares. `before` is what the last run saw; without it nothing can be said to have changed since.
pub fn drift(desired: Desired<'_>, recorded: &Recorded, before: Option<&Observed>, now: &Observed) -> Drift {
    let since = before.map(|observed| observed.read_at);
    let view = Compared { desired, recorded, before, now, since, kept: kept(desired, recorded, now) };
    let mut findings = Vec::new();
    view.since_the_last_look(&mut findings);
    view.of_the_record(&mut findings);
    view.of_accounts(&mut findings);
    findings.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    findings.dedup_by(|a, b| key(a) == key(b));
    Drift { read_at: now.read_at, since: view.since, findings }
}

/// What of it is why something is done: an account that is gone and made again, one that is corrected because somebody else
/// changed it, one that is enabled or disabled against somebody's hand.
pub fn behind(plan: &Plan, drift: Drift) -> Vec<Finding> {
    let acts: HashMap<&str, &[Act]> =
        plan.changes.iter().map(|change| (change.caregiver.as_str(), change.acts.as_slice())).collect();
    let explains = |finding: &Finding| {
        let id = finding.caregiver.as_ref().map_or("", CaregiverId::as_str);
        acts.get(id).copied().unwrap_or_default().iter().any(|act| is_why(finding, act))
    };
    drift.findings.into_iter().filter(explains).collect()
}

fn is_why(finding: &Finding, act: &Act) -> bool {
    match (finding.kind, act) {
        (DriftKind::Vanished, Act::Create { .. })
        | (DriftKind::Disabled, Act::Update { enable: true, .. })
        | (DriftKind::Enabled, Act::Withdraw { .. }) => true,
        (DriftKind::Changed, Act::Update { fields, .. }) => {
            let is_corrected = |name: &str| fields.iter().any(|field| field.field.as_str() == name);
            finding.fields.iter().any(|field| is_corrected(field.field))
        }
        _ => false,
    }
}

fn key(finding: &Finding) -> (DriftKind, &Option<CaregiverId>, &Option<Username>) {
    (finding.kind, &finding.caregiver, &finding.username)
}

struct Compared<'a> {
    desired: Desired<'a>,
    recorded: &'a Recorded,
    before: Option<&'a Observed>,
    now: &'a Observed,
    since: Option<Timestamp>,
    /// The id that somebody's account carries still, by its marker, where the record knows them under another by now.
    kept: HashMap<&'a str, &'a str>,
}

fn kept<'a>(desired: Desired<'_>, recorded: &'a Recorded, now: &'a Observed) -> HashMap<&'a str, &'a str> {
    let owners = recorded.owners();
    let kept = now.accounts().map(Seen::view).filter_map(|account| {
        let (carried, owner) = (account.caregiver?, (*owners.get(&account.marker?)?)?);
        let is_free = desired.roster.caregiver(carried).is_none() && !recorded.histories.contains_key(carried);
        (owner != carried && is_free).then_some((owner, carried))
    });
    kept.collect()
}

impl Compared<'_> {
    /// Accounts that are gone, or other than they were.
    fn since_the_last_look(&self, findings: &mut Vec<Finding>) {
        let Some(before) = self.before else { return };
        let now: HashMap<&str, Seen<'_>> =
            self.now.accounts().map(|account| (account.view().username, account)).collect();
        for old in before.accounts().map(Seen::view) {
            let renamed = || self.now.of_caregiver(old.caregiver?).next();
            match now.get(old.username).copied().or_else(renamed).map(Seen::view) {
                None => findings.push(of(DriftKind::Vanished, &old)),
                Some(new) => {
                    let fields = changes(&old, &new);
                    if !fields.is_empty() {
                        findings.push(Finding { fields, ..of(DriftKind::Changed, &new) });
                    }
                }
            }
        }
    }

    /// People of the record whose account is not what the record says.
    fn of_the_record(&self, findings: &mut Vec<Finding>) {
        let moved: BTreeSet<&str> = self.desired.rollout.moved.iter().map(|line| line.from.as_str()).collect();
        for (id, history) in self.recorded.histories.iter().filter(|(id, _)| !moved.contains(id)) {
            let accounts = self.accounts_of(id);
            if history.is_active() && accounts.is_empty() && !self.has_vanished(id) {
                let caregiver = Some(CaregiverId::new(id));
                findings.push(Finding { kind: DriftKind::Vanished, caregiver, username: None, fields: Vec::new() });
            }
            if let [account] = accounts.as_slice() {
                let earlier = self.recorded.earlier_keys(id);
                findings.extend(against_record(history, earlier, account).map(|kind| of(kind, account)));
            }
        }
    }

    /// The accounts under this id, else under the one that it had before.
    fn accounts_of<'s>(&'s self, id: &'s str) -> Vec<AccountView<'s>> {
        let own: Vec<AccountView<'_>> = self.now.of_caregiver(id).map(Seen::view).collect();
        if !own.is_empty() {
            return own;
        }
        let moved = self.desired.rollout.moved.iter().find(|line| line.to.as_str() == id);
        let former = moved.map(|line| line.from.as_str()).or_else(|| self.kept.get(id).copied());
        former.map_or(own, |from| self.now.of_caregiver(from).map(Seen::view).collect())
    }

    /// Whether the last look had an account of theirs, so that it is reported by its name already.
    fn has_vanished(&self, id: &str) -> bool {
        self.before.is_some_and(|before| before.of_caregiver(id).next().is_some())
    }

    /// Accounts that we did not make what they are.
    fn of_accounts(&self, findings: &mut Vec<Finding>) {
        let keys = self.recorded.owners();
        for account in self.now.accounts().map(Seen::view) {
            if account.marker.is_some_and(|marker| !keys.contains_key(&marker)) {
                findings.push(of(DriftKind::ForeignMarker, &account));
            }
            if !account.is_staff {
                findings.extend(self.against_people(&account).map(|kind| of(kind, &account)));
            }
        }
    }

    fn against_people(&self, account: &AccountView<'_>) -> Option<DriftKind> {
        let Some(id) = account.caregiver else { return Some(DriftKind::NoId) };
        let is_in_roster = self.desired.roster.caregiver(id).is_some();
        let history = self.recorded.histories.get(id);
        let is_moved = || {
            self.desired.rollout.moved.iter().any(|line| line.from.as_str() == id)
                || self.kept.values().any(|&kept| kept == id)
        };
        if !is_in_roster && history.is_none() && self.recorded.presence.get(id).is_none() && !is_moved() {
            return Some(DriftKind::Stray);
        }
        if self.now.of_caregiver(id).nth(1).is_some() {
            return Some(DriftKind::SeveralAccounts);
        }
        if account.is_disabled && history.is_none() {
            return Some(DriftKind::Disabled);
        }
        (history.is_none() && matches!(account.sign_in, SignIn::At(_))).then_some(DriftKind::SignedIn)
    }
}

fn against_record(history: &History, earlier: &[ActivationKey], account: &AccountView<'_>) -> Option<DriftKind> {
    let is_older = account.marker.is_some_and(|marker| earlier.contains(&marker));
    match (history.is_withdrawn, account.is_disabled) {
        (false, true) => Some(DriftKind::Disabled),
        (true, false) => Some(DriftKind::Enabled),
        _ if is_older && history.stage == ActivationStage::Set => Some(DriftKind::OlderMarker),
        _ => None,
    }
}

fn of(kind: DriftKind, account: &AccountView<'_>) -> Finding {
    let caregiver = account.caregiver.map(CaregiverId::new);
    Finding { kind, caregiver, username: Some(Username::new(account.username)), fields: Vec::new() }
}

/// What is other than it was; signing in is no change of an account.
fn changes(old: &AccountView<'_>, new: &AccountView<'_>) -> Vec<DriftField> {
    let id = |account: &AccountView<'_>| account.caregiver.unwrap_or_default().to_owned();
    let method = |account: &AccountView<'_>| match account.method {
        SignInMethod::Password => "password",
        SignInMethod::Other => "another system",
    };
    let role = |account: &AccountView<'_>| if account.is_staff { "staff" } else { "not staff" };
    let values = [
        ("sms-id", id(old), id(new)),
        ("username", old.username.to_string(), new.username.to_string()),
        ("email", old.email.to_string(), new.email.to_string()),
        ("first name", old.first_name.to_string(), new.first_name.to_string()),
        ("last name", old.last_name.to_string(), new.last_name.to_string()),
        ("sign-in", method(old).to_owned(), method(new).to_owned()),
        ("role", role(old).to_owned(), role(new).to_owned()),
    ];
    let changed = values.into_iter().filter(|(_, old, new)| old != new);
    changed.map(|(field, old, new)| DriftField { field, old, new }).collect()
}
