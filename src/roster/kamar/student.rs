//! A student of a push with their caregivers. Numbers and texts are taken alike, since KAMAR writes ids and dates as either;
//! whatever is not named here (passwords, photos, awards) is never kept.

use serde_json::Value;

/// A student with the line that they begin on.
#[derive(Debug)]
pub(super) struct Student {
    pub(super) line: u32,
    pub(super) id: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) year: String,
    pub(super) class: String,
    pub(super) school: String,
    pub(super) leaving: String,
    pub(super) caregivers: Vec<Caregiver>,
}

/// A caregiver of one student.
#[derive(Debug)]
pub(super) struct Caregiver {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) relationship: String,
}

impl Student {
    /// Takes a student out of the push.
    pub(super) fn of(value: &Value, line: u32) -> Self {
        let own = |key: &str| value.get(key).map(text).unwrap_or_default();
        let school = value.get("schoolindex").map(|index| text(index.get(0).unwrap_or(index))).unwrap_or_default();
        let mut caregivers = Vec::new();
        for key in ["caregivers", "caregivers1", "caregivers2", "caregivers3", "caregivers4"] {
            gather(value.get(key), &mut caregivers);
        }
        for key in ["residence", "residences", "res", "resa", "resb"] {
            for residence in items(value.get(key)) {
                gather(residence.get("caregivers"), &mut caregivers);
            }
        }
        Self {
            line,
            id: own("id"),
            first_name: own("firstname"),
            last_name: own("lastname"),
            year: own("yearlevel"),
            class: own("tutor"),
            school,
            leaving: own("leavingdate"),
            caregivers,
        }
    }
}

/// A list, a list in `data` beside its count, an object of objects, or one object.
pub(super) fn items(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(map)) if map.get("data").is_some_and(Value::is_array) => items(map.get("data")),
        Some(Value::Object(map)) if !map.is_empty() && map.values().all(Value::is_object) => map.values().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => Vec::new(),
    }
}

fn gather(value: Option<&Value>, into: &mut Vec<Caregiver>) {
    for item in items(value) {
        let own = |key: &str| {
            let found = item.get(key).or_else(|| item.get(format!("caregiver.{key}")));
            found.map(text).unwrap_or_default()
        };
        let caregiver =
            Caregiver { id: own("id"), name: own("name"), email: own("email"), relationship: own("relationship") };
        if !(caregiver.name.is_empty() && caregiver.email.is_empty()) {
            into.push(caregiver);
        }
    }
}

/// A text or a number as text; blank for everything else.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn caregivers_are_found_however_they_are_listed() {
        let one = json!({"name": "Mere Ngata", "email": "mere@example.nz"});
        for caregivers in [json!([one]), json!({"count": 1, "data": [one]}), json!({"1": one}), one.clone()] {
            let student = Student::of(&json!({"id": 1, "caregivers": caregivers}), 3);
            assert_eq!(student.caregivers.len(), 1, "{caregivers}");
            assert_eq!((student.line, student.caregivers[0].email.as_str()), (3, "mere@example.nz"));
        }
        for nothing in [json!(null), json!([]), json!("Mere"), json!({"count": 0, "data": []}), json!([{"name": ""}])] {
            assert!(Student::of(&json!({"caregivers": nothing}), 1).caregivers.is_empty(), "{nothing}");
        }
    }
}
