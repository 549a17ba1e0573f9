//! The connection is lost in the midst of a run: between intent and effect, between effect and record, in a commit itself. The run
//! finds its way back and goes on; nothing is repeated.

use std::rc::Rc;

use super::proxy::{Breaks, Proxy};
use super::{Shared, check};
use crate::database::{Database, named};
use crate::world::{Crash, World};

const ROWS: [&str; 4] = [
    "C1,Mere,Tamihana,mere@example.nz,S1,Āwhina,Tamihana,7,7A,,mother,en,yes,1,",
    "C2,Hōne,Tamihana,hone@example.nz,S1,Āwhina,Tamihana,7,7A,,father,mi,yes,2,",
    "C3,Ana,Tūī,ana@example.com,S2,Rangi,Tūī,7,7B,,mother,en,yes,1,",
    "C4,Lan,Nguyen,lan@example.com,S3,Minh,Nguyen,7,7B,,mother,,yes,1,",
];

/// A school with its state in a database, whatever store is asked for.
fn world(at_once: usize) -> World {
    let accounts = r#"{"caregiver": "C1", "username": "mere.tamihana", "email": "mere@example.nz"}"#;
    let rollout = format!("{}cohorts:\n  - {{name: year-7, select: {{years: [7]}}}}\n", crate::database::LINE);
    let mut world = World::new(&rollout, &ROWS, accounts);
    world.database.get_or_insert_with(|| Rc::new(Database::new()));
    world.at_once = at_once;
    world
}

#[test]
fn a_connection_cut_at_any_commit_or_effect_costs_nothing() {
    for at_once in [1, 3] {
        let mut whole = world(at_once);
        whole.apply().unwrap();
        let points = whole.crash.seen();
        assert!(points > 20, "{points}");
        for point in 0..points {
            let mut world = world(at_once);
            let database = Rc::clone(world.database.as_ref().unwrap());
            world.crash = Crash::doing(point, move || database.cut());
            world.apply().unwrap_or_else(|halted| panic!("cut at {point}: {halted:?}"));
            assert!(world.crash.seen() >= points, "{point} was not reached");
            world.crash = Crash::never();
            for row in ROWS {
                assert_eq!(world.passwords_set(&row[..2]), 1, "{row}, cut at {point}");
            }
            assert_eq!(world.outbox().len(), ROWS.len(), "letters, cut at {point}");
            let plan = world.plan();
            assert!(!plan.has_changes() && !plan.has_unknown(), "cut at {point}");
        }
    }
}

/// A commit of which nobody knows whether it was made is looked for in the log: made once, whichever way it was.
#[test]
fn a_connection_that_breaks_in_a_commit_costs_nothing() {
    let server: u16 = named("FIRSTBELL_TEST_POSTGRES").rsplit_once(':').unwrap().1.parse().unwrap();
    let (whole, never) = (Shared::quickstart(), Proxy::start(server, -1, Breaks::Before));
    assert_eq!(whole.run_at(&never.instead_of(&whole.database.url()), &["apply", "--auto-approve"]).code, 0);
    let commits = never.commits();
    assert!(commits > 10, "{commits}");
    for breaks in [Breaks::Before, Breaks::After] {
        for at in (0..commits).step_by(3) {
            let shared = Shared::quickstart();
            let proxy = Proxy::start(server, at, breaks);
            let story = format!("{breaks:?} commit {at}");
            let applied = shared.run_at(&proxy.instead_of(&shared.database.url()), &["apply", "--auto-approve"]);
            // The first of all makes the state.
            assert_eq!(applied.code, 0, "{story}: {}", applied.all());
            assert!(proxy.commits() > at, "{story}");
            shared.finish();
            check(&shared.project, &story);
        }
    }
}

/// Between two letters of a slow pace a session is idle for longer than some administrators allow.
#[test]
fn a_server_that_ends_idle_sessions_does_not_end_a_run() {
    let mut world = world(1);
    world.database.as_ref().unwrap().set("idle_session_timeout = '200ms'");
    world.crash = Crash::doing(9, || std::thread::sleep(std::time::Duration::from_millis(600)));
    world.apply().unwrap();
    assert_eq!(world.outbox().len(), ROWS.len());
}

/// A server that is down for longer than a run waits: what was begun is settled by the next.
#[test]
fn a_server_that_stays_away_leaves_work_for_the_next_run() {
    let mut world = world(1);
    let database = Rc::clone(world.database.as_ref().unwrap());
    world.crash = Crash::doing(11, move || {
        database.close();
        database.cut();
    });
    let halted = world.apply().unwrap_err();
    assert!(halted.error.to_string().contains("the state could not be written"), "{}", halted.error);
    world.crash = Crash::never();
    world.database.as_ref().unwrap().reopen();
    world.settle(3);
    for row in ROWS {
        assert_eq!(world.passwords_set(&row[..2]), 1, "{row}");
    }
    assert_eq!(
        world.outbox().iter().map(|(_, bytes)| bytes).collect::<std::collections::BTreeSet<_>>().len(),
        ROWS.len()
    );
}
