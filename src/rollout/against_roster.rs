//! What the rollout says about single caregivers, compared with the roster: ids that nobody has are typing errors more
//! often than not. The roster comes in as a question, so that this knows nothing of how it is read.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};

use crate::model::ids::is_like_an_id;

use super::{Cohort, HoldRule, Moved, Rollout};

/// Compares the rollout's ids with the roster's.
pub fn check_against_roster(rollout: &Rollout, has_caregiver: impl Fn(&str) -> bool) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for moved in &rollout.moved {
        moved_one(moved, &has_caregiver, &mut problems);
    }
    for hold in rollout.hold.iter().filter(|hold| !has_caregiver(hold.caregiver.as_str())) {
        problems.push(held(hold, &has_caregiver));
    }
    for line in rollout.reissue.iter().filter(|line| !has_caregiver(line.caregiver.as_str())) {
        problems.push(unknown(line.caregiver.as_str(), &line.place, &has_caregiver));
    }
    for cohort in &rollout.cohorts {
        selected(cohort, &has_caregiver, &mut problems);
    }
    problems
}

/// Who has left needs no hold any more. But where the roster has that id in another spelling, the line holds nobody whom it was
/// written for, and their letter would go out.
fn held(hold: &HoldRule, has_caregiver: &impl Fn(&str) -> bool) -> Diagnostic {
    let id = hold.caregiver.as_str();
    match spelled(id, has_caregiver) {
        Some(_) => Diagnostic { severity: Severity::Error, ..unknown(id, &hold.place, has_caregiver) },
        None => unknown(id, &hold.place, has_caregiver),
    }
}

/// Somebody who moved has the new id, and not the old one any more.
fn moved_one(moved: &Moved, has_caregiver: &impl Fn(&str) -> bool, problems: &mut Diagnostics) {
    if !has_caregiver(moved.to.as_str()) {
        let message = format!("`{}` moved to `{}`, but the roster has nobody with that id", moved.from, moved.to);
        // Whether that is a mistake shows when the record is known: they may have left since.
        let problem = Diagnostic::warning("rollout::moved-to-nobody", message).with_place(moved.place.clone());
        let help = format!("if they have left, take the line out; else {}", mend(moved.to.as_str(), has_caregiver));
        problems.push(problem.with_help(help));
    }
    if has_caregiver(moved.from.as_str()) {
        let message = format!("`{}` moved to `{}`, but the roster still has the old id", moved.from, moved.to);
        let problem = Diagnostic::error("rollout::moved-from-present", message).with_place(moved.place.clone());
        problems.push(problem.with_help("these are two people for the SMS: mend it there, or take this line out"));
    }
}

/// One warning a cohort: a file of ids may be long.
fn selected(cohort: &Cohort, has_caregiver: &impl Fn(&str) -> bool, problems: &mut Diagnostics) {
    let (Some(ids), Some(place)) = (&cohort.select.caregivers, &cohort.select.place) else { return };
    let unknown_ids: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !has_caregiver(id)).collect();
    let lines = &cohort.select.lines;
    match unknown_ids.as_slice() {
        [] => {}
        [one] if !lines.contains_key(*one) => problems.push(unknown(one, place, has_caregiver)),
        [first, ..] => {
            let shown = unknown_ids.iter().filter_map(|id| match (is_like_an_id(id), lines.get(*id)) {
                (true, None) => Some((*id).to_owned()),
                (true, Some(line)) => Some(format!("{id} (line {line} of the file)")),
                (false, Some(line)) => Some(format!("line {line} of the file")),
                (false, None) => None,
            });
            let shown: Vec<String> = shown.take(5).collect();
            let (colon, more) = match shown.len() {
                0 => ("", ""),
                many if many < unknown_ids.len() => (": ", ", …"),
                _ => (": ", ""),
            };
            let message = format!(
                "the roster has nobody for {} of the {} ids of cohort `{}`{colon}{}{more}",
                unknown_ids.len(),
                ids.len(),
                cohort.name,
                shown.join(", "),
            );
            let problem = Diagnostic::warning("rollout::unknown-caregiver", message).with_place(place.clone());
            problems.push(problem.with_help(mend(first, has_caregiver)));
        }
    }
}

fn unknown(id: &str, place: &Place, has_caregiver: &impl Fn(&str) -> bool) -> Diagnostic {
    let message = if is_like_an_id(id) {
        format!("the roster has nobody with the id `{id}`")
    } else {
        "the roster has nobody with the id that stands here".to_owned()
    };
    Diagnostic::warning("rollout::unknown-caregiver", message)
        .with_place(place.clone())
        .with_help(mend(id, has_caregiver))
}

/// The id as the roster has it, where that is the same but for what spreadsheets and word processors make of one: other near ones
/// would take a walk through the roster.
fn spelled(id: &str, has_caregiver: &impl Fn(&str) -> bool) -> Option<String> {
    let bare = id.trim_matches(|letter: char| letter.is_whitespace() || "“”„‘’«»\"'`".contains(letter));
    let zeros = (1..=MOST_ZEROS).map(|many| format!("{}{bare}", "0".repeat(many)));
    let spellings =
        [bare.to_owned(), bare.to_uppercase(), bare.to_lowercase(), bare.trim_start_matches('0').to_owned()];
    let letters = [bare.replace(['O', 'o'], "0"), bare.replace('0', "O")];
    spellings.into_iter().chain(letters).chain(zeros).find(|spelling| !spelling.is_empty() && has_caregiver(spelling))
}

/// So many zeros may have been taken from an id.
const MOST_ZEROS: usize = 8;

fn mend(id: &str, has_caregiver: &impl Fn(&str) -> bool) -> String {
    match spelled(id, has_caregiver) {
        Some(spelling) if id.starts_with('0') && id.ends_with(&spelling) => {
            format!(
                "the roster has `{spelling}`: has a spreadsheet taken the zeros away? Then take the export as the SMS writes it"
            )
        }
        Some(spelling) => format!("did you mean `{spelling}`?"),
        None => "write the id as the roster's caregiver column has it".to_owned(),
    }
}
