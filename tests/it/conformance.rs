//! What every driver must do, played on each of them: a bench says how its far side is filled and looked into, and who carries
//! what; the facts are the same for all (docs/drivers.md).

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use firstbell::lms::sandbox;
use firstbell::model::secret::Password;
use firstbell::plan::HoldCode;

use crate::moodle::standin::{Standin, User};
use crate::office::{Admin, Office};
use crate::world::{Crash, Crashed, World, told};

/// C1 has an account, C2 and C3 have none, C4 works here, C5 has two accounts, C6 can't be done by this driver.
const ROWS: [&str; 6] = [
    "C1,Aroha,Tamihana,aroha@example.nz,S1,Kahu,Tamihana,7,7A,,mother,en,yes,1,",
    "C2,Ana,Lee,ana@example.com,S2,Bo,Lee,7,7A,,mother,en,yes,1,",
    "C3,Ana,Lee,ana.two@example.com,S3,Cy,Lee,7,7A,,mother,en,yes,1,",
    "C4,Priya,Nair,priya@example.com,S4,Asha,Nair,7,7A,,mother,en,yes,1,",
    "C5,Siosaia,Fonua,saia@example.com,S5,Mele,Fonua,7,7A,,father,en,yes,1,",
    "C6,Jo,Hall,jo@example.com,S6,Al,Hall,7,7A,,mother,en,yes,1,",
];

/// Those who must end with access, and their addresses.
const PLANNED: [(&str, &str); 3] =
    [("C1", "aroha@example.nz"), ("C2", "ana@example.com"), ("C3", "ana.two@example.com")];

/// One driver with its far side.
trait Bench {
    /// The project.
    fn world(&mut self) -> &mut World;
    /// Applies and does what people have to do, until nothing is left.
    fn finish(&mut self);
    /// The different passwords that this caregiver's account has had from us.
    fn passwords(&self, id: &str) -> usize;
    /// Whether this name and password sign in.
    fn signs_in(&self, username: &str, password: &str) -> bool;
}

struct SandboxBench(World);

impl SandboxBench {
    fn new() -> Self {
        let accounts = r#"
            {"caregiver": "C1", "username": "aroha.tamihana", "email": "aroha@example.nz"},
            {"caregiver": "C4", "username": "pnair", "email": "priya@kowhai.example.nz", "staff": true},
            {"caregiver": "C5", "username": "saia.one"}, {"caregiver": "C5", "username": "saia.two"},
            {"caregiver": "C6", "username": "jo.hall", "sign-in-method": "other"}"#;
        Self(World::new("cohorts: [{name: year-7, select: {years: [7]}}]\n", &ROWS, accounts))
    }
}

impl Bench for SandboxBench {
    fn world(&mut self) -> &mut World {
        &mut self.0
    }

    fn finish(&mut self) {
        self.0.settle(6);
    }

    fn passwords(&self, id: &str) -> usize {
        self.0.passwords_set(id)
    }

    fn signs_in(&self, username: &str, password: &str) -> bool {
        let path = self.0.path().join("state/lms.json");
        sandbox::sign_in(&path, username, &Password::new(password.to_owned())).unwrap()
    }
}

struct UltranetBench(Office);

impl UltranetBench {
    fn new() -> Self {
        let rollout = "lms: {driver: ultranet, export: ultranet-export.csv, passwords: firstbell}
assume-never-signed-in: [year-7]
cohorts: [{name: year-7, select: {years: [7]}}]
";
        let export = "\
Tamihana,Aroha,Parent,,aroha@example.nz,aroha.tamihana,C1,0
Nair,Priya,Teacher,,priya@kowhai.example.nz,pnair,C4,0
Fonua,Siosaia,Parent,,saia@example.com,saia.one,C5,0
Fonua,Siosaia,Parent,,saia@example.com,saia.two,C5,0
Hall,Jo,Parent,,jo@example.com,jo hall,C6,0
";
        Self(Office::new(rollout, &ROWS, export, true))
    }
}

impl Bench for UltranetBench {
    fn world(&mut self) -> &mut World {
        &mut self.0.world
    }

    fn finish(&mut self) {
        self.0.settle(Admin::Imports);
    }

    fn passwords(&self, id: &str) -> usize {
        self.0.ultranet.passwords_of(id).into_iter().collect::<BTreeSet<_>>().len()
    }

    fn signs_in(&self, username: &str, password: &str) -> bool {
        self.0.ultranet.signs_in(username, password)
    }
}

struct MoodleBench(World);

impl MoodleBench {
    fn new(more: &str) -> Self {
        let rollout = "assume-never-signed-in: [year-7]\ncohorts: [{name: year-7, select: {years: [7]}}]\n";
        let world = World::moodle(rollout, more, &ROWS, &["S1", "S2", "S3", "S4", "S5", "S6"]);
        let user = |idnumber: &str, username: &str, email: &str| User {
            idnumber: idnumber.into(),
            username: username.into(),
            email: email.into(),
            ..User::default()
        };
        if let Some(moodle) = &world.moodle {
            let mut site = moodle.site();
            site.add(user("C1", "aroha.tamihana", "aroha@example.nz"));
            site.add(user("C4", "pnair", "priya@kowhai.example.nz"));
            site.add(user("C5", "saia.one", "saia@example.com"));
            site.add(user("C5", "saia.two", "saia.two@example.com"));
            site.add(User { auth: "oauth2".into(), ..user("C6", "jo.hall", "jo@example.com") });
        }
        Self(world)
    }

    fn moodle(&self) -> &Standin {
        self.0.moodle.as_ref().unwrap()
    }
}

impl Bench for MoodleBench {
    fn world(&mut self) -> &mut World {
        &mut self.0
    }

    /// What was being set when a run stopped is settled only once Moodle must be done with it.
    fn finish(&mut self) {
        for _ in 0..4 {
            self.0.clock.advance(1);
            if self.0.plan().has_changes() {
                self.0.apply().unwrap();
            }
        }
    }

    fn passwords(&self, id: &str) -> usize {
        self.moodle().site().passwords_of(id)
    }

    fn signs_in(&self, username: &str, password: &str) -> bool {
        let site = self.moodle().site();
        let user = site.users.iter().find(|user| user.username == username).unwrap();
        !user.suspended && user.passwords.last().is_some_and(|last| last == password)
    }
}

/// A driver's name, and how its bench is made anew.
type Made = (&'static str, fn() -> Box<dyn Bench>);

fn benches() -> [Made; 4] {
    [
        ("sandbox", || Box::new(SandboxBench::new()) as Box<dyn Bench>),
        ("ultranet", || Box::new(UltranetBench::new()) as Box<dyn Bench>),
        ("moodle", || Box::new(MoodleBench::new("  parent-role: 9\n  marker-field: firstbell\n")) as Box<dyn Bench>),
        ("moodle without the profile field", || Box::new(MoodleBench::new("")) as Box<dyn Bench>),
    ]
}

fn codes(bench: &mut dyn Bench) -> BTreeMap<String, HoldCode> {
    bench.world().plan().held.iter().map(|held| (held.caregiver.to_string(), held.code)).collect()
}

/// One account, one password, a letter whose password signs in; and nothing for those who are to be left alone.
fn check(bench: &mut dyn Bench, story: &str) {
    let observed = bench.world().observe();
    let names: Vec<String> = observed.accounts().map(|account| account.view().username.to_owned()).collect();
    let letters: Vec<_> = bench.world().outbox().iter().map(|(_, bytes)| told(bytes, &names)).collect();
    for (id, address) in PLANNED {
        assert_eq!(observed.of_caregiver(id).count(), 1, "accounts of {id}, {story}");
        assert_eq!(bench.passwords(id), 1, "passwords of {id}, {story}");
        let own: Vec<_> = letters.iter().filter(|letter| letter.to == address).collect();
        assert!(!own.is_empty(), "{id} has no letter, {story}");
        for letter in own {
            assert!(bench.signs_in(&letter.username, &letter.password), "{id}'s letter does not sign in, {story}");
        }
    }
    for id in ["C4", "C5", "C6"] {
        assert_eq!(bench.passwords(id), 0, "{id} is left alone, {story}");
    }
}

#[test]
fn every_planned_caregiver_gets_one_password_and_applying_again_does_nothing() {
    for (name, bench) in benches() {
        let mut bench = bench();
        bench.finish();
        check(&mut *bench, name);
        let letters = bench.world().outbox().len();
        assert!(!bench.world().plan().has_changes(), "{name}");
        bench.finish();
        check(&mut *bench, name);
        assert_eq!(bench.world().outbox().len(), letters, "{name}");
    }
}

#[test]
fn staff_conflicts_and_one_bad_row_cost_the_others_nothing() {
    for (name, bench) in benches() {
        let mut bench = bench();
        let held = codes(&mut *bench);
        assert_eq!(held.get("C4"), Some(&HoldCode::StaffAccount), "{name}");
        assert_eq!(held.get("C5"), Some(&HoldCode::AmbiguousAccount), "{name}");
        assert!(held.contains_key("C6"), "{name}");
        bench.finish();
        check(&mut *bench, name);
    }
}

#[test]
fn user_names_are_legal_unique_and_the_same_on_every_run() {
    for (name, bench) in benches() {
        let names = || {
            let mut bench = bench();
            bench.finish();
            let observed = bench.world().observe();
            let of = |id: &str| observed.of_caregiver(id).next().unwrap().view().username.to_owned();
            PLANNED.map(|(id, _)| of(id))
        };
        let first = names();
        assert_eq!(first, names(), "{name}");
        assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), first.len(), "{name}");
        for username in first {
            assert!(username.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)), "{name}: {username}");
        }
    }
}

#[test]
fn a_stop_at_any_point_sets_no_second_password() {
    for (name, bench) in benches() {
        for point in 0.. {
            let mut bench = bench();
            bench.world().crash = Crash::at(point);
            let result = catch_unwind(AssertUnwindSafe(|| bench.world().apply().map(drop)));
            bench.world().crash = Crash::never();
            match result {
                Ok(applied) => {
                    applied.unwrap();
                    assert!(point > 5, "{name} has only {point} points");
                    break;
                }
                Err(payload) => assert!(payload.is::<Crashed>(), "{name}: the apply panicked by itself"),
            }
            bench.finish();
            check(&mut *bench, &format!("{name}, stopped at {point}"));
        }
    }
}
