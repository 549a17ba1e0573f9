//! Who is in no change and not held: counted by reason, never listed.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::model::ids::CohortName;
use crate::plan::{Idle, Plan};

use super::blocks::cohort_names;
use super::clean::clean;
use super::names::{list, moment, number, short_date};
use super::page::{Page, columns};
use super::paint::Tone;

/// Writes the counts, if there are any.
pub(super) fn unchanged(page: &mut Page, unchanged: &BTreeMap<Idle, u64>, today: Date) {
    let counts: Vec<_> = unchanged.iter().filter(|(_, many)| **many > 0).collect();
    if counts.is_empty() {
        return;
    }
    page.gap();
    let total = number(counts.iter().map(|(_, many)| **many).sum());
    let label = page.dress(Tone::Strong, "Unchanged");
    page.line(0, &format!("{label}: {total}"));
    for (idle, many) in counts {
        let many = number(*many);
        let head = format!("  {}{many} ", " ".repeat(total.len().saturating_sub(columns(&many))));
        page.entry(&head, &words(idle, today), columns(&head));
    }
}

fn words(idle: &Idle, today: Date) -> String {
    match idle {
        Idle::Active => "active".to_owned(),
        Idle::AccessRevoked => "active, without a child they may see any more".to_owned(),
        Idle::Opens(cohort, day) => format!("in {}, opens {}", clean(cohort.as_str()), short_date(*day, today)),
        Idle::After(cohort, names) => format!("in {}, after {}", clean(cohort.as_str()), list(&cohort_names(names))),
        Idle::Canary(cohort, until) => {
            let until = until.map_or_else(
                || "until its first letters have gone and are waited for".to_owned(),
                |until| format!("until {}", moment(until, today)),
            );
            format!("in {}, not now: canary, {until}", clean(cohort.as_str()))
        }
        Idle::CanaryStopped(cohort, bounced, sent) => format!(
            "in {}, not now: canary, {} of {} first letters came back",
            clean(cohort.as_str()),
            number(*bounced),
            number(*sent)
        ),
        Idle::Outside => "outside every cohort".to_owned(),
        Idle::AbsentOnce => {
            "missing from the last roster; the next day's full one that misses them too has them disabled".to_owned()
        }
        Idle::Gone => "gone from the roster, nothing more to do".to_owned(),
        Idle::NotMeant => "not meant by this plan, though something is due or held".to_owned(),
    }
}

/// The counts for programs: `active`, `outside`, `opens 2027-02-01`, `after year-7`.
pub(super) fn by_code(plan: &Plan) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for (idle, many) in &plan.unchanged {
        *counts.entry(code(idle)).or_default() += many;
    }
    counts
}

fn code(idle: &Idle) -> String {
    match idle {
        Idle::Active => "active".to_owned(),
        Idle::AccessRevoked => "access-revoked".to_owned(),
        Idle::Opens(_, day) => format!("opens {day}"),
        Idle::After(_, names) => {
            format!("after {}", names.iter().map(CohortName::as_str).collect::<Vec<_>>().join(", "))
        }
        Idle::Canary(_, Some(until)) => format!("canary {until}"),
        Idle::Canary(_, None) => "canary".to_owned(),
        Idle::CanaryStopped(..) => "canary stopped".to_owned(),
        Idle::Outside => "outside".to_owned(),
        Idle::AbsentOnce => "absent-once".to_owned(),
        Idle::Gone => "gone".to_owned(),
        Idle::NotMeant => "not meant".to_owned(),
    }
}
