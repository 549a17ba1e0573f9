//! Drift: each kind, and what is none.

use super::*;
use crate::plan::DriftKind;

impl School {
    /// The drift against what a run saw before; as kind and id.
    pub(super) fn drift(&self, before: Option<&[Account]>) -> Vec<(DriftKind, String)> {
        let now = Observed::new(self.accounts.clone(), self.now);
        let before = before.map(|accounts| Observed::new(accounts.to_vec(), self.now));
        let desired = Desired { rollout: &self.rollout, roster: &self.roster };
        let drift = crate::reconcile::drift(desired, &self.recorded, before.as_ref(), &now);
        let id = |finding: &crate::plan::Finding| finding.caregiver.as_ref().map(ToString::to_string);
        drift.findings.iter().map(|finding| (finding.kind, id(finding).unwrap_or_default())).collect()
    }
}

fn account(id: Option<&str>, username: &str) -> Account {
    Account {
        caregiver: id.map(CaregiverId::new),
        username: crate::model::ids::Username::new(username),
        first_name: "A".into(),
        last_name: "B".into(),
        email: "a@example.nz".into(),
        is_disabled: false,
        is_staff: false,
        method: SignInMethod::Password,
        sign_in: SignIn::Never,
        marker: None,
    }
}

/// Mere is active, Hōne is not; both have accounts.
fn school() -> School {
    let mut school = School::year_7();
    let history = school.history("C1", ActivationStage::Set, LetterStage::Sent);
    school.accounts = vec![account(Some("C1"), "mere"), account(Some("C2"), "hone")];
    school.accounts[0].marker = Some(history.key);
    school.record("C1", history);
    school
}

#[test]
fn nothing_has_drifted_where_all_is_as_it_was() {
    let school = school();
    assert_eq!(school.drift(Some(&school.accounts)), []);
    assert_eq!(school.drift(None), []);
}

#[test]
fn an_account_that_is_gone_is_told_once_with_and_without_an_earlier_look() {
    let mut school = school();
    let before = school.accounts.clone();
    school.accounts.remove(0);
    assert_eq!(school.drift(Some(&before)), [(DriftKind::Vanished, "C1".to_owned())]);
    assert_eq!(school.drift(None), [(DriftKind::Vanished, "C1".to_owned())]);
}

#[test]
fn a_new_address_or_name_is_a_change_and_signing_in_after_our_letter_is_none() {
    let mut school = school();
    let before = school.accounts.clone();
    school.accounts[0].sign_in = SignIn::At(NOW);
    school.accounts[1].email = "b@example.nz".into();
    assert_eq!(school.drift(Some(&before)), [(DriftKind::Changed, "C2".to_owned())]);
    school.accounts[1] = Account { username: "hone2".into(), ..before[1].clone() };
    assert_eq!(
        school.drift(Some(&before)),
        [(DriftKind::Changed, "C2".to_owned())],
        "a new username is no new account"
    );
}

#[test]
fn what_others_did_to_accounts_is_told_by_kind() {
    type Meddle = fn(&mut School);
    let cases: [(Meddle, DriftKind, &str); 8] = [
        (|school| school.accounts[1].sign_in = SignIn::At(NOW), DriftKind::SignedIn, "C2"),
        (|school| school.accounts[0].is_disabled = true, DriftKind::Disabled, "C1"),
        (|school| school.accounts[1].is_disabled = true, DriftKind::Disabled, "C2"),
        (|school| school.recorded.histories.get_mut("C1").unwrap().is_withdrawn = true, DriftKind::Enabled, "C1"),
        (|school| school.accounts.push(account(Some("C9"), "nobody")), DriftKind::Stray, "C9"),
        (|school| school.accounts.push(account(None, "gran")), DriftKind::NoId, ""),
        (|school| school.accounts[1].marker = Some(ActivationKey(99)), DriftKind::ForeignMarker, "C2"),
        (
            |school| {
                let history = school.recorded.histories.get_mut("C1").unwrap();
                let earlier = std::mem::replace(&mut history.key, ActivationKey(77));
                school.recorded.earlier_keys.insert("C1", [earlier].into());
            },
            DriftKind::OlderMarker,
            "C1",
        ),
    ];
    for (meddle, kind, id) in cases {
        let mut school = school();
        meddle(&mut school);
        assert_eq!(school.drift(None), [(kind, id.to_owned())]);
    }
}

#[test]
fn two_accounts_under_one_id_are_both_told_and_staff_are_left_alone() {
    let mut school = school();
    school.accounts.push(account(Some("C2"), "hone2"));
    school.accounts.push(Account { is_staff: true, ..account(None, "teacher") });
    assert_eq!(school.drift(None), vec![(DriftKind::SeveralAccounts, "C2".to_owned()); 2]);
}

#[test]
fn a_plan_tells_of_drift_only_where_it_is_why_something_is_done() {
    let mut school = School::year_7();
    school.accounts = vec![mere(), hone()];
    let before = Observed::new(school.accounts.clone(), school.now);
    let behind = |school: &School| {
        let now = Observed::new(school.accounts.clone(), school.now);
        let desired = Desired { rollout: &school.rollout, roster: &school.roster };
        let drift = super::super::drift(desired, &school.recorded, Some(&before), &now);
        let found = super::super::behind(&school.plan(), drift);
        found.into_iter().map(|one| (one.kind, one.caregiver.unwrap().to_string())).collect::<Vec<_>>()
    };
    assert_eq!(behind(&school), []);
    // Not opened to yet, and the account is gone: another is made.
    school.accounts.remove(0);
    assert_eq!(behind(&school), [(DriftKind::Vanished, "C1".to_owned())]);
    school.accounts[0].email = "other@example.nz".into();
    school.accounts[0].is_staff = false;
    assert_eq!(behind(&school), [(DriftKind::Vanished, "C1".to_owned()), (DriftKind::Changed, "C2".to_owned())]);
    // Signing in is told by the adoption itself.
    school.accounts[0] = Account { sign_in: SignIn::At(school.now), ..hone() };
    assert_eq!(behind(&school), [(DriftKind::Vanished, "C1".to_owned())]);
}
