//! The last lines: they speak of people and mails, so that five seconds are enough.

use crate::model::capability::Carrier;
use crate::plan::{Effects, Outline, Summary};

use super::clean::clean;
use super::names::{count, list, number};
use super::page::Page;
use super::paint::Tone;
use super::view::{Personal, View};

const INDENT: usize = 6;

/// Writes what deserves a note, then the counts of people, then those of mails and passwords.
pub(super) fn closing(page: &mut Page, plan: &Outline, view: &View) {
    notes(page, plan, view);
    page.gap();
    if let Some(words) = &plan.partial {
        page.line(0, &format!("This plan is partial: {}.", clean(words)));
    }
    let head = page.dress(Tone::Strong, "Plan:") + " ";
    page.entry(&head, &people(&plan.totals.summary), INDENT);
    if plan.has_changes() {
        page.entry(&" ".repeat(INDENT), &outside(plan), INDENT);
    } else if plan.has_records() {
        page.entry(&" ".repeat(INDENT), &records(plan), INDENT);
    }
    if plan.is_blocked() {
        let names: Vec<&str> = plan.guards.iter().filter(|guard| guard.blocks).map(|guard| guard.name).collect();
        let label = page.dress(Tone::Danger, "BLOCKED");
        page.line(INDENT, &format!("{label} by {}: nothing of it can be applied.", list(&names)));
    }
}

fn notes(page: &mut Page, plan: &Outline, view: &View) {
    let notes = &plan.inputs.rollout.notes;
    if notes.is_empty() {
        return;
    }
    page.gap();
    if view.personal == Personal::None {
        let notes = count(notes.len() as u64, "note", "notes");
        return page.line(0, &format!("{notes} on the rollout, shown where personal data may be."));
    }
    for note in notes {
        page.line(0, &format!("Note: {}", clean(&view.personal.addresses_in(note))));
    }
}

/// How many people there are of each kind, what is to do first.
pub(super) fn people(summary: &Summary) -> String {
    let todo = [
        (summary.create, "to create"),
        (summary.reset, "to reset"),
        (summary.email, "to email"),
        (summary.update, "to update"),
        (summary.withdraw, "to withdraw"),
        (summary.adopt, "to adopt"),
    ];
    let waiting = [(summary.unknown, "unknown"), (summary.held, "held")];
    let words = |counts: &[(u64, &str)]| -> Vec<String> {
        counts.iter().filter(|(many, _)| *many > 0).map(|(many, words)| format!("{} {words}", number(*many))).collect()
    };
    let mut parts = words(&todo);
    if parts.is_empty() && summary.unknown == 0 {
        parts.push("nothing to do".to_owned());
    }
    parts.extend(words(&waiting));
    parts.join(", ") + "."
}

/// What a yes would do, as the words of a question without its mark: `Send 3 emails and set 3 passwords`.
pub fn asked(plan: &crate::plan::Plan) -> String {
    let (summary, effects) = (plan.summary(), plan.effects());
    let carrier = plan.inputs.lms.capabilities.carrier;
    let (emails, pages, set, handed) = match carrier {
        Carrier::Program => (effects.emails, effects.pages, effects.passwords_set, 0),
        // Their letters wait for the word of the person who imports.
        Carrier::Person { .. } => (letters_now(&effects), 0, 0, effects.passwords_set),
    };
    let deeds = [
        (handed, format!("hand over {}", count(handed, "row", "rows"))),
        (emails, format!("send {}", count(emails, "email", "emails"))),
        (pages, format!("write {} to print", count(pages, "letter", "letters"))),
        (set, format!("set {}", count(set, "password", "passwords"))),
        (summary.update, format!("correct {}", count(summary.update, "account", "accounts"))),
        (summary.withdraw, format!("disable {}", count(summary.withdraw, "account", "accounts"))),
        (summary.adopt, format!("record {} as active", count(summary.adopt, "caregiver", "caregivers"))),
    ];
    let words: Vec<String> = deeds.into_iter().filter(|(many, _)| *many > 0).map(|(_, words)| words).collect();
    let words = list(&words);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn outside(plan: &Outline) -> String {
    let effects = plan.totals.effects;
    if effects.emails + effects.pages == 0 && effects.passwords_set == 0 {
        return "Sends no email and sets no password.".to_owned();
    }
    if let Carrier::Person { has_letters } = plan.inputs.lms.capabilities.carrier {
        return hands_over(plan, has_letters);
    }
    format!("{} {}   {}", sends(&effects), second_resets(&effects), pace(plan, effects.emails)).trim().to_owned()
}

/// What a person carries: nothing is set and no letter goes out before their word.
fn hands_over(plan: &Outline, has_letters: bool) -> String {
    let effects = plan.totals.effects;
    let letters = letters_now(&effects);
    let now = match letters {
        0 => String::new(),
        some => format!(" Sends {} now.", count(some, "email", "emails")),
    };
    if effects.passwords_set == 0 {
        return now.trim().to_owned();
    }
    let rows = count(effects.passwords_set, "row", "rows");
    let whose = if has_letters { "the letters go once you confirm it" } else { "Ultranet mails the passwords" };
    format!("Hands over {rows} for a person to import; {whose}.{now} {}", second_resets(&effects))
}

/// Letters that need not wait for an import.
fn letters_now(effects: &Effects) -> u64 {
    (effects.emails + effects.pages).saturating_sub(effects.passwords_set)
}

/// What goes out, and how many passwords are set.
pub(super) fn sends(effects: &Effects) -> String {
    let mut deeds = vec![format!("Sends {}", count(effects.emails, "email", "emails"))];
    if effects.pages > 0 {
        deeds.push(format!("writes {} to print", count(effects.pages, "letter", "letters")));
    }
    deeds.push(match effects.passwords_set {
        0 => "sets no password".to_owned(),
        many => format!("sets {}", count(many, "password", "passwords")),
    });
    list(&deeds) + "."
}

fn second_resets(effects: &Effects) -> String {
    let signed_in = match effects.signed_in_reset {
        0 => String::new(),
        many => format!(" Taken from people who have signed in: {}.", number(many)),
    };
    format!("Second resets: {}.{signed_in}", number(effects.second_resets))
}

fn pace(plan: &Outline, emails: u64) -> String {
    match &plan.inputs.departure {
        _ if emails == 0 => String::new(),
        Some(departure) => super::departure::words(departure, emails, &plan.inputs),
        None => "Letters go to the outbox folder.".to_owned(),
    }
}

/// What an apply would write down although it does nothing for anybody.
fn records(plan: &Outline) -> String {
    let mut parts = Vec::new();
    let records = &plan.records;
    if records.roster {
        parts.push("the roster as the school's".to_owned());
    }
    if !records.openings.is_empty() {
        parts.push(format!("the opening of {}", list(&super::blocks::cohort_names(&records.openings))));
    }
    if records.moves > 0 {
        parts.push(count(records.moves, "changed id", "changed ids"));
    }
    if records.unplaced > 0 {
        parts.push(format!("and puts in place {}", count(records.unplaced, "hand-over", "hand-overs")));
    }
    if records.identities > 0 {
        let people = count(records.identities, "caregiver", "caregivers");
        parts.push(format!("what changed in the SMS for {people}"));
    }
    if records.wipes > 0 {
        parts.push(format!("that {} wiped", count(records.wipes, "kept letter is", "kept letters are")));
    }
    format!("An apply records {}.", list(&parts))
}
