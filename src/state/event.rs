//! What the log says of an entry: a kind, a detail that may stay for ever, and a text that can be erased.
//!
//! The rule: ids, addresses, Message-IDs, and whatever a person or another system wrote, go into the text; the detail
//! holds only what says nothing about one family.

use crate::model::entry::{Adopted, Entry, LetterSubject, NewLetter, Prepared, RunBegun, Subject};
use crate::model::handover::HandOverBegun;
use crate::model::ids::{ActivationNumber, CaregiverId, LetterNumber};
use crate::model::recorded::AcceptedRoster;

/// The kinds that say "the LMS has the password": at most one of them for one (caregiver, activation).
pub const SET_KINDS: [&str; 3] = ["set", "resolved-set", "confirmed"];

/// One entry as the log tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling<'a> {
    /// What happened, in one word.
    pub kind: &'static str,
    /// Whom it is about.
    pub caregiver: Option<&'a CaregiverId>,
    /// Which activation.
    pub activation: Option<ActivationNumber>,
    /// Which letter of it.
    pub letter: Option<LetterNumber>,
    /// What may stay when a person is forgotten.
    pub detail: String,
    /// What goes with them.
    pub text: Option<String>,
}

/// Tells one entry.
pub fn tell(entry: &Entry) -> Telling<'_> {
    match entry {
        Entry::RunBegun(begun) => run_begun(begun),
        Entry::RunEnded { outcome } => plain("run-ended").detail(outcome.clone()),
        Entry::RosterAccepted { roster, arrivals, absent, returned } => {
            plain("roster-accepted").detail(accepted(roster, arrivals.len(), absent.len(), returned.len()))
        }
        Entry::Moved { from, to, because } => about("moved", to).text(&format!("from {from}: {because}")),
        Entry::CohortOpened { cohort, roster } => {
            plain("cohort-opened").detail(format!("cohort {cohort}, roster {roster}"))
        }
        Entry::Prepared(prepared) => prepared_activation(prepared),
        Entry::Setting(subject) => of("setting", subject),
        Entry::Set { subject, evidence } => of("set", subject).text(evidence),
        Entry::ResetRefused { subject, reason } => of("refused", subject).text(reason),
        Entry::ResetUnknown { subject, detail } => of("reset-unknown", subject).text(detail),
        Entry::Voided(subject) => of("voided", subject),
        Entry::LetterPrepared { subject, letter } => of("letter-prepared", subject).new_letter(letter),
        Entry::Sending(letter) => of_letter("sending", letter),
        Entry::Sent(letter) | Entry::SentAndKept(letter) => of_letter("sent", letter),
        Entry::PageReady(letter) => of_letter("to-print", letter),
        Entry::Printed(letter) => of_letter("printed", letter),
        Entry::NotPrinted { letter, reason } => of_letter("not-printed", letter).text(reason),
        Entry::Wiped(subject) => of("wiped", subject),
        Entry::LetterBounced { letter, reason } => of_letter("bounced", letter).text(reason),
        Entry::LetterResolved { letter, arrived, evidence } => {
            of_letter(if *arrived { "resolved-arrived" } else { "resolved-send-again" }, letter).text(evidence)
        }
        Entry::LetterRejected { letter, reason } => of_letter("rejected", letter).text(reason),
        Entry::LetterDeferred { letter, reason } => of_letter("deferred", letter).text(reason),
        Entry::LetterUnknown { letter, detail } => of_letter("letter-unknown", letter).text(detail),
        Entry::Adopted(adopted) => adopted_activation(adopted),
        Entry::Updated { caregiver, fields } => about("updated", caregiver).detail(fields.join(", ")),
        Entry::Withdrawn { caregiver } => about("withdrawn", caregiver),
        Entry::Restored { caregiver } => about("restored", caregiver),
        Entry::EffectFailed { caregiver, reason } => about("effect-failed", caregiver).text(reason),
        Entry::Resolved { subject, was_set, evidence } => {
            of(if *was_set { "resolved-set" } else { "resolved-not-set" }, subject).text(evidence)
        }
        Entry::Recovered(found) => {
            of(if found.is_active { "recovered" } else { "in-doubt" }, &found.subject).text(&found.because)
        }
        Entry::PositionAccepted { serial, because } => {
            plain("position-accepted").detail(format!("after commit {serial}")).text(because)
        }
        // Not about anybody: what is left must not lead to them.
        Entry::Forgotten { because, .. } => plain("forgotten").text(because),
        Entry::Rekeyed(rekeyed) => {
            plain("rekeyed").detail(format!("{} sealed again", rekeyed.resealed.len())).text(&rekeyed.because)
        }
        Entry::KeyLost { because, .. } => plain("key-lost").text(because),
        Entry::HandOverBegun(begun) => handover_begun(begun),
        Entry::HandOverPlaced { number } => plain("handover-placed").detail(format!("hand-over {number}")),
        Entry::HandedOver { subject, number } => of("handed-over", subject).detail(format!("hand-over {number}")),
        Entry::Confirmed { subject, number } => of("confirmed", subject).detail(format!("hand-over {number}")),
        Entry::HandedBack { subject, number } => of("handed-back", subject).detail(format!("hand-over {number}")),
        Entry::HandOverUnsure { number } => plain("handover-unsure").detail(format!("hand-over {number}")),
        Entry::HandOverSettled { number, outcome } => {
            plain("handover-settled").detail(format!("hand-over {number}, {}", outcome.as_str()))
        }
        Entry::Identified { caregiver, because, .. } => match because {
            Some(because) => about("identified", caregiver).text(&format!("the same person: {because}")),
            None => about("identified", caregiver),
        },
    }
}

fn run_begun(begun: &RunBegun) -> Telling<'_> {
    let RunBegun { command, actor, plan } = begun;
    let detail = if plan.is_empty() { command.clone() } else { format!("{command}, plan {plan}") };
    plain("run-begun").detail(detail).text(&format!("{}@{}, process {}", actor.user, actor.host, actor.pid))
}

fn accepted(roster: &AcceptedRoster, arrivals: usize, absent: usize, returned: usize) -> String {
    let AcceptedRoster { number, exported_at, sha256, rows, caregivers, is_full, .. } = roster;
    let extent = if *is_full { "full" } else { "partial" };
    format!(
        "roster {number}, {extent}, {rows} rows, {caregivers} caregivers, {arrivals} new, {absent} missing, \
         {returned} back, exported {exported_at}, sha256 {sha256}"
    )
}

fn prepared_activation(prepared: &Prepared) -> Telling<'_> {
    let told = of("prepared", &prepared.subject);
    let told = match &prepared.letter {
        Some(letter) => told.new_letter(letter),
        None => told,
    };
    told.detail(format!("{}, cohort {}", prepared.kind.as_str(), prepared.cohort))
}

fn handover_begun(begun: &HandOverBegun) -> Telling<'_> {
    let cohort = begun.cohort.as_ref().map_or_else(String::new, |cohort| format!(", cohort {cohort}"));
    let detail =
        format!("hand-over {}{cohort}, {} rows, keyed hash {}", begun.number, begun.rows.len(), begun.fingerprint);
    plain("handover-begun").detail(detail)
}

fn adopted_activation(adopted: &Adopted) -> Telling<'_> {
    let cohort = adopted.cohort.as_ref().map(|cohort| format!("cohort {cohort}"));
    let since = adopted.since.map(|since| format!("active since {since}"));
    let detail: Vec<String> = cohort.into_iter().chain(since).collect();
    of("adopted", &adopted.subject).detail(detail.join(", ")).text(&adopted.because)
}

fn plain(kind: &'static str) -> Telling<'static> {
    Telling { kind, caregiver: None, activation: None, letter: None, detail: String::new(), text: None }
}

fn about<'a>(kind: &'static str, caregiver: &'a CaregiverId) -> Telling<'a> {
    Telling { caregiver: Some(caregiver), ..plain(kind) }
}

fn of<'a>(kind: &'static str, subject: &'a Subject) -> Telling<'a> {
    Telling { activation: Some(subject.activation), ..about(kind, &subject.caregiver) }
}

fn of_letter<'a>(kind: &'static str, subject: &'a LetterSubject) -> Telling<'a> {
    Telling { activation: Some(subject.activation), letter: Some(subject.letter), ..about(kind, &subject.caregiver) }
}

impl Telling<'_> {
    fn detail(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }

    fn text(mut self, text: &str) -> Self {
        self.text = (!text.is_empty()).then(|| text.to_owned());
        self
    }

    fn new_letter(mut self, letter: &NewLetter) -> Self {
        self.letter = Some(letter.number);
        self.text(&format!("Message-ID {}", letter.message_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entry::Actor;
    use crate::model::ids::{ActivationKey, CohortName};

    fn subject() -> Subject {
        Subject { caregiver: "C1".into(), activation: ActivationNumber(1) }
    }

    #[test]
    fn what_people_and_systems_wrote_can_be_erased() {
        let entries = [
            Entry::ResetRefused { subject: subject(), reason: "no such parent Mere".into() },
            Entry::Resolved { subject: subject(), was_set: true, evidence: "no such parent Mere".into() },
            Entry::EffectFailed { caregiver: "C1".into(), reason: "no such parent Mere".into() },
            Entry::Adopted(Adopted {
                subject: subject(),
                key: ActivationKey(1),
                cohort: Some(CohortName::new("pilot")),
                since: None,
                because: "no such parent Mere".into(),
                identity: crate::model::recorded::Identity::default(),
            }),
        ];
        for entry in &entries {
            let told = tell(entry);
            assert_eq!(told.text.as_deref(), Some("no such parent Mere"));
            assert!(!told.detail.contains("Mere") && !told.detail.contains("C1"), "{told:?}");
        }
    }

    #[test]
    fn who_ran_it_can_be_erased() {
        let actor = Actor { user: "mere".into(), host: "office-pc".into(), pid: 4711 };
        let entry = Entry::RunBegun(RunBegun { command: "apply".into(), actor, plan: String::new() });
        let told = tell(&entry);
        assert_eq!(told.detail, "apply");
        assert_eq!(told.text.as_deref(), Some("mere@office-pc, process 4711"));
    }

    #[test]
    fn a_set_by_a_person_is_a_set() {
        let resolved = |was_set| Entry::Resolved { subject: subject(), was_set, evidence: String::new() };
        assert!(SET_KINDS.contains(&tell(&resolved(true)).kind));
        assert!(!SET_KINDS.contains(&tell(&resolved(false)).kind));
        assert!(SET_KINDS.contains(&tell(&Entry::Set { subject: subject(), evidence: String::new() }).kind));
    }
}
