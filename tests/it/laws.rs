//! The laws, for made-up schools of any shape: the plan settles, repeats itself byte for byte, does not mind the order of rows,
//! and nobody who was activated is ever reset again, whatever the SMS exports next.

use std::collections::BTreeMap;

use firstbell::plan::Act;
use firstbell::report::{self, Personal, View};
use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::world::World;

const ROLLOUT: &str = "leavers: disable
guards: {resets: 1000, emails: 1000, creates: 1000, withdrawals: 1000, roster-change: 100%}
cohorts:
  - {name: year-7, select: {years: [7]}}
  - {name: year-8, select: {years: [8]}, after: [year-7]}
  - {name: others, select: all, after: [year-8]}
";

/// The longest chain of `after` above, and one.
const ROUNDS: usize = 3;

/// One caregiver of a made-up school, as their rows tell it.
#[derive(Clone, Debug)]
struct Made {
    id: u8,
    name: u8,
    address: u8,
    children: Vec<(u8, u8, u8)>,
    account: u8,
}

fn made() -> impl Strategy<Value = Made> {
    let child = (0..12_u8, 7..10_u8, 0..8_u8);
    (0..14_u8, 0..10_u8, 0..20_u8, prop::collection::vec(child, 1..3), 0..6_u8)
        .prop_map(|(id, name, address, children, account)| Made { id, name, address, children, account })
}

fn school() -> impl Strategy<Value = Vec<Made>> {
    prop::collection::vec(made(), 1..9).prop_map(|people| {
        let by_id: BTreeMap<u8, Made> = people.into_iter().map(|one| (one.id, one)).collect();
        by_id.into_values().collect()
    })
}

fn address(made: &Made) -> String {
    match made.address {
        0 => String::new(),
        1 => "office@kowhai.example.nz".to_owned(),
        2 => "two@example.nz; three@example.nz".to_owned(),
        3 => "not an address".to_owned(),
        4 | 5 => "shared@example.nz".to_owned(),
        other => format!("parent{}.{other}@example.nz", made.id),
    }
}

fn rows(people: &[Made]) -> Vec<String> {
    let row = |one: &Made, (student, year, access): &(u8, u8, u8)| {
        let portal = ["yes", "yes", "yes", "yes", "yes", "no", "", "yes"][usize::from(*access)];
        let (id, name) = (one.id, one.name);
        format!(
            "C{id},First{name},Last{name},{},S{student},Stu{student},Dent,{year},{year}A,,,,{portal},1,",
            address(one)
        )
    };
    people.iter().flat_map(|one| one.children.iter().map(move |child| row(one, child))).collect()
}

fn accounts(people: &[Made]) -> String {
    let account = |one: &Made| {
        let more = match one.account {
            0 => return None,
            1 => r#", "last-sign-in": "2026-02-01T00:00:00Z""#,
            2 => r#", "staff": true"#,
            3 => r#", "last-sign-in": "unknown""#,
            _ => "",
        };
        let id = one.id;
        Some(format!(r#"{{"caregiver": "C{id}", "username": "user{id}", "email": "old{id}@example.nz"{more}}}"#))
    };
    people.iter().filter_map(account).collect::<Vec<_>>().join(", ")
}

fn world(people: &[Made]) -> World {
    let rows = rows(people);
    // Every second school prints letters for those who have no address.
    let rollout = format!("no-email: {}\n{ROLLOUT}", if people.len().is_multiple_of(2) { "paper" } else { "hold" });
    World::new(&rollout, &rows.iter().map(String::as_str).collect::<Vec<_>>(), &accounts(people))
}

fn next_roster(world: &World, people: &[Made]) {
    let rows = rows(people);
    world.roster(&rows.iter().map(String::as_str).collect::<Vec<_>>());
}

fn text(world: &mut World) -> String {
    let view = View { personal: Personal::Full, colour: false, width: None, summary_only: false };
    report::text(&world.plan(), &view)
}

/// Everything that a plan says about people.
fn decisions(world: &mut World) -> String {
    let plan = world.plan();
    format!("{:#?}\n{:#?}\n{:?}\n{:?}", plan.changes, plan.held, plan.unchanged, plan.cohorts)
}

fn config() -> Config {
    Config { cases: 48, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn plan_and_apply_reach_nothing_to_do(people in school()) {
        let mut world = world(&people);
        world.settle(ROUNDS);
        prop_assert!(!world.plan().has_changes());
    }

    #[test]
    fn planning_twice_gives_the_same_bytes(people in school()) {
        let mut world = world(&people);
        prop_assert_eq!(text(&mut world), text(&mut world));
        world.apply().unwrap();
        prop_assert_eq!(text(&mut world), text(&mut world));
    }

    #[test]
    fn the_order_of_rows_does_not_matter(people in school(), seed in any::<u64>()) {
        let mut world = world(&people);
        let before = decisions(&mut world);
        let mut shuffled = rows(&people);
        let len = shuffled.len();
        for at in (1..len).rev() {
            shuffled.swap(at, usize::try_from(seed.rotate_left(u32::try_from(at).unwrap()) % (at as u64 + 1)).unwrap());
        }
        world.roster(&shuffled.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(before, decisions(&mut world));
    }

    /// Changed addresses, names, children, ids that come and go: nobody gets a second password for it.
    #[test]
    fn nobody_active_is_ever_reset_again(schools in prop::collection::vec(school(), 2..5), hours in 1..60_i64) {
        let mut world = world(&schools[0]);
        world.settle(ROUNDS);
        for people in &schools[1..] {
            world.clock.advance(hours);
            next_roster(&world, people);
            world.settle(ROUNDS + 1);
        }
        for id in 0..14 {
            let caregiver = format!("C{id}");
            prop_assert!(world.passwords_set(&caregiver) <= 1, "{} was reset twice", caregiver);
        }
    }

    /// One short, old or garbled export withdraws nobody, whatever it lacks.
    #[test]
    fn a_roster_that_is_cut_short_withdraws_nobody(people in school(), kept in 0..100_usize) {
        let mut world = world(&people);
        world.settle(ROUNDS);
        world.clock.advance(48);
        let rows = rows(&people);
        let kept = (rows.len() * kept / 100).max(1);
        world.roster(&rows[..kept].iter().map(String::as_str).collect::<Vec<_>>());
        let plan = world.plan();
        let withdrawn = plan.changes.iter().flat_map(|change| &change.acts).filter(|act| matches!(act, Act::Withdraw { .. }));
        prop_assert_eq!(withdrawn.count(), 0);
    }

    /// A crash at any point of any school's apply, then apply until done.
    #[test]
    fn a_crash_anywhere_resets_nobody_twice(people in school(), point in 0..120_usize) {
        let mut world = world(&people);
        world.crash = crate::world::Crash::at(point);
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.apply()));
        world.crash = crate::world::Crash::never();
        if let Ok(applied) = ended {
            prop_assert!(applied.is_ok());
        }
        world.settle(ROUNDS + 1);
        for made in &people {
            let caregiver = format!("C{}", made.id);
            let set = world.passwords_set(&caregiver);
            prop_assert!(set <= 1, "{} was reset twice", caregiver);
        }
        let set: usize = people.iter().map(|made| world.passwords_set(&format!("C{}", made.id))).sum();
        prop_assert_eq!(world.outbox().len() + world.pages().len(), set, "a letter for each password, and none else");
    }
}
