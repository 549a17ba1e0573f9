//! A plan made by hand, in which every symbol and the kinds of hold occur: for the reports' tests.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::{TimeZone, offset};

use super::view::{Personal, View};
use crate::model::email::EmailAddress;
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{ActivationKey, ActivationNumber, CohortName, LetterNumber, RunNumber};
use crate::model::recorded::Identity;
use crate::plan::{
    Act, Change, Child, CohortState, CohortSummary, Earlier, FieldChange, FieldName, GuardResult, Held, HoldCode, Idle,
    Inputs, LetterSource, LmsInput, Person, Plan, Proof, Recipient, RolloutInput, RosterInput, StateInput,
};

/// Names and addresses of the fixture: none of them may be seen where nothing personal may.
pub(super) const PERSONAL: &[&str] = &[
    "Mere", "Tūī", "Rangi", "Hēnare", "Ānaru", "O'Neill", "Sefina", "Leota", "Hone", "Moana", "Kiri", "Wai", "Aroha",
    "Ngata", "T-118", "T-131", "mere.tui", "rangi@", "anaru@", "sefina@", "hone@", "kiri@", "office@", "aroha@",
    "Pita",
];

pub(super) fn view(personal: Personal) -> View {
    View { personal, colour: false, width: None, summary_only: false }
}

pub(super) fn narrow(width: usize) -> View {
    View { width: Some(width), ..view(Personal::Full) }
}

/// A plan with something of everything.
pub(super) fn plan() -> Plan {
    Plan {
        drift: Vec::new(),
        partial: None,
        moves: Vec::new(),
        last_roster: crate::model::ids::RosterNumber::FIRST,
        inputs: inputs(),
        cohorts: cohorts(),
        changes: changes(),
        held: holds(),
        unchanged: BTreeMap::from([
            (Idle::Active, 1),
            (Idle::Opens("everyone-else".into(), date(2027, 3, 1)), 1_020),
            (Idle::After("year-8".into(), vec!["year-7".into()]), 176),
            (Idle::Outside, 4),
        ]),
        guards: vec![guard("resets", 2, 300), guard("emails", 5, 300), roster_change()],
        acceptance: None,
        openings: vec!["year-7".into()],
        wipes: Vec::new(),
        due_again: None,
        identities: Vec::new(),
        unplaced: Vec::new(),
        next_handover: crate::model::handover::HandOverNumber::FIRST,
    }
}

/// A plan in which nobody is changed or held.
pub(super) fn idle_plan() -> Plan {
    Plan { changes: Vec::new(), held: Vec::new(), openings: Vec::new(), ..plan() }
}

pub(super) fn guard(name: &'static str, actual: u64, limit: u64) -> GuardResult {
    GuardResult {
        name,
        actual,
        limit,
        written: limit.to_string(),
        overridden: None,
        blocks: false,
        fix: String::new(),
        caregivers: Vec::new(),
    }
}

fn roster_change() -> GuardResult {
    GuardResult { written: "10%".into(), overridden: Some("T-118".into()), ..guard("roster-change", 12, 220) }
}

fn inputs() -> Inputs {
    Inputs {
        now: "2027-02-03T09:00:00+13:00".parse().unwrap(),
        school: "Kōwhai College".into(),
        timezone: TimeZone::fixed(offset(13)),
        roster: RosterInput {
            path: "roster/caregivers.csv".into(),
            format: "csv",
            shape: "UTF-8, comma".into(),
            sha256: "a".repeat(64),
            rows: 2_214,
            caregivers: 1_402,
            exported_at: "2027-02-03T03:00:00+13:00".parse().unwrap(),
            previous_rows: Some(2_202),
            arrivals: 3,
            gone: 1,
            changed: None,
            is_unchanged: false,
            parts: Vec::new(),
        },
        rollout: RolloutInput {
            path: "rollout.yaml".into(),
            sha256: "b".repeat(64),
            git: None,
            cohorts: 4,
            notes: vec!["line 41: the reissue of C1009 (T-131, asked by rangi@xtra.example) is done and may go".into()],
        },
        state: StateInput {
            path: "state/firstbell.db".into(),
            lineage: Some("0123456789abcdef0123456789abcdef".into()),
            run: RunNumber(17),
            serial: 212,
            head: "c".repeat(64),
            active: 2,
            schema: 3,
        },
        lms: LmsInput {
            driver: "sandbox",
            description: "sandbox state/lms.json".into(),
            read_at: "2027-02-03T09:00:00+13:00".parse().unwrap(),
            accounts: 1_390,
            capabilities: crate::model::capability::LmsCapabilities {
                has_marker: true,
                can_update: true,
                can_disable: true,
                batch: 1,
                can_link: false,
                works_on: false,
                needs_email: false,
                carrier: crate::model::capability::Carrier::Program,
            },
        },
        letters_sha256: "d".repeat(64),
        departure: Some(crate::plan::Departure {
            pace: crate::rollout::Pace { per_minute: Some(20), per_day: Some(1500) },
            forecast: None,
        }),
    }
}

fn cohorts() -> Vec<CohortSummary> {
    let cohort = |name: &str, state, figures: [u64; 5]| CohortSummary {
        name: name.into(),
        state,
        caregivers: figures[0],
        in_earlier: figures[1],
        active: figures[2],
        changing: figures[3],
        held: figures[4],
        is_settled: false,
    };
    vec![
        cohort("pilot", CohortState::Open(date(2027, 2, 1)), [4, 0, 2, 3, 1]),
        cohort("year-7", CohortState::Opens, [11, 2, 0, 4, 6]),
        cohort("year-8", CohortState::After(vec!["year-7".into()]), [176, 0, 0, 0, 0]),
        cohort("everyone-else", CohortState::Later(date(2027, 3, 1)), [1_020, 9, 0, 0, 0]),
    ]
}

pub(super) fn person(first: &str, last: &str, email: &str) -> Person {
    Person {
        first_name: first.into(),
        last_name: last.into(),
        email: email.into(),
        postal: String::new(),
        language: "en".into(),
        children: vec![Child {
            id: "S1".into(),
            first_name: "Pita".into(),
            last_name: last.into(),
            year: "7".into(),
            class: "7A".into(),
        }],
    }
}

pub(super) fn change(id: &str, cohort: Option<&str>, person: Person, acts: Vec<Act>, reason: &str) -> Change {
    Change {
        caregiver: id.into(),
        known_as: id.into(),
        cohort: cohort.map(CohortName::from),
        acts,
        reason: reason.into(),
        person,
        identity: Identity::default(),
    }
}

fn mail(email: &str) -> Recipient {
    Recipient::Mail(EmailAddress::from_judged(email))
}

pub(super) fn create(email: &str) -> Act {
    Act::Create {
        activation: ActivationNumber::FIRST,
        username: "new".into(),
        recipient: mail(email),
        letter: Fingerprint(1),
    }
}

pub(super) fn reset(email: &str, activation: u32, has_signed_in: bool) -> Act {
    Act::Reset {
        activation: ActivationNumber(activation),
        username: "old".into(),
        recipient: mail(email),
        letter: Fingerprint(1),
        has_signed_in,
    }
}

pub(super) fn settle(email: &str, proof: Proof) -> Act {
    Act::Settle {
        activation: ActivationNumber::FIRST,
        key: ActivationKey(7),
        since: Timestamp::UNIX_EPOCH,
        proof,
        is_create: false,
        recipient: mail(email),
        letter: Fingerprint(1),
        source: LetterSource::Sealed(LetterNumber::FIRST),
    }
}

pub(super) fn email(address: &str, source: LetterSource) -> Act {
    let (activation, recipient) = (ActivationNumber::FIRST, mail(address));
    Act::Email { activation, recipient, letter: Fingerprint(1), source, earlier: Earlier::Nothing }
}

pub(super) fn update(fields: &[(FieldName, &str, &str)]) -> Act {
    let field = |(field, old, new): &(FieldName, &str, &str)| FieldChange {
        field: *field,
        old: (*old).into(),
        new: (*new).into(),
    };
    Act::Update { username: "old".into(), fields: fields.iter().map(field).collect(), enable: false }
}

fn changes() -> Vec<Change> {
    let mere = person("Mere", "Tūī", "mere.tui@example.nz");
    let rangi = person("Rangi", "Hēnare", "rangi@mail.example");
    let sefina = person("Sefina", "Leota", "sefina@example.com");
    let corrected =
        [(FieldName::Email, "rangi@xtra.example", "rangi@mail.example"), (FieldName::LastName, "Henare", "Hēnare")];
    vec![
        change(
            "C1003",
            Some("pilot"),
            sefina.clone(),
            vec![reset("sefina@example.com", 2, true)],
            "asked for by T-131",
        ),
        change(
            "C1004",
            Some("pilot"),
            mere.clone(),
            vec![settle("mere.tui@example.nz", Proof::WasSet)],
            "a run stopped",
        ),
        change("C1002", Some("pilot"), rangi.clone(), vec![update(&corrected)], "the SMS differs"),
        change("C1010", Some("year-7"), mere, vec![create("mere.tui@example.nz")], "no account yet"),
        change("C1011", Some("year-7"), rangi, vec![reset("rangi@mail.example", 1, false)], "has an account"),
        change(
            "C1012",
            Some("year-7"),
            person("Ānaru", "O'Neill", "anaru@example.nz"),
            vec![email("anaru@example.nz", LetterSource::Rendered(LetterNumber(2)))],
            "the letter is due",
        ),
        change(
            "C1013",
            Some("year-7"),
            sefina,
            vec![Act::Adopt { evidence: "signed in on 20 Jan 2027".into(), marker: None }],
            "active already",
        ),
        change(
            "C0907",
            None,
            person("Hone", "Moana", "hone@example.nz"),
            vec![Act::Withdraw { username: "hone".into() }],
            "gone from two full rosters",
        ),
    ]
}

pub(super) fn hold(id: &str, cohort: &str, code: HoldCode, person: Person, sentence: &str, fix: &str) -> Held {
    Held { caregiver: id.into(), cohort: Some(cohort.into()), code, sentence: sentence.into(), fix: fix.into(), person }
}

fn holds() -> Vec<Held> {
    let kiri = || person("Kiri", "Wai", "kiri@gmial.example");
    let aroha = || person("Aroha", "Ngata", "");
    let shared = || person("Aroha", "Ngata", "office@example.nz");
    let wait = "Take the `hold` line out of the rollout.";
    let address = "Enter an address in the SMS and export again.";
    vec![
        hold(
            "C1020",
            "pilot",
            HoldCode::ResetUnknown,
            kiri(),
            "The answer to Kiri's reset was lost.",
            "`firstbell resolve C1020 --reset done|not-done --evidence …`",
        ),
        hold("C1021", "year-7", HoldCode::AskedToWait, kiri(), "Kiri Wai is to wait (T-118).", wait),
        hold("C1022", "year-7", HoldCode::NoEmail, aroha(), "The SMS has no address.", address),
        hold("C1023", "year-7", HoldCode::NoEmail, aroha(), "The SMS has no address.", address),
        hold(
            "C1024",
            "year-7",
            HoldCode::MalformedEmail,
            kiri(),
            "`kiri@gmial.example` looks mistyped.",
            "Did they mean kiri@gmail.example?",
        ),
        hold(
            "C1025",
            "year-7",
            HoldCode::SharedEmail,
            shared(),
            "Shares office@example.nz with C1026.",
            "Give C1025 an address of their own.",
        ),
        hold(
            "C1026",
            "year-7",
            HoldCode::SharedEmail,
            shared(),
            "Shares office@example.nz with C1025.",
            "Give C1026 an address of their own.",
        ),
    ]
}
