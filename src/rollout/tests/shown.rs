//! What people see.

use insta::assert_snapshot;

use super::*;
use crate::diagnostic::{Style, render};

fn shown(text: &str) -> String {
    problems(read_text(text))
        .sorted()
        .into_iter()
        .map(|problem| render(problem, Style::Plain))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn several_mistakes_in_one_run() {
    let text = "\
version: 1
school: Kōwhai College
timezon: Pacific/Auckland
roster:
  path: ../roster.csv
  columns: {caregiver-id: CaregiverID, emial: Email, year: Year}
sign-in-url: http://portal.kowhai.example.nz
mail:
  from: Kōwhai College
cohorts:
  - {name: year-7, select: {years: [7]}, opens: 2027-02-30}
  - {name: year-8, select: {years: 8}, after: [yaer-7]}
  - {name: year-7, select: everyone}
reissue: [{caregiver: C1102, activation: 1, because: T-131}]
";
    assert_snapshot!(shown(text), @r"
    error[rollout::unknown-key]: `timezon` is not a key of the rollout
     --> rollout.yaml:3:1
      |
    3 | timezon: Pacific/Auckland
      | ^^^^^^^
      |
      = help: did you mean `timezone`?

    error[rollout::outside-project]: `../roster.csv` leads out of the project
     --> rollout.yaml:5:9
      |
    5 |   path: ../roster.csv
      |         ^^^^^^^^^^^^^
      |
      = help: everything a rollout names lies in its own folder; write the path from there, without `..`

    error[rollout::unknown-key]: `emial` is not a key of `columns`
     --> rollout.yaml:6:40
      |
    6 |   columns: {caregiver-id: CaregiverID, emial: Email, year: Year}
      |                                        ^^^^^
      |
      = help: did you mean `email`?

    error[rollout::bad-url]: `http://portal.kowhai.example.nz` would send passwords in clear: only https is safe
     --> rollout.yaml:7:14
      |
    7 | sign-in-url: http://portal.kowhai.example.nz
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write it like https://portal.example.nz

    error[rollout::bad-address]: `Kōwhai College` is not a sender
     --> rollout.yaml:9:9
      |
    9 |   from: Kōwhai College
      |         ^^^^^^^^^^^^^^
      |
      = help: write `Kōwhai College <office@example.nz>` or the address alone, on one line

    error[rollout::bad-date]: `2027-02-30` is not in the calendar
      --> rollout.yaml:11:49
       |
    11 |   - {name: year-7, select: {years: [7]}, opens: 2027-02-30}
       |                                                 ^^^^^^^^^^
       |
       = help: write year-month-day: 2027-02-01

    error[rollout::wrong-type]: `years` must be a list, not a number
      --> rollout.yaml:12:36
       |
    12 |   - {name: year-8, select: {years: 8}, after: [yaer-7]}
       |                                    ^
       |
       = help: write it in brackets: [8]

    error[rollout::unknown-cohort]: there is no cohort `yaer-7`
      --> rollout.yaml:12:48
       |
    12 |   - {name: year-8, select: {years: 8}, after: [yaer-7]}
       |                                                ^^^^^^
       |
       = help: did you mean `year-7`?

    error[rollout::cohort-twice]: a second cohort is named `year-7`
      --> rollout.yaml:13:12
       |
    13 |   - {name: year-7, select: everyone}
       |            ^^^^^^
       |
       = help: line 11 has that name already: what was done is recorded under it

    error[rollout::wrong-type]: `select` must be `all` or a mapping (lines of `key: value`), not text
      --> rollout.yaml:13:28
       |
    13 |   - {name: year-7, select: everyone}
       |                            ^^^^^^^^

    error[rollout::reissue-number]: `1` is not the number of a second or later activation
      --> rollout.yaml:14:42
       |
    14 | reissue: [{caregiver: C1102, activation: 1, because: T-131}]
       |                                          ^
       |
       = help: number 1 was the first password; the first `reissue` makes number 2, the next number 3
    ");
}

#[test]
fn a_key_given_twice() {
    assert_snapshot!(shown(&format!("{LEAST}school: Kōwhai High\n")), @r"
    error[rollout::duplicate-key]: `school` stands here a second time
      --> rollout.yaml:11:1
       |
    11 | school: Kōwhai High
       | ^^^^^^
       |
       = help: it stands already on line 2: keep one of the two
    ");
}

#[test]
fn a_range_of_years_is_written_out() {
    let shown = shown(&LEAST.replace("[7]", "7-9"));
    assert!(shown.contains("write each of them: [7, 8, 9]"), "{shown}");
}

/// Two lines of a plan, pasted one after the other.
#[test]
fn a_list_given_twice() {
    let lines = "reissue: [{caregiver: C1, activation: 2, because: T-1}]\nreissue: [{caregiver: C2, activation: 2, because: T-2}]\n";
    assert_snapshot!(shown(&format!("{LEAST}{lines}")), @r"
    error[rollout::duplicate-key]: `reissue` stands here a second time
      --> rollout.yaml:12:1
       |
    12 | reissue: [{caregiver: C2, activation: 2, because: T-2}]
       | ^^^^^^^
       |
       = help: it stands already on line 11: make one list of the two, each part (what stands between `[` and `]`) on a row of its own under `reissue:`, with `- ` in front
    ");
}

#[test]
fn a_tab() {
    assert_snapshot!(shown("version: 1\nmail:\n\tfrom: office@example.nz\n"), @r"
    error[rollout::yaml]: this is not YAML: tabs disallowed within this context (block indentation)
     --> rollout.yaml:3:1
      |
    3 |     from: office@example.nz
      | ^^^^
      |
      = help: indent with spaces: YAML takes no tabs there
    ");
}

#[test]
fn cohorts_that_wait_for_each_other() {
    let text =
        LEAST.replace("opens: 2027-02-01}", "after: [year-8]}\n  - {name: year-8, select: all, after: [year-7]}");
    assert_snapshot!(shown(&text), @r"
    error[rollout::after-circle]: cohorts wait for each other: `year-7` -> `year-8` -> `year-7`
      --> rollout.yaml:11:41
       |
    11 |   - {name: year-8, select: all, after: [year-7]}
       |                                         ^^^^^^
       |
       = help: take one `after` out, so that one of them can begin
    ");
}

#[test]
fn a_database_without_an_address() {
    assert_snapshot!(shown(&format!("{LEAST}state: {{store: postgres}}\n")), @r"
    error[rollout::state-key]: `state` does not say where the database's address is
      --> rollout.yaml:11:1
       |
    11 | state: {store: postgres}
       | ^^^^^
       |
       = help: add `url: {env: FIRSTBELL_STATE_URL}`, and set that variable to postgres://user:password@host/database
    ");
}

#[test]
fn a_key_that_is_missing() {
    assert_snapshot!(shown(&LEAST.replace("sign-in-url: https://portal.kowhai.example.nz\n", "")), @r"
    error[rollout::missing-key]: the rollout has no `sign-in-url`
     --> rollout.yaml:1:1
      |
    1 | version: 1
      | ^^^^^^^
      |
      = help: add `sign-in-url` here. The page on which parents sign in, for the letter. Must be https, unless it is on this machine
    ");
}

#[test]
fn an_empty_file() {
    assert_snapshot!(shown("\n"), @r"
    error[rollout::empty]: the rollout is empty
    --> rollout.yaml
     = help: `firstbell init` writes one to begin with
    ");
}

#[test]
fn a_value_of_the_wrong_type_is_shown_as_it_was_meant() {
    let text = LEAST.replace("opens: 2027-02-01", "opens: 20260201").replace("  path:", "  max-age: 7\n  path:");
    let shown = shown(&text);
    assert!(shown.contains("write the unit with it: `7d`"), "{shown}");
    assert!(shown.contains("write year-month-day: 2026-02-01"), "{shown}");
}

#[test]
fn a_secret_in_the_rollout_is_never_shown() {
    for smtp in ["smtp: {hots: x, password: hunter2}", "stmp: {password: \"hunter2\"}"] {
        let shown = shown(&LEAST.replace("cohorts:\n", &format!("  {smtp}\ncohorts:\n")));
        assert!(!shown.contains("hunter2") && shown.contains("password: ***"), "{shown}");
    }
    // Also where the document can't be read, and nobody knows what is what.
    for line in [
        "  password: hunter2: x\n",
        "  token:\thunter2\n",
        "smtp: {password: 'hunter2', x}}\n",
        "state: {url: \"postgres://fb:hunter2@db.example.nz/x\" y}\n",
        "  \"secret\" : hunter2 # [\n",
    ] {
        let shown = shown(&format!("{LEAST}{line}"));
        assert!(!shown.contains("hunter2") && shown.contains("rollout::yaml"), "{shown}");
    }
    let shown = shown(&LEAST.replace("cohorts:\n", "  smtp: {host: x.example.nz, password: hunter2}\ncohorts:\n"));
    assert!(
        shown.contains("write `{env: FIRSTBELL_SMTP_PASSWORD}`; the password stood in the file, change it"),
        "{shown}"
    );
}

#[test]
fn a_backslash_in_double_quotes_is_told_of() {
    for path in ["C:\\Users\\x.csv", "a\\q.csv"] {
        let shown = shown(&format!("roster: {{path: \"{path}\"}}\n"));
        assert!(shown.contains("a backslash has a meaning of its own"), "{shown}");
    }
}
