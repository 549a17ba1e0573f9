//! The JSON form: what stands in it, that it keeps to its schema, that it shows nobody who may not be shown.

use serde_json::{Value, json};

use super::{json as plan_json, plan_schema};
use crate::report::Personal;
use crate::report::fixture::{self, PERSONAL, idle_plan, plan};

const WRITTEN: &str = include_str!("../../../schemas/plan.schema.json");

fn shown(personal: Personal) -> Value {
    let diagnostic = json!({
        "severity": "warning", "code": "roster::typing-error", "message": "is `kiri@gmial.example` meant?",
        "source": "C1024;Kiri;Wai;kiri@gmial.example", "line": 24, "column": 11,
    });
    plan_json(&plan(), &fixture::view(personal), &[diagnostic])
}

#[test]
fn the_committed_schema_is_what_the_types_say() {
    let schema = serde_json::to_string_pretty(&plan_schema()).unwrap() + "\n";
    if schema != WRITTEN {
        let fresh = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("target/plan.schema.json");
        crate::files::replace(&fresh, schema.as_bytes()).unwrap();
        panic!("schemas/plan.schema.json differs from the types; the fresh one is {fresh}, copy it over");
    }
}

#[test]
fn every_plan_keeps_to_the_schema() {
    let validator = jsonschema::validator_for(&plan_schema()).unwrap();
    for personal in [Personal::None, Personal::Masked, Personal::Full] {
        for document in [shown(personal), plan_json(&idle_plan(), &fixture::view(personal), &[])] {
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
}

#[test]
fn the_schema_refuses_what_is_no_plan() {
    let validator = jsonschema::validator_for(&plan_schema()).unwrap();
    let mut document = shown(Personal::Full);
    document["extra"] = json!(1);
    assert!(!validator.is_valid(&document));
    let mut document = shown(Personal::Full);
    document["changes"][0]["actions"] = json!(["delete"]);
    assert!(!validator.is_valid(&document));
}

#[test]
fn the_top_level_has_exactly_these_keys() {
    let document = shown(Personal::None);
    let keys: Vec<&str> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "format_version",
            "tool",
            "inputs",
            "summary",
            "effects",
            "guards",
            "changes",
            "held",
            "unchanged",
            "diagnostics"
        ]
    );
    assert_eq!(document["format_version"], "1.0");
    assert_eq!(document["tool"]["name"], "firstbell");
}

#[test]
fn counts_are_those_of_the_plan() {
    let document = shown(Personal::None);
    assert_eq!(
        document["summary"],
        json!({"create": 1, "reset": 2, "email": 2, "update": 1, "withdraw": 1, "adopt": 1, "held": 6, "unknown": 1,
               "unchanged": 1_201})
    );
    assert_eq!(
        document["effects"],
        json!({"accounts_created": 1, "passwords_set": 3, "emails": 5, "pages": 0, "second_resets": 1, "signed_in_reset": 1})
    );
    assert_eq!(
        document["unchanged"],
        json!({"active": 1, "after year-7": 176, "opens 2027-03-01": 1_020, "outside": 4})
    );
}

#[test]
fn in_full_a_change_says_who_and_what() {
    let document = shown(Personal::Full);
    assert_eq!(
        document["changes"][2],
        json!({
            "caregiver": "C1002", "cohort": "pilot", "actions": ["update"], "reason": "the SMS differs",
            "activation": null,
            "fields": [
                {"field": "email", "old": "rangi@xtra.example", "new": "rangi@mail.example"},
                {"field": "last name", "old": "Henare", "new": "Hēnare"},
            ],
            "name": "Rangi Hēnare", "email": "rangi@mail.example",
        })
    );
    assert_eq!(document["changes"][0]["activation"], 2);
    assert_eq!(document["diagnostics"][0]["source"], "C1024;Kiri;Wai;kiri@gmial.example");
}

#[test]
fn nothing_personal_is_shown_where_it_may_not_be() {
    let text = shown(Personal::None).to_string();
    for secret in PERSONAL {
        assert!(!text.contains(secret), "{secret}");
    }
    for domain in ["…@xtra.example", "…@mail.example", "…@gmial.example"] {
        assert!(text.contains(domain), "{domain}");
    }
}

#[test]
fn a_sensitive_code_is_only_held_and_says_no_cohort() {
    let document = shown(Personal::None);
    // Whoever is hidden comes last, by id: where they stood told their code.
    let held = document["held"].as_array().unwrap().last().unwrap();
    assert_eq!((&held["caregiver"], &held["code"], &held["cohort"]), (&json!("C1021"), &json!("held"), &Value::Null));
    assert!(!document.to_string().contains("asked-to-wait"));
    assert_eq!(shown(Personal::Full)["held"][1]["code"], "asked-to-wait");
}

#[test]
fn masked_shows_initials() {
    let document = shown(Personal::Masked);
    assert_eq!(
        (&document["changes"][0]["name"], &document["changes"][0]["email"]),
        (&json!("S… L…"), &json!("s…@example.com"))
    );
    assert_eq!(document["held"][4]["fix"], "Did they mean k…@gmail.example?");
    assert_eq!(document["diagnostics"][0]["message"], "is `k…@gmial.example` meant?");
}
