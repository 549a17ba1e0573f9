//! What good documents mean, that the files made from the types are up to date, and that no input is a panic.

use camino::Utf8Path;
use insta::assert_debug_snapshot;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::diagnostic::Severity;
use crate::files;
use crate::model::ids::CohortName;
use crate::rollout::{
    GuardName, Limit, PasswordStyle, RosterWords, StateSettings, check_against_roster, check_selectors, reference_page,
    schema,
};

fn good(text: &str) -> Rollout {
    read_text(text).unwrap_or_else(|problems| panic!("{:#?}", briefs(&problems))).0
}

#[test]
fn the_least_rollout_has_sensible_defaults() {
    let rollout = good(LEAST);
    assert_eq!(rollout.timezone.iana_name(), Some("Pacific/Auckland"));
    assert_eq!(rollout.roster[0].path, "/nowhere/kowhai/roster/caregivers.csv");
    assert_eq!(rollout.roster[0].written_path, "roster/caregivers.csv");
    assert_eq!(rollout.state, StateSettings::File("/nowhere/kowhai/state/firstbell.db".into()));
    assert_eq!(rollout.password, PasswordStyle::Words { words: 4 });
    assert_eq!(rollout.guards.withdrawals, Limit::Number(10));
    assert_eq!(rollout.guards.roster_change, Limit::Percent(10.0));
    assert_eq!((rollout.mail.pace.per_minute, rollout.mail.pace.per_day), (Some(20), Some(1500)));
    assert_eq!(rollout.mail.letter_path, "/nowhere/kowhai/letters/welcome");
    assert_eq!(rollout.cohorts[0].opens, Some(date(2027, 2, 1)));
}

#[test]
fn the_digest_is_that_of_the_bytes() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(crate::rollout::sha256(b"abc"), abc);
}

#[test]
fn the_full_rollout_means_what_it_says() {
    let (rollout, problems) = read_text(FULL).unwrap();
    assert_eq!(briefs(&problems), ["rollout::no-effect 41:61"]);
    let year_8 = rollout.cohort(&CohortName::new("year-8")).unwrap();
    assert_eq!(year_8.after, [1]);
    assert_debug_snapshot!(year_8.select, @r#"
    Select {
        all: false,
        years: Some(
            {
                "8",
            },
        ),
        classes: Some(
            {
                "8A",
                "8B",
            },
        ),
        schools: None,
        students: None,
        caregivers: None,
        place: None,
        lines: {},
    }
    "#);
    let hold = &rollout.hold[0];
    assert_eq!((hold.caregiver.as_str(), hold.until), ("C1440", Some(date(2027, 3, 1))));
    assert_eq!(hold.place.to_string(), "rollout.yaml:44:24");
    let moved = &rollout.moved[0];
    assert_eq!(
        (moved.from.as_str(), moved.to.as_str(), moved.because.as_str()),
        ("C0981", "C1377", "merged in the SMS")
    );
    assert_eq!(moved.place.to_string(), "rollout.yaml:45:19");
    let reissue = &rollout.reissue[0];
    assert_eq!((reissue.caregiver.as_str(), reissue.activation.0), ("C1102", 2));
    assert_eq!(reissue.place.to_string(), "rollout.yaml:46:24");
    let line = &rollout.overrides[0];
    assert_eq!((line.guard, line.value, line.expires), (GuardName::Resets, Limit::Number(900), date(2027, 2, 11)));
    assert_eq!(line.place.to_string(), "rollout.yaml:47:20");
    assert!(rollout.mail.by_language);
    assert_eq!(rollout.mail.hours.unwrap().holidays, [date(2027, 2, 6)]);
}

#[test]
fn ids_are_kept_as_they_are_written() {
    let text =
        LEAST.replace("{years: [7]}", "{years: [7, \"7\", 07], caregivers: [00123, \"00123\", no, on, 0x1F, 09:00]}");
    let select = good(&text).cohorts.remove(0).select;
    assert_eq!(select.years.unwrap().into_iter().collect::<Vec<_>>(), ["07", "7"]);
    assert_eq!(select.caregivers.unwrap().into_iter().collect::<Vec<_>>(), ["00123", "09:00", "0x1F", "no", "on"]);
}

#[test]
fn text_that_other_yaml_takes_for_something_else_is_text() {
    let rollout = good(&LEAST.replace("Kōwhai College\n", "no\n").replace("year-7", "on"));
    assert_eq!((rollout.school.as_str(), rollout.cohorts[0].name.as_str()), ("no", "on"));
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    let windows = format!("\u{feff}{}", LEAST.replace('\n', "\r\n"));
    assert_eq!(good(&windows).school, "Kōwhai College");
    let problems = problems(read_text(&windows.replace("[7]", "7")));
    assert_eq!(briefs(&problems), ["rollout::wrong-type 10:36"]);
    assert!(problems.iter().all(|problem| !problem.source.as_ref().unwrap().contains('\r')));
}

#[test]
fn an_emptied_list_is_no_mistake() {
    let rollout = good(&format!("{LEAST}hold:\n  # nobody\nmoved:\nreissue: []\n"));
    assert!(rollout.hold.is_empty() && rollout.moved.is_empty());
}

#[test]
fn the_ids_of_a_file_join_those_in_the_rollout() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    files::replace(&folder.join("pilot.txt"), b"CaregiverID\nC2\nC3\n").unwrap();
    let text = LEAST.replace("{years: [7]}", "{caregivers: [C1], id-file: pilot.txt}");
    let (mut rollout, _) = read_in(&text, &Project::new(folder)).unwrap();
    let ids = rollout.cohorts.remove(0).select.caregivers.unwrap();
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["C1", "C2", "C3"]);
}

#[test]
fn ids_that_the_roster_does_not_have_are_found() {
    let has = |id: &str| ["C1001", "C0981", "C1440"].contains(&id);
    let problems = check_against_roster(&good(FULL), has);
    let said: Vec<_> = problems.sorted().into_iter().map(|d| format!("{}: {}", brief(d), d.message)).collect();
    assert_debug_snapshot!(said, @r#"
    [
        "rollout::unknown-caregiver 40:29: the roster has nobody with the id `C1002`",
        "rollout::moved-from-present 45:19: `C0981` moved to `C1377`, but the roster still has the old id",
        "rollout::moved-to-nobody 45:19: `C0981` moved to `C1377`, but the roster has nobody with that id",
        "rollout::unknown-caregiver 46:24: the roster has nobody with the id `C1102`",
    ]
    "#);
}

/// Somebody who is to wait would get their letter: whoever has left stays a warning.
#[test]
fn a_hold_whose_id_is_only_spelled_otherwise_is_an_error() {
    let severity = |written: &str| {
        let text = format!("{LEAST}hold: [{{caregiver: {written}, because: T}}]\n");
        let problems = check_against_roster(&good(&text), |id| ["C8", "007"].contains(&id));
        problems.sorted().first().map(|problem| (problem.severity, problem.help.clone().unwrap_or_default()))
    };
    for (written, meant) in [("c8", "C8"), ("“C8”", "C8"), ("\"7\"", "007"), ("\"07\"", "007")] {
        assert_eq!(severity(written), Some((Severity::Error, format!("did you mean `{meant}`?"))), "{written}");
    }
    assert_eq!(severity("C9").unwrap().0, Severity::Warning);
    assert_eq!(severity("C8"), None);
}

#[test]
fn the_place_of_the_state_is_free_once_the_state_is_elsewhere() {
    let rollout = good(&format!("{LEAST}state: {{path: s.db}}\nlms: {{path: state/firstbell.db}}\n"));
    assert!(matches!(rollout.state, StateSettings::File(path) if path.file_name() == Some("s.db")));
}

#[test]
fn what_a_cohort_selects_by_and_no_child_has_is_found() {
    let words = RosterWords {
        years: ["7", "8"].into(),
        classes: ["7A", ""].into(),
        schools: [""].into(),
        students: ["S1"].into(),
    };
    let said = |select: &str| -> Vec<String> {
        let rollout = good(&LEAST.replace("{years: [7]}", select));
        let problems = check_selectors(&rollout, &words);
        problems.iter().map(|one| format!("{}; {}", one.message, one.help.as_deref().unwrap_or_default())).collect()
    };
    assert!(said("{years: [7, 8], classes: [7A], students: [S1]}").is_empty() && said("all").is_empty());
    assert_eq!(
        said("{years: [07, Y8, 9]}"),
        [
            "no child of the roster is in year `07`, which cohort `year-7` selects; did you mean `7`?",
            "no child of the roster is in year `9`, which cohort `year-7` selects; the roster has: 7, 8",
            "no child of the roster is in year `Y8`, which cohort `year-7` selects; did you mean `8`?",
        ]
    );
    assert_eq!(
        said("{classes: [7a], schools: [Kea], students: [s1]}"),
        [
            "no child of the roster is in class `7a`, which cohort `year-7` selects; did you mean `7A`?",
            "no child of the roster is in school `Kea`, which cohort `year-7` selects; the roster says of nobody in which school \
             they are: see `columns:`",
            "no child of the roster has the id `s1`, which cohort `year-7` selects; did you mean `S1`?",
        ]
    );
}

#[test]
fn a_spelling_that_a_spreadsheet_made_is_recognised() {
    let rollout = good(&format!("{LEAST}hold: [{{caregiver: c77, because: x}}, {{caregiver: 123, because: x}}]\n"));
    let problems = check_against_roster(&rollout, |id| ["C77", "0123"].contains(&id));
    let helps: Vec<_> = problems.iter().filter_map(|problem| problem.help.as_deref()).collect();
    assert_eq!(helps, ["did you mean `C77`?", "did you mean `0123`?"]);
}

#[test]
fn the_schema_accepts_what_is_read() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for text in [LEAST, FULL] {
        let document: Value = as_json(text);
        let errors: Vec<_> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let bad = as_json(&LEAST.replace("school:", "shcool:"));
    assert!(!validator.is_valid(&bad));
}

fn as_json(text: &str) -> Value {
    crate::rollout::document::to_json(text)
}

#[test]
fn what_is_made_from_the_types_is_up_to_date() {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    let made = [("schemas/rollout.schema.json", format!("{:#}\n", schema())), ("docs/rollout.md", reference_page())];
    for (file, text) in made {
        let kept = files::read(&root.join(file)).unwrap_or_default();
        assert!(kept == text.as_bytes(), "{file} is not what the types say now: run `cargo run --example bless`");
    }
}

#[test]
fn the_reference_page_begins_with_a_rollout_that_works() {
    let page = reference_page();
    let text = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(good(text).cohorts.len(), 2);
}

/// Pieces of which YAML is made, so that chance finds more than "this is not YAML".
fn yaml_pieces() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "version", "cohorts", "name", "select", "roster", "mail", "after", "moved", "hold", ": ", ":", "- ", "\n",
        "\n  ", "\n    ", "[", "]", "{", "}", ", ", "\"", "'", "|\n", ">-\n", "&a", "*a", "!!str ", "? ", "---\n",
        "...\n", "#", "%", "\t", "\r\n", "\r", "ā", "\u{2028}", "\u{85}", "\u{feff}", "\0", "7", "all", "~", "<<",
        "\\", "@", "`",
    ]);
    prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_bytes(Utf8Path::new("x"), &bytes, &Project::new("/nowhere"));
    }

    #[test]
    fn no_yaml_is_a_panic_and_every_problem_can_be_drawn(text in yaml_pieces(), at in 0..LEAST.len()) {
        let at = (at..=LEAST.len()).find(|at| LEAST.is_char_boundary(*at)).unwrap();
        let inside = format!("{}{text}{}", &LEAST[..at], &LEAST[at..]);
        for text in [text, inside] {
            for problem in &problems(read_text(&text)) {
                prop_assert!(!crate::diagnostic::render(problem, crate::diagnostic::Style::Plain).is_empty());
            }
        }
    }
}
