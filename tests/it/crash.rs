//! The promise: stop at every commit and every effect of an apply, apply again, and every planned caregiver has one
//! password, at least one letter, all copies equal, and the password in it signs in.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use camino::Utf8Path;
use firstbell::edge::Clock;
use firstbell::lms::sandbox;
use firstbell::model::activation::ActivationStage;
use firstbell::model::secret::Password;
use firstbell::plan::HoldCode;
use firstbell::reconcile::Refusal;
use firstbell::state::rollout_lock;

use crate::binary::{Said, said};
use crate::world::{Crash, Crashed, World, looks_like_a_password, told};

const ROLLOUT: &str = "leavers: disable
cohorts:
  - {name: year-7, select: {years: [7]}}
";

const ROWS: [&str; 6] = [
    "C1,Mere,Tamihana,mere@example.nz,S1,Āwhina,Tamihana,7,7A,,mother,en,yes,1,",
    "C2,Hōne,Tamihana,hone@example.nz,S1,Āwhina,Tamihana,7,7A,,father,mi,yes,2,",
    "C3,Ana,Tūī,ana@example.com,S2,Rangi,Tūī,7,7B,,mother,en,yes,1,",
    "C4,Lan,Nguyen,lan@example.com,S3,Minh,Nguyen,7,7B,,mother,,yes,1,",
    "C5,Siosaia,Fonua,saia@example.com,S4,Mele,Fonua,7,7C,,father,,yes,1,",
    "C6,Priya,Nair,priya@example.com,S5,Asha,Nair,7,7C,,mother,,yes,1,",
];

const ACCOUNTS: &str = r#"
  {"caregiver": "C1", "username": "mere.tamihana", "first-name": "Mere", "last-name": "Tamihana", "email": "mere@example.nz"},
  {"caregiver": "C3", "username": "ana.tui", "first-name": "Ana", "last-name": "Tui", "email": "old@example.com"},
  {"caregiver": "C4", "username": "lan.nguyen", "first-name": "Lan", "last-name": "Nguyen", "email": "lan@example.com",
   "last-sign-in": "2026-02-03T08:00:00Z"}"#;

/// Those who get a password; C4 has signed in and is adopted.
const PLANNED: [&str; 5] = ["C1", "C2", "C3", "C5", "C6"];

/// One caregiver after the other; three at a time, which leaves a wave that is not full.
const WIDTHS: [usize; 2] = [1, 3];

fn world(at_once: usize) -> World {
    let mut world = World::new(ROLLOUT, &ROWS, ACCOUNTS);
    world.at_once = at_once;
    world
}

fn crash_points(at_once: usize) -> usize {
    let mut world = world(at_once);
    world.apply().unwrap();
    world.crash.seen()
}

/// Applies with a crash at this point; whether it was reached.
fn crashed_at(world: &mut World, point: usize) -> bool {
    world.crash = Crash::at(point);
    let result = catch_unwind(AssertUnwindSafe(|| world.apply()));
    world.crash = Crash::never();
    match result {
        Ok(applied) => {
            applied.unwrap();
            false
        }
        Err(payload) => {
            assert!(payload.is::<Crashed>(), "the apply panicked by itself");
            true
        }
    }
}

#[test]
fn a_stop_at_any_commit_or_effect_resets_nobody_twice() {
    for at_once in WIDTHS {
        let points = crash_points(at_once);
        assert!(points > 30, "an apply of five passwords has many points, but there were {points}");
        for point in 0..points {
            let mut world = world(at_once);
            assert!(crashed_at(&mut world, point), "point {point} was not reached");
            let (resets, letters) = world.in_doubt();
            assert!(resets + letters <= at_once, "{resets} resets and {letters} letters in doubt at point {point}");
            world.settle(3);
            check(&world, &format!("stopped at point {point}, {at_once} at once"));
        }
    }
}

#[test]
fn two_stops_at_any_two_points_reset_nobody_twice() {
    for at_once in WIDTHS {
        let points = crash_points(at_once);
        for first in (0..points).step_by(3) {
            for second in (0..points).step_by(7) {
                let mut world = world(at_once);
                crashed_at(&mut world, first);
                crashed_at(&mut world, second);
                world.settle(3);
                check(&world, &format!("stopped at points {first} and {second}, {at_once} at once"));
            }
        }
    }
}

/// The state as it was in the middle of the run is put back after it, beside a lock that says nothing: the LMS says it.
#[test]
fn a_copy_from_the_middle_of_the_run_resets_nobody_again() {
    let mut refused = 0;
    for at_once in WIDTHS {
        for point in 0..crash_points(at_once) {
            let mut world = world_in_a_file(at_once);
            let (state, copy) = (world.path().join("state"), world.path().join("copy"));
            let (from, to) = (state.clone(), copy.clone());
            world.crash = Crash::doing(point, move || copy_state(&from, &to));
            world.apply().unwrap();
            world.crash = Crash::never();
            for old in std::fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().path()) {
                if old.file_name().is_some_and(|name| name.to_string_lossy().starts_with("firstbell.db")) {
                    std::fs::remove_file(old).unwrap();
                }
            }
            copy_state(&copy, &state);
            match world.try_plan() {
                Ok(_) => _ = world.settle(3),
                Err(Refusal::MarkerNewer { .. }) => refused += 1,
                Err(other) => panic!("{other}"),
            }
            for caregiver in PLANNED {
                assert_eq!(world.passwords_set(caregiver), 1, "{caregiver}, from point {point}, {at_once} at once");
            }
        }
    }
    assert!(refused > 30, "most copies don't know of somebody, but only {refused} were refused");
}

/// A program that reads the state at a run's end, such as a backup, keeps it from being tidied; never `rollout.lock` behind it.
#[test]
fn the_lock_is_closed_where_the_state_can_not_be_tidied() {
    let mut world = world(1);
    (world.keeps_lock, world.wipe_fails) = (true, true);
    let applied = world.apply().unwrap();
    assert!(applied.tally.sent > 0);
    let lock = rollout_lock::read(&world.path().join("rollout.lock")).unwrap().unwrap();
    let position = world.recorded().position.unwrap();
    assert_eq!(
        (lock.status, lock.serial, lock.head),
        (rollout_lock::LockStatus::Closed, position.serial, position.head)
    );
}

/// Once a second `rollout.lock` follows a run, so that after a stop an older copy of the state is told by it alone.
#[test]
fn the_lock_follows_the_run() {
    let lock_at = |point: usize, tick: i64| {
        let mut world = world(1);
        world.keeps_lock = true;
        world.clock.tick(jiff::SignedDuration::from_millis(tick));
        assert!(crashed_at(&mut world, point));
        let lock = rollout_lock::read(&world.path().join("rollout.lock")).unwrap();
        let position = world.recorded().position;
        (lock.map_or(0, |lock| lock.serial), position.map_or(0, |position| position.serial))
    };
    let last = crash_points(1) - 8;
    let (opened, _) = lock_at(last, 0);
    let (followed, recorded) = lock_at(last, 1000);
    assert!(opened <= 2 && followed + 3 >= recorded && followed > 8, "{opened}, {followed} of {recorded}");
    for point in 0..last {
        let (lock, state) = lock_at(point, 1000);
        assert!(lock <= state, "the lock is ahead of the state at point {point}: {lock}, {state}");
    }
}

/// What the LMS shows is not undone by a word, and a word is taken where it shows nothing.
#[test]
fn a_person_can_not_say_not_done_of_what_the_lms_shows() {
    let mut refused = 0;
    for point in 0..crash_points(1) {
        let mut world = world_in_a_file(1);
        crashed_at(&mut world, point);
        let recorded = world.recorded();
        let setting = recorded.histories.iter().find(|(_, history)| history.stage == ActivationStage::Setting);
        let Some((id, history)) = setting else { continue };
        let shows = world.observe().of_caregiver(id).any(|account| account.view().marker == Some(history.key));
        let said = run(&world, &["resolve", id, "--reset", "not-done", "--evidence", "the office asked them"]);
        let expected = if shows { (64, "say `--reset done`; nothing was recorded") } else { (0, "was not set") };
        assert_eq!(said.code, expected.0, "{}", said.all());
        assert!(said.all().contains(expected.1), "{}", said.all());
        refused += usize::from(shows);
        world.settle(3);
        for caregiver in PLANNED {
            assert_eq!(world.passwords_set(caregiver), 1, "{caregiver}, stopped at point {point}");
        }
    }
    assert!(refused > 1, "of several the LMS shows that it was done");
}

/// Runs the real program on it.
fn run(world: &World, args: &[&str]) -> Said {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_firstbell"));
    command.arg("-C").arg(world.path()).arg("--now").arg(world.clock.now().to_string()).args(args);
    command.env_clear().env("FIRSTBELL_KEY", "07".repeat(32)).env("USER", "mere").env("PATH", "/usr/bin:/bin");
    said(&command.stdin(std::process::Stdio::null()).output().unwrap())
}

fn world_in_a_file(at_once: usize) -> World {
    let mut world = World::in_a_file(ROLLOUT, &ROWS, ACCOUNTS);
    world.at_once = at_once;
    world
}

fn copy_state(from: &Utf8Path, to: &Utf8Path) {
    std::fs::create_dir_all(to).unwrap();
    for name in ["firstbell.db", "firstbell.db-wal"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// The SMS corrects every address after the power cut: nobody gets a second password for it, and no letter goes to an
/// address that the roster does not have any more, unless it may have gone already.
#[test]
fn an_address_corrected_after_a_stop_costs_no_second_password() {
    for (point, at_once) in
        WIDTHS.into_iter().flat_map(|at_once| (0..crash_points(at_once)).map(move |point| (point, at_once)))
    {
        let mut world = world(at_once);
        crashed_at(&mut world, point);
        let before = world.outbox().len();
        let rows: Vec<String> = ROWS.iter().map(|row| row.replacen('@', ".new@", 1)).collect();
        world.roster(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        world.settle(3);
        let usernames = usernames(&world);
        let letters: Vec<_> = world.outbox().iter().map(|(_, bytes)| told(bytes, &usernames)).collect();
        let old = letters.iter().filter(|letter| !letter.to.contains(".new@")).count();
        assert!(old <= before, "a letter went to an old address, stopped at point {point}");
        for caregiver in PLANNED {
            assert_eq!(world.passwords_set(caregiver), 1, "{caregiver}, stopped at point {point}");
        }
        let held = world.plan().held;
        assert!(held.len() <= at_once && held.iter().all(|held| held.code == HoldCode::AddressChanged), "{held:?}");
        assert!(letters.len() + held.len() >= PLANNED.len(), "a letter is missing, stopped at point {point}");
        for letter in letters {
            let password = Password::new(letter.password);
            assert!(sandbox::sign_in(&world.path().join("state/lms.json"), &letter.username, &password).unwrap());
        }
    }
}

#[test]
fn an_interrupt_after_any_caregiver_leaves_nobody_in_doubt() {
    for (after, at_once) in (0..ROWS.len()).flat_map(|after| WIDTHS.map(|at_once| (after, at_once))) {
        let mut world = world(at_once);
        world.interrupt_after = Some(after);
        world.apply().unwrap();
        assert!(!world.plan().has_unknown());
        for caregiver in PLANNED {
            assert_eq!(world.passwords_set(caregiver), letters_to(&world, caregiver), "{caregiver}, after {after}");
        }
        world.interrupt_after = None;
        world.settle(2);
        check(&world, &format!("interrupted after {after}, {at_once} at once"));
    }
}

fn letters_to(world: &World, caregiver: &str) -> usize {
    let row = ROWS.iter().find(|row| row.starts_with(&format!("{caregiver},"))).unwrap();
    let address = row.split(',').nth(3).unwrap();
    let usernames = usernames(world);
    world.outbox().iter().filter(|(_, bytes)| told(bytes, &usernames).to == address).count()
}

fn usernames(world: &World) -> Vec<String> {
    let mut names: Vec<String> = ["mere.tamihana", "ana.tui"].map(str::to_owned).into();
    names.extend(world.effects().iter().filter_map(|effect| effect["username"].as_str().map(str::to_owned)));
    names
}

/// One password, at least one letter, all copies equal, the password signs in, no password elsewhere.
fn check(world: &World, story: &str) {
    let usernames = usernames(world);
    let mut letters: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for (_, bytes) in world.outbox() {
        letters.entry(told(&bytes, &usernames).to).or_default().insert(bytes);
    }
    for caregiver in PLANNED {
        assert_eq!(world.passwords_set(caregiver), 1, "{caregiver}: passwords set, {story}");
    }
    assert_eq!(world.passwords_set("C4"), 0, "C4 had signed in, {story}");
    assert_eq!(letters.len(), PLANNED.len(), "letters, {story}");
    for (to, copies) in &letters {
        assert_eq!(copies.len(), 1, "the copies to {to} differ, {story}");
        let letter = told(copies.first().unwrap(), &usernames);
        let signs_in = sandbox::sign_in(
            &world.path().join("state/lms.json"),
            &letter.username,
            &Password::new(letter.password.clone()),
        );
        assert!(signs_in.unwrap(), "the password in the letter to {to} does not sign in, {story}");
        nowhere_else(world, &letter.password, story);
    }
}

/// No password outside the outbox: not in the state (free pages and write-ahead log included), the lock, the LMS file.
fn nowhere_else(world: &World, password: &str, story: &str) {
    assert!(looks_like_a_password(password));
    for entry in walk(world.path()) {
        let is_artefact = entry.components().any(|part| part.as_os_str() == "outbox");
        let bytes = std::fs::read(&entry).unwrap();
        let is_there = bytes.windows(password.len()).any(|window| window == password.as_bytes());
        assert!(is_artefact || !is_there, "a password stands in {}, {story}", entry.display());
    }
}

fn walk(folder: impl AsRef<std::path::Path>) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}
