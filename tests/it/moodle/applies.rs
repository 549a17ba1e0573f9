//! Whole applies over a Moodle: stops at every commit and call, lost answers, a wrong policy, missing children. Whatever
//! happens, everybody ends with one password, and every letter tells the one that the Moodle has.

use std::panic::{AssertUnwindSafe, catch_unwind};

use firstbell::edge::Clock;
use firstbell::plan::HoldCode;

use super::standin::{Mishap, Site, User};
use crate::world::{Crash, World, told};

const MARKED: &str = "  parent-role: 9\n  marker-field: firstbell\n";
const UNMARKED: &str = "  parent-role: 9\n";

const ROLLOUT: &str = "assume-never-signed-in: [year-7]
cohorts:
  - {name: year-7, select: {years: [7]}}
";

const ROWS: [&str; 5] = [
    "C1,Mere,Tamihana,mere@example.nz,S1,Āwhina,Tamihana,7,7A,,mother,en,yes,1,",
    "C2,Hōne,Tamihana,hone@example.nz,S1,Āwhina,Tamihana,7,7A,,father,mi,yes,2,",
    "C3,Ana,Tūī,ana@example.com,S2,Rangi,Tūī,7,7B,,mother,en,yes,1,",
    "C4,Lan,Nguyen,lan@example.com,S3,Minh,Nguyen,7,7B,,mother,,yes,1,",
    "C5,Siosaia,Fonua,saia@example.com,S4,Mele,Fonua,7,7C,,father,,yes,1,",
];
const ALL: [&str; 4] = ["C1", "C2", "C3", "C5"];

fn parent(id: &str, username: &str, email: &str) -> User {
    let (first, last) = if id == "C1" { ("Mere", "Tamihana") } else { ("Lan", "Nguyen") };
    User {
        idnumber: id.into(),
        username: username.into(),
        email: email.into(),
        first: first.into(),
        last: last.into(),
        ..User::default()
    }
}

fn world(more: &str) -> World {
    let world = World::moodle(ROLLOUT, more, &ROWS, &["S1", "S2", "S3", "S4"]);
    {
        let moodle = world.moodle.as_ref().unwrap();
        let mut site = moodle.site();
        site.add(parent("C1", "mere.tamihana", "mere@example.nz"));
        let lan = parent("C4", "lan.nguyen", "lan@example.com");
        site.add(User { lastaccess: 1_770_000_000, ..lan });
    }
    world
}

fn site(world: &World) -> std::sync::MutexGuard<'_, Site> {
    world.moodle.as_ref().unwrap().site()
}

/// One password each, told by every letter of theirs; the children linked; nobody else touched.
fn check(world: &World, when: &str) {
    let site = site(world);
    let usernames: Vec<String> = site.users.iter().map(|user| user.username.clone()).collect();
    let letters: Vec<_> = world.outbox().iter().map(|(_, bytes)| told(bytes, &usernames)).collect();
    for caregiver in ALL {
        assert_eq!(site.passwords_of(caregiver), 1, "{caregiver}, {when}");
        let user = site.of(caregiver);
        let own: Vec<_> = letters.iter().filter(|letter| letter.username == user.username).collect();
        assert!(!own.is_empty(), "{caregiver} has no letter, {when}");
        assert!(own.iter().all(|letter| Some(&letter.password) == user.passwords.last()), "{caregiver}, {when}");
        assert!(user.forced_change, "{caregiver}, {when}");
        assert!(site.roles.iter().any(|(parent, _)| *parent == user.id), "{caregiver} is not linked, {when}");
        assert_eq!(site.users.iter().filter(|user| user.idnumber == caregiver).count(), 1, "{caregiver}, {when}");
    }
    assert_eq!(site.passwords_of("C4"), 0, "somebody who signs in was reset, {when}");
    assert!(site.wrong.is_empty(), "{:?}", site.wrong);
}

/// Until nothing is left to do, with the time that settling takes in between.
fn settle(world: &mut World) {
    for _ in 0..4 {
        world.clock.advance(1);
        if world.plan().has_changes() {
            let _ = world.apply().unwrap();
        }
    }
}

#[test]
fn a_cohort_gets_its_accounts_in_few_calls() {
    let mut world = world(MARKED);
    world.apply().unwrap();
    check(&world, "without accident");
    {
        let site = site(&world);
        assert_eq!(site.counted("core_user_create_users"), 1, "three accounts in one call");
        assert_eq!(site.counted("core_user_update_users"), 1);
        assert_eq!(site.counted("core_role_assign_roles"), 1);
        let create = site.calls.iter().find(|(name, _)| name == "core_user_create_users").unwrap();
        let first = create.1.iter().find(|(name, _)| name.starts_with("users[0]")).unwrap();
        assert_eq!(first.0, "users[0][preferences][0][type]", "so that a row that is cut is refused");
        assert_eq!(site.of("C3").username, "ana.tui");
        assert_eq!(site.of("C2").lang, "", "no language is declared as installed");
        assert!(!site.of("C1").marker.is_empty());
    }
    assert!(!world.plan().has_changes());
}

/// As many connections to the mail server as Moodle takes people in a call: then letters fly while the next are set.
const MANY: usize = 64;

#[test]
fn a_stop_at_any_commit_or_call_resets_nobody_twice() {
    for (more, at_once) in [(MARKED, 1), (UNMARKED, 1), (MARKED, MANY), (UNMARKED, MANY)] {
        let world = || {
            let mut world = world(more);
            world.at_once = at_once;
            world
        };
        let mut undisturbed = world();
        undisturbed.apply().unwrap();
        let points = undisturbed.crash.seen();
        assert!(points > 10, "{points}");
        for point in 0..points {
            let mut world = world();
            world.crash = Crash::at(point);
            let stopped = catch_unwind(AssertUnwindSafe(|| world.apply()));
            assert!(stopped.is_err(), "point {point} was not reached");
            world.crash = Crash::never();
            settle(&mut world);
            check(&world, &format!("stopped at point {point}, {at_once} at once"));
        }
    }
}

#[test]
fn a_lost_answer_costs_nobody_a_second_password() {
    let mishaps = [
        Mishap::CutBefore,
        Mishap::CutAfter,
        Mishap::CutAfterRows(0),
        Mishap::StatusAfter(504),
        Mishap::StatusBefore(503, Some("120")),
        Mishap::Says(b"<html>PHP Fatal error</html>"),
        Mishap::Says(b"[{\"id\":1,\"username\":\"\xff\"}]"),
        Mishap::Says(b""),
        Mishap::Code("somethingnew"),
        Mishap::Code("sitemaintenance"),
        Mishap::Code("dbconnectionfailed"),
        Mishap::StatusBefore(429, Some("5")),
    ];
    for more in [MARKED, UNMARKED] {
        for function in ["core_user_create_users", "core_user_update_users", "core_role_assign_roles"] {
            for (number, mishap) in mishaps.iter().enumerate() {
                let mut world = world(more);
                world.moodle.as_ref().unwrap().mishap(function, mishap.clone());
                let _ = world.apply().unwrap();
                settle(&mut world);
                check(&world, &format!("mishap {number} of {function}"));
            }
        }
    }
}

/// Without a marker nobody can say what became of the lost call, and a refusal of the next one does not say it either.
#[test]
fn a_refusal_after_a_lost_answer_leaves_it_open_and_the_password_as_it_is() {
    let refusals = [
        Mishap::Code("nopermissions"),
        Mishap::Code("accessexception"),
        Mishap::Code("invalidtoken"),
        Mishap::Code("invalidparameter"),
        Mishap::StatusBefore(403, None),
        Mishap::StatusBefore(429, Some("5")),
    ];
    for (number, refusal) in refusals.iter().enumerate() {
        let mut world = world(UNMARKED);
        world.moodle.as_ref().unwrap().mishap("core_user_update_users", Mishap::CutAfter);
        let _ = world.apply().unwrap();
        world.clock.advance(1);
        world.moodle.as_ref().unwrap().mishap("core_user_update_users", refusal.clone());
        let applied = world.apply().unwrap();
        assert!(applied.tally.has_unknown(), "refusal {number}: {:?}", applied.tally.failures);
        settle(&mut world);
        check(&world, &format!("refusal {number}"));
    }
}

/// Whoever signed in before the lost call can't have changed a password that it set.
#[test]
fn a_reissue_with_a_lost_answer_is_finished_for_somebody_who_had_signed_in_before() {
    for since in [false, true] {
        let mut world = world(UNMARKED);
        world.apply().unwrap();
        let lines = "reissue: [{caregiver: C4, activation: 2, because: T-1}]\n";
        world.write("rollout.yaml", &format!("{}{lines}", world.read("rollout.yaml")));
        world.moodle.as_ref().unwrap().mishap("core_user_update_users", Mishap::CutBefore);
        let _ = world.apply().unwrap();
        world.clock.advance(1);
        if since {
            site(&world).of_mut("C4").lastaccess = world.clock.now().as_second() - 60;
        }
        let _ = world.apply();
        let held = world.plan().held.iter().any(|held| held.code == HoldCode::ChangedMeanwhile);
        assert_eq!((site(&world).passwords_of("C4"), held), if since { (0, true) } else { (1, false) });
    }
}

#[test]
fn with_the_profile_field_a_lost_reset_is_known_at_once() {
    let mut world = world(MARKED);
    world.moodle.as_ref().unwrap().mishap("core_user_update_users", Mishap::CutAfter);
    let applied = world.apply().unwrap();
    assert!(!applied.tally.has_unknown(), "{:?}", applied.tally.failures);
    check(&world, "lost after the effect");
    assert_eq!(site(&world).of("C1").passwords.len(), 1, "it was not even sent again");
}

#[test]
fn a_marker_that_does_not_stand_proves_nothing_before_the_call_must_be_over() {
    let mut world = world(MARKED);
    world.moodle.as_ref().unwrap().mishap("core_user_update_users", Mishap::CutBefore);
    let _ = world.apply().unwrap();
    let held = world.plan().held;
    assert!(held.iter().any(|held| held.caregiver.as_str() == "C1" && held.code == HoldCode::ResetUnknown), "{held:?}");
    settle(&mut world);
    check(&world, "after ten minutes");
}

/// The site wants more than was declared: certain with the profile field, and nobody else is the worse for it.
#[test]
fn a_password_that_the_site_refuses_is_a_certain_no() {
    let mut world = world(MARKED);
    site(&world).shortest_password = 60;
    let applied = world.apply().unwrap();
    assert!(!applied.tally.has_unknown(), "{:?}", applied.tally.failures);
    assert!(applied.tally.failures.iter().all(|(_, failure)| !failure.what.contains("1x!")), "a password is quoted");
    assert_eq!(
        ALL.map(|id| site(&world)
            .users
            .iter()
            .filter(|user| user.idnumber == id)
            .flat_map(|user| &user.passwords)
            .count()),
        [0; 4]
    );
    site(&world).shortest_password = 8;
    settle(&mut world);
    check(&world, "once the policy is as declared");
}

#[test]
fn a_child_without_an_account_holds_its_parents_before_anything_is_done() {
    let mut world = World::moodle(ROLLOUT, MARKED, &ROWS, &["S1", "S2", "S3"]);
    let _ = world.apply().unwrap();
    let held = world.plan().held;
    let codes: Vec<_> = held.iter().map(|held| (held.caregiver.as_str(), held.code)).collect();
    assert_eq!(codes, [("C5", HoldCode::ChildNotLinked)]);
    assert_eq!(site(&world).passwords_of("C1"), 1, "the others got theirs");
    site(&world).add(User {
        username: "stus4".into(),
        idnumber: "S4".into(),
        email: "s4@x.example".into(),
        ..User::default()
    });
    let _ = world.apply().unwrap();
    assert!(world.plan().held.is_empty());
}

#[test]
fn the_letter_waits_for_the_link_and_the_password_stays() {
    let mut world = world(MARKED);
    site(&world).role_is_assignable = false;
    let applied = world.apply().unwrap();
    assert!(world.outbox().is_empty(), "a letter went without a link");
    assert!(applied.tally.failures.iter().all(|(_, failure)| failure.what.contains("linking the children")));
    site(&world).role_is_assignable = true;
    settle(&mut world);
    check(&world, "once the role can be assigned");
}

/// C1 has an account and no address any more; C3 has neither, and Moodle makes no account without one.
fn on_paper() -> World {
    let rows = [ROWS[0].replace("mere@example.nz", ""), ROWS[2].replace("ana@example.com", "")];
    let world = World::moodle(&format!("no-email: paper\n{ROLLOUT}"), MARKED, &[&rows[0], &rows[1]], &["S1", "S2"]);
    world.moodle.as_ref().unwrap().site().add(parent("C1", "mere.tamihana", "mere@example.nz"));
    world
}

#[test]
fn a_page_is_ready_once_the_children_are_linked_and_nobody_is_made_without_an_address() {
    let mut world = on_paper();
    site(&world).role_is_assignable = false;
    let applied = world.apply().unwrap();
    assert_eq!((applied.tally.written, applied.tally.failures.len()), (0, 1), "{:?}", applied.tally.failures);
    site(&world).role_is_assignable = true;
    assert!(world.plan().has_changes(), "the page waits for the link");
    settle(&mut world);
    let codes: Vec<_> = world.plan().held.iter().map(|held| (held.caregiver.as_str().to_owned(), held.code)).collect();
    let codes: Vec<(&str, HoldCode)> = codes.iter().map(|(id, code)| (id.as_str(), *code)).collect();
    assert_eq!(codes, [("C1", HoldCode::ToPrint), ("C3", HoldCode::NoEmail)]);
    let password = world.pages()["C1"].typed[2].clone();
    assert_eq!(site(&world).passwords_of("C1"), 1);
    assert!(site(&world).users.iter().any(|user| user.idnumber == "C1" && user.passwords.last() == Some(&password)));
    assert!(world.outbox().is_empty());
}

#[test]
fn a_stop_anywhere_leaves_one_password_and_its_page() {
    let points = {
        let mut world = on_paper();
        world.apply().unwrap();
        world.crash.seen()
    };
    for point in 0..points {
        let mut world = on_paper();
        world.crash = Crash::at(point);
        let _ = catch_unwind(AssertUnwindSafe(|| world.apply().map(drop)));
        world.crash = Crash::never();
        settle(&mut world);
        let password = world.pages()["C1"].typed[2].clone();
        assert_eq!(site(&world).passwords_of("C1"), 1, "stopped at point {point}");
        assert!(
            site(&world).users.iter().any(|user| user.idnumber == "C1" && user.passwords.last() == Some(&password)),
            "{point}"
        );
    }
}

#[test]
fn a_child_that_joins_is_linked_and_one_that_is_taken_from_them_is_unlinked() {
    let mut world =
        World::moodle(&format!("access-revoked: unlink\n{ROLLOUT}"), MARKED, &ROWS, &["S1", "S2", "S3", "S4", "S5"]);
    let _ = world.apply().unwrap();
    let links = |world: &World, parent: &str, child: &str| {
        let site = site(world);
        site.roles.contains(&(site.of(parent).id, site.of(child).id))
    };
    assert!(links(&world, "C1", "S1"));
    let mut rows: Vec<String> = ROWS.iter().map(|row| (*row).to_owned()).collect();
    rows[0] = rows[0].replace(",yes,", ",no,");
    rows.push("C1,Mere,Tamihana,mere@example.nz,S5,Tama,Tamihana,7,7A,,mother,en,yes,1,".to_owned());
    world.clock.advance(48);
    world.roster(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    let notes = world.plan().inputs.rollout.notes.join("\n");
    assert!(notes.contains("C1 (S1)"), "{notes}");
    let _ = world.apply().unwrap();
    assert!(!links(&world, "C1", "S1") && links(&world, "C1", "S5") && links(&world, "C2", "S1"));
    assert_eq!(site(&world).passwords_of("C1"), 1);
    assert!(!world.plan().has_changes(), "{:?}", world.plan().changes);
}

/// A link stays known until it is taken away, whatever is linked beside it; and none is known before it is made.
#[test]
fn whom_somebody_is_linked_with_is_not_forgotten_nor_made_up() {
    let mut world = World::moodle(ROLLOUT, MARKED, &ROWS, &["S1", "S2", "S3", "S4", "S5"]);
    let _ = world.apply().unwrap();
    let links = |world: &World, child: &str| {
        let site = site(world);
        site.users.iter().any(|user| user.idnumber == child && site.roles.contains(&(site.of("C1").id, user.id)))
    };
    let mut rows: Vec<String> = ROWS.iter().map(|row| (*row).to_owned()).collect();
    rows[0] = rows[0].replace(",yes,", ",no,");
    let child = |id: &str| format!("C1,Mere,Tamihana,mere@example.nz,{id},Tama,Tamihana,7,7A,,mother,en,yes,1,");
    rows.extend([child("S5"), child("S9")]);
    let next = |world: &mut World| {
        world.clock.advance(48);
        world.roster(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        world.apply().unwrap();
        world.plan().inputs.rollout.notes.join("\n")
    };
    for _ in 0..2 {
        let notes = next(&mut world);
        assert!(notes.contains("C1 (S1)"), "the SMS keeps S1 from them, and Moodle shows S1: {notes}");
        assert!(links(&world, "S1") && links(&world, "S5") && !links(&world, "S9"));
    }
    // The new child's account is made at last.
    let student = site(&world).of("S5").clone();
    site(&world).add(User { idnumber: "S9".to_owned(), username: "s9".to_owned(), ..student });
    let _ = next(&mut world);
    assert!(links(&world, "S9") && links(&world, "S1"));
    let rollout = world.read("rollout.yaml");
    world.write("rollout.yaml", &format!("{rollout}access-revoked: unlink\n"));
    let notes = next(&mut world);
    assert!(!links(&world, "S1") && links(&world, "S5") && links(&world, "S9"), "{notes}");
    assert!(!world.plan().has_changes(), "{:?}", world.plan().changes);
}
