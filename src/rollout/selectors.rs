//! What cohorts select by, compared with what the roster has: a year, class, school or student that nobody has selects nobody,
//! and a cohort that waits for that one would open at once.

use std::collections::{BTreeSet, HashSet};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::nfc::nfc;

use super::{Cohort, Rollout};

/// So many of the roster's words a message names.
const NAMED: usize = 12;

/// What the children of a roster have, each word once.
#[derive(Debug, Default)]
pub struct RosterWords<'a> {
    /// Their years.
    pub years: BTreeSet<&'a str>,
    /// Their classes.
    pub classes: BTreeSet<&'a str>,
    /// Their schools.
    pub schools: BTreeSet<&'a str>,
    /// Their ids; only asked for where [`selects_students`].
    pub students: HashSet<&'a str>,
}

/// Whether a cohort selects children by their ids.
pub fn selects_students(rollout: &Rollout) -> bool {
    rollout.cohorts.iter().any(|cohort| cohort.select.students.is_some())
}

/// A warning for each word that a cohort selects by and no child has.
pub fn check_selectors(rollout: &Rollout, words: &RosterWords<'_>) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for cohort in &rollout.cohorts {
        let select = &cohort.select;
        let lists = [
            ("year", &select.years, &words.years),
            ("class", &select.classes, &words.classes),
            ("school", &select.schools, &words.schools),
        ];
        for (what, wanted, has) in lists {
            let has: BTreeSet<String> = has.iter().map(|word| nfc(word).into_owned()).collect();
            for word in wanted.iter().flatten().filter(|word| !has.contains(*word)) {
                let help = mend(word, |spelling| has.contains(spelling)).unwrap_or_else(|| listed(what, &has));
                problems.push(nobody(cohort, what, word, help));
            }
        }
        for id in select.students.iter().flatten().filter(|id| !words.students.contains(id.as_str())) {
            let spelled = mend(id, |spelling| words.students.contains(spelling));
            let help = spelled.unwrap_or_else(|| "write the id as the roster's student column has it".to_owned());
            problems.push(nobody(cohort, "student", id, help));
        }
    }
    problems
}

fn nobody(cohort: &Cohort, what: &str, word: &str, help: String) -> Diagnostic {
    let message = match what {
        "student" => format!("no child of the roster has the id `{word}`, which cohort `{}` selects", cohort.name),
        _ => format!("no child of the roster is in {what} `{word}`, which cohort `{}` selects", cohort.name),
    };
    Diagnostic::warning("rollout::selects-nobody", message).with_place(cohort.place.clone()).with_help(help)
}

/// What a spreadsheet or a hurried hand makes of a word: zeros in front, another case, a word in front of a number.
fn mend(word: &str, has: impl Fn(&str) -> bool) -> Option<String> {
    let bare = word.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let spellings = [
        word.trim_start_matches('0').to_owned(),
        format!("0{word}"),
        bare.trim_start_matches('0').to_owned(),
        word.to_uppercase(),
        word.to_lowercase(),
        word.trim().to_owned(),
    ];
    let spelling = spellings.into_iter().find(|spelling| !spelling.is_empty() && has(spelling))?;
    Some(format!("did you mean `{spelling}`?"))
}

fn listed(what: &str, has: &BTreeSet<String>) -> String {
    if has.iter().all(String::is_empty) {
        return format!("the roster says of nobody in which {what} they are: see `columns:`");
    }
    let shown: Vec<&str> = has.iter().map(String::as_str).filter(|word| !word.is_empty()).take(NAMED).collect();
    let more = if has.len() > NAMED { ", …" } else { "" };
    format!("the roster has: {}{more}", shown.join(", "))
}
