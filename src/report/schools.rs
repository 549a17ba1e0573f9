//! Where several schools stand: a line and a bar for each, and what they come to together.

use crate::plan::Plan;

use super::bar::bar;
use super::clean::clean;
use super::names::count;
use super::page::{Page, columns, padded};
use super::paint::Tone;
use super::status;
use super::view::View;

const BAR: usize = 24;

/// One school.
#[derive(Clone, Debug)]
pub struct SchoolStatus {
    name: String,
    /// `None` where it could not be read.
    standing: Option<Standing>,
}

#[derive(Clone, Copy, Debug)]
struct Standing {
    /// Active, to do, held, later.
    shares: [u64; 4],
    has_unknown: bool,
}

impl SchoolStatus {
    /// As its plan tells it.
    pub fn of(plan: &Plan) -> Self {
        let mut shares = [0_u64; 4];
        for cohort in &plan.cohorts {
            for (sum, share) in shares.iter_mut().zip(status::shares(plan, cohort)) {
                *sum = sum.saturating_add(share);
            }
        }
        let standing = Standing { shares, has_unknown: plan.has_unknown() };
        Self { name: plan.inputs.school.clone(), standing: Some(standing) }
    }

    /// One that could not be read, by the name of its folder.
    pub fn unread(folder: &str) -> Self {
        Self { name: folder.to_owned(), standing: None }
    }
}

/// All of them, ending in a line end.
pub fn schools(rows: &[SchoolStatus], view: &View) -> String {
    let mut page = Page::new(view);
    let widest = rows.iter().map(|row| columns(&clean(&row.name))).max().unwrap_or(0);
    let mut together = [0_u64; 4];
    for row in rows {
        let name = page.dress(Tone::Strong, &padded(&clean(&row.name), widest));
        let Some(Standing { shares, has_unknown }) = row.standing else {
            page.line(0, &format!("{name}  could not be read: see above"));
            continue;
        };
        for (sum, share) in together.iter_mut().zip(shares) {
            *sum = sum.saturating_add(share);
        }
        let head = format!("{name}  {}  ", bar(shares, BAR, page.paint()));
        let unknown = if has_unknown { "; something is unknown: see its `firstbell plan`" } else { "" };
        page.entry(&head, &format!("{}{unknown}", status::counted(shares)), 4);
    }
    page.gap();
    status::legend(&mut page);
    page.gap();
    let unread = rows.iter().filter(|row| row.standing.is_none()).count();
    let read = count((rows.len() - unread) as u64, "school", "schools");
    let words = if rows.len() - unread > 1 { "together" } else { "alone" };
    if unread < rows.len() {
        page.line(0, &format!("{read} {words}: {}.", status::counted(together)));
    }
    if unread > 0 {
        page.line(0, &format!("{} could not be read.", count(unread as u64, "school", "schools")));
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Personal;
    use crate::report::fixture::{idle_plan, plan, view};

    #[test]
    fn each_school_has_a_bar_and_one_that_is_not_read_is_said() {
        let rows = [SchoolStatus::of(&plan()), SchoolStatus::of(&idle_plan()), SchoolStatus::unread("kea")];
        insta::assert_snapshot!(schools(&rows, &view(Personal::None)), @"
        Kōwhai College  [........................]  2 active, 6 to do, 7 held, 1,197 later; something is unknown: see its `firstbell plan`
        Kōwhai College  [........................]  2 active, 1,209 later
        kea             could not be read: see above

        # active, + to do, ! held, . later

        2 schools together: 4 active, 6 to do, 7 held, 2,406 later.
        1 school could not be read.
        ");
    }
}
