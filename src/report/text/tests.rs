//! The whole text, in the views that people meet it in.

use crate::model::ids::LetterNumber;
use crate::plan::{Act, FieldName, GuardResult, HoldCode, LetterSource, Plan, Proof};
use crate::report::fixture::{
    self, PERSONAL, change, email, guard, hold, idle_plan, narrow, person, plan, reset, settle,
};
use crate::report::{Personal, View, text};

fn full(plan: &Plan) -> String {
    text(plan, &fixture::view(Personal::Full))
}

#[test]
fn a_plan_in_full() {
    insta::assert_snapshot!(full(&plan()), @"
    Roster   roster/caregivers.csv: csv, UTF-8, comma; 2,214 rows, 1,402 caregivers; exported 6 h ago; 12 rows more than last time, 3 new, 1 gone
    Rollout  rollout.yaml: Kōwhai College, 4 cohorts
    State    state/firstbell.db: run 17, 2 active
    LMS      sandbox state/lms.json: 1,390 accounts

    pilot: open since 1 Feb, 4 caregivers, 2 active, 3 in this plan, 1 held
      * C1003  Sefina Leota  sefina@example.com   reset, email
          asked for by T-131
          They have signed in: the password they use now stops working.
      @ C1004  Mere Tūī      mere.tui@example.nz  email (the password is set)
          A run stopped here. The LMS has the password: only the letter is missing.
      ~ C1002  Rangi Hēnare  rangi@mail.example   correct email and last name
          email: rangi@[-xtra-]{+mail+}.example
          last name: [-Henare-]{+Hēnare+}

    year-7: opens with this plan, 11 caregivers, 2 more in an earlier cohort, 4 in this plan, 6 held
      + C1010  Mere Tūī       mere.tui@example.nz  create, set password, email
      * C1011  Rangi Hēnare   rangi@mail.example   reset, email
      @ C1012  Ānaru O'Neill  anaru@example.nz     email letter 2 (the password stays)
          Address or children have changed: the letter is written anew, with the same password.
      = C1013  Sefina Leota   sefina@example.com   record as active: signed in on 20 Jan 2027

    year-8: after year-7, 176 caregivers
    everyone-else: opens 1 Mar, 1,020 caregivers, 9 more in an earlier cohort

    In no cohort: 1 caregiver
      - C0907  Hone Moana  hone@example.nz  disable the account hone
          Gone from two full rosters in a row.

    Held: 7
      reset-unknown (1): The answer to Kiri's reset was lost.
      ? C1020  Kiri Wai  kiri@gmial.example  pilot
        Fix: `firstbell resolve C1020 --reset done|not-done --evidence …`
      asked-to-wait (1): Kiri Wai is to wait (T-118).
      ! C1021  Kiri Wai  kiri@gmial.example  year-7
        Fix: Take the `hold` line out of the rollout.
      no-email (2): The SMS has no address.
      ! C1022  Aroha Ngata  year-7
      ! C1023  Aroha Ngata  year-7
        Fix: Enter an address in the SMS and export again.
      malformed-email (1): `kiri@gmial.example` looks mistyped.
      ! C1024  Kiri Wai  kiri@gmial.example  year-7
        Fix: Did they mean kiri@gmail.example?
      shared-email (2): address shared with somebody else
      ! C1025  Aroha Ngata  office@example.nz  year-7  Shares office@example.nz with C1026.
          Fix: Give C1025 an address of their own.
      ! C1026  Aroha Ngata  office@example.nz  year-7  Shares office@example.nz with C1025.
          Fix: Give C1026 an address of their own.

    Unchanged: 1,201
          1 active
      1,020 in everyone-else, opens 1 Mar
        176 in year-8, after year-7
          4 outside every cohort

    Guards: resets 2 of 300, emails 5 of 300, roster-change 12 of 220 (10%; override: T-118)

    Note: line 41: the reissue of C1009 (T-131, asked by rangi@xtra.example) is done and may go

    Plan: 1 to create, 2 to reset, 2 to email, 1 to update, 1 to withdraw, 1 to adopt, 1 unknown, 6 held.
          Sends 5 emails and sets 3 passwords. Second resets: 1. Taken from people who have signed in: 1.   About 20 s at 20 emails a minute.
    ");
}

#[test]
fn a_plan_without_personal_data() {
    insta::assert_snapshot!(text(&plan(), &fixture::view(Personal::None)), @"
    Roster   roster/caregivers.csv: csv, UTF-8, comma; 2,214 rows, 1,402 caregivers; exported 6 h ago; 12 rows more than last time, 3 new, 1 gone
    Rollout  rollout.yaml: Kōwhai College, 4 cohorts
    State    state/firstbell.db: run 17, 2 active
    LMS      sandbox state/lms.json: 1,390 accounts

    pilot: open since 1 Feb, 4 caregivers, 2 active, 3 in this plan, 1 held
      * C1003  …@example.com   reset, email
          A `reissue` line in the rollout asks for it.
          They have signed in: the password they use now stops working.
      @ C1004  …@example.nz    email (the password is set)
          A run stopped here. The LMS has the password: only the letter is missing.
      ~ C1002  …@mail.example  correct email and last name
          email: …@[-xtra-]{+mail+}.example
          last name: changed

    year-7: opens with this plan, 11 caregivers, 2 more in an earlier cohort, 4 in this plan, 6 held
      + C1010  …@example.nz    create, set password, email
      * C1011  …@mail.example  reset, email
      @ C1012  …@example.nz    email letter 2 (the password stays)
          Address or children have changed: the letter is written anew, with the same password.
      = C1013  …@example.com   record as active

    year-8: after year-7, 176 caregivers
    everyone-else: opens 1 Mar, 1,020 caregivers, 9 more in an earlier cohort

    In no cohort: 1 caregiver
      - C0907  …@example.nz  disable the account
          Gone from two full rosters in a row.

    Held: 7
      reset-unknown (1): nobody knows whether the password was set
      ? C1020  …@gmial.example  pilot
        Fix: Ask the LMS whether the password was set, then `firstbell resolve ID --reset done|not-done --evidence TEXT`; for a hand-over, `firstbell confirm NUMBER --imported` or `--not-imported`.
      no-email (2): no email address
      ! C1022  year-7
      ! C1023  year-7
        Fix: Enter an address in the SMS and export again.
      malformed-email (1): unusable email address
      ! C1024  …@gmial.example  year-7
        Fix: Correct the address in the SMS and export again.
      shared-email (2): address shared with somebody else
      ! C1025  …@example.nz  year-7
      ! C1026  …@example.nz  year-7
        Fix: Enter an address of their own in the SMS, or set `shared-email: first`.
      held (1): the reason is not shown here
      ! C1021
        Fix: Make the plan where personal data may be shown (`firstbell plan --personal full`), and see there.

    Unchanged: 1,201
          1 active
      1,020 in everyone-else, opens 1 Mar
        176 in year-8, after year-7
          4 outside every cohort

    Guards: resets 2 of 300, emails 5 of 300, roster-change 12 of 220 (10%; override)

    1 note on the rollout, shown where personal data may be.

    Plan: 1 to create, 2 to reset, 2 to email, 1 to update, 1 to withdraw, 1 to adopt, 1 unknown, 6 held.
          Sends 5 emails and sets 3 passwords. Second resets: 1. Taken from people who have signed in: 1.   About 20 s at 20 emails a minute.
    ");
}

#[test]
fn a_masked_plan() {
    insta::assert_snapshot!(text(&plan(), &fixture::view(Personal::Masked)), @"
    Roster   roster/caregivers.csv: csv, UTF-8, comma; 2,214 rows, 1,402 caregivers; exported 6 h ago; 12 rows more than last time, 3 new, 1 gone
    Rollout  rollout.yaml: Kōwhai College, 4 cohorts
    State    state/firstbell.db: run 17, 2 active
    LMS      sandbox state/lms.json: 1,390 accounts

    pilot: open since 1 Feb, 4 caregivers, 2 active, 3 in this plan, 1 held
      * C1003  S… L…  s…@example.com   reset, email
          asked for by T-131
          They have signed in: the password they use now stops working.
      @ C1004  M… T…  m…@example.nz    email (the password is set)
          A run stopped here. The LMS has the password: only the letter is missing.
      ~ C1002  R… H…  r…@mail.example  correct email and last name
          email: r…@[-xtra-]{+mail+}.example
          last name: H… (what is not shown changes)

    year-7: opens with this plan, 11 caregivers, 2 more in an earlier cohort, 4 in this plan, 6 held
      + C1010  M… T…  m…@example.nz    create, set password, email
      * C1011  R… H…  r…@mail.example  reset, email
      @ C1012  Ā… O…  a…@example.nz    email letter 2 (the password stays)
          Address or children have changed: the letter is written anew, with the same password.
      = C1013  S… L…  s…@example.com   record as active

    year-8: after year-7, 176 caregivers
    everyone-else: opens 1 Mar, 1,020 caregivers, 9 more in an earlier cohort

    In no cohort: 1 caregiver
      - C0907  H… M…  h…@example.nz  disable the account
          Gone from two full rosters in a row.

    Held: 7
      reset-unknown (1): The answer to K…'s reset was lost.
      ? C1020  K… W…  k…@gmial.example  pilot
        Fix: `firstbell resolve C1020 --reset done|not-done --evidence …`
      asked-to-wait (1): K… W… is to wait (T-118).
      ! C1021  K… W…  k…@gmial.example  year-7
        Fix: Take the `hold` line out of the rollout.
      no-email (2): The SMS has no address.
      ! C1022  A… N…  year-7
      ! C1023  A… N…  year-7
        Fix: Enter an address in the SMS and export again.
      malformed-email (1): `k…@gmial.example` looks mistyped.
      ! C1024  K… W…  k…@gmial.example  year-7
        Fix: Did they mean k…@gmail.example?
      shared-email (2): address shared with somebody else
      ! C1025  A… N…  o…@example.nz  year-7  Shares o…@example.nz with C1026.
          Fix: Give C1025 an address of their own.
      ! C1026  A… N…  o…@example.nz  year-7  Shares o…@example.nz with C1025.
          Fix: Give C1026 an address of their own.

    Unchanged: 1,201
          1 active
      1,020 in everyone-else, opens 1 Mar
        176 in year-8, after year-7
          4 outside every cohort

    Guards: resets 2 of 300, emails 5 of 300, roster-change 12 of 220 (10%; override)

    Note: line 41: the reissue of C1009 (T-131, asked by r…@xtra.example) is done and may go

    Plan: 1 to create, 2 to reset, 2 to email, 1 to update, 1 to withdraw, 1 to adopt, 1 unknown, 6 held.
          Sends 5 emails and sets 3 passwords. Second resets: 1. Taken from people who have signed in: 1.   About 20 s at 20 emails a minute.
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of it is the picture")]
fn a_plan_on_forty_columns() {
    insta::assert_snapshot!(text(&plan(), &narrow(40)), @"
    Roster   roster/caregivers.csv: csv,
             UTF-8, comma; 2,214 rows, 1,402
             caregivers; exported 6 h ago;
             12 rows more than last time, 3
             new, 1 gone
    Rollout  rollout.yaml: Kōwhai College, 4
             cohorts
    State    state/firstbell.db: run 17, 2
             active
    LMS      sandbox state/lms.json: 1,390
             accounts

    pilot: open since 1 Feb, 4 caregivers, 2
      active, 3 in this plan, 1 held
      * C1003 Sefina Leota
          sefina@example.com reset, email
          asked for by T-131
          They have signed in: the password
            they use now stops working.
      @ C1004 Mere Tūī mere.tui@example.nz
          email (the password is set)
          A run stopped here. The LMS has
            the password: only the letter is
            missing.
      ~ C1002 Rangi Hēnare
          rangi@mail.example correct email
          and last name
          email:
            rangi@[-xtra-]{+mail+}.example
          last name: [-Henare-]{+Hēnare+}

    year-7: opens with this plan, 11
      caregivers, 2 more in an earlier
      cohort, 4 in this plan, 6 held
      + C1010 Mere Tūī mere.tui@example.nz
          create, set password, email
      * C1011 Rangi Hēnare
          rangi@mail.example reset, email
      @ C1012 Ānaru O'Neill anaru@example.nz
          email letter 2 (the password
          stays)
          Address or children have changed:
            the letter is written anew, with
            the same password.
      = C1013 Sefina Leota
          sefina@example.com record as
          active: signed in on 20 Jan 2027

    year-8: after year-7, 176 caregivers
    everyone-else: opens 1 Mar, 1,020
      caregivers, 9 more in an earlier
      cohort

    In no cohort: 1 caregiver
      - C0907 Hone Moana hone@example.nz
          disable the account hone
          Gone from two full rosters in a
            row.

    Held: 7
      reset-unknown (1): The answer to
        Kiri's reset was lost.
      ? C1020 Kiri Wai kiri@gmial.example
          pilot
        Fix: `firstbell resolve C1020
          --reset done|not-done --evidence
          …`
      asked-to-wait (1): Kiri Wai is to wait
        (T-118).
      ! C1021 Kiri Wai kiri@gmial.example
          year-7
        Fix: Take the `hold` line out of the
          rollout.
      no-email (2): The SMS has no address.
      ! C1022 Aroha Ngata year-7
      ! C1023 Aroha Ngata year-7
        Fix: Enter an address in the SMS and
          export again.
      malformed-email (1):
        `kiri@gmial.example` looks mistyped.
      ! C1024 Kiri Wai kiri@gmial.example
          year-7
        Fix: Did they mean
          kiri@gmail.example?
      shared-email (2): address shared with
        somebody else
      ! C1025 Aroha Ngata office@example.nz
          year-7 Shares office@example.nz
          with C1026.
          Fix: Give C1025 an address of
            their own.
      ! C1026 Aroha Ngata office@example.nz
          year-7 Shares office@example.nz
          with C1025.
          Fix: Give C1026 an address of
            their own.

    Unchanged: 1,201
          1 active
      1,020 in everyone-else, opens 1 Mar
        176 in year-8, after year-7
          4 outside every cohort

    Guards: resets 2 of 300, emails 5 of
            300, roster-change 12 of 220
            (10%; override: T-118)

    Note: line 41: the reissue of C1009
      (T-131, asked by rangi@xtra.example)
      is done and may go

    Plan: 1 to create, 2 to reset, 2 to
          email, 1 to update, 1 to withdraw,
          1 to adopt, 1 unknown, 6 held.
          Sends 5 emails and sets 3
          passwords. Second resets: 1. Taken
          from people who have signed in: 1.
          About 20 s at 20 emails a minute.
    ");
}

#[test]
fn a_plan_on_a_common_terminal() {
    insta::assert_snapshot!(text(&plan(), &narrow(100)), @"
    Roster   roster/caregivers.csv: csv, UTF-8, comma; 2,214 rows, 1,402 caregivers; exported 6 h ago;
             12 rows more than last time, 3 new, 1 gone
    Rollout  rollout.yaml: Kōwhai College, 4 cohorts
    State    state/firstbell.db: run 17, 2 active
    LMS      sandbox state/lms.json: 1,390 accounts

    pilot: open since 1 Feb, 4 caregivers, 2 active, 3 in this plan, 1 held
      * C1003  Sefina Leota  sefina@example.com   reset, email
          asked for by T-131
          They have signed in: the password they use now stops working.
      @ C1004  Mere Tūī      mere.tui@example.nz  email (the password is set)
          A run stopped here. The LMS has the password: only the letter is missing.
      ~ C1002  Rangi Hēnare  rangi@mail.example   correct email and last name
          email: rangi@[-xtra-]{+mail+}.example
          last name: [-Henare-]{+Hēnare+}

    year-7: opens with this plan, 11 caregivers, 2 more in an earlier cohort, 4 in this plan, 6 held
      + C1010  Mere Tūī       mere.tui@example.nz  create, set password, email
      * C1011  Rangi Hēnare   rangi@mail.example   reset, email
      @ C1012  Ānaru O'Neill  anaru@example.nz     email letter 2 (the password stays)
          Address or children have changed: the letter is written anew, with the same password.
      = C1013  Sefina Leota   sefina@example.com   record as active: signed in on 20 Jan 2027

    year-8: after year-7, 176 caregivers
    everyone-else: opens 1 Mar, 1,020 caregivers, 9 more in an earlier cohort

    In no cohort: 1 caregiver
      - C0907  Hone Moana  hone@example.nz  disable the account hone
          Gone from two full rosters in a row.

    Held: 7
      reset-unknown (1): The answer to Kiri's reset was lost.
      ? C1020  Kiri Wai  kiri@gmial.example  pilot
        Fix: `firstbell resolve C1020 --reset done|not-done --evidence …`
      asked-to-wait (1): Kiri Wai is to wait (T-118).
      ! C1021  Kiri Wai  kiri@gmial.example  year-7
        Fix: Take the `hold` line out of the rollout.
      no-email (2): The SMS has no address.
      ! C1022  Aroha Ngata  year-7
      ! C1023  Aroha Ngata  year-7
        Fix: Enter an address in the SMS and export again.
      malformed-email (1): `kiri@gmial.example` looks mistyped.
      ! C1024  Kiri Wai  kiri@gmial.example  year-7
        Fix: Did they mean kiri@gmail.example?
      shared-email (2): address shared with somebody else
      ! C1025  Aroha Ngata  office@example.nz  year-7  Shares office@example.nz with C1026.
          Fix: Give C1025 an address of their own.
      ! C1026  Aroha Ngata  office@example.nz  year-7  Shares office@example.nz with C1025.
          Fix: Give C1026 an address of their own.

    Unchanged: 1,201
          1 active
      1,020 in everyone-else, opens 1 Mar
        176 in year-8, after year-7
          4 outside every cohort

    Guards: resets 2 of 300, emails 5 of 300, roster-change 12 of 220 (10%; override: T-118)

    Note: line 41: the reissue of C1009 (T-131, asked by rangi@xtra.example) is done and may go

    Plan: 1 to create, 2 to reset, 2 to email, 1 to update, 1 to withdraw, 1 to adopt, 1 unknown, 6
          held.
          Sends 5 emails and sets 3 passwords. Second resets: 1. Taken from people who have signed in:
          1.   About 20 s at 20 emails a minute.
    ");
}

#[test]
fn a_summary() {
    let view = View { summary_only: true, ..fixture::view(Personal::Full) };
    insta::assert_snapshot!(text(&plan(), &view), @"
    Roster   roster/caregivers.csv: csv, UTF-8, comma; 2,214 rows, 1,402 caregivers; exported 6 h ago; 12 rows more than last time, 3 new, 1 gone
    Rollout  rollout.yaml: Kōwhai College, 4 cohorts
    State    state/firstbell.db: run 17, 2 active
    LMS      sandbox state/lms.json: 1,390 accounts

    pilot: open since 1 Feb, 4 caregivers, 2 active, 3 in this plan, 1 held
    year-7: opens with this plan, 11 caregivers, 2 more in an earlier cohort, 4 in this plan, 6 held
    year-8: after year-7, 176 caregivers
    everyone-else: opens 1 Mar, 1,020 caregivers, 9 more in an earlier cohort

    In no cohort: 1 caregiver

    Held: 7
      reset-unknown (1): nobody knows whether the password was set
        Fix: Ask the LMS whether the password was set, then `firstbell resolve ID --reset done|not-done --evidence TEXT`; for a hand-over, `firstbell confirm NUMBER --imported` or `--not-imported`.
      asked-to-wait (1): the rollout says to wait
        Fix: Take their `hold` line out of the rollout when they may go on.
      no-email (2): no email address
        Fix: Enter an address in the SMS and export again.
      malformed-email (1): unusable email address
        Fix: Correct the address in the SMS and export again.
      shared-email (2): address shared with somebody else
        Fix: Enter an address of their own in the SMS, or set `shared-email: first`.

    Unchanged: 1,201
          1 active
      1,020 in everyone-else, opens 1 Mar
        176 in year-8, after year-7
          4 outside every cohort

    Guards: resets 2 of 300, emails 5 of 300, roster-change 12 of 220 (10%; override: T-118)

    Note: line 41: the reissue of C1009 (T-131, asked by rangi@xtra.example) is done and may go

    Plan: 1 to create, 2 to reset, 2 to email, 1 to update, 1 to withdraw, 1 to adopt, 1 unknown, 6 held.
          Sends 5 emails and sets 3 passwords. Second resets: 1. Taken from people who have signed in: 1.   About 20 s at 20 emails a minute.
    ");
}

#[test]
fn a_coloured_plan() {
    let view = View { colour: true, ..fixture::view(Personal::Full) };
    let coloured = text(&plan(), &view);
    let lines: Vec<&str> = coloured.lines().filter(|line| line.contains("C1002") || line.contains("email:")).collect();
    insta::assert_debug_snapshot!(lines, @r#"
    [
        "  \u{1b}[34m~\u{1b}[0m C1002  Rangi Hēnare  rangi@mail.example   correct email and last name",
        "      email: rangi@\u{1b}[1m\u{1b}[31m[-xtra-]\u{1b}[0m\u{1b}[32m{+mail+}\u{1b}[0m.example",
    ]
    "#);
    assert_eq!(without_escapes(&coloured), full(&plan()), "colours change nothing else");
}

fn without_escapes(text: &str) -> String {
    let mut pieces = text.split('\x1b');
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |plain, piece| plain + piece.split_once('m').unwrap().1)
}

#[test]
fn nothing_to_do_is_said_in_two_words() {
    let text = full(&idle_plan());
    assert!(text.ends_with("\nPlan: nothing to do.\n"), "{text}");
}

#[test]
fn records_without_a_change_are_announced() {
    let text = full(&Plan { openings: vec!["year-7".into()], ..idle_plan() });
    assert!(text.ends_with("Plan: nothing to do.\n      An apply records the opening of year-7.\n"), "{text}");
}

#[test]
fn holds_alone_leave_nothing_to_do() {
    let text = full(&Plan { held: plan().held.split_off(1), ..idle_plan() });
    assert!(text.ends_with("Plan: nothing to do, 6 held.\n"), "{text}");
}

#[test]
fn an_update_alone_sends_nothing() {
    let mut plan = plan();
    plan.changes.retain(|change| change.caregiver.as_str() == "C1002");
    plan.held.clear();
    assert!(full(&plan).ends_with("Plan: 1 to update.\n      Sends no email and sets no password.\n"));
}

#[test]
fn an_outbox_is_said_to_be_one() {
    let mut plan = plan();
    plan.inputs.departure = None;
    assert!(full(&plan).ends_with("   Letters go to the outbox folder.\n"));
}

#[test]
fn a_guard_that_blocks_is_loud_and_hides_nothing() {
    let mut plan = plan();
    plan.guards[0] = GuardResult {
        blocks: true,
        fix: "Add an `override` for resets to the rollout, or open a smaller cohort.".into(),
        caregivers: vec!["C1003".into(), "C1011".into()],
        ..guard("resets", 2, 1)
    };
    let text = full(&plan);
    let end = &text[text.find("Guards").unwrap()..];
    insta::assert_snapshot!(end, @"
    Guards: resets 2 of 1, emails 5 of 300, roster-change 12 of 220 (10%; override: T-118)
    BLOCKED  resets is 2, allowed is 1. Add an `override` for resets to the rollout, or open a smaller cohort.
             C1003 and C1011

    Note: line 41: the reissue of C1009 (T-131, asked by rangi@xtra.example) is done and may go

    Plan: 1 to create, 2 to reset, 2 to email, 1 to update, 1 to withdraw, 1 to adopt, 1 unknown, 6 held.
          Sends 5 emails and sets 3 passwords. Second resets: 1. Taken from people who have signed in: 1.   About 20 s at 20 emails a minute.
          BLOCKED by resets: nothing of it can be applied.
    ");
    assert!(text.contains("+ C1010"));
}

#[test]
fn what_a_stopped_run_left_is_told() {
    let mere = || person("Mere", "Tūī", "mere.tui@example.nz");
    let settled =
        |proof| change("C1", Some("pilot"), mere(), vec![settle("mere.tui@example.nz", proof)], "a run stopped");
    let changes = [Proof::WasSet, Proof::NotSet, Proof::Unknown].map(settled).to_vec();
    let text = full(&Plan { changes, ..idle_plan() });
    let begin = text.find("  @").unwrap();
    insta::assert_snapshot!(&text[begin..text.find("year-7: ").unwrap()], @"
    @ C1  Mere Tūī  mere.tui@example.nz  email (the password is set)
        A run stopped here. The LMS has the password: only the letter is missing.
    * C1  Mere Tūī  mere.tui@example.nz  reset, email
        A run stopped here. The LMS does not have the password: this is no second reset.
    ? C1  Mere Tūī  mere.tui@example.nz  find out whether the password was set, email
        A run stopped here, and the LMS can't say whether it has the password: the same one is set again.
    ");
    assert!(text.contains("1 to reset, 1 to email, 1 unknown."), "{text}");
}

#[test]
fn several_acts_share_a_line_under_the_weightiest_symbol() {
    let acts = vec![
        fixture::update(&[(FieldName::FirstName, "Mary", "Mere")]),
        email("mere.tui@example.nz", LetterSource::Sealed(LetterNumber::FIRST)),
    ];
    let changes =
        vec![change("C1", Some("pilot"), person("Mere", "Tūī", "mere.tui@example.nz"), acts, "the letter is due")];
    let text = full(&Plan { changes, ..idle_plan() });
    assert!(
        text.contains("  @ C1  Mere Tūī  mere.tui@example.nz  correct first name; email (the password is set)\n"),
        "{text}"
    );
    assert!(text.contains("      first name: [-Mary-]{+Mere+}\n"), "{text}");
}

#[test]
fn nothing_personal_is_shown_where_it_may_not_be() {
    let text = text(&plan(), &fixture::view(Personal::None));
    for secret in PERSONAL {
        assert!(!text.contains(secret), "{secret}");
    }
    let line = text.lines().find(|line| line.contains("C1021")).unwrap();
    assert_eq!(line, "  ! C1021", "no cohort, no code beside the id");
}

#[test]
fn masked_text_has_no_full_name_or_address() {
    let text = text(&plan(), &fixture::view(Personal::Masked));
    for secret in PERSONAL.iter().filter(|secret| !secret.starts_with("T-")) {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let hostile = person("\x1b[2JRangi\r\nBcc: all", &"\u{202E}x".repeat(150), "a@example.nz");
    let held = vec![hold("C\x07", "pilot", HoldCode::NoEmail, hostile.clone(), "a\x1bb", "c\nd")];
    let changes = vec![change("C1", Some("pilot"), hostile, vec![reset("a@example.nz", 2, false)], "e\x1bf")];
    let text = full(&Plan { changes, held, ..idle_plan() });
    assert!(!text.chars().any(|char| char != '\n' && (char.is_control() || char == '\u{202E}')), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
    assert!(text.lines().all(|line| line.chars().count() < 250), "{text}");
}

#[test]
fn no_width_makes_it_panic_and_lines_keep_to_it_where_words_allow() {
    for width in 0..130 {
        let text = text(&plan(), &narrow(width));
        let too_long = |line: &&str| line.chars().count() > width && line.trim().contains(' ');
        if width >= 40 {
            assert_eq!(text.lines().find(too_long), None, "at {width}");
        }
    }
}

#[test]
fn every_hold_has_a_general_fix_that_ends_as_a_sentence() {
    for code in HoldCode::ALL {
        assert!(crate::report::fixes::general(*code).ends_with('.'), "{code}");
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    assert_eq!(full(&plan()), full(&plan()));
}

#[test]
fn someone_whose_cohort_is_gone_is_still_listed() {
    let acts = vec![Act::Withdraw { username: "x".into() }];
    let changes = vec![change("C1", Some("dropped"), person("Mere", "Tūī", ""), acts, "left")];
    let text = full(&Plan { changes, ..idle_plan() });
    assert!(text.contains("In no cohort: 1 caregiver\n  - C1  Mere Tūī  disable the account x\n"), "{text}");
}
