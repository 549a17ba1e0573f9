//! The guards: what they count, what lifts them, and for how long.

use jiff::SignedDuration;

use crate::model::account::Account;
use crate::plan::{GuardResult, HoldCode};

use super::{HONE, MERE, School, YEAR_7, account, hone, mere};

fn guard(school: &School, name: &str) -> GuardResult {
    let guards = school.plan().guards;
    guards.into_iter().find(|guard| guard.name == name).unwrap()
}

/// Mere and Hōne are to be reset, under these lines.
fn resets(lines: &str) -> School {
    let mut school = School::new(&format!("{lines}{YEAR_7}"), &format!("{MERE}{HONE}"));
    school.accounts = vec![mere(), hone()];
    school
}

#[test]
fn a_plan_within_its_limits_is_not_blocked() {
    let school = resets("");
    let plan = school.plan();
    assert!(!plan.is_blocked());
    assert_eq!((guard(&school, "resets").actual, guard(&school, "emails").actual), (2, 2));
}

#[test]
fn each_guard_counts_its_own() {
    let mut school = resets("guards: {resets: 1, emails: 2, creates: 0}\n");
    school.accounts.pop();
    assert_eq!(guard(&school, "resets").actual, 1);
    assert_eq!(guard(&school, "emails").actual, 2);
    let creates = guard(&school, "creates");
    assert!(creates.blocks && creates.actual == 1);
    assert!(creates.fix.contains("{guard: creates, value: 1, because: …, expires: …}"), "{}", creates.fix);
}

#[test]
fn an_override_lifts_a_guard_until_its_day() {
    let lines = "guards: {resets: 1}\noverride: [{guard: resets, value: 2, because: T-1, expires: 2027-02-02}]\n";
    let mut school = resets(lines);
    let lifted = guard(&school, "resets");
    assert!(!lifted.blocks && lifted.limit == 2);
    assert_eq!(lifted.overridden.as_deref(), Some("T-1, until 2027-02-02"));
    school.now = "2027-02-01T11:00:00Z".parse().unwrap();
    let mistakes = school.mistakes();
    assert_eq!(mistakes.sorted()[0].code, "rollout::override-expired", "2 February has begun in Auckland");
}

#[test]
fn an_override_of_one_guard_lifts_no_other() {
    let lines = "guards: {resets: 1}\noverride: [{guard: emails, value: 9, because: T-1, expires: 2027-02-09}]\n";
    assert!(guard(&resets(lines), "resets").blocks);
}

#[test]
fn a_roster_that_shrinks_or_grows_too_much_blocks() {
    for before in [1, 4] {
        let mut school = resets("guards: {roster-change: 40%}\n");
        let people = ["C1", "C2", "C3", "C4"];
        school.accept("before", school.now, &people[..before]);
        let change = guard(&school, "roster-change");
        assert!(change.blocks, "{change:?}");
        assert!(change.fix.contains(&format!("2 rows here, {before} in the roster accepted last")), "{}", change.fix);
    }
}

#[test]
fn withdrawals_are_counted_against_those_who_are_active() {
    let mut school = resets("leavers: disable\nguards: {withdrawals: 40%, roster-change: 100%}\n");
    school.activate("C1");
    school.activate("C2");
    let day = jiff::SignedDuration::from_hours(24);
    school.accept("a", school.now - day - day - day, &["C1", "C2"]);
    school.accept("b", school.now - day, &["C2"]);
    school.set_roster(HONE);
    let withdrawals = guard(&school, "withdrawals");
    assert!(withdrawals.blocks && withdrawals.actual == 1 && withdrawals.limit == 0, "{withdrawals:?}");
}

#[test]
fn a_second_reset_without_its_line_can_not_be_planned() {
    let mut school = resets("");
    school.activate("C1");
    school.accounts[0] = Account { sign_in: crate::model::account::SignIn::Never, ..mere() };
    assert_eq!(school.plan().effects().second_resets, 0);
    assert_eq!(guard(&school, "second-resets").limit, 0);
}

#[test]
fn as_many_rows_of_other_people_are_another_roster() {
    let rows = |ids: std::ops::Range<u32>| -> String {
        let rows: Vec<String> = ids.map(|id| format!("C{id},Ana,Reid,ana{id}@example.nz,S{id},7,yes,1")).collect();
        rows.join("\n") + "\n"
    };
    let mut school = School::new(YEAR_7, &rows(100..120));
    let ids: Vec<String> = (100..120).map(|id| format!("C{id}")).collect();
    school.accept("before", school.now, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    let blocked = |school: &School| {
        let plan = school.plan();
        plan.guards
            .iter()
            .find(|guard| guard.name == "roster-change")
            .map(|guard| (guard.actual, guard.blocks, guard.fix.clone()))
    };
    assert_eq!(blocked(&school), Some((0, false, String::new())));
    school.set_roster(&rows(110..130));
    assert_eq!(blocked(&school), Some((0, false, String::new())), "half of them are those of before");
    school.set_roster(&rows(111..131));
    let (actual, blocks, fix) = blocked(&school).unwrap();
    assert_eq!((actual, blocks), (11, true));
    assert!(
        fix.starts_with("11 of the 20 caregivers accepted last are gone: see whether this is another school's"),
        "{fix}"
    );
}

/// Whoever is barred since would get their letter by last week's export, put back by mistake.
#[test]
fn an_export_of_an_earlier_day_blocks_until_a_line_says_that_it_is_right() {
    let mut school = School::new(YEAR_7, MERE);
    let (week, hours) = (SignedDuration::from_hours(168), SignedDuration::from_hours(2));
    let blocks = |school: &School| {
        let guard = school.plan().guards.into_iter().find(|guard| guard.name == "roster-change").unwrap();
        (guard.blocks, guard.fix)
    };
    school.accept(&school.roster.facts().content(), school.now - week, &["C1"]);
    assert!(!blocks(&school).0, "it is the one accepted last");
    school.accept("a newer one", school.now - hours, &["C1"]);
    let (is_blocked, fix) = blocks(&school);
    assert!(is_blocked && fix.starts_with("this very export was accepted on"), "{fix}");
    school.set_rollout(&format!(
        "override: [{{guard: roster-change, value: 100%, because: T-1, expires: 2999-01-01}}]\n{YEAR_7}"
    ));
    assert!(!blocks(&school).0);
}

#[test]
fn the_same_ids_for_other_people_are_another_roster() {
    let rows = |who: &str, first: u32| -> String {
        let row = |id| format!("C{id},{who},{who}{id},{who}{id}@example.nz,S{},7,yes,1", first + id);
        (100..112).map(row).collect::<Vec<_>>().join("\n") + "\n"
    };
    let mut school = School::new(YEAR_7, &rows("Ana", 0));
    let ids: Vec<String> = (100..112).map(|id| format!("C{id}")).collect();
    school.accept("before", school.now, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    for id in &ids {
        school.activate(id);
        school.accounts.push(account(id, &format!("name{id}"), "somebody@example.nz"));
    }
    school.set_roster(&rows("Tui", 500));
    let plan = school.plan();
    assert!(plan.changes.is_empty() && plan.identities.is_empty());
    assert!(plan.held.len() == 12 && plan.held.iter().all(|held| held.code == HoldCode::AnotherPerson));
    let guard = plan.guards.iter().find(|guard| guard.name == "roster-change").unwrap();
    assert!(guard.blocks && guard.fix.starts_with("12 of those who are active have another name"), "{guard:?}");
    // A plan for some only does not get past it.
    school.narrowing.caregivers = Some(["C100".into()].into());
    let guard = school.plan().guards.into_iter().find(|guard| guard.name == "roster-change").unwrap();
    assert!(guard.blocks, "{guard:?}");
    school.narrowing.caregivers = None;
    // As the year turns: other addresses and other children, but the same people.
    school.set_roster(&rows("Tui", 500).replace(",Tui,Tui", ",Ana,Ana"));
    assert!(school.plan().held.is_empty());
}
