//! The instructions beside a hand-over's file: the boxes to tick, in the order of Ultranet's screens, and what to do when a screen
//! shows something else. Nothing in them is about one person.

use std::fmt::Write as _;

use crate::edge::HandOverFacts;

/// The whole page.
pub(super) fn note(facts: &HandOverFacts<'_>, has_letters: bool) -> String {
    let HandOverFacts { number, name, school, cohort, .. } = facts;
    let cohort = cohort.map_or_else(|| "people in no cohort any more".to_owned(), |cohort| format!("cohort {cohort}"));
    let mut page = format!(
        "# Hand-over {number}: {cohort}, {school}\n\n\
         `{name}.csv` gives {} access to Ultranet. Import it **once**, as it is: not opened in a spreadsheet and saved, \
         not twice. It holds {}; it is deleted when you confirm.\n\n\
         Never import the full export: with *Update password* every row of an import is a reset.\n\n## Import\n\n",
        people(facts.creates + facts.resets),
        if has_letters { "passwords in clear" } else { "names and addresses" },
    );
    for (number, step) in (1..).zip(steps(facts, has_letters)) {
        let _ = writeln!(page, "{number}. {step}");
    }
    page.push_str(&trouble(facts, has_letters));
    page.push_str(&afterwards(facts, has_letters));
    page
}

fn steps(facts: &HandOverFacts<'_>, has_letters: bool) -> Vec<String> {
    let name = facts.name;
    let mut steps = vec![
        "In Ultranet: **Administration > Import/Export > Import Users**.".to_owned(),
        format!("Choose the file `{name}.csv`, then **Import CSV**."),
    ];
    steps.extend(options(facts, has_letters));
    steps.push("**Next**: Ultranet validates the file. No pop-up should come.".to_owned());
    steps.push(format!(
        "The summary must show **Add {}, Update {}, Delete 0**. Open each heading and see that all of its users are ticked: \
         those left unticked are not processed.",
        facts.creates, facts.resets
    ));
    steps.push("**Next**: Ultranet processes them.".to_owned());
    steps.push("If it asks whether to create virtual classes for groups: no. The file names none.".to_owned());
    if facts.has_children {
        steps.push(format!(
            "Then import the caregiver-child mapping `{name}-children.csv`, which links the new accounts with their children; \
             it has no heading."
        ));
    }
    steps
}

/// The mode and the boxes.
fn options(facts: &HandOverFacts<'_>, has_letters: bool) -> Vec<String> {
    let tick = |label: &str| {
        if has_letters {
            format!("Leave *{label}* **unticked**: firstbell's own letters tell the passwords.")
        } else {
            format!("Tick *{label}*: Ultranet draws the passwords and mails them.")
        }
    };
    if facts.resets == 0 {
        return vec!["Mode: *Add new users only*.".to_owned(), tick("Email passwords for new accounts")];
    }
    vec![
        "Mode: *Add new users and update existing users*. Where you can choose the fields to update, choose the password \
         alone."
            .to_owned(),
        "Tick *Update password*.".to_owned(),
        tick("Email passwords for new accounts and accounts with updated passwords (if any)"),
    ]
}

fn trouble(facts: &HandOverFacts<'_>, has_letters: bool) -> String {
    let number = facts.number;
    let kept = if has_letters {
        "the next hand-over has the same passwords, so that this file, imported late, does no harm"
    } else {
        "but if this file is imported late all the same, Ultranet draws and mails passwords a second time: delete every copy \
         of it first"
    };
    format!(
        "\n## If a screen shows something else\n\n\
         - **The validation pop-up comes**: don't choose *Continue anyway*. **Print** it, then **Back**, and leave the import. Nothing was \
         imported.\n\
         - **The summary shows other numbers**: **Back**, and leave the import.\n\n\
         In both cases: `firstbell confirm {number} --not-imported` ({kept}), export the users again, and see what \
         `firstbell plan` says.\n\
         - **Some were left out**: list their ids in a file, one a line, and `firstbell confirm {number} --imported --except FILE`.\n\
         - **You don't know whether it went through**: look whether the new users are there. If you still don't know, \
         `firstbell confirm {number} --unsure`: nobody in it is touched until somebody knows.\n"
    )
}

fn afterwards(facts: &HandOverFacts<'_>, has_letters: bool) -> String {
    let number = facts.number;
    let letters = if has_letters { " The next `firstbell apply` then sends the letters." } else { "" };
    format!(
        "\n## Afterwards\n\n\
         1. `firstbell confirm {number} --imported`\n\
         2. **Administration > Import/Export > Export Users**, for all users, in place of the export that the rollout names: an \
         export from before the confirmation is refused.{letters}\n"
    )
}

fn people(many: usize) -> String {
    if many == 1 { "1 parent".to_owned() } else { format!("{many} parents") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::handover::HandOverNumber;
    use crate::model::ids::CohortName;

    fn page(creates: usize, resets: usize, has_letters: bool) -> String {
        let cohort = CohortName::new("year-7");
        let facts = HandOverFacts {
            number: HandOverNumber(3),
            name: "0003-year-7",
            school: "Kōwhai College",
            cohort: Some(&cohort),
            creates,
            resets,
            has_children: creates > 0,
        };
        note(&facts, has_letters)
    }

    #[test]
    fn with_our_letters_the_email_box_stays_empty() {
        let page = page(2, 3, true);
        assert!(page.contains("Mode: *Add new users and update existing users*"));
        assert!(page.contains("Tick *Update password*"));
        assert!(page.contains("accounts with updated passwords (if any)* **unticked**"));
        assert!(page.contains("**Add 2, Update 3, Delete 0**"));
        assert!(page.contains("same passwords"));
    }

    #[test]
    fn with_ultranets_letters_the_box_is_ticked_and_a_late_import_is_warned_of() {
        let page = page(0, 3, false);
        assert!(page.contains("Tick *Email passwords for new accounts and accounts with updated passwords (if any)*"));
        assert!(page.contains("second time") && !page.contains("mapping"));
    }

    #[test]
    fn new_accounts_alone_need_the_mode_that_touches_nobody_else() {
        let page = page(2, 0, true);
        assert!(page.contains("Mode: *Add new users only*") && !page.contains("Tick *Update password*"));
        assert!(page.contains("0003-year-7-children.csv"));
    }
}
