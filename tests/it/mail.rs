//! The pace over several days, what is not known of a letter, servers that say "later", and mails that come back.

use firstbell::apply::End;
use firstbell::edge::Clock;
use firstbell::model::outcome::{Outcome, Reach, Refusal};
use firstbell::plan::{HoldCode, Plan};
use jiff::{SignedDuration, Timestamp};

use crate::world::{HEAD, PretendServer, World, told};

const COHORT: &str = "cohorts:\n  - {name: year-7, select: {years: [7]}}\n";

/// A school of so many caregivers with a pretended mail server; `mail` are further mail settings.
fn world(many: usize, mail: &str, below: &str) -> (World, PretendServer) {
    let rows: Vec<String> = (1..=many).map(|number| row(number, &format!("p{number}@example.nz"))).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let mut world = World::new(COHORT, &rows, "");
    let smtp = format!("letter: letters/welcome, transport: smtp, smtp: {{host: localhost, tls: none}}, {mail}}}");
    world.write("rollout.yaml", &format!("{}{below}{COHORT}", HEAD.replace("letter: letters/welcome}", &smtp)));
    let server = PretendServer::new(&world.clock);
    world.server = Some(server.clone());
    (world, server)
}

fn row(number: usize, address: &str) -> String {
    format!("C{number},Mere{number},Tamihana,{address},S{number},Āwhina,Tamihana,7,7A,,mother,en,yes,1,")
}

fn passwords(world: &World) -> usize {
    world.effects().iter().filter(|effect| effect["op"] == "create").count()
}

fn code(plan: &Plan, id: &str) -> Option<HoldCode> {
    plan.held.iter().find(|held| held.caregiver.as_str() == id).map(|held| held.code)
}

#[test]
fn three_days_of_quota_and_hours_send_everybody_one_letter_and_lock_nobody_out() {
    let hours = "pace: {per-minute: 20, per-day: 3}, hours: {from: \"08:00\", to: \"18:00\"}";
    let (mut world, server) = world(8, hours, "");
    let tuesday: Timestamp = "2026-03-02T20:00:00Z".parse().unwrap();
    let mut done = Vec::new();
    for (day, left) in [(0, 5), (1, 2)] {
        world.clock.set(tuesday + SignedDuration::from_hours(24 * day));
        let applied = world.apply().unwrap();
        let End::Paused { left: waiting, until } = applied.end else { panic!("{:?}", applied.end) };
        assert_eq!(waiting, left, "day {day}");
        assert_eq!(until, Some(tuesday + SignedDuration::from_hours(24 * (day + 1))), "day {day}");
        done.push(server.taken.borrow().len());
        assert_eq!(passwords(&world), server.taken.borrow().len(), "no password is set before its letter can go");
        let early = world.apply().unwrap();
        assert!(matches!(early.end, End::Paused { .. }) && early.tally.sent == 0, "{:?}", early.end);
    }
    // The third evening is too late; the morning after is a school day again.
    world.clock.set("2026-03-05T05:30:00Z".parse().unwrap());
    let applied = world.apply().unwrap();
    assert_eq!(applied.end, End::Paused { left: 2, until: Some("2026-03-05T19:00:00Z".parse().unwrap()) });
    world.clock.set("2026-03-05T19:00:00Z".parse().unwrap());
    assert_eq!(world.apply().unwrap().end, End::Done);
    assert_eq!(done, [3, 6]);
    let taken = server.taken.borrow();
    let mut recipients: Vec<&String> = taken.iter().map(|(_, to, _)| to).collect();
    recipients.sort();
    recipients.dedup();
    assert_eq!((taken.len(), recipients.len()), (8, 8));
    let seconds = taken[1].0.duration_since(taken[0].0).as_secs();
    assert_eq!(seconds, 3, "twenty a minute");
}

#[test]
fn a_plan_says_when_its_letters_go() {
    let (mut world, _) = world(8, "pace: {per-minute: 20, per-day: 3}", "");
    let plan = world.plan();
    let forecast = plan.inputs.departure.unwrap().forecast.unwrap();
    assert_eq!(forecast.in_one_go, 3);
    assert_eq!(forecast.goes_on, Some(world.clock.now() + SignedDuration::from_hours(24)));
}

#[test]
fn a_server_that_says_later_is_given_time_and_then_gets_the_same_letter() {
    let (mut world, server) = world(2, "pace: {preset: unlimited}", "");
    server.answers.borrow_mut().push_back(Outcome::refused("450 greylisted", Reach::Passing));
    let before = world.clock.now();
    let applied = world.apply().unwrap();
    assert_eq!((applied.tally.sent, applied.tally.has_passing()), (1, true));
    assert_eq!(world.clock.now().duration_since(before).as_secs(), 30, "the next letter waited");
    let said = world.notes.iter().filter(|note| note.contains("says \"later\": trying again at")).count();
    assert_eq!(said, 1, "{:?}", world.notes);
    let applied = world.apply().unwrap();
    assert_eq!((applied.tally.sent, passwords(&world)), (1, 2), "the same password, sent now");
}

/// Over several connections: what the server took is known before anybody waits for it, for it would go out again after a power
/// cut meanwhile.
#[test]
fn what_was_taken_beside_a_letter_put_off_is_known_before_the_pause() {
    let (mut world, server) = world(12, "pace: {preset: unlimited}", "");
    world.at_once = 4;
    server.answers.borrow_mut().push_back(Outcome::refused("450 greylisted", Reach::Passing));
    let before = world.clock.now();
    world.apply().unwrap();
    let taken = server.taken.borrow();
    let at_once = taken.iter().filter(|(at, ..)| *at == before).count();
    assert!(at_once >= 3, "{at_once} of {} were known before anybody waited", taken.len());
}

/// A scanner that says what it did not like says the password.
#[test]
fn what_a_server_says_of_a_letter_is_kept_without_what_stands_in_it() {
    let (mut world, server) = world(1, "pace: {preset: unlimited}", "");
    server.answers.borrow_mut().push_back(Outcome::Unknown("the connection broke".to_owned()));
    world.apply().unwrap();
    let password = told(&server.taken.borrow()[0].2, &["mere1.tamihana".to_owned()]).password;
    world.clock.advance(1);
    let said = format!("554 5.6.0 suspicious <{password}> for MERE1 (Tamihana), mother of Āwhina");
    server.answers.borrow_mut().push_back(Outcome::refused(said, Reach::Caregiver));
    let applied = world.apply().unwrap();
    let (_, failure) = &applied.tally.failures[0];
    assert!(failure.to_string().ends_with("554 5.6.0 suspicious <…> for … … mother of …"), "{failure}");
    for entry in std::fs::read_dir(world.path().join("state")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        // The sandbox is the LMS here, and has the password.
        let is_lms = path.to_string_lossy().contains("lms");
        assert!(is_lms || !bytes.windows(password.len()).any(|window| window == password.as_bytes()), "{path:?}");
    }
}

#[test]
fn a_full_quota_stops_the_run_and_nobody_else_gets_a_password() {
    let (mut world, server) = world(4, "pace: {preset: unlimited}", "");
    server.answers.borrow_mut().push_back(Outcome::Done(()));
    server.answers.borrow_mut().push_back(Outcome::refused("550 5.4.5 daily quota", Reach::Everybody));
    let applied = world.apply().unwrap();
    assert!(matches!(applied.end, End::Stopped(why) if why.contains("5.4.5")));
    assert_eq!((passwords(&world), server.taken.borrow().len()), (2, 1));
    world.settle(2);
    assert_eq!((passwords(&world), server.taken.borrow().len()), (4, 4));
}

fn refused() -> Outcome {
    Outcome::refused("550 relaying denied", Reach::Caregiver)
}

#[test]
fn a_refusal_is_about_the_address_only_where_the_server_takes_other_letters() {
    let (mut world, server) = world(7, "pace: {preset: unlimited}", "");
    server.answers.borrow_mut().extend(std::iter::repeat_with(refused).take(5));
    let applied = world.apply().unwrap();
    assert!(matches!(&applied.end, End::Stopped(why) if why.contains("5 failures in a row")), "{:?}", applied.end);
    assert!(applied.tally.has_passing() && !applied.tally.needs_person());
    assert!(world.plan().held.is_empty(), "nobody's address is blamed for the server");
    // It is mended, and refuses one address.
    server.answers.borrow_mut().extend([refused(), Outcome::Done(())]);
    let applied = world.apply().unwrap();
    assert_eq!((applied.tally.sent, applied.tally.needs_person()), (6, true));
    assert_eq!(code(&world.plan(), "C1"), Some(HoldCode::LetterRejected));
    assert_eq!((server.taken.borrow().len(), passwords(&world)), (6, 7));
}

fn of_address(reach: Reach) -> Outcome {
    let reason = "the mail server says 5.7.1 or 4.2.1".to_owned();
    Outcome::Refused(Refusal { reason, reach, about_address: true })
}

/// One address in a server's bad books must neither be tried for ever nor stop the others for ever.
#[test]
fn a_later_that_is_said_of_one_address_for_more_than_a_day_is_a_no() {
    for (reach, waits) in [(Reach::Passing, 10), (Reach::Everybody, 10), (Reach::Passing, 1)] {
        let (mut world, server) = world(1, "pace: {preset: unlimited}", "");
        for _ in 0..5 {
            assert!(world.plan().held.is_empty());
            server.answers.borrow_mut().push_back(of_address(reach));
            world.apply().unwrap();
            world.clock.advance(waits);
        }
        let held = (waits == 10).then_some(HoldCode::LetterRejected);
        assert_eq!((code(&world.plan(), "C1"), passwords(&world)), (held, 1), "{reach:?}, every {waits} hours");
    }
}

#[test]
fn who_is_not_allowed_while_others_are_is_about_their_address() {
    let (mut world, server) = world(1, "pace: {preset: unlimited}", "");
    for _ in 0..2 {
        server.answers.borrow_mut().push_back(of_address(Reach::Everybody));
        assert!(matches!(world.apply().unwrap().end, End::Stopped(_)));
    }
    world.roster(&[&row(1, "p1@example.nz"), &row(2, "p2@example.nz")]);
    // Whoever was put off comes last, and by then the server has taken another's.
    server.answers.borrow_mut().extend([Outcome::Done(()), of_address(Reach::Everybody)]);
    let applied = world.apply().unwrap();
    assert_eq!((applied.tally.sent, &applied.end), (1, &End::Done));
    assert_eq!(code(&world.plan(), "C1"), Some(HoldCode::LetterRejected));
}

#[test]
fn the_last_one_refused_is_held_too() {
    let (mut world, server) = world(2, "pace: {preset: unlimited}", "");
    server.answers.borrow_mut().extend([Outcome::Done(()), refused()]);
    world.apply().unwrap();
    assert_eq!(code(&world.plan(), "C2"), Some(HoldCode::LetterRejected));
}

#[test]
fn whom_the_server_puts_off_again_and_again_stands_in_nobodys_way() {
    for (answer, held) in [(refused(), Some(HoldCode::LetterRejected)), (later(), None)] {
        let (mut world, server) = world(8, "pace: {preset: unlimited}", "");
        for run in 1..=2 {
            server.answers.borrow_mut().extend(std::iter::repeat_n(answer.clone(), 5));
            let applied = world.apply().unwrap();
            assert!(matches!(applied.end, End::Stopped(_)), "run {run}");
        }
        assert_eq!(server.taken.borrow().len(), 0);
        let done = std::iter::repeat_n(Outcome::Done(()), 3);
        server.answers.borrow_mut().extend(done.chain(std::iter::repeat_n(answer, 5)));
        world.apply().unwrap();
        let to: Vec<String> = server.taken.borrow().iter().map(|(_, to, _)| to.clone()).collect();
        assert_eq!(to, ["p6@example.nz", "p7@example.nz", "p8@example.nz"]);
        let plan = world.plan();
        assert!((1..=5).all(|number| code(&plan, &format!("C{number}")) == held), "{:?}", plan.held);
        assert_eq!(passwords(&world), 8);
    }
}

fn later() -> Outcome {
    Outcome::refused("452 4.2.2 mailbox full", Reach::Passing)
}

#[test]
fn a_letter_of_which_nothing_is_known_goes_again_with_the_same_bytes_three_times_then_waits_for_a_person() {
    let (mut world, server) = world(1, "pace: {preset: unlimited}", "");
    let lost = || Outcome::Unknown("the connection broke".to_owned());
    server.answers.borrow_mut().extend([lost(), lost(), lost(), lost(), lost()]);
    assert!(world.apply().unwrap().tally.has_unknown());
    for minutes in [15, 60, 360] {
        let plan = world.plan();
        assert_eq!(code(&plan, "C1"), Some(HoldCode::LetterUnknown), "not before {minutes} minutes");
        assert_eq!(plan.due_again, Some(world.clock.now() + SignedDuration::from_mins(minutes)));
        world.clock.set(plan.due_again.unwrap());
        world.apply().unwrap();
    }
    world.clock.advance(48);
    let plan = world.plan();
    assert_eq!((code(&plan, "C1"), plan.due_again), (Some(HoldCode::LetterUnknown), None));
    assert!(plan.held[0].fix.contains("--letter arrived|send-again"), "{}", plan.held[0].fix);
    let taken = server.taken.borrow();
    assert_eq!(taken.len(), 4);
    assert!(taken.iter().all(|(_, _, bytes)| *bytes == taken[0].2), "all copies are equal");
    assert_eq!(passwords(&world), 1);
}

/// The first copy may lie in the mailbox that the office has corrected since.
#[test]
fn a_letter_that_is_put_off_after_its_answer_was_lost_is_perhaps_out_still() {
    let (mut world, server) = world(1, "pace: {preset: unlimited}", "");
    server.answers.borrow_mut().extend([Outcome::Unknown("the connection broke".to_owned()), later()]);
    assert!(world.apply().unwrap().tally.has_unknown());
    world.clock.advance(1);
    assert!(world.apply().unwrap().tally.has_unknown(), "put off, and the first copy is where it is");
    assert_eq!(code(&world.plan(), "C1"), Some(HoldCode::LetterUnknown));
    world.roster(&[&row(1, "p1.new@example.nz")]);
    assert_eq!(code(&world.plan(), "C1"), Some(HoldCode::AddressChanged));
    world.roster(&[&row(1, "p1@example.nz")]);
    world.clock.advance(1);
    assert_eq!(world.apply().unwrap().tally.sent, 1);
    let taken = server.taken.borrow();
    assert_eq!((taken.len(), passwords(&world)), (2, 1));
    assert_eq!(taken[0].2, taken[1].2, "the same bytes");
}

#[test]
fn somebody_may_say_to_send_again_at_once() {
    let (mut world, server) = world(1, "pace: {preset: unlimited}", "");
    server.answers.borrow_mut().push_back(Outcome::Unknown("the connection broke".to_owned()));
    world.apply().unwrap();
    assert_eq!(world.apply().unwrap().tally.sent, 0);
    world.retry_unknown = true;
    assert_eq!(world.apply().unwrap().tally.sent, 1);
    let taken = server.taken.borrow();
    assert_eq!((taken.len(), taken[0].2 == taken[1].2), (2, true));
}

#[test]
fn the_evening_comes_in_the_middle_of_a_run() {
    let (mut world, server) = world(8, "pace: {per-minute: 1}, hours: {from: \"08:00\", to: \"18:00\"}", "");
    // Tuesday 17:57:30 in Auckland.
    world.clock.set("2026-03-03T04:57:30Z".parse().unwrap());
    let applied = world.apply().unwrap();
    let sent = server.taken.borrow().len();
    assert_eq!(
        applied.end,
        End::Paused { left: 8 - sent as u64, until: Some("2026-03-03T19:00:00Z".parse().unwrap()) }
    );
    assert_eq!(
        (sent, passwords(&world)),
        (3, 3),
        "17:57:30, 17:58:30, 17:59:30, and nobody's password without a letter"
    );
    world.clock.set("2026-03-03T19:00:00Z".parse().unwrap());
    world.settle(3);
    assert_eq!((server.taken.borrow().len(), passwords(&world)), (8, 8));
}

#[test]
fn a_canary_lets_the_rest_go_when_its_letters_have_stayed_away() {
    let (mut world, server) = world(5, "pace: {preset: unlimited}", "");
    let rollout = world.read("rollout.yaml");
    let canary = "{name: year-7, select: {years: [7]}, canary: {first: 2, wait: 24h, bounces-below: 50%}}";
    world.write("rollout.yaml", &rollout.replace("{name: year-7, select: {years: [7]}}", canary));
    world.apply().unwrap();
    assert_eq!((server.taken.borrow().len(), passwords(&world)), (2, 2));
    let until = world.plan().due_again.unwrap();
    assert_eq!(until, world.clock.now() + SignedDuration::from_hours(24));
    assert_eq!(world.apply().unwrap().tally.sent, 0);
    world.clock.set(until);
    assert_eq!(world.apply().unwrap().tally.sent, 3);
}
