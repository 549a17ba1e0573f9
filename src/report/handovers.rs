//! The hand-overs, a line each: nothing about one person.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use crate::model::handover::HandOver;
use crate::model::moment;
use crate::model::recorded::Recorded;

use super::names::count;

/// All hand-overs, oldest first, and what to do about the open ones; of those it is asked whether their file is there.
pub fn handovers(recorded: &Recorded, zone: &TimeZone, is_there: impl Fn(&HandOver) -> bool) -> String {
    if recorded.handovers.is_empty() {
        return "There is no hand-over yet.\n".to_owned();
    }
    let mut text = String::new();
    for handover in &recorded.handovers {
        let rows = count(handover.rows.len() as u64, "row", "rows");
        let when = moment::local(handover.at, zone);
        let _ = writeln!(text, "{:<24} {rows:>10}  {when}  {}", handover.name, state(handover, zone));
    }
    for handover in recorded.open_handovers().filter(|handover| handover.is_placed) {
        let HandOver { number, name, .. } = handover;
        if handover.is_unsure {
            let _ = writeln!(
                text,
                "Next: find out whether {number} was imported (do the new users show? can one of them sign in?), then `firstbell \
                 confirm {number} --imported` or `--not-imported`. Don't import it before."
            );
            continue;
        }
        if !is_there(handover) {
            let _ = writeln!(
                text,
                "Next: `handover/{name}.csv` is not there any more. If it was imported, `firstbell confirm {number} --imported`; if not, \
                 `--not-imported`: the next hand-over has the same rows."
            );
            continue;
        }
        let _ = writeln!(
            text,
            "Next: import `handover/{name}.csv` as `handover/{name}.md` says, then `firstbell confirm {number} --imported`."
        );
    }
    text
}

fn state(handover: &HandOver, zone: &TimeZone) -> String {
    match handover.settled {
        Some((at, outcome)) => {
            let not = handover.rows.iter().filter(|row| row.is_imported == Some(false)).count();
            let not = if not > 0 && not < handover.rows.len() { format!(" ({not} not)") } else { String::new() };
            format!("{}{not}, {}", outcome.as_str(), moment::local(at, zone))
        }
        None if handover.is_unsure => "nobody knows whether it was imported".to_owned(),
        None if handover.is_placed => "waits for somebody to import it".to_owned(),
        None => "not in place yet: `firstbell apply` writes its files".to_owned(),
    }
}
