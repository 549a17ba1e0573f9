//! Problems for programs: the same fields that `render` draws, under names that editors and CI know.

use serde_json::{Map, Value, json};

use super::{Diagnostic, Severity};

/// One problem as JSON: severity, code, message, and where they are known file, line, column, endLine, endColumn, help.
pub fn to_json(diagnostic: &Diagnostic) -> Value {
    let mut fields = Map::new();
    fields.insert("severity".into(), severity(diagnostic.severity).into());
    fields.insert("code".into(), diagnostic.code.into());
    fields.insert("message".into(), json!(diagnostic.message));
    if let Some(place) = &diagnostic.place {
        fields.insert("file".into(), json!(place.file));
        if let Some(span) = place.span {
            fields.insert("line".into(), span.line.into());
            fields.insert("column".into(), span.column.into());
            fields.insert("endLine".into(), span.end_line.into());
            fields.insert("endColumn".into(), span.end_column.into());
        }
    }
    if let Some(help) = &diagnostic.help {
        fields.insert("help".into(), json!(help));
    }
    Value::Object(fields)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Place, Span};
    use super::*;

    #[test]
    fn a_problem_has_its_place_and_its_help() {
        let span = Span { line: 4, column: 5, end_line: 4, end_column: 9 };
        let diagnostic =
            Diagnostic::warning("rollout::x", "odd").with_place(Place::at("rollout.yaml", span)).with_help("mend it");
        assert_eq!(
            to_json(&diagnostic),
            json!({
                "severity": "warning", "code": "rollout::x", "message": "odd", "file": "rollout.yaml",
                "line": 4, "column": 5, "endLine": 4, "endColumn": 9, "help": "mend it",
            })
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        assert_eq!(
            to_json(&Diagnostic::error("roster::empty", "nothing in it")),
            json!({"severity": "error", "code": "roster::empty", "message": "nothing in it"})
        );
    }
}
